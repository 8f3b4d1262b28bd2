//! The client's rules, one by one: connecting, heartbeat, hiding, state, order.

// A test may fail; clippy's allowance for tests does not reach helpers of a tests folder.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use sidekick::client::{
    CONNECT_TIMEOUT_MS, Client, HIDDEN_MS, LinkState, Output, PROBE_MS, STABLE_MS, Update,
};
use sidekick::model::{ContainerId, EngineStatus};
use sidekick::protocol::{
    ClientMessage, Cursor, Gap, GapReason, HEARTBEAT_MS, LogBatch, LogStream,
    MAX_CLIENT_MESSAGE_BYTES, ServerMessage, Snapshot, SourceId, StreamState, SubId, Target,
};
use sidekick::time::{Millis, Nanos};

#[derive(Debug, Default, PartialEq)]
struct Done {
    connects: usize,
    closes: usize,
    sent: Vec<ClientMessage>,
    updates: Vec<Update>,
}

struct Page {
    client: Client,
    now: Millis,
}

impl Page {
    fn new() -> Self {
        let now = Millis(0);
        Self {
            client: Client::new(now),
            now,
        }
    }

    /// Connected, greeted, and everything so far taken.
    fn live() -> Self {
        let mut page = Self::new();
        page.connect();
        page
    }

    fn connect(&mut self) -> Done {
        assert_eq!(self.done().connects, 1);
        self.client.on_open(self.now);
        self.hear(&hello());
        self.hear(&snapshot(1));
        let done = self.done();
        assert_eq!(self.client.link(), LinkState::Live);
        done
    }

    fn hear(&mut self, message: &ServerMessage) {
        self.client.on_message(&message.encode(), self.now);
    }

    /// Hears entries of stdout and returns the bytes of the message.
    fn hear_logs(&mut self, sub: SubId, first: [u32; 2], backlog: bool, lines: &[i64]) -> u64 {
        let mut batch = LogBatch::new();
        for &time in lines {
            batch.push_line(Nanos(time), LogStream::Stdout, "x");
        }
        let message = ServerMessage::Logs {
            sub,
            source: SourceId(0),
            first,
            backlog,
        };
        let bytes = message.encode_with(&batch.encode());
        self.client.on_message(&bytes, self.now);
        bytes.len() as u64
    }

    fn wait(&mut self, ms: i64) -> Done {
        self.now = self.now.plus(ms);
        self.client.tick(self.now, 0.0);
        self.done()
    }

    fn done(&mut self) -> Done {
        let mut done = Done::default();
        while let Some(output) = self.client.poll() {
            match output {
                Output::Connect => done.connects += 1,
                Output::Close => done.closes += 1,
                Output::Send(bytes) => done.sent.push(ClientMessage::decode(&bytes).unwrap()),
                Output::Update(update) => done.updates.push(update),
            }
        }
        done
    }

    /// Subscribes to the log of `a` and returns the caller's number and the wire's.
    fn watch(&mut self) -> (SubId, SubId) {
        let sub = self.client.subscribe(target("a"));
        let wire = subscribed(&self.done())[0].0;
        self.join(wire, "a");
        (sub, wire)
    }

    fn join(&mut self, wire: SubId, container: &str) {
        self.hear(&ServerMessage::Source {
            sub: wire,
            source: SourceId(0),
            container: ContainerId(container.into()),
            name: container.into(),
        });
    }
}

fn target(container: &str) -> Target {
    Target::Logs {
        container: ContainerId(container.into()),
    }
}

fn hello() -> ServerMessage {
    ServerMessage::Hello {
        version: "1.0".into(),
        now: Millis(500),
    }
}

fn snapshot(revision: u64) -> ServerMessage {
    ServerMessage::Snapshot(Snapshot {
        revision,
        engine: EngineStatus::Connecting {
            endpoint: "x".into(),
        },
        containers: vec![],
        errors: vec![],
        refreshed: None,
    })
}

