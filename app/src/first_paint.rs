//! Tests of what the server sends before any script runs.

use leptos::prelude::*;
use leptos_router::location::RequestUrl;
use sidekick::model::{
    Container, ContainerState, Engine, EngineError, EngineErrorKind, EngineStatus, Health,
};
use sidekick::protocol::Snapshot;
use sidekick::time::Millis;

use crate::route::Tab;
use crate::test_data::container;
use crate::{App, InitialState};

fn engine(demo: bool) -> EngineStatus {
    EngineStatus::Connected(Engine {
        endpoint: "unix:///var/run/docker.sock".into(),
        chosen_by: "default".into(),
        version: "28.2.2".into(),
        api_version: "1.50".into(),
        platform: "linux/amd64".into(),
        demo,
    })
}

fn snapshot(engine: EngineStatus, containers: Vec<Container>) -> Snapshot {
    Snapshot {
        revision: 1,
        engine,
        containers,
        errors: Vec::new(),
        refreshed: Some(Millis(1)),
    }
}

fn containers() -> Vec<Container> {
    let mut api = container("a", "shop-api-1");
    api.project = Some("shop".into());
    api.service = Some("api".into());
    api.health = Some(Health::Unhealthy);
    let mut job = container(
        "j",
        "a-job-with-a-name-that-no-list-can-show-in-full-but-must",
    );
    job.state = ContainerState::Exited;
    job.exit_code = Some(3);
    vec![api, job, container("r", "redis")]
}

/// The page's HTML without the marks that hydration needs.
fn paint(path: &str, snapshot: Snapshot) -> String {
    let owner = Owner::new();
    let html = owner.with(|| {
        provide_context(RequestUrl::new(&format!("http://leptos.dev{path}?q=1")));
        provide_context(InitialState(snapshot));
        view! { <App /> }.to_html()
    });
    html.replace("<!>", "").replace("<!---->", "")
}

#[test]
fn the_first_paint_holds_every_container_in_full() {
    let html = paint("/", snapshot(engine(false), containers()));
    for container in containers() {
        assert!(html.contains(&format!(">{}</span>", container.name)));
    }
    assert!(html.contains("2 of 3 running"));
    assert!(html.contains("1 unhealthy"));
    assert!(html.contains("exit 3"));
    assert!(html.contains("Docker 28.2.2"));
}

#[test]
fn the_selected_container_and_tab_are_painted_by_the_server() {
    for tab in Tab::ALL.map(Tab::word) {
        let path = format!("/c/shop-api-1/{tab}");
        let html = paint(&path, snapshot(engine(false), containers()));
        assert!(html.contains("<h1>shop-api-1</h1>"), "{tab}");
        assert_eq!(html.matches("role=\"tab\"").count(), Tab::ALL.len());
        // The option in the list and the tab.
        assert_eq!(html.matches("aria-selected=\"true\"").count(), 2, "{tab}");
    }
}

#[test]
fn projects_and_services_have_pages() {
    let html = paint("/p/shop/logs", snapshot(engine(false), containers()));
    assert!(html.contains("<h1>shop</h1>"));
    assert!(html.contains("href=\"/p/shop/s/api/logs\""));
    let html = paint(
        "/p/shop/s/api/details",
        snapshot(engine(false), containers()),
    );
    assert!(html.contains("<h1>shop/api</h1>"));
    assert!(html.contains("href=\"/c/shop-api-1/logs\""));
}

#[test]
fn an_unknown_name_is_said_clearly_and_similar_ones_are_offered() {
    let html = paint("/c/api/logs", snapshot(engine(false), containers()));
    assert!(html.contains("There is no container “api”"));
    assert!(html.contains("Similar names"));
    let html = paint("/no/such/page", snapshot(engine(false), containers()));
    assert!(html.contains("There is no page at /no/such/page"));
}

#[test]
fn each_state_without_containers_says_what_is_the_matter() {
    let lost = EngineStatus::Unreachable(EngineError {
        endpoint: "unix:///nowhere".into(),
        kind: EngineErrorKind::NotFound,
        message: "no such file".into(),
        advice: "Start Docker.".into(),
    });
    let html = paint("/", snapshot(lost.clone(), Vec::new()));
    for text in ["Start Docker.", "unix:///nowhere", "Start the demo"] {
        assert!(html.contains(text), "{text}");
    }
    let html = paint("/", snapshot(engine(false), Vec::new()));
    assert!(html.contains("No containers yet"));
    // What was known is kept when the engine goes.
    let html = paint("/c/redis/logs", snapshot(lost, containers()));
    assert!(html.contains("Docker does not answer"));
    assert!(html.contains("<h1>redis</h1>"));
}

#[test]
fn the_demo_always_says_that_it_is_one() {
    for path in ["/", "/c/redis/stats", "/c/nobody"] {
        let html = paint(path, snapshot(engine(true), containers()));
        assert!(html.contains("These containers are made up"), "{path}");
    }
}

#[test]
fn names_are_escaped() {
    let evil = container("x", "<script>alert(1)</script>");
    let html = paint("/", snapshot(engine(false), vec![evil]));
    assert!(!html.contains("<script>alert"));
}
