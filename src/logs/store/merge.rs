//! Rows of several sources, which stand by time.

use std::collections::VecDeque;

use super::LogStore;
use super::chunk::Chunk;
use crate::time::Nanos;

impl LogStore {
    /// Puts each row of a chunk at its place by time, behind rows of the same time.
    pub(super) fn merge(&mut self, chunk: Chunk) -> u64 {
        let order = chunk.order_by_time();
        let Some(oldest) = order.first().map(|&row| chunk.time(row)) else {
            return self.end_row();
        };
        if chunk.is_sorted() && self.chunks.back().is_none_or(|c| c.last_time() <= oldest) {
            return self.push(chunk);
        }
        let tail = self.take_after(oldest);
        let first = self.end_row();
        let mut late = order.into_iter().peekable();
        for held in &tail {
            for row in 0..held.rows() {
                while let Some(new) = late.next_if(|&new| chunk.time(new) < held.time(row)) {
                    self.push_row(&chunk, new);
                }
                self.push_row(held, row);
            }
        }
        for new in late {
            self.push_row(&chunk, new);
        }
        self.measure_last();
        first
    }

    /// Removes all rows that are later than `time` and returns them, in order.
    fn take_after(&mut self, time: Nanos) -> VecDeque<Chunk> {
        let keep = self.chunks.partition_point(|c| c.last_time() <= time);
        let mut tail = self.chunks.split_off(keep);
        for chunk in &tail {
            self.bytes -= chunk.bytes;
            self.lines -= chunk.lines();
        }
        if let Some(mut first) = tail.pop_front() {
            let row = first.first_after(time);
            let later = first.split_off(row);
            if first.rows() > 0 {
                first.bytes = 0;
                self.lines += first.lines();
                self.chunks.push_back(first);
                self.measure_last();
            }
            tail.push_front(later);
        }
        tail
    }

    /// Brings all rows in order of time; needed once, when a second source comes.
    pub(super) fn sort(&mut self) {
        let mut all = Chunk::default();
        for chunk in self.chunks.drain(..) {
            all.append(&chunk);
        }
        (self.lines, self.bytes) = (0, 0);
        for row in all.order_by_time() {
            self.push_row(&all, row);
        }
        self.measure_last();
    }
}
