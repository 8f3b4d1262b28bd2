//! Positions in a container's log that survive reconnects, and what could not be had.

use serde::{Deserialize, Serialize};

use super::LogStream;
use crate::time::Nanos;

/// The identity of one entry of one container: where a viewer or the server stands.
///
/// Docker gives every line a timestamp in nanoseconds; lines that share one are told apart by
/// their stream and by their occurrence, counted from 0 in Docker's own order. A cursor names
/// the last entry that was received; resuming means everything after it, in Docker's order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Cursor {
    /// Timestamp of the entry.
    pub time: Nanos,
    /// Its stream.
    pub stream: LogStream,
    /// How many entries with the same timestamp and stream came before it.
    pub occurrence: u32,
}

/// Gives each entry of one container its [`Cursor`], in the order in which they come.
#[derive(Clone, Debug, Default)]
pub struct CursorCounter {
    time: Nanos,
    seen: [u32; 2],
    last: Option<Cursor>,
}

impl CursorCounter {
    /// A counter that goes on after `last`.
    #[must_use]
    pub fn after(last: Cursor) -> Self {
        let mut seen = [0; 2];
        seen[last.stream.index()] = last.occurrence.saturating_add(1);
        Self {
            time: last.time,
            seen,
            last: Some(last),
        }
    }

    /// The identity of the next entry.
    pub fn next(&mut self, time: Nanos, stream: LogStream) -> Cursor {
        if time != self.time {
            self.time = time;
            self.seen = [0; 2];
        }
        let seen = &mut self.seen[stream.index()];
        let cursor = Cursor {
            time,
            stream,
            occurrence: *seen,
        };
        *seen = seen.saturating_add(1);
        self.last = Some(cursor);
        cursor
    }

    /// The identity of the last entry, `None` before the first.
    #[must_use]
    pub fn last(&self) -> Option<Cursor> {
        self.last
    }
}

/// Lines that a viewer lacks, shown in their place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// How many lines; `None` where nobody can know.
    pub lines: Option<u64>,
    /// Timestamp of the last line before it, where known.
    pub after: Option<Nanos>,
    /// Timestamp of the first line behind it, where known.
    pub before: Option<Nanos>,
    /// Why they are missing.
    pub reason: GapReason,
}

/// Why lines are missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum GapReason {
    /// Docker no longer has them: the log was rotated, or the driver keeps no history.
    Rotated,
    /// This viewer took them too slowly; others got them.
    SlowViewer,
    /// The server's short memory did not reach back to the viewer's cursor and Docker could
    /// not be asked.
    Unavailable,
}
