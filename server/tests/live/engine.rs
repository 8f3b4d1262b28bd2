//! The engine's events and its going and coming.

use std::time::{Duration, Instant};

use server::demo::{DemoEngine, DemoOptions, Fault, Kind, Spec};
use sidekick::model::{ContainerId, ContainerState, EngineErrorKind, EngineStatus};
use sidekick::protocol::{ClientMessage, StreamState, Target};

use crate::support::{Page, World, numbered, serve, socket};

#[tokio::test]
async fn what_happens_elsewhere_shows_within_a_second() {
    let world = World::start(vec![Spec::new("web")]).await;
    let mut page = world.page().await;
    let control = &world.control;
    let began = Instant::now();
    control.stop("web").unwrap();
    page.until("stopped", |p| {
        p.container("web")
            .is_some_and(|c| c.state == ContainerState::Exited && c.exit_code == Some(0))
    })
    .await;
    control.start("web").unwrap();
    page.until("started", |p| {
        p.container("web").is_some_and(|c| {
            c.state == ContainerState::Running && c.exit_code.is_none() && c.started.is_some()
        })
    })
    .await;
    control.rename("web", "shop").unwrap();
    page.until("renamed", |p| {
        p.container("shop").is_some() && p.container("web").is_none()
    })
    .await;
    control.pause("shop").unwrap();
    page.until("paused", |p| {
        p.container("shop")
            .is_some_and(|c| c.state == ContainerState::Paused)
    })
    .await;
    control.run(Spec::new("fresh")).unwrap();
    page.until("created", |p| {
        p.container("fresh")
            .is_some_and(|c| c.state == ContainerState::Running)
    })
    .await;
    control.remove("fresh").unwrap();
    page.until("removed", |p| p.container("fresh").is_none())
        .await;
    // Six changes, one after the other.
    assert!(
        began.elapsed() < Duration::from_secs(6),
        "{:?}",
        began.elapsed()
    );
    assert!(page.events.iter().any(|e| e.action == "rename"));
}

#[tokio::test]
async fn a_list_that_fails_keeps_the_old_one_and_says_so() {
    let world = World::start(vec![Spec::new("web")]).await;
    let mut page = world.page().await;
    world
        .control
        .fail_always(Kind::List, Fault::Refuse(500, "no list today".to_owned()));
    page.send(ClientMessage::Refresh).await;
    page.until("the error", |p| {
        p.snapshot
            .errors
            .iter()
            .any(|e| e.resource == "containers" && e.message.contains("no list today"))
    })
    .await;
    assert!(page.container("web").is_some());
    assert!(matches!(page.snapshot.engine, EngineStatus::Connected(_)));
    world.control.heal();
    page.send(ClientMessage::Refresh).await;
    page.until("all is well", |p| p.snapshot.errors.is_empty())
        .await;
}

#[tokio::test]
async fn an_engine_that_goes_down_and_comes_back_heals_without_doubling_a_line() {
    let world = World::start(vec![Spec::new("web")]).await;
    world.print("web", numbered("line", 0..50));
    let mut page = world.page().await;
    let sub = page.subscribe(world.logs("web")).await;
    page.until("the backlog", |p| p.lines(sub).len() >= 50)
        .await;
    world.control.go_down();
    page.until("unreachable", Page::unreachable).await;
    page.until("reconnecting", |p| {
        matches!(p.first(sub).state(), Some(StreamState::Reconnecting { .. }))
    })
    .await;
    assert!(page.container("web").is_some(), "what was known stays");
    world.print("web", numbered("line", 50..100));
    world.control.rename("web", "shop").unwrap();
    world.control.come_back();
    page.until("connected", |p| {
        matches!(p.snapshot.engine, EngineStatus::Connected(_))
    })
    .await;
    page.until("the lines in between", |p| p.lines(sub).len() >= 100)
        .await;
    page.until("the name", |p| p.container("shop").is_some())
        .await;
    page.settle(Duration::from_millis(300)).await;
    assert_eq!(page.lines(sub), numbered("line", 0..100));
    assert!(page.snapshot.errors.is_empty());
}

#[tokio::test]
async fn without_an_engine_the_page_says_why_and_changes_over_when_one_answers() {
    let socket = socket();
    let server = serve(&socket).await;
    let mut page = Page::open(&server).await;
    match &page.snapshot.engine {
        EngineStatus::Unreachable(error) => {
            assert_eq!(error.kind, EngineErrorKind::NotFound);
            assert!(!error.advice.is_empty());
        }
        other => panic!("{other:?}"),
    }
    page.send(ClientMessage::StartDemo).await;
    page.until("the demo", |p| {
        matches!(&p.snapshot.engine, EngineStatus::Connected(e) if e.demo)
            && p.snapshot.containers.len() >= 10
    })
    .await;
    let engine = DemoEngine::start(&socket, DemoOptions::quiet(vec![Spec::new("real")])).unwrap();
    page.until("the real one", |p| {
        matches!(&p.snapshot.engine, EngineStatus::Connected(e) if !e.demo)
            && p.snapshot.containers.len() == 1
            && p.container("real").is_some()
    })
    .await;
    page.send(ClientMessage::StartDemo).await;
    page.until("refused", |p| p.refused.len() == 1).await;
    drop(engine);
}

#[tokio::test]
async fn a_stream_asked_for_before_the_engine_answers_flows_when_it_does() {
    let socket = socket();
    let engine = DemoEngine::start(&socket, DemoOptions::quiet(vec![Spec::new("web")])).unwrap();
    let control = engine.control();
    control
        .print("web", sidekick::protocol::LogStream::Stdout, "hello")
        .unwrap();
    let container = ContainerId(control.id("web").unwrap());
    control.go_down();
    let server = serve(&socket).await;
    let mut page = Page::open(&server).await;
    assert!(page.unreachable());
    let sub = page.subscribe(Target::Logs { container }).await;
    page.until("that it waits", |p| !p.first(sub).states.is_empty())
        .await;
    control.come_back();
    page.until("the line", |p| p.lines(sub) == ["hello"]).await;
    assert!(!page.first(sub).states.contains(&StreamState::Removed));
}
