//! What was found out about some rows: for each line the group that it is in, and its value.

use std::ops::Range;

use super::distinct::hash;
use crate::logs::query::{Measure, Quantity};

/// Rows that were looked at together.
#[derive(Clone, Debug, Default)]
pub(super) struct Part {
    /// Numbers of the rows.
    pub(super) rows: Range<u64>,
    /// Number of the first row of their chunk.
    pub(super) chunk: u64,
    /// The group of each line that passed.
    pub(super) groups: Vec<u16>,
    /// Where a field is measured: the hash of its value with what that measures, see [`Cell::hash`].
    pub(super) hashes: Vec<u32>,
    /// Likewise: its number; none is not a number.
    pub(super) numbers: Vec<f64>,
}

/// A line, as it counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Cell {
    pub(super) group: u16,
    /// Of the value that is measured, 0 where the line lacks it. The two highest bits say what a number
    /// measures.
    pub(super) hash: u32,
    /// In the unit of what it measures; none is not a number.
    pub(super) number: f64,
}

/// Where the hash of a value ends and what it measures begins, in bits.
const HASH_BITS: u32 = 30;

impl Cell {
    /// A line of a group, with its value of the field that is measured.
    pub(super) fn new(group: u16, value: Option<&str>) -> Self {
        let Some(value) = value else {
            return Self {
                group,
                hash: 0,
                number: f64::NAN,
            };
        };
        let quantity = Quantity::parse(value);
        let measure: u32 = match quantity.map(|it| it.measure) {
            None | Some(Measure::Plain) => 0,
            Some(Measure::Time) => 1,
            Some(Measure::Size) => 2,
        };
        let hash = (hash(value) & (u32::MAX >> (32 - HASH_BITS))).max(1);
        Self {
            group,
            hash: hash | measure << HASH_BITS,
            number: quantity.map_or(f64::NAN, |it| it.amount),
        }
    }

    /// What the number measures.
    pub(super) fn measure(self) -> Measure {
        match self.hash >> HASH_BITS {
            1 => Measure::Time,
            2 => Measure::Size,
            _ => Measure::Plain,
        }
    }
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
