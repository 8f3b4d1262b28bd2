//! The newest entries of one container's log, for pages that join.
//!
//! A page that joins sees the newest [`RING_ENTRIES`] entries or [`RING_BYTES`] of text, the
//! same ones for everybody; a page that comes back is continued exactly after its cursor while
//! that is in here.

use std::collections::VecDeque;

use sidekick::protocol::{
    BACKLOG_BYTES, BACKLOG_ENTRIES, Cursor, CursorCounter, Gap, LogBatch, LogStream,
};
use sidekick::time::Nanos;

use super::batch::{FLUSH_BYTES, SharedBatch, is_full};
use super::resume::{records, well_before};

/// Entries that a joining page gets.
pub(crate) const RING_ENTRIES: usize = BACKLOG_ENTRIES;

/// Text that the ring holds at most, in bytes.
pub(crate) const RING_BYTES: usize = BACKLOG_BYTES;

/// Small batches are joined up to this size, so that a slow log does not cost a chunk a line.
const CHUNK_BYTES: usize = 32 << 10;

/// The newest entries of a log, with the identity of each.
#[derive(Debug, Default)]
pub(crate) struct LogRing {
    chunks: VecDeque<Chunk>,
    entries: usize,
    bytes: usize,
    counter: CursorCounter,
    front: Front,
}

/// Where the ring, or what it has behind a gap, begins.
#[derive(Debug, Default)]
struct Front {
    /// Time of the first entry of each stream. Entries that are not newer may share their time with
    /// others before them: then they are counted from too low, and are not the entries that a cursor
    /// names.
    first: [Option<Nanos>; 2],
    /// Records of the engine's log that it took, up to as many as were asked for.
    records: usize,
    /// The engine gave what it had.
    settled: bool,
}

impl Front {
    fn push(&mut self, batch: &LogBatch, behind_gap: bool) {
        if behind_gap {
            self.first = [None; 2];
        }
        for stream in [LogStream::Stdout, LogStream::Stderr] {
            let first = &mut self.first[stream.index()];
            if first.is_none() {
                let entry = batch.iter().find(|entry| entry.stream == stream);
                *first = entry.map(|entry| entry.time);
            }
        }
        if behind_gap {
            self.records = RING_ENTRIES;
        }
        if self.records < RING_ENTRIES {
            self.records += batch.iter().map(|entry| records(&entry)).sum::<usize>();
        }
    }

    fn hides(&self, cursor: Cursor) -> bool {
        let is_first = self.settled && self.records < RING_ENTRIES;
        let first = self.first[cursor.stream.index()];
        !is_first && first.is_none_or(|first| cursor.time <= first)
    }
}

#[derive(Debug)]
struct Chunk {
    /// State of the counter before the first entry.
    before: CursorCounter,
    /// What is missing before the first entry.
    gap: Option<Gap>,
    batch: LogBatch,
}

/// A piece of the ring for one viewer.
#[derive(Clone, Debug)]
pub(crate) struct Piece {
    /// Lines before these that are missing for everybody.
    pub(crate) gap: Option<Gap>,
    /// Entries.
    pub(crate) entries: SharedBatch,
    /// The identity of the last one.
    pub(crate) last: Cursor,
}

/// A place between two entries of the ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    chunk: usize,
    entry: usize,
}