fn delta(revision: u64) -> ServerMessage {
    ServerMessage::Delta {
        revision,
        engine: None,
        changed: vec![],
        removed: vec![],
        errors: None,
        refreshed: None,
    }
}

/// The subscriptions that were sent, with the cursors of their resume points.
fn subscribed(done: &Done) -> Vec<(SubId, Vec<Cursor>)> {
    done.sent
        .iter()
        .filter_map(|message| match message {
            ClientMessage::Subscribe { sub, resume, .. } => {
                Some((*sub, resume.iter().map(|point| point.cursor).collect()))
            }
            _ => None,
        })
        .collect()
}

fn times(done: &Done) -> Vec<i64> {
    done.updates
        .iter()
        .flat_map(|update| match update {
            Update::Logs { batch, .. } => batch.iter().map(|e| e.time.0).collect(),
            Update::Gap { .. } => vec![-1],
            _ => vec![],
        })
        .collect()
}

fn waiting(page: &Page) -> i64 {
    match page.client.link() {
        LinkState::Waiting { retry_at } => retry_at.since(page.now),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_new_client_connects_and_says_who_the_server_is() {
    let mut page = Page::new();
    assert_eq!(page.client.link(), LinkState::Connecting);
    let done = page.connect();
    assert_eq!(
        done.updates,
        [
            Update::Hello {
                version: "1.0".into(),
                clock_offset_ms: 500
            },
            Update::Link(LinkState::Live),
            Update::State,
        ]
    );
    assert_eq!(page.client.snapshot().unwrap().revision, 1);
}

#[test]
fn attempts_go_on_for_ever_with_delays_from_half_a_second_to_thirty() {
    let mut page = Page::new();
    page.done();
    let mut delays = Vec::new();
    for jitter in [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0] {
        page.client.on_close(page.now, jitter);
        let delay = waiting(&page);
        delays.push(delay);
        assert_eq!(page.client.next_deadline(), Some(page.now.plus(delay)));
        assert_eq!(page.wait(delay - 1).connects, 0);
        assert_eq!(page.wait(1).connects, 1);
    }
    assert_eq!(
        delays,
        [500, 1000, 2000, 4000, 8000, 15_000, 15_000, 30_000, 30_000]
    );
}

#[test]
fn only_a_connection_that_lasted_starts_the_delays_anew() {
    let mut page = Page::live();
    page.client.on_close(page.now, 0.0);
    assert_eq!(waiting(&page), 500);
    page.wait_and_connect(500);
    page.client.on_close(page.now, 0.0);
    assert_eq!(waiting(&page), 1000);
    page.wait_and_connect(1000);
    page.wait(STABLE_MS);
    page.client.on_close(page.now, 0.0);
    assert_eq!(waiting(&page), 500);
}

impl Page {
    fn wait_and_connect(&mut self, ms: i64) {
        self.now = self.now.plus(ms);
        self.client.tick(self.now, 0.0);
        self.connect();
    }
}

#[test]
fn coming_online_and_becoming_visible_connect_at_once() {
    let mut page = Page::live();
    page.client.on_close(page.now, 0.0);
    page.done();
    page.client.online(page.now);
    assert_eq!(page.done().connects, 1);
    page.client.on_close(page.now, 0.0);
    page.client.visible(false, page.now);
    page.client.visible(true, page.now);
    assert_eq!(page.done().connects, 1);
}

#[test]
fn a_websocket_that_does_not_open_is_given_up() {
    let mut page = Page::new();
    page.done();
    assert_eq!(page.wait(CONNECT_TIMEOUT_MS - 1).closes, 0);
    assert_eq!(page.wait(1).closes, 1);
    assert_eq!(waiting(&page), 500);
}

#[test]
fn the_end_of_an_old_websocket_does_not_end_the_new_one() {
    let mut page = Page::live();
    page.client.on_message(b"\xffnonsense", page.now);
    page.client.online(page.now);
    // Close and Connect are not polled yet: this can only be the old one.
    page.client.on_close(page.now, 0.0);
    let done = page.done();
    assert_eq!((done.closes, done.connects), (1, 1));
    assert_eq!(page.client.link(), LinkState::Connecting);
}

#[test]
fn nonsense_and_anything_before_hello_end_the_connection() {
    let mut page = Page::live();
    page.client.on_message(&[200, 1, 2], page.now);
    assert_eq!(page.done().closes, 1);
    assert!((500..=1_000).contains(&waiting(&page)));

    let mut page = Page::new();
    page.done();
    page.client.on_open(page.now);
    page.hear(&snapshot(1));
    assert_eq!(page.done().closes, 1);
    assert!(page.client.snapshot().is_none());
}

#[test]
fn a_quiet_page_pings_and_a_ping_is_answered() {
    let mut page = Page::live();
    assert_eq!(page.wait(HEARTBEAT_MS - 1).sent, []);
    assert_eq!(page.wait(1).sent, [ClientMessage::Ping { nonce: 1 }]);
    page.hear(&ServerMessage::Ping { nonce: 9 });
    assert_eq!(page.done().sent, [ClientMessage::Pong { nonce: 9 }]);
}

#[test]
fn a_server_that_says_nothing_for_three_heartbeats_is_given_up() {
    let mut page = Page::live();
    for _ in 0..29 {
        assert_eq!(page.wait(HEARTBEAT_MS / 10).closes, 0);
    }
    assert_eq!(page.wait(HEARTBEAT_MS / 10).closes, 1);
    let mut page = Page::live();
    for _ in 0..60 {
        page.hear(&ServerMessage::Ping { nonce: 0 });
        assert_eq!(page.wait(HEARTBEAT_MS / 10).closes, 0);
    }
}

#[test]
fn a_page_that_wakes_up_soon_finds_out_that_its_connection_is_dead() {
    let mut page = Page::live();
    page.client.online(page.now);
    assert_eq!(page.done().sent, [ClientMessage::Ping { nonce: 1 }]);
    assert_eq!(page.wait(PROBE_MS).closes, 1);

    let mut page = Page::live();
    page.client.online(page.now);
    page.hear(&ServerMessage::Pong { nonce: 1 });
    assert_eq!(page.wait(PROBE_MS).closes, 0);
}

#[test]
fn a_hidden_page_ends_its_subscriptions_after_ten_seconds_and_resumes_when_seen() {
    let mut page = Page::live();
    let (_, wire) = page.watch();
    page.hear_logs(wire, [0, 0], true, &[5, 5]);
    page.client.visible(false, page.now);
    assert!(
        !page
            .wait(HIDDEN_MS - 1)
            .sent
            .contains(&ClientMessage::Unsubscribe { sub: wire })
    );
    page.hear(&ServerMessage::Ping { nonce: 0 });
    let done = page.wait(1);
    assert!(
        done.sent
            .contains(&ClientMessage::Unsubscribe { sub: wire })
    );
    assert_eq!(page.client.link(), LinkState::Paused);
    // Late lines change nothing.
    page.hear_logs(wire, [0, 0], false, &[6]);
    assert_eq!(times(&page.done()), []);
    page.hear(&delta(2));
    assert_eq!(page.done().updates, [Update::State]);

    page.client.visible(true, page.now);
    assert_eq!(page.client.link(), LinkState::Live);
    let resumed = subscribed(&page.done());
    let cursor = Cursor {
        time: Nanos(5),
        stream: LogStream::Stdout,
        occurrence: 1,
    };
    assert_eq!(resumed.len(), 1);
    assert!(resumed[0].0 > wire);
    assert_eq!(resumed[0].1, [cursor]);
}

#[test]
fn a_page_that_is_hidden_for_a_moment_keeps_its_subscriptions() {
    let mut page = Page::live();
    page.watch();
    page.client.visible(false, page.now);
    page.wait(HIDDEN_MS - 1);
    page.client.visible(true, page.now);
    page.hear(&ServerMessage::Pong { nonce: 1 });
    let done = page.wait(HIDDEN_MS);
    assert_eq!(subscribed(&done), []);
    assert_eq!(page.client.link(), LinkState::Live);
}

#[test]
fn a_subscription_made_while_hidden_or_offline_starts_later() {
    let mut page = Page::live();
    page.client.visible(false, page.now);
    page.wait(HIDDEN_MS);
    page.client.subscribe(target("a"));
    assert_eq!(subscribed(&page.done()), []);
    page.client.on_close(page.now, 0.0);
    page.done();
    page.client.subscribe(target("b"));
    page.client.visible(true, page.now);
    assert_eq!(subscribed(&page.connect()).len(), 2);
}

#[test]
fn after_a_reconnect_numbers_are_new_on_the_wire_and_old_for_the_caller() {
    let mut page = Page::live();
    let (sub, wire) = page.watch();
    page.hear_logs(wire, [0, 0], true, &[1, 2]);
    page.done();
    page.client.on_close(page.now, 0.0);
    page.now = page.now.plus(500);
    page.client.tick(page.now, 0.0);
    let again = subscribed(&page.connect())[0].0;
    assert_ne!(again, wire);
    page.join(again, "a");
    page.hear_logs(again, [0, 0], false, &[3]);
    let done = page.done();
    assert_eq!(times(&done), [3]);
    assert!(
        matches!(done.updates[..], [Update::Logs { sub: s, source: 0, .. }] if s == sub),
        "its source is not named again"
    );
}

#[test]
fn a_backlog_waits_for_the_end_that_the_stream_state_marks() {
    let mut page = Page::live();
    let (sub, wire) = page.watch();
    page.hear_logs(wire, [0, 0], true, &[1, 2]);
    page.client.on_close(page.now, 0.0);
    page.wait(500);
    page.client.on_open(page.now);
    page.hear(&hello());
    let again = subscribed(&page.done())[0].0;
    page.join(again, "a");
    page.hear_logs(again, [0, 0], true, &[8, 9]);
    assert_eq!(times(&page.done()), []);
    page.hear(&ServerMessage::Stream {
        sub: again,
        source: Some(SourceId(0)),
        state: StreamState::Live,
    });
    let done = page.done();
    assert_eq!(times(&done), [-1, 8, 9]);
    let state = Update::Stream {
        sub,
        source: Some(0),
        state: StreamState::Live,
    };
    assert_eq!(done.updates.last(), Some(&state));
    page.hear_logs(again, [0, 0], false, &[10]);
    assert_eq!(times(&page.done()), [10]);
}

#[test]
fn a_backlog_whose_end_nobody_tells_is_shown_after_a_while() {
    let mut page = Page::live();
    let (_, wire) = page.watch();
    page.hear_logs(wire, [0, 0], true, &[1]);
    page.client.on_close(page.now, 0.0);
    page.wait(500);
    page.client.on_open(page.now);
    page.hear(&hello());
    let again = subscribed(&page.done())[0].0;
    page.join(again, "a");
    page.hear_logs(again, [0, 0], true, &[8]);
    assert_eq!(times(&page.wait(9_000)), []);
    assert_eq!(times(&page.wait(1_000)), [-1, 8]);
}

#[test]
fn an_older_line_in_steady_state_is_delivered() {
    let mut page = Page::live();
    let (_, wire) = page.watch();
    page.hear_logs(wire, [0, 0], true, &[10]);
    page.hear_logs(wire, [0, 0], false, &[9, 11]);
    assert_eq!(times(&page.done()), [10, 9, 11]);
}

#[test]
fn a_gap_comes_at_its_place() {
    let mut page = Page::live();
    let (sub, wire) = page.watch();
    let gap = Gap {
        lines: Some(7),
        after: None,
        before: None,
        reason: GapReason::SlowViewer,
    };
    page.hear_logs(wire, [0, 0], true, &[1]);
    page.hear(&ServerMessage::Gap {
        sub: wire,
        source: SourceId(0),
        gap,
    });
    page.hear_logs(wire, [0, 0], false, &[9]);
    let done = page.done();
    assert_eq!(times(&done), [1, -1, 9]);
    assert!(done.updates.contains(&Update::Gap {
        sub,
        source: 0,
        gap
    }));
}

#[test]
fn readings_that_are_missing_are_told_as_a_gap() {
    let mut page = Page::live();
    let sub = page.client.subscribe(Target::Stats {
        container: ContainerId("a".into()),
    });
    let wire = subscribed(&page.done())[0].0;
    page.join(wire, "a");
    let gap = Gap {
        lines: Some(12),
        after: None,
        before: None,
        reason: GapReason::SlowViewer,
    };
    page.hear(&ServerMessage::Gap {
        sub: wire,
        source: SourceId(0),
        gap,
    });
    let told = Update::Gap {
        sub,
        source: 0,
        gap,
    };
    assert_eq!(page.done().updates.last(), Some(&told));
}

#[test]
fn nothing_of_an_ended_subscription_comes_out_and_its_bytes_are_credited() {
    let mut page = Page::live();
    let (sub, wire) = page.watch();
    let waiting = page.hear_logs(wire, [0, 0], true, &[1]);
    page.client.unsubscribe(sub);
    let done = page.done();
    assert_eq!(done.updates, []);
    assert_eq!(done.sent, [ClientMessage::Unsubscribe { sub: wire }]);
    let late = page.hear_logs(wire, [0, 0], false, &[2]);
    let done = page.wait(1_000);
    assert_eq!(done.updates, []);
    let bytes = waiting + late;
    assert_eq!(done.sent, [ClientMessage::Credit { bytes }]);
    assert_eq!(page.client.ignored(), 0, "crossing messages are no fault");
}

#[test]
fn a_paused_subscription_ends_at_the_server_and_goes_on_where_it_stood() {
    let mut page = Page::live();
    let (sub, wire) = page.watch();
    page.hear_logs(wire, [0, 0], true, &[4, 5]);
    page.client.pause(sub);
    let done = page.done();
    assert_eq!(done.sent, [ClientMessage::Unsubscribe { sub: wire }]);
    assert_eq!(times(&done), [4, 5], "what waits is behind the cursor");
    page.hear_logs(wire, [0, 0], false, &[6]);
    page.client.pause(sub);
    page.client.retry(sub);
    let done = page.done();
    assert_eq!((done.sent, done.updates), (vec![], vec![]));

    page.client.resume(sub);
    page.client.resume(sub);
    let again = subscribed(&page.done());
    let cursor = Cursor {
        time: Nanos(5),
        stream: LogStream::Stdout,
        occurrence: 0,
    };
    assert_eq!(again.len(), 1);
    assert!(again[0].0 > wire);
    assert_eq!(again[0].1, [cursor]);
    page.join(again[0].0, "a");
    page.hear_logs(again[0].0, [0, 0], false, &[6, 7]);
    let done = page.done();
    assert_eq!(times(&done), [6, 7]);
    assert!(
        matches!(&done.updates[0], Update::Source { sub: s, source: 0, .. } if *s == sub),
        "who is there is told again, by the same number: {:?}",
        done.updates
    );
}

#[test]
fn a_paused_subscription_stays_so_over_a_reconnect_and_a_hidden_page() {
    let mut page = Page::live();
    let (sub, wire) = page.watch();
    page.hear_logs(wire, [0, 0], true, &[5]);
    page.client.pause(sub);
    let other = page.client.subscribe(target("b"));
    page.done();
    page.client.on_close(page.now, 0.0);
    page.now = page.now.plus(500);
    page.client.tick(page.now, 0.0);
    assert_eq!(subscribed(&page.connect()).len(), 1, "the other one");
    page.client.visible(false, page.now);
    page.wait(HIDDEN_MS);
    page.client.resume(sub);
    page.client.pause(other);
    assert_eq!(subscribed(&page.done()), [], "nobody looks");
    page.client.visible(true, page.now);
    let seen = subscribed(&page.done());
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].1.len(), 1, "the first one, where it stood");
    page.client.pause(sub);
    page.done();
    page.client.unsubscribe(sub);
    page.client.resume(sub);
    assert_eq!(page.done().sent, []);
}

