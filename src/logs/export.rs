//! The lines of a session as a file, piece by piece.
//!
//! A page writes some hundred kilobytes and rests, so that no frame waits for it; meanwhile lines
//! come and go. What was let go before it was written is told in the file, like all that is missing.

mod walk;

use std::ops::Range;

use super::ansi;
use super::session::LogSession;
use super::store::{Note, Row};
use crate::protocol::{EntryRef, Gap, GapReason, LogStream};
use crate::time::Nanos;
pub(crate) use walk::Walk;

/// How lines are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// Time, container where there are several, and the line without escape sequences.
    #[default]
    Text,
    /// The line alone, without escape sequences.
    Lines,
    /// A JSON object a line: `time`, `stream`, `severity`, `source`, and `line` as it was printed,
    /// escape sequences included. What is no line has `note` in place of `line`.
    Ndjson,
}

/// A file that is being written: what was held, or shown, when it was begun.
#[derive(Clone, Debug)]
pub struct Export {
    form: Form,
    walk: Walk,
    lines: u64,
    notes: u64,
}

impl Export {
    /// Begins with the oldest row: of those that the filter lets through, or of all.
    #[must_use]
    pub fn new(session: &LogSession, form: Form, filtered: bool) -> Self {
        Self {
            form,
            walk: Walk::new(session, filtered),
            lines: 0,
            notes: 0,
        }
    }

    /// Those of the rows with these numbers that the filter lets through.
    #[must_use]
    pub fn between(session: &LogSession, form: Form, numbers: Range<u64>) -> Self {
        Self {
            form,
            walk: Walk::between(session, numbers),
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
        let mut walk = self.walk.clone();
        let gone = walk.go_on(session);
        if gone > 0 {
            // Of those that went nobody knows whether the filter would have let them through.
            let said = format!("{gone} rows were let go while this was written");
            self.note(out, &said, None, "");
        }
        let done = out.len() < until
            && walk.rows(session, &mut |row| {
                self.row(session, row, out);
                out.len() < until
            });
        self.walk = walk;
        done
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
                    Form::Lines => line(entry, out),
                    Form::Ndjson => json(entry, severity.word(), source, out),
                }
            }
            Row::Note { source, note } => {
                let source = session.source_name(*source).unwrap_or_default();
                self.note(out, &said(note), note.time(), source);
            }
        }
    }

    /// Writes a row that is no line.
    fn note(&mut self, out: &mut String, said: &str, at: Option<Nanos>, source: &str) {
        self.notes += 1;
        match self.form {
            Form::Text | Form::Lines => {
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

fn text(entry: &EntryRef<'_>, source: &str, several: bool, out: &mut String) {
    out.push_str(&entry.time.to_rfc3339());
    out.push(' ');
    if several {
        out.push_str(source);
        out.push(' ');
    }
    line(entry, out);
}

fn line(entry: &EntryRef<'_>, out: &mut String) {
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

/// What a row says that is no line.
fn said(note: &Note) -> String {
    match note {
        Note::Missing(gap) => missing(gap),
        Note::Started { .. } => "started again".to_owned(),
        Note::Replaced { .. } => "a new container of this name begins".to_owned(),
        Note::Ended { code: None, .. } => "ended".to_owned(),
        Note::Ended {
            code: Some(code), ..
        } => format!("ended, exit {code}"),
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
