//! The lines of a session as a file, piece by piece.
//!
//! A page writes some hundred kilobytes and rests, so that no frame waits for it; meanwhile lines
//! come and go. What was let go before it was written is told in the file, like all that is missing.

use super::ansi;
use super::session::LogSession;
use super::store::{Note, Row};
use crate::protocol::{EntryRef, Gap, GapReason, LogStream};
use crate::time::Nanos;

/// How lines are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// Time, container where there are several, and the line without escape sequences.
    #[default]
    Text,
    /// A JSON object a line: `time`, `stream`, `severity`, `source`, and `line` as it was printed,
    /// escape sequences included. What is no line has `note` in place of `line`.
    Ndjson,
}

/// A file that is being written: what was held, or shown, when it was begun.
#[derive(Clone, Debug)]
pub struct Export {
    form: Form,
    filtered: bool,
    /// Numbers of the rows that are still to be written.
    next: u64,
    end: u64,
    /// The row that was written last, to find it where late lines moved it.
    last: Option<Written>,
    /// How many times rows had moved when that was looked at last.
    moves: u64,
    lines: u64,
    notes: u64,
}

/// What a row is known by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Written {
    time: Nanos,
    source: u16,
    bytes: usize,
}

impl Export {
    /// Begins with the oldest row: of those that the filter lets through, or of all.
    #[must_use]
    pub fn new(session: &LogSession, form: Form, filtered: bool) -> Self {
        Self {
            form,
            filtered: filtered && !session.filter().is_all(),
            next: session.store().first_row(),
            end: session.store().end_row(),
            last: None,
            moves: session.store().moved_since(u64::MAX).0,
            lines: 0,
            notes: 0,
        }
    }

    /// The row with this number as a line of NDJSON; `None` where it is not held.
    #[must_use]
    pub fn one(session: &LogSession, number: u64) -> Option<String> {
        let index = number.checked_sub(session.store().first_row())?;
        let row = session.store().row(index as usize)?;
        let mut out = String::new();
        Self::new(session, Form::Ndjson, false).row(session, &row, &mut out);
        Some(out)
    }

    /// Lines written so far.
    #[must_use]
    pub fn lines(&self) -> u64 {
        self.lines
    }

    /// Rows written so far that are no lines: each tells of lines that are missing, or of a container.
    #[must_use]
    pub fn notes(&self) -> u64 {
        self.notes
    }

    /// Appends rows until about so many bytes are added. True where nothing is left.
    pub fn write(&mut self, session: &LogSession, bytes: usize, out: &mut String) -> bool {
        let until = out.len().saturating_add(bytes);
        self.find_again(session);
        let first = session.store().first_row();
        if self.next < first {
            // Of those that went nobody knows whether the filter would have let them through.
            let gone = first.min(self.end) - self.next;
            self.note(
                out,
                &format!("{gone} rows were let go while this was written"),
                None,
                "",
            );
            self.next = first;
        }
        let mut index = match self.filtered {
            true => session.index_of(self.next),
            false => (self.next - first) as usize,
        };
        while out.len() < until {
            let number = match self.filtered {
                true => session.number_of(index),
                false => Some(first + index as u64),
            };
            let Some(number) = number.filter(|it| *it < self.end) else {
                self.next = self.end;
                return true;
            };
            let row = match self.filtered {
                true => session.visible(index),
                false => session.store().row(index),
            };
            if let Some(row) = row {
                self.row(session, &row, out);
                self.last = Some(Written::of(&row));
            }
            self.next = number + 1;
            index += 1;
        }
        self.next >= self.end
    }

    /// Lines of a merged log that come late move those behind them: goes on behind the row that was
    /// written last, wherever it is now, and to the end that there is now, for what is before it was
    /// held when this began.
    fn find_again(&mut self, session: &LogSession) {
        let (moves, first_moved) = session.store().moved_since(self.moves);
        self.moves = moves;
        if first_moved >= self.end {
            return;
        }
        self.end = session.store().end_row();
        if first_moved >= self.next {
            return;
        }
        let Some((last, at)) = self.last.zip(self.next.checked_sub(1)) else {
            return;
        };
        let Some(index) = at.checked_sub(session.store().first_row()) else {
            return;
        };
        let moved = session
            .store()
            .iter_from(index as usize)
            .position(|row| Written::of(&row) == last);
        if let Some(moved) = moved {
            self.next += moved as u64;
        }
    }

    fn row(&mut self, session: &LogSession, row: &Row<'_>, out: &mut String) {
        match row {
            Row::Entry {
                entry,
                severity,
                source,
                ..
            } => {
                self.lines += 1;
                let source = session.source_name(*source).unwrap_or_default();
                match self.form {
                    Form::Text => text(entry, source, session.source_count() > 1, out),
                    Form::Ndjson => json(entry, severity.word(), source, out),
                }
            }
            Row::Note { source, note } => {
                let source = session.source_name(*source).unwrap_or_default();
                let (said, at) = said(note);
                self.note(out, &said, at, source);
            }
        }
    }

