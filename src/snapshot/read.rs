//! Reads a snapshot, piece by piece.

use std::fmt;

use serde::de::DeserializeOwned;

use super::{
    End, Events, Head, MAGIC, MAX_EVENTS, MAX_LINES, MAX_PART_BYTES, MAX_READINGS, MAX_SOURCES,
    Readings, kind,
};
use crate::logs::store::Note;
use crate::protocol::LogBatch;

/// A part of a snapshot.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// The first one: what it is a snapshot of.
    Head(Head),
    /// Lines of one source.
    Lines {
        /// Its number.
        source: u16,
        /// They.
        batch: LogBatch,
    },
    /// A row that is no line.
    Note {
        /// The source that it is about.
        source: u16,
        /// What it says.
        note: Note,
    },
    /// Readings of a container.
    Readings(Readings),
    /// Events of the engine.
    Events(Events),
    /// The last one.
    End(End),
}

/// Why a file cannot be read on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SnapshotError {
    /// It is none.
    NoSnapshot,
    /// It is of a form that this program does not know.
    Newer,
    /// A part cannot be read.
    Damaged,
    /// It ends before its end.
    CutOff,
}

impl fmt::Display for SnapshotError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoSnapshot => {
                "This file is no snapshot. “Save a snapshot”, under a log's Download, makes one."
            }
            Self::Newer => {
                "A newer Sidekick Docker made this snapshot. Open it with that version or a later one."
            }
            Self::Damaged => "This snapshot is damaged here; what stands before that is shown. Ask for the file again.",
            Self::CutOff => "This snapshot is cut off: only its beginning is shown. Ask for the whole file.",
        })
    }
}

impl std::error::Error for SnapshotError {}

/// Takes the bytes of a file as they come, and gives its parts.
#[derive(Clone, Debug, Default)]
pub struct SnapshotReader {
    bytes: Vec<u8>,
    /// How many of them are read.
    at: usize,
    begun: bool,
    /// The head was read.
    headed: bool,
    over: bool,
}

impl SnapshotReader {
    /// Takes the next bytes of the file.
    pub fn push(&mut self, bytes: &[u8]) {
        self.bytes.drain(..self.at);
        self.at = 0;
        self.bytes.extend_from_slice(bytes);
    }

    /// The next part; `None` where it needs more bytes, or the end was read.
    ///
    /// # Errors
    /// [`SnapshotError`] where the file cannot be read on.
    pub fn part(&mut self) -> Result<Option<Part>, SnapshotError> {
        if !self.begun {
            let Some(magic) = self.bytes.get(..MAGIC.len()) else {
                return match MAGIC.starts_with(&self.bytes) {
                    true => Ok(None),
                    false => Err(SnapshotError::NoSnapshot),
                };
            };
            if magic != MAGIC {
                return Err(match magic.starts_with(&MAGIC[..6]) {
                    true => SnapshotError::Newer,
                    false => SnapshotError::NoSnapshot,
                });
            }
            self.begun = true;
            self.at = MAGIC.len();
        }
        while !self.over {
            let rest = self.bytes.get(self.at..).unwrap_or_default();
            let Some((len, rest)) = rest.split_first_chunk() else {
                return Ok(None);
            };
            let len = u32::from_le_bytes(*len) as usize;
            if len == 0 || len > MAX_PART_BYTES {
                return Err(SnapshotError::Damaged);
            }
            let Some(part) = rest.get(..len) else {
                return Ok(None);
            };
            self.at += 4 + len;
            let Some((&kind, body)) = part.split_first() else {
                return Err(SnapshotError::Damaged);
            };
            if let Some(part) = read(kind, body)? {
                // There is one head, and it comes first; nobody makes larger parts.
                let is_head = matches!(part, Part::Head(_));
                if is_head == self.headed || !part.is_bounded() {
                    return Err(SnapshotError::Damaged);
                }
                self.headed = true;
                self.over = matches!(part, Part::End(_));
                return Ok(Some(part));
            }
            if !self.headed {
                // A part that a later version may have: not in front of the head.
                return Err(SnapshotError::Damaged);
            }
        }
        Ok(None)
    }

    /// Says that the file has no more bytes.
    ///
    /// # Errors
    /// [`SnapshotError::CutOff`] where its end is missing.
    pub fn finish(&self) -> Result<(), SnapshotError> {
        match (self.over, self.begun) {
            (true, _) => Ok(()),
            (false, true) => Err(SnapshotError::CutOff),
            (false, false) => Err(SnapshotError::NoSnapshot),
        }
    }
}

impl Part {
    /// Whether it holds no more than one may.
    fn is_bounded(&self) -> bool {
        match self {
            Self::Head(head) => head.sources.len() <= MAX_SOURCES,
            Self::Lines { batch, .. } => batch.len() <= MAX_LINES,
            Self::Readings(readings) => readings.samples.len() <= MAX_READINGS,
            Self::Events(events) => events.len() <= MAX_EVENTS,
            Self::Note { .. } | Self::End(_) => true,
        }
    }
}

/// `None` for a part of a kind that is not known.
fn read(kind: u8, body: &[u8]) -> Result<Option<Part>, SnapshotError> {
    Ok(Some(match kind {
        kind::HEAD => Part::Head(decode(body)?),
        kind::LINES => {
            let (source, lines) = body.split_first_chunk().ok_or(SnapshotError::Damaged)?;
            Part::Lines {
                source: u16::from_le_bytes(*source),
                batch: LogBatch::decode(lines).map_err(|_| SnapshotError::Damaged)?,
            }
        }
        kind::NOTE => {
            let (source, note) = decode(body)?;
            Part::Note { source, note }
        }
        kind::READINGS => Part::Readings(decode(body)?),
        kind::EVENTS => Part::Events(decode(body)?),
        kind::END => Part::End(decode(body)?),
        _ => return Ok(None),
    }))
}

fn decode<T: DeserializeOwned>(body: &[u8]) -> Result<T, SnapshotError> {
    postcard::from_bytes(body).map_err(|_| SnapshotError::Damaged)
}
