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

mod way;

use std::sync::Arc;
use std::time::Duration;

use sidekick::protocol::{Gap, GapReason, Start, StreamState};

use self::way::{AGAIN_AFTER, CatchUp};
use super::beginning::find_out;
use super::log::{LogSeat, LogStore, Stand};
use super::reading::From;
use super::upstream::{Context, Upstream, Viewer};
use crate::docker::DockerClient;
use crate::metrics::Metrics;

/// How often Docker is asked for one page. A second time is needed only where the ring moved
/// on by more than it holds while the first reading took place; from then on the log is followed.
const READS: u32 = 3;

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
