//! The logs of several containers as one, in order of time: a window in which lines wait for earlier
//! ones of other containers.
//!
//! Within a container Docker's own order stays; where that is not the order of time, a line counts as
//! old as the newest before it. So each container's lines come in order, and one tells how far it is
//! by its last (its *watermark*): a line leaves the window when no other container can bring an earlier
//! one. Who says nothing is not waited for longer than the window lasts, and who is far behind not for
//! more lines than it holds. What comes later than that leaves at once, out of order, and is counted.
//!
//! A page needs none of this: its store puts each line where it belongs, however late.

use std::collections::VecDeque;

use crate::protocol::{Gap, LogBatch, StreamState};
use crate::time::{Millis, Nanos};

/// How long a container that is read at its end is waited for while it says nothing, in milliseconds:
/// the server gathers lines for 33.
pub const QUIET_MS: i64 = 250;

/// How long a container is waited for of which nobody knows yet where it is, in milliseconds.
pub const SILENT_MS: i64 = 1_000;

/// What the window holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReorderLimits {
    /// Lines, and gaps.
    pub entries: usize,
    /// Text in bytes.
    pub bytes: usize,
    /// How long containers are waited for that are [being read](StreamState::Loading), in milliseconds.
    pub silent_ms: i64,
}

impl Default for ReorderLimits {
    /// 65,536 lines or 16 MiB; a second.
    fn default() -> Self {
        Self {
            entries: 1 << 16,
            bytes: 16 << 20,
            silent_ms: SILENT_MS,
        }
    }
}

/// A part of one container's log.
#[derive(Clone, Debug, PartialEq)]
pub enum Piece {
    /// Lines.
    Entries(LogBatch),
    /// Lines that are missing here.
    Gap(Gap),
}

/// The window.
#[derive(Debug, Default)]
pub struct Reorder {
    limits: ReorderLimits,
    lanes: Vec<Lane>,
    /// Those that hold something or are waited for, in order: containers come and go, and only these are
    /// looked at for each run of lines.
    counting: Vec<usize>,
    entries: usize,
    bytes: usize,
    /// The newest time that left.
    newest: Option<Nanos>,
    late: u64,
}

/// One container.
#[derive(Debug)]
struct Lane {
    held: VecDeque<Held>,
    /// Entries of the first of them that have left.
    gone: usize,
    /// The newest time of what has left: what is still to come counts as at least as old.
    mark: Nanos,
    wait: Wait,
    /// When something came last.
    heard: Millis,
}

#[derive(Debug)]
struct Held {
    piece: Piece,
    came: Millis,
}

/// How long a container that has nothing here is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wait {
    /// [`ReorderLimits::silent_ms`].
    Silent,
    /// [`QUIET_MS`].
    Quiet,
    /// Not at all: nothing is about to come.
    Not,
}

/// Up to where a container's lines may leave.
struct Bound {
    lane: usize,
    /// The place of its next line.
    next: Nanos,
    /// No other container's line here is older than this.
    here: Nanos,
    /// None that may come either.
    to_come: Nanos,
    /// When all are waited for in vain that may bring older ones.
    until: Option<Millis>,
}

impl Reorder {
    /// An empty window.
    #[must_use]
    pub fn new(limits: ReorderLimits) -> Self {
        Self {
            limits,
            ..Self::default()
        }
    }

    /// Takes in another container; returns its number. They count from 0.
    pub fn join(&mut self, now: Millis) -> usize {
        self.lanes.push(Lane {
            held: VecDeque::new(),
            gone: 0,
            mark: Nanos(i64::MIN),
            wait: Wait::Silent,
            heard: now,
        });
        let lane = self.lanes.len() - 1;
        self.counting.push(lane);
        lane
    }

    /// How a container's stream is doing: who has ended or failed is not waited for.
    pub fn state(&mut self, number: usize, state: &StreamState) {
        if let Some(lane) = self.lanes.get_mut(number) {
            lane.wait = match state {
                StreamState::Loading | StreamState::Reconnecting { .. } => Wait::Silent,
                StreamState::Live | StreamState::Empty => Wait::Quiet,
                StreamState::Ended
                | StreamState::Removed
                | StreamState::Failed { .. }
                | StreamState::Left { .. } => Wait::Not,
            };
            self.count(number);
        }
    }

    /// The connection to the server is lost: nobody knows how any container is doing.
    pub fn interrupt(&mut self, now: Millis) {
        for lane in &mut self.lanes {
            if lane.wait == Wait::Quiet {
                lane.wait = Wait::Silent;
                lane.heard = now;
            }
        }
    }

    /// Nothing more comes: what is held may leave.
    pub fn end(&mut self) {
        for lane in &mut self.lanes {
            lane.wait = Wait::Not;
        }
        self.counting
            .retain(|&lane| !self.lanes[lane].held.is_empty());
    }

