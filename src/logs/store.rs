//! The lines that a page holds: bounded, in columns, in the order in which they are shown.
//!
//! The decoded [`LogBatch`] is the chunk; beside it stand the columns that the page computes.
//! Small batches are put together into chunks of up to 4096 rows or 64 KiB of text, so that the
//! cost of a chunk spreads over many lines. What is too much goes from the old end, a whole
//! chunk at a time, and is counted; where older lines come in front, for somebody who reads them,
//! it goes from the new end.
//!
//! One container keeps Docker's own order, which is not always that of the timestamps. From the
//! second source on the rows stand by timestamp; a line that comes late is put where it belongs,
//! behind the lines of the same instant. That costs no more than the chunks it belongs in.

mod chunk;
mod front;
mod identity;
mod let_go;
mod merge;
mod moves;
mod row;

use std::collections::VecDeque;

use super::pipeline::Mined;
use super::query::columns::{Columns, NOTE, counted};
use crate::few::Few;
use crate::logs::severity::Severity;
use crate::protocol::LogBatch;
use crate::time::Nanos;
use chunk::Chunk;
pub(in crate::logs) use chunk::NO_TEMPLATE;
pub(in crate::logs) use identity::RowIdentity;
use let_go::LetGo;
use moves::Moves;
pub use row::{Note, Row};

/// Number of the first row that comes: rows may come in front of it.
pub(super) const FIRST_ROW: u64 = 1 << 40;

/// Most lines that can be set: so many short ones fill the memory that can be.
const MAX_LINES: usize = 5_000_000;

/// Lines that are held where nobody sets how many.
const DEFAULT_LINES: usize = 1_000_000;

/// What a store may hold before it lets the oldest lines go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoreLimits {
    /// Lines that are kept at least while the memory allows; up to one chunk more are held.
    pub max_lines: usize,
    /// Memory of all rows in bytes.
    pub max_bytes: usize,
}

impl StoreLimits {
    /// Limits that somebody sets: as many lines and mebibytes, or as few, as there can be.
    #[must_use]
    pub fn of(lines: usize, mebibytes: usize) -> Self {
        Self {
            max_lines: lines.clamp(1000, MAX_LINES),
            max_bytes: mebibytes.clamp(8, 1024) << 20,
        }
    }
}

impl Default for StoreLimits {
    /// A million lines and 256 MiB.
    fn default() -> Self {
        Self::of(DEFAULT_LINES, 256)
    }
}

/// The rows, oldest first.
#[derive(Clone, Debug)]
pub struct LogStore {
    limits: StoreLimits,
    chunks: VecDeque<Chunk>,
    lines: usize,
    bytes: usize,
    /// The number of the first row that is held.
    first_row: u64,
    evicted_lines: u64,
    let_go: LetGo,
    /// Lines let go from the new end.
    newer_lines: u64,
    /// Newest timestamp of each source, where a gap without times belongs.
    newest: Few<u16, Nanos>,
    moves: Moves,
    /// Likewise for what came in front; the numbers are counted from the end, down.
    fronts: Moves,
}

impl LogStore {
    /// An empty store.
    #[must_use]
    pub fn new(limits: StoreLimits) -> Self {
        Self {
            limits,
            chunks: VecDeque::new(),
            lines: 0,
            bytes: 0,
            first_row: FIRST_ROW,
            evicted_lines: 0,
            let_go: LetGo::default(),
            newer_lines: 0,
            newest: Few::default(),
            moves: Moves::default(),
            fronts: Moves::default(),
        }
    }

    /// An empty store with the same limits in place of this one: for those who follow it, all rows moved.
    #[must_use]
    pub fn anew(&self) -> Self {
        Self {
            moves: self.moves.anew(),
            fronts: self.fronts.clone(),
            ..Self::new(self.limits)
        }
    }

    /// Its limits.
    #[must_use]
    pub fn limits(&self) -> StoreLimits {
        self.limits
    }

    /// Sets other limits. What is too much goes from the old end.
    pub fn set_limits(&mut self, limits: StoreLimits) {
        self.limits = limits;
        self.evict();
    }

    /// How many times rows moved, or others got their numbers, and the number of the first of them
    /// since it had been `seen` times; greater than all where none did. Rows that only went from an end, or
    /// came there, did not move.
    #[must_use]
    pub fn moved_since(&self, seen: u64) -> (u64, u64) {
        self.moves.since(seen)
    }

