//! A snapshot: what a page holds of one log, with stats and events, as one file that a page opens
//! again without a server.
//!
//! | bytes | are |
//! |---|---|
//! | 8 | `SDSNAP01` |
//! | 4 | length of a part, little endian, at most [`MAX_PART_BYTES`] |
//! | 1 | kind of the part; whoever reads passes over kinds that it does not know |
//! | … | what the part holds |
//!
//! and so on to the part that says how many rows there are, without which the file is cut off.
//! Lines are in the form of the live protocol ([`LogBatch::encode`](crate::protocol::LogBatch::encode)),
//! all else in postcard. Rows stand in the order in which they were shown.

mod read;
mod write;

use serde::{Deserialize, Serialize};

use crate::model::{ContainerId, Event, StatsSample};
use crate::time::Millis;

pub use read::{Part, SnapshotError, SnapshotReader};
pub use write::SnapshotWriter;

/// What a snapshot begins with.
pub const MAGIC: [u8; 8] = *b"SDSNAP01";

/// Largest part that is read, in bytes.
pub const MAX_PART_BYTES: usize = 20 << 20;

/// Most lines in a part.
pub const MAX_LINES: usize = 4096;

/// Most containers.
pub const MAX_SOURCES: usize = 1000;

/// Most readings in a part.
pub const MAX_READINGS: usize = 1024;

/// Most events: the newest.
pub const MAX_EVENTS: usize = 200;

/// What stands at a snapshot's beginning.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// When it was saved, by the server's clock.
    pub saved: Millis,
    /// Whose log it is: a container, project or service.
    pub name: String,
    /// What the log was filtered by: the query part of the page's address.
    pub view: String,
    /// The containers that lines came from.
    pub sources: Vec<SourceHead>,
    /// Lines before the first and behind the last that the page had let go.
    pub let_go: (u64, u64),
}

/// A container of a snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceHead {
    /// Its number in the parts that follow.
    pub source: u16,
    /// Its name.
    pub name: String,
    /// Its id.
    pub container: ContainerId,
    /// Whether its first line in here is the first that there was.
    pub whole: bool,
}

/// Readings of one container, oldest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Readings {
    /// Whose.
    pub container: ContainerId,
    /// What was read.
    pub samples: Vec<StatsSample>,
}

/// How a snapshot ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct End {
    /// Rows that were written.
    pub rows: u64,
    /// Rows that were let go while the others were written.
    pub gone: u64,
}

/// The kinds of parts.
mod kind {
    pub(super) const HEAD: u8 = 1;
    pub(super) const LINES: u8 = 2;
    pub(super) const NOTE: u8 = 3;
    pub(super) const READINGS: u8 = 4;
    pub(super) const EVENTS: u8 = 5;
    pub(super) const END: u8 = 6;
}

/// The newest events that a snapshot holds.
pub type Events = Vec<Event>;

#[cfg(test)]
mod tests;
