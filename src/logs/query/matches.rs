//! The rows of a store that a plan lets through, found in slices and kept up to date.
//!
//! The rows that have been searched are one range of the store's. New ones behind it come first,
//! then those before it, the newest first: what somebody looks at is there at once.

use std::ops::Range;

use super::columns::{Columns, NOTE};
use super::found::Found;
use super::plan::Plan;
use crate::logs::store::LogStore;

/// What a row costs beside its text, in the bytes by which slices are measured.
const ROW_BYTES: usize = 16;

/// A chunk that costs little more than this is searched whole: small slices would look at few rows
/// at a time. In tests slices end amid chunks.
const LEAST_BYTES: usize = if cfg!(test) { 256 } else { 1 << 20 };

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
    rows: Found,
    /// Those of them that are no lines.
    notes: Found,
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
        self.rows.len() == 0
    }

    /// How many of them are lines.
    #[must_use]
    pub fn lines(&self) -> usize {
        self.rows.len() - self.notes.len()
    }

    /// Number, in the store, of the row at `index`, 0 being the oldest.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<u64> {
        self.rows.get(index)
    }

    /// Index of the first of them that has this number in the store or a greater one; how many there
    /// are where none has.
    #[must_use]
    pub fn index_of(&self, number: u64) -> usize {
        self.rows.index_of(number)
    }

    /// Whether this is one of them.
    #[must_use]
    pub fn contains(&self, number: u64) -> bool {
        self.rows.contains(number)
    }

    /// Whether this, one of them, is a line.
    pub(in crate::logs) fn is_line(&self, number: u64) -> bool {
        !self.notes.contains(number)
    }

    /// Memory that it holds in bytes.
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        self.rows.heap_bytes() + self.notes.heap_bytes()
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
        self.rows.keep(&range);
        self.notes.keep(&range);
        self.searched = self.searched.take().and_then(|it| {
            let left = it.start.max(range.start)..it.end.min(range.end);
            (!left.is_empty()).then_some(left)
        });
    }

    /// Goes on with the search until about so many bytes were looked at, or it is done. A plan that
    /// looks at each byte several times, or takes long for it, has come less far then. True where
    /// nothing is left.
    pub fn search(&mut self, plan: &Plan, store: &LogStore, bytes: usize) -> bool {
        let held = store.first_row()..store.end_row();
        self.keep(held.clone());
        let mut left = bytes;
        loop {
            let searched = self.searched.clone().unwrap_or(held.end..held.end);
            let cost = if searched.end < held.end {
                self.forwards(plan, store, searched, left)
            } else if searched.start > held.start {
                self.backwards(plan, store, searched, left)
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

    /// Searches the chunk behind what was searched, or as much of it as costs so many bytes. Returns
    /// what it cost.
    fn forwards(
        &mut self,
        plan: &Plan,
        store: &LogStore,
        searched: Range<u64>,
        bytes: usize,
    ) -> Option<usize> {
        let (start, columns) = store.columns_at(searched.end)?;
        let from = (searched.end - start) as usize;
        let most = rows_for(plan.work(), &columns, bytes);
        let range = from..columns.len().min(from.saturating_add(most));
        plan.select(&columns, range.clone(), &mut |row| {
            self.rows.push_back(start + row as u64);
            if columns.severities.get(row) == Some(&NOTE) {
                self.notes.push_back(start + row as u64);
            }
        });
        self.searched = Some(searched.start..start + range.end as u64);
        Some(cost(plan.work(), &columns, range))
    }

    /// Searches the chunk before what was searched, likewise.
    fn backwards(
        &mut self,
        plan: &Plan,
        store: &LogStore,
        searched: Range<u64>,
        bytes: usize,
    ) -> Option<usize> {
        let (start, columns) = store.columns_at(searched.start.checked_sub(1)?)?;
        let end = (searched.start - start) as usize;
        let range = end.saturating_sub(rows_for(plan.work(), &columns, bytes))..end;
        let mut found = Vec::new();
        plan.select(&columns, range.clone(), &mut |row| found.push(row));
        for &row in found.iter().rev() {
            self.rows.push_front(start + row as u64);
            if columns.severities.get(row) == Some(&NOTE) {
                self.notes.push_front(start + row as u64);
            }
        }
        self.searched = Some(start + range.start as u64..searched.end);
        Some(cost(plan.work(), &columns, range))
    }
}

/// What it costs to search some rows where each byte takes so much work.
pub(in crate::logs) fn cost(work: usize, columns: &Columns<'_>, rows: Range<usize>) -> usize {
    let text = columns.start(rows.end) - columns.start(rows.start);
    (text + rows.len() * ROW_BYTES).saturating_mul(work)
}

/// About how many rows of a chunk cost so many bytes, where that is not all of them; at least one.
pub(in crate::logs) fn rows_for(work: usize, columns: &Columns<'_>, bytes: usize) -> usize {
    let bytes = bytes.max(LEAST_BYTES);
    match cost(work, columns, 0..columns.len()) {
        all if all / 2 <= bytes => columns.len(),
        all => (columns.len() / (all / bytes)).max(1),
    }
}
