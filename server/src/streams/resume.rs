//! Finding the place in a freshly opened log where an earlier reading stopped.
//!
//! Docker can only be asked for the last N lines or for lines since a time. The last N, with N
//! growing until the cursor is among them, is cheap and exact; `since` scans the whole file and
//! comes last.
//!
//! # Why reading by time is exact too
//!
//! It rests on three facts. Docker stamps a line before it writes it, so that each stream is
//! sorted by time, and one stream is ahead of the other by less than [`SKEW_NS`] in the log.
//! Rotation takes lines from the old end only. So Docker is asked from [`SKEW_NS`] before the
//! cursor's time on, and what it gives holds everything that comes after the cursor in the log.
//!
//! - The cursor's entry is met: everything behind it is new, nothing before it is.
//! - An older entry of its stream is met: its own is still to come.
//! - A newer entry of its stream is met instead, or the log is at its end: its entry is gone, and
//!   with it all that came before. Whatever there is comes after it, also entries of the other
//!   stream that carry an earlier time; they were held until this was known.
//! - An entry of its stream and time is met that is not it: it may be older, so it and all before
//!   it are taken to be known. The page decides likewise (`sidekick::client`).
//!
//! docs/streaming.md says where these facts do not hold.

use sidekick::protocol::{Cursor, CursorCounter, EntryRef, LogBatch, PART_BYTES};
use sidekick::time::Nanos;

use super::batch::is_full;

/// How many of the newest lines are asked for, one after the other.
pub(crate) const TAILS: [u64; 3] = [1_000, 8_000, MOST];

/// Lines that one viewer is brought at most when it comes back: nobody waits for a flood of long ago.
pub(crate) const MOST: u64 = 64_000;

/// How far one stream of a container may run ahead of the other, by their timestamps.
/// Microseconds were seen.
const SKEW_NS: i64 = 1_000_000_000;

/// The time from which everything that comes after the cursor is read.
pub(crate) fn since(cursor: Cursor) -> Nanos {
    well_before(cursor.time)
}

/// The time of the oldest lines that may come behind one of this time.
pub(crate) fn well_before(time: Nanos) -> Nanos {
    Nanos(time.0.saturating_sub(SKEW_NS))
}

/// How many records the engine keeps of a line: a long one is kept in parts.
pub(crate) fn records(entry: &EntryRef<'_>) -> usize {
    1 + entry.text.len() / PART_BYTES
}

/// Discards entries up to and including one.
#[derive(Debug)]
pub(crate) struct Resumption {
    cursor: Cursor,
    counter: CursorCounter,
    seen: u64,
    /// As many as the engine counts them: a long line is kept in parts.
    seen_parts: u64,
    tail: Option<u64>,
    /// The cursor is known to lie before the reading.
    before: bool,
    found: bool,
    /// Entries that came once more, up to the cursor's.
    again: u64,
    /// Time of the first entry of stdout and of stderr: the window may begin within a run of
    /// lines that share it, so that occurrences at this time cannot be told.
    first: [Option<Nanos>; 2],
    /// The cursor's time is the one at which the window begins.
    cut: bool,
    /// The log reaches back before the cursor: read by time, its entry will come.
    sure: bool,
    /// Read by time, and not sure: what comes after the cursor if its entry is gone. The newest,
    /// where that is much; a gap is before them anyway.
    held: LogBatch,
}

/// What a batch meant for a [`Resumption`].
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Still before the cursor: nothing new in it.
    Before,
    /// These entries come after the cursor.
    After(LogBatch),
    /// The cursor is not among the lines that were asked for: ask for more.
    NotCovered,
    /// Read by `since`, and the cursor's entry is gone: these come after it, but lines may be
    /// missing between.
    Lost(LogBatch),
}

impl Resumption {
    /// For a reading of the newest `tail` lines.
    pub(crate) fn in_tail(cursor: Cursor, tail: u64) -> Self {
        Self {
            tail: Some(tail),
            ..Self::since(cursor)
        }
    }

    /// For a reading of all lines from [`since`] on.
    pub(crate) fn since(cursor: Cursor) -> Self {
        Self {
            cursor,
            counter: CursorCounter::default(),
            seen: 0,
            seen_parts: 0,
            tail: None,
            before: false,
            found: false,
            again: 0,
            first: [None; 2],
            cut: false,
            sure: false,
            held: LogBatch::new(),
        }
    }

    /// For a reading that begins later than the cursor: its first batch is [`Step::Lost`].
    pub(crate) fn before(cursor: Cursor) -> Self {
        Self {
            before: true,
            ..Self::since(cursor)
        }
    }

