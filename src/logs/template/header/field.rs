//! The fields that a header is made of, and what they may be.

use std::cell::Cell;

use crate::logs::severity::level_word;
use crate::logs::template::classify::{is_month, is_time, is_weekday};

/// Longest `[group]` in bytes.
const MAX_GROUP_BYTES: usize = 200;

/// Words that belong to sentences: no header has them. Every field is compared with them, so they
/// are numbers.
const SENTENCE: [u64; 30] = [
    pack(b"a"),
    pack(b"after"),
    pack(b"an"),
    pack(b"and"),
    pack(b"are"),
    pack(b"at"),
    pack(b"be"),
    pack(b"before"),
    pack(b"by"),
    pack(b"for"),
    pack(b"from"),
    pack(b"has"),
    pack(b"have"),
    pack(b"in"),
    pack(b"into"),
    pack(b"is"),
    pack(b"no"),
    pack(b"not"),
    pack(b"of"),
    pack(b"on"),
    pack(b"or"),
    pack(b"since"),
    pack(b"than"),
    pack(b"that"),
    pack(b"the"),
    pack(b"to"),
    pack(b"until"),
    pack(b"was"),
    pack(b"will"),
    pack(b"with"),
];

/// A word of at most seven bytes as a number.
const fn pack(word: &[u8]) -> u64 {
    let (mut packed, mut at) = (1, 0);
    while at < word.len() {
        packed = packed << 8 | word[at] as u64;
        at += 1;
    }
    packed
}

/// Fields that are remembered.
const REMEMBERED: usize = 8;

/// The fields of a line. Whether one is header depends on those around it, so each is asked for
/// several times.
pub(super) struct Fields<'a> {
    line: &'a [u8],
    /// By the last bits of where they were asked for: where that is, and what stands there.
    known: [Cell<(usize, Field<'a>)>; REMEMBERED],
}

impl<'a> Fields<'a> {
    pub(super) fn new(line: &'a [u8]) -> Self {
        Self {
            line,
            known: [const { Cell::new((usize::MAX, Field::NONE)) }; REMEMBERED],
        }
    }

    /// The field that starts at or behind a byte; empty at the line's end.
    pub(super) fn at(&self, at: usize) -> Field<'a> {
        let known = &self.known[at % REMEMBERED];
        let (place, field) = known.get();
        if place == at {
            return field;
        }
        let field = Field::read(self.line, at);
        known.set((at, field));
        field
    }
}

/// What of a line stands between white space, or between brackets whatever is in them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field<'a> {
    pub(super) text: &'a [u8],
    pub(super) start: usize,
    pub(super) end: usize,
    /// The brackets around it close: `[…]`, `(…)`, perhaps with a colon behind.
    pub(super) group: bool,
    /// Text follows directly.
    pub(super) glued: bool,
    /// A tab or several spaces follow.
    pub(super) column: bool,
}

impl<'a> Field<'a> {
    const NONE: Self = Self {
        text: &[],
        start: 0,
        end: 0,
        group: false,
        glued: false,
        column: false,
    };

    /// The field that starts at or behind a byte; empty at the line's end.
    fn read(line: &'a [u8], at: usize) -> Self {
        let start = at + spaces(line.get(at..).unwrap_or_default());
        let rest = line.get(start..).unwrap_or_default();
        let group = group_end(rest);
        let length = group.unwrap_or_else(|| run(rest));
        let behind = &rest[length..];
        Self {
            text: &rest[..length],
            start,
            end: start + length,
            group: group.is_some(),
            glued: behind.first().is_some_and(|b| !b.is_ascii_whitespace()),
            column: behind.first() == Some(&b'\t') || spaces(behind) >= 2,
        }
    }

