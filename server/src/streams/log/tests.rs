//! What a page is told of a log that says nothing, and how often a log is opened that goes back.

use std::time::Duration;

use super::pump::HEAD_AFTER;
use super::*;
use crate::docker::fake::{FakeDaemon, Reply, Then, ok};
use crate::streams::outbound::Outbound;
use crate::streams::upstream::{Ask, Viewing};
use sidekick::model::ContainerId;
use sidekick::protocol::{
    Cursor, LogStream, ServerFrame, ServerMessage, SourceId, StreamState, SubId,
};
use sidekick::time::Nanos;
use tokio::time::Instant;

const SUB: SubId = SubId(1);

fn frame(time: Nanos, text: &str) -> Vec<u8> {
    let line = format!("{} {text}\n", time.to_rfc3339());
    let mut frame = vec![1, 0, 0, 0];
    frame.extend_from_slice(&(line.len() as u32).to_be_bytes());
    frame.extend_from_slice(line.as_bytes());
    frame
}

/// The states that a page is told of a log that is answered like this, up to the first other
/// than "loading", and how long that takes.
async fn first_state(name: &str, log: Reply) -> (StreamState, Duration) {
    let daemon = FakeDaemon::start(name, move |path| {
        if path.ends_with("/json") {
            ok(r#"{"Id":"a","Config":{},"State":{"Status":"running"}}"#)
        } else {
            log.clone()
        }
    });
    let context = Arc::new(Context::default());
    context.set_client(Some(daemon.client()));
    let outbound = Outbound::new(Arc::clone(&context.metrics));
    outbound.open(SUB);
    let manager = LogStreamManager::new(context);
    let container = ContainerId("a".to_owned());
    let began = Instant::now();
    let _viewing = manager.join(
        &container,
        Ask::default(),
        outbound.source(SUB, SourceId(0)),
    );
    loop {
        let bytes = outbound.next().await.unwrap();
        match ServerFrame::decode(&bytes).unwrap().message {
            ServerMessage::Stream {
                state: StreamState::Loading,
                ..
            } => {}
            ServerMessage::Stream { state, .. } => return (state, began.elapsed()),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_answered_log_without_lines_is_soon_called_empty() {
    let (state, after) = first_state("log-empty", Reply::Pieces(vec![], Then::StayOpen)).await;
    assert_eq!(state, StreamState::Empty);
    assert!(after < Duration::from_secs(1), "{after:?}");
}

#[tokio::test(start_paused = true)]
async fn a_log_is_not_called_empty_while_its_request_may_still_be_on_the_way() {
    let (state, after) = first_state("log-silent", Reply::Silence).await;
    assert_eq!(state, StreamState::Empty);
    assert!(after >= HEAD_AFTER, "{after:?}");
}

#[tokio::test(start_paused = true)]
async fn a_log_that_goes_back_whenever_it_is_opened_is_not_opened_without_a_pause() {
    let opened = tokio::sync::watch::Sender::new(0);
    let mut often = opened.subscribe();
    let daemon = FakeDaemon::start("log-back", move |path| {
        if path.ends_with("/json") {
            return ok(r#"{"Id":"a","Config":{},"State":{"Status":"running"}}"#);
        }
        // Each time there is one line more, and then an old one.
        opened.send_modify(|times| *times += 1);
        let lines = *opened.borrow() + 1;
        let times = (1..lines + 1)
            .chain([0])
            .map(|n| 1_767_225_600_000_000_000 + n);
        let frames = times.map(|time| frame(Nanos(time), "line"));
        Reply::Pieces(frames.collect(), Then::StayOpen)
    });
    let context = Arc::new(Context::default());
    context.set_client(Some(daemon.client()));
    let outbound = Outbound::new(Arc::clone(&context.metrics));
    outbound.open(SUB);
    let manager = LogStreamManager::new(context);
    let container = ContainerId("a".to_owned());
    let began = Instant::now();
    let sink = outbound.source(SUB, SourceId(0));
    let _viewing = manager.join(&container, Ask::default(), sink);
    often.wait_for(|times| *times == 100).await.unwrap();
    let took = began.elapsed();
    assert!(took > Duration::from_secs(60), "{took:?}");
}

/// One who looks at the log of a daemon.
struct Looker {
    outbound: Outbound,
    _viewing: Viewing<LogStore>,
    _manager: LogStreamManager,
    _daemon: FakeDaemon,
}

impl Looker {
    fn start(daemon: FakeDaemon, ask: Ask) -> Self {
        let context = Arc::new(Context::default());
        context.set_client(Some(daemon.client()));
        let outbound = Outbound::new(Arc::clone(&context.metrics));
        outbound.open(SUB);
        let sink = outbound.source(SUB, SourceId(0));
        let manager = LogStreamManager::new(context);
        Self {
            outbound,
            _viewing: manager.join(&ContainerId("a".to_owned()), ask, sink),
            _manager: manager,
            _daemon: daemon,
        }
    }

    /// Its lines up to this one, and nothing else.
    async fn lines_up_to(&self, last: &str) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        while lines.last().is_none_or(|it| it != last) {
            let frame = ServerFrame::decode(&self.outbound.next().await.unwrap()).unwrap();
            match frame.message {
                ServerMessage::Logs { .. } => {
                    lines.extend(frame.batch.iter().map(|entry| entry.text.to_owned()));
                }
                ServerMessage::Stream { .. } => {}
                other => panic!("{other:?}"),
            }
        }
        lines
    }

    async fn is_told(&self, wanted: StreamState) {
        loop {
            let frame = ServerFrame::decode(&self.outbound.next().await.unwrap()).unwrap();
            if matches!(frame.message, ServerMessage::Stream { state, .. } if state == wanted) {
                return;
            }
        }
    }
}

const AT: Nanos = Nanos(1_767_225_600_000_000_007);

#[tokio::test(start_paused = true)]
async fn a_pause_amid_the_newest_lines_is_not_their_beginning() {
    let frames = |range: std::ops::Range<usize>| -> Vec<_> {
        range.map(|n| frame(AT, &format!("line {n}"))).collect()
    };
    const PAUSE: Duration = Duration::from_secs(3);
    let began = Instant::now();
    let daemon = FakeDaemon::start("log-pause", move |path| {
        let later = frame(Nanos(AT.0 + 1), "later");
        if path.ends_with("/json") {
            ok(r#"{"Id":"a","Config":{},"State":{"Status":"running"}}"#)
        } else if path.contains("follow=1") {
            // The newest thousand, and what is printed then.
            let rest = [frames(600..1500), vec![later]].concat();
            Reply::Halting(frames(500..600), PAUSE, rest)
        } else {
            let first = if path.contains("tail=1000") { 500 } else { 0 };
            let mut all = frames(first..1500);
            all.extend((began.elapsed() >= PAUSE).then_some(later));
            Reply::Pieces(all, Then::End)
        }
    });
    let cursor = Some(Cursor {
        time: AT,
        stream: LogStream::Stdout,
        occurrence: 50,
    });
    let ask = Ask {
        cursor,
        ..Ask::default()
    };
    let lines = Looker::start(daemon, ask).lines_up_to("later").await;
    let mut expected: Vec<_> = (51..1500).map(|n| format!("line {n}")).collect();
    expected.push("later".to_owned());
    assert_eq!(lines, expected);
}

#[tokio::test(start_paused = true)]
async fn who_comes_back_to_a_log_of_one_line_is_soon_told_that_nothing_is_missing() {
    let asked = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let often = Arc::clone(&asked);
    let daemon = FakeDaemon::start("log-one", move |path| {
        if path.ends_with("/json") {
            return ok(r#"{"Id":"a","Config":{},"State":{"Status":"running"}}"#);
        }
        often.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        let then = match path.contains("follow=1") {
            true => Then::StayOpen,
            false => Then::End,
        };
        Reply::Pieces(vec![frame(AT, "line")], then)
    });
    let cursor = Some(Cursor {
        time: AT,
        stream: LogStream::Stdout,
        occurrence: 0,
    });
    let ask = Ask {
        cursor,
        ..Ask::default()
    };
    let began = Instant::now();
    let looker = Looker::start(daemon, ask);
    looker.is_told(StreamState::Live).await;
    let took = began.elapsed();
    assert!(took < Duration::from_secs(1), "{took:?}");
    tokio::time::sleep(Duration::from_secs(600)).await;
    assert_eq!(asked.load(std::sync::atomic::Ordering::SeqCst), 2);
}

#[tokio::test(start_paused = true)]
async fn who_comes_back_after_the_clock_was_set_back_goes_on_behind_its_last_line() {
    // 1500 lines an hour before what the page holds, all of them printed after that.
    let early = |n: i64| frame(Nanos(AT.0 - 3_600_000_000_000 + n), &format!("line {n}"));
    let daemon = FakeDaemon::start("log-back-clock", move |path| {
        if path.ends_with("/json") {
            return ok(r#"{"Id":"a","Config":{},"State":{"Status":"running"}}"#);
        }
        match path.contains("follow=1") {
            true => Reply::Pieces((500..1500).map(early).collect(), Then::StayOpen),
            false => {
                let all = [vec![frame(AT, "held")], (0..1500).map(early).collect()].concat();
                Reply::Pieces(all, Then::End)
            }
        }
    });
    let cursor = Some(Cursor {
        time: AT,
        stream: LogStream::Stdout,
        occurrence: 0,
    });
    let ask = Ask {
        cursor,
        ..Ask::default()
    };
    let looker = Looker::start(daemon, ask);
    let expected: Vec<_> = (0..1500).map(|n| format!("line {n}")).collect();
    assert_eq!(looker.lines_up_to("line 1499").await, expected);
    looker.is_told(StreamState::Live).await;
}

/// A daemon whose log is, each time it is followed, the next of these (at last always the last), and whose
/// log otherwise is the last.
fn opened_as(name: &str, readings: &'static [&'static [&'static str]]) -> FakeDaemon {
    let opened = std::sync::atomic::AtomicUsize::new(0);
    FakeDaemon::start(name, move |path| {
        if path.ends_with("/json") {
            return ok(r#"{"Id":"a","Config":{},"State":{"Status":"running"}}"#);
        }
        let lines = |at: usize| readings[at].iter().map(|line| frame(AT, line)).collect();
        let last = readings.len() - 1;
        match path.contains("follow=1") {
            true => {
                let at = opened.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                Reply::Pieces(lines(at.min(last)), Then::StayOpen)
            }
            false => Reply::Pieces(lines(last), Then::End),
        }
    })
}

#[tokio::test(start_paused = true)]
async fn a_line_that_comes_again_right_behind_the_opening_of_a_log_is_shown_once() {
    let readings: &[&[_]] = &[&["one", "one", "two"], &["one", "two"]];
    for start in [Start::Newest, Start::First] {
        let ask = Ask {
            start,
            ..Ask::default()
        };
        let looker = Looker::start(opened_as("log-doubled", readings), ask);
        assert_eq!(looker.lines_up_to("two").await, ["one", "two"], "{start:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_line_that_every_opening_of_a_log_gives_twice_is_shown_twice() {
    let readings: &[&[_]] = &[&["one", "one", "", "", "two"]];
    let looker = Looker::start(opened_as("log-own", readings), Ask::default());
    assert_eq!(looker.lines_up_to("two").await, readings[0]);
}

#[tokio::test(start_paused = true)]
async fn who_is_still_brought_what_it_lacks_is_not_told_that_it_is_live() {
    let line = |n: i64| frame(Nanos(AT.0 + n), &format!("line {n}"));
    let daemon = FakeDaemon::start("log-lacks", move |path| {
        if path.ends_with("/json") {
            return ok(r#"{"Id":"a","Config":{},"State":{"Status":"running"}}"#);
        }
        match path.contains("follow=1") {
            true => Reply::Pieces((2000..3000).map(line).collect(), Then::StayOpen),
            false => Reply::Late(Duration::from_secs(5), (0..3000).map(line).collect()),
        }
    });
    let cursor = Some(Cursor {
        time: AT,
        stream: LogStream::Stdout,
        occurrence: 0,
    });
    let ask = Ask {
        cursor,
        ..Ask::default()
    };
    let looker = Looker::start(daemon, ask);
    let mut lines = 0;
    loop {
        let bytes = looker.outbound.next().await.unwrap();
        let frame = ServerFrame::decode(&bytes).unwrap();
        lines += frame.batch.len();
        match frame.message {
            ServerMessage::Stream {
                state: StreamState::Live,
                ..
            } => break,
            ServerMessage::Stream { state, .. } => assert_eq!(state, StreamState::Loading),
            ServerMessage::Logs { .. } => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(lines, 2999);
}

/// A daemon that gives these lines to who follows the newest of a container, and has removed it then.
fn removed_behind(name: &str, lines: Vec<Vec<u8>>) -> FakeDaemon {
    let given = std::sync::atomic::AtomicBool::new(false);
    FakeDaemon::start(name, move |path| {
        let follows = path.contains("follow=1") && path.contains("tail=1000");
        if follows && !given.swap(true, std::sync::atomic::Ordering::SeqCst) {
            return Reply::Pieces(lines.clone(), Then::End);
        }
        match path.ends_with("/json") && !given.load(std::sync::atomic::Ordering::SeqCst) {
            true => ok(r#"{"Id":"a","Config":{},"State":{"Status":"running"}}"#),
            false => Reply::Whole(404, r#"{"message":"No such container"}"#.to_owned()),
        }
    })
}

#[tokio::test(start_paused = true)]
async fn who_cannot_begin_where_it_wants_gets_what_is_left_behind_a_gap() {
    for (start, expected) in [(Start::First, 1000), (Start::Tail(5), 5)] {
        let lines = (0..1000).map(|n| frame(Nanos(AT.0 + n), &format!("line {n}")));
        let daemon = removed_behind("log-left", lines.collect());
        let ask = Ask {
            start,
            ..Ask::default()
        };
        let looker = Looker::start(daemon, ask);
        let (mut lines, mut gaps) = (0, Vec::new());
        loop {
            let bytes = looker.outbound.next().await.unwrap();
            let frame = ServerFrame::decode(&bytes).unwrap();
            lines += frame.batch.len();
            match frame.message {
                ServerMessage::Gap { gap, .. } => gaps.push((lines, gap)),
                ServerMessage::Stream {
                    state: StreamState::Removed,
                    ..
                } => break,
                _ => {}
            }
        }
        assert_eq!(lines, expected, "{start:?}");
        let gap = Gap {
            lines: None,
            after: None,
            before: Some(AT),
            reason: GapReason::Unavailable,
        };
        let wanted = if start == Start::First {
            vec![(0, gap)]
        } else {
            vec![]
        };
        assert_eq!(gaps, wanted, "{start:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn who_comes_back_to_a_container_that_was_removed_meanwhile_hears_of_it_behind_a_gap() {
    let lines = (0..1000).map(|n| frame(AT, &format!("line {n}")));
    let daemon = removed_behind("log-removed", lines.collect());
    let ask = Ask {
        cursor: Some(Cursor {
            time: AT,
            stream: LogStream::Stdout,
            occurrence: 2000,
        }),
        ..Ask::default()
    };
    let looker = Looker::start(daemon, ask);
    let told = tokio::time::timeout(
        Duration::from_secs(60),
        looker.is_told(StreamState::Removed),
    );
    assert!(told.await.is_ok());
}
