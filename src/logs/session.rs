//! Everything that belongs to one selected log: its rows, counts, timeline and templates, and
//! the rows that the filter lets through.

mod past;

use std::collections::VecDeque;
use std::ops::Range;

use super::analytics::LogAnalytics;
use super::events::Continuation;
use super::filter::Filter;
use super::pipeline::{LogPipeline, Mined};
use super::store::{FIRST_ROW, LogStore, Note, Row, StoreLimits};
use super::template::LogTemplateEngine;
use super::timeline::LogSeverityTimeSeries;
use crate::few::Few;
use crate::protocol::{BACKLOG_BYTES, BACKLOG_ENTRIES, Gap, LogBatch};
use crate::time::{Millis, Nanos};

/// Docker keeps longer lines in parts of this size, in bytes.
pub(super) const PART_BYTES: usize = 16 << 10;

/// What the page holds for one log selection. Another selection starts a new one.
#[derive(Clone, Debug)]
pub struct LogSession {
    store: LogStore,
    pipeline: LogPipeline,
    sources: Few<u16, Source>,
    filter: Filter,
    /// Numbers of the rows that the filter lets through; unused while it lets all through.
    view: VecDeque<u64>,
    /// Those of the view that are no lines.
    view_notes: VecDeque<u64>,
    /// Number of the view's first row, among those that this filter lets through.
    view_first: u64,
    /// Lines of the store's one source that were counted and let go right before its first line.
    counted: u64,
    /// Somebody reads older lines that came in front: they stay.
    held: bool,
    /// Newer lines are missing behind the last row: they were let go, or did not find room.
    cut: bool,
    version: u64,
    /// How many templates had been merged when the view was made.
    merges: u64,
    /// What was found out about the lines of a batch; lives on so that a line costs no allocation.
    mined: Vec<Mined>,
}

/// A container that lines come from.
#[derive(Clone, Debug, Default)]
struct Source {
    /// Empty until it is named.
    name: String,
    /// Its first name: Compose renames a container before it makes another one in its place.
    first_name: String,
    /// The events that its streams are in.
    events: [Continuation; 2],
    /// When it was first looked at. What it printed before is its backlog.
    joined: Option<Nanos>,
    /// Time of the backlog's first line, how many lines came of it, and their text in bytes.
    first: Nanos,
    lines: usize,
    bytes: usize,
    run: Run,
    /// Its first line is the first that there is.
    complete: bool,
    /// When the open run ended and with which exit code, though its last lines may not be here yet.
    end: Option<(Nanos, Option<i32>)>,
}

/// What is known of the run that a source's newest line belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Run {
    /// There is no line.
    #[default]
    Silent,
    /// Nor is there one, and another container had its name before.
    Replaces,
    /// It may go on.
    Open,
    /// It is over.
    Over,
}

impl LogSession {
    /// An empty session.
    #[must_use]
    pub fn new(limits: StoreLimits) -> Self {
        Self {
            store: LogStore::new(limits),
            pipeline: LogPipeline::default(),
            sources: Few::default(),
            filter: Filter::default(),
            view: VecDeque::new(),
            view_notes: VecDeque::new(),
            view_first: FIRST_ROW,
            counted: 0,
            held: false,
            cut: false,
            version: 0,
            merges: 0,
            mined: Vec::new(),
        }
    }

    /// Names a source that is looked at from `now` on, by the clock of its lines; a second call
    /// renames it.
    pub fn add_source(&mut self, source: u16, name: impl Into<String>, now: Millis) {
        let name = name.into();
        let replaces = self.sources.values().any(|it| it.first_name == name);
        let source = self.sources.or_default(source);
        if source.joined.is_none() {
            source.first_name.clone_from(&name);
            if replaces {
                source.run = Run::Replaces;
            }
        }
        source.name = name;
        source.joined.get_or_insert(now.into());
        self.version += 1;
    }

    /// The name of a source.
    #[must_use]
    pub fn source_name(&self, source: u16) -> Option<&str> {
        let name = &self.sources.get(source)?.name;
        (!name.is_empty()).then_some(name)
    }