    /// How many times rows came in front, and the number of the first row that did not since it had been `seen`
    /// times; 0 where none did. They may have the numbers of rows that were let go.
    #[must_use]
    pub fn came_since(&self, seen: u64) -> (u64, u64) {
        let (count, first) = self.fronts.since(seen);
        (count, u64::MAX - first)
    }

    /// Adds the lines of a batch, with what was found out about them in the same order (where that
    /// is shorter: nothing).
    ///
    /// Returns the number of the first row that is new or moved, counted like
    /// [`first_row`](Self::first_row); rows before it are what they were.
    pub fn append(&mut self, source: u16, batch: LogBatch, mined: &[Mined]) -> u64 {
        if batch.is_empty() {
            return self.end_row();
        }
        let chunk = Chunk::of_batch(source, batch, mined);
        self.insert(source, chunk)
    }

    /// Whether the lines of a batch find room without others being let go for them.
    #[must_use]
    pub fn has_room_for(&self, batch: &LogBatch) -> bool {
        self.lines + batch.len() <= self.limits.max_lines
            && self.bytes + Chunk::bytes_of(batch) <= self.limits.max_bytes
    }

    /// Adds a row that is no line: behind the lines of its time (of a gap that is `after`), or
    /// else behind the newest line of that source.
    ///
    /// Returns the number of the first row that is new or moved.
    pub fn append_note(&mut self, source: u16, note: Note) -> u64 {
        let newest = self.newest.get(source).copied();
        let time = match note {
            Note::Missing(gap) => gap.after.or(newest).or(gap.before).unwrap_or_default(),
            Note::Ended { at, .. } | Note::Started { at } | Note::Replaced { at } => at,
        };
        self.insert(source, Chunk::of_note(source, time, note))
    }

    /// Timestamp of the newest row of a source.
    #[must_use]
    pub fn newest(&self, source: u16) -> Option<Nanos> {
        self.newest.get(source).copied()
    }

    /// Timestamp of the last row.
    #[must_use]
    pub fn last_time(&self) -> Option<Nanos> {
        self.chunks.back().map(Chunk::last_time)
    }

