//! The newest entries of one container's log, for pages that join.
//!
//! A page that joins sees the newest [`RING_ENTRIES`] entries or [`RING_BYTES`] of text, the
//! same ones for everybody; a page that comes back is continued exactly after its cursor while
//! that is in here.

mod chunk;
mod front;

use std::collections::VecDeque;

use sidekick::protocol::{BACKLOG_BYTES, BACKLOG_ENTRIES, Cursor, CursorCounter, Gap, LogBatch};
use sidekick::time::Nanos;

use super::resume::well_before;
use chunk::Chunk;
pub(crate) use chunk::Piece;
use front::Front;
pub(crate) use front::{Beginning, Entry, Question};

/// Entries that a joining page gets.
pub(crate) const RING_ENTRIES: usize = BACKLOG_ENTRIES;

/// Text that the ring holds at most, in bytes.
pub(crate) const RING_BYTES: usize = BACKLOG_BYTES;

/// Small batches are joined up to this size, so that a slow log does not cost a chunk a line.
const CHUNK_BYTES: usize = 16 << 10;

/// The newest entries of a log, with the identity of each.
#[derive(Debug, Default)]
pub(crate) struct LogRing {
    chunks: VecDeque<Chunk>,
    entries: usize,
    bytes: usize,
    counter: CursorCounter,
    front: Front,
    /// Its first entries were let go.
    is_cut: bool,
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
                last.append(batch);
            }
            _ => self
                .chunks
                .push_back(Chunk::new(before, gap, batch.clone())),
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
            self.is_cut = true;
        }
        occurrences
    }

    /// The answer that brought the first entries ended in good order.
    pub(crate) fn is_answered(&mut self) {
        self.front.is_answered();
    }

    /// What the engine is to be asked so that a place which cannot be told for now may be told then;
    /// `None` where that is being asked, was asked, or would not help.
    pub(crate) fn question(&mut self, cursor: Cursor) -> Option<Question> {
        let may_tell = !self.is_cut && self.front.may_tell(cursor);
        may_tell.then(|| self.front.question()).flatten()
    }

    /// Whether the answer to a [`LogRing::question`] is to be waited for.
    pub(crate) fn is_asking(&self, cursor: Cursor) -> bool {
        self.front.may_tell(cursor) && self.front.is_asking()
    }

    /// Takes the answer to a question; `None` where the engine could not be asked.
    pub(crate) fn answer(&mut self, question: &Question, answer: Option<Beginning>) {
        self.front.answer(question, answer);
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
        (fits && self.front.is_full()).then(|| self.before_newest(entries))
    }

    /// Before the newest so many entries; `None` where fewer are in here.
    pub(crate) fn newest_of(&self, entries: u64) -> Option<Place> {
        let entries = usize::try_from(entries).ok()?;
        (entries <= self.entries.min(RING_ENTRIES)).then(|| self.before_newest(entries))
    }

    /// Whether it is proven that it holds all that the engine ever had.
    pub(crate) fn is_whole(&self) -> bool {
        self.front.is_beginning() && !self.is_cut
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

#[cfg(test)]
mod tests;
