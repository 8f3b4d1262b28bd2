//! How a reading of a log's past ends.

use super::*;
use crate::docker::fake::{FakeDaemon, Reply, Then, ok};
use crate::metrics::Metrics;
use crate::streams::outbound::Outbound;
use sidekick::protocol::{Cursor, LogStream, ServerFrame, ServerMessage, SourceId, Start, SubId};
use sidekick::time::Nanos;

const SUB: SubId = SubId(1);

/// What a viewer is told that was behind `cursor` when it asks a daemon whose log is empty.
async fn told(cursor: Option<Cursor>) -> Vec<ServerMessage> {
    let name = format!("history-{}", cursor.is_some());
    let daemon = FakeDaemon::start(&name, |path| match path.ends_with("/json") {
        true => ok(r#"{"Id":"a","Config":{},"State":{"Status":"running"}}"#),
        false => Reply::Pieces(Vec::new(), Then::End),
    });
    let context = Arc::new(Context::new(Arc::new(Metrics::default())));
    context.set_client(Some(daemon.client()));
    let outbound = Outbound::new(Arc::clone(&context.metrics));
    outbound.open(SUB);
    let ask = Ask {
        cursor,
        start: Start::First,
    };
    let sink = outbound.source(SUB, SourceId(0));
    let _reading = HistoryStream::start(context, ContainerId("a".to_owned()), ask, sink);
    let mut told = Vec::new();
    loop {
        let frame = ServerFrame::decode(&outbound.next().await.unwrap()).unwrap();
        let is_end = matches!(&frame.message, ServerMessage::Stream { state, .. } if *state == StreamState::Ended);
        if is_end {
            return told;
        }
        told.push(frame.message);
    }
}

#[tokio::test]
async fn a_log_that_is_empty_now_is_a_gap_for_who_has_lines_of_it() {
    let is_loading = |it: &ServerMessage| matches!(it, ServerMessage::Stream { state, .. } if *state == StreamState::Loading);
    let nothing = told(None).await;
    assert!(nothing.iter().all(is_loading), "{nothing:?}");
    let time = Nanos(1_767_225_600_000_000_000);
    let rotated = told(Some(Cursor {
        time,
        stream: LogStream::Stdout,
        occurrence: 0,
    }));
    let rotated = rotated.await;
    assert!(
        matches!(&rotated[..], [loading, ServerMessage::Gap { gap, .. }]
            if is_loading(loading) && gap.after == Some(time) && gap.reason == GapReason::Rotated),
        "{rotated:?}"
    );
}
