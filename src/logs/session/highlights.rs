//! Texts that somebody has marked in the log, whatever the filter is: where they stand, how many lines have
//! them, and which line is the next one. And the next error, which needs no mark.

use std::ops::Range;
use std::sync::Arc;

use super::LogSession;
use crate::logs::query::columns::{GOES_ON, NOTE, counted};
use crate::logs::query::phrase::Phrase;
use crate::logs::query::{Known, Language, Matches, Plan};
use crate::logs::severity::Severity;
use crate::logs::store::LogStore;

/// Most texts that are marked at once: as many colours as can be told apart.
pub const MAX_HIGHLIGHTS: usize = 6;

/// What is searched at once of what came, in bytes: see [`LogSession::ingest`].
const AT_ONCE: usize = 2 << 20;

/// A marked text, and the rows that have it.
#[derive(Clone, Debug)]
pub(super) struct Highlight {
    text: String,
    language: Option<Language>,
    plan: Plan,
    matches: Matches,
    /// There are rows that have not been searched: slices are under way.
    searching: bool,
}

/// Where to look for another line, from a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Towards {
    /// From this row on, to newer ones.
    Newer(u64),
    /// Before this row, to older ones.
    Older(u64),
}

impl Highlight {
    fn new(text: &str, language: Option<Language>) -> Self {
        let mut plan = Plan::default();
        match language {
            Some(language) if is_expression(text) => {
                language.bind(text, &Known::default(), &mut plan);
            }
            _ => {}
        }
        // An expression that cannot be read would let everything pass.
        if plan.is_everything() {
            plan.add(Arc::new(Phrase::new(text)));
        }
        Self {
            text: text.to_owned(),
            language,
            plan,
            matches: Matches::default(),
            searching: true,
        }
    }

    /// True where nothing is left to search.
    fn search(&mut self, store: &LogStore, bytes: usize) -> bool {
        self.searching = !self.matches.search(&self.plan, store, bytes);
        !self.searching
    }
}

/// Whether a text to be marked is a regular expression: it stands between slashes.
#[must_use]
pub fn is_expression(text: &str) -> bool {
    text.len() > 2 && text.starts_with('/') && (text.ends_with('/') || text.ends_with("/i"))
}

impl LogSession {
    /// Marks these texts and no others, letter case aside, each in the colour of its place; one between
    /// slashes is a regular expression where the language reads such. Blank ones, those that came before,
    /// and those beyond [`MAX_HIGHLIGHTS`] are left out. [`search`](Self::search) finds the rows that have them.
    pub fn set_highlights(&mut self, texts: &[String], language: Option<Language>) {
        let mut before = std::mem::take(&mut self.highlights);
        for text in texts.iter().map(|it| it.trim()) {
            let full = self.highlights.len() == MAX_HIGHLIGHTS;
            if full || text.is_empty() || self.highlights.iter().any(|it| it.text == text) {
                continue;
            }
            let language = language.filter(|_| is_expression(text));
            let known = before
                .iter()
                .position(|it| it.text == text && it.language == language);
            self.highlights.push(match known {
                Some(at) => before.swap_remove(at),
                None => Highlight::new(text, language),
            });
        }
        self.version += 1;
        self.marked += 1;
    }

    /// How many times texts were marked: where this is the same, so are the marks of a line.
    #[must_use]
    pub fn markings(&self) -> u64 {
        self.marked
    }

    /// The texts that are marked, each with the number of lines held in which it was found so far.
    pub fn highlights(&self) -> impl ExactSizeIterator<Item = (&str, usize)> {
        self.highlights
            .iter()
            .map(|it| (it.text.as_str(), it.matches.lines()))
    }

    /// For each of the marked texts, where it stands in `stripped`, a line without escape sequences: byte
    /// ranges in order that do not overlap.
    #[must_use]
    pub fn highlighted(&self, stripped: &str) -> Vec<Vec<Range<usize>>> {
        let plans = self.highlights.iter().map(|it| &it.plan);
        plans.map(|plan| plan.marks(stripped)).collect()
    }

    /// Number of the nearest visible line with a marked text, as far as they are found.
    #[must_use]
    pub fn next_highlighted(&self, towards: Towards) -> Option<u64> {
        let next = |matches: &Matches| {
            let mut index = match towards {
                Towards::Newer(row) => matches.index_of(row),
                Towards::Older(row) => matches.index_of(row).checked_sub(1)?,
            };
            loop {
                let row = matches.get(index)?;
                if matches.is_line(row) && self.is_visible(row) {
                    return Some(row);
                }
                index = match towards {
                    Towards::Newer(_) => index + 1,
                    Towards::Older(_) => index.checked_sub(1)?,
                };
            }
        };
        let found = self.highlights.iter().filter_map(|it| next(&it.matches));
        match towards {
            Towards::Newer(_) => found.min(),
            Towards::Older(_) => found.max(),
        }
    }

    /// Number of the nearest visible line that counts as an error or worse. Of an event of several lines that is
    /// the first one that is visible.
    #[must_use]
    pub fn next_error(&self, towards: Towards) -> Option<u64> {
        let is_error = |number: u64, byte: u8| {
            byte != NOTE
                && matches!(counted(byte), Severity::Error | Severity::Fatal)
                && self.is_visible(number)
                && (byte & GOES_ON == 0
                    || number == self.store.first_row()
                    || !self.is_visible(number.saturating_sub(1)))
        };
        let mut at = match towards {
            Towards::Newer(row) => row.max(self.store.first_row()),
            Towards::Older(row) => row.min(self.store.end_row()).checked_sub(1)?,
        };
        loop {
            let (start, columns) = self.store.columns_at(at)?;
            let here = (at - start) as usize;
            let is_it = |row: &usize| {
                columns
                    .severities
                    .get(*row)
                    .is_some_and(|it| is_error(start + *row as u64, *it))
            };
            let found = match towards {
                Towards::Newer(_) => (here..columns.len()).find(is_it),
                Towards::Older(_) => (0..=here).rev().find(is_it),
            };
            if let Some(row) = found {
                return Some(start + row as u64);
            }
            at = match towards {
                Towards::Newer(_) => start + columns.len() as u64,
                Towards::Older(_) => start.checked_sub(1)?,
            };
        }
    }

    /// Whether all rows held were searched for the marked texts.
    #[must_use]
    pub fn is_marked_through(&self) -> bool {
        self.highlights.iter().all(|it| !it.searching)
    }

    /// Goes on with the search for rows that have marked texts. True where nothing is left.
    pub(super) fn search_highlights(&mut self, bytes: usize) -> bool {
        let left = self.highlights.iter_mut().filter(|it| it.searching);
        let mut left = left.peekable();
        self.version += u64::from(left.peek().is_some());
        // One after the other: a slice is not to take several times as long.
        left.all(|it| it.search(&self.store, bytes))
    }

    /// Brings them up to date where only these rows are what they were.
    pub(super) fn keep_highlights(&mut self, rows: &Range<u64>) {
        for it in &mut self.highlights {
            it.matches.keep(rows.clone());
            if !it.searching {
                it.search(&self.store, AT_ONCE);
            }
        }
    }

    /// Memory that they hold in bytes.
    pub(super) fn highlights_bytes(&self) -> usize {
        let matches = self.highlights.iter().map(|it| it.matches.heap_bytes());
        matches.sum()
    }

    /// The same texts, to be searched anew.
    pub(super) fn forget_highlighted(&mut self) {
        for it in &mut self.highlights {
            it.matches = Matches::default();
            it.searching = true;
        }
    }
}

#[cfg(test)]
mod tests;