impl LogRing {
    /// Appends entries, and lets go of old ones beyond the bounds. `gap` is what is missing
    /// before them. Returns the occurrences of the first entry of stdout and of stderr.
    pub(crate) fn push(&mut self, batch: &LogBatch, gap: Option<Gap>) -> [u32; 2] {
        if batch.is_empty() {
            return [0; 2];
        }
        self.front.push(batch, gap.is_some());
        let before = self.counter.clone();
        let occurrences = self.counter.advance(batch);
        self.entries += batch.len();
        self.bytes += batch.text_bytes();
        match self.chunks.back_mut() {
            Some(last)
                if gap.is_none()
                    && last.batch.len() + batch.len() <= RING_ENTRIES
                    && last.batch.text_bytes() + batch.text_bytes() <= CHUNK_BYTES =>
            {
                last.batch.append(batch);
            }
            _ => self.chunks.push_back(Chunk {
                before,
                gap,
                batch: batch.clone(),
            }),
        }
        while let Some(oldest) = self.chunks.front() {
            let rest = self.entries - oldest.batch.len();
            let over = rest >= RING_ENTRIES || self.bytes > RING_BYTES;
            if !over || self.chunks.len() == 1 {
                break;
            }
            self.entries = rest;
            self.bytes -= oldest.batch.text_bytes();
            self.chunks.pop_front();
        }
        occurrences
    }

    /// What came so far is all that the engine had of the newest [`RING_ENTRIES`] records.
    pub(crate) fn settle(&mut self) {
        self.front.settled = true;
    }

    /// Whether nothing ever came.
    pub(crate) fn is_empty(&self) -> bool {
        self.entries == 0
    }

    /// Identity of the newest entry.
    pub(crate) fn last(&self) -> Option<Cursor> {
        self.counter.last()
    }

    /// Timestamp of the oldest entry that is held.
    pub(crate) fn first_time(&self) -> Option<Nanos> {
        self.chunks.front().and_then(|chunk| chunk.batch.time(0))
    }

    /// Where a page that joins begins: before the newest entries that fit the bounds.
    pub(crate) fn newest(&self) -> Place {
        self.before_newest(RING_ENTRIES)
    }

    /// Before the newest so many entries; `None` where fewer are in here, or the engine may still be
    /// about to give them: only when it gave as many as were asked for it is sure that it is not.
    pub(crate) fn tail(&self, entries: u64) -> Option<Place> {
        let entries = usize::try_from(entries).ok()?;
        let fits = entries <= self.entries.min(RING_ENTRIES) && self.bytes <= RING_BYTES;
        (fits && self.front.records >= RING_ENTRIES).then(|| self.before_newest(entries))
    }

    /// Before the newest so many entries; `None` where fewer are in here.
    pub(crate) fn newest_of(&self, entries: u64) -> Option<Place> {
        let entries = usize::try_from(entries).ok()?;
        (entries <= self.entries.min(RING_ENTRIES)).then(|| self.before_newest(entries))
    }

    /// Whether it holds all that the engine ever had.
    pub(crate) fn is_whole(&self) -> bool {
        self.front.settled && self.front.records < RING_ENTRIES
    }

    /// Before the first entry that is not older than `time`; `None` where there is none, or one may
    /// have been let go.
    pub(crate) fn since(&self, time: Nanos) -> Option<Place> {
        if self.first_time()? >= well_before(time) {
            return None;
        }
        self.chunks.iter().enumerate().find_map(|(chunk, held)| {
            let entry = (0..held.batch.len()).find(|&i| held.batch.time(i) >= Some(time))?;
            Some(Place { chunk, entry })
        })
    }

    /// Whether it holds something, and all of it is older than `time`.
    pub(crate) fn is_before(&self, time: Nanos) -> bool {
        let mut held = self.chunks.iter();
        !self.is_empty() && held.all(|it| it.batch.iter().all(|entry| entry.time < time))
    }

    /// Behind the newest entry.
    fn end(&self) -> Place {
        Place {
            chunk: self.chunks.len(),
            entry: 0,
        }
    }

    fn before_newest(&self, most: usize) -> Place {
        if most == 0 {
            return self.end();
        }
        let (mut entries, mut bytes) = (0, 0);
        for (chunk, held) in self.chunks.iter().enumerate().rev() {
            for entry in (0..held.batch.len()).rev() {
                bytes += held.batch.get(entry).map_or(0, |e| e.text.len());
                // One entry is always shown, however long.
                if entries == most || (bytes > RING_BYTES && entries > 0) {
                    return Place {
                        chunk,
                        entry: entry + 1,
                    };
                }
                entries += 1;
            }
        }
        Place { chunk: 0, entry: 0 }
    }

