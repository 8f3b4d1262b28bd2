//! What all lines of a group amount to.

use super::part::Cell;
use super::spread::Spread;

/// The sum over the lines of a group.
#[derive(Clone, Debug)]
pub(super) struct Total {
    pub(super) lines: u64,
    pub(super) spread: Spread,
    pub(super) smallest: f64,
    pub(super) largest: f64,
    /// The smallest or the largest number is gone, and the next one has to be found.
    pub(super) unsure: bool,
}

impl Default for Total {
    fn default() -> Self {
        Self {
            lines: 0,
            spread: Spread::default(),
            smallest: f64::INFINITY,
            largest: f64::NEG_INFINITY,
            unsure: false,
        }
    }
}

impl Total {
    pub(super) fn add(&mut self, cell: Cell) {
        self.lines += 1;
        if !cell.number.is_nan() {
            self.spread.add(cell.number);
            self.reach(cell.number);
        }
    }

    /// Takes a line out that was added.
    pub(super) fn remove(&mut self, cell: Cell) {
        self.lines -= 1;
        if !cell.number.is_nan() {
            self.spread.remove(cell.number);
            self.unsure |= cell.number <= self.smallest || cell.number >= self.largest;
        }
    }

    /// Adds all lines of another.
    pub(super) fn add_all(&mut self, other: &Self) {
        self.lines += other.lines;
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
