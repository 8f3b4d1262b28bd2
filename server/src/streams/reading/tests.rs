//! What one viewer alone is brought.

use super::*;
use crate::docker::fake::{FakeDaemon, Reply, Then, ok};
use crate::streams::outbound::Outbound;
use sidekick::protocol::{LogStream, ServerFrame, ServerMessage, SourceId, SubId};

const SUB: SubId = SubId(1);

fn frame(line: &str) -> Vec<u8> {
    let mut bytes = vec![1, 0, 0, 0];
    bytes.extend_from_slice(&(line.len() as u32 + 1).to_be_bytes());
    bytes.extend_from_slice(line.as_bytes());
    bytes.push(b'\n');
    bytes
}

#[tokio::test(start_paused = true)]
async fn a_place_that_docker_no_longer_has_is_not_waited_for_in_a_followed_log() {
    let daemon = FakeDaemon::start("reading-rotated", |path| {
        let lines = vec![frame("2026-01-01T00:00:05.000000000Z five")];
        if path.ends_with("/json") {
            ok(r#"{"Id":"a","Config":{},"State":{"Status":"running"}}"#)
        } else if path.contains("follow=1") {
            Reply::Pieces(lines, Then::StayOpen)
        } else {
            Reply::Pieces(lines, Then::End)
        }
    });
    let metrics = Arc::new(Metrics::default());
    let outbound = Outbound::new(Arc::clone(&metrics));
    outbound.open(SUB);
    let sink = outbound.source(SUB, SourceId(0));
    let reading = Reading {
        client: &daemon.client(),
        container: &ContainerId("a".to_owned()),
        metrics: &metrics,
        sink: &sink,
        cancel: &CancellationToken::new(),
        whole: true,
    };
    let gone = Cursor {
        time: Nanos(1_767_225_600_000_000_000),
        stream: LogStream::Stdout,
        occurrence: 0,
    };
    let read = reading.follow(From::After(gone), &|_| false);
    let outcome = tokio::time::timeout(Duration::from_secs(20), read).await;
    assert!(
        matches!(outcome, Ok(Outcome::UpTo(From::After(reached))) if reached.time > gone.time),
        "{outcome:?}"
    );
    let gap = ServerFrame::decode(&outbound.next().await.unwrap()).unwrap();
    assert!(matches!(gap.message, ServerMessage::Gap { .. }), "{gap:?}");
    let logs = ServerFrame::decode(&outbound.next().await.unwrap()).unwrap();
    assert_eq!(logs.batch.get(0).unwrap().text, "five");
}
