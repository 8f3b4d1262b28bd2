//! Where the message of a line starts.
//!
//! A header is what every line of a program has: timestamps, level, process, thread, logger, host,
//! prefix of the container runtime. It is found by its parts rather than by known formats. A
//! timestamp near the start that no ordinary words come before is the anchor: it and all before it
//! are header. From there, and from a level word at the start, fields are taken as long as they
//! look like header: numbers, levels, `[groups]`, `host program[1]:`, `Logger:`, `Logger - `,
//! columns set apart by several spaces or bars. Without an anchor a line has no header, so that
//! `Error: text` and `Cache: text` of plain messages stay as they are.

use super::classify::is_time;

/// Most fields that are looked at.
const MAX_FIELDS: usize = 16;
/// Most bytes that are looked at.
const MAX_BYTES: usize = 384;
/// Fields within which a timestamp must start.
const TIME_FIELDS: usize = 10;
/// Fields after a timestamp within which an upper-case level word makes those before it header.
const LEVEL_FIELDS: usize = 5;

/// Words that belong to sentences: no header has them.
const SENTENCE: [&[u8]; 30] = [
    b"a", b"after", b"an", b"and", b"are", b"at", b"be", b"before", b"by", b"for", b"from", b"has",
    b"have", b"in", b"into", b"is", b"no", b"not", b"of", b"on", b"or", b"since", b"than", b"that",
    b"the", b"to", b"until", b"was", b"will", b"with",
];

const LEVELS: [&[u8]; 27] = [
    b"alert",
    b"config",
    b"crit",
    b"critical",
    b"debug",
    b"emerg",
    b"emergency",
    b"err",
    b"error",
    b"fatal",
    b"fine",
    b"finer",
    b"finest",
    b"info",
    b"information",
    b"log",
    b"notice",
    b"panic",
    b"severe",
    b"trace",
    b"verbose",
    b"warn",
    b"warning",
    b"dbg",
    b"inf",
    b"wrn",
    b"failure",
];

/// A header's end, and the level word in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Header {
    /// Where the message starts, in bytes.
    pub(super) end: usize,
    /// Where the level word stands, if the header has one.
    pub(super) level: Option<(usize, usize)>,
}

struct Fields<'a> {
    line: &'a [u8],
    spans: [(u16, u16); MAX_FIELDS],
    count: usize,
}

impl<'a> Fields<'a> {
    fn of(line: &'a [u8]) -> Self {
        let line = &line[..line.len().min(MAX_BYTES)];
        let mut fields = Self {
            line,
            spans: [(0, 0); MAX_FIELDS],
            count: 0,
        };
        let mut at = 0;
        while fields.count < MAX_FIELDS {
            at += line[at..]
                .iter()
                .take_while(|b| b.is_ascii_whitespace())
                .count();
            if at >= line.len() {
                break;
            }
            let start = at;
            at += line[at..]
                .iter()
                .take_while(|b| !b.is_ascii_whitespace())
                .count();
            fields.spans[fields.count] = (start as u16, at as u16);
            fields.count += 1;
        }
        fields
    }

    fn get(&self, index: usize) -> &'a [u8] {
        if index >= self.count {
            return &[];
        }
        let (start, end) = self.spans[index];
        &self.line[start as usize..end as usize]
    }

    fn start(&self, index: usize) -> usize {
        match index < self.count {
            true => self.spans[index].0 as usize,
            false => self.line.len(),
        }
    }

    /// The number of the first field that starts at a byte or behind it.
    fn at(&self, byte: usize) -> usize {
        (0..self.count)
            .find(|&i| self.start(i) >= byte)
            .unwrap_or(self.count)
    }

    /// Whether several spaces follow a field.
    fn is_column(&self, index: usize) -> bool {
        index + 1 < self.count && self.start(index + 1) - self.spans[index].1 as usize >= 2
    }
}

