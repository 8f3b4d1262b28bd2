//! A piece of a log that is encoded once and shared by all viewers.

use bytes::Bytes;
use sidekick::protocol::{CursorCounter, LogBatch};
use sidekick::time::Nanos;

/// Text after which a batch is sent without waiting for its time, in bytes.
pub(crate) const FLUSH_BYTES: usize = 64 << 10;

/// An encoded [`LogBatch`] with what the queue of a slow viewer needs to know of it.
#[derive(Clone, Debug)]
pub(crate) struct SharedBatch {
    /// The wire form.
    pub(crate) bytes: Bytes,
    /// Number of entries.
    pub(crate) lines: u32,
    /// Occurrences of its first entry of stdout and of stderr.
    pub(crate) occurrences: [u32; 2],
    /// Timestamp of the first entry.
    pub(crate) first: Option<Nanos>,
    /// Timestamp of the last entry.
    pub(crate) last: Option<Nanos>,
}

impl SharedBatch {
    /// Encodes a batch, and counts its entries with the counter of the place it stands in.
    pub(crate) fn new(batch: &LogBatch, counter: &mut CursorCounter) -> Self {
        Self::counted(batch, counter.advance(batch))
    }

    /// Encodes a batch whose entries are counted already.
    pub(crate) fn counted(batch: &LogBatch, occurrences: [u32; 2]) -> Self {
        Self {
            occurrences,
            bytes: batch.encode().into(),
            lines: u32::try_from(batch.len()).unwrap_or(u32::MAX),
            first: batch.time(0),
            last: batch.len().checked_sub(1).and_then(|last| batch.time(last)),
        }
    }
}
