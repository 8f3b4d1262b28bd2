//! Compose projects, and stats.

use std::time::Duration;

use server::demo::{Fault, Kind, Spec};
use server::metrics::UpstreamKind;
use sidekick::model::Member;
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

#[tokio::test]
async fn a_container_that_the_list_lacks_for_a_while_goes_on_where_it_was() {
    let world = World::start(vec![replica(1)]).await;
    world.print("shop-web-1", numbered("line", 0..10));
    let mut page = world.page().await;
    let target = Target::ProjectLogs {
        project: "shop".to_owned(),
        service: None,
    };
    let sub = page.subscribe_from(target, Start::First).await;
    page.until("the past", |p| p.lines(sub).len() == 10).await;
    let mut lines = 10;
    for closed in [false, true] {
        let refusal = Fault::Refuse(500, "no list today".to_owned());
        world.control.fail_always(Kind::List, refusal);
        world.control.emit("shop-web-1", "destroy").unwrap();
        page.until("gone", |p| p.container("shop-web-1").is_none())
            .await;
        if closed {
            eventually("nobody looks", || world.open(UpstreamKind::Logs) == 0).await;
        }
        world.control.heal();
        page.send(ClientMessage::Refresh).await;
        page.until("back", |p| p.container("shop-web-1").is_some())
            .await;
        world.print("shop-web-1", numbered("line", lines..lines + 10));
        lines += 10;
        page.until("what follows", |p| p.all_lines(sub).len() >= lines)
            .await;
        page.settle(Duration::from_millis(100)).await;
        assert_eq!(page.all_lines(sub), numbered("line", 0..lines));
    }
}

#[tokio::test]
async fn the_readings_of_a_container_that_the_list_lacked_for_a_while_go_on() {
    let world = World::start(vec![replica(1)]).await;
    let mut page = world.page().await;
    let target = Target::ProjectStats {
        project: "shop".to_owned(),
        service: None,
    };
    let sub = page.subscribe(target).await;
    page.until("readings", |p| p.source(sub, 0).samples > 0)
        .await;
    let refusal = Fault::Refuse(500, "no list today".to_owned());
    world.control.fail_always(Kind::List, refusal);
    world.control.emit("shop-web-1", "destroy").unwrap();
    page.until("gone", |p| p.container("shop-web-1").is_none())
        .await;
    world.control.heal();
    page.send(ClientMessage::Refresh).await;
    page.until("back", |p| p.container("shop-web-1").is_some())
        .await;
    // Who waits for it may ask for another attempt, as before.
    page.send(ClientMessage::Retry { sub }).await;
    let before = page.source(sub, 0).samples;
    page.until("more readings", |p| p.source(sub, 0).samples > before + 2)
        .await;
    assert_eq!(page.served, None, "there are no lines to tell of");
}

