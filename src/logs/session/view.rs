//! The rows that the filter lets through.

use std::ops::Range;

use super::LogSession;
use crate::logs::filter::Filter;
use crate::logs::groups::{By, Groups};
use crate::logs::query::{Known, Matches, Plan, Progress};
use crate::logs::store::Row;

/// What is searched at once of what came or changed, in bytes as slices are measured: a batch of lines,
/// whatever the query.
const AT_ONCE: usize = 2 << 20;

/// Unused while the filter lets all through.
#[derive(Clone, Debug, Default)]
pub(super) struct View {
    /// The filter, bound to what is known.
    plan: Plan,
    matches: Matches,
    /// The same filter some time later, which takes this one's place once all is searched: till then
    /// whoever reads keeps what is there.
    next: Option<(Plan, Matches)>,
    /// How many times another one began.
    begun: u64,
    /// There are rows that have not been searched: slices are under way.
    searching: bool,
    /// How many templates had been merged when that was looked at last; for a plan that depends on
    /// their texts, how many had come as well.
    merges: u64,
}

impl View {
    /// Memory that it holds in bytes.
    pub(super) fn heap_bytes(&self) -> usize {
        let next = self.next.as_ref().map_or(0, |it| it.1.heap_bytes());
        self.matches.heap_bytes() + next
    }

    /// Whether the filter was found to let this row through.
    pub(super) fn has(&self, number: u64) -> bool {
        self.matches.contains(number)
    }
}

impl LogSession {
    /// Shows other rows. Costs a pass over all rows, unless the filter is the same as before.
    pub fn set_filter(&mut self, filter: Filter) {
        self.begin_filter(filter);
        self.search(usize::MAX);
    }

    /// Shows other rows, as far as they are found: [`search`](Self::search) finds them.
    pub fn begin_filter(&mut self, filter: Filter) {
        let template = filter.template.map(|id| self.templates().resolve(id));
        let filter = Filter { template, ..filter };
        if filter == self.filter {
            return;
        }
        let same = Filter {
            here: self.filter.here,
            ..filter.clone()
        };
        let only_later = same == self.filter && !self.view.searching;
        self.filter = filter;
        let plan = self.plan();
        if !only_later {
            self.begin_view(plan);
        } else if plan.times() != self.view.plan.times() {
            self.view.next = Some((plan, Matches::default()));
        }
    }

    /// Searches all rows once more, as [`ingest`](Self::ingest) does what is new: at once as far as
    /// that takes no time.
    pub(super) fn renew_view(&mut self) {
        self.begin_view(self.plan());
        self.search(AT_ONCE);
    }

    /// Goes on with the search for rows that the filter lets through, then for those that have
    /// [marked texts](Self::set_highlights), until about so many bytes were
    /// looked at, the newest rows first. True where nothing is left to search. To be called again and
    /// again, for lines that come can leave something to search too.
    pub fn search(&mut self, bytes: usize) -> bool {
        self.search_view(bytes) && self.search_highlights(bytes)
    }

    fn search_view(&mut self, bytes: usize) -> bool {
        if self.view.searching {
            self.version += 1;
            let View { plan, matches, .. } = &mut self.view;
            self.view.searching = !matches.search(plan, &self.store, bytes);
        }
        if let Some((plan, matches)) = &mut self.view.next {
            if !matches.search(plan, &self.store, bytes) {
                return false;
            }
            if let Some((plan, matches)) = self.view.next.take() {
                (self.view.plan, self.view.matches) = (plan, matches);
                self.view.begun += 1;
                self.version += 1;
                self.view.searching = false;
            }
        }
        !self.view.searching
    }

    /// How far the search is.
    #[must_use]
    pub fn search_progress(&self) -> Progress {
        match self.view.searching {
            true => self.view.matches.progress(&self.store),
            false => Progress::default(),
        }
    }

