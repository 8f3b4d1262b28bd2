//! The rows that the filter lets through, by number.

use std::collections::VecDeque;
use std::ops::Range;

use super::LogSession;
use crate::logs::filter::Filter;
use crate::logs::store::Row;
use crate::logs::template::LogTemplateEngine;

/// Unused while the filter lets all through.
#[derive(Clone, Debug, Default)]
pub(super) struct View {
    /// Numbers of the rows that the filter lets through.
    rows: VecDeque<u64>,
    /// Those of them that are no lines.
    notes: VecDeque<u64>,
    /// How many templates had been merged when that was looked at last, and how many of them
    /// became part of the filter's when the rows were found.
    merges: u64,
    absorbed: usize,
}

impl View {
    /// Memory that it holds in bytes.
    pub(super) fn heap_bytes(&self) -> usize {
        (self.rows.capacity() + self.notes.capacity()) * 8
    }

    /// Keeps the rows with these numbers.
    fn keep(&mut self, numbers: Range<u64>) {
        keep(&mut self.rows, &numbers);
        keep(&mut self.notes, &numbers);
    }
}

impl LogSession {
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
        self.view.absorbed = self.absorbed();
        self.view.keep(0..0);
        self.update_view(0);
    }

    /// How many templates became part of the one that is filtered by.
    fn absorbed(&self) -> usize {
        let aliases = self.templates().aliases();
        let survivor = self.filter.template;
        survivor.map_or(0, |id| aliases.filter(|(_, into)| *into == id).count())
    }

    /// A filter by template shows the lines of all that became part of it.
    pub(super) fn follow_merges(&mut self) {
        let merges = self.templates().merges();
        if std::mem::replace(&mut self.view.merges, merges) != merges
            && let Some(id) = self.filter.template
        {
            let survivor = self.templates().resolve(id);
            self.filter.template = Some(survivor);
            if survivor != id || self.absorbed() != self.view.absorbed {
                self.renew_view();
            }
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
            self.view.rows.len()
        }
    }

    /// How many lines the filter lets through: visible rows that are no notes.
    #[must_use]
    pub fn visible_lines(&self) -> usize {
        if self.filter.is_all() {
            self.store.lines()
        } else {
            self.view.rows.len() - self.view.notes.len()
        }
    }

    /// The row at `index` among the visible ones, 0 being the oldest.
    #[must_use]
    pub fn visible(&self, index: usize) -> Option<Row<'_>> {
        if self.filter.is_all() {
            return self.store.row(index);
        }
        let number = self.view.rows.get(index)?;
        self.store.row((number - self.store.first_row()) as usize)
    }

    /// Number of the row at `index` among the visible ones. It stays the row's own while others come
    /// in front, are let go, or are filtered: a view that is scrolled stays on its rows by their
    /// numbers. (A late line of a merged log moves those behind it.)
    #[must_use]
    pub fn number_of(&self, index: usize) -> Option<u64> {
        if self.filter.is_all() {
            return (index < self.store.len()).then(|| self.store.first_row() + index as u64);
        }
        self.view.rows.get(index).copied()
    }

    /// Index, among the visible rows, of the first one that has this number or a greater one; how
    /// many visible rows there are where none has.
    #[must_use]
    pub fn index_of(&self, number: u64) -> usize {
        if self.filter.is_all() {
            let index = number.saturating_sub(self.store.first_row());
            return (index as usize).min(self.store.len());
        }
        self.view.rows.partition_point(|&row| row < number)
    }

    /// Brings the view up to date where rows from number `changed` on are new or moved.
    pub(super) fn update_view(&mut self, changed: u64) {
        self.version += 1;
        if self.filter.is_all() {
            return;
        }
        let first = self.store.first_row();
        self.view.keep(first..changed);
        self.admit(changed.max(first)..self.store.end_row());
    }

    /// Brings the view up to date where so many rows came in front, and others may be gone from the
    /// new end.
    pub(super) fn update_view_in_front(&mut self, came: u64) {
        self.version += 1;
        if self.filter.is_all() {
            return;
        }
        let (first, end) = (self.store.first_row(), self.store.end_row());
        self.view.keep(first + came..end);
        let (mut rows, mut notes) = (
            std::mem::take(&mut self.view.rows),
            std::mem::take(&mut self.view.notes),
        );
        self.admit(first..first + came);
        self.view.rows.append(&mut rows);
        self.view.notes.append(&mut notes);
    }

    /// Takes those of these rows into the view, behind all that are in it, that the filter lets
    /// through.
    fn admit(&mut self, numbers: Range<u64>) {
        let from = (numbers.start - self.store.first_row()) as usize;
        for (number, row) in numbers.zip(self.store.iter_from(from)) {
            if self
                .filter
                .matches(&current(row, self.pipeline.templates()))
            {
                self.view.rows.push_back(number);
                if matches!(row, Row::Note { .. }) {
                    self.view.notes.push_back(number);
                }
            }
        }
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

/// Keeps, of numbers in order, those in a range.
fn keep(numbers: &mut VecDeque<u64>, range: &Range<u64>) {
    numbers.truncate(numbers.partition_point(|&number| number < range.end));
    let below = numbers.partition_point(|&number| number < range.start);
    numbers.drain(..below);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{LogBatch, LogStream};
    use crate::time::Nanos;

    fn log(texts: &[&str]) -> LogBatch {
        let mut batch = LogBatch::new();
        for text in texts {
            batch.push_line(Nanos(0), LogStream::Stdout, text);
        }
        batch
    }

    #[test]
    fn a_merge_elsewhere_leaves_the_rows_of_a_template_alone() {
        let mut session = LogSession::default();
        let line = |user: &str| format!("session opened for user {user} by root");
        session.ingest(0, log(&["server is ready", "server is ready"]));
        session.ingest(0, log(&[&line("alice"), &line("bob"), &line("bob")]));
        let ready = session.templates().top(9);
        let ready = ready
            .iter()
            .find(|it| it.pattern.starts_with("server"))
            .unwrap()
            .id;
        session.set_filter(Filter {
            template: Some(ready),
            ..Filter::default()
        });
        let absorbed = session.view.absorbed;
        session.view.rows.clear();
        session.ingest(0, log(&[&line("carol")]));
        assert!(session.templates().merges() > 0);
        assert_eq!(
            (session.view.absorbed, session.visible_len()),
            (absorbed, 0),
            "not found anew"
        );
    }
}
