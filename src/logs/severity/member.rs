//! Levels that a line names in a member: JSON and logfmt.

use super::Assessment;
use super::Severity;
use super::reading::Reading;
use super::words::{label, letter, level, number, numeric_level, otel, status, syslog};
use super::{Rule, classify};

/// How deep an object is looked into: `{"log":{"level":"warn"}}`.
const MAX_DEPTH: u32 = 2;
/// Longest value that can name a severity in bytes.
const LONGEST_VALUE: usize = 16;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Key {
    /// A word, or a number of pino, bunyan, GELF or Monolog.
    Level,
    /// A number of OpenTelemetry.
    Otel,
    /// A number of syslog (journald).
    Priority,
    /// One letter (MongoDB).
    Letter,
    /// The status of an answer.
    Status,
}

const KEYS: [(&[u8], Key); 21] = [
    (b"level", Key::Level),
    (b"lvl", Key::Level),
    (b"severity", Key::Level),
    (b"@l", Key::Level),
    (b"@level", Key::Level),
    (b"loglevel", Key::Level),
    (b"log.level", Key::Level),
    (b"log_level", Key::Level),
    (b"levelname", Key::Level),
    (b"level_name", Key::Level),
    (b"levelstr", Key::Level),
    (b"severitytext", Key::Level),
    (b"severity_text", Key::Level),
    (b"severity.text", Key::Level),
    (b"severitynumber", Key::Otel),
    (b"severity_number", Key::Otel),
    (b"priority", Key::Priority),
    (b"s", Key::Letter),
    (b"status", Key::Status),
    (b"statuscode", Key::Status),
    (b"status_code", Key::Status),
];

fn key(name: &[u8]) -> Option<Key> {
    if !(1..=15).contains(&name.len())
        || !matches!(name[0] | 0x20, b'l' | b's' | b'p' | b'@' | b'`')
    {
        return None;
    }
    let found = KEYS
        .iter()
        .find(|(key, _)| name.eq_ignore_ascii_case(key))?;
    // `S` is nobody's severity.
    (name != b"S").then_some(found.1)
}

fn value(key: Key, text: &[u8]) -> Option<Severity> {
    match key {
        Key::Level => match number(text) {
            Some(n) => numeric_level(n),
            None => word(text),
        },
        Key::Otel => number(text).and_then(otel),
        Key::Priority => number(text).and_then(syslog),
        Key::Letter => match text {
            [one @ (b'F' | b'E' | b'W' | b'I' | b'D')] | [one @ b'D', b'1'..=b'5'] => letter(*one),
            _ => None,
        },
        Key::Status => status(text),
    }
}

/// `warn`, `E`, `DEBUG2`, `INFO+4`.
fn word(text: &[u8]) -> Option<Severity> {
    let letters = text.iter().take_while(|b| b.is_ascii_alphabetic()).count();
    let (name, rest) = text.split_at(letters);
    match (name, rest) {
        ([one], []) => letter(one.to_ascii_uppercase()),
        (name, []) => label(name),
        (name, [b'+' | b'-', b'0'..=b'9', ..] | [b'0'..=b'9']) => level(name),
        _ => None,
    }
}

/// The level of a JSON object, `None` where the line is not one. A line that is an object names
/// its level in a member or not at all: words in its texts are no levels.
pub(super) fn json(bytes: &[u8], reading: &mut Reading) -> Option<Assessment> {
    if !matches!(
        bytes.get(1..)?.trim_ascii_start().first(),
        Some(b'"' | b'}')
    ) {
        return None;
    }
    // A member of the object itself is better than one of an object inside, and a level better
    // than the status of an answer.
    let mut second_best = Assessment::default();
    let (mut depth, mut at) = (0u32, 0);
    while let Some(&byte) = bytes.get(at) {
        at += 1;
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            b'"' => {
                let Some(end) = string_end(bytes, at) else {
                    break;
                };
                let name = &bytes[at..end];
                let behind = skip_spaces(bytes, end + 1);
                let first = at == 2;
                at = behind;
                if bytes.get(behind) != Some(&b':') {
                    continue;
                }
                at = skip_spaces(bytes, behind + 1);
                if first && name == b"log" && bytes.get(at) == Some(&b'"') {
                    return Some(classify::docker(bytes, at + 1, reading));
                }
                if depth > MAX_DEPTH {
                    continue;
                }
                let Some(key) = key(name) else { continue };
                let Some(found) = member(key, bytes, at, reading) else {
                    continue;
                };
                if depth == 1 && key != Key::Status {
                    return Some(found);
                }
                if second_best.rule == Rule::Nothing
                    || second_best.rule == Rule::Status && key != Key::Status
                {
                    second_best = found;
                }
            }
            _ => {}
        }
    }
    Some(second_best)
}

