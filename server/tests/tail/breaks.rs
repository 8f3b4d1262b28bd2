//! What breaks between the program and the daemon.

use server::demo::{DemoOptions, Kind, Spec};

use crate::support::{Tail, World, numbered};

#[tokio::test]
async fn it_goes_on_behind_its_last_line_when_the_server_is_started_again() {
    let mut world = World::start(&["web"]).await;
    world.print("web", numbered("line", 0..2000));
    let mut tail = Tail::start(world.address, &["web"]);
    assert_eq!(tail.lines(2000).await, numbered("line", 0..2000));
    world.server.take().unwrap().stop().await;
    tail.told("trying again").await;
    world.print("web", numbered("line", 2000..2500));
    world.serve().await;
    assert_eq!(tail.lines(500).await, numbered("line", 2000..2500));
    world.print("web", numbered("line", 2500..2510));
    assert_eq!(tail.lines(10).await, numbered("line", 2500..2510));
}

#[tokio::test]
async fn what_docker_no_longer_has_is_told_on_standard_error() {
    let options = DemoOptions {
        max_lines: 500,
        ..DemoOptions::quiet(vec![Spec::new("web")])
    };
    let world = World::with(options).await;
    world.print("web", numbered("line", 0..100));
    let mut tail = Tail::start(world.address, &["web"]);
    assert_eq!(tail.lines(100).await, numbered("line", 0..100));
    world.control.go_down();
    tail.told("trying again").await;
    world.print("web", numbered("line", 100..2000));
    world.control.come_back();
    assert_eq!(tail.lines(500).await, numbered("line", 1500..2000));
    let gap = tail.told("missing here").await;
    assert!(
        gap.contains("web: ") && gap.contains("Docker no longer has them"),
        "{gap}"
    );
}

#[tokio::test]
async fn what_is_printed_while_the_server_is_away_comes_also_behind_no_line_at_all() {
    let mut world = World::start(&["web"]).await;
    world.print("web", numbered("line", 0..100));
    let mut tail = Tail::start(world.address, &["--tail", "0", "web"]);
    // It has asked where the log ends, what is behind that, and follows.
    world
        .control_until(|it| it.requests(Kind::Logs) >= 3 && it.open_connections(Kind::Logs) == 1)
        .await;
    world.server.take().unwrap().stop().await;
    tail.told("trying again").await;
    world.print("web", numbered("line", 100..110));
    world.serve().await;
    assert_eq!(tail.lines(10).await, numbered("line", 100..110));
}