#[test]
fn entries_of_a_source_that_was_never_named_are_ignored_and_counted() {
    let mut page = Page::live();
    page.client.subscribe(target("a"));
    let wire = subscribed(&page.done())[0].0;
    page.hear_logs(wire, [0, 0], true, &[1]);
    assert_eq!(page.done().updates, []);
    assert_eq!(page.client.ignored(), 1);
    assert_eq!(page.wait(1_000).sent.len(), 1, "credited all the same");
}

#[test]
fn a_hole_in_the_deltas_asks_once_for_a_snapshot_and_again_when_none_comes() {
    let mut page = Page::live();
    page.hear(&delta(2));
    assert_eq!(page.done().updates, [Update::State]);
    page.hear(&delta(4));
    page.hear(&delta(5));
    let done = page.done();
    assert_eq!(done.sent, [ClientMessage::Refresh]);
    assert_eq!(done.updates, []);
    assert!(page.wait(10_000).sent.contains(&ClientMessage::Refresh));
    page.hear(&snapshot(9));
    page.hear(&delta(10));
    assert_eq!(page.done().updates, [Update::State]);
    assert_eq!(page.client.snapshot().unwrap().revision, 10);
}

#[test]
fn a_refusal_names_the_callers_subscription() {
    let mut page = Page::live();
    let sub = page.client.subscribe(target("nowhere"));
    let wire = subscribed(&page.done())[0].0;
    page.hear(&ServerMessage::Refused {
        sub: Some(wire),
        reason: "no such container".into(),
    });
    let expected = Update::Refused {
        sub: Some(sub),
        reason: "no such container".into(),
    };
    assert_eq!(page.done().updates, [expected]);
}

