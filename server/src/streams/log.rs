//! Logs: one reading of each container's log, shared by all who look at it.
//!
//! What the engine sends is gathered into batches (see [`pump`]), kept in the ring, encoded once
//! and handed to every viewer. After a break the reading goes on exactly behind the last entry
//! (see [`super::resume`]), so nothing comes twice.

mod pump;
mod seat;

use std::sync::Arc;

use sidekick::protocol::{Cursor, Gap, GapReason, LogBatch, Start};

use self::pump::{Pump, Stop};
pub(crate) use self::seat::{LogSeat, Stand};
use super::brake::Brake;
use super::catch_up::settle;
use super::order::Order;
use super::outbound::SourceSink;
use super::reading::From;
use super::resume::{self, Resumption, TAILS};
use super::ring::{LogRing, Place, RING_ENTRIES};
use super::upstream::{Ask, Attempt, Context, End, Store, StreamManager, Upstream};
use crate::docker::{DockerClient, DockerStream, LogOptions, Tail};
use crate::metrics::UpstreamKind;

/// The logs of all containers that somebody looks at. Who joins gets the newest entries, or those
/// after the cursor that it names.
pub(crate) type LogStreamManager = StreamManager<LogReading>;

/// What is kept of a log for those who join.
#[derive(Debug, Default)]
pub(crate) struct LogStore {
    pub(crate) ring: LogRing,
    /// Of what came into the ring.
    order: Order,
    /// The answer that opened the log ended in good order.
    answered: bool,
    /// The lines that were there when the log was opened seem to be all in the ring, so that a cursor
    /// which is not in it is not about to come.
    pub(crate) primed: bool,
}

impl Store for LogStore {
    type Seat = LogSeat;

    fn welcome(&mut self, sink: &SourceSink, ask: Ask) -> LogSeat {
        let from = match (ask.cursor, ask.start) {
            (Some(cursor), _) => Some(From::After(cursor)),
            (None, Start::Newest) => None,
            (None, start) => Some(From::Start(start)),
        };
        let stand = match from {
            Some(from) => Stand::behind(from),
            None => {
                self.give_newest(sink);
                Stand::Live
            }
        };
        LogSeat::new(stand, ask.start != Start::Newest)
    }

    fn lacks(&self, seat: &LogSeat) -> bool {
        match seat.stand {
            Stand::Live => false,
            Stand::Behind { from, had_all, .. } => {
                !self.awaits_lines(from) && !self.is_still(had_all)
            }
            Stand::CatchingUp { .. } => true,
        }
    }

    fn place(&self, seat: &LogSeat) -> Option<Cursor> {
        match seat.stand {
            Stand::Live => self.ring.last(),
            Stand::Behind {
                from: From::After(cursor),
                ..
            } => Some(cursor),
            Stand::Behind { .. } | Stand::CatchingUp { .. } => None,
        }
    }
}

impl LogStore {
    /// The lines that were there when the log was opened are all in the ring, as far as anybody can
    /// tell from a pause. Tells whether that was not known before.
    pub(crate) fn prime(&mut self) -> bool {
        !std::mem::replace(&mut self.primed, true)
    }

    /// Hands a viewer the newest entries.
    pub(crate) fn give_newest(&self, sink: &SourceSink) {
        self.give_from(sink, self.ring.newest());
    }

    /// Hands a viewer that cannot begin where it wants to what is here of it, behind a gap where more
    /// may be missing before that.
    pub(crate) fn give_what_is_left(&self, sink: &SourceSink, start: Start) {
        let place = match start {
            Start::Tail(lines) => self.ring.newest_of(lines),
            Start::Since(time) => self.ring.since(time),
            Start::First | Start::Newest => None,
        };
        let lacks = place.is_none() && !self.ring.is_whole() && !self.ring.is_empty();
        if lacks {
            sink.gap(Gap {
                lines: None,
                after: None,
                before: self.ring.first_time(),
                reason: GapReason::Unavailable,
            });
        }
        self.give_from(sink, place.unwrap_or_else(|| self.ring.newest()));
    }

    fn give_from(&self, sink: &SourceSink, place: Place) {
        for piece in self.ring.pieces(place) {
            if let Some(gap) = piece.gap {
                sink.gap(gap);
            }
            sink.logs(&piece.entries, true);
        }
    }

    /// Hands a viewer everything behind its place, as far as it has room, and tells how it stands then;
    /// `None` when that place is not in the ring.
    pub(crate) fn give_behind(&self, sink: &SourceSink, from: From) -> Option<Stand> {
        let place = match from {
            From::After(cursor) => self.ring.after(cursor)?,
            From::Start(start) => self.place_of(start)?,
        };
        let mut given = from;
        for piece in self.ring.pieces(place) {
            if !sink.has_room() {
                return Some(Stand::behind(given));
            }
            if let Some(gap) = piece.gap {
                sink.gap(gap);
            }
            sink.logs(&piece.entries, false);
            given = From::After(piece.last);
        }
        Some(Stand::Live)
    }

