//! A plan over a run of rows: the rows that come into question become fewer from test to test, the
//! cheap tests first.
//!
//! A text is looked for in the text of all rows at once, and only then the row is found that it
//! stands in.

use std::ops::Range;

use scan::{Needle, find_non_ascii};

use super::columns::{Columns, NOTE};
use super::phrase::Phrase;
use super::plan::{Check, Marks, Plan};
use super::rows::Rows;
use crate::logs::ansi;

/// One row of so many in question: then each is looked at, not all text.
const FEW: usize = 8;

impl Plan {
    /// The rows of a range that it lets through, ascending. Rows that are no lines are always let
    /// through: what is missing could have matched.
    pub(in crate::logs) fn select(
        &self,
        columns: &Columns<'_>,
        range: Range<usize>,
        visit: &mut dyn FnMut(usize),
    ) {
        let mut rows = Rows::range(range.clone(), columns.len());
        let note = |row: usize| columns.severities.get(row) == Some(&NOTE);
        let mut notes = Rows::none(columns.len());
        for row in range.filter(|row| note(*row)) {
            notes.insert(row);
        }
        rows.remove(&notes);
        for check in &self.checks {
            if !rows.is_empty() {
                check.narrow(columns, &mut rows);
            }
        }
        rows.add(&notes);
        rows.for_each(visit);
    }
}

impl Check for Phrase {
    fn narrow(&self, columns: &Columns<'_>, rows: &mut Rows) {
        with_text(self, columns, rows);
    }

    fn cost(&self) -> u8 {
        if self.is_ascii() { 1 } else { 2 }
    }

    fn work(&self) -> usize {
        // Without an anchor each character of lines beyond ASCII is compared.
        if self.anchor().is_some() { 1 } else { 10 }
    }

    fn mark(&self, line: &str, found: &mut Marks) {
        let mut from = 0;
        while !found.is_full()
            && let Some(range) = self.find(line, from)
        {
            from = range.end;
            found.add(range);
        }
    }
}

/// The line without escape sequences; in the buffer if it has some.
pub(super) fn strip<'a>(line: &'a str, buffer: &'a mut String) -> &'a str {
    if !ansi::has_escapes(line) {
        return line;
    }
    buffer.clear();
    ansi::strip_into(line, buffer);
    buffer
}

/// Keeps the rows whose lines, less their escape sequences, hold a text.
pub(super) fn with_text(phrase: &Phrase, columns: &Columns<'_>, rows: &mut Rows) {
    if rows.count() * FEW < columns.len() {
        let mut stripped = String::new();
        rows.retain(&mut |row| phrase.is_in(strip(columns.line(row), &mut stripped)));
        return;
    }
    // In a line with escape sequences a text may be cut by one, or stand in one.
    let mut escaped = with_byte(0x1b, columns, rows);
    rows.remove(&escaped);
    let mut found = match phrase.anchor() {
        Some(anchor) => with_needle(anchor, columns, rows),
        None => with_non_ascii(columns, rows),
    };
    if !phrase.is_ascii() {
        found.retain(&mut |row| phrase.is_in(columns.line(row)));
    }
    let mut stripped = String::new();
    escaped.retain(&mut |row| phrase.is_in(strip(columns.line(row), &mut stripped)));
    found.add(&escaped);
    *rows = found;
}

/// Those of the rows that hold a byte.
pub(super) fn with_byte(byte: u8, columns: &Columns<'_>, rows: &Rows) -> Rows {
    match Needle::new(&[byte]) {
        Some(needle) => with_needle(&needle, columns, rows),
        None => Rows::none(columns.len()),
    }
}

fn with_needle(needle: &Needle, columns: &Columns<'_>, rows: &Rows) -> Rows {
    let text = columns.text.as_bytes();
    scan_rows(columns, rows, needle.len(), &|from, end| {
        needle.find(text.get(..end)?, from)
    })
}

fn with_non_ascii(columns: &Columns<'_>, rows: &Rows) -> Rows {
    let text = columns.text.as_bytes();
    scan_rows(columns, rows, 1, &|from, end| {
        find_non_ascii(text.get(..end)?, from)
    })
}

/// Those of the rows in which something of this length stands, which is found in the text of all:
/// from a place, up to another.
fn scan_rows(
    columns: &Columns<'_>,
    rows: &Rows,
    length: usize,
    find: &dyn Fn(usize, usize) -> Option<usize>,
) -> Rows {
    let mut found = Rows::none(columns.len());
    let Range { start, end } = rows.bounds();
    if start == end {
        return found;
    }
    let mut row = start;
    let mut at = columns.start(start);
    let end = columns.end(end - 1);
    while let Some(place) = find(at, end) {
        while columns.end(row) <= place {
            row += 1;
        }
        at = if !rows.contains(row) {
            columns.end(row)
        } else if place + length <= columns.end(row) {
            found.insert(row);
            columns.end(row)
        } else {
            // It begins in this row and ends in the next.
            place + 1
        };
    }
    found
}
