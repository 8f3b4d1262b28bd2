//! Levels of lines that name them in a member: JSON and logfmt.

use super::Severity;
use super::words::{label, letter, level, number, numeric_level, otel, syslog};

/// How deep an object is looked into: `{"log":{"level":"warn"}}`.
const MAX_DEPTH: u32 = 2;
/// Longest name of a level member in bytes; no key is looked for further back.
const LONGEST_KEY: usize = 15;

#[derive(Clone, Copy)]
enum Key {
    /// A word, or a number of bunyan, pino or syslog.
    Level,
    /// A number of OpenTelemetry.
    Otel,
    /// A number of syslog (journald).
    Priority,
    /// One letter (MongoDB).
    Letter,
}

fn key(name: &[u8]) -> Option<Key> {
    const LEVELS: [&[u8]; 12] = [
        b"level",
        b"severity",
        b"lvl",
        b"loglevel",
        b"log.level",
        b"log_level",
        b"@l",
        b"levelname",
        b"level_name",
        b"severitytext",
        b"severity_text",
        b"severity.text",
    ];
    let is = |other: &[u8]| name.eq_ignore_ascii_case(other);
    if LEVELS.iter().any(|other| is(other)) {
        Some(Key::Level)
    } else if is(b"severitynumber") || is(b"severity_number") {
        Some(Key::Otel)
    } else if is(b"priority") {
        Some(Key::Priority)
    } else if name == b"s" {
        Some(Key::Letter)
    } else {
        None
    }
}

fn value(key: Key, text: &[u8]) -> Option<Severity> {
    match key {
        Key::Level => match number(text) {
            Some(n) => numeric_level(n),
            None => label(text).or_else(|| match text {
                [one] => letter(one.to_ascii_uppercase()),
                // `warn/kernel`, `level.error` and the like are left alone; `DEBUG2` is not.
                [word @ .., b'0'..=b'9'] => level(word),
                _ => None,
            }),
        },
        Key::Otel => number(text).and_then(otel),
        Key::Priority => number(text).and_then(syslog),
        Key::Letter => match text {
            [one] | [one, b'1'..=b'5'] => letter(*one),
            _ => None,
        },
    }
}

/// The level of a line that is a JSON object: `Some(None)` where it has no level member, so that
/// words in its texts are not taken for one, `None` where it is no JSON object.
pub(super) fn json(bytes: &[u8]) -> Option<Option<Severity>> {
    let [b'{', rest @ ..] = bytes else {
        return None;
    };
    if !matches!(rest.trim_ascii_start().first(), Some(b'"' | b'}')) {
        return None;
    }
    let mut depth = 0u32;
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            b'"' => {
                let Some(end) = string_end(bytes, at + 1) else {
                    break;
                };
                let name = &bytes[at + 1..end];
                at = end + 1;
                let behind = bytes[at..].trim_ascii_start();
                let [b':', behind @ ..] = behind else {
                    continue;
                };
                at = bytes.len() - behind.len();
                if depth <= MAX_DEPTH
                    && let Some(severity) = key(name).and_then(|key| member(key, behind))
                {
                    return Some(Some(severity));
                }
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    Some(None)
}

/// The value at the start of `bytes`, text or number.
fn member(key: Key, bytes: &[u8]) -> Option<Severity> {
    let bytes = bytes.trim_ascii_start();
    let text = match bytes {
        [b'"', rest @ ..] => &rest[..rest.iter().take(24).position(|&b| b == b'"')?],
        _ => {
            let end = bytes.iter().position(|b| !b.is_ascii_digit());
            &bytes[..end.unwrap_or(bytes.len())]
        }
    };
    value(key, text.trim_ascii())
}

/// Where the string that started before `at` ends.
fn string_end(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        match bytes.get(at)? {
            b'"' => return Some(at),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

/// The level of a logfmt line: `level=warn`, `lvl="error"`.
pub(super) fn logfmt(bytes: &[u8]) -> Option<Severity> {
    let mut from = 0;
    while let Some(found) = bytes[from..].iter().position(|&b| b == b'=') {
        let at = from + found;
        let near = at.saturating_sub(LONGEST_KEY + 1);
        let boundary = bytes[near..at].iter().rposition(|b| {
            b.is_ascii_whitespace() || matches!(b, b'{' | b'[' | b'(' | b',' | b'|')
        });
        let start = boundary.map_or(near, |before| near + before + 1);
        from = at + 1;
        // One letter is too little outside JSON, and a query is no level.
        if let Some(key @ (Key::Level | Key::Otel)) = key(&bytes[start..at]) {
            let mut text = &bytes[from..];
            if let [b'"' | b'\'', rest @ ..] = text {
                text = rest;
            }
            let end = text
                .iter()
                .position(|b| !b.is_ascii_alphanumeric())
                .unwrap_or(text.len());
            if let Some(severity) = value(key, &text[..end]) {
                return Some(severity);
            }
        }
    }
    None
}
