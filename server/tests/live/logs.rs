//! Logs: everything once and in order, or its absence is shown.

use std::time::Duration;

use server::demo::{Begin, DemoOptions, Fault, Kind, Spec};
use server::metrics::UpstreamKind;
use sidekick::protocol::{ClientMessage, Gap, GapReason, ResumePoint, StreamState};

use crate::support::{Page, World, eventually, numbered};

#[tokio::test]
async fn a_page_gets_the_newest_thousand_lines_and_then_what_follows() {
    let world = World::start(vec![Spec::new("web")]).await;
    world.print("web", numbered("old", 0..1500));
    let mut page = world.page().await;
    let sub = page.subscribe(world.logs("web")).await;
    page.until("the backlog", |p| p.lines(sub).len() >= 1000)
        .await;
    assert_eq!(page.lines(sub), numbered("old", 500..1500));
    assert_eq!(page.first(sub).name, "web");
    world.print("web", numbered("new", 0..100));
    page.until("what follows", |p| p.lines(sub).len() >= 1100)
        .await;
    page.settle(Duration::ZERO).await;
    assert_eq!(page.lines(sub)[1000..], numbered("new", 0..100));
    assert_eq!(page.first(sub).state(), Some(&StreamState::Live));
}

#[tokio::test]
async fn an_empty_log_is_shown_as_empty_until_something_is_printed() {
    let world = World::start(vec![Spec::new("web")]).await;
    let mut page = world.page().await;
    let sub = page.subscribe(world.logs("web")).await;
    page.until("empty", |p| {
        p.first(sub).state() == Some(&StreamState::Empty)
    })
    .await;
    world.print("web", ["first".to_owned()]);
    page.until("the first line", |p| p.lines(sub) == ["first"])
        .await;
    page.until("live", |p| p.first(sub).state() == Some(&StreamState::Live))
        .await;
}

#[tokio::test]
async fn two_pages_share_one_upstream_which_closes_after_the_last_left() {
    let world = World::start(vec![Spec::new("web")]).await;
    world.print("web", numbered("line", 0..1200));
    let mut first = world.page().await;
    let mut second = world.page().await;
    let one = first.subscribe(world.logs("web")).await;
    first
        .until("the backlog", |p| p.lines(one).len() >= 1000)
        .await;
    world.print("web", numbered("more", 0..50));
    first.until("more", |p| p.lines(one).len() >= 1050).await;
    let two = second.subscribe(world.logs("web")).await;
    second
        .until("the same", |p| p.lines(two).len() >= 1000)
        .await;
    // The later page sees the newest thousand of what the first one has.
    assert_eq!(second.lines(two), &first.lines(one)[50..]);
    assert_eq!(world.open(UpstreamKind::Logs), 1);
    assert_eq!(world.control.requests(Kind::Logs), 1);

    first.unsubscribe(one).await;
    world.print("web", ["still here".to_owned()]);
    second
        .until("the other page goes on", |p| {
            p.lines(two).last().is_some_and(|l| l == "still here")
        })
        .await;
    assert_eq!(world.open(UpstreamKind::Logs), 1);
    drop(second);
    let took = eventually("closed", || {
        world.open(UpstreamKind::Logs) == 0 && world.control.open_connections(Kind::Logs) == 0
    })
    .await;
    assert!(took < Duration::from_secs(1), "{took:?}");
}

#[tokio::test]
async fn going_from_a_to_b_and_back_shows_only_a_and_each_line_once() {
    let world = World::start(vec![Spec::new("a1"), Spec::new("b1")]).await;
    world.print("a1", numbered("a", 0..300));
    world.print("b1", numbered("b", 0..300));
    let mut page = world.page().await;
    let mut last = None;
    for name in ["a1", "b1", "a1", "b1", "a1"] {
        if let Some(sub) = last {
            page.unsubscribe(sub).await;
        }
        last = Some(page.subscribe(world.logs(name)).await);
    }
    let sub = last.unwrap();
    world.print("b1", numbered("late b", 0..50));
    world.print("a1", numbered("late a", 0..50));
    page.until("all of a", |p| p.lines(sub).len() >= 350).await;
    page.settle(Duration::from_millis(100)).await;
    let expected: Vec<_> = numbered("a", 0..300)
        .into_iter()
        .chain(numbered("late a", 0..50))
        .collect();
    assert_eq!(page.lines(sub), expected);
    assert_eq!(page.refused, [] as [String; 0]);
    eventually("one upstream", || world.open(UpstreamKind::Logs) == 1).await;
}

