//! Bringing one viewer from where its page stands to the ring.
//!
//! A page that comes back names its last entry. While that is in the ring it simply goes on
//! behind it. Otherwise what lies between is read from Docker, for this viewer alone; what
//! cannot be had becomes a gap.

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use sidekick::protocol::{Cursor, CursorCounter, Gap, GapReason, LogBatch, StreamState};
use tokio_util::sync::CancellationToken;

use super::batch::{SharedBatch, is_full};
use super::log::{LogSeat, LogStore};
use super::outbound::SourceSink;
use super::resume::{self, Resumption, Step, TAILS};
use super::upstream::{Context, Upstream};
use crate::docker::{DockerClient, LogOptions, Tail};
use crate::metrics::{Metrics, UpstreamKind};

/// How often Docker is asked for one viewer. A second time is needed only where the ring moved
/// on by more than it holds while the first reading took place.
const READS: u32 = 3;

/// How long Docker may be silent within one reading.
const SILENCE: Duration = Duration::from_secs(10);

/// Lets viewers that come back go on, as far as that can be decided now.
pub(crate) fn settle(up: &Arc<Upstream<LogStore>>, context: &Context) {
    settle_with(up, context.client(), &context.metrics);
}

/// Like [`settle`].
pub(crate) fn settle_with(
    up: &Arc<Upstream<LogStore>>,
    client: Option<DockerClient>,
    metrics: &Arc<Metrics>,
) {
    let mut board = up.board();
    let ended = board.has_ended();
    let state = board.state();
    let board = &mut *board;
    for viewer in &mut board.viewers {
        let LogSeat::After { cursor, reads } = viewer.seat else {
            continue;
        };
        let store = &board.store;
        if store.give_after(&viewer.sink, cursor) {
            viewer.seat = LogSeat::Live;
            continue;
        }
        let newest = store.ring.last().map(|last| last.time);
        if !store.primed || (!ended && newest.is_none_or(|newest| newest <= cursor.time)) {
            // It may still come.
            continue;
        }
        match &client {
            Some(client) if reads < READS => {
                viewer.seat = LogSeat::CatchingUp;
                let reading = Reading {
                    up: Arc::clone(up),
                    client: client.clone(),
                    metrics: Arc::clone(metrics),
                    viewer: viewer.id,
                    sink: viewer.sink.clone(),
                    cursor,
                };
                tokio::spawn(reading.run(reads + 1));
            }
            _ => {
                give_up(store, &viewer.sink, cursor, GapReason::Unavailable, &state);
                viewer.seat = LogSeat::Live;
            }
        }
    }
}

/// What lies between cannot be had: a gap in its place, and then the newest entries. The state
/// behind them tells the page that they are complete.
fn give_up(
    store: &LogStore,
    sink: &SourceSink,
    cursor: Cursor,
    reason: GapReason,
    state: &StreamState,
) {
    sink.gap(Gap {
        lines: None,
        after: Some(cursor.time),
        before: store.ring.first_time(),
        reason,
    });
    store.give_newest(sink);
    sink.state(state.clone());
}

/// One viewer's reading of what it lacks.
struct Reading {
    up: Arc<Upstream<LogStore>>,
    client: DockerClient,
    metrics: Arc<Metrics>,
    viewer: u64,
    sink: SourceSink,
    cursor: Cursor,
}

/// How a reading ended.
enum Outcome {
    /// Everything after the cursor up to this entry was delivered.
    UpTo(Cursor),
    /// Docker does not have the cursor's entry any more.
    Rotated,
    /// Docker could not be asked; delivered up to this entry.
    Failed(Cursor),
    /// Nobody waits for it any more.
    Abandoned,
}

impl Reading {
    async fn run(self, reads: u32) {
        let cancel = self.up.cancel.clone();
        let outcome = tokio::select! {
            () = cancel.cancelled() => return,
            outcome = self.read(&cancel) => outcome,
        };
        {
            let mut board = self.up.board();
            let state = board.state();
            let board = &mut *board;
            let store = &board.store;
            let Some(viewer) = board.viewers.iter_mut().find(|v| v.id == self.viewer) else {
                return;
            };
            let newest = |cursor| store.ring.last().is_none_or(|last| last == cursor);
            viewer.seat = match outcome {
                Outcome::Abandoned => return,
                // The log may have ended here, and the ring with it.
                Outcome::UpTo(cursor) if newest(cursor) => LogSeat::Live,
                Outcome::UpTo(cursor) => LogSeat::After { cursor, reads },
                Outcome::Failed(cursor) if store.give_after(&self.sink, cursor) => LogSeat::Live,
                Outcome::Failed(cursor) => {
                    give_up(store, &self.sink, cursor, GapReason::Unavailable, &state);
                    LogSeat::Live
                }
                Outcome::Rotated => {
                    give_up(store, &self.sink, self.cursor, GapReason::Rotated, &state);
                    LogSeat::Live
                }
            };
        }
        settle_with(&self.up, Some(self.client), &self.metrics);
    }

    async fn read(&self, cancel: &CancellationToken) -> Outcome {
        let _open = self.metrics.open_upstream(UpstreamKind::Logs);
        // The ring holds the newest thousand already: begin with the next larger.
        for tail in TAILS.into_iter().skip(1) {
            let options = LogOptions {
                tail: Tail::Lines(tail),
                ..LogOptions::default()
            };
            let mut resumption = Resumption::in_tail(self.cursor, tail);
            if let Some(outcome) = self.pass(options, &mut resumption, cancel).await {
                return outcome;
            }
            // Docker counts parts of long lines, so fewer lines than asked for need not be all.
            if resumption.is_cut() || resumption.saw_all() {
                break;
            }
        }
        let options = LogOptions {
            since: Some(resume::since(self.cursor)),
            ..LogOptions::default()
        };
        self.pass(options, &mut Resumption::since(self.cursor), cancel)
            .await
            .unwrap_or(Outcome::Rotated)
    }

    /// Delivers what one request gives after the cursor; `None` when the cursor is not in it.
    async fn pass(
        &self,
        options: LogOptions,
        resumption: &mut Resumption,
        cancel: &CancellationToken,
    ) -> Option<Outcome> {
        let mut stream = self
            .client
            .stream_logs(&self.up.container, options, cancel.child_token());
        let mut counter = CursorCounter::after(self.cursor);
        let mut pending = LogBatch::new();
        loop {
            let reached = counter.last().unwrap_or(self.cursor);
            let batch = match tokio::time::timeout(SILENCE, stream.next()).await {
                Err(_) | Ok(Some(Err(_))) => {
                    self.deliver(&mut pending, &mut counter);
                    return Some(Outcome::Failed(counter.last().unwrap_or(reached)));
                }
                Ok(None) => {
                    self.deliver(&mut pending, &mut counter);
                    return resumption
                        .found()
                        .then(|| Outcome::UpTo(counter.last().unwrap_or(reached)));
                }
                Ok(Some(Ok(batch))) => batch,
            };
            match resumption.feed(batch) {
                Step::Before => continue,
                Step::NotCovered => return None,
                Step::Lost(_) => return Some(Outcome::Rotated),
                Step::After(rest) => pending.append(&rest),
            }
            if is_full(&pending) {
                self.deliver(&mut pending, &mut counter);
                if !self.sink.room().await {
                    return Some(Outcome::Abandoned);
                }
            }
        }
    }

    fn deliver(&self, pending: &mut LogBatch, counter: &mut CursorCounter) {
        if !pending.is_empty() {
            self.sink.logs(&SharedBatch::new(pending, counter), false);
            pending.clear();
        }
    }
}
