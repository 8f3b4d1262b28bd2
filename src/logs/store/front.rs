//! Older rows in front of those held: what they push out goes from the new end.

use super::chunk::Chunk;
use super::{LogStore, Note, Row};
use crate::logs::pipeline::Mined;
use crate::protocol::LogBatch;

impl LogStore {
    /// Puts the lines of a batch in front of all rows, in the order in which they are. They are
    /// older ones of the one source that the store holds; what is said at its very beginning about
    /// lines that are missing there is not true any more, and goes.
    ///
    /// Returns how many rows were in front before and are there no more, and how many came.
    pub fn prepend(&mut self, source: u16, batch: LogBatch, mined: &[Mined]) -> (u64, u64) {
        let gone = self.drop_leading_gaps();
        let chunk = Chunk::of_batch(source, batch, mined);
        let came = chunk.rows() as u64;
        let mut older = Self {
            first_row: self.first_row - came,
            ..Self::new(self.limits)
        };
        let times = (0..chunk.rows()).map(|row| chunk.time(row));
        let newest = times.max().unwrap_or_default();
        if chunk.rows() > 0 {
            let known = self.newest.or_default(source);
            *known = newest.max(*known);
            older.push(chunk);
        }
        if let Some(last) = older.chunks.back_mut() {
            last.shrink_to_fit();
        }
        older.measure_last();
        self.lines += older.lines;
        self.bytes += older.bytes;
        self.first_row = older.first_row;
        while let Some(chunk) = older.chunks.pop_back() {
            self.chunks.push_front(chunk);
        }
        self.evict_newer();
        (gone, came)
    }

    fn evict_newer(&mut self) {
        while self.chunks.len() > 1 {
            let Some(newest) = self.chunks.back() else {
                return;
            };
            if self.lines - newest.lines() < self.limits.max_lines
                && self.bytes <= self.limits.max_bytes
            {
                return;
            }
            self.lines -= newest.lines();
            self.bytes -= newest.bytes;
            self.newer_lines += newest.lines() as u64;
            self.chunks.pop_back();
        }
    }

    /// Takes away rows about missing lines before the first line. Returns how many.
    fn drop_leading_gaps(&mut self) -> u64 {
        let rows = self.iter_from(0);
        let gap = |row: &Row<'_>| {
            matches!(
                row,
                Row::Note {
                    note: Note::Missing(_),
                    ..
                }
            )
        };
        let gaps = rows.take_while(gap).count();
        if gaps == 0 {
            return 0;
        }
        let mut left = gaps;
        while let Some(mut chunk) = self.chunks.pop_front() {
            self.bytes -= chunk.bytes;
            let drop = left.min(chunk.rows());
            left -= drop;
            let mut rest = chunk.split_off(drop);
            rest.start = chunk.start + drop as u64;
            if rest.rows() > 0 {
                rest.bytes = rest.measure();
                self.bytes += rest.bytes;
                self.chunks.push_front(rest);
            }
            if left == 0 {
                break;
            }
        }
        self.first_row += gaps as u64;
        gaps as u64
    }
}
