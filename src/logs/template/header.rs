//! Where the message of a line starts.
//!
//! A header is what every line of a program has: timestamps, level, process, thread, logger, host,
//! prefix of the container runtime. It is found by its parts rather than by known formats. A
//! timestamp near the start that no ordinary words come before is the anchor: it and all before it
//! are header. From there, and from a level word at the start, fields are taken as long as they
//! look like header: numbers, levels, `[groups]`, `host program[1]:`, `some.Logger:`, `Logger - `,
//! columns set apart by tabs, several spaces or bars. Without an anchor a line has no header, so
//! that `Error: text` and `Cache: text` of plain messages stay as they are.

mod field;
mod level;
mod tag;
mod time;

use field::{Field, Fields, is_name};

/// Most bytes that are looked at.
const MAX_BYTES: usize = 384;
/// Most fields of a header.
const MAX_FIELDS: usize = 16;

/// A header's end, and the level word in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Header {
    /// Where the message starts, in bytes.
    pub(super) end: usize,
    /// Where the level word stands, if the header has one.
    pub(super) level: Option<(usize, usize)>,
}

/// Where the message of a line ends whose header begins with a group: `(some.package.Logger)` behind
/// it is none of it.
pub(super) fn trailer(line: &[u8], header: &Header) -> usize {
    let trimmed = line.trim_ascii_end();
    let name = |text: &[u8]| {
        let mut parts = text.rsplit(|b| *b == b'.');
        let class = parts.next().and_then(<[u8]>::first);
        is_name(text) && class.is_some_and(u8::is_ascii_uppercase) && parts.count() >= 2
    };
    let logger = || {
        let open = trimmed.strip_suffix(b")")?;
        let at = open.iter().rposition(|&b| b == b'(')?;
        (at > header.end && line[at - 1] == b' ' && name(&open[at + 1..])).then_some(at - 1)
    };
    let grouped = header.level.filter(|_| line.starts_with(b"["));
    grouped.and_then(|_| logger()).unwrap_or(line.len())
}

/// Finds the header of a line.
pub(super) fn peel(line: &[u8]) -> Header {
    let line = &line[..line.len().min(MAX_BYTES)];
    let fields = Fields::new(line);
    let lead = fields.at(0).start;
    let mut head = Head {
        line,
        fields: &fields,
        at: lead,
        last: lead,
        level: None,
        timed: false,
        syslog: false,
        named: false,
        tagged: false,
        done: false,
    };
    // Structured lines carry their header in their members.
    if line.get(lead) != Some(&b'{') {
        head.time();
        for _ in 0..MAX_FIELDS {
            match head.take() {
                Some(end) if !head.done => head.go_to(end),
                Some(end) => return head.finish(end),
                None => break,
            }
        }
    }
    head.finish(head.at)
}

#[derive(Clone, Copy)]
struct Head<'a> {
    line: &'a [u8],
    fields: &'a Fields<'a>,
    /// Where the field stands that is looked at, and where the last one of the header.
    at: usize,
    last: usize,
    level: Option<(usize, usize)>,
    /// Whether a timestamp was seen; a group that is no level; a logger or program.
    timed: bool,
    /// The time begins with the name of a month, so that a host and a program follow.
    syslog: bool,
    named: bool,
    tagged: bool,
    /// The message follows for certain.
    done: bool,
}

impl<'a> Head<'a> {
    fn field(&self, at: usize) -> Field<'a> {
        self.fields.at(at)
    }

    fn go_to(&mut self, end: usize) {
        self.last = self.at;
        self.at = self.field(end).start;
    }

    fn finish(&self, end: usize) -> Header {
        let mut end = self.field(end).start;
        if end >= self.line.len() {
            // All of it looked like header: the last part must be the message.
            end = if end > self.at { self.at } else { self.last };
        }
        let level = self.level.filter(|&(_, to)| to <= end);
        Header { end, level }
    }

    /// Takes the next field of the header. Answers where it ends.
    fn take(&mut self) -> Option<usize> {
        let field = self.field(self.at);
        if self.done {
            return Some(self.at);
        }
        if field.text.is_empty() {
            return None;
        }
        let anchored = self.timed || self.level.is_some();
        if let Some(end) = self.level(&field) {
            return Some(end);
        }
        if !anchored {
            return self.lead(&field);
        }
        if matches!(
            field.text,
            b"-" | b"|" | b"--" | b"---" | b"::" | b":" | b"[]" | b">" | b"\xe2\x8b\xae"
        ) {
            return Some(field.end);
        }
        let next = self.field(field.end).text;
        if self.timed && matches!(field.text, b"stdout" | b"stderr") && matches!(next, b"F" | b"P")
        {
            self.done = true;
            return Some(self.field(field.end).end);
        }
        let before = self.field(self.last).text;
        let labelled = before.ends_with(b":");
        if field.is_number()
            && !self.tagged
            && !(self.named && self.level.is_some() && labelled)
            && (self.level.is_none() || !field.is_digits() || self.goes_on(field.end))
        {
            return Some(field.end);
        }
        if field.group && self.group(&field, labelled) {
            return Some(field.end);
        }
        if self.tagged {
            return None;
        }
        self.tag(&field)
    }

    /// Whether more of the header follows on a number: else `3 disks failed` is the message.
    fn goes_on(&self, end: usize) -> bool {
        let mut next = self.field(end);
        while next.is_digits() {
            next = self.field(next.end);
        }
        let mut ahead = Head {
            at: next.start,
            last: self.at,
            ..*self
        };
        ahead.take().is_some()
    }

    /// A `[group]`, or a `(group)` beside a time or level.
    fn group(&mut self, field: &Field<'a>, labelled: bool) -> bool {
        let behind = self.line.get(field.end).copied();
        let number = field.text.get(1).is_some_and(u8::is_ascii_digit);
        let fits = match field.text[0] {
            b'(' => !field.glued && !self.tagged,
            _ => !self.tagged || !labelled || number,
        };
        self.named |= fits && field.text.iter().any(u8::is_ascii_alphabetic);
        // `[a][b] text`, `[a]text`: text directly behind a group is the message.
        self.done = fits && field.glued && !matches!(behind, Some(b'[' | b'|'));
        fits
    }

    /// What may stand at the start of a line without a time: Android's `D/Tag( 123):`, a thread or
    /// a number before an upper-case level.
    fn lead(&mut self, field: &Field<'a>) -> Option<usize> {
        if let [b'V' | b'D' | b'I' | b'W' | b'E' | b'F', b'/', first, ..] = field.text
            && first.is_ascii_alphabetic()
        {
            let mut tag = *field;
            for _ in 0..3 {
                if tag.text.ends_with(b":") {
                    self.level = Some((field.start, field.start + 1));
                    self.tagged = true;
                    return Some(tag.end);
                }
                tag = self.field(tag.end);
            }
        }
        let mut ahead = *field;
        for _ in 0..3 {
            if !ahead.group && !ahead.is_number() {
                break;
            }
            ahead = self.field(ahead.end);
            if let Some((span, _)) = ahead.level()
                && self.is_loud(span)
            {
                self.timed = true;
                return Some(ahead.start);
            }
        }
        None
    }

    fn is_loud(&self, (from, to): (usize, usize)) -> bool {
        self.line[from..to].iter().all(u8::is_ascii_uppercase)
    }
}

/// A letter that stands for a level.
fn is_letter(word: &[u8]) -> bool {
    matches!(
        word,
        b"V" | b"D" | b"I" | b"W" | b"E" | b"F" | b"T" | b"N" | b"C"
    )
}
