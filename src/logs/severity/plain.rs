//! Levels of plain text lines: known letter formats, a level word at the head, exceptions.

use super::Severity;
use super::words::{label, letter, level, number, syslog};

/// Words of a line among which its level is looked for.
const MAX_WORDS: usize = 12;

/// Syslog's `<PRI>` at the start (RFC 5424): facility times 8 plus severity.
pub(super) fn priority(line: &[u8]) -> Option<Severity> {
    let rest = line.strip_prefix(b"<")?;
    let end = rest.iter().take(4).position(|&b| b == b'>')?;
    let pri = number(&rest[..end]).filter(|&pri| pri <= 191)?;
    syslog(pri % 8)
}

/// Formats that name the level by one letter or sign in a fixed place.
pub(super) fn format(line: &[u8]) -> Option<Severity> {
    // klog and glog: `E0102 10:00:00.000001`; Ruby: `E, [2026-...`.
    match line {
        [first, a, b, c, d, b' ', rest @ ..]
            if [a, b, c, d].iter().all(|b| b.is_ascii_digit())
                && rest.first().is_some_and(u8::is_ascii_digit) =>
        {
            return letter(*first);
        }
        [first, b',', b' ', b'[', ..] => return letter(*first),
        _ => {}
    }
    if !line.first().is_some_and(u8::is_ascii_digit) {
        return None;
    }
    // Redis: `1:M 22 Nov 2026 10:00:00.000 * text`.
    let mut words = words(line);
    let first = words.next()?;
    if let [digits @ .., b':', b'M' | b'S' | b'C' | b'X'] = first
        && number(digits).is_some()
    {
        return match words.nth(4)? {
            b"#" => Some(Severity::Warn),
            b"*" => Some(Severity::Info),
            b"-" => Some(Severity::Debug),
            b"." => Some(Severity::Trace),
            _ => None,
        };
    }
    // MongoDB 4 and Android: a letter of its own behind the timestamp and numbers.
    for word in words.take(4) {
        match word {
            [one] if one.is_ascii_uppercase() => return letter(*one),
            _ if !word[0].is_ascii_digit() => return None,
            _ => {}
        }
    }
    None
}

fn words(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.split(u8::is_ascii_whitespace)
        .filter(|w| !w.is_empty())
}

/// A level word in one of the places where programs write it.
pub(super) fn head(line: &[u8]) -> Option<Severity> {
    let mut at = 0;
    let mut seen = Before::default();
    for index in 0..MAX_WORDS {
        at += line[at..].iter().position(|b| !b.is_ascii_whitespace())?;
        let length = line[at..]
            .iter()
            .position(u8::is_ascii_whitespace)
            .unwrap_or(line.len() - at);
        let word = &line[at..at + length];
        let behind = &line[at + length..];
        if let Some(severity) = bracketed(word).or_else(|| bare(word, behind, &seen)) {
            return Some(severity);
        }
        if index > 0 && opens_a_sentence(word, &seen) {
            return None;
        }
        seen.take(word);
        at += length;
    }
    None
}

/// What stands before a word.
#[derive(Default)]
struct Before<'a> {
    /// Plain words: letters only.
    plain: usize,
    /// Words that look like a header: with a digit, a bracket, a dot or a colon.
    header: usize,
    last: &'a [u8],
}

impl<'a> Before<'a> {
    fn take(&mut self, word: &'a [u8]) {
        if word.iter().all(u8::is_ascii_alphabetic) {
            self.plain += 1;
        } else {
            self.header += 1;
        }
        self.last = word;
    }
}

/// Whether the head of the line is over: many plain words are prose.
fn opens_a_sentence(word: &[u8], before: &Before<'_>) -> bool {
    before.plain >= 3 && word.iter().all(u8::is_ascii_alphabetic)
}

/// `[error]`, `(WARN)`, `<info>`, `|ERROR|`, `[main][ERROR]`, `[E]`, `[12:ERROR`.
fn bracketed(word: &[u8]) -> Option<Severity> {
    if !word
        .iter()
        .any(|b| matches!(b, b'[' | b'(' | b'<' | b'|' | b']' | b')' | b'>'))
    {
        return None;
    }
    let mut from = 0;
    while let Some(open) = word[from..]
        .iter()
        .position(|b| matches!(b, b'[' | b'(' | b'<' | b'|'))
    {
        let inside = &word[from + open + 1..];
        let end = inside.iter().position(|b| !b.is_ascii_alphabetic());
        let (name, close) = inside.split_at(end.unwrap_or(inside.len()));
        // `[ERROR` alone is taken too: `[ERROR 12:00]`.
        let closed = match close.first() {
            None => word[from + open] == b'[',
            Some(b) => matches!(b, b']' | b')' | b'>' | b'|' | b':' | b'/'),
        };
        let square = word[from + open] == b'[' && close.first() == Some(&b']');
        let found = match name {
            [one] if square => letter(*one),
            _ if square => label(name),
            _ => level(name),
        };
        if closed && found.is_some() {
            return found;
        }
        from += open + 1;
    }
    None
}

