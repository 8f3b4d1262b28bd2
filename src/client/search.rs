//! Finds, in what a server sends after a reconnect, the place where the page left off.
//!
//! A server that knows the page's resume point sends only what follows it, and nothing is
//! searched. One that cannot (it was restarted, say) sends the newest entries it has, marked as
//! `backlog`; some of them the page may hold already. Timestamps alone cannot tell which,
//! because the lines of one container are not sorted by them. So the backlog is held back until
//! it is complete or the resume point was seen in it:
//!
//! 1. The backlog holds the entry of the cursor: everything up to and including it is dropped.
//! 2. It does not, but it holds entries of the cursor's timestamp and stream with smaller
//!    occurrences. Then it begins amid lines that share one timestamp, and they are counted
//!    from there; everything up to and including the last of them is dropped.
//! 3. Neither: everything is new to the page, and what lies between is unknown. Everything is
//!    delivered behind a gap of unknown size, unless the server itself sent a gap.
//!
//! The backlog is complete when the server says the stream's state behind it, or sends entries
//! that are not marked; should it do neither, when nothing came for ten seconds.

use crate::protocol::{Cursor, CursorCounter, Gap, GapReason, LogBatch};
use crate::time::Millis;

/// A backlog that does not go on for this long, in milliseconds, counts as complete. Only for
/// servers that do not say so: long enough for a slow line.
const HOLD_MS: i64 = 10_000;

/// Most entries and bytes of text that are held back; more counts as complete. The server's
/// memory of one container is smaller.
const MAX_HELD_ENTRIES: usize = 8_192;
const MAX_HELD_BYTES: usize = 8 << 20;

/// Something to deliver, in order.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Item {
    /// Entries and the occurrences of the first of each stream.
    Entries(LogBatch, [u32; 2]),
    /// Missing lines.
    Gap(Gap),
}

/// The search for one resume point.
#[derive(Debug)]
pub(super) struct Search {
    cursor: Cursor,
    held: Vec<Item>,
    entries: usize,
    bytes: usize,
    /// When something was last held back.
    touched: Millis,
}

impl Search {
    /// A search for the last entry that the page holds.
    pub(super) fn new(cursor: Cursor) -> Self {
        Self {
            cursor,
            held: Vec::new(),
            entries: 0,
            bytes: 0,
            touched: Millis(0),
        }
    }

    /// Takes the next part of the backlog. `Some` ends the search: deliver the items.
    pub(super) fn backlog(
        &mut self,
        batch: LogBatch,
        first: [u32; 2],
        now: Millis,
    ) -> Option<Vec<Item>> {
        let mut counter = CursorCounter::within(first);
        let found = batch
            .iter()
            .position(|entry| counter.next(entry.time, entry.stream) == self.cursor);
        if let Some(index) = found {
            self.held.clear();
            return Some(cut(&batch, first, index + 1).into_iter().collect());
        }
        self.entries += batch.len();
        self.bytes += batch.text_bytes();
        self.hold(Item::Entries(batch, first), now);
        (self.entries > MAX_HELD_ENTRIES || self.bytes > MAX_HELD_BYTES).then(|| self.conclude())
    }

    /// Takes a gap that the server sent.
    pub(super) fn gap(&mut self, gap: Gap, now: Millis) {
        self.hold(Item::Gap(gap), now);
    }

    /// Whether anything is held back.
    pub(super) fn is_holding(&self) -> bool {
        !self.held.is_empty()
    }

    /// When the backlog counts as complete although nobody said so.
    pub(super) fn deadline(&self) -> Option<Millis> {
        self.is_holding().then(|| self.touched.plus(HOLD_MS))
    }

    /// The backlog is complete and the cursor was not in it: what to deliver.
    pub(super) fn conclude(&mut self) -> Vec<Item> {
        let mut items = std::mem::take(&mut self.held);
        if let Some((item, index)) = self.last_before_in_run(&items) {
            let rest = match &items[item] {
                Item::Entries(batch, first) => cut(batch, *first, index + 1),
                Item::Gap(_) => None,
            };
            items.drain(..=item);
            items.splice(0..0, rest);
            return items;
        }
        if let Some(Item::Entries(batch, _)) = items.first() {
            let gap = Gap {
                lines: None,
                after: Some(self.cursor.time),
                before: batch.time(0),
                reason: GapReason::Unavailable,
            };
            items.insert(0, Item::Gap(gap));
        }
        items
    }

    fn hold(&mut self, item: Item, now: Millis) {
        self.held.push(item);
        self.touched = now;
    }

    /// The last entry of the cursor's timestamp and stream with a smaller occurrence: its item
    /// and its index there.
    fn last_before_in_run(&self, items: &[Item]) -> Option<(usize, usize)> {
        items.iter().enumerate().rev().find_map(|(at, item)| {
            let Item::Entries(batch, first) = item else {
                return None;
            };
            let mut counter = CursorCounter::within(*first);
            let mut last = None;
            for (index, entry) in batch.iter().enumerate() {
                let cursor = counter.next(entry.time, entry.stream);
                if cursor.time == self.cursor.time
                    && cursor.stream == self.cursor.stream
                    && cursor.occurrence < self.cursor.occurrence
                {
                    last = Some((at, index));
                }
            }
            last
        })
    }
}

