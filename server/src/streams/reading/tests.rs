//! What one viewer alone is brought.

use super::*;
use crate::docker::fake::{FakeDaemon, Reply, Then, ok};
use crate::streams::outbound::Outbound;
use sidekick::protocol::{LogStream, ServerFrame, ServerMessage, SourceId, StreamState, SubId};

const SUB: SubId = SubId(1);

fn frame(line: &str) -> Vec<u8> {
    let mut bytes = vec![1, 0, 0, 0];
    bytes.extend_from_slice(&(line.len() as u32 + 1).to_be_bytes());
    bytes.extend_from_slice(line.as_bytes());
    bytes.push(b'\n');
    bytes
}

/// A viewer, and a daemon that answers with `logs` to who asks for a log, and with `ping` to a ping.
struct World {
    daemon: FakeDaemon,
    outbound: Outbound,
    sink: SourceSink,
    metrics: Arc<Metrics>,
}

impl World {
    fn new(name: &str, ping: Reply, logs: impl Fn(&str) -> Reply + Send + Sync + 'static) -> Self {
        let daemon = FakeDaemon::start(name, move |path| match path {
            "/_ping" => ping.clone(),
            path if path.ends_with("/json") => {
                ok(r#"{"Id":"a","Config":{},"State":{"Status":"running"}}"#)
            }
            path => logs(path),
        });
        let metrics = Arc::new(Metrics::default());
        let outbound = Outbound::new(Arc::clone(&metrics));
        outbound.open(SUB);
        Self {
            daemon,
            sink: outbound.source(SUB, SourceId(0)),
            outbound,
            metrics,
        }
    }

    async fn past(&self, from: From) -> Outcome {
        let (client, container, cancel) = self.parts();
        self.reading(&client, &container, &cancel).past(from).await
    }

    async fn follow(&self, from: From) -> Outcome {
        let (client, container, cancel) = self.parts();
        let reading = self.reading(&client, &container, &cancel);
        reading.follow(from, &|_| false).await
    }

    fn parts(&self) -> (DockerClient, ContainerId, CancellationToken) {
        let container = ContainerId("a".to_owned());
        (self.daemon.client(), container, CancellationToken::new())
    }

    fn reading<'a>(
        &'a self,
        client: &'a DockerClient,
        container: &'a ContainerId,
        cancel: &'a CancellationToken,
    ) -> Reading<'a> {
        Reading {
            client,
            container,
            metrics: &self.metrics,
            sink: &self.sink,
            cancel,
            whole: true,
        }
    }

    async fn next(&self) -> ServerFrame {
        ServerFrame::decode(&self.outbound.next().await.unwrap()).unwrap()
    }
}

#[tokio::test(start_paused = true)]
async fn a_place_that_docker_no_longer_has_is_not_waited_for_in_a_followed_log() {
    let world = World::new("reading-rotated", ok("OK"), |path| {
        let lines = vec![frame("2026-01-01T00:00:05.000000000Z five")];
        match path.contains("follow=1") {
            true => Reply::Pieces(lines, Then::StayOpen),
            false => Reply::Pieces(lines, Then::End),
        }
    });
    let gone = Cursor {
        time: Nanos(1_767_225_600_000_000_000),
        stream: LogStream::Stdout,
        occurrence: 0,
    };
    let read = world.follow(From::After(gone));
    let outcome = tokio::time::timeout(Duration::from_secs(20), read).await;
    assert!(
        matches!(outcome, Ok(Outcome::UpTo(From::After(reached))) if reached.time > gone.time),
        "{outcome:?}"
    );
    let gap = world.next().await;
    assert!(matches!(gap.message, ServerMessage::Gap { .. }), "{gap:?}");
    assert_eq!(world.next().await.batch.get(0).unwrap().text, "five");
}

