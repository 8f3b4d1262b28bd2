//! Everything that belongs to one selected log: its rows, counts, timeline and templates, and
//! the rows that the filter lets through.

use std::collections::{BTreeMap, VecDeque};

use super::analytics::LogAnalytics;
use super::ansi;
use super::filter::Filter;
use super::severity::{Severity, classify};
use super::store::{LogStore, Row, StoreLimits};
use super::template::{LogTemplateEngine, TemplateId};
use super::timeline::LogSeverityTimeSeries;
use crate::protocol::{Gap, LogBatch};

/// What the page holds for one log selection. Another selection starts a new one.
#[derive(Clone, Debug, Default)]
pub struct LogSession {
    store: LogStore,
    analytics: LogAnalytics,
    timeline: LogSeverityTimeSeries,
    templates: LogTemplateEngine,
    sources: BTreeMap<u16, String>,
    filter: Filter,
    /// Numbers of the rows that the filter lets through; unused while it lets all through.
    view: VecDeque<u64>,
    /// Rows of the view that were let go.
    view_evicted: u64,
    version: u64,
    scratch: Scratch,
}

/// Buffers that live from batch to batch, so that a line costs no allocation.
#[derive(Clone, Debug, Default)]
struct Scratch {
    severities: Vec<Severity>,
    templates: Vec<Option<TemplateId>>,
    text: String,
}

impl LogSession {
    /// An empty session.
    #[must_use]
    pub fn new(limits: StoreLimits) -> Self {
        Self {
            store: LogStore::new(limits),
            ..Self::default()
        }
    }

    /// Names a source; a second call renames it.
    pub fn add_source(&mut self, source: u16, name: impl Into<String>) {
        self.sources.insert(source, name.into());
        self.version += 1;
    }

    /// The name of a source.
    #[must_use]
    pub fn source_name(&self, source: u16) -> Option<&str> {
        self.sources.get(&source).map(String::as_str)
    }

    /// The sources with their names, by number.
    pub fn sources(&self) -> impl ExactSizeIterator<Item = (u16, &str)> {
        self.sources.iter().map(|(&n, name)| (n, name.as_str()))
    }

    /// Takes new lines of a source: reads severities, counts, mines, stores and filters them.
    pub fn ingest(&mut self, source: u16, batch: LogBatch) {
        if batch.is_empty() {
            return;
        }
        let Scratch {
            severities,
            templates,
            text,
        } = &mut self.scratch;
        severities.clear();
        templates.clear();
        for entry in batch.iter() {
            let line = if ansi::has_escapes(entry.text) {
                text.clear();
                ansi::strip_into(entry.text, text);
                text.as_str()
            } else {
                entry.text
            };
            let severity = classify(line);
            self.analytics.push(severity);
            self.timeline.push(severity, entry.time);
            severities.push(severity);
            templates.push(self.templates.push(line, entry.time, severity));
        }
        let changed = self.store.append(source, batch, severities, templates);
        // A line of a megabyte in colours must not hold its memory for ever.
        text.shrink_to(64 << 10);
        self.update_view(changed);
    }

    /// Takes the word that lines of a source are missing.
    pub fn gap(&mut self, source: u16, gap: Gap) {
        let changed = self.store.append_gap(source, gap);
        self.update_view(changed);
    }

    /// Shows other rows. Costs a pass over all rows, unless the filter is the same as before.
    pub fn set_filter(&mut self, filter: Filter) {
        if filter == self.filter {
            return;
        }
        self.filter = filter;
        self.view.clear();
        self.view_evicted = 0;
        self.update_view(0);
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

    /// The row at `index` among the visible ones, 0 being the oldest.
    #[must_use]
    pub fn visible(&self, index: usize) -> Option<Row<'_>> {
        if self.filter.is_all() {
            return self.store.row(index);
        }
        let number = self.view.get(index)?;
        self.store.row((number - self.store.first_row()) as usize)
    }