    /// The row at `index`, 0 being the oldest one held.
    #[must_use]
    pub fn row(&self, index: usize) -> Option<Row<'_>> {
        let number = self.first_row + index as u64;
        let chunk = self.chunks.get(self.chunk_of(number))?;
        chunk.row((number - chunk.start) as usize)
    }

    /// The rows from `index` on, oldest first.
    pub fn iter_from(&self, index: usize) -> impl Iterator<Item = Row<'_>> {
        let number = self.first_row + index as u64;
        self.chunks
            .iter()
            .skip(self.chunk_of(number))
            .flat_map(move |chunk| {
                let from = number.saturating_sub(chunk.start) as usize;
                (from..chunk.rows()).filter_map(|row| chunk.row(row))
            })
    }

    /// The chunk that holds the row of this number: the number of its first row, and its columns.
    pub(super) fn columns_at(&self, number: u64) -> Option<(u64, Columns<'_>)> {
        let chunk = self.chunks.get(self.chunk_of(number))?;
        (chunk.start <= number).then(|| (chunk.start, chunk.columns()))
    }

    /// Tells of each line what it counts as and when it was printed, oldest first.
    pub(super) fn each_line(&self, tell: &mut dyn FnMut(Severity, Nanos)) {
        for chunk in &self.chunks {
            let columns = chunk.columns();
            for (&severity, &time) in columns.severities.iter().zip(columns.times) {
                if severity != NOTE {
                    tell(counted(severity), Nanos(time));
                }
            }
        }
    }

    /// Takes the severities of all lines from what they say and the one that `instead` has for a source
    /// and a template; a line that goes on an event counts as its first one. Tells `moved` of each line
    /// that counts as another severity now: before, now, and its time.
    pub(super) fn recount(
        &mut self,
        instead: &mut dyn FnMut(u16, u32) -> Option<Severity>,
        moved: &mut dyn FnMut(Severity, Severity, Nanos),
    ) {
        let mut open = Few::default();
        for chunk in &mut self.chunks {
            chunk.recount(instead, &mut open, moved);
        }
        self.moves.add(self.first_row);
    }

    /// How many rows it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        (self.end_row() - self.first_row) as usize
    }

    /// Whether it holds none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.chunks.is_empty()
    }

    /// How many lines it holds: rows that are no notes.
    #[must_use]
    pub fn lines(&self) -> usize {
        self.lines
    }

    /// Lines that were let go.
    #[must_use]
    pub fn evicted(&self) -> u64 {
        self.evicted_lines
    }

    /// Lines that would stand before the first row: they were let go, and did not come again.
    #[must_use]
    pub fn let_go(&self) -> u64 {
        self.let_go.lines()
    }

    /// Forgets what was let go from the old end: it cannot be had any more.
    pub fn forget_let_go(&mut self) {
        self.let_go = LetGo::default();
    }

    /// Lines that were let go from the new end, to make room for older ones.
    #[must_use]
    pub fn newer_evicted(&self) -> u64 {
        self.newer_lines
    }

    /// Number of the oldest row held. It grows as rows are let go from the old end, and shrinks as
    /// older ones come in front.
    #[must_use]
    pub fn first_row(&self) -> u64 {
        self.first_row
    }

    /// Number of the row that comes next.
    #[must_use]
    pub fn end_row(&self) -> u64 {
        self.chunks.back().map_or(self.first_row, Chunk::end)
    }

    /// Memory that the rows hold in bytes.
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        self.bytes
    }

    fn insert(&mut self, source: u16, chunk: Chunk) -> u64 {
        let (sources, end) = (self.newest.len(), self.end_row());
        let newest = (0..chunk.rows()).map(|row| chunk.time(row)).max();
        let before = self.newest.or_default(source);
        *before = newest.unwrap_or_default().max(*before);
        let first = match (sources, self.newest.len()) {
            (_, 0 | 1) => self.push(chunk),
            (1, 2) => self.sort().min(self.merge(chunk)),
            _ => self.merge(chunk),
        };
        if first < end {
            self.moves.add(first);
        }
        self.evict();
        first
    }

    /// Puts a chunk behind all others.
    fn push(&mut self, mut chunk: Chunk) -> u64 {
        let first = self.end_row();
        if chunk.is_oversize() {
            for row in 0..chunk.rows() {
                self.push_row(&chunk, row);
            }
            self.measure_last();
            return first;
        }
        self.lines += chunk.lines();
        match self.chunks.back_mut() {
            Some(last) if last.has_room_for(&chunk) => last.append(&chunk),
            last => {
                if let Some(last) = last {
                    last.shrink_to_fit();
                    self.measure_last();
                }
                chunk.start = first;
                chunk.bytes = 0;
                self.chunks.push_back(chunk);
            }
        }
        self.measure_last();
        first
    }

    /// Puts a copy of one row behind all others. The caller measures the last chunk at the end.
    fn push_row(&mut self, from: &Chunk, row: usize) {
        self.lines += usize::from(!from.is_note(row));
        if let Some(last) = self.chunks.back_mut() {
            if last.push_from(from, row) {
                return;
            }
            last.shrink_to_fit();
            self.measure_last();
        }
        let mut chunk = Chunk::starting_at(self.end_row());
        chunk.push_from(from, row);
        self.chunks.push_back(chunk);
    }

    fn evict(&mut self) {
        while let Some(oldest) = self.chunks.front().filter(|it| self.can_spare(it)) {
            self.evicted_lines += oldest.lines() as u64;
            self.let_go.take(oldest);
            self.first_row = oldest.end();
            let gone = self.chunks.pop_front();
            self.subtract(gone);
        }
    }

    /// Whether there is too much to keep this chunk.
    fn can_spare(&self, chunk: &Chunk) -> bool {
        self.chunks.len() > 1
            && (self.lines - chunk.lines() >= self.limits.max_lines
                || self.bytes > self.limits.max_bytes)
    }

    /// A chunk was taken out.
    fn subtract(&mut self, gone: Option<Chunk>) {
        if let Some(gone) = gone {
            self.lines -= gone.lines();
            self.bytes -= gone.bytes;
        }
    }

    fn measure_last(&mut self) {
        if let Some(last) = self.chunks.back_mut() {
            let bytes = last.measure();
            self.bytes = self.bytes - last.bytes + bytes;
            last.bytes = bytes;
        }
    }

    /// Index of the chunk that holds the row of this number.
    fn chunk_of(&self, number: u64) -> usize {
        self.chunks.partition_point(|chunk| chunk.end() <= number)
    }
}

impl Default for LogStore {
    fn default() -> Self {
        Self::new(StoreLimits::default())
    }
}

#[cfg(test)]
mod tests;