/// The entries from `index` on, with their occurrences; `None` where there are none.
fn cut(batch: &LogBatch, first: [u32; 2], index: usize) -> Option<Item> {
    if index >= batch.len() {
        return None;
    }
    let mut counter = CursorCounter::within(first);
    for entry in batch.iter().take(index) {
        counter.next(entry.time, entry.stream);
    }
    let tail = batch.tail_from(index);
    let first = counter.advance(&tail);
    Some(Item::Entries(tail, first))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::LogStream::{self, Stderr, Stdout};
    use crate::time::Nanos;

    const NOW: Millis = Millis(0);

    fn cursor(time: i64, occurrence: u32) -> Cursor {
        Cursor {
            time: Nanos(time),
            stream: Stdout,
            occurrence,
        }
    }

    fn batch(lines: &[(i64, LogStream)]) -> LogBatch {
        let mut batch = LogBatch::new();
        for &(time, stream) in lines {
            batch.push_line(Nanos(time), stream, "x");
        }
        batch
    }

    fn times(items: &[Item]) -> Vec<i64> {
        items
            .iter()
            .flat_map(|item| match item {
                Item::Entries(batch, _) => batch.iter().map(|e| e.time.0).collect(),
                Item::Gap(_) => vec![-1],
            })
            .collect()
    }

    #[test]
    fn everything_up_to_the_cursor_is_dropped_also_over_several_batches() {
        let mut search = Search::new(cursor(5, 0));
        assert_eq!(
            search.backlog(batch(&[(1, Stdout), (3, Stdout)]), [0, 0], NOW),
            None
        );
        assert!(search.is_holding());
        let items = search
            .backlog(batch(&[(5, Stdout), (4, Stderr), (6, Stdout)]), [0, 0], NOW)
            .unwrap();
        assert_eq!(
            times(&items),
            [4, 6],
            "an older line behind the cursor is new"
        );
    }

    #[test]
    fn lines_of_one_timestamp_are_told_apart_by_their_occurrence() {
        let mut search = Search::new(cursor(5, 3));
        let lines = batch(&[(5, Stdout), (5, Stdout), (5, Stdout)]);
        let items = search.backlog(lines, [2, 0], NOW).unwrap();
        assert_eq!(times(&items), [5]);
        let Item::Entries(_, first) = items[0] else {
            panic!("entries")
        };
        assert_eq!(first, [4, 0]);
    }

    #[test]
    fn a_line_of_the_other_stream_is_not_the_cursor() {
        let mut search = Search::new(cursor(5, 0));
        assert_eq!(search.backlog(batch(&[(5, Stderr)]), [0, 0], NOW), None);
    }

    #[test]
    fn a_backlog_that_begins_behind_the_cursor_comes_behind_a_gap() {
        let mut search = Search::new(cursor(5, 0));
        assert_eq!(
            search.backlog(batch(&[(8, Stdout), (9, Stdout)]), [0, 0], NOW),
            None
        );
        let items = search.conclude();
        assert_eq!(times(&items), [-1, 8, 9]);
        assert_eq!(
            items[0],
            Item::Gap(Gap {
                lines: None,
                after: Some(Nanos(5)),
                before: Some(Nanos(8)),
                reason: GapReason::Unavailable
            })
        );
    }

    #[test]
    fn a_gap_of_the_server_is_not_doubled_and_vanishes_when_nothing_is_missing() {
        let gap = Gap {
            lines: Some(3),
            after: None,
            before: None,
            reason: GapReason::Rotated,
        };
        let mut search = Search::new(cursor(5, 0));
        search.gap(gap, NOW);
        search.backlog(batch(&[(8, Stdout)]), [0, 0], NOW);
        assert_eq!(search.conclude()[0], Item::Gap(gap));

        let mut search = Search::new(cursor(5, 0));
        search.gap(gap, NOW);
        let items = search.backlog(batch(&[(5, Stdout), (6, Stdout)]), [0, 0], NOW);
        assert_eq!(times(&items.unwrap()), [6]);
    }

    #[test]
    fn lines_of_the_cursors_timestamp_that_are_numbered_anew_are_dropped() {
        let mut search = Search::new(cursor(5, 7));
        search.backlog(batch(&[(5, Stdout), (5, Stdout), (6, Stdout)]), [0, 0], NOW);
        search.backlog(batch(&[(7, Stdout)]), [0, 0], NOW);
        assert_eq!(times(&search.conclude()), [6, 7]);
    }

    #[test]
    fn later_lines_of_the_cursors_timestamp_are_new() {
        let mut search = Search::new(cursor(5, 0));
        search.backlog(batch(&[(5, Stdout), (6, Stdout)]), [11, 0], NOW);
        assert_eq!(times(&search.conclude()), [-1, 5, 6]);
    }

    #[test]
    fn what_is_held_back_is_bounded() {
        let mut search = Search::new(cursor(5, 0));
        let many = batch(&[(9, Stdout); 3000]);
        assert_eq!(search.backlog(many.clone(), [0, 0], NOW), None);
        assert_eq!(search.backlog(many.clone(), [3000, 0], NOW), None);
        let items = search.backlog(many, [6000, 0], NOW).unwrap();
        assert_eq!(times(&items).len(), 9001);
        assert!(!search.is_holding());
    }
}
