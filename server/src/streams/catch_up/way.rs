//! What is read for one viewer until its place is in the ring.

use std::sync::Arc;
use std::time::Duration;

use sidekick::protocol::{GapReason, Start};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{give_up, may_come, settle_with};
use crate::docker::{DockerClient, DockerError};
use crate::metrics::Metrics;
use crate::streams::beginning::find_out;
use crate::streams::log::{LogStore, Stand};
use crate::streams::outbound::SourceSink;
use crate::streams::reading::{From, LOCATED, Outcome, Reading};
use crate::streams::upstream::Upstream;

/// How long a log is followed for a page that is to catch up with it.
const FOLLOW_FOR: Duration = Duration::from_secs(5);

/// How long a viewer waits for which Docker could not be asked, or had nothing.
pub(super) const AGAIN_AFTER: Duration = Duration::from_secs(1);

/// How long a viewer waits whose reading went back.
const BACK_AFTER: Duration = Duration::from_millis(50);

/// The way of one viewer back to the ring.
pub(super) struct CatchUp {
    pub(super) up: Arc<Upstream<LogStore>>,
    pub(super) client: DockerClient,
    pub(super) metrics: Arc<Metrics>,
    pub(super) viewer: u64,
    pub(super) whole: bool,
    pub(super) sink: SourceSink,
    pub(super) from: From,
    /// Ends with its viewer.
    pub(super) cancel: CancellationToken,
}

impl CatchUp {
    pub(super) async fn run(self, reads: u32, first: Duration) {
        let mut newest = None;
        let outcome = tokio::select! {
            () = self.cancel.cancelled() => return,
            outcome = async {
                tokio::time::sleep(first).await;
                newest = self.up.board().store.ring.last();
                self.read(reads).await
            } => outcome,
        };
        let mut had_all = None;
        let (from, reads) = match outcome {
            Outcome::Abandoned => return,
            Outcome::WentBack(from) => {
                self.pause_for(BACK_AFTER).await;
                (from, 0)
            }
            Outcome::UpTo(from) => {
                if from == self.from {
                    self.pause().await;
                    had_all = newest
                        .filter(|it| matches!(from, From::After(cursor) if it.time <= cursor.time));
                }
                let counts = matches!(self.from, From::After(_)) && had_all.is_none();
                (from, if counts { reads } else { 0 })
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
                // Of one that was removed the shared stream may still bring lines: what is missing is known
                // behind these.
                let is_removed = error.as_ref().is_some_and(DockerError::is_not_found);
                let is_final = match is_removed {
                    true => self.up.board().store.primed,
                    false => error.is_some_and(|it| it.is_permanent()),
                };
                if is_final && !self.may_come(from) {
                    return self.end_with_gap(from, GapReason::Unavailable);
                }
                // Its upstream has failed too, or will: that tells the viewer why.
                self.pause().await;
                (from, 0)
            }
        };
        self.go_on(Stand::Behind {
            from,
            reads,
            had_all,
        });
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

    fn may_come(&self, from: From) -> bool {
        let board = self.up.board();
        may_come(from, &board.store, board.has_ended())
    }

    /// Brings a page to the newest lines that does not catch up with them.
    fn is_outrun(&self, from: From, began: Instant) -> bool {
        if self.whole || began.elapsed() < FOLLOW_FOR || self.may_come(from) {
            return false;
        }
        let mut board = self.up.board();
        let board = &mut *board;
        if let Some(viewer) = board.viewers.iter_mut().find(|it| it.id == self.viewer) {
            let reason = match viewer.seat.was_slow() {
                true => GapReason::SlowViewer,
                false => GapReason::Skipped,
            };
            give_up(&board.store, viewer, from, reason);
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
            viewer.seat.stand = Stand::behind(from);
            board_now.tell_state();
            return true;
        }
        let Some(stand) = board_now.store.give_behind(&self.sink, from) else {
            if let From::After(cursor) = from
                && board_now.store.primed
            {
                let (ring, client) = (&mut board_now.store.ring, Some(self.client.clone()));
                find_out(&self.up, ring, &client, &self.metrics, cursor);
            }
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
