//! Bringing one viewer from where it stands to the ring.
//!
//! A page that comes back names its last entry. While that is in the ring it simply goes on
//! behind it. Otherwise what lies between is read from Docker, for this viewer alone: at most
//! the newest [`MOST`](super::resume::MOST) lines, so that a page does not wait for what it cannot
//! hold. What cannot be had becomes a gap.
//!
//! A viewer that wants every line ([`Start`](sidekick::protocol::Start)) is brought all of them. When
//! it takes them more slowly than they are printed it leaves the ring and is brought back like one
//! that was away. A page that is about to lose lines does so too, but not all the time: one that stays
//! too slow loses them.

use std::sync::Arc;
use std::time::Duration;

use sidekick::protocol::{Gap, GapReason, Start, StreamState};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::log::{LogSeat, LogStore, Stand};
use super::outbound::SourceSink;
use super::reading::{From, LOCATED, Outcome, Reading};
use super::upstream::{Context, Upstream, Viewer};
use crate::docker::DockerClient;
use crate::metrics::Metrics;

/// How often Docker is asked for one page. A second time is needed only where the ring moved
/// on by more than it holds while the first reading took place; from then on the log is followed.
const READS: u32 = 3;

/// How long a log is followed for a page that is to catch up with it.
const FOLLOW_FOR: Duration = Duration::from_secs(5);

/// How long a viewer waits for which Docker could not be asked, or had nothing.
const AGAIN_AFTER: Duration = Duration::from_secs(1);

/// How long a viewer waits whose reading went back.
const BACK_AFTER: Duration = Duration::from_millis(50);

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
    let removed = board.state() == StreamState::Removed;
    let board = &mut *board;
    let store = &board.store;
    for viewer in &mut board.viewers {
        let Stand::Behind { mut from, reads } = viewer.seat.stand else {
            continue;
        };
        let whole = viewer.seat.whole;
        if store.awaits_lines(from) {
            continue;
        }
        match store.give_behind(&viewer.sink, from) {
            // It has no room for all of it: it is waited for.
            Some(Stand::Behind { from: given, .. }) => from = given,
            Some(stand) => {
                viewer.seat.stand = stand;
                continue;
            }
            // A removed container has no log: nobody can be asked, and nothing is known to be missing.
            None if removed && store.primed && store.ring.is_empty() => {
                viewer.seat.stand = Stand::Live;
                continue;
            }
            None if !may_ask(from, store, ended) => continue,
            None => {}
        }
        match &client {
            Some(client) if whole || reads < READS => {
                let cancel = up.cancel.child_token();
                viewer.seat.stand = Stand::CatchingUp {
                    _reading: cancel.clone().drop_guard(),
                };
                let catch_up = CatchUp {
                    up: Arc::clone(up),
                    client: client.clone(),
                    metrics: Arc::clone(metrics),
                    viewer: viewer.id,
                    whole,
                    sink: viewer.sink.clone(),
                    from,
                    cancel,
                };
                tokio::spawn(catch_up.run(reads + 1));
            }
            // No engine: it is asked when there is one.
            None if whole => viewer.seat.stand = Stand::Behind { from, reads },
            _ => {
                give_up(store, viewer, from, GapReason::Unavailable);
            }
        }
    }
    board.tell_state();
}

/// Whether it is time to ask Docker for what lies between a place and the ring.
fn may_ask(from: From, store: &LogStore, ended: bool) -> bool {
    let newest = store.ring.last().map(|last| last.time);
    match from {
        From::After(cursor) => {
            // Else it may still come.
            let passed = ended || newest.is_some_and(|newest| newest > cursor.time);
            store.primed && passed
        }
        // The ring may reach back before that time.
        From::Start(Start::Since(_)) => store.primed || newest.is_some(),
        From::Start(_) => true,
    }
}

/// What lies between cannot be had: a gap in its place, and then the newest entries. The state
/// behind them tells the page that they are complete.
fn give_up(store: &LogStore, viewer: &mut Viewer<LogSeat>, from: From, reason: GapReason) {
    match from {
        From::After(cursor) => {
            viewer.sink.gap(Gap {
                lines: None,
                after: Some(cursor.time),
                before: store.ring.first_time(),
                reason,
            });
            store.give_newest(&viewer.sink);
        }
        From::Start(start) => store.give_what_is_left(&viewer.sink, start),
    }
    viewer.seat.stand = Stand::Live;
    viewer.unaware = true;
}

/// The way of one viewer back to the ring.
struct CatchUp {
    up: Arc<Upstream<LogStore>>,
    client: DockerClient,
    metrics: Arc<Metrics>,
    viewer: u64,
    whole: bool,
    sink: SourceSink,
    from: From,
    /// Ends with its viewer.
    cancel: CancellationToken,
}