#[test]
fn requests_go_out_only_while_connected() {
    let mut page = Page::live();
    let (sub, wire) = page.watch();
    page.client.retry(sub);
    page.client.refresh();
    page.client.start_demo();
    assert_eq!(
        page.done().sent,
        [
            ClientMessage::Retry { sub: wire },
            ClientMessage::Refresh,
            ClientMessage::StartDemo
        ]
    );
    page.client.on_close(page.now, 0.0);
    page.client.retry(sub);
    page.client.refresh();
    page.client.start_demo();
    assert_eq!(page.done().sent, []);
}

#[test]
fn all_containers_of_a_large_project_are_resumed_however_many_messages_that_takes() {
    let mut page = Page::live();
    let sub = page.client.subscribe(Target::ProjectLogs {
        project: "fleet".into(),
        service: None,
    });
    let wire = subscribed(&page.done())[0].0;
    for number in 0..1500u16 {
        page.hear(&ServerMessage::Source {
            sub: wire,
            source: SourceId(number),
            container: ContainerId(format!("{number:0200}")),
            name: format!("fleet-{number}"),
        });
        let mut batch = LogBatch::new();
        batch.push_line(Nanos(i64::MAX), LogStream::Stdout, "x");
        let message = ServerMessage::Logs {
            sub: wire,
            source: SourceId(number),
            first: [u32::MAX, 0],
            backlog: false,
        };
        let bytes = message.encode_with(&batch.encode());
        page.client.on_message(&bytes, page.now);
        page.done();
    }
    // One that no message could name.
    page.join(wire, &"x".repeat(MAX_CLIENT_MESSAGE_BYTES));
    page.hear_logs(wire, [0, 0], false, &[1]);
    page.done();
    page.client.pause(sub);
    page.client.resume(sub);
    let sent = page.done().sent;
    let mut named = std::collections::BTreeSet::new();
    for message in &sent {
        assert!(message.encode().len() <= MAX_CLIENT_MESSAGE_BYTES);
        if let ClientMessage::Resume { resume, .. } | ClientMessage::Subscribe { resume, .. } =
            message
        {
            named.extend(resume.iter().map(|point| point.container.0.clone()));
        }
    }
    assert_eq!(named.len(), 1500);
    assert!(matches!(sent.last(), Some(ClientMessage::Subscribe { .. })));
}
