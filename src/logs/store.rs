//! The lines that a page holds: bounded, in columns, in the order in which they are shown.
//!
//! The decoded [`LogBatch`] is the chunk; beside it stand the columns that the page computes.
//! Small batches are put together into chunks of up to 4096 rows or 64 KiB of text, so that the
//! cost of a chunk spreads over many lines. What is too much goes from the old end, a whole
//! chunk at a time, and is counted.
//!
//! One container keeps Docker's own order, which is not always that of the timestamps. From the
//! second source on the rows stand by timestamp; a line that comes late is put where it belongs,
//! behind the lines of the same instant. That costs no more than the rows it overlaps.

mod chunk;

use std::collections::{BTreeMap, VecDeque};

use super::severity::Severity;
use super::template::TemplateId;
use crate::protocol::{EntryRef, Gap, LogBatch};
use crate::time::Nanos;
use chunk::Chunk;

/// What a store may hold before it lets the oldest lines go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoreLimits {
    /// Lines that are kept at least while the memory allows; up to one chunk more are held.
    pub max_lines: usize,
    /// Memory of all rows in bytes.
    pub max_bytes: usize,
}

impl Default for StoreLimits {
    /// 50,000 lines and 32 MiB.
    fn default() -> Self {
        Self {
            max_lines: 50_000,
            max_bytes: 32 << 20,
        }
    }
}

/// One row of a log.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Row<'a> {
    /// A line.
    Entry {
        /// The line itself.
        entry: EntryRef<'a>,
        /// Its severity.
        severity: Severity,
        /// Its template; `None` for a blank line.
        template: Option<TemplateId>,
        /// The container it came from.
        source: u16,
    },
    /// Lines are missing here.
    Gap {
        /// The container that lacks them.
        source: u16,
        /// What is missing.
        gap: Gap,
    },
}

