//! Older rows in front of those held: what they push out goes from the new end.

use super::chunk::Chunk;
use super::{LogStore, Note, Row};
use crate::logs::pipeline::Mined;
use crate::protocol::LogBatch;

impl LogStore {
    /// Takes away what stands before the lines of a batch's place: what is said at the very beginning
    /// about lines that are missing there, and with `whole` the first line held, which is a part of
    /// the last one of the batch. Then [`prepend`](Self::prepend) can take the batch.
    ///
    /// Returns, for each line of the batch, whether it was held before.
    pub fn make_way(&mut self, batch: &LogBatch, whole: bool) -> Vec<bool> {
        self.drop_leading_gaps(whole);
        self.let_go.come_back(batch, whole)
    }

    /// Puts the lines of a batch in front of all rows, in the order in which they are. They are
    /// older ones of the one source that the store holds.
    ///
    /// Returns how many rows came.
    pub fn prepend(&mut self, source: u16, batch: LogBatch, mined: &[Mined]) -> u64 {
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
        self.fronts.add(u64::MAX - self.first_row);
        self.first_row = older.first_row;
        while let Some(chunk) = older.chunks.pop_back() {
            self.chunks.push_front(chunk);
        }
        self.evict_newer();
        came
    }

    fn evict_newer(&mut self) {
        while let Some(newest) = self.chunks.back().filter(|it| self.can_spare(it)) {
            self.newer_lines += newest.lines() as u64;
            self.moves.add(newest.start);
            let gone = self.chunks.pop_back();
            self.subtract(gone);
        }
    }

    /// Takes away rows about missing lines before the first line, and with `whole` that one too.
    fn drop_leading_gaps(&mut self, whole: bool) {
        let rows = self.iter_from(0);
        let gap = |row: Row<'_>| match row {
            Row::Note {
                note: Note::Missing(gap),
                ..
            } => Some(gap),
            _ => None,
        };
        let gaps: Vec<_> = rows.map_while(gap).collect();
        let mut left = gaps.len() + usize::from(whole);
        if left > 0 {
            // Other rows will have their numbers.
            self.moves.add(0);
        }
        for gap in gaps {
            self.let_go.missing(gap);
        }
        while left > 0 {
            let Some(mut chunk) = self.chunks.pop_front() else {
                return;
            };
            self.bytes -= chunk.bytes;
            self.lines -= chunk.lines();
            let drop = left.min(chunk.rows());
            left -= drop;
            self.first_row += drop as u64;
            let mut rest = chunk.split_off(drop);
            rest.start = self.first_row;
            if rest.rows() > 0 {
                rest.bytes = rest.measure();
                self.bytes += rest.bytes;
                self.lines += rest.lines();
                self.chunks.push_front(rest);
            }
        }
    }
}