/// Finds the header of a line.
pub(super) fn peel(line: &[u8]) -> Header {
    let lead = line.iter().take_while(|b| b.is_ascii_whitespace()).count();
    let none = Header {
        end: lead,
        level: None,
    };
    // Structured lines carry their header in their members.
    if line.get(lead) == Some(&b'{') {
        return none;
    }
    let fields = Fields::of(line);
    let first = fields.get(0);
    if let Some(bar) = first.iter().position(|&b| b == b'|')
        && is_time(&first[..bar])
    {
        return bars(line, lead, bar);
    }
    let mut at = after_time(&fields);
    let timed = at > 0;
    let mut level = None;
    let mut named = false;
    let mut tagged = false;
    let mut last = 0;
    loop {
        let field = fields.get(at);
        if field.is_empty() {
            break;
        }
        let anchored = timed || level.is_some();
        if timed
            && level.is_none()
            && !tagged
            && let Some(found) = level_ahead(&fields, at)
        {
            level = Some(word_span(&fields, found));
            last = at;
            at = found + 1;
            if fields.get(found).ends_with(b":") {
                break;
            }
            continue;
        }
        if anchored && matches!(field, b"-" | b"|" | b"--" | b"---" | b"::" | b":" | b"[]") {
            last = at;
            at += 1;
            continue;
        }
        if level.is_none() && is_level(&fields, at, timed && !tagged) {
            level = Some(word_span(&fields, at));
            last = at;
            at += 1;
            if field.ends_with(b":") {
                break;
            }
            continue;
        }
        if !anchored {
            if let Some(end) = brief_tag(field, &fields, at) {
                level = Some((fields.start(at), fields.start(at) + 1));
                last = at;
                at = end;
                tagged = true;
                continue;
            }
            break;
        }
        if timed
            && matches!(field, b"stdout" | b"stderr")
            && matches!(fields.get(at + 1), b"F" | b"P")
        {
            return Header {
                end: fields.start(at + 2),
                level: None,
            };
        }
        if !tagged
            && is_number(field)
            && !(named && level.is_some() && at > 0 && fields.get(at - 1).ends_with(b":"))
        {
            last = at;
            at += 1;
            continue;
        }
        if field[0] == b'['
            && let Some(end) = group_end(line, fields.start(at))
            && (!tagged
                || !fields.get(at - 1).ends_with(b":")
                || field.get(1).is_some_and(u8::is_ascii_digit))
        {
            let next = fields.at(end);
            if next >= fields.count && end < line.len() {
                break;
            }
            named |= field.iter().any(u8::is_ascii_alphabetic);
            last = at;
            if end < fields.line.len()
                && !fields.line[end].is_ascii_whitespace()
                && fields.line[end] != b':'
            {
                // `[a][b] text`, `[a]text`: the rest of the field goes on behind the group.
                let header = Header { end, level };
                return rest_groups(line, header);
            }
            at = next;
            continue;
        }
        if tagged {
            break;
        }
        if let Some(skip) = tag(&fields, at, named, timed) {
            last = at;
            at += skip;
            tagged = true;
            continue;
        }
        if timed
            && (level.is_some() || named)
            && fields.is_column(at)
            && !SENTENCE.contains(&field)
            && is_name(field)
        {
            last = at;
            at += 1;
            tagged = true;
            continue;
        }
        break;
    }
    if at == 0 {
        return none;
    }
    if at >= fields.count {
        // All of it looked like header: the last part must be the message.
        let end = fields.start(last);
        let level = level.filter(|&(_, to)| to <= end);
        return Header { end, level };
    }
    Header {
        end: fields.start(at),
        level,
    }
}

/// Columns between bars: `time|module|pid|message`.
fn bars(line: &[u8], lead: usize, bar: usize) -> Header {
    let mut end = lead + bar + 1;
    for _ in 0..5 {
        let rest = &line[end..line.len().min(end + 64)];
        let length = rest.iter().take_while(|&&b| is_name_byte(b)).count();
        if rest.get(length) != Some(&b'|') || length == 0 {
            break;
        }
        end += length + 1;
    }
    Header { end, level: None }
}

/// Further `[groups]` directly behind one.
fn rest_groups(line: &[u8], mut header: Header) -> Header {
    while line.get(header.end) == Some(&b'[')
        && let Some(end) = group_end(line, header.end)
    {
        header.end = end;
    }
    header.end += line[header.end..]
        .iter()
        .take_while(|b| b.is_ascii_whitespace())
        .count();
    header
}

