//! Cuts a message into typed tokens in one pass over its bytes.
//!
//! A token is a word, a value (whatever holds a digit, a path, a URL, an address), or
//! punctuation. Names with a number behind them are cut (`worker-12` is `worker-` and a number)
//! only when a template is written, so that all values look alike to the grouping.

mod fold;
mod json;
mod logfmt;
mod members;
mod quote;
mod record;
mod run;
mod word;

pub(super) use word::is_calendar;

use std::ops::Range;

use super::classify::Kind;

/// Tokens that are mined; the rest of a line is its tail.
pub(super) const MAX_TOKENS: usize = 128;

/// What a token is to the grouping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Text that is the event's own until there is evidence that it varies.
    Word(Class),
    /// A value by its shape.
    Value(Kind),
    /// Nothing where a value could be: `()`, `key=`, `-`.
    Empty,
    /// One punctuation character, or a run of them.
    Mark,
}

/// How likely a word is a value rather than part of the event, by its letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Class {
    /// Several words between quotes, `true`, `null`, a list.
    Value,
    /// A method of HTTP.
    Method,
    /// `camelCase`, `dotted.name`, `snake_case`, `dash-ed`.
    Name,
    /// An ordinary word.
    Plain,
    /// `UPPER_CASE`, or a dotted name that ends so: a constant of the program.
    Constant,
    /// A member's name: it never varies.
    Key,
    /// Likewise, beside a message that says more than the names: what is no member itself.
    Aside,
    /// What is one.
    Member,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) part: Part,
    /// Whether quotes are around it.
    pub(super) quoted: bool,
    /// Whether white space is before it.
    pub(super) spaced: bool,
    /// Whether it is a column of an access log.
    pub(super) column: bool,
}

impl Token {
    pub(super) fn text<'a>(&self, line: &'a [u8]) -> &'a [u8] {
        &line[self.start as usize..self.end as usize]
    }
}

const SPACE: u8 = 1;
/// Ends a run of word bytes.
const CUT: u8 = 2;
const DIGIT: u8 = 4;
const UPPER: u8 = 8;
const LOWER: u8 = 16;

const BYTES: [u8; 256] = {
    let mut table = [0u8; 256];
    let mut b = 0;
    while b < 256 {
        table[b] = match b as u8 {
            0..=0x20 | 0x7f => SPACE | CUT,
            b'"' | b'(' | b')' | b'[' | b']' | b'{' | b'}' | b'<' | b'>' | b',' | b';' | b'='
            | b'|' | b'`' => CUT,
            b'0'..=b'9' => DIGIT,
            b'A'..=b'Z' => UPPER,
            b'a'..=b'z' => LOWER,
            _ => 0,
        };
        b += 1;
    }
    table
};

fn cuts(b: u8) -> bool {
    BYTES[b as usize] & CUT != 0
}

/// Reads what stands in `line` behind its header, from `from` on, into `tokens`. Returns which of
/// them are the message, with its quotes, of a line that is made of members, none for others; and
/// how many bytes of the line were read.
pub(super) fn scan(
    line: &[u8],
    from: usize,
    levelled: bool,
    tokens: &mut Vec<Token>,
) -> (Range<usize>, usize) {
    tokens.clear();
    if let Some(read) = json::read(line, from, tokens).or_else(|| logfmt::read(line, from, tokens))
    {
        return read;
    }
    let (message, end) = Scanner {
        line,
        at: from,
        tokens,
        spaced: false,
        open: 0,
        message: 0..0,
        depth: 0,
        rank: 0,
        in_message: false,
    }
    .run();
    if members::are_members(line, tokens, &message) {
        return (members::settle(line, tokens, message), end);
    }
    if levelled {
        members::settle_tail(line, tokens);
    }
    record::settle(line, tokens);
    (0..0, end)
}

struct Scanner<'a> {
    line: &'a [u8],
    at: usize,
    tokens: &'a mut Vec<Token>,
    spaced: bool,
    /// The quote around the message that is being read, 0 outside of one.
    open: u8,
    /// The tokens of the message, in how many objects it is, how likely it is the message by its name,
    /// and whether they are being read.
    message: Range<usize>,
    depth: usize,
    rank: usize,
    in_message: bool,
}

impl Scanner<'_> {
    fn run(mut self) -> (Range<usize>, usize) {
        while let Some(&b) = self.line.get(self.at) {
            if self.tokens.len() + 3 > MAX_TOKENS {
                break;
            }
            if BYTES[b as usize] & SPACE != 0 {
                self.spaced = true;
                self.at += 1;
                continue;
            }
            match b {
                b'"' | b'`' => self.quote(b),
                b'\\' if self.open != 0 && self.next().is_some_and(is_escape) => {
                    self.spaced |= self.next() != Some(b'"');
                    self.at += 2;
                }
                b'\'' if self.starts_quote() => self.quote(b),
                b'{' | b'[' if self.spaced && self.open == 0 && self.starts_fields() => {
                    let end = self.line.trim_ascii_end().len();
                    self.push(self.at, end, Part::Value(Kind::Any), false);
                    self.at = self.line.len();
                }
                b'<' | b'>' | b'~' if self.spaced && self.digit_at(1) => self.at += 1,
                _ if cuts(b) => self.mark(b),
                _ => self.word(),
            }
        }
        if self.in_message {
            self.message.end = self.tokens.len();
        }
        (self.message, self.at)
    }

    fn next(&self) -> Option<u8> {
        self.line.get(self.at + 1).copied()
    }

    fn digit_at(&self, ahead: usize) -> bool {
        self.line
            .get(self.at + ahead)
            .is_some_and(u8::is_ascii_digit)
    }

    fn push(&mut self, start: usize, end: usize, part: Part, quoted: bool) {
        self.tokens.push(Token {
            start: start as u32,
            end: end as u32,
            part,
            quoted,
            spaced: std::mem::take(&mut self.spaced),
            column: false,
        });
    }

    /// A punctuation character; nothing between brackets, or behind `=`, is an empty value.
    fn mark(&mut self, b: u8) {
        let at = self.at;
        self.push(at, at + 1, Part::Mark, false);
        self.at += 1;
        let next = self.line.get(self.at).copied();
        let empty = match b {
            b'(' => next == Some(b')'),
            b'[' => next == Some(b']'),
            b'{' => next == Some(b'}'),
            b'<' => next == Some(b'>'),
            b'=' => {
                let glued = at > 0 && !cuts(self.line[at - 1]);
                glued
                    && next
                        .is_none_or(|b| b <= b' ' || matches!(b, b',' | b';' | b')' | b']' | b'}'))
            }
            _ => false,
        };
        if empty {
            self.push(self.at, self.at, Part::Empty, false);
        }
    }

    /// Whether an object opens here that goes to the line's end, behind words: what a logger writes
    /// beside its message. Some write two of them, or `[]` for none.
    fn starts_fields(&self) -> bool {
        let is_object = |text: &[u8]| text.starts_with(b"{\"") && text.ends_with(b"}");
        let rest = self.line[self.at..].trim_ascii_end();
        let fields = match rest {
            [first @ .., b' ', b'[', b']'] | [first @ .., b' ', b'{', b'}'] => {
                is_object(first) || matches!(first, b"[]" | b"{}")
            }
            [b'[', b']', b' ', second @ ..] => is_object(second),
            only => is_object(only),
        };
        fields
            && self
                .tokens
                .iter()
                .any(|it| matches!(it.part, Part::Word(_)))
    }
}

/// What stands behind a backslash in the text of a member: quotes and white space.
fn is_escape(b: u8) -> bool {
    matches!(b, b'"' | b'n' | b't' | b'r')
}