#[tokio::test]
async fn a_broken_stream_goes_on_without_repeating_or_losing_a_line() {
    let world = World::start(vec![Spec::new("web")]).await;
    world.print("web", numbered("line", 0..500));
    let mut page = world.page().await;
    let sub = page.subscribe(world.logs("web")).await;
    page.until("the backlog", |p| p.lines(sub).len() >= 500)
        .await;
    world.control.hang_up();
    page.until("broken", |p| {
        p.first(sub)
            .states
            .iter()
            .any(|s| matches!(s, StreamState::Reconnecting { attempt: 1, .. }))
    })
    .await;
    // More than the smallest tail that is asked for.
    world.print("web", numbered("line", 500..3000));
    page.until("the rest", |p| p.lines(sub).len() >= 3000).await;
    page.settle(Duration::from_millis(100)).await;
    assert_eq!(page.lines(sub), numbered("line", 0..3000));
    assert!(page.first(sub).gaps.is_empty());
    assert_eq!(page.first(sub).state(), Some(&StreamState::Live));
    // Data flowed, so the next break is a first one again.
    world.control.hang_up();
    let first_attempts = |p: &Page| {
        let states = p.first(sub).states.iter();
        states
            .filter(|s| matches!(s, StreamState::Reconnecting { attempt: 1, .. }))
            .count()
    };
    page.until("broken again", |p| first_attempts(p) == 2).await;
}

#[tokio::test]
async fn lines_that_docker_has_rotated_away_are_a_gap_in_their_place() {
    let world = World::with(DemoOptions {
        max_lines: 100,
        ..DemoOptions::quiet(vec![Spec::new("web")])
    })
    .await;
    world.print("web", numbered("line", 0..50));
    let mut page = world.page().await;
    let sub = page.subscribe(world.logs("web")).await;
    page.until("the backlog", |p| p.lines(sub).len() >= 50)
        .await;
    let resume = vec![ResumePoint {
        container: world.id("web"),
        cursor: page.first(sub).cursor.unwrap(),
    }];
    world.control.hang_up();
    page.until("broken", |p| {
        matches!(p.first(sub).state(), Some(StreamState::Reconnecting { .. }))
    })
    .await;
    world.print("web", numbered("line", 50..500));
    page.until("what is left", |p| p.lines(sub).len() >= 150)
        .await;
    page.settle(Duration::from_millis(100)).await;
    assert_eq!(page.lines(sub)[50..], numbered("line", 400..500));
    let reasons = |gaps: &[Gap]| gaps.iter().map(|g| g.reason).collect::<Vec<_>>();
    assert_eq!(reasons(&page.first(sub).gaps), [GapReason::Rotated]);

    // A page that comes back finds its place in the ring, with the gap behind it.
    let mut other = world.page().await;
    let back = other.resume(world.logs("web"), resume.clone()).await;
    other
        .until("from the ring", |p| p.lines(back).len() >= 100)
        .await;
    assert_eq!(other.lines(back), numbered("line", 400..500));
    assert_eq!(reasons(&other.first(back).gaps), [GapReason::Rotated]);

    // And so does one for which it has to be read again.
    drop((page, other));
    eventually("closed", || world.open(UpstreamKind::Logs) == 0).await;
    let mut late = world.page().await;
    let back = late.resume(world.logs("web"), resume).await;
    late.until("what is left", |p| p.lines(back).len() >= 100)
        .await;
    late.settle(Duration::from_millis(700)).await;
    assert_eq!(late.lines(back), numbered("line", 400..500));
    assert_eq!(reasons(&late.first(back).gaps), [GapReason::Rotated]);
    // A page holds a backlog back until a state tells that it is complete.
    assert!(late.first(back).state_after_backlog);
}

