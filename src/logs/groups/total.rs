//! What all lines of a group amount to.

use super::part::Cell;
use super::spread::Spread;
use crate::logs::query::Measure;

/// The sum over the lines of a group.
#[derive(Clone, Debug, Default)]
pub(super) struct Total {
    pub(super) lines: u64,
    /// Numbers without a unit, and sizes: beside a size they are bytes.
    pub(super) plain: Numbers,
    /// Durations, which are no numbers beside numbers without a unit, nor these beside durations.
    pub(super) times: Numbers,
}

impl Total {
    pub(super) fn add(&mut self, cell: Cell) {
        self.lines += 1;
        if !cell.number.is_nan() {
            self.numbers_mut(cell.measure()).add(cell.number);
        }
    }

    /// Takes a line out that was added.
    pub(super) fn remove(&mut self, cell: Cell) {
        self.lines -= 1;
        if !cell.number.is_nan() {
            self.numbers_mut(cell.measure()).remove(cell.number);
        }
    }

    /// Adds all lines of another.
    pub(super) fn add_all(&mut self, other: &Self) {
        self.lines += other.lines;
        self.plain.add_all(&other.plain);
        self.times.add_all(&other.times);
    }

    pub(super) fn numbers(&self, measure: Measure) -> &Numbers {
        match measure {
            Measure::Time => &self.times,
            Measure::Plain | Measure::Size => &self.plain,
        }
    }

    pub(super) fn numbers_mut(&mut self, measure: Measure) -> &mut Numbers {
        match measure {
            Measure::Time => &mut self.times,
            Measure::Plain | Measure::Size => &mut self.plain,
        }
    }

    pub(super) fn is_unsure(&self) -> bool {
        self.plain.unsure || self.times.unsure
    }
}

/// Numbers that can be compared with each other.
#[derive(Clone, Debug)]
pub(super) struct Numbers {
    pub(super) spread: Spread,
    pub(super) smallest: f64,
    pub(super) largest: f64,
    /// The smallest or the largest may be gone, and the next one has to be found.
    pub(super) unsure: bool,
}

impl Default for Numbers {
    fn default() -> Self {
        Self {
            spread: Spread::default(),
            smallest: f64::INFINITY,
            largest: f64::NEG_INFINITY,
            unsure: false,
        }
    }
}

impl Numbers {
    fn add(&mut self, number: f64) {
        self.spread.add(number);
        self.reach(number);
    }

    fn remove(&mut self, number: f64) {
        let others = self.spread.remove(number);
        self.unsure |= !others && (number <= self.smallest || number >= self.largest);
    }

    fn add_all(&mut self, other: &Self) {
        self.spread.add_all(&other.spread);
        self.smallest = self.smallest.min(other.smallest);
        self.largest = self.largest.max(other.largest);
        self.unsure |= other.unsure;
    }

    /// Begins to find the smallest and the largest number anew.
    pub(super) fn forget_ends(&mut self) {
        (self.smallest, self.largest) = (f64::INFINITY, f64::NEG_INFINITY);
    }

    /// Takes a number for the smallest or the largest if it is.
    pub(super) fn reach(&mut self, number: f64) {
        self.smallest = self.smallest.min(number);
        self.largest = self.largest.max(number);
    }
}
