//! Compose projects, and stats.

use server::demo::Spec;
use server::metrics::UpstreamKind;
use sidekick::protocol::{ClientMessage, ResumePoint, Start, StreamState, SubId, Target};

use crate::support::{World, eventually, numbered};

fn replica(number: u32) -> Spec {
    Spec::new(&format!("shop-web-{number}")).compose("shop", "web", number)
}

#[tokio::test]
async fn resume_points_may_come_in_several_messages_before_their_subscription() {
    let world = World::start(vec![replica(1), replica(2)]).await;
    let mut page = world.page().await;
    let project = || Target::ProjectLogs {
        project: "shop".to_owned(),
        service: None,
    };
    for name in ["shop-web-1", "shop-web-2"] {
        world.print(name, numbered(name, 0..10));
    }
    let first = page.subscribe(project()).await;
    page.until("both", |p| {
        (0..2).all(|source| p.source(first, source).lines.len() == 10)
    })
    .await;
    let points: Vec<_> = (0..2)
        .map(|source| {
            let seen = page.source(first, source);
            ResumePoint {
                container: seen.container.clone().unwrap(),
                cursor: seen.cursor.unwrap(),
            }
        })
        .collect();
    let sub = SubId(first.0 + 10);
    for point in points {
        let resume = vec![point];
        page.send(ClientMessage::Resume { sub, resume }).await;
    }
    page.send(ClientMessage::Subscribe {
        sub,
        target: project(),
        resume: Vec::new(),
        start: Start::Newest,
    })
    .await;
    for name in ["shop-web-1", "shop-web-2"] {
        world.print(name, ["new".to_owned()]);
    }
    page.until("what is new", |p| {
        (0..2).all(|source| p.source(sub, source).lines == ["new"])
    })
    .await;
    let point = ResumePoint {
        container: world.id("shop-web-1"),
        cursor: page.source(sub, 0).cursor.unwrap(),
    };
    let sub = SubId(first.0 + 20);
    for _ in 0..20 {
        let resume = vec![point.clone(); 300];
        page.send(ClientMessage::Resume { sub, resume }).await;
    }
    page.until("too many", |p| {
        p.refused.iter().any(|it| it.contains("resume points"))
    })
    .await;
}

#[tokio::test]
async fn a_project_shows_all_its_containers_and_those_that_join_later() {
    let world = World::start(vec![
        replica(1),
        Spec::new("shop-db-1").compose("shop", "db", 1),
        Spec::new("alone"),
    ])
    .await;
    world.print("shop-web-1", numbered("web", 0..10));
    world.print("shop-db-1", numbered("db", 0..10));
    world.print("alone", numbered("alone", 0..10));
    let mut page = world.page().await;
    let whole = page
        .subscribe(Target::ProjectLogs {
            project: "shop".to_owned(),
            service: None,
        })
        .await;
    let service = page
        .subscribe(Target::ProjectLogs {
            project: "shop".to_owned(),
            service: Some("web".to_owned()),
        })
        .await;
    page.until("both", |p| {
        p.source(whole, 0).lines.len() == 10
            && p.source(whole, 1).lines.len() == 10
            && p.source(service, 0).lines.len() == 10
    })
    .await;
    assert_eq!(page.sub_states[&whole], StreamState::Live);
    // Both subscriptions of web share one upstream.
    assert_eq!(world.open(UpstreamKind::Logs), 2);

    world.control.run(replica(2)).unwrap();
    world.print("shop-web-2", numbered("late", 0..5));
    page.until("the new replica", |p| {
        p.source(whole, 2).lines == numbered("late", 0..5)
            && p.source(service, 1).lines == numbered("late", 0..5)
    })
    .await;
    assert_eq!(page.source(whole, 2).name, "shop-web-2");

    world.control.rename("shop-web-2", "shop-web-two").unwrap();
    page.until("the new name", |p| {
        p.source(whole, 2).name == "shop-web-two"
    })
    .await;
    world.control.remove("shop-web-two").unwrap();
    page.until("removed", |p| {
        p.source(whole, 2).state() == Some(&StreamState::Removed)
    })
    .await;
    assert_eq!(page.source(whole, 2).lines.len(), 5);
    page.unsubscribe(whole).await;
    page.unsubscribe(service).await;
    eventually("closed", || world.open(UpstreamKind::Logs) == 0).await;
}

#[tokio::test]
async fn a_project_without_containers_is_empty() {
    let world = World::start(vec![Spec::new("alone")]).await;
    let mut page = world.page().await;
    let sub = page
        .subscribe(Target::ProjectLogs {
            project: "nothing".to_owned(),
            service: None,
        })
        .await;
    page.until("empty", |p| {
        p.sub_states.get(&sub) == Some(&StreamState::Empty)
    })
    .await;
}

#[tokio::test]
async fn stats_flow_while_a_container_runs_and_are_shared() {
    let world = World::start(vec![Spec::new("web")]).await;
    let target = || Target::Stats {
        container: world.id("web"),
    };
    let mut page = world.page().await;
    let sub = page.subscribe(target()).await;
    page.until("samples", |p| p.first(sub).samples >= 2).await;
    let mut other = world.page().await;
    let joined = other.subscribe(target()).await;
    other
        .until("history", |p| p.first(joined).samples >= 2)
        .await;
    assert_eq!(world.open(UpstreamKind::Stats), 1);

    world.control.stop("web").unwrap();
    page.until("ended", |p| {
        p.first(sub).state() == Some(&StreamState::Ended)
    })
    .await;
    assert_eq!(world.open(UpstreamKind::Stats), 0);
    let before = page.first(sub).samples;
    world.control.start("web").unwrap();
    page.until("again", |p| p.first(sub).samples > before).await;
    page.send(ClientMessage::Unsubscribe { sub }).await;
    drop(other);
    eventually("closed", || world.open(UpstreamKind::Stats) == 0).await;
}
