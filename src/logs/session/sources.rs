//! The containers that a session's lines come from: their names, how far back their lines go, and
//! where their runs begin and end.

use super::LogSession;
use crate::logs::events::Continuation;
use crate::logs::severity::Severity;
use crate::logs::store::Note;
use crate::protocol::{BACKLOG_BYTES, BACKLOG_ENTRIES, PART_BYTES};
use crate::time::{Millis, Nanos};

/// A container that lines come from.
#[derive(Clone, Debug, Default)]
pub(super) struct Source {
    /// Empty until it is named.
    pub(super) name: String,
    /// Its first name: Compose may rename a container before it makes another one in its place.
    pub(super) first_name: String,
    /// The events that its streams are in.
    pub(super) events: [Continuation; 2],
    /// What these count as instead of what they say.
    pub(super) instead: [Option<Severity>; 2],
    /// When it was first looked at. What it printed before is its backlog.
    pub(super) joined: Option<Nanos>,
    /// Time of the backlog's first line, how many lines came of it, and their text in bytes.
    pub(super) first: Nanos,
    pub(super) lines: usize,
    pub(super) bytes: usize,
    pub(super) run: Run,
    /// Its first line is the first that there is.
    pub(super) complete: bool,
    /// When the open run ended and with which exit code, though its last lines may not be here yet.
    pub(super) end: Option<(Nanos, Option<i32>)>,
}

/// What is known of the run that a source's newest line belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Run {
    /// There is no line.
    #[default]
    Silent,
    /// It may go on.
    Open,
    /// It is over.
    Over,
}

impl Source {
    /// Whether it has lines from before its backlog, which is as large as backlogs get. Docker counts
    /// the parts of a long line; and the line that would have passed the bytes may have been a long
    /// one.
    fn is_cut(&self) -> bool {
        !self.complete
            && (self.lines + self.bytes / PART_BYTES >= BACKLOG_ENTRIES
                || self.bytes >= BACKLOG_BYTES / 4 * 3)
    }
}

impl LogSession {
    /// Names a source that is looked at from `now` on, by the clock of its lines; a second call
    /// renames it.
    pub fn add_source(&mut self, source: u16, name: impl Into<String>, now: Millis) {
        let name = name.into();
        let source = self.sources.or_default(source);
        if source.joined.is_none() {
            source.first_name.clone_from(&name);
        }
        let renamed = std::mem::replace(&mut source.name, name.clone()) != name;
        source.joined.get_or_insert(now.into());
        self.version += 1;
        if renamed {
            self.follow_names();
        }
    }

    /// The name of a source.
    #[must_use]
    pub fn source_name(&self, source: u16) -> Option<&str> {
        let name = &self.sources.get(source)?.name;
        (!name.is_empty()).then_some(name)
    }

    /// The numbers of the sources, in order.
    pub fn sources(&self) -> impl Iterator<Item = u16> + '_ {
        self.sources.iter().map(|(number, _)| number)
    }

    /// How many sources there are.
    #[must_use]
    pub fn source_count(&self) -> usize {
        self.sources.len()
    }

    /// When the log was opened: a source was looked at first. `None` before that.
    #[must_use]
    pub fn opened(&self) -> Option<Nanos> {
        self.sources.values().filter_map(|it| it.joined).min()
    }

    /// Whether another source has or had the name of this one: its container took the place of that
    /// one's. Asked at its first line, for Compose makes the new one under another name and renames
    /// it before it starts it (version 2), or renames the old one first (version 1).
    pub(super) fn replaces(&self, source: u16) -> bool {
        let Some(name) = self.source_name(source) else {
            return false;
        };
        let named = |it: &&Source| it.first_name == name || it.name == name;
        self.sources.values().filter(named).count() > 1
    }

    /// From when on every line is known, as far as backlogs go: some source has lines from before
    /// it that did not come, for its backlog is as large as backlogs get. `None` where all came.
    #[must_use]
    pub fn loaded_since(&self) -> Option<Millis> {
        let cut = self.sources.values().filter(|it| it.is_cut());
        cut.map(|it| it.first.millis()).max()
    }

    /// Whether the first line of a source that came is the first that there was, as far as backlogs go.
    #[must_use]
    pub fn is_loaded(&self, source: u16) -> bool {
        !self.sources.get(source).is_some_and(Source::is_cut)
    }

    /// Takes the word that a source's container stopped and all it printed is here: at `at`, with an
    /// exit code, where they are known. A row says so behind its newest line; its next line begins
    /// another run. Says nothing of a source without lines, nor twice of one run. True where a row
    /// was added.
    pub fn ended(&mut self, source: u16, at: Option<Millis>, code: Option<i32>) -> bool {
        let Some(it) = self
            .sources
            .get_mut(source)
            .filter(|it| it.run == Run::Open)
        else {
            return false;
        };
        it.run = Run::Over;
        it.end = None;
        if self.cut {
            return false;
        }
        let newest = self.store.newest(source).unwrap_or_default();
        let at = at.map_or(newest, Nanos::from).max(newest);
        let changed = self.store.append_note(source, Note::Ended { at, code });
        self.update_view(changed);
        true
    }

    /// Takes the word that a source's container stopped at `at`, with an exit code, while its last
    /// lines may still be on their way: a row says so before the first line that is later.
    pub fn died(&mut self, source: u16, at: Nanos, code: Option<i32>) {
        if let Some(it) = self
            .sources
            .get_mut(source)
            .filter(|it| it.run == Run::Open)
        {
            it.end = Some((at, code));
        }
    }
}
