//! Stats: one stream of readings a container, shared by all who look at it.

use std::collections::VecDeque;
use std::sync::Arc;

use futures::StreamExt;
use sidekick::model::{ContainerState, StatsSample};
use sidekick::protocol::StreamState;

use super::outbound::SourceSink;
use super::upstream::{Ask, Attempt, Context, End, Store, StreamManager, Upstream};
use crate::docker::DockerClient;
use crate::metrics::{Counter, UpstreamKind};

/// Readings that a joining page gets, about a minute.
const RING_SAMPLES: usize = 60;

/// The stats of all containers that somebody looks at. Who joins gets the last minute that was
/// read, and then what comes.
pub(crate) type StatsStreamManager = StreamManager<StatsReading>;

/// The newest readings.
#[derive(Debug, Default)]
pub(crate) struct StatsStore {
    samples: VecDeque<StatsSample>,
}

impl Store for StatsStore {
    type Seat = ();

    fn welcome(&mut self, sink: &SourceSink, _ask: Ask) {
        sink.stats(self.samples.make_contiguous());
    }
}

/// Reads the stats of one container.
pub(crate) struct StatsReading;

impl Attempt for StatsReading {
    type Store = StatsStore;
    const KIND: UpstreamKind = UpstreamKind::Stats;

    async fn run(
        up: &Arc<Upstream<StatsStore>>,
        context: &Context,
        client: &DockerClient,
    ) -> (End, bool) {
        let ends = up.ends();
        // The engine answers for a container that does not run too, with zeros and without end.
        match client.inspect(&up.container.0).await {
            Err(error) => return (End::Broke(error), false),
            Ok(details)
                if !matches!(
                    details.state,
                    ContainerState::Running | ContainerState::Paused
                ) =>
            {
                return (End::NotRunning, false);
            }
            Ok(_) => {}
        }
        let _open = context.metrics.open_upstream(Self::KIND);
        let mut stream = client.stream_stats(&up.container, up.cancel.child_token());
        let mut flowed = false;
        loop {
            let item = tokio::select! {
                () = up.stopped_after(ends) => return (End::Closed, flowed),
                item = stream.next() => item,
            };
            match item {
                None => return (End::Closed, flowed),
                Some(Err(error)) => return (End::Broke(error), flowed),
                Some(Ok(sample)) => {
                    flowed = true;
                    context.metrics.add(Counter::SamplesRead, 1);
                    take(up, sample);
                }
            }
        }
    }
}

fn take(up: &Upstream<StatsStore>, sample: StatsSample) {
    let mut board = up.board();
    let samples = &mut board.store.samples;
    if samples.len() == RING_SAMPLES {
        samples.pop_front();
    }
    samples.push_back(sample);
    for viewer in &board.viewers {
        viewer.sink.stats(&[sample]);
    }
    board.set_state(StreamState::Live);
}