    /// Takes what came of a container. Unknown numbers are ignored.
    pub fn push(&mut self, number: usize, piece: Piece, now: Millis) {
        let Some(lane) = self.lanes.get_mut(number) else {
            return;
        };
        lane.heard = now;
        if lane.wait == Wait::Not {
            lane.wait = Wait::Quiet;
        }
        match &piece {
            Piece::Entries(batch) => {
                self.entries += batch.len();
                self.bytes += batch.text_bytes();
            }
            Piece::Gap(_) => self.entries += 1,
        }
        if !matches!(&piece, Piece::Entries(batch) if batch.is_empty()) {
            lane.held.push_back(Held { piece, came: now });
        }
        self.count(number);
    }

    /// The next piece to show, of the container of that number; `None` when there is none before the
    /// next call of another method, or [`deadline`](Self::deadline).
    pub fn pop(&mut self, now: Millis) -> Option<(usize, Piece)> {
        let bound = self.bound(now)?;
        let to = match bound.next <= bound.to_come {
            true => bound.here.min(bound.to_come),
            false if self.is_full() => bound.here,
            false => return None,
        };
        let lane = self.lanes.get_mut(bound.lane)?;
        let first = lane.held.front()?;
        let Piece::Entries(batch) = &first.piece else {
            self.entries -= 1;
            let gap = lane.held.pop_front();
            self.count(bound.lane);
            return gap.map(|it| (bound.lane, it.piece));
        };
        let (from, mut end) = (lane.gone, lane.gone);
        while let Some(time) = batch.time(end) {
            let place = time.max(lane.mark);
            if place > to {
                break;
            }
            lane.mark = place;
            if self.newest.is_some_and(|newest| newest > place) {
                self.late += 1;
            } else {
                self.newest = Some(place);
            }
            end += 1;
        }
        let whole = end == batch.len();
        let piece = match (from, whole) {
            (0, true) => lane.held.pop_front()?.piece,
            _ => {
                let mut part = LogBatch::new();
                (from..end)
                    .filter_map(|index| batch.get(index))
                    .for_each(|entry| part.push(entry));
                if whole {
                    lane.held.pop_front();
                }
                Piece::Entries(part)
            }
        };
        lane.gone = if whole { 0 } else { end };
        if let Piece::Entries(batch) = &piece {
            self.entries -= batch.len();
            self.bytes -= batch.text_bytes();
        }
        self.count(bound.lane);
        Some((bound.lane, piece))
    }

    /// When [`pop`](Self::pop) has something that it does not have yet, if nothing comes until then.
    #[must_use]
    pub fn deadline(&self) -> Option<Millis> {
        self.bound(Millis(i64::MIN))?.until
    }

    /// Lines that came later than the window lasts, and so left behind younger ones.
    #[must_use]
    pub fn late(&self) -> u64 {
        self.late
    }

    /// Has a container count as long as there is reason to.
    fn count(&mut self, lane: usize) {
        let counts = self
            .lanes
            .get(lane)
            .is_some_and(|it| it.wait != Wait::Not || !it.held.is_empty());
        match (counts, self.counting.binary_search(&lane)) {
            (true, Err(at)) => self.counting.insert(at, lane),
            (false, Ok(at)) => {
                self.counting.remove(at);
            }
            _ => {}
        }
    }

    fn is_full(&self) -> bool {
        self.entries > self.limits.entries || self.bytes > self.limits.bytes
    }

    /// The container whose next line is the oldest.
    fn bound(&self, now: Millis) -> Option<Bound> {
        let counting = || self.counting.iter().map(|&at| (at, &self.lanes[at]));
        let heads =
            counting().filter_map(|(at, lane)| Some((lane.next()?, at, lane.held.front()?.came)));
        let (next, lane, came) = heads.min()?;
        let mut bound = Bound {
            lane,
            next,
            here: Nanos(i64::MAX),
            to_come: Nanos(i64::MAX),
            until: None,
        };
        for (at, other) in counting() {
            match other.next() {
                _ if at == lane => {}
                Some(place) => bound.here = bound.here.min(place),
                None => {
                    if let Some(until) = self.waits(other, came).filter(|until| *until > now) {
                        bound.to_come = bound.to_come.min(other.mark);
                        if other.mark < next {
                            bound.until = bound.until.max(Some(until));
                        }
                    }
                }
            }
        }
        Some(bound)
    }

    /// Until when what came at a time waits for a container that has nothing here.
    fn waits(&self, lane: &Lane, came: Millis) -> Option<Millis> {
        let wait = match lane.wait {
            Wait::Silent => self.limits.silent_ms,
            Wait::Quiet => QUIET_MS,
            Wait::Not => return None,
        };
        Some(came.max(lane.heard).plus(wait))
    }
}

impl Lane {
    /// The place of what is to leave next.
    fn next(&self) -> Option<Nanos> {
        match &self.held.front()?.piece {
            Piece::Entries(batch) => Some(batch.time(self.gone)?.max(self.mark)),
            Piece::Gap(_) => Some(self.mark),
        }
    }
}

#[cfg(test)]
mod tests;