#[tokio::test]
async fn what_is_left_behind_a_lost_line_is_shown_also_where_only_the_other_stream_printed() {
    let world = World::with(DemoOptions {
        max_lines: 3,
        ..DemoOptions::quiet(vec![Spec::new("web")])
    })
    .await;
    world.print("web", ["out".to_owned()]);
    let mut page = world.page().await;
    let sub = page.subscribe(world.logs("web")).await;
    page.until("the line", |p| p.lines(sub) == ["out"]).await;
    world.control.hang_up();
    page.until("broken", |p| {
        matches!(p.first(sub).state(), Some(StreamState::Reconnecting { .. }))
    })
    .await;
    let out = page.first(sub).cursor.unwrap();
    for n in 0..4 {
        let (line, at) = (format!("err {n}"), sidekick::time::Nanos(out.time.0 + n));
        world
            .control
            .print_at("web", sidekick::protocol::LogStream::Stderr, &line, at)
            .unwrap();
    }
    world.control.stop("web").unwrap();
    page.until("ended", |p| {
        p.first(sub).state() == Some(&StreamState::Ended)
    })
    .await;
    assert_eq!(page.lines(sub)[1..], numbered("err", 1..4));
    let reasons: Vec<_> = page.first(sub).gaps.iter().map(|g| g.reason).collect();
    assert_eq!(reasons, [GapReason::Rotated]);
}

#[tokio::test]
async fn a_stopped_container_shows_its_log_once_and_goes_on_when_it_starts() {
    let exited = Begin::Exited {
        code: 0,
        ago_s: 5,
        ran_s: 5,
    };
    let world = World::start(vec![Spec::new("job").begin(exited)]).await;
    world.print("job", numbered("first run", 0..20));
    let mut page = world.page().await;
    let sub = page.subscribe(world.logs("job")).await;
    page.until("ended", |p| {
        p.first(sub).state() == Some(&StreamState::Ended)
    })
    .await;
    assert_eq!(page.lines(sub), numbered("first run", 0..20));
    let asked = world.control.requests(Kind::Logs);
    page.settle(Duration::from_millis(2500)).await;
    assert_eq!(
        world.control.requests(Kind::Logs),
        asked,
        "it waits for the start"
    );
    world.control.start("job").unwrap();
    world.print("job", numbered("second run", 0..20));
    page.until("the second run", |p| p.lines(sub).len() >= 40)
        .await;
    page.settle(Duration::from_millis(100)).await;
    assert_eq!(page.lines(sub)[20..], numbered("second run", 0..20));
    world.control.stop("job").unwrap();
    page.until("ended again", |p| {
        p.first(sub).state() == Some(&StreamState::Ended)
    })
    .await;
    world.control.remove("job").unwrap();
    page.until("removed", |p| {
        p.first(sub).state() == Some(&StreamState::Removed)
    })
    .await;
    assert_eq!(page.lines(sub).len(), 40);
}

#[tokio::test]
async fn a_page_that_comes_back_goes_on_behind_its_last_line() {
    let world = World::start(vec![Spec::new("web")]).await;
    world.print("web", numbered("line", 0..100));
    for away in [100..200, 200..5000, 5000..5000] {
        let mut page = world.page().await;
        let sub = page.subscribe(world.logs("web")).await;
        page.until("the newest", |p| p.lines(sub).len() >= away.start.min(1000))
            .await;
        let cursor = page.first(sub).cursor.unwrap();
        drop(page);
        eventually("closed", || world.open(UpstreamKind::Logs) == 0).await;
        let end = away.end;
        let expected = numbered("line", away.clone());
        world.print("web", numbered("line", away));
        let mut page = world.page().await;
        let resume = ResumePoint {
            container: world.id("web"),
            cursor,
        };
        let sub = page.resume(world.logs("web"), vec![resume]).await;
        page.until("what was missed", |p| p.lines(sub).len() >= expected.len())
            .await;
        page.settle(Duration::from_millis(700)).await;
        assert_eq!(page.lines(sub), expected, "up to {end}");
        assert!(page.first(sub).gaps.is_empty());
    }
}