    /// Writes a row that is no line.
    fn note(&mut self, out: &mut String, said: &str, at: Option<Nanos>, source: &str) {
        self.notes += 1;
        match self.form {
            Form::Text => {
                let words = ["--- ", source, if source.is_empty() { "" } else { ": " }];
                words.iter().for_each(|it| out.push_str(it));
                out.push_str(said);
                out.push_str(" ---\n");
            }
            Form::Ndjson => {
                out.push_str("{\"time\":");
                match at {
                    Some(at) => string(&at.to_rfc3339(), out),
                    None => out.push_str("null"),
                }
                member("source", source, out);
                member("note", said, out);
                out.push_str("}\n");
            }
        }
    }
}

impl Written {
    fn of(row: &Row<'_>) -> Self {
        match row {
            Row::Entry { entry, source, .. } => Self {
                time: entry.time,
                source: *source,
                bytes: entry.text.len(),
            },
            Row::Note { source, note } => Self {
                time: said(note).1.unwrap_or_default(),
                source: *source,
                bytes: usize::MAX,
            },
        }
    }
}

fn text(entry: &EntryRef<'_>, source: &str, several: bool, out: &mut String) {
    out.push_str(&entry.time.to_rfc3339());
    out.push(' ');
    if several {
        out.push_str(source);
        out.push(' ');
    }
    ansi::strip_into(entry.text, out);
    out.push('\n');
}

fn json(entry: &EntryRef<'_>, severity: &str, source: &str, out: &mut String) {
    out.push_str("{\"time\":");
    string(&entry.time.to_rfc3339(), out);
    member(
        "stream",
        match entry.stream {
            LogStream::Stdout => "stdout",
            LogStream::Stderr => "stderr",
        },
        out,
    );
    member("severity", severity, out);
    member("source", source, out);
    member("line", entry.text, out);
    for (name, set) in [
        // The time is that of the line before: this one came without.
        ("untimed", entry.untimed),
        ("truncated", entry.truncated),
        ("lossy", entry.lossy),
    ] {
        if set {
            out.push_str(",\"");
            out.push_str(name);
            out.push_str("\":true");
        }
    }
    out.push_str("}\n");
}

fn member(name: &str, value: &str, out: &mut String) {
    out.push_str(",\"");
    out.push_str(name);
    out.push_str("\":");
    string(value, out);
}

/// A JSON string (RFC 8259, section 7).
fn string(text: &str, out: &mut String) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    out.push('"');
    let mut rest = text;
    // All that must be escaped is one byte.
    while let Some(at) = rest
        .bytes()
        .position(|b| b < 0x20 || b == b'"' || b == b'\\')
    {
        let (plain, behind) = rest.split_at(at);
        out.push_str(plain);
        let byte = behind.as_bytes()[0];
        out.push('\\');
        match byte {
            b'"' | b'\\' => out.push(byte.into()),
            b'\n' => out.push('n'),
            b'\r' => out.push('r'),
            b'\t' => out.push('t'),
            _ => {
                out.push_str("u00");
                out.push(HEX[usize::from(byte >> 4)].into());
                out.push(HEX[usize::from(byte & 15)].into());
            }
        }
        rest = &behind[1..];
    }
    out.push_str(rest);
    out.push('"');
}

/// What a row says that is no line, and when it was.
fn said(note: &Note) -> (String, Option<Nanos>) {
    match note {
        Note::Missing(gap) => (missing(gap), gap.after.or(gap.before)),
        Note::Started { at } => ("started again".to_owned(), Some(*at)),
        Note::Replaced { at } => ("a new container of this name begins".to_owned(), Some(*at)),
        Note::Ended { at, code: None } => ("ended".to_owned(), Some(*at)),
        Note::Ended {
            at,
            code: Some(code),
        } => (format!("ended, exit {code}"), Some(*at)),
    }
}

fn missing(gap: &Gap) -> String {
    let lines = match gap.lines {
        Some(1) => "1 line".to_owned(),
        Some(lines) => format!("{lines} lines"),
        None => "lines".to_owned(),
    };
    let why = match gap.reason {
        GapReason::Rotated => "Docker no longer has them",
        GapReason::SlowViewer => "the page was too slow to take them",
        GapReason::Unavailable => "the server could not get them back",
        GapReason::Skipped => "too many were printed meanwhile to bring all of them",
    };
    format!("{lines} missing here: {why}")
}

#[cfg(test)]
mod tests;
