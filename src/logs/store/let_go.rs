//! What was let go from the old end, for lines to be known that were held when they come again.

use std::collections::VecDeque;

use super::chunk::Chunk;
use super::{Note, Row};
use crate::protocol::{Gap, LogBatch};
use crate::time::Nanos;

/// Most stretches that are remembered. Lines from before them count as new when they come again.
const MAX_STRETCHES: usize = 256;

/// What would stand before the first row held, the newest last.
#[derive(Clone, Debug, Default)]
pub(super) struct LetGo {
    stretches: VecDeque<Stretch>,
    /// Time of the newest line in them.
    newest: Nanos,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stretch {
    /// So many lines were held.
    Held(u64),
    /// Lines were missing there, which may come when the log is read again: so many, where that is
    /// known; none of them is older than the line before them.
    Missing { lines: Option<u64>, after: Nanos },
}

impl LetGo {
    /// Lines that were held.
    pub(super) fn lines(&self) -> u64 {
        let held = |it: &Stretch| match it {
            Stretch::Held(lines) => *lines,
            Stretch::Missing { .. } => 0,
        };
        self.stretches.iter().map(held).sum()
    }

    /// Lets the rows of a chunk go, which stood behind all that went before.
    pub(super) fn take(&mut self, chunk: &Chunk) {
        if chunk.lines() == chunk.rows() {
            return self.held(chunk.rows() as u64, chunk.last_time());
        }
        for row in (0..chunk.rows()).filter_map(|row| chunk.row(row)) {
            match row {
                Row::Entry { entry, .. } => self.held(1, entry.time),
                Row::Note {
                    note: Note::Missing(gap),
                    ..
                } => self.missing(gap),
                Row::Note { .. } => {}
            }
        }
    }

    fn held(&mut self, lines: u64, newest: Nanos) {
        self.newest = newest;
        match self.stretches.back_mut() {
            Some(Stretch::Held(held)) => *held += lines,
            _ => self.push(Stretch::Held(lines)),
        }
    }

    /// Lets a row about missing lines go.
    pub(super) fn missing(&mut self, gap: Gap) {
        self.push(Stretch::Missing {
            lines: gap.lines.filter(|&lines| lines > 0),
            after: self.newest,
        });
    }

    fn push(&mut self, stretch: Stretch) {
        if self.stretches.len() == MAX_STRETCHES {
            self.stretches.pop_front();
        }
        self.stretches.push_back(stretch);
    }

    /// Takes lines back that come right before the first row held. Returns for each of them whether
    /// it was held before. With `whole` the last of them was, in part, and stands there still.
    pub(super) fn come_back(&mut self, batch: &LogBatch, whole: bool) -> Vec<bool> {
        let mut held = vec![false; batch.len()];
        // What is let go next is no older.
        self.newest = batch.time(0).unwrap_or_default();
        let mut rows = held.iter_mut().enumerate().rev();
        if whole && let Some((_, last)) = rows.next() {
            *last = true;
        }
        for (row, held) in rows {
            *held = self.was_held(batch.time(row).unwrap_or_default());
        }
        held
    }

    /// Takes the next older line back.
    fn was_held(&mut self, time: Nanos) -> bool {
        while let Some(newest) = self.stretches.back_mut() {
            match newest {
                Stretch::Held(0) => {}
                Stretch::Held(lines) => {
                    *lines -= 1;
                    return true;
                }
                Stretch::Missing { lines: Some(0), .. } => {}
                Stretch::Missing { after, .. } if time < *after => {}
                Stretch::Missing { lines: None, after } if time == *after => {}
                Stretch::Missing { lines, .. } => {
                    *lines = lines.map(|it| it - 1);
                    return false;
                }
            }
            self.stretches.pop_back();
        }
        false
    }
}