#[tokio::test]
async fn who_is_slow_gets_all_of_a_container_that_is_removed_or_a_gap() {
    let world = World::start(vec![replica(1), replica(2)]).await;
    let mut page = world.page().await;
    page.eager = false;
    let target = Target::ProjectLogs {
        project: "shop".to_owned(),
        service: None,
    };
    let sub = page.subscribe_from(target, Start::First).await;
    page.until("joined", |p| p.source(sub, 0).state().is_some())
        .await;
    let wide = "x".repeat(8000);
    let total = 1000;
    for chunk in 0..total / 100 {
        let lines = (chunk * 100..(chunk + 1) * 100).map(|n| format!("{n} {wide}"));
        world.print("shop-web-1", lines);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    world.control.remove("shop-web-1").unwrap();
    // Longer than its last words are waited for.
    tokio::time::sleep(Duration::from_secs(5)).await;
    page.eager = true;
    page.settle(Duration::ZERO).await;
    page.credit().await;
    page.until("its end", |p| {
        p.source(sub, 0).state() == Some(&StreamState::Removed)
    })
    .await;
    let seen = page.source(sub, 0);
    let came: Vec<usize> = seen
        .lines
        .iter()
        .map(|line| line.split(' ').next().unwrap().parse().unwrap())
        .collect();
    assert!(came.is_sorted() && came[0] == 0, "{came:?}");
    let holes = came.windows(2).filter(|it| it[1] != it[0] + 1).count();
    let cut = usize::from(came.last() != Some(&(total - 1)));
    assert!(
        holes + cut <= seen.gaps.len(),
        "{} lines, {:?}",
        came.len(),
        seen.gaps
    );
}

fn several(members: &[Member]) -> Target {
    Target::SeveralLogs {
        members: members.to_vec(),
    }
}

fn named(name: &str) -> Member {
    Member::Container(name.to_owned())
}

#[tokio::test]
async fn what_is_compared_are_the_named_containers_and_services_and_no_others() {
    let world = World::start(vec![
        replica(1),
        replica(2),
        Spec::new("shop-db-1").compose("shop", "db", 1),
        Spec::new("alone"),
    ])
    .await;
    for name in ["shop-web-1", "shop-web-2", "shop-db-1", "alone"] {
        world.print(name, numbered(name, 0..5));
    }
    let web = Member::Service {
        project: "shop".to_owned(),
        service: "web".to_owned(),
    };
    let members = [named("alone"), web];
    let mut page = world.page().await;
    let sub = page.subscribe(several(&members)).await;
    page.until("all three", |p| {
        (0..3).all(|source| p.source(sub, source).lines.len() == 5)
    })
    .await;
    let names = [0, 1, 2].map(|source| page.source(sub, source).name.clone());
    assert_eq!(names, ["alone", "shop-web-1", "shop-web-2"]);
    assert_eq!(page.sub_states[&sub], StreamState::Live);
    assert_eq!(world.open(UpstreamKind::Logs), 3);

    world.control.run(replica(3)).unwrap();
    world.print("shop-web-3", numbered("late", 0..5));
    page.until("a replica that joins", |p| {
        p.source(sub, 3).lines == numbered("late", 0..5)
    })
    .await;
    page.unsubscribe(sub).await;
    eventually("closed", || world.open(UpstreamKind::Logs) == 0).await;

    let target = Target::SeveralStats {
        members: members.to_vec(),
    };
    let stats = page.subscribe(target).await;
    page.until("readings of all", |p| {
        (0..4).all(|source| p.source(stats, source).samples > 0)
    })
    .await;
}

#[tokio::test]
async fn a_container_made_anew_under_its_name_goes_on_in_what_is_compared() {
    let world = World::start(vec![Spec::new("one"), Spec::new("two")]).await;
    world.print("one", numbered("old", 0..5));
    let mut page = world.page().await;
    let sub = page.subscribe(several(&[named("one"), named("two")])).await;
    page.until("the old one", |p| p.source(sub, 0).lines.len() == 5)
        .await;
    world.control.remove("one").unwrap();
    page.until("gone", |p| {
        p.source(sub, 0).state() == Some(&StreamState::Removed)
    })
    .await;
    assert_eq!(
        page.sub_states[&sub],
        StreamState::Live,
        "the other is there"
    );
    world.control.run(Spec::new("one")).unwrap();
    world.print("one", numbered("new", 0..5));
    page.until("the new one", |p| {
        p.source(sub, 2).lines == numbered("new", 0..5)
    })
    .await;
    assert_eq!(page.source(sub, 2).name, "one");
}

#[tokio::test]
async fn a_container_that_is_renamed_away_from_what_is_compared_says_so_before_it_falls_silent() {
    let world = World::start(vec![Spec::new("one"), Spec::new("two")]).await;
    world.print("one", numbered("before", 0..5));
    let mut page = world.page().await;
    let sub = page.subscribe(several(&[named("one"), named("two")])).await;
    page.until("its lines", |p| p.source(sub, 0).lines.len() == 5)
        .await;
    world.control.rename("one", "other").unwrap();
    world.print("other", numbered("last", 0..5));
    page.until("the reason", |p| {
        let name = "other".to_owned();
        p.source(sub, 0).state() == Some(&StreamState::Left { name })
    })
    .await;
    let lines: Vec<_> = numbered("before", 0..5)
        .into_iter()
        .chain(numbered("last", 0..5))
        .collect();
    assert_eq!(page.source(sub, 0).lines, lines, "what came until then");
    assert_eq!(
        page.sub_states[&sub],
        StreamState::Live,
        "the other is there"
    );

    // It comes back: as a source of its own, and from where the page stands.
    world.control.rename("other", "one").unwrap();
    page.until("back", |p| p.source(sub, 2).name == "one").await;
    world.print("one", numbered("after", 0..5));
    page.until("its new lines, once", |p| {
        p.source(sub, 2).lines == numbered("after", 0..5)
    })
    .await;
}

#[tokio::test]
async fn one_that_is_missing_joins_when_it_appears() {
    let world = World::start(vec![Spec::new("one")]).await;
    let mut page = world.page().await;
    let neither = page
        .subscribe(several(&[named("two"), named("three")]))
        .await;
    page.until("nobody is there", |p| {
        p.sub_states.get(&neither) == Some(&StreamState::Empty)
    })
    .await;
    world.control.run(Spec::new("two")).unwrap();
    world.print("two", numbered("two", 0..5));
    page.until("its lines", |p| {
        p.source(neither, 0).lines == numbered("two", 0..5)
    })
    .await;
    assert_eq!(page.sub_states[&neither], StreamState::Live);
}

#[tokio::test]
async fn a_comparison_of_too_few_or_too_many_is_refused_with_the_reason() {
    let world = World::start(vec![Spec::new("one")]).await;
    let mut page = world.page().await;
    let many = ["a", "b", "c", "d", "e"].map(named);
    for (members, reason) in [
        (&many[..1], "two to four"),
        (&many[..], "two to four"),
        (&[named("a"), named("a")], "twice"),
        (&[named("a"), named(&"x".repeat(300))], "too long"),
    ] {
        let before = page.refused.len();
        page.subscribe(several(members)).await;
        page.until("refused", |p| p.refused.len() > before).await;
        assert!(page.refused[before].contains(reason), "{reason}");
    }
    assert_eq!(world.open(UpstreamKind::Logs), 0);
}