/// The field behind the last timestamp of the header; 0 without one.
fn after_time(fields: &Fields<'_>) -> usize {
    let mut after = 0;
    for i in 0..fields.count.min(TIME_FIELDS) {
        let field = fields.get(i);
        let core = core(field);
        if is_time(core) || is_epoch(fields, i) {
            after = i + 1;
            // Year, zone or half of the day behind it.
            while after < fields.count {
                let next = fields.get(after);
                let bare = self::core(next);
                let year = bare.len() == 4
                    && bare.iter().all(u8::is_ascii_digit)
                    && (bare.starts_with(b"19") || bare.starts_with(b"20"));
                let zone = matches!(
                    bare,
                    b"UTC"
                        | b"GMT"
                        | b"CET"
                        | b"CEST"
                        | b"EST"
                        | b"EDT"
                        | b"PST"
                        | b"PDT"
                        | b"AM"
                        | b"PM"
                        | b"Z"
                ) || bare.len() >= 5
                    && matches!(bare[0], b'+' | b'-')
                    && bare[1..].iter().all(|b| b.is_ascii_digit() || *b == b':');
                if !(year || zone) {
                    break;
                }
                after += 1;
            }
            continue;
        }
        if i >= after + 4 && after > 0 {
            break;
        }
        if i >= 2 && after == 0 && field.ends_with(b":") && !field.ends_with(b"]:") {
            break;
        }
        if SENTENCE.contains(&field) || field.contains(&b'=') || field.contains(&b'"') {
            break;
        }
    }
    after
}

/// A field without brackets and punctuation around it.
fn core(field: &[u8]) -> &[u8] {
    let start = field
        .iter()
        .take_while(|b| matches!(b, b'[' | b'(' | b'<' | b'"'))
        .count();
    let end = field
        .iter()
        .rev()
        .take_while(|b| matches!(b, b']' | b')' | b'>' | b',' | b':' | b';' | b'"'))
        .count();
    field.get(start..field.len() - end).unwrap_or_default()
}

/// Seconds or milliseconds since 1970 in a field of their own, or two fields of six digits
/// (`081109 203615`). A line that starts with words has none.
fn is_epoch(fields: &Fields<'_>, i: usize) -> bool {
    let field = core(fields.get(i));
    let whole = field.iter().take_while(|b| b.is_ascii_digit()).count();
    let rest = &field[whole..];
    let decimals = matches!(rest, [] | [b'.', ..]) && rest.iter().skip(1).all(u8::is_ascii_digit);
    let numbered = fields
        .get(0)
        .iter()
        .any(|b| b.is_ascii_digit() || *b == b'-');
    if !decimals || !numbered || fields.count < 2 {
        return false;
    }
    let epoch = (whole == 10 || whole == 13) && field[0] == b'1';
    let pair = i > 0 && whole == 6 && rest.is_empty() && {
        let date = core(fields.get(i - 1));
        date.len() == 6 && date.iter().all(u8::is_ascii_digit)
    };
    epoch || pair
}

fn is_number(field: &[u8]) -> bool {
    let field = core(field);
    let field = field.strip_prefix(b"-").unwrap_or(field);
    !field.is_empty() && field.iter().all(|b| b.is_ascii_digit())
        || field.len() > 1 && field[0] == b'#' && field[1..].iter().all(u8::is_ascii_digit)
}

/// Bytes that names of programs, hosts, threads and loggers are made of.
fn is_name_byte(b: u8) -> bool {
    b.is_ascii_alphanumeric()
        || matches!(
            b,
            b'.' | b'_' | b'-' | b'$' | b'/' | b'@' | b'#' | b'*' | b'(' | b')' | b'+'
        )
}

fn is_name(field: &[u8]) -> bool {
    !field.is_empty() && field.iter().all(|&b| is_name_byte(b))
}

fn is_level_word(word: &[u8]) -> bool {
    word.len() >= 3
        && word.len() <= 11
        && LEVELS.iter().any(|level| word.eq_ignore_ascii_case(level))
}

