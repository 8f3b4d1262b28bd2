//! Writes the members of a line as tokens: the words of its message, of all others one value each.

use std::ops::Range;

use super::word::quoted_part;
use super::{Class, MAX_TOKENS, Part, Scanner, Token};
use crate::logs::template::classify::{Kind, kind_of};

/// Tokens before the message; the members that find no place there are one value together.
const BEFORE: usize = MAX_TOKENS / 2;

pub(super) struct Fold<'a, 't> {
    line: &'a [u8],
    tokens: &'t mut Vec<Token>,
    /// Where the text of the message starts.
    message_at: usize,
    /// Its tokens, with the quotes around it.
    message: Range<usize>,
    /// Where the rest of the line starts that finds no place.
    cut: Option<usize>,
}

impl<'a, 't> Fold<'a, 't> {
    pub(super) fn new(line: &'a [u8], tokens: &'t mut Vec<Token>, message_at: usize) -> Self {
        Self {
            line,
            tokens,
            message_at,
            message: 0..0,
            cut: None,
        }
    }

    fn push(&mut self, at: Range<usize>, part: Part, quoted: bool) {
        self.tokens.push(Token {
            start: at.start as u32,
            end: at.end as u32,
            part,
            quoted,
            spaced: false,
            column: false,
        });
    }

    pub(super) fn mark(&mut self, at: usize) {
        self.push(at..at + 1, Part::Mark, false);
    }

    pub(super) fn name(&mut self, name: Range<usize>) {
        self.push(name, Part::Word(Class::Member), true);
    }

    /// A member with a value that stands in quotes, which are no part of it, or in none.
    pub(super) fn member(&mut self, name: Range<usize>, value: Range<usize>, quoted: bool) {
        if self.cut.is_some() {
            return;
        }
        if value.start == self.message_at && !value.is_empty() {
            self.name(name);
            return self.tell(value, quoted);
        }
        if self.message.is_empty() && self.tokens.len() > BEFORE {
            return self.extend(name, value.end + usize::from(quoted));
        }
        if self.tokens.len() + 6 > MAX_TOKENS {
            self.cut = Some(self.start_of(&name));
            return;
        }
        let text = &self.line[value.clone()];
        let part = match text.first() {
            Some(_) if quoted => quoted_part(text),
            Some(first) if !matches!(first, b'{' | b'[') && text.iter().any(u8::is_ascii_digit) => {
                Part::Value(kind_of(text))
            }
            _ => Part::Empty,
        };
        let part = match part {
            Part::Value(_) => part,
            _ => Part::Value(Kind::Any),
        };
        self.name(name);
        self.push(value, part, quoted);
    }

    /// Makes the last value go on to the end of another.
    fn extend(&mut self, name: Range<usize>, end: usize) {
        let end = end.min(self.line.len());
        match self.tokens.last_mut() {
            Some(last) if matches!(last.part, Part::Value(_)) => {
                last.start -= u32::from(std::mem::take(&mut last.quoted));
                last.end = end as u32;
                last.part = Part::Value(Kind::Any);
            }
            _ => self.push(self.start_of(&name)..end, Part::Value(Kind::Any), false),
        }
    }

    /// Where a name starts, with its quote if it has one.
    fn start_of(&self, name: &Range<usize>) -> usize {
        let before = self.line.get(..name.start);
        name.start - usize::from(before.is_some_and(|it| it.ends_with(b"\"")))
    }

    /// The message.
    fn tell(&mut self, value: Range<usize>, quoted: bool) {
        let start = self.tokens.len() + 1;
        self.mark(value.start - 1);
        if !quoted {
            let part = quoted_part(&self.line[value.clone()]);
            self.push(value, part, false);
            self.message = start..start + 1;
            return;
        }
        let (read, _) = Scanner {
            line: &self.line[..self.line.len().min(value.end + 1)],
            at: value.start,
            tokens: self.tokens,
            spaced: false,
            open: b'"',
            message: start - 1..start,
            depth: 0,
            rank: 0,
            in_message: true,
        }
        .run();
        self.message = read;
    }

    /// Which tokens are the message, and how many bytes of the line were read.
    pub(super) fn finish(self) -> (Range<usize>, usize) {
        (self.message, self.cut.unwrap_or(self.line.len()))
    }
}