impl CatchUp {
    async fn run(self, reads: u32) {
        let outcome = tokio::select! {
            () = self.cancel.cancelled() => return,
            outcome = self.read(reads) => outcome,
        };
        let (from, reads) = match outcome {
            Outcome::Abandoned => return,
            Outcome::WentBack(from) => {
                self.pause_for(BACK_AFTER).await;
                (from, 0)
            }
            Outcome::UpTo(from) => {
                if from == self.from {
                    self.pause().await;
                }
                match self.from {
                    From::Start(_) => (from, 0),
                    From::After(_) => (from, reads),
                }
            }
            Outcome::TooFar => {
                let from = self.from;
                return self.end_with_gap(from, GapReason::Skipped);
            }
            Outcome::Rotated => {
                let from = self.from;
                return self.end_with_gap(from, GapReason::Rotated);
            }
            Outcome::Failed(from, error) => {
                if error.is_some_and(|it| it.is_not_found() || it.is_permanent()) {
                    return self.end_with_gap(from, GapReason::Unavailable);
                }
                // Its upstream has failed too, or will: that tells the viewer why.
                self.pause().await;
                (from, 0)
            }
        };
        self.go_on(Stand::Behind { from, reads });
    }

    /// Waits before Docker is asked the same again.
    async fn pause(&self) {
        self.pause_for(AGAIN_AFTER).await;
    }

    async fn pause_for(&self, time: Duration) {
        let pause = tokio::time::sleep(time);
        self.cancel.run_until_cancelled(pause).await;
    }

    async fn read(&self, reads: u32) -> Outcome {
        if !self.sink.room().await || self.joins(self.from) {
            return Outcome::Abandoned;
        }
        let reading = Reading {
            client: &self.client,
            container: &self.up.container,
            metrics: &self.metrics,
            sink: &self.sink,
            cancel: &self.cancel,
            whole: self.whole,
        };
        if let From::Start(Start::Tail(lines)) = self.from
            && lines <= LOCATED
        {
            return reading.locate(lines).await;
        }
        // Where it goes on, most of what it lacks is quickly had. What was printed meanwhile may be
        // more than the ring holds: then it follows until it has caught up.
        let past = matches!(self.from, From::After(_)) && reads <= 1;
        let began = Instant::now();
        match past {
            true => reading.past(self.from).await,
            false => {
                let caught_up = |from| self.joins(from) || self.is_outrun(from, began);
                reading.follow(self.from, &caught_up).await
            }
        }
    }

    /// Brings a page to the newest lines that does not catch up with them.
    fn is_outrun(&self, from: From, began: Instant) -> bool {
        if self.whole || began.elapsed() < FOLLOW_FOR {
            return false;
        }
        let mut board = self.up.board();
        let board = &mut *board;
        if let Some(viewer) = board.viewers.iter_mut().find(|it| it.id == self.viewer) {
            give_up(&board.store, viewer, from, GapReason::SlowViewer);
        }
        board.tell_state();
        true
    }

    /// Lets the viewer go on from the ring, if that holds its place. Also true where there is no
    /// such viewer any more: in either case it needs this reading no longer.
    fn joins(&self, from: From) -> bool {
        let mut board = self.up.board();
        let board_now = &mut *board;
        let Some(viewer) = board_now.viewers.iter_mut().find(|it| it.id == self.viewer) else {
            return true;
        };
        if board_now.store.awaits_lines(from) {
            viewer.seat.stand = Stand::Behind { from, reads: 0 };
            board_now.tell_state();
            return true;
        }
        let Some(stand) = board_now.store.give_behind(&self.sink, from) else {
            return false;
        };
        let is_behind = matches!(stand, Stand::Behind { .. });
        viewer.seat.stand = stand;
        board_now.tell_state();
        drop(board);
        if is_behind {
            settle_with(&self.up, Some(self.client.clone()), &self.metrics);
        }
        true
    }

    /// Puts the viewer where it stands now, and lets it go on from there.
    fn go_on(self, stand: Stand) {
        {
            let mut board = self.up.board();
            let Some(viewer) = board.viewers.iter_mut().find(|it| it.id == self.viewer) else {
                return;
            };
            viewer.seat.stand = stand;
        }
        settle_with(&self.up, Some(self.client), &self.metrics);
    }

    /// What lies behind `from` cannot be had any more.
    fn end_with_gap(self, from: From, reason: GapReason) {
        // What was printed meanwhile may have brought its place into the ring.
        if self.joins(from) {
            return;
        }
        let mut board = self.up.board();
        let board = &mut *board;
        if let Some(viewer) = board.viewers.iter_mut().find(|it| it.id == self.viewer) {
            give_up(&board.store, viewer, from, reason);
        }
        board.tell_state();
    }
}
