//! What a row is known by where late lines of a merged log may have moved it.

use super::{Note, Row};
use crate::time::Nanos;

/// What a row is known by: rows of one source and time that are as long are taken for alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::logs) struct RowIdentity {
    pub(in crate::logs) time: Nanos,
    source: u16,
    bytes: usize,
}

impl RowIdentity {
    pub(in crate::logs) fn of(row: &Row<'_>) -> Self {
        match row {
            Row::Entry { entry, source, .. } => Self {
                time: entry.time,
                source: *source,
                bytes: entry.text.len(),
            },
            Row::Note { source, note } => Self {
                time: note.time().unwrap_or_default(),
                source: *source,
                bytes: usize::MAX,
            },
        }
    }
}

impl Note {
    /// When it was, where that is known.
    pub(crate) fn time(&self) -> Option<Nanos> {
        match self {
            Self::Missing(gap) => gap.after.or(gap.before),
            Self::Ended { at, .. } | Self::Started { at } | Self::Replaced { at } => Some(*at),
        }
    }
}
