//! Entries that stand together in the ring, and what viewers get of them.

use std::cell::RefCell;
use std::sync::{Arc, Weak};

use bytes::Bytes;
use sidekick::protocol::{Cursor, CursorCounter, Gap, LogBatch};

use crate::streams::batch::{FLUSH_BYTES, SharedBatch, is_full};

/// Some entries of a log.
#[derive(Debug)]
pub(super) struct Chunk {
    /// State of the counter before the first entry.
    pub(super) before: CursorCounter,
    /// What is missing before the first entry.
    gap: Option<Gap>,
    pub(super) batch: LogBatch,
    /// Its wire form, while it waits for a viewer: those who join at once share it.
    pub(super) shared: RefCell<Weak<Vec<u8>>>,
}

/// The wire form of a chunk.
struct Encoded(Arc<Vec<u8>>);

impl AsRef<[u8]> for Encoded {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
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

impl Chunk {
    pub(super) fn new(before: CursorCounter, gap: Option<Gap>, batch: LogBatch) -> Self {
        Self {
            before,
            gap,
            batch,
            shared: RefCell::default(),
        }
    }

    /// Takes more entries; who joins from now on gets these, too.
    pub(super) fn append(&mut self, batch: &LogBatch) {
        self.batch.append(batch);
        self.shared = RefCell::default();
    }

    /// Everything from an entry on.
    pub(super) fn pieces(&self, first: usize) -> Vec<Piece> {
        let mut out = Vec::new();
        if first == 0 && !is_full(&self.batch) {
            out.extend(self.whole());
            return out;
        }
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

    /// All of it in one piece.
    fn whole(&self) -> Option<Piece> {
        let mut counter = self.before.clone();
        let occurrences = counter.advance(&self.batch);
        let entries = SharedBatch::encoded(&self.batch, occurrences, self.encoded());
        let last = counter.last().filter(|_| !self.batch.is_empty())?;
        Some(Piece {
            gap: self.gap,
            entries,
            last,
        })
    }

    fn encoded(&self) -> Bytes {
        let mut shared = self.shared.borrow_mut();
        let bytes = shared.upgrade().unwrap_or_else(|| {
            let bytes = Arc::new(self.batch.encode());
            *shared = Arc::downgrade(&bytes);
            bytes
        });
        Bytes::from_owner(Encoded(bytes))
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
