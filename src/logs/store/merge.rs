//! Rows of several sources, which stand by time.

use std::ops::Range;

use super::LogStore;
use super::chunk::{Chunk, FULL_ROWS, FULL_TEXT};
use crate::sort::sort_by_key;
use crate::time::Nanos;

/// Rows of a chunk, one behind the other.
type Run<'a> = (&'a Chunk, Range<usize>);

/// Appends a row to runs.
fn push<'a>(runs: &mut Vec<Run<'a>>, chunk: &'a Chunk, row: usize) {
    match runs.last_mut() {
        Some((last, rows)) if std::ptr::eq(*last, chunk) && rows.end == row => rows.end += 1,
        _ => runs.push((chunk, row..row + 1)),
    }
}

impl LogStore {
    /// Puts each row of a chunk at its place by time, behind rows of the same time. Only the chunks in
    /// which one belongs are made anew. Returns the number of the first row that is new or moved.
    pub(super) fn merge(&mut self, chunk: Chunk) -> u64 {
        let order = chunk.order_by_time();
        let Some(oldest) = order.first().map(|&row| chunk.time(row)) else {
            return self.end_row();
        };
        if chunk.is_sorted() && self.chunks.back().is_none_or(|c| c.last_time() <= oldest) {
            return self.push(chunk);
        }
        let mut late = order.as_slice();
        let keep = self.chunks.partition_point(|c| c.last_time() <= oldest);
        let mut tail = self.chunks.split_off(keep);
        let first = tail.front().map_or(self.end_row(), |held| {
            held.start + held.first_after(oldest) as u64
        });
        while let Some(mut held) = tail.pop_front() {
            // What is later than all of this chunk belongs to the next, if there is one.
            let until = match tail.is_empty() {
                true => late.len(),
                false => late.partition_point(|&row| chunk.time(row) < held.last_time()),
            };
            let (mine, rest) = late.split_at(until);
            late = rest;
            if mine.is_empty() {
                held.start = self.end_row();
                self.chunks.push_back(held);
                continue;
            }
            self.bytes -= held.bytes;
            self.lines -= held.lines();
            let (mut runs, mut at) = (Vec::new(), 0);
            for &new in mine {
                // Behind the rows of the same time.
                let place = held.first_after(chunk.time(new));
                if at < place {
                    runs.push((&held, at..place));
                }
                at = place;
                push(&mut runs, &chunk, new);
            }
            runs.push((&held, at..held.rows()));
            self.push_evenly(&runs);
        }
        // Where all of them are the latest, and not in order.
        for &row in late {
            self.push_row(&chunk, row);
        }
        self.measure_last();
        first
    }

    /// Puts copies of rows behind all others, in chunks of about the same size,
    /// so that they do not become small ones where late rows come again and again.
    fn push_evenly(&mut self, runs: &[Run<'_>]) {
        let text_of = |chunk: &Chunk, rows: &Range<usize>| {
            chunk.text_start(rows.end) - chunk.text_start(rows.start)
        };
        let rows: usize = runs.iter().map(|(_, rows)| rows.len()).sum();
        let text: usize = runs.iter().map(|(of, rows)| text_of(of, rows)).sum();
        let full = rows.div_ceil(FULL_ROWS).max(text.div_ceil(FULL_TEXT));
        // Of blank lines there is no text that would be enough.
        let enough = (
            rows.div_ceil(full.max(1)),
            text.div_ceil(full.max(1)).max(1),
        );
        let mut chunk = Chunk::starting_at(self.end_row());
        for (of, rows) in runs {
            let mut at = rows.start;
            while at < rows.end {
                // Up to the row that makes it enough.
                let most = (at + enough.0 - chunk.rows()).min(rows.end);
                let text =
                    of.text_start(at) + enough.1.saturating_sub(chunk.text_start(chunk.rows()));
                let (mut low, mut end) = (at + 1, most);
                while low < end {
                    let middle = low + (end - low) / 2;
                    match of.text_start(middle) < text {
                        true => low = middle + 1,
                        false => end = middle,
                    }
                }
                chunk.copy_range(of, at..end);
                at = end;
                if chunk.rows() >= enough.0 || chunk.text_start(chunk.rows()) >= enough.1 {
                    self.push_made(std::mem::take(&mut chunk));
                    chunk.start = self.end_row();
                }
            }
        }
        if chunk.rows() > 0 {
            self.push_made(chunk);
        }
    }

    fn push_made(&mut self, mut chunk: Chunk) {
        chunk.shrink_to_fit();
        chunk.bytes = chunk.measure();
        self.bytes += chunk.bytes;
        self.lines += chunk.lines();
        self.chunks.push_back(chunk);
    }

    /// Brings all rows in order of time; needed once, when a second source comes. Of one container few
    /// rows are out of it: only the chunks are made anew that hold such. Returns the number of the first
    /// row that moved.
    pub(super) fn sort(&mut self) -> u64 {
        let mut tail = std::mem::take(&mut self.chunks);
        let times = |chunk: &Chunk| -> (Nanos, Nanos) {
            let all = || (0..chunk.rows()).map(|row| chunk.time(row));
            (
                all().min().unwrap_or_default(),
                all().max().unwrap_or_default(),
            )
        };
        let bounds: Vec<_> = tail.iter().map(times).collect();
        // The oldest time in each chunk and those behind it.
        let mut behind = vec![Nanos(i64::MAX); bounds.len() + 1];
        for (at, (oldest, _)) in bounds.iter().enumerate().rev() {
            behind[at] = behind[at + 1].min(*oldest);
        }
        let mut first = None;
        let mut run: Vec<Chunk> = Vec::new();
        let mut newest = Nanos(i64::MIN);
        for ((_, last), behind) in bounds.iter().zip(&behind[1..]) {
            run.extend(tail.pop_front());
            newest = newest.max(*last);
            if newest > *behind {
                continue;
            }
            let run = std::mem::take(&mut run);
            if let [chunk] = &run[..]
                && chunk.is_sorted()
            {
                self.chunks.extend(run);
                continue;
            }
            first.get_or_insert(run.first().map_or(0, |it| it.start));
            for chunk in &run {
                self.bytes -= chunk.bytes;
                self.lines -= chunk.lines();
            }
            let mut rows: Vec<(&Chunk, usize)> = run
                .iter()
                .flat_map(|chunk| (0..chunk.rows()).map(move |row| (chunk, row)))
                .collect();
            sort_by_key(&mut rows, |(chunk, row)| chunk.time(*row));
            let mut runs = Vec::new();
            for (chunk, row) in rows {
                push(&mut runs, chunk, row);
            }
            self.push_evenly(&runs);
        }
        first.unwrap_or(self.end_row())
    }
}