    /// How entries are counted right behind the place, the first time it is asked after that was
    /// found. A cursor alone says nothing of the other stream.
    pub(crate) fn take_counter(&mut self) -> Option<CursorCounter> {
        let counter = std::mem::take(&mut self.counter);
        counter.last().is_some().then_some(counter)
    }

    /// How many entries came that are known, once the place was found and since this was asked.
    pub(crate) fn take_again(&mut self) -> u64 {
        std::mem::take(&mut self.again)
    }

    /// Whether the place was found.
    pub(crate) fn found(&self) -> bool {
        self.found
    }

    /// Whether only a part of the log was asked for, in which the place may not be.
    pub(crate) fn in_part(&self) -> bool {
        self.tail.is_some()
    }

    /// Whether fewer lines came than were asked for, so that these were all that Docker has.
    pub(crate) fn saw_all(&self) -> bool {
        !self.cut && self.tail.is_none_or(|tail| self.seen_parts < tail)
    }

    /// Whether the window begins at the cursor's time, so that no number of newest lines that
    /// begins there can tell the place: only a reading by time can. Engines that stamp lines
    /// with whole seconds make this common.
    pub(crate) fn is_cut(&self) -> bool {
        self.cut
    }

    /// Whether a part of the log was read that begins later than the cursor, as far as anybody
    /// can tell: there is more before it, and nothing in it is as old.
    pub(crate) fn begins_later(&self) -> bool {
        !self.cut && !self.sure && !self.saw_all()
    }

    /// Whether anything came.
    pub(crate) fn saw_any(&self) -> bool {
        self.seen > 0
    }

    /// Whether an entry shows that the log reaches back before the cursor.
    fn is_older(&self, entry: &EntryRef<'_>) -> bool {
        entry.stream == self.cursor.stream && entry.time < self.cursor.time
    }

    /// Whether an entry shows that the cursor's is not there.
    fn is_past(&self, entry: &EntryRef<'_>) -> bool {
        let ahead_ns = entry.time.0.saturating_sub(self.cursor.time.0);
        ahead_ns > 0 && (entry.stream == self.cursor.stream || (!self.sure && ahead_ns > SKEW_NS))
    }

    /// Takes the next entries of the reading.
    pub(crate) fn feed(&mut self, batch: LogBatch) -> Step {
        if self.found {
            return Step::After(batch);
        }
        if self.before {
            self.found = true;
            return Step::Lost(batch);
        }
        for (index, entry) in batch.iter().enumerate() {
            self.seen += 1;
            self.seen_parts += records(&entry) as u64;
            let first = *self.first[entry.stream.index()].get_or_insert(entry.time);
            if self.tail.is_some()
                && entry.stream == self.cursor.stream
                && entry.time == self.cursor.time
                && first == entry.time
            {
                self.cut = true;
                return Step::NotCovered;
            }
            if self.counter.next(entry.time, entry.stream) == self.cursor {
                self.found = true;
                self.again = self.seen;
                self.held = LogBatch::new();
                return Step::After(batch.tail_from(index + 1));
            }
            match self.tail {
                Some(tail) => {
                    self.sure |= self.is_older(&entry);
                    if self.seen >= tail {
                        return Step::NotCovered;
                    }
                }
                None if self.is_past(&entry) => {
                    return Step::Lost(self.lost(&batch.tail_from(index)));
                }
                None => self.hold(entry),
            }
        }
        Step::Before
    }

    /// The log is at its end for now. Where it was read by time and the cursor's entry cannot
    /// come any more, these entries come after it, but lines may be missing between.
    pub(crate) fn at_end(&mut self) -> Option<LogBatch> {
        let lost = !self.found && !self.sure && !self.held.is_empty();
        lost.then(|| self.lost(&LogBatch::new()))
    }

    fn lost(&mut self, rest: &LogBatch) -> LogBatch {
        self.found = true;
        self.counter = CursorCounter::default();
        let mut all = std::mem::take(&mut self.held);
        all.append(rest);
        all
    }

    fn hold(&mut self, entry: EntryRef<'_>) {
        if entry.stream == self.cursor.stream && entry.time <= self.cursor.time {
            // Of the cursor's time: where rotation cut between the entries that share it, they
            // are counted from too low, and the cursor is passed without being known.
            self.held = LogBatch::new();
            self.sure |= self.is_older(&entry);
            return;
        }
        if !self.sure {
            if is_full(&self.held) {
                self.held = self.held.tail_from(self.held.len().div_ceil(2));
            }
            self.held.push(entry);
        }
    }
}

#[cfg(test)]
mod tests;
