//! Viewers that want every line: from the first one on, the newest so many, or a log's past alone.

use std::time::Duration;

use server::demo::{Fault, Kind, Spec};
use server::metrics::UpstreamKind;
use sidekick::protocol::{LogStream, ResumePoint, Start, StreamState, Target};
use sidekick::time::Nanos;

use crate::support::{Page, World, eventually, numbered};

#[tokio::test]
async fn everything_from_the_first_line_on_comes_and_then_what_follows_by_the_shared_stream() {
    let world = World::start(vec![Spec::new("web")]).await;
    world.print("web", numbered("line", 0..9000));
    let mut page = world.page().await;
    let sub = page.subscribe_from(world.logs("web"), Start::First).await;
    page.until("the past", |p| p.lines(sub).len() >= 9000).await;
    eventually("one upstream", || world.open(UpstreamKind::Logs) == 1).await;
    world.print("web", numbered("line", 9000..9100));
    page.until("what follows", |p| p.lines(sub).len() >= 9100)
        .await;
    page.settle(Duration::from_millis(100)).await;
    assert_eq!(page.lines(sub), numbered("line", 0..9100));
    assert!(page.first(sub).gaps.is_empty());
}

#[tokio::test]
async fn an_empty_log_is_waited_for_without_a_stream_of_ones_own() {
    let world = World::start(vec![Spec::new("web")]).await;
    let mut page = world.page().await;
    let sub = page.subscribe_from(world.logs("web"), Start::First).await;
    page.until("empty", |p| {
        p.first(sub).state() == Some(&StreamState::Empty)
    })
    .await;
    eventually("one upstream", || world.open(UpstreamKind::Logs) == 1).await;
    world.print("web", numbered("line", 0..2));
    page.until("the lines", |p| p.lines(sub).len() >= 2).await;
    page.settle(Duration::from_millis(100)).await;
    assert_eq!(page.lines(sub), numbered("line", 0..2));
}

#[tokio::test]
async fn one_that_is_slow_is_waited_for_and_gets_every_line() {
    let world = World::start(vec![Spec::new("web")]).await;
    let mut slow = world.page().await;
    slow.eager = false;
    let mut quick = world.page().await;
    let lagging = slow.subscribe_from(world.logs("web"), Start::First).await;
    let sub = quick.subscribe(world.logs("web")).await;
    let wide = "x".repeat(8000);
    let total = 1800;
    let lines = || (0..total).map(|n| format!("{n} {wide}"));
    for (n, chunk) in lines().collect::<Vec<_>>().chunks(100).enumerate() {
        // Not faster than the demo engine can keep.
        world.print("web", chunk.to_vec());
        quick
            .until("everything", |p| p.lines(sub).len() >= (n + 1) * 100)
            .await;
    }
    assert!(quick.first(sub).gaps.is_empty());

    slow.eager = true;
    slow.settle(Duration::ZERO).await;
    assert!(
        slow.lines(lagging).len() < total,
        "14 MB do not fit into the queue"
    );
    slow.credit().await;
    slow.until("the end", |p| p.lines(lagging).len() >= total)
        .await;
    slow.settle(Duration::from_millis(100)).await;
    assert!(
        slow.lines(lagging)
            .iter()
            .eq(lines().collect::<Vec<_>>().iter())
    );
    assert_eq!(slow.first(lagging).gaps, []);
    eventually("one upstream", || world.open(UpstreamKind::Logs) == 1).await;
}

#[tokio::test]
async fn the_newest_lines_come_from_memory_while_somebody_else_looks() {
    let world = World::start(vec![Spec::new("web")]).await;
    world.print("web", numbered("line", 0..1500));
    let mut first = world.page().await;
    let sub = first.subscribe(world.logs("web")).await;
    first.until("live", |p| p.lines(sub).len() >= 1000).await;
    let mut page = world.page().await;
    let mut ten;
    loop {
        let before = world.control.requests(Kind::Logs);
        ten = page
            .subscribe_from(world.logs("web"), Start::Tail(10))
            .await;
        page.until("ten", |p| p.lines(ten).len() >= 10).await;
        if world.control.requests(Kind::Logs) == before {
            break;
        }
        // It is not known yet that the memory is complete.
        page.unsubscribe(ten).await;
    }
    let before = world.control.requests(Kind::Logs);
    let none = page.subscribe_from(world.logs("web"), Start::Tail(0)).await;
    page.settle(Duration::ZERO).await;
    world.print("web", ["last".to_owned()]);
    page.until("what follows", |p| {
        p.lines(ten).len() >= 11 && !p.lines(none).is_empty()
    })
    .await;
    assert_eq!(page.lines(ten)[..10], numbered("line", 1490..1500));
    assert_eq!(page.lines(none), ["last"]);
    assert_eq!(world.control.requests(Kind::Logs), before);
}