    /// From when on every line is known, as far as backlogs go: some source has lines from before
    /// it that did not come, for its backlog is as large as backlogs get. `None` where all came.
    #[must_use]
    pub fn loaded_since(&self) -> Option<Millis> {
        // Docker counts the parts of a long line; and the line that would have passed the bytes may
        // have been a long one.
        let full = |it: &&Source| {
            !it.complete
                && (it.lines + it.bytes / PART_BYTES >= BACKLOG_ENTRIES
                    || it.bytes >= BACKLOG_BYTES / 4 * 3)
        };
        let cut = self.sources.values().filter(full);
        cut.map(|it| it.first.millis()).max()
    }

    /// Takes new lines of a source: reads severities, counts, mines, stores and filters them.
    ///
    /// Where somebody reads older lines and there is no room for new ones, these are left out, and
    /// everything that comes behind them: see [`is_cut`](Self::is_cut).
    pub fn ingest(&mut self, source: u16, batch: LogBatch) {
        let end = self.sources.get(source).and_then(|it| it.end);
        let later = |(at, _): (Nanos, _)| batch.iter().position(|line| line.time > at);
        let Some((index, (at, code))) = end.and_then(later).zip(end) else {
            return self.ingest_run(source, batch);
        };
        self.ingest_run(source, batch.head_to(index));
        self.ended(source, Some(at.millis()), code);
        self.ingest_run(source, batch.tail_from(index));
    }

    /// Takes lines that belong to one run.
    fn ingest_run(&mut self, source: u16, batch: LogBatch) {
        self.cut |= self.held && self.store.is_full();
        if batch.is_empty() || self.cut {
            return;
        }
        let from = self.sources.or_default(source);
        let time = batch.time(0).unwrap_or_default();
        if from.joined.is_some_and(|joined| time < joined) {
            if from.lines == 0 {
                from.first = time;
            }
            from.lines += batch.len();
            from.bytes += batch.text_bytes();
        }
        let before = std::mem::replace(&mut from.run, Run::Open);
        self.mined.clear();
        for entry in batch.iter() {
            let event = &mut from.events[entry.stream.index()];
            let mined = self.pipeline.push(entry.text, entry.time, event);
            self.mined.push(mined);
        }
        let mut changed = u64::MAX;
        let note = match before {
            Run::Over => Some(Note::Started { at: time }),
            Run::Replaces => Some(Note::Replaced { at: time }),
            Run::Silent | Run::Open => None,
        };
        if let Some(note) = note {
            changed = self.store.append_note(source, note);
        }
        let evicted = self.store.evicted();
        changed = changed.min(self.store.append(source, batch, &self.mined));
        self.counted += self.store.evicted() - evicted;
        self.follow_merges();
        self.update_view(changed);
    }

    /// Takes the word that lines of a source are missing.
    pub fn gap(&mut self, source: u16, gap: Gap) {
        if self.cut {
            return;
        }
        // What follows may go on an event whose beginning is missing.
        self.sources.or_default(source).events = Default::default();
        let changed = self.store.append_note(source, Note::Missing(gap));
        self.update_view(changed);
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

    /// Says that the stream was live until `now`: minutes since the newest line were quiet ones.
    /// With `None`, which is for streams that ended, the timeline and the rates of the templates
    /// end with the newest line. Of a stream that broke nobody knows what it would have printed:
    /// then nothing is said. True where this changes the timeline.
    pub fn live_until(&mut self, now: Option<Millis>) -> bool {
        let moved = self.pipeline.live_until(now);
        self.version += u64::from(moved);
        moved
    }

    /// Shows other rows. Costs a pass over all rows, unless the filter is the same as before.
    pub fn set_filter(&mut self, filter: Filter) {
        let template = filter.template.map(|id| self.templates().resolve(id));
        let filter = Filter { template, ..filter };
        if filter != self.filter {
            self.filter = filter;
            self.renew_view();
        }
    }

    fn renew_view(&mut self) {
        self.view.clear();
        self.view_notes.clear();
        self.view_first = FIRST_ROW;
        self.update_view(0);
    }

    /// A filter by template shows the lines of all that became part of it.
    fn follow_merges(&mut self) {
        let merges = self.templates().merges();
        if std::mem::replace(&mut self.merges, merges) != merges
            && let Some(id) = self.filter.template
        {
            self.filter.template = Some(self.templates().resolve(id));
            self.renew_view();
        }
    }

    /// The filter.
    #[must_use]
    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    /// How many rows the filter lets through.
    #[must_use]
    pub fn visible_len(&self) -> usize {
        if self.filter.is_all() {
            self.store.len()
        } else {
            self.view.len()
        }
    }

    /// How many lines the filter lets through: visible rows that are no notes.
    #[must_use]
    pub fn visible_lines(&self) -> usize {
        if self.filter.is_all() {
            self.store.lines()
        } else {
            self.view.len() - self.view_notes.len()
        }
    }

    /// The row at `index` among the visible ones, 0 being the oldest.
    #[must_use]
    pub fn visible(&self, index: usize) -> Option<Row<'_>> {
        if self.filter.is_all() {
            return self.store.row(index);
        }
        let number = self.view.get(index)?;
        self.store.row((number - self.store.first_row()) as usize)
    }

