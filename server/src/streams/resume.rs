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
//!
//! docs/streaming.md says where these facts do not hold.

use sidekick::protocol::{Cursor, CursorCounter, EntryRef, LogBatch};
use sidekick::time::Nanos;

use super::batch::is_full;

/// How many of the newest lines are asked for, one after the other.
pub(crate) const TAILS: [u64; 3] = [1_000, 8_000, 64_000];

/// How far one stream of a container may run ahead of the other, by their timestamps.
/// Microseconds were seen.
const SKEW_NS: i64 = 1_000_000_000;

/// The time from which everything that comes after the cursor is read.
pub(crate) fn since(cursor: Cursor) -> Nanos {
    Nanos(cursor.time.0.saturating_sub(SKEW_NS))
}

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
    /// Read by time, and the log reaches back before the cursor: its entry will come.
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
            tail: None,
            found: false,
            first: [None; 2],
            cut: false,
            sure: false,
            held: LogBatch::new(),
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
                self.held = LogBatch::new();
                return Step::After(batch.tail_from(index + 1));
            }
            match self.tail {
                Some(tail) if self.seen >= tail => return Step::NotCovered,
                Some(_) => {}
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
        let mut all = std::mem::take(&mut self.held);
        all.append(rest);
        all
    }

    fn hold(&mut self, entry: EntryRef<'_>) {
        if entry.stream == self.cursor.stream && entry.time < self.cursor.time {
            self.sure = true;
            self.held = LogBatch::new();
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

    /// A log in Docker's order: each stream sorted by time, one ahead of the other by less than
    /// the skew.
    fn logs() -> impl Strategy<Value = LogBatch> {
        let line = (0..SKEW_NS / 3, 0..SKEW_NS, any::<bool>());
        proptest::collection::vec(line, 2..60).prop_map(|lines| {
            let (mut now, mut last) = (10 * SKEW_NS, [0; 2]);
            let mut log = LogBatch::new();
            for (step, late, stderr) in lines {
                now += step;
                let stream = if stderr {
                    LogStream::Stderr
                } else {
                    LogStream::Stdout
                };
                // Now and then two lines of a stream share a timestamp.
                let time = (now - late) / 50_000_000 * 50_000_000;
                let last = &mut last[stream.index()];
                *last = time.max(*last);
                log.push_line(Nanos(*last), stream, &log.len().to_string());
            }
            log
        })
    }

    proptest! {
        #[test]
        fn read_by_time_all_that_is_left_behind_the_cursor_passes_and_nothing_else(
            log in logs(),
            at in any::<prop::sample::Index>(),
            rotated in any::<prop::sample::Index>(),
            cut in 1usize..20,
            filters_all in any::<bool>(),
        ) {
            let (at, rotated) = (at.index(log.len()), rotated.index(log.len()));
            let mut counter = CursorCounter::default();
            let cursors: Vec<_> = log.iter().map(|e| counter.next(e.time, e.stream)).collect();
            let cursor = cursors[at];
            // Rotation between lines that share the cursor's timestamp is told in
            // docs/streaming.md.
            let same = |it: &Cursor| (it.time, it.stream) == (cursor.time, cursor.stream);
            prop_assume!(!(cursors[..rotated].iter().any(same) && cursors[rotated..].iter().any(same)));
            // Old engines filter every line, newer ones only up to the first that passes.
            let mut passing = false;
            let mut given = LogBatch::new();
            for entry in log.iter().skip(rotated) {
                passing = entry.time >= since(cursor) || (passing && !filters_all);
                if passing {
                    given.push(entry);
                }
            }
            let mut resumption = Resumption::since(cursor);
            let (mut passed, mut lost) = (LogBatch::new(), false);
            let entries: Vec<_> = given.iter().collect();
            for part in entries.chunks(cut) {
                let mut batch = LogBatch::new();
                part.iter().for_each(|entry| batch.push(*entry));
                match resumption.feed(batch) {
                    Step::Before => {}
                    Step::After(rest) => passed.append(&rest),
                    Step::Lost(rest) => {
                        lost = true;
                        passed.append(&rest);
                    }
                    Step::NotCovered => prop_assert!(false, "only a tail can fail to cover"),
                }
            }
            if let Some(rest) = resumption.at_end() {
                lost = true;
                passed.append(&rest);
            }
            let gone = rotated > at;
            prop_assert_eq!(&passed, &log.tail_from(rotated.max(at + 1)));
            prop_assert_eq!(lost, gone && !passed.is_empty());
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

    fn both(lines: &[(i64, LogStream)]) -> LogBatch {
        let mut batch = LogBatch::new();
        for (time, stream) in lines {
            batch.push_line(Nanos(*time), *stream, "");
        }
        batch
    }

    #[test]
    fn what_the_other_stream_printed_behind_a_lost_entry_is_not_lost_with_it() {
        use LogStream::{Stderr, Stdout};
        // The entry at 10 is rotated away; both lines come after it in the log.
        let mut resumption = Resumption::since(cursor(&[10], 0));
        let log = both(&[(9, Stderr), (11, Stderr), (12, Stdout)]);
        assert_eq!(resumption.feed(log.clone()), Step::Lost(log));
    }

    #[test]
    fn at_the_end_of_a_log_without_the_entry_what_is_there_comes_after_it() {
        let log = both(&[(9, LogStream::Stderr), (11, LogStream::Stderr)]);
        let mut gone = Resumption::since(cursor(&[10], 0));
        assert_eq!(gone.feed(log.clone()), Step::Before);
        assert_eq!(gone.at_end(), Some(log.clone()));
        assert_eq!(
            (gone.at_end(), gone.feed(log.clone())),
            (None, Step::After(log))
        );
        // An older entry of its stream shows that its own is still to come.
        let mut there = Resumption::since(cursor(&[10], 0));
        there.feed(both(&[(9, LogStream::Stdout), (11, LogStream::Stderr)]));
        assert_eq!(there.at_end(), None);
    }

    #[test]
    fn what_is_held_is_bounded() {
        let mut resumption = Resumption::since(cursor(&[10], 0));
        for _ in 0..100 {
            let mut batch = LogBatch::new();
            for _ in 0..1000 {
                batch.push_line(Nanos(10), LogStream::Stderr, &"x".repeat(100));
            }
            resumption.feed(batch);
            assert!(resumption.held.text_bytes() < 200_000);
        }
        assert!(!resumption.at_end().unwrap().is_empty());
    }
}
