//! What a store holds, row by row.

use serde::{Deserialize, Serialize};

use crate::logs::severity::Severity;
use crate::logs::template::TemplateId;
use crate::protocol::{EntryRef, Gap};
use crate::time::Nanos;

/// One row of a log.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Row<'a> {
    /// A line.
    Entry {
        /// The line itself.
        entry: EntryRef<'a>,
        /// The severity that it counts as.
        severity: Severity,
        /// The one that it says itself.
        said: Severity,
        /// Its template; `None` for a blank line.
        template: Option<TemplateId>,
        /// The container it came from.
        source: u16,
        /// Whether it goes on the event of the line before.
        goes_on: bool,
    },
    /// Something to know about the lines around it.
    Note {
        /// The container that it is about.
        source: u16,
        /// What it is.
        note: Note,
    },
}

/// What a row says that is no line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Note {
    /// Lines are missing here.
    Missing(Gap),
    /// The container stopped.
    Ended {
        /// When, as far as is known.
        at: Nanos,
        /// With which exit code; `None` where unknown.
        code: Option<i32>,
    },
    /// It was started again.
    Started {
        /// When its first line came.
        at: Nanos,
    },
    /// It took the place and the name of another one.
    Replaced {
        /// When its first line came.
        at: Nanos,
    },
}