    /// Its text without brackets and punctuation around it.
    pub(super) fn core(&self) -> &'a [u8] {
        core(self.text)
    }

    /// Whether it is a timestamp, or a group with one among other words.
    pub(super) fn is_time(&self) -> bool {
        match self.group {
            true => words(self.text).any(|word| is_time(core(word))),
            false => is_time(self.core()),
        }
    }

    /// A number, perhaps in brackets: a process, a thread, a line.
    pub(super) fn is_number(&self) -> bool {
        let core = self.core();
        let core = core.strip_prefix(b"-").unwrap_or(core);
        // `#12`, `*12`, `12#12`; Erlang's processes are `<0.12.0>`.
        let sign = |b: u8| matches!(b, b'#' | b'*') || b == b'.' && self.text.starts_with(b"<");
        core.iter().any(u8::is_ascii_digit)
            && core.iter().all(|&b| b.is_ascii_digit() || sign(b))
            && !(self.glued && self.text.starts_with(b"("))
    }

    /// A number without any sign.
    pub(super) fn is_digits(&self) -> bool {
        !self.text.is_empty() && self.text.iter().all(u8::is_ascii_digit)
    }

    /// Whether it is part of a sentence rather than of a header.
    pub(super) fn is_prose(&self) -> bool {
        self.text.len() <= 6 && SENTENCE.contains(&pack(self.text))
            || !self.group && self.text.iter().any(|b| matches!(b, b'=' | b'"'))
    }

    /// Whether it is a word that a message could begin with, and no part of a time, no level and no
    /// name of a stream.
    pub(super) fn is_word(&self) -> bool {
        let core = self.core();
        !self.group
            && core.len() > 1
            && is_plain(core)
            && !is_month(core)
            && !is_weekday(core)
            && !matches!(core, b"stdout" | b"stderr")
            && level_word(core).is_none()
    }

    /// Whether it is words that `-` or `_` joins.
    pub(super) fn is_words(&self) -> bool {
        let (core, joins) = (self.core(), |b: &u8| matches!(b, b'-' | b'_'));
        !self.group
            && core.iter().any(joins)
            && core.first().is_some_and(u8::is_ascii_alphabetic)
            && core.iter().all(|b| b.is_ascii_alphabetic() || joins(b))
    }

    /// Where the level word of `LEVEL`, `[LEVEL]`, `LEVEL:`, `LEVEL[12]`, `name.LEVEL:` or
    /// `[name/LEVEL]` stands in the line, and whether something sets it apart: brackets, a colon,
    /// capitals.
    pub(super) fn level(&self) -> Option<((usize, usize), bool)> {
        // What is quoted from here on is the message: `"Error syncing pod, skipping" err="…"`.
        if self.text.starts_with(b"\"") && !self.text[1..].contains(&b'"') {
            return None;
        }
        let core = self.core();
        let skipped = self.text.iter().take_while(|&&b| opens(b)).count();
        let mut from = 0;
        let mut to = core
            .iter()
            .position(|&b| b == b'[' && self.text.ends_with(b"]"))
            .unwrap_or(core.len());
        if self.group || self.text.ends_with(b":") {
            from = core
                .iter()
                .rposition(|b| matches!(b, b'.' | b'/'))
                .map_or(0, |dot| dot + 1);
            to = to.max(from);
        }
        let word = &core[from..to];
        let loud = word.iter().all(u8::is_ascii_uppercase);
        let apart = word.len() < self.text.len();
        let certain = match level_word(word)? {
            true => from == 0 || loud,
            // `HTTP`, `Note`, `config`: only where nothing but a level can stand.
            false => self.text.starts_with(b"[") || loud && (apart || self.column),
        };
        if !certain {
            return None;
        }
        let start = self.start + skipped + from;
        let span = (start, start + word.len());
        Some((span, loud || apart))
    }
}

const SPACE: u8 = 1;
const BAR: u8 = 2;
/// Behind it a bar is no field of its own.
const OPENS: u8 = 3;