/// Whether a field is a level where one is expected.
fn is_level(fields: &Fields<'_>, i: usize, timed: bool) -> bool {
    let field = fields.get(i);
    let word = core(field);
    let set_apart = word.len() < field.len();
    if is_level_word(word) {
        let loud = word.iter().all(u8::is_ascii_uppercase);
        return set_apart || loud || timed;
    }
    let letter = matches!(word, b"V" | b"D" | b"I" | b"W" | b"E" | b"F" | b"T" | b"N");
    let next = fields.get(i + 1);
    letter
        && timed
        && (set_apart || next.ends_with(b":") || fields.is_column(i) || next.starts_with(b"["))
}

/// An upper-case or bracketed level a few fields ahead, with nothing of a sentence before it.
fn level_ahead(fields: &Fields<'_>, at: usize) -> Option<usize> {
    for i in at..fields.count.min(at + LEVEL_FIELDS) {
        let field = fields.get(i);
        let word = core(field);
        if is_level_word(word)
            && (word.iter().all(u8::is_ascii_uppercase) || field.starts_with(b"["))
        {
            return Some(i);
        }
        if SENTENCE.contains(&field)
            || field.contains(&b'=')
            || field.contains(&b'"')
            || field.ends_with(b".")
        {
            return None;
        }
    }
    None
}

fn word_span(fields: &Fields<'_>, i: usize) -> (usize, usize) {
    let field = fields.get(i);
    let word = core(field);
    let start = fields.start(i)
        + field
            .iter()
            .take_while(|b| matches!(b, b'[' | b'(' | b'<' | b'"'))
            .count();
    (start, start + word.len())
}

/// `D/Tag( 123):` at the start of a line: the number of the field behind it.
fn brief_tag(field: &[u8], fields: &Fields<'_>, at: usize) -> Option<usize> {
    let [b'V' | b'D' | b'I' | b'W' | b'E' | b'F', b'/', rest @ ..] = field else {
        return None;
    };
    if !rest.first()?.is_ascii_alphabetic() {
        return None;
    }
    (at..fields.count.min(at + 3))
        .find(|&i| fields.get(i).ends_with(b":"))
        .map(|i| i + 1)
}

/// The end of the group that opens at a byte, with a colon directly behind it.
fn group_end(line: &[u8], start: usize) -> Option<usize> {
    let mut depth = 0;
    for (i, &b) in line.iter().enumerate().skip(start).take(200) {
        match b {
            b'[' => depth += 1,
            b']' => {
                depth -= 1;
                if depth == 0 {
                    return Some(i + 1 + usize::from(line.get(i + 1) == Some(&b':')));
                }
            }
            _ => {}
        }
    }
    None
}

/// `host program[1]:`, `program[1]:`, `Logger:`, `Logger - `: how many fields it takes.
fn tag(fields: &Fields<'_>, at: usize, named: bool, timed: bool) -> Option<usize> {
    let field = fields.get(at);
    let next = fields.get(at + 1);
    if let Some(name) = program(field)
        && (!named || name.contains(&b'.') || name.contains(&b'$'))
    {
        return Some(1);
    }
    if is_name(field) && field[0].is_ascii_alphabetic() && timed && !named {
        if program(next).is_some() && !SENTENCE.contains(&field) {
            return Some(2);
        }
        if matches!(next, b"-" | b":" | b"|") {
            return Some(2);
        }
        // Android pads its tags.
        if next.starts_with(b":") && next.len() == 1 {
            return Some(2);
        }
    }
    // A logger may go without a mark of its own.
    let dots = field.iter().filter(|&&b| b == b'.').count();
    if is_name(field)
        && field[0].is_ascii_alphabetic()
        && (dots >= 1 && next.starts_with(b"[") || dots >= 2)
        && !field.ends_with(b".")
    {
        return Some(1);
    }
    if is_name(field) && matches!(next, b"-" | b":") && (field.contains(&b'.') || !named) {
        return Some(2);
    }
    None
}

/// The name in `name:`, `name[12]:` or `name(x)[12]:`.
fn program(field: &[u8]) -> Option<&[u8]> {
    let name = field.strip_suffix(b":")?;
    let name = match name.strip_suffix(b"]") {
        Some(inner) => &inner[..inner.iter().position(|&b| b == b'[')?],
        None => name,
    };
    (is_name(name) && name.iter().any(u8::is_ascii_alphabetic)).then_some(name)
}
