//! Bringing one viewer from where it stands to the ring.
//!
//! A page that comes back names its last entry. While that is in the ring it simply goes on
//! behind it. Otherwise what lies between is read from Docker, for this viewer alone: at most
//! the newest [`MOST`](super::resume::MOST) lines, so that nobody waits for a flood of long
//! ago. What cannot be had becomes a gap.
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

use super::beginning::find_out;
use super::log::{LogSeat, LogStore, Stand};
use super::outbound::SourceSink;
use super::reading::{From, LOCATED, Outcome, Reading};
use super::upstream::{Context, Upstream, Viewer};
use crate::docker::{DockerClient, DockerError};
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
    let store = &mut board.store;
    for viewer in &mut board.viewers {
        let Stand::Behind {
            mut from,
            mut reads,
            had_all,
        } = viewer.seat.stand
        else {
            continue;
        };
        let whole = viewer.seat.whole;
        if store.awaits_lines(from) {
            continue;
        }
        let may_come = match store.give_behind(&viewer.sink, from) {
            // It has no room for all of it: it is waited for.
            Some(Stand::Behind { from: given, .. }) => {
                (from, reads) = (given, 0);
                false
            }
            Some(stand) => {
                viewer.seat.stand = stand;
                continue;
            }
            // A removed container has no log: nobody can be asked, and nothing is known to be missing.
            None if removed && store.primed && store.ring.is_empty() => {
                viewer.seat.stand = Stand::Live;
                continue;
            }
            None if store.is_still(had_all) || !may_ask(from, store) => continue,
            None => {
                if let From::After(cursor) = from
                    && find_out(up, &mut store.ring, &client, metrics, cursor)
                {
                    continue;
                }
                may_come(from, store, ended)
            }
        };
        match &client {
            Some(client) if whole || may_come || reads < READS => {
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
                let first = match may_come {
                    true => AGAIN_AFTER,
                    false => Duration::ZERO,
                };
                tokio::spawn(catch_up.run(reads + 1, first));
            }
            // No engine: it is asked when there is one.
            None if whole || may_come => {
                viewer.seat.stand = Stand::Behind {
                    from,
                    reads,
                    had_all,
                };
            }
            _ => {
                give_up(store, viewer, from, GapReason::Unavailable);
            }
        }
    }
    board.tell_state();
}

/// Whether Docker may be asked for what lies between a place and the ring.
fn may_ask(from: From, store: &LogStore) -> bool {
    match from {
        From::After(_) => store.primed,
        // The ring may reach back before that time.
        From::Start(Start::Since(_)) => store.primed || !store.ring.is_empty(),
        From::Start(_) => true,
    }
}

/// Whether the ring may still come to a place: a slow link brings it lines that a viewer has from a
/// reading of its own. It never will where the clock was set back, so Docker is asked after a while;
/// but such a viewer is not given up, as nothing says that it lacks lines.
fn may_come(from: From, store: &LogStore, ended: bool) -> bool {
    let newest = store.ring.last();
    match from {
        From::After(cursor) => !ended && newest.is_none_or(|newest| newest.time <= cursor.time),
        From::Start(_) => false,
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
    async fn run(self, reads: u32, first: Duration) {
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