    /// Where a page goes on that holds everything up to `cursor`; `None` where that entry is
    /// not in here, or cannot be told from others of its time.
    pub(crate) fn after(&self, cursor: Cursor) -> Option<Place> {
        if self.front.hides(cursor) {
            return None;
        }
        for (chunk, held) in self.chunks.iter().enumerate().rev() {
            // Most chunks are told apart by the times alone.
            if !(0..held.batch.len()).any(|i| held.batch.time(i) == Some(cursor.time)) {
                continue;
            }
            let mut counter = held.before.clone();
            let found = held
                .batch
                .iter()
                .position(|entry| counter.next(entry.time, entry.stream) == cursor);
            if let Some(entry) = found {
                return Some(Place {
                    chunk,
                    entry: entry + 1,
                });
            }
        }
        None
    }

    /// Everything from a place on, in pieces that a queue can take; encoded as they are taken.
    pub(crate) fn pieces(&self, from: Place) -> impl Iterator<Item = Piece> {
        let chunks = self.chunks.iter().enumerate().skip(from.chunk);
        chunks.flat_map(move |(chunk, held)| match chunk == from.chunk {
            true => held.pieces(from.entry),
            false => held.pieces(0),
        })
    }
}

impl Chunk {
    /// Everything from an entry on.
    fn pieces(&self, first: usize) -> Vec<Piece> {
        let mut out = Vec::new();
        let mut gap = self.gap.filter(|_| first == 0);
        let mut counter = self.before.clone();
        let mut batch = LogBatch::new();
        for (index, entry) in self.batch.iter().enumerate() {
            if index < first {
                counter.next(entry.time, entry.stream);
                continue;
            }
            if batch.text_bytes() + entry.text.len() > FLUSH_BYTES || is_full(&batch) {
                out.extend(piece(&mut batch, &mut counter, &mut gap));
            }
            batch.push(entry);
        }
        out.extend(piece(&mut batch, &mut counter, &mut gap));
        out
    }
}