    /// How many visible rows were let go since this filter was set: a view that is scrolled up
    /// stays on its rows by moving up that much.
    #[must_use]
    pub fn visible_evicted(&self) -> u64 {
        if self.filter.is_all() {
            self.store.first_row()
        } else {
            self.view_evicted
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
        &self.analytics
    }

    /// Severity counts over time.
    #[must_use]
    pub fn timeline(&self) -> &LogSeverityTimeSeries {
        &self.timeline
    }

    /// The mined templates.
    #[must_use]
    pub fn templates(&self) -> &LogTemplateEngine {
        &self.templates
    }

    /// Lines that were let go because the store is full.
    #[must_use]
    pub fn evicted(&self) -> u64 {
        self.store.evicted()
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
        let gone = self.view.partition_point(|&number| number < first);
        self.view.drain(..gone);
        self.view_evicted += gone as u64;
        let kept = self.view.partition_point(|&number| number < changed);
        self.view.truncate(kept);
        let from = changed.max(first);
        let rows = self.store.iter_from((from - first) as usize);
        self.view.extend(
            (from..)
                .zip(rows)
                .filter(|(_, row)| self.filter.matches(row))
                .map(|(number, _)| number),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logs::severity::SeveritySet;
    use crate::protocol::{GapReason, LogStream};
    use crate::time::Nanos;
    use proptest::prelude::*;

    fn batch(lines: &[(i64, String)]) -> LogBatch {
        let mut batch = LogBatch::new();
        for (time, text) in lines {
            let stream = match time % 2 {
                0 => LogStream::Stdout,
                _ => LogStream::Stderr,
            };
            batch.push_line(Nanos(*time), stream, text);
        }
        batch
    }

    fn lines(texts: &[&str]) -> LogBatch {
        let list: Vec<_> = texts.iter().map(|t| (0, (*t).to_owned())).collect();
        batch(&list)
    }

    fn shown(session: &LogSession) -> Vec<String> {
        (0..session.visible_len())
            .filter_map(|i| session.visible(i))
            .map(|row| match row {
                Row::Entry { entry, .. } => entry.text.to_owned(),
                Row::Gap { .. } => "gap".to_owned(),
            })
            .collect()
    }

    const GAP: Gap = Gap {
        lines: None,
        after: None,
        before: None,
        reason: GapReason::Rotated,
    };

    #[test]
    fn a_line_is_counted_mined_and_shown() {
        let mut session = LogSession::default();
        session.add_source(0, "web");
        session.ingest(
            0,
            lines(&[
                "\x1b[31mERROR\x1b[0m took 5 ms",
                "ERROR took 6 ms",
                "",
                "hello",
            ]),
        );
        assert_eq!(session.source_name(0), Some("web"));
        assert_eq!(session.analytics().counts()[Severity::Error], 2);
        assert_eq!(session.analytics().counts()[Severity::Unknown], 2);
        let top = &session.templates().top(1)[0];
        assert_eq!((top.pattern.as_str(), top.count), ("ERROR took <*> ms", 2));
        assert_eq!(session.visible_len(), 4);
        session.set_filter(Filter {
            template: Some(top.id),
            ..Filter::default()
        });
        assert_eq!(session.visible_len(), 2);
        assert_eq!(session.timeline().buckets()[0].counts.total(), 4);
    }

    #[test]
    fn new_lines_and_gaps_join_the_filtered_rows() {
        let mut session = LogSession::default();
        session.set_filter(Filter {
            text: "b".to_owned(),
            ..Filter::default()
        });
        let version = session.version();
        session.ingest(0, lines(&["a", "b1"]));
        session.gap(0, GAP);
        session.ingest(0, lines(&["B2", "c"]));
        assert_eq!(shown(&session), ["b1", "gap", "B2"]);
        assert!(session.version() >= version + 3);
        session.set_filter(Filter::default());
        assert_eq!(session.visible_len(), 5);
    }

    #[test]
    fn clearing_forgets_the_lines_and_keeps_the_text_filter() {
        let mut session = LogSession::default();
        session.ingest(0, lines(&["a"]));
        session.set_filter(Filter {
            text: "b".to_owned(),
            ..Filter::default()
        });
        let version = session.version();
        session.clear();
        assert_eq!(session.analytics().counts().total(), 0);
        assert!(session.templates().is_empty() && session.store().is_empty());
        assert_eq!(session.filter().text, "b");
        assert!(session.version() > version);
    }

    fn filters() -> impl Strategy<Value = Filter> {
        let severities = prop_oneof![
            Just(SeveritySet::ALL),
            Just(SeveritySet::only(Severity::Error).with(Severity::Info)),
        ];
        let stream = prop_oneof![Just(None), Just(Some(LogStream::Stderr))];
        (
            prop_oneof![Just(""), Just("x"), Just("ERR")],
            severities,
            stream,
        )
            .prop_map(|(text, severities, stream)| Filter {
                text: text.to_owned(),
                severities,
                template: None,
                stream,
            })
    }

    proptest! {
        #[test]
        fn the_visible_rows_are_those_that_a_naive_pass_lets_through(
            steps in proptest::collection::vec(
                (0u16..3, proptest::collection::vec((0i64..50, 0usize..4), 0..10), proptest::option::weighted(0.15, filters())),
                0..40,
            ),
            sources in 1u16..4,
            max_lines in prop_oneof![Just(usize::MAX), 0usize..40],
        ) {
            let mut session = LogSession::new(StoreLimits { max_lines, max_bytes: usize::MAX });
            let long = "y".repeat(20_000);
            let mut total = 0u64;
            for (source, list, filter) in steps {
                if let Some(filter) = filter {
                    session.set_filter(filter);
                }
                if list.is_empty() {
                    session.gap(source % sources, GAP);
                }
                let list: Vec<_> = list
                    .into_iter()
                    .map(|(time, kind)| (time, match kind {
                        0 => format!("ERROR {time}"),
                        1 => "info: x".to_owned(),
                        2 => "text".to_owned(),
                        _ => long.clone(),
                    }))
                    .collect();
                total += list.len() as u64;
                let evicted_before = session.visible_evicted();
                let was = shown(&session);
                session.ingest(source % sources, batch(&list));
                let naive: Vec<_> = session
                    .store()
                    .iter_from(0)
                    .filter(|row| session.filter().matches(row))
                    .map(|row| match row {
                        Row::Entry { entry, .. } => entry.text.to_owned(),
                        Row::Gap { .. } => "gap".to_owned(),
                    })
                    .collect();
                prop_assert_eq!(shown(&session), naive);
                prop_assert_eq!(session.store().lines() as u64 + session.evicted(), total);
                let moved = (session.visible_evicted() - evicted_before) as usize;
                if sources == 1 && moved < was.len() {
                    prop_assert_eq!(&shown(&session)[..was.len() - moved], &was[moved..]);
                }
            }
            prop_assert_eq!(session.analytics().counts().total(), total);
            prop_assert_eq!(session.templates().total_lines(), total);
        }
    }
}
