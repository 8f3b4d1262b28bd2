//! Bringing one viewer from where its page stands to the ring.
//!
//! A page that comes back names its last entry. While that is in the ring it simply goes on
//! behind it. Otherwise what lies between is read from Docker, for this viewer alone: at most
//! the newest [`MOST`] lines, so that it does not wait for what it cannot hold. What cannot be
//! had becomes a gap.

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use sidekick::protocol::{Cursor, CursorCounter, Gap, GapReason, LogBatch, StreamState};
use tokio_util::sync::CancellationToken;

use super::batch::{SharedBatch, is_full};
use super::log::{LogSeat, LogStore};
use super::outbound::SourceSink;
use super::resume::{self, MOST, Resumption, Step, TAILS};
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
        if state == StreamState::Removed && newest.is_none() {
            // Nobody can be asked, and nothing is known to be missing.
            continue;
        }
        match &client {
            Some(client) if reads < READS => {
                let cancel = up.cancel.child_token();
                viewer.seat = LogSeat::CatchingUp {
                    _reading: cancel.clone().drop_guard(),
                };
                let reading = Reading {
                    up: Arc::clone(up),
                    client: client.clone(),
                    metrics: Arc::clone(metrics),
                    viewer: viewer.id,
                    sink: viewer.sink.clone(),
                    cursor,
                    cancel,
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
    /// Ends with its viewer.
    cancel: CancellationToken,
}

/// How a reading ended.
enum Outcome {
    /// Everything after the cursor up to this entry was delivered, or a gap in its place.
    UpTo(Cursor),
    /// Docker has neither the cursor's entry any more nor any after it.
    Rotated,
    /// Docker could not be asked; delivered up to this entry.
    Failed(Cursor),
    /// Nobody waits for it any more.
    Abandoned,
}

impl Reading {
    async fn run(self, reads: u32) {
        let outcome = tokio::select! {
            () = self.cancel.cancelled() => return,
            outcome = self.read() => outcome,
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

    async fn read(&self) -> Outcome {
        let _open = self.metrics.open_upstream(UpstreamKind::Logs);
        let newest = |tail| LogOptions {
            tail: Tail::Lines(tail),
            ..LogOptions::default()
        };
        // The ring holds the newest thousand already: begin with the next larger.
        for tail in TAILS.into_iter().skip(1) {
            let mut place = Resumption::in_tail(self.cursor, tail);
            let outcome = self
                .pass(newest(tail), &mut place, GapReason::Rotated)
                .await;
            if let Some(outcome) = outcome {
                return outcome;
            }
            if !place.begins_later() {
                let options = LogOptions {
                    since: Some(resume::since(self.cursor)),
                    ..LogOptions::default()
                };
                let mut place = Resumption::since(self.cursor);
                let outcome = self.pass(options, &mut place, GapReason::Rotated).await;
                return outcome.unwrap_or(Outcome::Rotated);
            }
        }
        let mut place = Resumption::before(self.cursor);
        let outcome = self
            .pass(newest(MOST), &mut place, GapReason::Skipped)
            .await;
        outcome.unwrap_or(Outcome::Rotated)
    }

    /// Delivers what one request gives after the cursor; `None` when that is not in it. Why lines
    /// are `missing` where it begins behind the cursor is for the caller to know.
    async fn pass(
        &self,
        options: LogOptions,
        place: &mut Resumption,
        missing: GapReason,
    ) -> Option<Outcome> {
        let cancel = self.cancel.child_token();
        let mut stream = self.client.stream_logs(&self.up.container, options, cancel);
        let mut delivery = Delivery {
            to: self,
            missing,
            counter: CursorCounter::after(self.cursor),
            pending: LogBatch::new(),
        };
        loop {
            let batch = match tokio::time::timeout(SILENCE, stream.next()).await {
                Err(_) | Ok(Some(Err(_))) => return Some(Outcome::Failed(delivery.flush())),
                Ok(None) => {
                    if let Some(rest) = place.at_end() {
                        delivery.lost(&rest);
                    }
                    let reached = delivery.flush();
                    return place.found().then_some(Outcome::UpTo(reached));
                }
                Ok(Some(Ok(batch))) => batch,
            };
            match place.feed(batch) {
                Step::Before => continue,
                Step::NotCovered => return None,
                Step::Lost(rest) => delivery.lost(&rest),
                Step::After(rest) => delivery.pending.append(&rest),
            }
            if is_full(&delivery.pending) {
                delivery.flush();
                if !self.sink.room().await {
                    return Some(Outcome::Abandoned);
                }
            }
        }
    }
}

/// What one request gives, on its way to the viewer.
struct Delivery<'a> {
    to: &'a Reading,
    missing: GapReason,
    counter: CursorCounter,
    pending: LogBatch,
}

impl Delivery<'_> {
    /// These come after the cursor, but not right after it.
    fn lost(&mut self, next: &LogBatch) {
        self.to.sink.gap(Gap {
            lines: None,
            after: Some(self.to.cursor.time),
            before: next.time(0),
            reason: self.missing,
        });
        self.counter = CursorCounter::default();
        self.pending.append(next);
    }

    /// Sends what is gathered; returns the entry up to which everything was sent.
    fn flush(&mut self) -> Cursor {
        if !self.pending.is_empty() {
            let batch = SharedBatch::new(&self.pending, &mut self.counter);
            self.to.sink.logs(&batch, false);
            self.pending.clear();
        }
        self.counter.last().unwrap_or(self.to.cursor)
    }
}