/// What a byte is to a field.
const BYTES: [u8; 256] = {
    let mut table = [0u8; 256];
    let mut b = 0;
    while b < 256 {
        table[b] = match b as u8 {
            b'|' => BAR,
            b'[' | b'{' | b'"' => OPENS,
            b if b.is_ascii_whitespace() => SPACE,
            _ => 0,
        };
        b += 1;
    }
    table
};

fn spaces(bytes: &[u8]) -> usize {
    let space = |b: &&u8| BYTES[**b as usize] == SPACE;
    bytes.iter().take_while(space).count()
}

/// The length of a run without white space; a bar outside of brackets is a field of its own.
fn run(rest: &[u8]) -> usize {
    let mut open = false;
    let stop = |b: &u8| match BYTES[*b as usize] {
        0 => false,
        SPACE => true,
        BAR => !open,
        _ => {
            open = true;
            false
        }
    };
    let length = rest.iter().position(stop).unwrap_or(rest.len());
    length.max(usize::from(rest.first() == Some(&b'|')))
}

/// The length of the group that opens here, with a colon directly behind it.
fn group_end(rest: &[u8]) -> Option<usize> {
    let (open, close) = match rest.first()? {
        b'[' => (b'[', b']'),
        b'(' => (b'(', b')'),
        _ => return None,
    };
    let mut depth = 0;
    for (i, &b) in rest.iter().enumerate().take(MAX_GROUP_BYTES) {
        depth += i32::from(b == open) - i32::from(b == close);
        if depth == 0 {
            return Some(i + 1 + usize::from(rest.get(i + 1) == Some(&b':')));
        }
    }
    None
}

fn opens(b: u8) -> bool {
    matches!(b, b'[' | b'(' | b'<' | b'"' | b' ')
}

fn core(field: &[u8]) -> &[u8] {
    let start = field.iter().take_while(|&&b| opens(b)).count();
    let closes = |b: &&u8| matches!(b, b']' | b')' | b'>' | b',' | b':' | b';' | b'"' | b' ');
    let end = field.iter().rev().take_while(closes).count();
    field.get(start..field.len() - end).unwrap_or_default()
}

/// The words of a group.
pub(super) fn words(group: &[u8]) -> impl Iterator<Item = &[u8]> {
    group.split(u8::is_ascii_whitespace)
}

/// Bytes that names of programs, hosts, threads and loggers are made of.
fn is_name_byte(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b"._-$/@#*()<>+".contains(&b)
}

/// The name of a program, host, thread or logger; `a::b` is one, too.
pub(super) fn is_name(field: &[u8]) -> bool {
    let colons = |at: usize| field.get(at) == Some(&b':');
    !field.is_empty()
        && field.iter().enumerate().all(|(i, &b)| {
            is_name_byte(b) || b == b':' && i > 0 && (colons(i + 1) || colons(i - 1))
        })
}

/// A word that could as well begin a sentence: letters alone, none but the first in capitals.
pub(super) fn is_plain(name: &[u8]) -> bool {
    name.iter().all(u8::is_ascii_alphabetic) && name.iter().skip(1).all(u8::is_ascii_lowercase)
}

/// Whether a name before a colon is that of a logger for certain: `a.b.c`, `a::b`, `a/b`, `A$B`. Any
/// other may be what is told.
pub(super) fn is_logger(name: &[u8]) -> bool {
    let count = |b: u8| name.iter().filter(|it| **it == b).count();
    count(b'.') > 1 || count(b':') + count(b'/') + count(b'$') > 0
}

/// The name in `name:`, `name[12]:` or `name(x)[12]:`.
pub(super) fn program(field: &[u8]) -> Option<&[u8]> {
    let name = field.strip_suffix(b":")?;
    let name = match name.strip_suffix(b"]") {
        Some(inner) => &inner[..inner.iter().position(|&b| b == b'[')?],
        None => name,
    };
    (is_name(name) && name.iter().any(u8::is_ascii_alphabetic)).then_some(name)
}
