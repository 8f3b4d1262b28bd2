//! A query bound to what is known: names of containers, merged templates, the clock, and an engine
//! of regular expressions where there is one.
//!
//! A plan is a list of checks behind one trait. So the page's first file holds only those that a
//! plain filter is made of; the language, and the checks that only it makes, come with a later one.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use super::columns::Columns;
use super::rows::Rows;
use super::{Here, RegexEngine};
use crate::logs::template::{LogTemplateEngine, TemplateId};
use crate::sort::sort_by_key;

/// What a query is bound to.
#[derive(Clone, Copy, Default)]
pub struct Known<'a> {
    /// The clock.
    pub here: Here,
    /// Containers: number and name.
    pub sources: &'a [(u16, &'a str)],
    /// The templates, for those that became part of others.
    pub templates: Option<&'a LogTemplateEngine>,
    /// Where there is one.
    pub engine: Option<&'a dyn RegexEngine>,
}

impl Known<'_> {
    /// These templates and those that became part of them, in order.
    pub(in crate::logs) fn family(&self, ids: &[TemplateId]) -> Vec<u32> {
        let mut all: Vec<u32> = Vec::new();
        let mut add = |id: u32| {
            let at = all.partition_point(|it| *it < id);
            // No template has the number of a blank line.
            if id != u32::MAX {
                all.insert(at, id);
            }
        };
        for &id in ids {
            let survivor = self.templates.map_or(id, |it| it.resolve(id));
            add(survivor.0);
            if let Some(templates) = self.templates {
                for (merged, into) in templates.aliases() {
                    if into == survivor {
                        add(merged.0);
                    }
                }
            }
        }
        all
    }
}

/// Something that rows can be asked.
pub(in crate::logs) trait Check: Send + Sync {
    /// Keeps the rows that pass, of some that are all lines.
    fn narrow(&self, columns: &Columns<'_>, rows: &mut Rows);

    /// How long it takes, roughly, compared with others: cheap ones go first.
    fn cost(&self) -> u8 {
        0
    }

    /// How long it takes for each byte, of what a search for a text takes at most.
    fn work(&self) -> usize {
        0
    }

    /// Adds where what it looks for stands in a line without escape sequences.
    fn mark(&self, _line: &str, _found: &mut Marks) {}
}

/// Most marks of one line.
const MAX_MARKS: usize = 500;

/// Byte ranges of a line.
pub(in crate::logs) struct Marks(Vec<Range<usize>>);

impl Marks {
    /// Adds a range, which may overlap some that are there.
    pub(super) fn add(&mut self, range: Range<usize>) {
        if !self.is_full() {
            self.0.push(range);
        }
    }

    /// Whether no more are taken.
    pub(super) fn is_full(&self) -> bool {
        self.0.len() == MAX_MARKS
    }

    /// In order, those that overlap as one.
    fn joined(mut self) -> Vec<Range<usize>> {
        sort_by_key(&mut self.0, |it| it.start);
        self.0.dedup_by(|next, before| {
            let overlaps = next.start < before.end;
            if overlaps {
                before.end = before.end.max(next.end);
            }
            overlaps
        });
        self.0
    }
}

/// A query that is ready to be asked of rows.
///
/// It is made anew where what it depends on changes: see [`Plan::uses_sources`] and
/// [`Plan::templates`].
#[derive(Clone, Default)]
pub struct Plan {
    /// All must pass; the cheapest first.
    pub(super) checks: Vec<Arc<dyn Check>>,
    pub(super) uses_sources: bool,
    pub(super) uses_patterns: bool,
    pub(super) templates: Vec<u32>,
    pub(super) times: Vec<i64>,
}

impl Plan {
    /// Adds a check, which all rows must pass.
    pub(in crate::logs) fn add(&mut self, check: Arc<dyn Check>) {
        let cost = check.cost();
        let at = self.checks.partition_point(|it| it.cost() <= cost);
        self.checks.insert(at, check);
    }

    /// Says that it depends on these templates.
    pub(in crate::logs) fn name_templates(&mut self, ids: &[u32]) {
        self.templates.extend_from_slice(ids);
    }

    /// Whether it depends on the names of containers.
    #[must_use]
    pub fn uses_sources(&self) -> bool {
        self.uses_sources
    }

    /// Whether it depends on the texts of templates.
    #[must_use]
    pub fn uses_patterns(&self) -> bool {
        self.uses_patterns
    }

    /// How long it takes for each byte of text, in searches for one text; at least 1.
    pub(in crate::logs) fn work(&self) -> usize {
        let work = self.checks.iter().map(|it| it.work()).sum::<usize>();
        work.max(1)
    }

    /// The templates that it names, and those that became part of them: where this changes, so
    /// does the plan.
    #[must_use]
    pub fn templates(&self) -> &[u32] {
        &self.templates
    }

    /// The instants that its text means here and now, in nanoseconds, in the order of the text.
    pub(in crate::logs) fn times(&self) -> &[i64] {
        &self.times
    }

    /// Whether it lets everything through.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        self.checks.is_empty()
    }

    /// Where what the query looks for stands in `stripped`, a line without escape sequences: byte
    /// ranges in order that do not overlap, the first five hundred that are found. What it excludes is
    /// not looked for.
    #[must_use]
    pub fn marks(&self, stripped: &str) -> Vec<Range<usize>> {
        let mut found = Marks(Vec::new());
        for check in &self.checks {
            check.mark(stripped, &mut found);
        }
        found.joined()
    }
}

impl fmt::Debug for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Plan of {} checks", self.checks.len())
    }
}
