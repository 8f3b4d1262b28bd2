//! What a page is told of a log that says nothing, and how often a log is opened that goes back.

use std::time::Duration;

use super::pump::HEAD_AFTER;
use super::*;
use crate::docker::fake::{FakeDaemon, Reply, Then, ok};
use crate::streams::outbound::Outbound;
use crate::streams::upstream::Ask;
use sidekick::model::ContainerId;
use sidekick::protocol::{ServerFrame, ServerMessage, SourceId, StreamState, SubId};
use tokio::time::Instant;

const SUB: SubId = SubId(1);

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
        let frames = times.map(|time| {
            let line = format!("{} line\n", sidekick::time::Nanos(time).to_rfc3339());
            let mut frame = vec![1, 0, 0, 0];
            frame.extend_from_slice(&(line.len() as u32).to_be_bytes());
            frame.extend_from_slice(line.as_bytes());
            frame
        });
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
