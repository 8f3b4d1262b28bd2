//! One window of a reading, in which the place is looked for that older lines come before.

use crate::protocol::{EntryRef, LogBatch, PART_BYTES};
use crate::time::Nanos;

/// Text of one window in bytes; of longer lines, fewer come at a time.
const WINDOW_BYTES: usize = 8 << 20;
/// Docker's order may differ from that of the times by this much, in nanoseconds.
const DISORDER: i64 = 2_000_000_000;

/// One window on its way.
#[derive(Clone, Debug, Default)]
pub(super) struct Reading {
    pub(super) source: u16,
    /// Records that were asked for, and that came at least: Docker keeps a long line in several.
    pub(super) asked: u64,
    pub(super) came: u64,
    /// Number of the first row held.
    pub(super) first_row: u64,
    /// The first lines held.
    pub(super) place: LogBatch,
    /// What came and is not known to be behind the place.
    pub(super) lines: LogBatch,
    /// Rows of `lines` that have been looked at.
    pub(super) seen: usize,
    /// Lines of the window were let go.
    pub(super) trimmed: bool,
    /// The first line that came.
    pub(super) first: Option<Nanos>,
    /// The best place up to now: how many lines of it agree, and its row.
    pub(super) best: (usize, usize),
}

/// What a look at a reading shows.
pub(super) enum Found {
    /// The first line held is this row.
    At(usize),
    /// The first line held is the end of this row: a log that is read from its newest lines on may
    /// begin amid a line that Docker keeps in parts.
    Whole(usize),
    /// It is not in the log.
    Nowhere,
    /// It is not where it would have to be by its time.
    Passed,
}

impl Reading {
    /// Looks for the place in what came and was not looked at. `None` where more must come first.
    pub(super) fn look(&mut self, ended: bool) -> Option<Found> {
        let first = self.place.get(0)?;
        let (time, wanted) = (first.time, self.place.len());
        while self.seen < self.lines.len() {
            let row = self.seen;
            let at = self.lines.time(row).unwrap_or_default();
            match self.ends_in(row, ended) {
                Some(true) => return Some(Found::Whole(row)),
                Some(false) => {}
                None => return None,
            }
            if at == time {
                let agree = self.agreement(row);
                if agree == wanted {
                    return Some(Found::At(row));
                }
                if row + agree == self.lines.len() && !ended {
                    return None;
                }
                if agree > self.best.0 {
                    self.best = (agree, row);
                }
            } else if at.0.saturating_sub(time.0) > DISORDER {
                return Some(self.best_place().unwrap_or(Found::Passed));
            }
            self.seen += 1;
        }
        if ended {
            return Some(self.best_place().unwrap_or(Found::Nowhere));
        }
        self.trim();
        None
    }

    /// Whether the first line held is the end of this row, and those behind it follow. `None` where
    /// more must come to tell.
    fn ends_in(&self, row: usize, ended: bool) -> Option<bool> {
        let (Some(line), Some(part)) = (self.lines.get(row), self.place.get(0)) else {
            return Some(false);
        };
        let before = line.text.len().saturating_sub(part.text.len());
        // Of text that was mended or cut nobody knows how long it was.
        let parts = before % PART_BYTES == 0 || line.lossy || line.truncated;
        if before == 0
            || line.text.len() < PART_BYTES
            || line.stream != part.stream
            || !parts
            || !line.text.ends_with(part.text)
        {
            return Some(false);
        }
        let came = (row + 1..self.lines.len()).filter_map(|at| self.lines.get(at));
        let agree = came
            .zip(self.place.iter().skip(1))
            .take_while(|(a, b)| same(a, b))
            .count();
        if agree + 1 == self.place.len() {
            return Some(true);
        }
        (ended || row + 1 + agree < self.lines.len()).then_some(false)
    }

    /// Where most of the place agrees, for Docker may have lost a line of it. A reading that may begin
    /// behind the place tells nothing: lines that look alike are elsewhere, too.
    fn best_place(&self) -> Option<Found> {
        let covers = !self.begins_behind() || self.came < self.asked;
        (self.best.0 > 0 && covers).then_some(Found::At(self.best.1))
    }

    /// How many lines from `row` on are those of the place.
    fn agreement(&self, row: usize) -> usize {
        let came = (row..self.lines.len()).filter_map(|at| self.lines.get(at));
        came.zip(self.place.iter())
            .take_while(|(a, b)| same(a, b))
            .count()
    }

    /// Whether the reading begins behind the place, for too few lines were asked for.
    pub(super) fn begins_behind(&self) -> bool {
        let place = self.place.time(0).unwrap_or_default();
        self.first.is_none_or(|first| first >= place)
    }

    /// Lets the older half go of what is too much for one window: it comes again with the next. The
    /// best place up to now stays while that may be.
    fn trim(&mut self) {
        let (bytes, half) = (self.lines.text_bytes(), self.lines.len() / 2);
        let keeps_best = self.best.0 == 0 || self.best.1 >= half;
        if bytes <= WINDOW_BYTES || (!keeps_best && bytes <= 2 * WINDOW_BYTES) {
            return;
        }
        self.lines = self.lines.tail_from(half);
        self.trimmed = true;
        self.seen -= half;
        self.best = match keeps_best {
            true => (self.best.0, self.best.1.saturating_sub(half)),
            false => (0, 0),
        };
    }
}

fn same(a: &EntryRef<'_>, b: &EntryRef<'_>) -> bool {
    (a.time, a.stream, a.text) == (b.time, b.stream, b.text)
}
