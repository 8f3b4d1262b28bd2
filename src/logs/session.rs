//! Everything that belongs to one selected log: its rows, counts, timeline and templates, and
//! the rows that the filter lets through.

mod corrections;
mod highlights;
mod past;
mod restored;
mod sources;
mod view;
mod walk;

use std::collections::VecDeque;

use super::analytics::LogAnalytics;
use super::filter::Filter;
use super::pipeline::{LogPipeline, Mined};
use super::store::{LogStore, Note, StoreLimits};
use super::template::LogTemplateEngine;
use super::timeline::LogSeverityTimeSeries;
use crate::few::Few;
use crate::protocol::{Gap, LogBatch};
use crate::time::{Millis, Nanos};
pub use corrections::Correction;
use corrections::Corrections;
use highlights::Highlight;
pub use highlights::{MAX_HIGHLIGHTS, Towards, is_expression, literally};
use sources::{Run, Source};
use view::View;

/// So far behind the newest row a line of a merged log is late, in nanoseconds.
const LATE_NS: i64 = 1_000_000_000;

/// Most times of missing lines that are remembered.
const MAX_MISSING: usize = 64;

/// What the page holds for one log selection. Another selection starts a new one.
#[derive(Clone, Debug)]
pub struct LogSession {
    store: LogStore,
    pipeline: LogPipeline,
    sources: Few<u16, Source>,
    filter: Filter,
    view: View,
    highlights: Vec<Option<Highlight>>,
    /// How many times other texts were marked.
    marked: u64,
    /// From when to when lines are missing amid those that came, the newest [`MAX_MISSING`] times.
    missing: VecDeque<(Millis, Millis)>,
    /// Somebody reads older lines that came in front: they stay.
    held: bool,
    /// Newer lines are missing behind the last row: they were let go, or did not find room.
    cut: bool,
    late: u64,
    version: u64,
    /// What lines count as instead of what they say.
    corrections: Corrections,
    /// What was found out about the lines of a batch; lives on so that a line costs no allocation.
    mined: Vec<Mined>,
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
            view: View::default(),
            highlights: Vec::new(),
            marked: 0,
            missing: VecDeque::new(),
            held: false,
            cut: false,
            late: 0,
            version: 0,
            corrections: Corrections::default(),
            mined: Vec::new(),
        }
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
        self.cut |= self.held && !batch.is_empty() && !self.store.has_room_for(&batch);
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
        let since = from.joined;
        let before = std::mem::replace(&mut from.run, Run::Open);
        self.mined.clear();
        for entry in batch.iter() {
            let event = &mut from.events[entry.stream.index()];
            let mut mined = self.pipeline.push(entry.text, entry.time, event);
            if !self.corrections.is_empty() {
                let instead = &mut from.instead[entry.stream.index()];
                self.corrections
                    .apply(source, &mut mined, instead, &self.pipeline);
                if let Some(now) = mined.counts_as {
                    self.pipeline.recount(mined.severity, now, entry.time);
                }
            }
            self.mined.push(mined);
        }
        let mut changed = u64::MAX;
        let note = match before {
            Run::Over => Some(Note::Started { at: time }),
            Run::Silent if self.replaces(source) => Some(Note::Replaced { at: time }),
            Run::Silent | Run::Open => None,
        };
        if let Some(note) = note {
            changed = self.store.append_note(source, note);
        }
        self.late += self.count_late(&batch, since);
        changed = changed.min(self.store.append(source, batch, &self.mined));
        self.follow_merges();
        self.update_view(changed);
    }

    /// How many lines of several containers came more than a second behind younger ones of another, though
    /// they were printed while this was looked at. They stand where they belong.
    #[must_use]
    pub fn late(&self) -> u64 {
        self.late
    }

    fn count_late(&self, batch: &LogBatch, since: Option<Nanos>) -> u64 {
        let (Some(since), Some(last)) = (since, self.store.last_time()) else {
            return 0;
        };
        if self.sources.len() < 2 {
            return 0;
        }
        let late = since..Nanos(last.0.saturating_sub(LATE_NS));
        (0..batch.len())
            .filter_map(|index| batch.time(index))
            .filter(|time| late.contains(time))
            .count() as u64
    }

    /// Takes the word that lines of a source are missing.
    pub fn gap(&mut self, source: u16, gap: Gap) {
        if self.cut {
            return;
        }
        // What follows may go on an event whose beginning is missing.
        self.sources.or_default(source).events = Default::default();
        if let (Some(after), Some(before)) = (gap.after, gap.before) {
            if self.missing.len() == MAX_MISSING {
                self.missing.pop_front();
            }
            self.missing.push_back((after.millis(), before.millis()));
        }
        let changed = self.store.append_note(source, Note::Missing(gap));
        self.update_view(changed);
    }

    /// From when to when lines are missing amid those that came, as far as that is known.
    pub fn missing(&self) -> impl Iterator<Item = (Millis, Millis)> + '_ {
        self.missing.iter().copied()
    }

    /// Says that the stream was live until `now`: minutes since the newest line were quiet ones.
    /// With `None`, which is for streams that ended, the timeline and the rates of the templates
    /// end with the newest line. Of a stream that broke nobody knows what it would have printed:
    /// then nothing is said, nor where newer lines are left out. True where this changes the timeline.
    pub fn live_until(&mut self, now: Option<Millis>) -> bool {
        if self.cut {
            return false;
        }
        let moved = self.pipeline.live_until(now);
        self.version += u64::from(moved);
        moved
    }

    /// Sets what may be held. What is too much goes from the old end.
    pub fn set_limits(&mut self, limits: StoreLimits) {
        self.store.set_limits(limits);
        self.update_view(self.store.end_row());
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
            + self.view.heap_bytes()
            + self.highlights_bytes()
    }

    /// Grows with every change.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// Forgets lines, counts, templates and sources; keeps the limits, the marked texts and the filter, less
    /// its template, which no longer exists.
    pub fn clear(&mut self) {
        self.forget_highlighted();
        let filter = Filter {
            template: None,
            muted: Vec::new(),
            ..std::mem::take(&mut self.filter)
        };
        *self = Self {
            filter,
            highlights: std::mem::take(&mut self.highlights),
            marked: self.marked,
            version: self.version + 1,
            store: self.store.anew(),
            ..Self::new(self.store.limits())
        };
        self.renew_view();
    }
}

impl Default for LogSession {
    fn default() -> Self {
        Self::new(StoreLimits::default())
    }
}

#[cfg(test)]
mod tests;
