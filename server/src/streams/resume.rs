//! Finding the place in a freshly opened log where an earlier reading stopped.
//!
//! Docker can only be asked for the last N lines or for lines since a time. The last N, with N
//! growing until the cursor is among them, is cheap and exact; `since` scans the whole file and
//! comes last.

use sidekick::protocol::{Cursor, CursorCounter, EntryRef, LogBatch};
use sidekick::time::Nanos;

/// How many of the newest lines are asked for, one after the other.
pub(crate) const TAILS: [u64; 3] = [1_000, 8_000, 64_000];

/// How far one stream of a container may run ahead of the other, by their timestamps.
/// Microseconds were seen.
const SKEW_NS: i64 = 1_000_000_000;

/// Discards entries up to and including one.
#[derive(Debug)]
pub(crate) struct Resumption {
    cursor: Cursor,
    counter: CursorCounter,
    seen: u64,
    tail: Option<u64>,
    found: bool,
    /// Time of the first entry of stdout and of stderr: the window may begin within a run of
    /// lines that share it, so that occurrences at this time cannot be told.
    first: [Option<Nanos>; 2],
    /// The cursor's time is the one at which the window begins.
    cut: bool,
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
            cursor,
            counter: CursorCounter::default(),
            seen: 0,
            tail: Some(tail),
            found: false,
            first: [None; 2],
            cut: false,
        }
    }

    /// For a reading of all lines since the cursor's time.
    pub(crate) fn since(cursor: Cursor) -> Self {
        Self {
            tail: None,
            ..Self::in_tail(cursor, 0)
        }
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
        !self.cut && self.tail.is_none_or(|tail| self.seen < tail)
    }

    /// Whether the window begins at the cursor's time, so that no number of newest lines that
    /// begins there can tell the place: only a reading by time can. Engines that stamp lines
    /// with whole seconds make this common.
    pub(crate) fn is_cut(&self) -> bool {
        self.cut
    }

    /// Whether anything came.
    pub(crate) fn saw_any(&self) -> bool {
        self.seen > 0
    }

    /// Whether an entry shows that the cursor's is not there: each stream is sorted by time, but
    /// one may run ahead of the other.
    fn is_past(&self, entry: &EntryRef<'_>) -> bool {
        let ahead_ns = entry.time.0.saturating_sub(self.cursor.time.0);
        ahead_ns > 0 && (entry.stream == self.cursor.stream || ahead_ns > SKEW_NS)
    }

    /// Takes the next entries of the reading.
    pub(crate) fn feed(&mut self, batch: LogBatch) -> Step {
        if self.found {
            return Step::After(batch);
        }
        for (index, entry) in batch.iter().enumerate() {
            self.seen += 1;
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
                return Step::After(batch.tail_from(index + 1));
            }
            match self.tail {
                Some(tail) if self.seen >= tail => return Step::NotCovered,
                None if self.is_past(&entry) => {
                    self.found = true;
                    return Step::Lost(batch.tail_from(index));
                }
                _ => {}
            }
        }
        Step::Before
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use sidekick::protocol::LogStream;

    fn batch(times: &[i64]) -> LogBatch {
        let mut batch = LogBatch::new();
        for (n, time) in times.iter().enumerate() {
            batch.push_line(Nanos(*time), LogStream::Stdout, &n.to_string());
        }
        batch
    }

    fn cursor(times: &[i64], index: usize) -> Cursor {
        let mut counter = CursorCounter::default();
        let mut last = None;
        for time in &times[..=index] {
            last = Some(counter.next(Nanos(*time), LogStream::Stdout));
        }
        last.unwrap()
    }

    proptest! {
        #[test]
        fn exactly_the_entries_after_the_cursor_pass(
            steps in proptest::collection::vec(0i64..3, 1..200),
            at in any::<prop::sample::Index>(),
            cut in 1usize..50,
        ) {
            let mut time = 0;
            let times: Vec<_> = steps.iter().map(|s| { time += s; time }).collect();
            let at = at.index(times.len());
            // As the reader does: by time where the window begins within the cursor's run.
            let mut probe = Resumption::in_tail(cursor(&times, at), 1000);
            probe.feed(batch(&times));
            let mut resumption = if probe.is_cut() {
                Resumption::since(cursor(&times, at))
            } else {
                Resumption::in_tail(cursor(&times, at), 1000)
            };
            let mut passed = Vec::new();
            for part in times.chunks(cut) {
                if let Step::After(rest) = resumption.feed(batch(part)) {
                    passed.extend(rest.iter().map(|e| e.time.0).collect::<Vec<_>>());
                }
            }
            prop_assert!(resumption.found());
            prop_assert_eq!(&passed[..], &times[at + 1..]);
        }
    }

    #[test]
    fn a_tail_that_is_full_without_the_cursor_asks_for_more() {
        let mut resumption = Resumption::in_tail(cursor(&[1], 0), 3);
        assert_eq!(resumption.feed(batch(&[5, 6])), Step::Before);
        assert!(resumption.saw_all());
        assert_eq!(resumption.feed(batch(&[7, 8])), Step::NotCovered);
    }

    #[test]
    fn a_window_that_begins_among_lines_of_the_cursors_time_cannot_tell_the_place() {
        // Four lines share the time 5; the cursor is the second of them, and the window of
        // three begins at the third: counted from there, the place would be two lines later.
        let mut resumption = Resumption::in_tail(cursor(&[5, 5, 5, 5, 6], 1), 3);
        assert_eq!(resumption.feed(batch(&[5, 5, 6])), Step::NotCovered);
        assert!(resumption.is_cut() && !resumption.saw_all());
    }

    #[test]
    fn a_stream_that_runs_ahead_does_not_make_the_cursor_lost() {
        let mut log = LogBatch::new();
        log.push_line(Nanos(10), LogStream::Stderr, "ahead");
        log.push_line(Nanos(9), LogStream::Stdout, "here");
        log.push_line(Nanos(12), LogStream::Stdout, "next");
        let mut resumption = Resumption::since(Cursor {
            time: Nanos(9),
            stream: LogStream::Stdout,
            occurrence: 0,
        });
        assert_eq!(resumption.feed(log.clone()), Step::After(log.tail_from(2)));
    }

    #[test]
    fn reading_by_time_tells_whether_the_cursor_is_still_there() {
        let mut there = Resumption::since(cursor(&[1, 5, 5], 1));
        assert_eq!(
            there.feed(batch(&[5, 5, 6])),
            Step::After(batch(&[5, 5, 6]).tail_from(1))
        );
        let mut gone = Resumption::since(cursor(&[1, 5], 1));
        assert_eq!(gone.feed(batch(&[7, 8])), Step::Lost(batch(&[7, 8])));
    }
}
