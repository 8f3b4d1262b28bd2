//! Positions in a container's log that survive reconnects, and what could not be had.

use serde::{Deserialize, Serialize};

use super::{LogBatch, LogStream};
use crate::time::Nanos;

/// The identity of one entry of one container: where a viewer or the server stands.
///
/// Docker gives every line a timestamp in nanoseconds. Each of the two streams is sorted by it,
/// but one can lag behind the other; so lines that share a timestamp are told apart within
/// their stream, by an occurrence counted from 0 in Docker's own order. A cursor names the last
/// entry that was received; resuming means everything after it, in Docker's order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Cursor {
    /// Timestamp of the entry.
    pub time: Nanos,
    /// Its stream.
    pub stream: LogStream,
    /// How many entries of its stream with the same timestamp came directly before it.
    pub occurrence: u32,
}

/// Gives each entry of one container its [`Cursor`], in the order in which they come.
#[derive(Clone, Debug, Default)]
pub struct CursorCounter {
    lanes: [Lane; 2],
    last: Option<Cursor>,
}

/// Where the count stands in one stream.
#[derive(Clone, Copy, Debug, Default)]
struct Lane {
    /// `None` takes whatever timestamp comes first.
    time: Option<Nanos>,
    next: u32,
}

impl CursorCounter {
    /// A counter that goes on after `last`.
    #[must_use]
    pub fn after(last: Cursor) -> Self {
        let mut counter = Self::default();
        counter.lanes[last.stream.index()] = Lane {
            time: Some(last.time),
            next: last.occurrence.saturating_add(1),
        };
        counter.last = Some(last);
        counter
    }

    /// A counter for one batch whose first entry of stdout and of stderr have the occurrences
    /// `first`, as [`ServerMessage::Logs`](super::ServerMessage::Logs) says.
    #[must_use]
    pub fn within(first: [u32; 2]) -> Self {
        Self {
            lanes: first.map(|next| Lane { time: None, next }),
            last: None,
        }
    }

    /// The identity of the next entry.
    pub fn next(&mut self, time: Nanos, stream: LogStream) -> Cursor {
        let lane = &mut self.lanes[stream.index()];
        if lane.time.is_some_and(|before| before != time) {
            lane.next = 0;
        }
        lane.time = Some(time);
        let cursor = Cursor {
            time,
            stream,
            occurrence: lane.next,
        };
        lane.next = lane.next.saturating_add(1);
        self.last = Some(cursor);
        cursor
    }

    /// Counts all entries of `batch` and returns the occurrences of its first entry of stdout
    /// and of stderr, which travel with it; 0 where it has none.
    pub fn advance(&mut self, batch: &LogBatch) -> [u32; 2] {
        let mut first = [None; 2];
        for entry in batch.iter() {
            let cursor = self.next(entry.time, entry.stream);
            first[entry.stream.index()].get_or_insert(cursor.occurrence);
        }
        first.map(Option::unwrap_or_default)
    }

    /// The identity of the last entry of one batch, `None` of an empty one. Looks only at the
    /// entries that share its timestamp.
    #[must_use]
    pub fn last_within(first: [u32; 2], batch: &LogBatch) -> Option<Cursor> {
        let mut entries = batch.iter().rev();
        let last = entries.next()?;
        let mut before = 0u32;
        for entry in entries.filter(|e| e.stream == last.stream) {
            if entry.time != last.time {
                return Some(Cursor {
                    time: last.time,
                    stream: last.stream,
                    occurrence: before,
                });
            }
            before = before.saturating_add(1);
        }
        Some(Cursor {
            time: last.time,
            stream: last.stream,
            occurrence: before.saturating_add(first[last.stream.index()]),
        })
    }

    /// The identity of the last entry, `None` before the first.
    #[must_use]
    pub fn last(&self) -> Option<Cursor> {
        self.last
    }
}

