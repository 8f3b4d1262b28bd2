//! A piece of a log that is encoded once and shared by all viewers.

use bytes::Bytes;
use sidekick::protocol::{CursorCounter, LogBatch};
use sidekick::time::Nanos;

/// Text after which a batch is sent without waiting for its time, in bytes.
pub(crate) const FLUSH_BYTES: usize = 32 << 10;

/// Entries after which a batch is sent without waiting for its time: empty lines have no text.
const FLUSH_ENTRIES: usize = 4096;

/// Whether a batch is to be sent without waiting for more.
pub(crate) fn is_full(batch: &LogBatch) -> bool {
    batch.text_bytes() >= FLUSH_BYTES || batch.len() >= FLUSH_ENTRIES
}

/// The entries of a batch in batches of a size that every page takes; one entry may be larger.
pub(crate) fn split(batch: LogBatch) -> Vec<LogBatch> {
    if batch.is_empty() {
        return Vec::new();
    }
    if batch.text_bytes() <= 2 * FLUSH_BYTES && batch.len() <= 2 * FLUSH_ENTRIES {
        return vec![batch];
    }
    let mut out = vec![LogBatch::new()];
    for entry in batch.iter() {
        if out.last().is_some_and(is_full) {
            out.push(LogBatch::new());
        }
        if let Some(last) = out.last_mut() {
            last.push(entry);
        }
    }
    out
}

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
        Self::encoded(batch, occurrences, batch.encode().into())
    }

    /// A batch whose entries are counted and whose wire form is at hand.
    pub(crate) fn encoded(batch: &LogBatch, occurrences: [u32; 2], bytes: Bytes) -> Self {
        Self {
            occurrences,
            bytes,
            lines: u32::try_from(batch.len()).unwrap_or(u32::MAX),
            first: batch.time(0),
            last: batch.len().checked_sub(1).and_then(|last| batch.time(last)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sidekick::protocol::LogStream;

    #[test]
    fn a_large_batch_is_split_and_nothing_is_lost() {
        let mut batch = LogBatch::new();
        for i in 0..20_000 {
            batch.push_line(
                Nanos(i),
                LogStream::Stdout,
                if i % 50 == 0 { "a long line" } else { "" },
            );
        }
        let parts = split(batch.clone());
        assert!(parts.len() >= 4);
        assert!(parts.iter().all(|part| part.len() <= FLUSH_ENTRIES));
        let mut whole = LogBatch::new();
        for part in &parts {
            whole.append(part);
        }
        assert_eq!(whole, batch);
        assert!(split(LogBatch::new()).is_empty());
    }
}