    /// Where what the filter looks for stands in `stripped`, a line without escape sequences: byte
    /// ranges in order that do not overlap.
    #[must_use]
    pub fn marks(&self, stripped: &str) -> Vec<Range<usize>> {
        self.view.plan.marks(stripped)
    }

    /// The lines that the filter lets through in groups, none of them looked at yet. They are to be made
    /// anew where [`views`](Self::views) changes.
    #[must_use]
    pub fn groups(&self, by: By, of: Option<String>) -> Groups {
        Groups::new(by, of, self.view.plan.clone())
    }

    /// How many times the filter began to let other rows through.
    #[must_use]
    pub fn views(&self) -> u64 {
        self.view.begun
    }

    /// The filter, bound to what is known now.
    fn plan(&self) -> Plan {
        let sources: Vec<_> = self
            .sources
            .iter()
            .map(|(number, source)| (number, source.name.as_str()))
            .collect();
        let known = Known {
            here: self.filter.here,
            sources: &sources,
            templates: Some(self.templates()),
            engine: None,
        };
        self.filter.plan(&known)
    }

    fn begin_view(&mut self, plan: Plan) {
        self.version += 1;
        self.view.plan = plan;
        self.view.begun += 1;
        self.view.next = None;
        self.view.matches = Matches::default();
        self.view.searching = !self.filter.is_all();
    }

    /// A filter by template shows the lines of all that became part of it.
    pub(super) fn follow_merges(&mut self) {
        let (templates, by_text) = (self.templates(), self.view.plan.uses_patterns());
        let mut merges = templates.merges();
        if by_text {
            merges += merges + templates.evicted() + templates.len() as u64;
        }
        if std::mem::replace(&mut self.view.merges, merges) == merges
            || (self.view.plan.templates().is_empty() && !by_text)
        {
            return;
        }
        self.filter.template = self.filter.template.map(|id| self.templates().resolve(id));
        let plan = self.plan();
        if plan.templates() != self.view.plan.templates() {
            self.begin_view(plan);
            self.search(AT_ONCE);
        }
    }

    /// A filter by names of containers shows the lines of those that have them now.
    pub(super) fn follow_names(&mut self) {
        if self.view.plan.uses_sources() {
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
            self.view.matches.len()
        }
    }

    /// How many lines the filter lets through: visible rows that are no notes.
    #[must_use]
    pub fn visible_lines(&self) -> usize {
        if self.filter.is_all() {
            self.store.lines()
        } else {
            self.view.matches.lines()
        }
    }