#[tokio::test]
async fn more_of_the_newest_lines_than_memory_holds_come_from_the_engine() {
    let world = World::start(vec![Spec::new("web")]).await;
    world.print("web", numbered("line", 0..5000));
    let mut page = world.page().await;
    let sub = page
        .subscribe_from(world.logs("web"), Start::Tail(3000))
        .await;
    page.until("the newest", |p| p.lines(sub).len() >= 3000)
        .await;
    world.print("web", numbered("line", 5000..5010));
    page.until("what follows", |p| p.lines(sub).len() >= 3010)
        .await;
    assert_eq!(page.lines(sub), numbered("line", 2000..5010));
}

#[tokio::test]
async fn a_reading_of_the_past_that_breaks_goes_on_behind_its_last_line() {
    let world = World::start(vec![Spec::new("web")]).await;
    world.print("web", numbered("line", 0..9000));
    // The reading of the ring's upstream and that of the viewer alone, in either order.
    for bytes in [30_000, 90_000, 150_000, 170_000] {
        world.control.fail_next(Kind::Logs, Fault::CutAfter(bytes));
    }
    let mut page = world.page().await;
    let sub = page.subscribe_from(world.logs("web"), Start::First).await;
    page.until("the past", |p| p.lines(sub).len() >= 9000).await;
    world.print("web", numbered("line", 9000..9010));
    page.until("what follows", |p| p.lines(sub).len() >= 9010)
        .await;
    page.settle(Duration::from_millis(100)).await;
    assert_eq!(page.lines(sub), numbered("line", 0..9010));
    assert_eq!(page.first(sub).gaps, []);
}

#[tokio::test]
async fn the_past_alone_ends_and_leaves_no_stream() {
    let world = World::start(vec![Spec::new("web")]).await;
    world.print("web", numbered("line", 0..3000));
    let container = world.id("web");
    let past = || Target::History {
        container: container.clone(),
    };
    let mut page = world.page().await;
    let all = page.subscribe_from(past(), Start::First).await;
    let ten = page.subscribe_from(past(), Start::Tail(10)).await;
    for sub in [all, ten] {
        page.until("its end", |p| {
            p.first(sub).state() == Some(&StreamState::Ended)
        })
        .await;
    }
    assert_eq!(page.lines(all), numbered("line", 0..3000));
    assert_eq!(page.lines(ten), numbered("line", 2990..3000));
    eventually("no stream", || world.open(UpstreamKind::Logs) == 0).await;
    world.control.remove("web").unwrap();
    let gone = page.subscribe_from(past(), Start::First).await;
    page.until("removed", |p| {
        p.first(gone).state() == Some(&StreamState::Removed)
    })
    .await;
}

#[tokio::test]
async fn the_first_lines_of_a_log_that_was_empty_are_all_had_after_a_break() {
    for start in [Start::First, Start::Tail(10)] {
        let world = World::start(vec![Spec::new("web")]).await;
        let mut page = world.page().await;
        let sub = page.subscribe_from(world.logs("web"), start).await;
        page.until("empty", |p| {
            p.first(sub).state() == Some(&StreamState::Empty)
        })
        .await;
        world.control.go_down();
        eventually("broken", || world.control.open_connections(Kind::Logs) == 0).await;
        world.print("web", numbered("line", 0..1500));
        world.control.come_back();
        page.until("all", |p| {
            p.lines(sub).last().is_some_and(|l| l == "line 1499")
        })
        .await;
        assert_eq!(page.lines(sub), numbered("line", 0..1500), "{start:?}");
    }
}

#[tokio::test]
async fn a_log_that_only_seemed_empty_is_had_from_where_it_was_asked_for() {
    for (start, first) in [(Start::First, 0), (Start::Tail(10), 490)] {
        let world = World::start(vec![Spec::new("web")]).await;
        world.print("web", numbered("line", 0..500));
        world.control.fail_always(Kind::Logs, Fault::StallAfter(0));
        let mut page = world.page().await;
        let seen = page.subscribe(world.logs("web")).await;
        let sub = page.subscribe_from(world.logs("web"), start).await;
        page.until("empty", |p| {
            p.first(seen).state() == Some(&StreamState::Empty)
        })
        .await;
        // The reading of its own asks, after a second of silence, whether it is still needed.
        page.settle(Duration::from_millis(1500)).await;
        world.control.heal();
        world.control.hang_up();
        page.until("all", |p| {
            p.lines(sub).last().is_some_and(|l| l == "line 499")
        })
        .await;
        assert_eq!(page.lines(sub), numbered("line", first..500), "{start:?}");
    }
}

