//! What was found out about some rows: for each line the group that it is in, and its value.

use std::ops::Range;

/// Rows that were looked at together.
#[derive(Clone, Debug, Default)]
pub(super) struct Part {
    /// Numbers of the rows.
    pub(super) rows: Range<u64>,
    /// Number of the first row of their chunk.
    pub(super) chunk: u64,
    /// The group of each line that passed.
    pub(super) groups: Vec<u16>,
    /// Where a field is measured: the hash of its value, 0 where the line lacks it.
    pub(super) hashes: Vec<u32>,
    /// Likewise: its number; none is not a number.
    pub(super) numbers: Vec<f64>,
}

/// A line, as it counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Cell {
    pub(super) group: u16,
    pub(super) hash: u32,
    pub(super) number: f64,
}

impl Part {
    pub(super) fn push(&mut self, cell: Cell, measured: bool) {
        self.groups.push(cell.group);
        if measured {
            self.hashes.push(cell.hash);
            self.numbers.push(cell.number);
        }
    }

    pub(super) fn cells(&self) -> impl Iterator<Item = Cell> + '_ {
        self.groups.iter().enumerate().map(|(at, group)| Cell {
            group: *group,
            hash: self.hashes.get(at).copied().unwrap_or_default(),
            number: self.numbers.get(at).copied().unwrap_or(f64::NAN),
        })
    }

    pub(super) fn shrink_to_fit(&mut self) {
        self.groups.shrink_to_fit();
        self.hashes.shrink_to_fit();
        self.numbers.shrink_to_fit();
    }

    pub(super) fn heap_bytes(&self) -> usize {
        size_of::<Self>()
            + self.groups.capacity() * 2
            + self.hashes.capacity() * 4
            + self.numbers.capacity() * 8
    }
}
