//! What a slow viewer gets, and what it does not.

use super::*;
use sidekick::protocol::{GapReason, LogBatch, LogStream, ServerFrame};
use sidekick::time::Millis;
use sidekick::time::Nanos;

const SUB: SubId = SubId(1);
const SOURCE: SourceId = SourceId(0);

fn batch(from: i64, lines: i64, width: usize) -> SharedBatch {
    let mut batch = LogBatch::new();
    for time in from..from + lines {
        batch.push_line(Nanos(time), LogStream::Stdout, &"x".repeat(width));
    }
    SharedBatch::counted(&batch, [0; 2])
}

fn outbound() -> (Outbound, SourceSink, Arc<Metrics>) {
    let metrics = Arc::new(Metrics::default());
    let outbound = Outbound::new(Arc::clone(&metrics));
    outbound.open(SUB);
    let sink = outbound.source(SUB, SOURCE);
    (outbound, sink, metrics)
}

fn sendable(outbound: &Outbound) -> Vec<ServerFrame> {
    let mut queue = outbound.lock();
    std::iter::from_fn(|| queue.pop())
        .map(|sent| ServerFrame::decode(&sent.bytes).unwrap())
        .collect()
}

#[test]
fn payload_stops_at_the_window_until_the_page_gives_credit() {
    let (outbound, sink, _) = outbound();
    for i in 0..20 {
        sink.logs(&batch(i * 10, 10, 10_000), false);
    }
    let first = sendable(&outbound).len();
    assert!(
        (9..=10).contains(&first),
        "{first} batches of 100 kB in a window of 1 MiB"
    );
    let sent = outbound.lock().sent;
    assert!(!outbound.credit(sent + 1), "credit for what was never sent");
    assert!(outbound.credit(sent));
    assert!(!sendable(&outbound).is_empty());
}

#[test]
fn a_slow_viewer_gets_one_gap_that_counts_exactly_what_it_lacks_in_its_place() {
    let (outbound, sink, metrics) = outbound();
    let batches = 300;
    for i in 0..batches {
        sink.logs(&batch(i * 10, 10, 10_000), false);
    }
    let mut frames = Vec::new();
    loop {
        let more = sendable(&outbound);
        if more.is_empty() {
            break;
        }
        frames.extend(more);
        let sent = outbound.lock().sent;
        assert!(outbound.credit(sent));
    }
    let mut next = 0;
    let mut gaps = 0;
    for frame in &frames {
        match &frame.message {
            ServerMessage::Gap { gap, .. } => {
                gaps += 1;
                assert_eq!(gap.reason, GapReason::SlowViewer);
                next += gap.lines.unwrap() as i64;
                assert_eq!(gap.before, Some(Nanos(next)));
            }
            ServerMessage::Logs { .. } => {
                for entry in frame.batch.iter() {
                    assert_eq!(entry.time, Nanos(next));
                    next += 1;
                }
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(gaps, 1);
    assert_eq!(next, batches * 10);
    assert!(metrics.get(Counter::LinesDropped) > 0);
}

#[test]
fn a_slow_viewer_of_stats_is_told_how_many_readings_it_lacks() {
    let (outbound, sink, metrics) = outbound();
    let readings = 200_000u64;
    for first in (0..readings).step_by(100) {
        let sample = |n: u64| StatsSample {
            time: Millis(n as i64 * 1000),
            network_rx_bytes: u64::MAX,
            network_tx_bytes: u64::MAX,
            block_read_bytes: u64::MAX,
            block_write_bytes: u64::MAX,
            ..StatsSample::default()
        };
        sink.stats(&(first..first + 100).map(sample).collect::<Vec<_>>());
    }
    let mut next = 0;
    let mut gaps = Vec::new();
    loop {
        let frames = sendable(&outbound);
        if frames.is_empty() {
            break;
        }
        for frame in frames {
            match frame.message {
                ServerMessage::Gap { gap, .. } => {
                    next += gap.lines.unwrap();
                    gaps.push(gap);
                }
                ServerMessage::Stats { samples, .. } => {
                    for sample in samples {
                        assert_eq!(sample.time, Millis(next as i64 * 1000));
                        next += 1;
                    }
                }
                other => panic!("{other:?}"),
            }
        }
        let sent = outbound.lock().sent;
        assert!(outbound.credit(sent));
    }
    assert_eq!(next, readings);
    let [gap] = gaps[..] else { panic!("{gaps:?}") };
    assert_eq!(gap.reason, GapReason::SlowViewer);
    assert_eq!(gap.lines, Some(metrics.get(Counter::SamplesDropped)));
}

#[test]
fn nothing_of_an_ended_subscription_is_sent_any_more() {
    let (outbound, sink, _) = outbound();
    sink.logs(&batch(0, 1, 10), false);
    sink.state(StreamState::Live);
    outbound.close(SUB);
    sink.logs(&batch(1, 1, 10), false);
    assert!(sink.is_closed());
    assert_eq!(sendable(&outbound), []);
}

#[tokio::test]
async fn a_bulk_read_waits_for_room() {
    let (outbound, sink, _) = outbound();
    for i in 0..50 {
        sink.logs(&batch(i * 10, 10, 10_000), false);
    }
    assert!(futures::FutureExt::now_or_never(sink.room()).is_none());
    let reader = tokio::spawn({
        let outbound = outbound.clone();
        async move {
            while outbound.next().await.is_some() {
                let sent = outbound.lock().sent;
                outbound.credit(sent);
            }
        }
    });
    assert!(sink.room().await);
    outbound.close_all();
    assert!(!sink.room().await);
    reader.await.unwrap();
}