#[tokio::test]
async fn who_waits_for_lines_that_are_to_come_shares_the_stream_of_a_quiet_container() {
    let world = World::start(vec![Spec::new("web")]).await;
    world.print("web", numbered("line", 0..50));
    let mut page = world.page().await;
    let mut from = async |start| page.subscribe_from(world.logs("web"), start).await;
    let (nothing, late) = (
        from(Start::Tail(0)).await,
        from(Start::Since(Nanos(i64::MAX))).await,
    );
    let live = |p: &Page, sub| p.first(sub).state() == Some(&StreamState::Live);
    page.until("live", |p| live(p, nothing) && live(p, late))
        .await;
    eventually("one upstream", || {
        world.control.open_connections(Kind::Logs) == 1 && world.open(UpstreamKind::Logs) == 1
    })
    .await;
    let before = world.control.requests(Kind::Logs);
    world.print("web", ["last".to_owned()]);
    page.until("what follows", |p| !p.lines(nothing).is_empty())
        .await;
    page.settle(Duration::from_millis(1500)).await;
    assert_eq!(page.lines(nothing), ["last"]);
    assert!(page.lines(late).is_empty(), "{:?}", page.lines(late));
    assert_eq!(world.control.requests(Kind::Logs), before);
}

#[tokio::test]
async fn from_the_first_line_of_a_time_on_every_line_comes_also_one_that_is_a_little_older() {
    let world = World::start(vec![Spec::new("web")]).await;
    let at = |ns: i64| Nanos(1_767_225_600_000_000_000 + ns);
    let mut page = world.page().await;
    // Somebody looks, so that memory is asked too.
    let all = page.subscribe(world.logs("web")).await;
    let print = |ns, stream| {
        let text = format!("at {ns}");
        world
            .control
            .print_at("web", stream, &text, at(ns))
            .unwrap();
    };
    print(-5_000_000_000, LogStream::Stdout);
    for (ns, stream) in [
        (500, LogStream::Stderr),
        (1000, LogStream::Stdout),
        (999, LogStream::Stderr),
        (1001, LogStream::Stdout),
    ] {
        print(ns, stream);
    }
    page.until("all", |p| p.lines(all).len() == 5).await;
    let history = Target::History {
        container: world.id("web"),
    };
    for target in [history, world.logs("web")] {
        let sub = page.subscribe_from(target, Start::Since(at(1000))).await;
        page.until("all since", |p| {
            p.lines(sub).last().is_some_and(|it| it == "at 1001")
        })
        .await;
        assert_eq!(page.lines(sub), ["at 1000", "at 999", "at 1001"]);
    }
}

#[tokio::test]
async fn the_newest_of_lines_that_share_a_timestamp_come_once() {
    let world = World::start(vec![Spec::new("web")]).await;
    let at = Nanos(1_767_225_600_000_000_000);
    for line in numbered("line", 0..20) {
        let print = world.control.print_at("web", LogStream::Stdout, &line, at);
        print.unwrap();
    }
    let mut page = world.page().await;
    let history = Target::History {
        container: world.id("web"),
    };
    let past = page.subscribe_from(history.clone(), Start::Tail(5)).await;
    let ended = |p: &Page, sub| p.first(sub).state() == Some(&StreamState::Ended);
    page.until("the past", |p| ended(p, past)).await;
    assert_eq!(page.lines(past), numbered("line", 15..20));
    let resume = ResumePoint {
        container: world.id("web"),
        cursor: page.first(past).cursor.unwrap(),
    };
    let rest = page
        .subscribe_with(history, vec![resume], Start::First)
        .await;
    page.until("the rest", |p| ended(p, rest)).await;
    assert!(page.lines(rest).is_empty(), "{:?}", page.lines(rest));
    let sub = page.subscribe_from(world.logs("web"), Start::Tail(5)).await;
    page.until("the newest", |p| p.lines(sub).len() >= 5).await;
    world.print("web", ["last".to_owned()]);
    page.until("what follows", |p| {
        p.lines(sub).last().is_some_and(|it| it == "last")
    })
    .await;
    let mut expected = numbered("line", 15..20);
    expected.push("last".to_owned());
    assert_eq!(page.lines(sub), expected);
}

#[tokio::test]
async fn lines_of_two_streams_that_share_a_timestamp_come_once_however_often_one_comes_back() {
    let world = World::start(vec![Spec::new("web")]).await;
    let print = |number: u32, stream| {
        let text = format!("line {number}");
        let at = Nanos(1_767_225_600_000_000_001);
        world.control.print_at("web", stream, &text, at).unwrap();
    };
    let streams = [LogStream::Stdout, LogStream::Stderr];
    let mut lines = Vec::new();
    let mut cursor = None;
    for number in 0..8 {
        // Each time it stands behind the other stream.
        print(number, streams[number as usize % 2]);
        let mut page = world.page().await;
        let resume = cursor.map(|cursor| ResumePoint {
            container: world.id("web"),
            cursor,
        });
        let history = Target::History {
            container: world.id("web"),
        };
        let sub = page
            .subscribe_with(history, resume.into_iter().collect(), Start::First)
            .await;
        page.until("the past", |p| {
            p.first(sub).state() == Some(&StreamState::Ended)
        })
        .await;
        lines.extend_from_slice(page.lines(sub));
        cursor = page.first(sub).cursor;
    }
    assert_eq!(lines, numbered("line", 0..8));
}
