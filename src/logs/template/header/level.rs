//! The level of a header.

use super::field::{Field, is_name};
use super::{Head, is_letter};
use crate::logs::severity::level_word;

/// Fields after a timestamp within which an upper-case level word makes those before it header.
const LEVEL_FIELDS: usize = 6;

impl<'a> Head<'a> {
    /// A level here, or an upper-case or bracketed one a few fields ahead with nothing of a
    /// sentence before it.
    pub(super) fn level(&mut self, field: &Field<'a>) -> Option<usize> {
        if self.level.is_some() {
            return None;
        }
        let expected = self.timed && !self.tagged;
        let mut end = field.end;
        let mut ahead = *field;
        let mut words = 0;
        for _ in 0..if expected { LEVEL_FIELDS } else { 0 } {
            if let Some((span, apart)) = ahead.level()
                && (self.is_loud(span) && level_word(&self.line[span.0..span.1]) == Some(true)
                    || apart && ahead.group)
                && (words == 0 || self.is_apart(&ahead))
            {
                self.level = Some(span);
                self.done = ahead.text.ends_with(b":");
                return Some(ahead.end);
            }
            let member = ahead
                .text
                .iter()
                .position(|b| *b == b'=')
                .is_some_and(|at| at > 0);
            // One word may be the name of a host or thread; more are the message, as is what begins
            // with a capital.
            words += usize::from(ahead.is_word());
            let told = words > 1 || ahead.is_word() && ahead.core()[0].is_ascii_uppercase();
            if told || ahead.is_prose() && !member || ahead.text.ends_with(b".") {
                break;
            }
            ahead = self.field(ahead.end);
        }
        let span = if let Some((span, apart)) = field.level() {
            if !apart && !expected {
                return None;
            }
            span
        } else if let Some((length, to)) = logger_glued(field.text) {
            end = field.start + to;
            self.done = true;
            (field.start, field.start + length)
        } else {
            let core = field.core();
            let next = self.field(field.end).text;
            let apart = core.len() < field.text.len()
                || field.column
                || next.ends_with(b":")
                || next.starts_with(b"[")
                || next == b"|";
            if !(expected && is_letter(core) && apart) {
                return None;
            }
            let start = field.start + usize::from(field.group);
            (start, start + 1)
        };
        self.level = Some(span);
        self.done |= field.text.ends_with(b":");
        Some(end)
    }
}

impl<'a> Head<'a> {
    /// Whether more of a header follows on a level: `got ERROR status 5` is told.
    fn is_apart(&self, level: &Field<'a>) -> bool {
        let next = self.field(level.end).text;
        let mark = |b: &u8| matches!(b, b'[' | b'(' | b'-' | b'|' | b':' | b'{');
        level.group
            || level.column
            || level.text.ends_with(b":")
            || next.first().is_some_and(mark)
            || next.ends_with(b":")
            || next.iter().any(|b| matches!(b, b'.' | b'/' | b'$'))
    }
}

/// `LEVEL:logger:text` of Python: the length of the level, and where the text starts.
fn logger_glued(text: &[u8]) -> Option<(usize, usize)> {
    let level = text.iter().position(|&b| b == b':')?;
    let word = &text[..level];
    if level_word(word) != Some(true) || !word.iter().all(u8::is_ascii_uppercase) {
        return None;
    }
    let rest = &text[level + 1..];
    let name = rest.iter().position(|&b| b == b':')?;
    is_name(&rest[..name]).then_some((level, level + name + 2))
}