#[tokio::test]
async fn a_page_that_comes_back_to_a_container_that_never_pauses_gets_what_it_missed() {
    let world = World::start(vec![Spec::new("web")]).await;
    world.print("web", numbered("line", 0..100));
    let mut page = world.page().await;
    let sub = page.subscribe(world.logs("web")).await;
    page.until("the start", |p| p.lines(sub).len() == 100).await;
    let cursor = page.first(sub).cursor.unwrap();
    drop(page);
    eventually("closed", || world.open(UpstreamKind::Logs) == 0).await;
    world.print("web", numbered("line", 100..3000));
    let control = world.control.clone();
    let printer = tokio::spawn(async move {
        let mut number = 3000;
        loop {
            let line = format!("line {number}");
            let _ = control.print("web", sidekick::protocol::LogStream::Stdout, &line);
            number += 1;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    let mut page = world.page().await;
    let resume = ResumePoint {
        container: world.id("web"),
        cursor,
    };
    let sub = page.resume(world.logs("web"), vec![resume]).await;
    page.until("what was missed", |p| p.lines(sub).len() >= 3000)
        .await;
    printer.abort();
    let lines = page.lines(sub);
    assert_eq!(lines, numbered("line", 100..100 + lines.len()));
    assert!(page.first(sub).gaps.is_empty());
}

#[tokio::test]
async fn a_page_that_comes_back_to_a_container_that_stopped_hears_of_the_end_behind_its_last_line()
{
    let world = World::start(vec![Spec::new("web")]).await;
    world.print("web", numbered("line", 0..100));
    let mut page = world.page().await;
    let sub = page.subscribe(world.logs("web")).await;
    page.until("the start", |p| p.lines(sub).len() == 100).await;
    let cursor = page.first(sub).cursor.unwrap();
    drop(page);
    // More than memory holds, so that it takes a reading of its own to come back.
    world.print("web", numbered("line", 100..5000));
    world.control.stop("web").unwrap();
    let has_ended = |p: &Page, sub| p.first(sub).state() == Some(&StreamState::Ended);
    let mut other = world.page().await;
    let watching = other.subscribe(world.logs("web")).await;
    other.until("ended", |p| has_ended(p, watching)).await;
    let mut page = world.page().await;
    let resume = ResumePoint {
        container: world.id("web"),
        cursor,
    };
    let sub = page.resume(world.logs("web"), vec![resume]).await;
    page.until("ended", |p| has_ended(p, sub)).await;
    assert_eq!(page.lines(sub), numbered("line", 100..5000));
}

#[tokio::test]
async fn a_page_that_comes_back_to_a_stream_others_look_at_goes_on_behind_its_last_line() {
    let world = World::start(vec![Spec::new("web")]).await;
    world.print("web", numbered("line", 0..100));
    let mut other = world.page().await;
    let watching = other.subscribe(world.logs("web")).await;
    other
        .until("the newest", |p| p.lines(watching).len() >= 100)
        .await;
    let cursor = other.first(watching).cursor.unwrap();
    let resume = || {
        vec![ResumePoint {
            container: world.id("web"),
            cursor,
        }]
    };
    world.print("web", numbered("line", 100..300));
    other
        .until("more", |p| p.lines(watching).len() >= 300)
        .await;
    // In the ring.
    let mut page = world.page().await;
    let sub = page.resume(world.logs("web"), resume()).await;
    page.until("from the ring", |p| p.lines(sub).len() >= 200)
        .await;
    page.settle(Duration::ZERO).await;
    assert_eq!(page.lines(sub), numbered("line", 100..300));
    // Long out of the ring, while lines go on.
    world.print("web", numbered("line", 300..4000));
    let mut page = world.page().await;
    let sub = page.resume(world.logs("web"), resume()).await;
    world.print("web", numbered("line", 4000..4100));
    page.until("all", |p| p.lines(sub).len() >= 4000).await;
    page.settle(Duration::from_millis(100)).await;
    assert_eq!(page.lines(sub), numbered("line", 100..4100));
    assert!(page.first(sub).gaps.is_empty());
}

#[tokio::test]
async fn a_page_that_comes_back_for_rotated_lines_gets_all_that_docker_still_has() {
    let world = World::with(DemoOptions {
        max_lines: 3000,
        ..DemoOptions::quiet(vec![Spec::new("web"), Spec::new("other")])
    })
    .await;
    world.print("web", ["line 0".to_owned()]);
    let mut page = world.page().await;
    let sub = page.subscribe(world.logs("web")).await;
    page.until("the line", |p| p.lines(sub).len() == 1).await;
    let cursor = page.first(sub).cursor.unwrap();
    drop(page);
    eventually("closed", || world.open(UpstreamKind::Logs) == 0).await;
    world.print("web", numbered("line", 1..5000));
    // Only the other stream, and not for long enough that the times could tell.
    for n in 0..4000 {
        let (line, at) = (format!("err {n}"), sidekick::time::Nanos(cursor.time.0 + n));
        world
            .control
            .print_at("other", sidekick::protocol::LogStream::Stderr, &line, at)
            .unwrap();
    }
    for (name, prefix, rest) in [("web", "line", 2000..5000), ("other", "err", 1000..4000)] {
        let mut page = world.page().await;
        let resume = ResumePoint {
            container: world.id(name),
            cursor,
        };
        let sub = page.resume(world.logs(name), vec![resume]).await;
        let left = numbered(prefix, rest);
        page.until("what is left", |p| p.lines(sub).last() == left.last())
            .await;
        page.settle(Duration::from_millis(300)).await;
        assert_eq!(page.lines(sub), left);
        let gaps = &page.first(sub).gaps;
        assert_eq!(gaps.len(), 1);
        assert_eq!(gaps[0].reason, GapReason::Rotated);
        assert_eq!(gaps[0].after, Some(cursor.time));
    }
}

#[tokio::test]
async fn a_page_that_comes_back_after_more_than_it_holds_gets_the_newest_lines() {
    let world = World::with(DemoOptions {
        max_lines: 100_000,
        ..DemoOptions::quiet(vec![Spec::new("web")])
    })
    .await;
    world.print("web", ["line 0".to_owned()]);
    let mut page = world.page().await;
    let sub = page.subscribe(world.logs("web")).await;
    page.until("the line", |p| p.lines(sub).len() == 1).await;
    let cursor = page.first(sub).cursor.unwrap();
    drop(page);
    eventually("closed", || world.open(UpstreamKind::Logs) == 0).await;
    world.print("web", numbered("line", 1..80_000));
    let mut page = world.page().await;
    let resume = ResumePoint {
        container: world.id("web"),
        cursor,
    };
    let sub = page.resume(world.logs("web"), vec![resume]).await;
    page.until("the newest", |p| {
        p.lines(sub).last().is_some_and(|l| l == "line 79999")
    })
    .await;
    page.settle(Duration::from_millis(300)).await;
    assert_eq!(page.lines(sub), numbered("line", 16_000..80_000));
    let gaps = &page.first(sub).gaps;
    assert_eq!(gaps.len(), 1);
    assert_eq!(gaps[0].reason, GapReason::Skipped);
    assert_eq!(gaps[0].after, Some(cursor.time));
    assert!(gaps[0].before.is_some());
    // Then it is like any other.
    world.print("web", ["next".to_owned()]);
    page.until("live", |p| p.lines(sub).last().is_some_and(|l| l == "next"))
        .await;
    assert_eq!(page.lines(sub).len(), 64_001);
}

#[tokio::test]
async fn a_page_that_comes_back_to_a_removed_container_lacks_nothing_and_keeps_its_name() {
    let world = World::start(vec![Spec::new("web")]).await;
    world.print("web", numbered("line", 0..20));
    let mut page = world.page().await;
    let logs = world.logs("web");
    let container = world.id("web");
    let sub = page.subscribe(logs.clone()).await;
    page.until("the lines", |p| p.lines(sub).len() == 20).await;
    let cursor = page.first(sub).cursor.unwrap();
    world.control.remove("web").unwrap();
    page.until("removed", |p| {
        p.first(sub).state() == Some(&StreamState::Removed) && p.container("web").is_none()
    })
    .await;
    // Until the server has forgotten the log and asks for it again.
    let mut back = sub;
    while back == sub || page.first(back).states[0] != StreamState::Loading {
        page.unsubscribe(back).await;
        tokio::time::sleep(Duration::from_millis(400)).await;
        let resume = ResumePoint {
            container: container.clone(),
            cursor,
        };
        back = page.resume(logs.clone(), vec![resume]).await;
        page.until("removed still", |p| {
            p.first(back).state() == Some(&StreamState::Removed)
        })
        .await;
    }
    page.settle(Duration::from_millis(300)).await;
    let seen = page.first(back);
    assert_eq!((&seen.gaps[..], seen.lines.len()), (&[][..], 0));
    assert_eq!(seen.name, "web");
}

#[tokio::test]
async fn what_is_read_for_a_page_that_comes_back_ends_when_it_leaves_again() {
    let world = World::start(vec![Spec::new("web")]).await;
    world.print("web", numbered("line", 0..100));
    let mut watching = world.page().await;
    let sub = watching.subscribe(world.logs("web")).await;
    watching
        .until("the start", |p| p.lines(sub).len() == 100)
        .await;
    let cursor = watching.first(sub).cursor.unwrap();
    world.print("web", numbered("line", 100..3000));
    watching.until("all", |p| p.lines(sub).len() == 3000).await;
    // Docker is silent before it came to the page's last line.
    world.control.fail_next(Kind::Logs, Fault::StallAfter(1000));
    let mut page = world.page().await;
    let resume = ResumePoint {
        container: world.id("web"),
        cursor,
    };
    let back = page.resume(world.logs("web"), vec![resume]).await;
    eventually("read", || world.open(UpstreamKind::Logs) == 2).await;
    page.unsubscribe(back).await;
    let took = eventually("ended", || world.open(UpstreamKind::Logs) == 1).await;
    assert!(took < Duration::from_secs(3), "{took:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_comes_back_under_a_flood_lacks_nothing() {
    let options = DemoOptions {
        max_lines: 1_000_000,
        ..DemoOptions::quiet(vec![Spec::new("web")])
    };
    let world = World::with(options).await;
    world.print("web", numbered("line", 0..10));
    let mut page = world.page().await;
    let before = page.subscribe(world.logs("web")).await;
    page.until("what was there", |p| p.lines(before).len() == 10)
        .await;
    let held = ResumePoint {
        container: world.id("web"),
        cursor: page.first(before).cursor.unwrap(),
    };
    page.unsubscribe(before).await;
    // Somebody else looks, so that the memory goes on.
    let mut other = world.page().await;
    other.eager = false;
    let elsewhere = other.subscribe(world.logs("web")).await;
    world.print("web", numbered("line", 10..5000));
    other
        .until("it flows", |p| p.lines(elsewhere).len() > 1000)
        .await;
    let total = 55_000;
    world.control.flood("web", 30_000, total).unwrap();
    let sub = page.resume(world.logs("web"), vec![held]).await;
    page.until("the end", |p| p.lines(sub).len() as u64 >= 4990 + total)
        .await;
    assert_eq!(page.first(sub).gaps, []);
    assert_eq!(page.lines(sub)[..4990], numbered("line", 10..5000));
    assert_eq!(page.lines(sub).len() as u64, 4990 + total);
}

#[tokio::test]
async fn a_slow_viewer_is_read_what_it_lacks_once_then_gets_a_gap_and_does_not_slow_others() {
    let world = World::start(vec![Spec::new("web")]).await;
    let mut slow = world.page().await;
    let mut quick = world.page().await;
    let lagging = slow.subscribe(world.logs("web")).await;
    let sub = quick.subscribe(world.logs("web")).await;
    for (page, sub) in [(&mut slow, lagging), (&mut quick, sub)] {
        page.until("joined", |p| p.first(sub).state().is_some())
            .await;
    }
    let wide = "x".repeat(8000);
    let total = 4800;
    let line = |n: usize| format!("{n} {wide}");
    for lines in [0..1800, 1800..total] {
        slow.eager = false;
        for first in lines.clone().step_by(100) {
            // Not faster than the demo engine can keep.
            world.print("web", (first..first + 100).map(line));
            quick
                .until("everything", |p| p.lines(sub).len() >= first + 100)
                .await;
        }
        slow.eager = true;
        slow.settle(Duration::ZERO).await;
        slow.credit().await;
        let last = line(lines.end - 1);
        slow.until("the end", |p| p.lines(lagging).last() == Some(&last))
            .await;
        if lines.start == 0 {
            assert_eq!(slow.first(lagging).gaps, []);
            assert!(slow.lines(lagging).iter().cloned().eq(lines.map(line)));
        }
    }
    assert!(quick.first(sub).gaps.is_empty());
    assert!(quick.lines(sub).iter().cloned().eq((0..total).map(line)));
    let seen = slow.first(lagging);
    let missing: u64 = seen.gaps.iter().map(|g| g.lines.unwrap()).sum();
    assert!(seen.gaps.iter().all(|g| g.reason == GapReason::SlowViewer));
    assert!(missing > 0, "24 MB do not fit into the queue");
    assert_eq!(seen.lines.len() as u64 + missing, total as u64);
    let sent = total as u64 - missing;
    slow.until("what was sent", |p| {
        p.served.is_some_and(|it| it.sent == sent)
    })
    .await;
    let served = slow.served.unwrap();
    assert_eq!(served.dropped, missing);
    assert!(served.replayed > 0 && served.lag_ms.is_some());
    let metrics = world.request("/metrics", &[]).await;
    let of = |what: &str, flow: &str| {
        let of_it = |line: &&str| line.starts_with(what) && line.contains(&format!("\"{flow}\"}}"));
        let lines = metrics.lines().filter(of_it);
        let counts = lines.map(|line| line.rsplit(' ').next().unwrap().parse().unwrap());
        counts.collect::<Vec<u64>>()
    };
    let web = "sidekick_container_log_lines_total{container=\"web\",id=\"";
    assert_eq!(of(web, "read"), [total as u64]);
    assert_eq!(of(web, "sent"), [sent + total as u64]);
    assert_eq!(of(web, "dropped"), [missing]);
    let viewers = of("sidekick_viewer_log_lines_total{viewer=", "dropped");
    assert!(viewers.len() == 2 && viewers.contains(&missing) && viewers.contains(&0));
    // Of what is closed nothing is told.
    drop((slow, quick));
    eventually("nobody looks", || world.open(UpstreamKind::Logs) == 0).await;
    let metrics = world.request("/metrics", &[]).await;
    assert!(!metrics.contains("container=\"web\""), "{metrics}");
}

#[tokio::test]
async fn a_logging_driver_that_cannot_be_read_is_a_failure_for_good() {
    let world = World::start(vec![Spec::new("web")]).await;
    world.control.fail_always(
        Kind::Logs,
        Fault::Refuse(
            501,
            "configured logging driver does not support reading".to_owned(),
        ),
    );
    let mut page = world.page().await;
    let sub = page.subscribe(world.logs("web")).await;
    page.until("failed", |p| {
        matches!(p.first(sub).state(), Some(StreamState::Failed { permanent: true, reason }) if reason.contains("does not support reading"))
    })
    .await;
    world.control.heal();
    world.print("web", ["hello".to_owned()]);
    page.send(ClientMessage::Retry { sub }).await;
    page.until("asked for again", |p| p.lines(sub) == ["hello"])
        .await;
}

#[tokio::test]
async fn a_log_that_breaks_at_once_every_time_waits_longer_each_time() {
    let world = World::start(vec![Spec::new("web")]).await;
    world.control.fail_always(Kind::Logs, Fault::CutAfter(0));
    let mut page = world.page().await;
    let sub = page.subscribe(world.logs("web")).await;
    page.until("a second attempt", |p| {
        let of = |n| {
            p.first(sub).states.iter().find_map(|s| match s {
                StreamState::Reconnecting {
                    attempt,
                    retry_in_ms,
                    ..
                } if *attempt == n => Some(*retry_in_ms),
                _ => None,
            })
        };
        of(1).is_some_and(|ms| (1500..=2000).contains(&ms))
            && of(2).is_some_and(|ms| (3000..=4000).contains(&ms))
    })
    .await;
    world.control.heal();
    world.print("web", ["hello".to_owned()]);
    page.send(ClientMessage::Retry { sub }).await;
    page.until("at once", |p| p.lines(sub) == ["hello"]).await;
}

#[tokio::test]
async fn lines_that_docker_repeats_within_one_stream_come_once() {
    let world = World::start(vec![Spec::new("web")]).await;
    let mut page = world.page().await;
    let sub = page.subscribe(world.logs("web")).await;
    for (n, back) in [(1000, 300), (2000, 1500), (3000, 1)] {
        world.print("web", numbered("line", n - 1000..n));
        page.until("all", |p| {
            p.lines(sub).last() == numbered("line", n - 1..n).last()
        })
        .await;
        world.control.replay("web", back).unwrap();
    }
    world.print("web", numbered("line", 3000..3100));
    page.until("the end", |p| p.lines(sub).len() >= 3100).await;
    page.settle(Duration::from_millis(300)).await;
    let expected = numbered("line", 0..3100);
    assert_eq!(page.lines(sub), expected);
    assert!(page.first(sub).gaps.is_empty());
}

#[tokio::test]
async fn what_a_page_lacks_is_asked_for_again_where_the_reading_of_it_breaks() {
    let world = World::start(vec![Spec::new("web")]).await;
    world.print("web", numbered("line", 0..100));
    let mut watching = world.page().await;
    let sub = watching.subscribe(world.logs("web")).await;
    watching
        .until("the start", |p| p.lines(sub).len() == 100)
        .await;
    let cursor = watching.first(sub).cursor.unwrap();
    for n in [1000, 2000, 3000] {
        world.print("web", numbered("line", (n - 1000).max(100)..n));
        watching.until("all", |p| p.lines(sub).len() == n).await;
    }
    world.control.fail_next(Kind::Logs, Fault::CutAfter(20_000));
    let mut page = world.page().await;
    let resume = ResumePoint {
        container: world.id("web"),
        cursor,
    };
    let back = page.resume(world.logs("web"), vec![resume]).await;
    page.until("what it lacks", |p| {
        p.lines(back).last().is_some_and(|l| l == "line 2999")
    })
    .await;
    assert_eq!(page.lines(back), numbered("line", 100..3000));
    assert!(page.first(back).gaps.is_empty());
}

#[tokio::test]
async fn a_log_that_breaks_amid_lines_of_one_timestamp_right_after_opening_is_opened_anew() {
    let world = World::start(vec![Spec::new("web")]).await;
    for n in 0..1500 {
        // The newest thousand begin amid those of the same time.
        let at = sidekick::time::Nanos(1_767_225_600_000_000_000 + (n - 600).max(0));
        let text = format!("line {n}");
        world
            .control
            .print_at("web", sidekick::protocol::LogStream::Stdout, &text, at)
            .unwrap();
    }
    world.control.fail_next(Kind::Logs, Fault::CutAfter(600));
    let mut page = world.page().await;
    let sub = page.subscribe(world.logs("web")).await;
    page.until("broken", |p| {
        matches!(p.first(sub).state(), Some(StreamState::Reconnecting { .. }))
    })
    .await;
    world.print("web", numbered("line", 1500..1505));
    page.send(ClientMessage::Retry { sub }).await;
    page.until("all", |p| {
        p.lines(sub).last().is_some_and(|l| l == "line 1504")
    })
    .await;
    assert_eq!(page.lines(sub), numbered("line", 505..1505));
}