/// The rows, oldest first.
#[derive(Clone, Debug)]
pub struct LogStore {
    limits: StoreLimits,
    chunks: VecDeque<Chunk>,
    lines: usize,
    bytes: usize,
    /// Rows ever let go: the number of the first row that is held.
    first_row: u64,
    evicted_lines: u64,
    /// Newest timestamp of each source, where a gap without times belongs.
    newest: BTreeMap<u16, Nanos>,
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
            first_row: 0,
            evicted_lines: 0,
            newest: BTreeMap::new(),
        }
    }

    /// Its limits.
    #[must_use]
    pub fn limits(&self) -> StoreLimits {
        self.limits
    }

    /// Adds the lines of a batch, with their severities and templates in the same order (where
    /// those are shorter: unknown and none).
    ///
    /// Returns the number of the first row that is new or moved, counted like
    /// [`first_row`](Self::first_row); rows before it are what they were.
    pub fn append(
        &mut self,
        source: u16,
        batch: LogBatch,
        severities: &[Severity],
        templates: &[Option<TemplateId>],
    ) -> u64 {
        if batch.is_empty() {
            return self.end_row();
        }
        let chunk = Chunk::of_batch(source, batch, severities, templates);
        self.insert(source, chunk)
    }

    /// Adds a row that says that lines of `source` are missing: behind the lines of the time
    /// `gap.after`, or else behind the newest line of that source.
    ///
    /// Returns the number of the first row that is new or moved.
    pub fn append_gap(&mut self, source: u16, gap: Gap) -> u64 {
        let newest = self.newest.get(&source).copied();
        let time = gap.after.or(newest).or(gap.before).unwrap_or_default();
        self.insert(source, Chunk::of_gap(source, time, gap))
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

    /// How many lines it holds: rows that are no gaps.
    #[must_use]
    pub fn lines(&self) -> usize {
        self.lines
    }

    /// Lines that were let go.
    #[must_use]
    pub fn evicted(&self) -> u64 {
        self.evicted_lines
    }

    /// Number of the oldest row held: how many rows were let go.
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
        let sources = self.newest.len();
        let newest = (0..chunk.rows()).map(|row| chunk.time(row)).max();
        let before = self.newest.entry(source).or_default();
        *before = newest.unwrap_or_default().max(*before);
        let first = match (sources, self.newest.len()) {
            (_, 0 | 1) => self.push(chunk),
            (1, 2) => {
                self.sort();
                self.merge(chunk);
                self.first_row
            }
            _ => self.merge(chunk),
        };
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
        self.lines += usize::from(!from.is_gap(row));
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

    /// Puts each row of a chunk at its place by time, behind rows of the same time.
    fn merge(&mut self, chunk: Chunk) -> u64 {
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
    fn sort(&mut self) {
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

    fn evict(&mut self) {
        while self.chunks.len() > 1 {
            let Some(oldest) = self.chunks.front() else {
                return;
            };
            if self.lines - oldest.lines() < self.limits.max_lines
                && self.bytes <= self.limits.max_bytes
            {
                return;
            }
            self.lines -= oldest.lines();
            self.bytes -= oldest.bytes;
            self.evicted_lines += oldest.lines() as u64;
            self.first_row = oldest.end();
            self.chunks.pop_front();
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
mod tests {
    use super::*;
    use crate::protocol::{GapReason, LogStream};
    use proptest::prelude::*;

    /// A row of the plain model: time, source and text; the text is its identity.
    #[derive(Clone, Debug, PartialEq)]
    struct Plain(i64, u16, String);

    fn batch(lines: &[(i64, String)]) -> LogBatch {
        let mut batch = LogBatch::new();
        for (time, text) in lines {
            batch.push_line(Nanos(*time), LogStream::Stdout, text);
        }
        batch
    }

    fn contents(store: &LogStore) -> Vec<Plain> {
        let plain = |row: Row<'_>| match row {
            Row::Entry { entry, source, .. } => Plain(entry.time.0, source, entry.text.to_owned()),
            Row::Gap { source, gap } => Plain(
                gap.after.unwrap_or_default().0,
                source,
                format!("gap {:?}", gap.lines),
            ),
        };
        let by_index: Vec<Plain> = (0..store.len())
            .filter_map(|i| store.row(i).map(plain))
            .collect();
        assert_eq!(by_index, store.iter_from(0).map(plain).collect::<Vec<_>>());
        by_index
    }

    fn gap(after: Option<i64>, lines: u64) -> Gap {
        Gap {
            lines: Some(lines),
            after: after.map(Nanos),
            before: None,
            reason: GapReason::SlowViewer,
        }
    }

    fn texts(store: &LogStore) -> Vec<String> {
        contents(store).into_iter().map(|row| row.2).collect()
    }

    #[test]
    fn one_source_keeps_the_order_in_which_its_lines_came() {
        let mut store = LogStore::default();
        store.append(0, batch(&[(5, "a".into()), (3, "b".into())]), &[], &[]);
        store.append_gap(0, gap(Some(5), 7));
        store.append(0, batch(&[(4, "c".into())]), &[], &[]);
        assert_eq!(texts(&store), ["a", "b", "gap Some(7)", "c"]);
        assert_eq!((store.len(), store.lines()), (4, 3));
    }

    #[test]
    fn a_late_line_of_another_source_stands_where_it_belongs() {
        let mut store = LogStore::default();
        store.append(
            0,
            batch(&[(1, "a".into()), (5, "b".into()), (9, "c".into())]),
            &[],
            &[],
        );
        assert_eq!(store.append(1, batch(&[(5, "late".into())]), &[], &[]), 0);
        assert_eq!(texts(&store), ["a", "b", "late", "c"]);
        assert_eq!(store.append(0, batch(&[(7, "d".into())]), &[], &[]), 3);
        assert_eq!(store.append(0, batch(&[(9, "e".into())]), &[], &[]), 5);
        assert_eq!(texts(&store), ["a", "b", "late", "d", "c", "e"]);
    }

    #[test]
    fn a_gap_stands_behind_the_last_line_before_it() {
        let mut store = LogStore::default();
        store.append(0, batch(&[(1, "a".into()), (9, "b".into())]), &[], &[]);
        store.append(1, batch(&[(2, "x".into()), (5, "y".into())]), &[], &[]);
        store.append_gap(1, gap(Some(2), 3));
        assert_eq!(texts(&store), ["a", "x", "gap Some(3)", "y", "b"]);
        store.append_gap(1, gap(None, 4));
        assert_eq!(
            texts(&store)[4],
            "gap Some(4)",
            "behind the newest line of its source"
        );
    }

    #[test]
    fn small_batches_share_chunks() {
        let mut store = LogStore::default();
        for i in 0..10_000 {
            store.append(0, batch(&[(i, "hello world".into())]), &[], &[]);
        }
        assert_eq!(store.chunks.len(), 3);
        let text = 10_000 * "hello world".len();
        assert!(
            store.heap_bytes() < 3 * text + 100_000,
            "{}",
            store.heap_bytes()
        );
    }

    #[test]
    fn a_huge_batch_is_split_so_that_little_goes_at_once() {
        let mut store = LogStore::new(StoreLimits {
            max_lines: 20_000,
            max_bytes: usize::MAX,
        });
        let lines: Vec<_> = (0..50_000).map(|i| (i, format!("line {i}"))).collect();
        store.append(0, batch(&lines), &[], &[]);
        assert!((20_000..=20_000 + chunk::FULL_ROWS).contains(&store.lines()));
        assert_eq!(store.lines() as u64 + store.evicted(), 50_000);
    }

    #[test]
    fn memory_is_bounded_also_for_long_lines() {
        let max_bytes = 1 << 20;
        let mut store = LogStore::new(StoreLimits {
            max_lines: 50_000,
            max_bytes,
        });
        for i in 0..200 {
            store.append(0, batch(&[(i, "x".repeat(60_000))]), &[], &[]);
            assert!(store.heap_bytes() <= max_bytes);
        }
        assert!(store.lines() > 10);
        assert_eq!(store.lines() as u64 + store.evicted(), 200);
    }

    /// Source, times with lengths of lines, whether a gap comes instead.
    type Step = (u16, Vec<(i64, usize)>, bool);

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let lines = proptest::collection::vec((0i64..60, 0usize..40), 0..12);
        proptest::collection::vec((0u16..3, lines, proptest::bool::weighted(0.1)), 0..40)
    }

    proptest! {
        #[test]
        fn the_order_is_that_of_a_naive_list(
            steps in steps(),
            sources in 1u16..4,
            max_lines in prop_oneof![Just(usize::MAX), 0usize..60],
            big in proptest::bool::weighted(0.4),
        ) {
            let mut store = LogStore::new(StoreLimits { max_lines, max_bytes: usize::MAX });
            let mut model: Vec<Plain> = Vec::new();
            let mut seen: Vec<u16> = Vec::new();
            let mut newest = [0i64; 3];
            let mut n = 0;
            let mut before: Vec<Plain> = Vec::new();
            for (source, lines, is_gap) in steps {
                let source = source % sources;
                let mut lines: Vec<(i64, String)> = lines
                    .into_iter()
                    .map(|(time, length)| {
                        n += 1;
                        // Long lines make many chunks, which is where the order could break.
                        (time, format!("{n}-{}", "x".repeat(if big { length * 1000 } else { length })))
                    })
                    .collect();
                let first_row = store.first_row();
                let changed = if is_gap {
                    n += 1;
                    let at = newest[source as usize];
                    lines = vec![(at, format!("gap Some({n})"))];
                    store.append_gap(source, gap(Some(at), n))
                } else {
                    store.append(source, batch(&lines), &[], &[])
                };
                if lines.is_empty() {
                    continue;
                }
                if !seen.contains(&source) {
                    seen.push(source);
                }
                for (time, text) in &lines {
                    newest[source as usize] = newest[source as usize].max(*time);
                    model.push(Plain(*time, source, text.clone()));
                }
                if seen.len() > 1 {
                    model.sort_by_key(|row| row.0);
                }
                let held = contents(&store);
                // What was evicted was the oldest at that moment.
                let evicted = model.len() - held.len();
                prop_assert_eq!(&held, &model[evicted..]);
                model.drain(..evicted);
                // Rows before the first changed one are what they were.
                let same = (changed - first_row) as usize;
                let moved = (store.first_row() - first_row) as usize;
                if same > moved {
                    prop_assert_eq!(&held[..same - moved], &before[moved..same]);
                }
                let lines_held = held.iter().filter(|row| !row.2.starts_with("gap")).count();
                prop_assert_eq!(store.lines(), lines_held);
                let measured: usize = store.chunks.iter().map(Chunk::measure).sum();
                prop_assert_eq!(store.heap_bytes(), measured);
                before = held;
            }
        }
    }
}