    /// Number of the first visible row. It grows as visible rows are let go from the old end, and
    /// shrinks as older ones come in front: a view that is scrolled stays on its rows by moving
    /// that much.
    #[must_use]
    pub fn visible_first(&self) -> u64 {
        if self.filter.is_all() {
            self.store.first_row()
        } else {
            self.view_first
        }
    }

    /// The rows.
    #[must_use]
    pub fn store(&self) -> &LogStore {
        &self.store
    }

    /// Severity counts of all lines that came.
    #[must_use]
    pub fn analytics(&self) -> &LogAnalytics {
        self.pipeline.analytics()
    }

    /// Severity counts over time.
    #[must_use]
    pub fn timeline(&self) -> &LogSeverityTimeSeries {
        self.pipeline.timeline()
    }

    /// The mined templates.
    #[must_use]
    pub fn templates(&self) -> &LogTemplateEngine {
        self.pipeline.templates()
    }

    /// Lines that were let go because the store is full.
    #[must_use]
    pub fn evicted(&self) -> u64 {
        self.store.evicted()
    }

    /// Memory that the rows, the templates and the filter's index hold in bytes.
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        self.store.heap_bytes()
            + self.pipeline.heap_bytes()
            + (self.view.capacity() + self.view_notes.capacity()) * 8
    }

    /// Grows with every change.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// Forgets lines, counts, templates and sources; keeps the limits and the filter, less its
    /// template, which no longer exists.
    pub fn clear(&mut self) {
        let filter = Filter {
            template: None,
            ..std::mem::take(&mut self.filter)
        };
        *self = Self {
            filter,
            version: self.version + 1,
            ..Self::new(self.store.limits())
        };
    }

    /// Brings the view up to date where rows from number `changed` on are new or moved.
    fn update_view(&mut self, changed: u64) {
        self.version += 1;
        if self.filter.is_all() {
            return;
        }
        let first = self.store.first_row();
        self.view_first += keep(&mut self.view, first..changed) as u64;
        keep(&mut self.view_notes, first..changed);
        let from = changed.max(first);
        let rows = self.store.iter_from((from - first) as usize);
        for (number, row) in (from..).zip(rows) {
            if self
                .filter
                .matches(&current(row, self.pipeline.templates()))
            {
                self.view.push_back(number);
                if matches!(row, Row::Note { .. }) {
                    self.view_notes.push_back(number);
                }
            }
        }
    }
}

impl Default for LogSession {
    fn default() -> Self {
        Self::new(StoreLimits::default())
    }
}

/// A row with the template that its own became part of.
fn current<'a>(row: Row<'a>, templates: &LogTemplateEngine) -> Row<'a> {
    match row {
        Row::Entry {
            entry,
            severity,
            template,
            source,
            goes_on,
        } => Row::Entry {
            entry,
            severity,
            template: template.map(|id| templates.resolve(id)),
            source,
            goes_on,
        },
        note => note,
    }
}

/// Keeps, of numbers in order, those in a range. Returns how many were below it.
fn keep(numbers: &mut VecDeque<u64>, range: Range<u64>) -> usize {
    let below = numbers.partition_point(|&number| number < range.start);
    numbers.drain(..below);
    numbers.truncate(numbers.partition_point(|&number| number < range.end));
    below
}

#[cfg(test)]
mod tests;