#[tokio::test(start_paused = true)]
async fn lines_that_come_again_right_behind_the_place_are_known_in_both_streams() {
    let world = World::new("reading-again", ok("OK"), |_| {
        let mut error = frame("2026-01-01T00:00:01.000000001Z error");
        error[0] = 2;
        let line = frame("2026-01-01T00:00:02.000000002Z line");
        let first = frame("2026-01-01T00:00:00.000000001Z first");
        let again = [error.clone(), line.clone()].concat();
        let next = frame("2026-01-01T00:00:03.000000003Z next");
        Reply::Pieces(vec![first, error, line, again, next], Then::StayOpen)
    });
    let place = From::After(Cursor {
        time: Nanos(1_767_225_602_000_000_002),
        stream: LogStream::Stdout,
        occurrence: 0,
    });
    let read = world.follow(place);
    let outcome = tokio::time::timeout(Duration::from_secs(20), read).await;
    assert!(
        matches!(outcome, Ok(Outcome::WentBack(reached)) if reached == place),
        "{outcome:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_followed_reading_that_repeats_its_first_line_begins_again() {
    let followed = std::sync::atomic::AtomicUsize::new(0);
    let world = World::new("reading-front", ok("OK"), move |_| {
        let line = |n: usize| frame(&format!("2026-01-01T00:00:00.00000000{n}Z line {n}"));
        let lines = match followed.fetch_add(1, std::sync::atomic::Ordering::SeqCst) {
            0 => vec![line(1), line(1)],
            _ => vec![line(1), line(2), line(2)],
        };
        Reply::Pieces(lines, Then::StayOpen)
    });
    let read = world.follow(From::Start(Start::Tail(100_000)));
    let outcome = tokio::time::timeout(Duration::from_secs(5), read).await;
    // Nothing is doubled, nor is there an end: it is asked again whether that is Docker's own.
    assert!(outcome.is_err(), "{outcome:?}");
    let lines = world.next().await.batch;
    let lines: Vec<_> = lines.iter().map(|it| it.text.to_owned()).collect();
    assert_eq!(lines, ["line 1", "line 2", "line 2"]);
}

const LATE: From = From::Start(Start::Since(Nanos(1_767_225_600_000_000_000)));

#[tokio::test(start_paused = true)]
async fn a_daemon_that_answers_is_waited_for_while_it_looks_for_the_first_line_of_a_time() {
    let world = World::new("reading-late", ok("OK"), |_| {
        let lines = vec![frame("2026-01-01T00:00:05.000000000Z five")];
        Reply::Late(Duration::from_secs(300), lines)
    });
    let outcome = world.past(LATE).await;
    assert!(
        matches!(outcome, Outcome::UpTo(From::After(_))),
        "{outcome:?}"
    );
    let mut told = 0;
    let line = loop {
        let frame = world.next().await;
        match &frame.message {
            ServerMessage::Stream { state, .. } if *state == StreamState::Loading => told += 1,
            _ => break frame,
        }
    };
    assert!((20..=30).contains(&told), "{told}");
    assert_eq!(line.batch.get(0).unwrap().text, "five");
}

#[tokio::test(start_paused = true)]
async fn a_daemon_that_hangs_is_given_up_and_its_silence_is_the_reason() {
    let world = World::new("reading-hangs", Reply::Silence, |_| {
        Reply::Pieces(Vec::new(), Then::StayOpen)
    });
    let outcome = world.past(LATE).await;
    assert!(
        matches!(&outcome, Outcome::Failed(LATE, Some(DockerError::Timeout { request, .. })) if request == "GET /_ping"),
        "{outcome:?}"
    );
    // One that answers, but leaves a reading amid its lines.
    let world = World::new("reading-stalls", ok("OK"), |_| {
        let lines = vec![frame("2026-01-01T00:00:05.000000000Z five")];
        Reply::Pieces(lines, Then::StayOpen)
    });
    let outcome = world.past(LATE).await;
    assert!(
        matches!(
            &outcome,
            Outcome::Failed(From::After(_), Some(DockerError::Interrupted(_)))
        ),
        "{outcome:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_followed_reading_that_falls_silent_before_its_viewer_has_caught_up_is_given_up() {
    let world = World::new("reading-silent", ok("OK"), |_| {
        let lines = vec![frame("2026-01-01T00:00:05.000000000Z five")];
        Reply::Pieces(lines, Then::StayOpen)
    });
    let read = world.follow(From::Start(Start::First));
    let outcome = tokio::time::timeout(Duration::from_secs(60), read).await;
    assert!(
        matches!(
            &outcome,
            Ok(Outcome::Failed(
                From::After(_),
                Some(DockerError::Interrupted(_))
            ))
        ),
        "{outcome:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn the_newest_lines_are_as_many_as_asked_for_where_the_engine_counts_parts() {
    use sidekick::protocol::PART_BYTES;
    const LINES: u64 = 2500;
    let world = World::new("reading-parts", ok("OK"), |path| {
        let stamp = |n: u64| format!("2026-01-01T00:00:00.{n:09}Z");
        // One line in fifty has two parts.
        let records = (0..LINES).flat_map(|n| {
            let part = format!("{} {}", stamp(n), "x".repeat(PART_BYTES));
            let mut long = vec![1, 0, 0, 0];
            long.extend_from_slice(&(part.len() as u32).to_be_bytes());
            long.extend_from_slice(part.as_bytes());
            let last = frame(&format!("{} line {n}", stamp(n)));
            (n % 50 == 0).then_some(long).into_iter().chain([last])
        });
        let records: Vec<_> = records.collect();
        let tail = path
            .split("tail=")
            .nth(1)
            .unwrap()
            .split('&')
            .next()
            .unwrap();
        let from = tail
            .parse()
            .map_or(0, |tail| records.len().saturating_sub(tail));
        Reply::Pieces(records[from..].to_vec(), Then::End)
    });
    let wanted = 2000;
    let read = world.past(From::Start(Start::Tail(wanted)));
    let take = async {
        let mut lines = Vec::new();
        while lines
            .last()
            .is_none_or(|it| it != &format!("line {}", LINES - 1))
        {
            let batch = world.next().await.batch;
            lines.extend(
                batch
                    .iter()
                    .map(|it| it.text.trim_start_matches('x').to_owned()),
            );
        }
        lines
    };
    let (outcome, lines) = tokio::join!(read, take);
    assert!(matches!(outcome, Outcome::UpTo(_)), "{outcome:?}");
    let expected: Vec<_> = (LINES - wanted..LINES)
        .map(|n| format!("line {n}"))
        .collect();
    assert_eq!(lines, expected);
}
