//! Texts that somebody has marked in the log, whatever the filter is: where they stand, how many lines have
//! them, and which line is the next one. And the next error, which needs no mark.

use std::ops::Range;
use std::sync::Arc;

use super::LogSession;
use crate::logs::query::columns::{GOES_ON, NOTE, counted};
use crate::logs::query::phrase::Phrase;
use crate::logs::query::{Known, Language, Matches, Plan, Query};
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
        // What begins and ends with a slash may be more than one expression, such as `/a/ -b/`.
        match language {
            Some(language) if matches!(language.query(text), Query::Regex(_)) => {
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

    /// Whether it marks the same as another text would.
    fn is_like(&self, text: &str) -> bool {
        // Marks have no letter case, expressions have.
        self.text == text
            || !is_expression(text)
                && !is_expression(&self.text)
                && self.text.to_lowercase() == text.to_lowercase()
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

/// A text to be marked that marks `text` as it stands, also where that looks like an expression.
#[must_use]
pub fn literally(text: &str) -> String {
    if !is_expression(text) {
        return text.to_owned();
    }
    let mut out = String::from("/");
    for sign in text.chars() {
        if sign.is_ascii_punctuation() {
            out.push('\\');
        }
        out.push(sign);
    }
    // Like all other texts.
    out.push_str("/i");
    out
}

impl LogSession {
    /// Marks these texts and no others, letter case aside, each in the colour of its place; one between
    /// slashes is a regular expression where the language reads it as one. A blank one leaves its place free,
    /// as does one that marks what another did before it; those beyond [`MAX_HIGHLIGHTS`] are left out.
    /// [`search`](Self::search) finds the rows that have them.
    pub fn set_highlights(&mut self, texts: &[String], language: Option<Language>) {
        let mut before = std::mem::take(&mut self.highlights);
        for text in texts.iter().take(MAX_HIGHLIGHTS).map(|it| it.trim()) {
            let mut known = self.highlights.iter().flatten();
            if text.is_empty() || known.any(|it| it.is_like(text)) {
                self.highlights.push(None);
                continue;
            }
            let language = language.filter(|_| is_expression(text));
            let is_it = |it: &Highlight| it.text == text && it.language == language;
            let known = before.iter_mut().find(|it| it.as_ref().is_some_and(is_it));
            let known = known.and_then(Option::take);
            self.highlights
                .push(known.or_else(|| Some(Highlight::new(text, language))));
        }
        while self.highlights.last().is_some_and(Option::is_none) {
            self.highlights.pop();
        }
        self.version += 1;
        self.marked += 1;
    }

    /// How many times texts were marked: where this and the texts are the same, so are the marks of a line.
    #[must_use]
    pub fn markings(&self) -> u64 {
        self.marked
    }

    /// The texts that are marked, by their places, each with the number of lines held in which it was found so
    /// far. A free place has an empty text; the last one is taken.
    pub fn highlights(&self) -> impl ExactSizeIterator<Item = (&str, usize)> {
        self.highlights.iter().map(|it| match it {
            Some(it) => (it.text.as_str(), it.matches.lines()),
            None => ("", 0),
        })
    }

    /// For the marked text of each place, where it stands in `stripped`, a line without escape sequences: byte
    /// ranges in order that do not overlap.
    #[must_use]
    pub fn highlighted(&self, stripped: &str) -> Vec<Vec<Range<usize>>> {
        let marks = |it: &Option<Highlight>| match it {
            Some(it) => it.plan.marks(stripped),
            None => Vec::new(),
        };
        self.highlights.iter().map(marks).collect()
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
        let marked = self.highlights.iter().flatten();
        let found = marked.filter_map(|it| next(&it.matches));
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
                && (byte & GOES_ON == 0 || self.is_first_of_event(number))
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

    /// Whether no earlier line of the event that a row goes on is visible: lines of other sources may stand in
    /// between.
    fn is_first_of_event(&self, number: u64) -> bool {
        let row = |number: u64| {
            let (start, columns) = self.store.columns_at(number)?;
            let at = (number - start) as usize;
            Some((*columns.severities.get(at)?, *columns.sources.get(at)?))
        };
        let Some((_, source)) = row(number) else {
            return true;
        };
        for before in (self.store.first_row()..number).rev() {
            match row(before) {
                Some((byte, of)) if of == source && byte != NOTE => {
                    if self.is_visible(before) {
                        return false;
                    }
                    if byte & GOES_ON == 0 {
                        return true;
                    }
                }
                _ => {}
            }
        }
        true
    }

    /// Whether all rows held were searched for the marked texts.
    #[must_use]
    pub fn is_marked_through(&self) -> bool {
        self.highlights.iter().flatten().all(|it| !it.searching)
    }

    /// Goes on with the search for rows that have marked texts. True where nothing is left.
    pub(super) fn search_highlights(&mut self, bytes: usize) -> bool {
        let marked = self.highlights.iter_mut().flatten();
        let left = marked.filter(|it| it.searching);
        let mut left = left.peekable();
        self.version += u64::from(left.peek().is_some());
        // One after the other: a slice is not to take several times as long.
        left.all(|it| it.search(&self.store, bytes))
    }

    /// Brings them up to date where only these rows are what they were.
    pub(super) fn keep_highlights(&mut self, rows: &Range<u64>) {
        for it in self.highlights.iter_mut().flatten() {
            it.matches.keep(rows.clone());
            if !it.searching {
                it.search(&self.store, AT_ONCE);
            }
        }
    }

    /// Memory that they hold in bytes.
    pub(super) fn highlights_bytes(&self) -> usize {
        let marked = self.highlights.iter().flatten();
        let matches = marked.map(|it| it.matches.heap_bytes());
        matches.sum()
    }

    /// The same texts, to be searched anew.
    pub(super) fn forget_highlighted(&mut self) {
        for it in self.highlights.iter_mut().flatten() {
            it.matches = Matches::default();
            it.searching = true;
        }
    }
}

#[cfg(test)]
mod tests;