    /// Whether a viewer can only wait for the first line. It does not stand at the end of the ring
    /// meanwhile: that the log is empty is a guess from silence, and where the stream breaks before
    /// that line, the ring begins with the newest lines again. One that begins at a time wants none
    /// of the lines that are printed until then.
    pub(crate) fn awaits_lines(&self, from: From) -> bool {
        match from {
            From::Start(Start::First) => self.primed && self.ring.is_empty(),
            From::Start(Start::Since(_)) if self.ring.is_empty() => self.primed,
            From::Start(Start::Since(time)) => self.ring.is_before(time),
            _ => false,
        }
    }

    /// Whether nothing came since a viewer was found to have all that Docker has.
    pub(crate) fn is_still(&self, had_all: Option<Cursor>) -> bool {
        had_all.is_some() && had_all == self.ring.last()
    }

    /// Where a viewer begins, if everything from there on is in the ring.
    fn place_of(&self, start: Start) -> Option<Place> {
        match start {
            Start::Newest => self.primed.then(|| self.ring.newest()),
            Start::First => None,
            Start::Tail(lines) => self.ring.tail(lines),
            Start::Since(time) => self.ring.since(time),
        }
    }
}

/// Reads the log of one container.
pub(crate) struct LogReading;

impl Attempt for LogReading {
    type Store = LogStore;
    const KIND: UpstreamKind = UpstreamKind::Logs;

    async fn run(
        up: &Arc<Upstream<LogStore>>,
        context: &Context,
        client: &DockerClient,
    ) -> (End, bool) {
        let _open = context.metrics.open_upstream(Self::KIND);
        let mut pump = Pump::new(up, context);
        let mut brake = Brake::default();
        loop {
            let place = up.board().store.ring.last();
            if let Stop::End(end) = read(up, client, &mut pump).await {
                let opened = place.is_none() && matches!(end, End::Closed);
                up.board().store.answered = opened;
                return (end, pump.flowed);
            }
            brake.hold().await;
            let store = &mut up.board().store;
            if place.is_some() && store.ring.last() == place {
                // Another reading says the same: it is Docker's own order.
                store.order = Order::default();
            }
        }
    }

    fn joined(up: &Arc<Upstream<LogStore>>, context: &Context) {
        settle(up, context);
    }

    fn settled(up: &Arc<Upstream<LogStore>>, context: &Context) {
        {
            let store = &mut up.board().store;
            store.prime();
            if std::mem::take(&mut store.answered) {
                store.ring.is_answered();
            }
        }
        settle(up, context);
    }
}

/// Reads from behind the ring's last entry on, until the stream stops.
async fn read(up: &Upstream<LogStore>, client: &DockerClient, pump: &mut Pump<'_>) -> Stop {
    let cursor = up.board().store.ring.last();
    let Some(cursor) = cursor else {
        await_first_line(up);
        begin_again(up);
        let stream = open(client, up, follow(Tail::Lines(RING_ENTRIES as u64)));
        let stop = pump.run(stream, None).await;
        return stop.unwrap_or(Stop::End(End::Closed));
    };
    for tail in TAILS {
        let stream = open(client, up, follow(Tail::Lines(tail)));
        let mut resumption = Resumption::in_tail(cursor, tail);
        let stop = pump.run(stream, Some(&mut resumption)).await;
        match stop {
            // The container stopped and its log does not have the entry any more.
            Some(Stop::End(End::Closed)) if !resumption.found() && resumption.saw_any() => {}
            Some(stop) => return stop,
            // More lines of the past would not help.
            None if resumption.saw_all() || resumption.is_cut() => break,
            None => {}
        }
    }
    let options = LogOptions {
        since: Some(resume::since(cursor)),
        ..follow(Tail::All)
    };
    let stream = open(client, up, options);
    let stop = pump.run(stream, Some(&mut Resumption::since(cursor))).await;
    stop.unwrap_or(Stop::End(End::Closed))
}

/// The log was empty, and its stream broke: who stood at its end and wants every line begins with
/// its first.
fn await_first_line(up: &Upstream<LogStore>) {
    let mut board = up.board();
    let board = &mut *board;
    if !board.store.primed {
        return;
    }
    for viewer in &mut board.viewers {
        if viewer.seat.whole && matches!(viewer.seat.stand, Stand::Live) {
            let from = From::Start(Start::First);
            viewer.seat.stand = Stand::behind(from);
        }
    }
}

/// Nothing was shown so far.
fn begin_again(up: &Upstream<LogStore>) {
    let order = &mut up.board().store.order;
    *order = std::mem::take(order).again();
}

fn follow(tail: Tail) -> LogOptions {
    LogOptions {
        tail,
        follow: true,
        ..LogOptions::default()
    }
}

fn open(
    client: &DockerClient,
    up: &Upstream<LogStore>,
    options: LogOptions,
) -> DockerStream<LogBatch> {
    client.stream_logs(&up.container, options, up.cancel.child_token())
}

#[cfg(test)]
mod tests;
