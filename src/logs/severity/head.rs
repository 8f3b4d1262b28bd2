//! A level word in one of the places where programs write their level: at the head of the line,
//! among timestamps, process numbers, threads and loggers. Prose about errors ("0 errors found",
//! "no error here") is none.

mod word;

use super::access;
use super::member;
use super::reading::Reading;
use super::thrown;
use super::{Assessment, Rule, Severity};
use sketch::Traits;

/// Bytes of a line in which its head is looked for.
pub(in crate::logs) const MAX_HEAD_BYTES: usize = 256;
/// Plain words in a row that may stand before a level; more are prose.
const MAX_PLAIN: u32 = 3;

/// What a level stands behind.
struct Head<'a> {
    line: &'a [u8],
    reading: &'a mut Reading,
    /// Words of letters alone so far.
    plain: u32,
    /// The last of them, or a number; empty where something else stands behind it.
    last: &'a [u8],
    /// Whether something that belongs to a header was seen: a number, a bracket, a pair.
    header: bool,
    /// Whether the word before was a time of day.
    time: bool,
    /// Whether a time of day was seen.
    clock: bool,
}

/// Looks at the head of the line. What is found by chance on the way, the name of an exception or
/// the status of a request, counts where no level is said.
pub(super) fn read(line: &[u8], reading: &mut Reading) -> Assessment {
    reading.on(Traits::LONG);
    let mut head = Head {
        line,
        reading,
        plain: 0,
        last: b"",
        header: false,
        time: false,
        clock: false,
    };
    let mut chance = Assessment::default();
    let end = line.len().min(MAX_HEAD_BYTES);
    let mut at = 0;
    while at < end {
        let start = at;
        let byte = line[at];
        if byte.is_ascii_digit() {
            at += line[at..end]
                .iter()
                .take_while(|b| continues_number(**b))
                .count();
            head.header = true;
            head.last = &line[start..at];
            head.time = is_time(&line[start..at]);
            head.clock |= head.time;
        } else if byte == b'"' {
            if access::starts_with_method(&line[at + 1..]) {
                head.reading.on(Traits::VALUES);
                // Whatever stands in and behind a request is no level.
                return access::quoted(line, at).unwrap_or(chance);
            }
            at = member::string_end(line, at + 1).map_or(end, |close| close + 1);
            head.last = b"";
        } else if sketch::is_cut(byte) {
            head.header |= matches!(byte, b'[' | b']' | b'|' | b'<');
            at += 1;
        } else {
            at += line[at..end]
                .iter()
                .take_while(|b| b.is_ascii_alphabetic())
                .count();
            let letters = at;
            let value = at < end && !sketch::is_cut(line[at]) && {
                let rest = sketch::run(&line[..end], at);
                let value = sketch::is_value(rest);
                at += match value {
                    true => rest.len(),
                    false => rest.iter().take_while(|b| continues_name(**b)).count(),
                };
                value
            };
            if !value && !byte.is_ascii_alphabetic() && byte != b'_' {
                at = start + 1;
                continue;
            }
            if line.get(at) == Some(&b'=') {
                if let Some(found) = member::pair(line, start, at, head.reading) {
                    return found;
                }
                at = skip_value(line, at + 1);
                head.header = true;
                head.last = b"";
                continue;
            }
            if value {
                head.reading.on(Traits::NAMED);
            }
            if let Some(found) = head.word(start, letters, at) {
                return found;
            }
            if chance.rule == Rule::Nothing && head.plain < MAX_PLAIN {
                chance = thrown::name(line, start, at, head.reading)
                    .or_else(|| head.request(start, at))
                    .unwrap_or_default();
            }
            if head.count(start, letters, at) {
                break;
            }
            head.time = false;
        }
    }
    if chance.rule == Rule::Nothing
        && let Some(found) = member::later_pair(line, at, head.reading)
    {
        return found;
    }
    chance
}

/// What goes on a name: `java.lang.Error`, `mpm_event`, `alice@shop`, `E0425`.
fn continues_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b'@') || byte >= 0x80
}

/// What goes on a number: a date, a time, an address.
fn continues_number(byte: u8) -> bool {
    !sketch::is_cut(byte) || matches!(byte, b':' | b'+' | b',')
}

/// `10:00`, `2026-11-22T10:00:00.000Z`.
fn is_time(number: &[u8]) -> bool {
    let mut colons = number.windows(2);
    colons.any(|it| it[0] == b':' && it[1].is_ascii_digit())
}

/// Where the value that starts at `at` ends.
fn skip_value(line: &[u8], at: usize) -> usize {
    if line.get(at) == Some(&b'"') {
        return member::string_end(line, at + 1).map_or(line.len(), |close| close + 1);
    }
    let rest = line.get(at..).unwrap_or_default();
    at + rest.iter().take_while(|b| !b.is_ascii_whitespace()).count()
}

fn is_space(byte: u8) -> bool {
    byte.is_ascii_whitespace()
}

impl<'a> Head<'a> {
    /// The byte at `at`; a space past the end.
    fn byte(&self, at: usize) -> u8 {
        self.line.get(at).copied().unwrap_or(b' ')
    }

    /// The byte before `at`; a space before the start.
    fn before(&self, at: usize) -> u8 {
        at.checked_sub(1).map_or(b' ', |at| self.line[at])
    }

    /// The last byte before `at` that is no space, if it is no part of a word; 0 at the start.
    fn mark_before(&self, at: usize) -> u8 {
        match self.line[..at].trim_ascii_end() {
            [] => 0,
            [.., before, b'-'] if !sketch::is_cut(*before) => b'x',
            [.., mark] => *mark,
        }
    }

    fn found(severity: Severity, start: usize, end: usize) -> Option<Assessment> {
        Some(Assessment::new(severity, Rule::Word, start..end))
    }

    /// Counts a word of letters; whether the head of the line is over.
    fn count(&mut self, start: usize, letters: usize, end: usize) -> bool {
        let (before, behind) = (self.before(start), self.byte(end));
        let plain = letters == end
            && is_space(before)
            && (is_space(behind) || matches!(behind, b',' | b'.' | b';'));
        if plain {
            self.plain += 1;
            self.last = &self.line[start..end];
        } else {
            self.header |= letters != end;
            self.last = b"";
        }
        self.plain > MAX_PLAIN
    }

    /// The status of a request that is written without quotes and whose method is this word.
    fn request(&mut self, start: usize, end: usize) -> Option<Assessment> {
        let word = &self.line[start..];
        if access::starts_with_method(word) {
            self.reading.on(Traits::VALUES);
            return access::bare(self.line, start);
        }
        match &self.line[start..end] {
            name if name.starts_with(b"TCP_DENIED/") => access::squid(self.line, start, end),
            name if name.starts_with(b"TCP_") && self.time_free_number() => {
                access::squid(self.line, start, end)
            }
            _ => None,
        }
    }

    fn time_free_number(&self) -> bool {
        self.header && self.plain == 0
    }
}
