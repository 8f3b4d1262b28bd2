//! Lines from before those held, which come in front of them; and what makes room for them.

use super::LogSession;
use crate::logs::events::Continuation;
use crate::logs::store::{Note, Row};
use crate::protocol::{BACKLOG_BYTES, BACKLOG_ENTRIES, LogBatch, PART_BYTES};
use crate::time::Nanos;

impl LogSession {
    /// Takes older lines of the one source that there is: those that come right before the first
    /// line held. They count like all lines, except those that were held before and let go, which
    /// have been counted. Where there is no room, the newest lines are let go. Of several sources,
    /// which need not begin at one time, no older lines are taken.
    ///
    /// With `whole` the first line held is a part of the last of these, which takes its place.
    pub fn prepend(&mut self, source: u16, batch: LogBatch, whole: bool) {
        if batch.is_empty() || self.sources.len() != 1 {
            return;
        }
        let Some(from) = self.sources.get_mut(source) else {
            return;
        };
        from.first = batch.time(0).unwrap_or_default();
        from.lines += batch.len();
        from.bytes += batch.text_bytes();
        // What is missing before the first line held comes now.
        let first = self.first_time().unwrap_or_default();
        self.missing.retain(|(_, before)| *before > first.millis());
        let held_before = self.store.make_way(&batch, whole);
        let mut events = <[Continuation; 2]>::default();
        let mut instead = [None; 2];
        self.mined.clear();
        for (entry, counted) in batch.iter().zip(held_before) {
            let event = &mut events[entry.stream.index()];
            let mut mined = match counted {
                false => self.pipeline.push(entry.text, entry.time, event),
                true => self.pipeline.look(entry.text, entry.time, event),
            };
            if !self.corrections.is_empty() {
                let instead = &mut instead[entry.stream.index()];
                self.corrections
                    .apply(source, &mut mined, instead, &self.pipeline);
                if let Some(now) = mined.counts_as.filter(|_| !counted) {
                    self.pipeline.recount(mined.severity, now, entry.time);
                }
            }
            self.mined.push(mined);
        }
        let newer = self.store.newer_evicted();
        let came = self.store.prepend(source, batch, &self.mined);
        self.held = true;
        self.cut |= self.store.newer_evicted() > newer;
        self.follow_merges();
        self.update_view_in_front(came);
    }

    /// When the first line held was printed.
    #[must_use]
    pub fn first_time(&self) -> Option<Nanos> {
        self.store.iter_from(0).find_map(time_of)
    }

    /// When the last line held was printed.
    #[must_use]
    pub fn last_time(&self) -> Option<Nanos> {
        let rows = (0..self.store.len()).rev();
        rows.filter_map(|at| self.store.row(at)).find_map(time_of)
    }

    /// The first lines of the one source that there is, up to a row about missing ones: so many,
    /// or fewer where they have more text than this in bytes. `None` without lines, and of several
    /// sources.
    pub(in crate::logs) fn first_lines(
        &self,
        lines: usize,
        bytes: usize,
    ) -> Option<(u16, LogBatch)> {
        if self.sources.len() != 1 {
            return None;
        }
        let mut first = LogBatch::new();
        let mut of = None;
        for row in self.store.iter_from(0) {
            match row {
                Row::Entry { entry, source, .. } => {
                    if first.len() >= lines || first.text_bytes() >= bytes {
                        break;
                    }
                    of = Some(source);
                    first.push(entry);
                }
                Row::Note {
                    note: Note::Missing(_),
                    ..
                } if !first.is_empty() => break,
                Row::Note { .. } => {}
            }
        }
        Some((of?, first))
    }

    /// Says that the first line of a source is the first that there is: before it, nothing was let
    /// go or left out that could be had.
    pub fn complete(&mut self, source: u16) {
        if let Some(source) = self.sources.get_mut(source) {
            source.complete = true;
            // What was let go before it cannot be had any more.
            self.store.forget_let_go();
            self.version += 1;
        }
    }

    /// Lines that were let go and would stand right before the first one held, and behind the last.
    #[must_use]
    pub fn let_go(&self) -> (u64, u64) {
        (self.store.let_go(), self.store.newer_evicted())
    }

    /// Whether the first line held is known to be the first that there is, of every source: that was
    /// found out, or fewer lines and less text came than a backlog has. By the times of the lines it
    /// could not be told, since the page may have joined while they were printed.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        let bytes = self.store.heap_bytes();
        let small = self.store.lines() + bytes / PART_BYTES < BACKLOG_ENTRIES
            && bytes < BACKLOG_BYTES / 4 * 3;
        self.store.let_go() == 0 && (small || self.sources.values().all(|it| it.complete))
    }

    /// Says whether somebody reads older lines: then none are let go from the old end.
    /// [`prepend`](Self::prepend) says so too.
    pub fn hold(&mut self, held: bool) {
        self.held = held;
    }

    /// Whether somebody reads older lines, at whose cost no newer ones come.
    #[must_use]
    pub fn is_held(&self) -> bool {
        self.held
    }

    /// Whether newer lines are missing behind the last row, to make room for older ones. Only
    /// another session, which begins with the newest, goes on.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        self.cut
    }
}

/// When a line was printed.
fn time_of(row: Row<'_>) -> Option<Nanos> {
    match row {
        Row::Entry { entry, .. } => Some(entry.time),
        Row::Note { .. } => None,
    }
}