fn piece(
    batch: &mut LogBatch,
    counter: &mut CursorCounter,
    gap: &mut Option<Gap>,
) -> Option<Piece> {
    let entries = SharedBatch::new(batch, counter);
    let last = counter.last().filter(|_| !batch.is_empty())?;
    batch.clear();
    let gap = gap.take();
    Some(Piece { gap, entries, last })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use sidekick::protocol::LogStream;

    fn batch(lines: &[(i64, bool)], numbered_from: usize) -> LogBatch {
        let mut batch = LogBatch::new();
        for (n, (time, stderr)) in lines.iter().enumerate() {
            let stream = if *stderr {
                LogStream::Stderr
            } else {
                LogStream::Stdout
            };
            batch.push_line(Nanos(*time), stream, &format!("{}", numbered_from + n));
        }
        batch
    }

    fn texts(pieces: impl Iterator<Item = Piece>) -> Vec<String> {
        pieces
            .map(|piece| LogBatch::decode(&piece.entries.bytes).unwrap())
            .flat_map(|batch| batch.iter().map(|e| e.text.to_owned()).collect::<Vec<_>>())
            .collect()
    }

    fn numbers(range: std::ops::Range<usize>) -> Vec<String> {
        range.map(|n| n.to_string()).collect()
    }

    proptest! {
        /// Times repeat and run backwards a little, as Docker's do.
        #[test]
        fn joining_gives_the_newest_thousand_and_resuming_everything_after_the_cursor(
            steps in proptest::collection::vec((0i64..3, any::<bool>()), 1..3000),
            cuts in proptest::collection::vec(1usize..400, 1..40),
            back in 1usize..1000,
        ) {
            let mut time = 0;
            let lines: Vec<_> = steps.iter().map(|(step, err)| { time += step; (time, *err) }).collect();
            let mut ring = LogRing::default();
            let mut counter = CursorCounter::default();
            let cursors: Vec<_> = batch(&lines, 0)
                .iter()
                .map(|e| counter.next(e.time, e.stream))
                .collect();
            let mut at = 0;
            for cut in cuts.iter().cycle() {
                let end = (at + cut).min(lines.len());
                ring.push(&batch(&lines[at..end], at), None);
                at = end;
                if at == lines.len() { break; }
            }
            let n = lines.len();
            ring.settle();
            prop_assert_eq!(
                texts(ring.pieces(ring.newest())),
                numbers(n.saturating_sub(RING_ENTRIES)..n)
            );
            let back = back.min(n);
            let place = ring.after(cursors[n - back]).expect("one of the newest thousand");
            prop_assert_eq!(texts(ring.pieces(place)), numbers(n - back + 1..n));
            prop_assert_eq!(ring.last(), Some(cursors[n - 1]));
        }
    }

    #[test]
    fn the_place_among_lines_that_share_the_time_of_the_first_is_not_told() {
        let lines: Vec<_> = (0..1200).map(|n| (1 + n / 1100, false)).collect();
        let mut counter = CursorCounter::default();
        let cursors: Vec<_> = batch(&lines, 0)
            .iter()
            .map(|e| counter.next(e.time, e.stream))
            .collect();
        let mut ring = LogRing::default();
        // The newest of them, as the engine gives them.
        ring.push(&batch(&lines[200..], 200), None);
        ring.settle();
        assert_eq!(ring.after(cursors[700]), None);
        let place = ring.after(cursors[1150]).expect("behind them all is well");
        assert_eq!(texts(ring.pieces(place)), numbers(1151..1200));
        // Of a log that is all there, everything can be told.
        let mut ring = LogRing::default();
        ring.push(&batch(&lines[..900], 0), None);
        ring.settle();
        let place = ring.after(cursors[700]).expect("the log begins here");
        assert_eq!(texts(ring.pieces(place)), numbers(701..900));
    }

    #[test]
    fn the_place_among_lines_of_the_time_of_the_first_of_their_stream_is_not_told() {
        // One of stderr, of time 3, may be before them all.
        let mut ring = LogRing::default();
        ring.push(&batch(&[(1, false), (2, false)], 0), None);
        ring.push(&batch(&[(3, true), (4, false), (4, true)], 2), None);
        let at = |time, stream| Cursor {
            time: Nanos(time),
            stream,
            occurrence: 0,
        };
        assert_eq!(ring.after(at(3, LogStream::Stderr)), None);
        let place = ring.after(at(2, LogStream::Stdout)).expect("not the first");
        assert_eq!(texts(ring.pieces(place)), numbers(2..5));
    }

    #[test]
    fn the_ring_keeps_within_its_bytes() {
        let mut ring = LogRing::default();
        for i in 0..100 {
            let mut batch = LogBatch::new();
            batch.push_line(Nanos(i), LogStream::Stdout, &"x".repeat(100_000));
            ring.push(&batch, None);
        }
        assert!(ring.bytes <= RING_BYTES);
        assert!(texts(ring.pieces(ring.newest())).len() >= RING_BYTES / 100_000);
    }

    #[test]
    fn a_gap_stays_in_its_place_for_those_who_join_later() {
        let gap = Gap {
            lines: None,
            after: Some(Nanos(1)),
            before: Some(Nanos(5)),
            reason: sidekick::protocol::GapReason::Rotated,
        };
        let mut ring = LogRing::default();
        ring.push(&batch(&[(1, false)], 0), None);
        ring.push(&batch(&[(5, false)], 1), Some(gap));
        let gaps: Vec<_> = ring.pieces(ring.newest()).map(|piece| piece.gap).collect();
        assert_eq!(gaps, [None, Some(gap)]);
    }
}