    /// The row at `index` among the visible ones, 0 being the oldest.
    #[must_use]
    pub fn visible(&self, index: usize) -> Option<Row<'_>> {
        if self.filter.is_all() {
            return self.store.row(index);
        }
        let number = self.view.matches.get(index)?;
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
        self.view.matches.get(index)
    }

    /// Index, among the visible rows, of the first one that has this number or a greater one; how
    /// many visible rows there are where none has.
    #[must_use]
    pub fn index_of(&self, number: u64) -> usize {
        if self.filter.is_all() {
            let index = number.saturating_sub(self.store.first_row());
            return (index as usize).min(self.store.len());
        }
        self.view.matches.index_of(number)
    }

    /// Brings the view up to date where rows from number `changed` on are new or moved.
    pub(super) fn update_view(&mut self, changed: u64) {
        self.version += 1;
        let kept = self.store.first_row()..changed;
        self.keep_highlights(&kept);
        if self.filter.is_all() {
            return;
        }
        self.keep_in_view(kept);
    }

    /// Brings the view up to date where so many rows came in front, and others may be gone from the
    /// new end.
    pub(super) fn update_view_in_front(&mut self, came: u64) {
        self.version += 1;
        let kept = self.store.first_row() + came..self.store.end_row();
        self.keep_highlights(&kept);
        if self.filter.is_all() {
            return;
        }
        self.keep_in_view(kept);
    }

    /// Searches what is new, unless that is much; where slices are under way they come to it.
    fn keep_in_view(&mut self, rows: Range<u64>) {
        if let Some((_, matches)) = &mut self.view.next {
            matches.keep(rows.clone());
        }
        self.view.matches.keep(rows);
        if !std::mem::replace(&mut self.view.searching, true) {
            self.search(AT_ONCE);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logs::store::StoreLimits;
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
    fn the_marks_of_a_line_are_those_of_the_filter() {
        let mut session = LogSession::default();
        assert!(session.marks("timeout").is_empty());
        session.set_filter(Filter {
            text: "out".into(),
            ..Filter::default()
        });
        assert_eq!(session.marks("timeout, out"), [4..7, 9..12]);
    }

    #[test]
    fn smaller_limits_let_the_oldest_lines_go_of_the_view_too() {
        let mut session = LogSession::default();
        for _ in 0..40 {
            session.ingest(0, log(&["x".repeat(60_000).as_str(), "odd"]));
        }
        session.set_filter(Filter {
            text: "odd".into(),
            ..Filter::default()
        });
        assert_eq!(session.visible_lines(), 40);
        session.set_limits(StoreLimits {
            max_lines: 10,
            max_bytes: usize::MAX,
        });
        assert!((5..8).contains(&session.visible_lines()));
        assert!(session.visible(0).is_some() && session.evicted() > 60);
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
        assert_eq!(session.visible_len(), 2);
        // As though they had been searched without a match.
        let (plan, store) = (std::mem::take(&mut session.view.plan), session.store());
        let nowhere = Filter {
            text: "nowhere".into(),
            ..Filter::default()
        };
        let nothing = nowhere.plan(&Known::default());
        let mut found = Matches::default();
        assert!(found.search(&nothing, store, usize::MAX) && found.is_empty());
        (session.view.plan, session.view.matches) = (plan, found);
        session.ingest(0, log(&[&line("carol")]));
        assert!(session.templates().merges() > 0);
        assert_eq!(session.visible_len(), 0, "not found anew");
    }

    #[test]
    fn a_span_of_time_that_moves_on_takes_no_row_away_that_it_still_has() {
        use crate::logs::query::{Here, Language};
        use crate::time::Millis;
        let mut session = LogSession::default();
        let minute = |n: i64| Nanos(n * 60_000_000_000);
        for n in 0..40 {
            let mut batch = LogBatch::new();
            batch.push_line(minute(n), LogStream::Stdout, &"x".repeat(60_000));
            session.ingest(0, batch);
        }
        let filter = |text: &str, now: i64| Filter {
            text: text.to_owned(),
            language: Some(Language::QUERIES),
            here: Here {
                now: Millis(now * 60_000),
                ahead_ms: 0,
            },
            ..Filter::default()
        };
        session.set_filter(filter("after:30m", 40));
        assert_eq!((session.visible_lines(), session.views()), (30, 1));
        session.begin_filter(filter("after:30m", 41));
        assert_eq!(session.visible_lines(), 30, "what is read stays");
        while !session.search(1) {
            assert_eq!(session.visible_lines(), 30);
        }
        assert_eq!((session.visible_lines(), session.views()), (29, 2));
        // Lines that come meanwhile are found, and those that go are not.
        session.begin_filter(filter("after:30m", 42));
        session.search(1);
        let mut batch = LogBatch::new();
        batch.push_line(minute(41), LogStream::Stdout, "new");
        session.ingest(0, batch);
        while !session.search(1) {}
        assert_eq!(session.visible_lines(), 29);
        // An instant stays what it is.
        session.set_filter(filter("after:1970-01-01T00:10:00Z", 42));
        let views = session.views();
        session.begin_filter(filter("after:1970-01-01T00:10:00Z", 43));
        assert!(session.search(0) && session.views() == views);
        assert_eq!(session.visible_lines(), 31);
    }
}
