//! The rows of a store that a plan lets through, found in slices and kept up to date.
//!
//! The rows that have been searched are one range of the store's. New ones behind it come first,
//! then those before it, the newest first: what somebody looks at is there at once.

use std::collections::VecDeque;
use std::ops::Range;

use super::columns::NOTE;
use super::plan::Plan;
use crate::logs::store::LogStore;

/// What a row costs beside its text, in the bytes by which slices are measured.
const ROW_BYTES: usize = 16;

/// How far a search is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Rows that were searched.
    pub searched: u64,
    /// Rows that are held.
    pub held: u64,
}

impl Progress {
    /// Whether nothing is left to search.
    #[must_use]
    pub fn is_done(self) -> bool {
        self.searched == self.held
    }
}

/// Numbers of the rows that a plan lets through.
#[derive(Clone, Debug, Default)]
pub struct Matches {
    rows: VecDeque<u64>,
    /// Those of them that are no lines.
    notes: VecDeque<u64>,
    /// The rows that were searched; `None` where it has not begun.
    searched: Option<Range<u64>>,
}

impl Matches {
    /// How many rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// How many of them are lines.
    #[must_use]
    pub fn lines(&self) -> usize {
        self.rows.len() - self.notes.len()
    }

    /// Number, in the store, of the row at `index`, 0 being the oldest.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<u64> {
        self.rows.get(index).copied()
    }

    /// Index of the first of them that has this number in the store or a greater one; how many there
    /// are where none has.
    #[must_use]
    pub fn index_of(&self, number: u64) -> usize {
        self.rows.partition_point(|&row| row < number)
    }

    /// Memory that it holds in bytes.
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        (self.rows.capacity() + self.notes.capacity()) * 8
    }

    /// How far the search is.
    #[must_use]
    pub fn progress(&self, store: &LogStore) -> Progress {
        let held = store.first_row()..store.end_row();
        let searched = self.searched.clone().unwrap_or_default();
        let start = searched.start.max(held.start);
        Progress {
            searched: searched.end.min(held.end).saturating_sub(start),
            held: held.end - held.start,
        }
    }

    /// Rows outside of this range are gone, or not what they were.
    pub fn keep(&mut self, range: Range<u64>) {
        keep(&mut self.rows, &range);
        keep(&mut self.notes, &range);
        self.searched = self.searched.take().and_then(|it| {
            let left = it.start.max(range.start)..it.end.min(range.end);
            (!left.is_empty()).then_some(left)
        });
    }

    /// Goes on with the search until about so many bytes were looked at, or it is done: a slice ends
    /// with a chunk of the store. True where nothing is left.
    pub fn search(&mut self, plan: &Plan, store: &LogStore, bytes: usize) -> bool {
        let held = store.first_row()..store.end_row();
        self.keep(held.clone());
        let mut left = bytes;
        loop {
            let searched = self.searched.clone().unwrap_or(held.end..held.end);
            let cost = if searched.end < held.end {
                self.forwards(plan, store, searched)
            } else if searched.start > held.start {
                self.backwards(plan, store, searched)
            } else {
                return true;
            };
            left = match cost {
                Some(cost) => left.saturating_sub(cost),
                None => return true,
            };
            if left == 0 {
                return self.progress(store).is_done();
            }
        }
    }

    /// Searches the rest of the chunk behind what was searched. Returns what it cost.
    fn forwards(&mut self, plan: &Plan, store: &LogStore, searched: Range<u64>) -> Option<usize> {
        let (start, columns) = store.columns_at(searched.end)?;
        let from = (searched.end - start) as usize;
        let range = from..columns.len();
        let cost = columns.text.len() - columns.start(from) + range.len() * ROW_BYTES;
        plan.select(&columns, range, &mut |row| {
            self.rows.push_back(start + row as u64);
            if columns.severities.get(row) == Some(&NOTE) {
                self.notes.push_back(start + row as u64);
            }
        });
        self.searched = Some(searched.start..start + columns.len() as u64);
        Some(cost)
    }

    /// Searches the chunk before what was searched.
    fn backwards(&mut self, plan: &Plan, store: &LogStore, searched: Range<u64>) -> Option<usize> {
        let (start, columns) = store.columns_at(searched.start.checked_sub(1)?)?;
        let range = 0..(searched.start - start) as usize;
        let cost = columns.start(range.end) + range.len() * ROW_BYTES;
        let mut found = Vec::new();
        plan.select(&columns, range, &mut |row| found.push(row));
        for &row in found.iter().rev() {
            self.rows.push_front(start + row as u64);
            if columns.severities.get(row) == Some(&NOTE) {
                self.notes.push_front(start + row as u64);
            }
        }
        self.searched = Some(start..searched.end);
        Some(cost)
    }
}

/// Keeps, of numbers in order, those in a range.
fn keep(numbers: &mut VecDeque<u64>, range: &Range<u64>) {
    numbers.truncate(numbers.partition_point(|&number| number < range.end));
    numbers.drain(..numbers.partition_point(|&number| number < range.start));
}
