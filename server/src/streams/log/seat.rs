//! How a viewer of a log stands to its ring.

use std::time::Duration;

use sidekick::protocol::Cursor;
use tokio::time::Instant;
use tokio_util::sync::DropGuard;

use crate::streams::outbound::SourceSink;
use crate::streams::reading::From;

/// A viewer of a log.
#[derive(Debug)]
pub(crate) struct LogSeat {
    pub(crate) stand: Stand,
    /// It wants every line: it is waited for rather than brought to the newest.
    pub(crate) whole: bool,
    /// When a page that was slow was waited for last.
    filled: Option<Instant>,
}

impl LogSeat {
    pub(super) fn new(stand: Stand, whole: bool) -> Self {
        Self {
            stand,
            whole,
            filled: None,
        }
    }

    /// Whether it is a page that took its lines too slowly.
    pub(crate) fn was_slow(&self) -> bool {
        self.filled.is_some()
    }

    /// Whether to leave the ring until there is room, and be brought back then. A page is waited for
    /// when it is about to lose lines, unless it was a short time ago: one that is always too slow would
    /// have Docker read everything twice.
    pub(crate) fn is_to_wait(&mut self, sink: &SourceSink) -> bool {
        if self.whole {
            return !sink.has_room();
        }
        let rested = self.filled.is_none_or(|at| at.elapsed() >= FILL_EVERY);
        let waits = rested && sink.is_brimful();
        if waits {
            self.filled = Some(Instant::now());
        }
        waits
    }
}

/// A page that was too slow is read what it lacks no more often than this.
const FILL_EVERY: Duration = Duration::from_secs(30);

/// How a viewer stands to the ring.
#[derive(Debug)]
pub(crate) enum Stand {
    /// Has everything up to the newest entry.
    Live,
    /// Has everything up to a place that is still to be found in the ring.
    Behind {
        /// The place.
        from: From,
        /// How often Docker was asked for what lies between it and the ring.
        reads: u32,
        /// Docker had nothing behind the place when the ring ended here.
        had_all: Option<Cursor>,
    },
    /// What lies between its page and the ring is being read.
    CatchingUp {
        /// Ends the reading with the seat, and so with the viewer.
        _reading: DropGuard,
    },
}

impl Stand {
    /// Up to a place for which Docker was not asked yet.
    pub(crate) fn behind(from: From) -> Self {
        Self::Behind {
            from,
            reads: 0,
            had_all: None,
        }
    }
}
