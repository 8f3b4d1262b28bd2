//! Rows of a log that was saved, as they stood: with the marks that they have, and no others.

use super::{LogSession, Run};
use crate::logs::store::Note;
use crate::protocol::LogBatch;
use crate::time::Millis;

impl LogSession {
    /// Takes a source of a saved log; `whole` if its first line there was the first that there was.
    pub fn restore_source(&mut self, source: u16, name: &str, joined: Millis, whole: bool) {
        self.add_source(source, name, joined);
        if whole {
            self.complete(source);
        }
    }

    /// Takes lines of a saved log.
    pub fn restore(&mut self, source: u16, batch: LogBatch) {
        self.sources.or_default(source).run = Run::Open;
        self.ingest(source, batch);
        self.sources.or_default(source).run = Run::Silent;
    }

    /// Takes a row of a saved log that is no line.
    pub fn restore_note(&mut self, source: u16, note: Note) {
        if let Note::Missing(gap) = note {
            return self.gap(source, gap);
        }
        let changed = self.store.append_note(source, note);
        self.update_view(changed);
    }
}