/// Lines that a viewer lacks, shown in their place; in a subscription of stats: readings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// How many lines or readings; `None` where nobody can know.
    pub lines: Option<u64>,
    /// Timestamp of the last line before it, where known.
    pub after: Option<Nanos>,
    /// Timestamp of the first line behind it, where known.
    pub before: Option<Nanos>,
    /// Why they are missing.
    pub reason: GapReason,
}

/// Why lines are missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum GapReason {
    /// Docker no longer has them: the log was rotated, or the driver keeps no history.
    Rotated,
    /// This viewer took them too slowly; others got them.
    SlowViewer,
    /// The server's short memory did not reach back to the viewer's cursor and Docker could
    /// not be asked.
    Unavailable,
    /// Docker has them, but the viewer was away for more than it can show, so only the newest
    /// were sent.
    Skipped,
}

#[cfg(test)]
mod tests {
    use super::*;
    use LogStream::{Stderr, Stdout};
    use proptest::prelude::*;

    fn cursor(time: i64, stream: LogStream, occurrence: u32) -> Cursor {
        Cursor {
            time: Nanos(time),
            stream,
            occurrence,
        }
    }

    #[test]
    fn a_line_of_the_other_stream_does_not_restart_the_count() {
        let mut counter = CursorCounter::default();
        let got: Vec<_> = [
            (9, Stdout),
            (8, Stderr),
            (9, Stdout),
            (8, Stderr),
            (10, Stdout),
        ]
        .into_iter()
        .map(|(time, stream)| counter.next(Nanos(time), stream))
        .collect();
        assert_eq!(
            got,
            [
                cursor(9, Stdout, 0),
                cursor(8, Stderr, 0),
                cursor(9, Stdout, 1),
                cursor(8, Stderr, 1),
                cursor(10, Stdout, 0),
            ]
        );
        assert_eq!(counter.last(), Some(cursor(10, Stdout, 0)));
    }

    #[test]
    fn counting_goes_on_after_a_cursor() {
        let mut counter = CursorCounter::after(cursor(9, Stdout, 4));
        assert_eq!(counter.next(Nanos(9), Stdout), cursor(9, Stdout, 5));
        assert_eq!(counter.next(Nanos(9), Stderr), cursor(9, Stderr, 0));
    }

    proptest! {
        /// However a log is cut into batches, the numbers that travel with each batch give every
        /// entry the cursor that counting the whole log gives it.
        #[test]
        fn each_batch_alone_tells_the_cursors_of_its_entries(
            lines in proptest::collection::vec((0i64..3, any::<bool>()), 0..60),
            cuts in proptest::collection::vec(1usize..8, 1..60),
        ) {
            let mut time = [0; 2];
            let lines: Vec<_> = lines
                .into_iter()
                .map(|(step, stderr)| {
                    let stream = if stderr { Stderr } else { Stdout };
                    time[stream.index()] += step / 2;
                    (Nanos(time[stream.index()]), stream)
                })
                .collect();
            let mut whole = CursorCounter::default();
            let expected: Vec<_> = lines.iter().map(|&(t, s)| whole.next(t, s)).collect();
            let mut seen = std::collections::HashSet::new();
            prop_assert!(expected.iter().all(|c| seen.insert(*c)), "cursors are unique");

            let mut server = CursorCounter::default();
            let mut got = Vec::new();
            let mut rest = &lines[..];
            for cut in cuts.into_iter().cycle() {
                if rest.is_empty() {
                    break;
                }
                let (now, later) = rest.split_at(cut.min(rest.len()));
                rest = later;
                let mut batch = LogBatch::new();
                for &(t, s) in now {
                    batch.push_line(t, s, "x");
                }
                let first = server.advance(&batch);
                prop_assert_eq!(CursorCounter::last_within(first, &batch), server.last());
                let mut page = CursorCounter::within(first);
                got.extend(batch.iter().map(|e| page.next(e.time, e.stream)));
                prop_assert_eq!(page.last(), server.last());
            }
            prop_assert_eq!(got, expected);
        }
    }
}
