//! When an upstream is tried, given up and closed.

use super::*;
use crate::streams::log::LogReading;
use crate::streams::outbound::Outbound;
use sidekick::protocol::{ServerFrame, ServerMessage, SourceId, SubId};

const SUB: SubId = SubId(1);

async fn state(outbound: &Outbound) -> StreamState {
    let bytes = outbound.next().await.unwrap();
    match ServerFrame::decode(&bytes).unwrap().message {
        ServerMessage::Stream { state, .. } => state,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn without_an_engine_a_stream_is_tried_ten_times_then_given_up_until_asked_for() {
    let context = Arc::new(Context::default());
    let outbound = Outbound::new(Arc::clone(&context.metrics));
    outbound.open(SUB);
    let manager = StreamManager::<LogReading>::new(context);
    let container = ContainerId("c".to_owned());
    let viewing = manager.join(
        &container,
        Ask::default(),
        outbound.source(SUB, SourceId(0)),
    );
    let began = Instant::now();
    assert_eq!(state(&outbound).await, StreamState::Loading);
    let delays = [2, 4, 8, 16, 30, 30, 30, 30, 30, 30];
    for (n, seconds) in (1..).zip(delays) {
        match state(&outbound).await {
            StreamState::Reconnecting {
                attempt,
                retry_in_ms,
                ..
            } => assert_eq!((attempt, retry_in_ms), (n, seconds * 1000)),
            other => panic!("{other:?}"),
        }
    }
    assert!(matches!(
        state(&outbound).await,
        StreamState::Failed {
            permanent: false,
            ..
        }
    ));
    assert_eq!(began.elapsed().as_secs(), 210);
    viewing.retry();
    assert_eq!(state(&outbound).await, StreamState::Loading);
    assert!(matches!(
        state(&outbound).await,
        StreamState::Reconnecting { attempt: 1, .. }
    ));
    // The start of the container is a reason to try at once as well.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let before = Instant::now();
    manager.started(&container);
    assert!(matches!(
        state(&outbound).await,
        StreamState::Reconnecting { attempt: 1, .. }
    ));
    assert_eq!(before.elapsed().as_millis(), 0);
}

#[tokio::test(start_paused = true)]
async fn an_upstream_outlives_its_last_viewer_by_the_linger_and_is_joined_again_before() {
    let context = Arc::new(Context::default());
    let outbound = Outbound::new(Arc::clone(&context.metrics));
    outbound.open(SUB);
    let manager = StreamManager::<LogReading>::new(context);
    let container = ContainerId("c".to_owned());
    let join = || {
        manager.join(
            &container,
            Ask::default(),
            outbound.source(SUB, SourceId(0)),
        )
    };
    let first = join();
    let up = Arc::clone(&first.up);
    drop(first);
    tokio::time::sleep(LINGER / 2).await;
    let second = join();
    assert!(Arc::ptr_eq(&up, &second.up));
    tokio::time::sleep(LINGER * 2).await;
    assert!(!up.cancel.is_cancelled());
    drop(second);
    tokio::time::sleep(LINGER * 2).await;
    assert!(up.cancel.is_cancelled());
    assert!(!Arc::ptr_eq(&up, &join().up));
}