/// The severity that a line inside an object of many lines names: `"level": "error",`.
pub(in crate::logs) fn member_of_object(line: &[u8]) -> Option<Severity> {
    let [b'"', ..] = line else { return None };
    let end = string_end(line, 1)?;
    let at = skip_spaces(line, end + 1);
    let key = key(line.get(1..end)?).filter(|key| *key != Key::Status)?;
    if line.get(at) != Some(&b':') {
        return None;
    }
    let at = skip_spaces(line, at + 1);
    member(key, line, at, &mut Reading::default()).map(|found| found.severity)
}

/// The value at `at`: text, a number, or an object with a name.
fn member(key: Key, bytes: &[u8], at: usize, reading: &mut Reading) -> Option<Assessment> {
    let (start, length) = match bytes.get(at)? {
        b'"' => {
            let text = &bytes[at + 1..];
            let end = text.iter().take(LONGEST_VALUE).position(|&b| b == b'"');
            reading.values(bytes, at + 1, at + 1 + end.unwrap_or(LONGEST_VALUE));
            (at + 1, end?)
        }
        b'0'..=b'9' => {
            reading.values(bytes, at, at + 1);
            let digits = bytes[at..].iter().take(5);
            (at, digits.take_while(|b| b.is_ascii_digit()).count())
        }
        // loguru: `"level":{"icon":"x","name":"INFO","no":20}`.
        b'{' if key == Key::Level => {
            const NAME: &[u8] = b"\"name\":";
            let inside = &bytes[at..bytes.len().min(at + 64)];
            let found = inside.windows(NAME.len()).position(|it| it == NAME);
            reading.values(bytes, at, at + found.unwrap_or(inside.len()));
            let found = found?;
            let text = skip_spaces(bytes, at + found + NAME.len());
            return match bytes.get(text) {
                Some(b'"') => member(key, bytes, text, reading),
                _ => None,
            };
        }
        _ => return None,
    };
    let severity = value(key, &bytes[start..start + length])?;
    let rule = match key {
        Key::Status => Rule::Status,
        _ => Rule::Json,
    };
    Some(Assessment::new(severity, rule, start..start + length))
}

fn skip_spaces(bytes: &[u8], at: usize) -> usize {
    let spaces = bytes.get(at..).unwrap_or_default().iter();
    at + spaces.take_while(|b| b.is_ascii_whitespace()).count()
}

/// Where the string that started before `at` ends.
pub(super) fn string_end(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        match bytes.get(at)? {
            b'"' => return Some(at),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

/// The level of a pair whose `=` stands at `equals` and whose name starts at `start`.
pub(super) fn pair(
    line: &[u8],
    start: usize,
    equals: usize,
    reading: &mut Reading,
) -> Option<Assessment> {
    let Some(key @ (Key::Level | Key::Otel)) = key(&line[start..equals]) else {
        return None;
    };
    // The parameter of an address or of a command is no level.
    let before = start.checked_sub(1).map_or(b' ', |at| line[at]);
    if !before.is_ascii_whitespace() && !matches!(before, b'{' | b'[' | b'(' | b',' | b'|') {
        return None;
    }
    let quoted = matches!(line.get(equals + 1), Some(b'"' | b'\''));
    let from = equals + 1 + usize::from(quoted);
    let text = &line[from..];
    let length = text
        .iter()
        .take(LONGEST_VALUE)
        .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-'))
        .count();
    reading.values(line, from, from + length.max(1));
    let severity = value(key, &text[..length])?;
    Some(Assessment::new(severity, Rule::Logfmt, from..from + length))
}

/// The first pair behind `from` that names a level.
pub(super) fn later_pair(
    line: &[u8],
    mut from: usize,
    reading: &mut Reading,
) -> Option<Assessment> {
    // `contains` looks at many bytes at a time, `position` at one.
    if !line.get(from..)?.contains(&b'=') {
        return None;
    }
    while let Some(found) = line.get(from..)?.iter().position(|&b| b == b'=') {
        let equals = from + found;
        from = equals + 1;
        // Every name in the table that may stand in logfmt ends so.
        if !matches!(
            line[equals.checked_sub(1)?] | 0x20,
            b'l' | b'y' | b'e' | b't' | b'r'
        ) {
            continue;
        }
        let name = line[..equals].iter().rev().take(16);
        let name =
            name.take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'@'));
        if let Some(found) = pair(line, equals - name.count(), equals, reading) {
            return Some(found);
        }
    }
    None
}