/// A level word without brackets, `behind` being the rest of the line.
fn bare(word: &[u8], behind: &[u8], before: &Before<'_>) -> Option<Severity> {
    let end = word.iter().position(|b| !b.is_ascii_alphabetic());
    let (name, mark) = word.split_at(end.unwrap_or(word.len()));
    let first = before.plain + before.header == 0;
    let denied = [
        &b"no"[..],
        b"without",
        b"zero",
        b"0",
        b"any",
        b"last",
        b"No",
    ]
    .contains(&before.last);
    if name.len() < 3 || denied {
        return None;
    }
    let upper = name.iter().all(u8::is_ascii_uppercase);
    let title = name[0].is_ascii_uppercase();
    match mark {
        // `error: text`, `ERROR:root:text`; deeper in the line only behind a header.
        [b':', rest @ ..] if rest.first() != Some(&b'/') => {
            let placed = first || upper || title || before.plain <= 1 && before.header > 0;
            match placed && !says_nothing(rest, behind) {
                true if first || upper => label(name),
                // Deeper in, `Error:` counts, but not what only PostgreSQL and .NET write.
                true if before.plain <= 2 => level(name),
                _ => None,
            }
        }
        // `npm ERR! text`.
        [b'!'] if upper => level(name),
        [] | [b',' | b']' | b'|' | b'-'] => {
            let severity = level(name)?;
            let starts = first && upper;
            let follows_header = before.plain <= 2 && upper && before.last != b"to";
            // `2026-11-22T10:00:00Z error text`: any case directly behind a timestamp.
            let behind_time = before.plain == 0 && is_time(before.last);
            let prose = first && !upper && name == b"Error" && begins_with_doing(behind);
            (starts || follows_header || behind_time || prose).then_some(severity)
        }
        // `WARN[0001] text` of logrus.
        [b'[', b'0'..=b'9', ..] if upper => level(name),
        _ => None,
    }
}

/// Whether the text behind a colon says that there is nothing: `errors: 0`, `error: none`.
fn says_nothing(rest: &[u8], behind: &[u8]) -> bool {
    let text = match rest {
        [] => behind.trim_ascii_start(),
        _ => rest,
    };
    let end = text.iter().position(|b| !b.is_ascii_alphanumeric());
    let word = &text[..end.unwrap_or(text.len())];
    [&b"none"[..], b"null", b"nil", b"0", b"false"]
        .iter()
        .any(|nothing| word.eq_ignore_ascii_case(nothing))
        || text.starts_with(b"[]")
}

fn is_time(word: &[u8]) -> bool {
    word.first()
        .is_some_and(|b| b.is_ascii_digit() || *b == b'[')
        && word.contains(&b':')
        && word.iter().filter(|b| b.is_ascii_digit()).count() >= 4
}

/// "Error opening x", "Error while x".
fn begins_with_doing(behind: &[u8]) -> bool {
    let next = words(behind).next().unwrap_or_default();
    next.ends_with(b"ing") || [&b"while"[..], b"when", b"in", b"at", b"on", b"from"].contains(&next)
}

/// Lines by which run-times report that something was thrown.
pub(super) fn exception(line: &[u8]) -> Option<Severity> {
    if line.starts_with(b"Traceback (most recent call last)")
        || line.starts_with(b"Unhandled exception")
    {
        return Some(Severity::Error);
    }
    if line.starts_with(b"Segmentation fault")
        || line.starts_with(b"thread '") && find(line, b"panicked at")
    {
        return Some(Severity::Fatal);
    }
    // `java.lang.FooException: text`, `ValueError: text`, `x.py:3: DeprecationWarning: text`.
    words(line).take(3).find_map(|word| {
        let name = word
            .strip_suffix(b":")
            .unwrap_or(match line.len() == word.len() {
                true => word,
                false => b"",
            });
        if !name
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'$'))
        {
            None
        } else if name.ends_with(b"Error") || name.ends_with(b"Exception") {
            Some(Severity::Error)
        } else if name.ends_with(b"Warning") {
            Some(Severity::Warn)
        } else {
            None
        }
    })
}

fn find(line: &[u8], needle: &[u8]) -> bool {
    line.windows(needle.len()).any(|window| window == needle)
}
