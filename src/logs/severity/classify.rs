//! Reads the severity off a line: one rule after the other, the most certain first. Nothing is
//! allocated, there are no regular expressions, and a line costs one walk over its head and at
//! most a search for `=` in its first kilobytes.

use super::reading::Reading;
use super::{Assessment, Rule, Severity, head, letter, member, thrown, words};
use crate::logs::ansi;
use sketch::Traits;

/// Bytes of a line that are looked at.
pub(in crate::logs) const MAX_SCAN_BYTES: usize = 4096;
/// Bytes of a line in colours, or inside JSON, that are looked at.
const MAX_CLEAN_BYTES: usize = 512;

/// The severity that a line names, colours aside; unknown where it names none.
#[must_use]
pub fn classify(line: &str) -> Severity {
    assess(line).severity
}

/// The severity of a line, colours aside, and what says so.
///
/// The rules in order: the prefix of the container run-time is skipped; syslog's `<PRI>`; members
/// of a JSON object (nothing else counts in one); letters in fixed places; words and pairs at the
/// head of the line, from left to right; the status of a request; names of exceptions.
#[must_use]
pub fn assess(line: &str) -> Assessment {
    assess_with(line, &mut Reading::default())
}

/// The same; `reading` learns what it rests on.
pub(in crate::logs) fn assess_with(line: &str, reading: &mut Reading) -> Assessment {
    let bytes = line.as_bytes();
    if bytes.len() > MAX_SCAN_BYTES {
        reading.on(Traits::VALUES);
    }
    let bytes = &bytes[..bytes.len().min(MAX_SCAN_BYTES)];
    if !bytes.contains(&0x1b) {
        return read(bytes, reading);
    }
    reading.on(Traits::VALUES);
    let mut clean = [0u8; MAX_CLEAN_BYTES];
    let mut length = 0;
    for text in pieces(line) {
        let part = &text.as_bytes()[..text.len().min(clean.len() - length)];
        clean[length..length + part.len()].copy_from_slice(part);
        length += part.len();
    }
    let found = read(&clean[..length], reading);
    // The evidence stands further back in the line, by the escape sequences before it.
    let evidence = found.evidence();
    let place = |wanted: usize| {
        let mut seen = 0;
        for text in pieces(line) {
            if wanted <= seen + text.len() {
                return text.as_ptr() as usize - line.as_ptr() as usize + (wanted - seen);
            }
            seen += text.len();
        }
        line.len()
    };
    match evidence.is_empty() {
        true => found,
        false => Assessment::new(
            found.severity,
            found.rule,
            place(evidence.start + 1) - 1..place(evidence.end),
        ),
    }
}

/// The texts between escape sequences.
fn pieces(line: &str) -> impl Iterator<Item = &str> {
    ansi::spans(line).map(|(_, text)| text)
}

/// The assessment of a line without escape sequences. The evidence is always of ASCII.
fn read(line: &[u8], reading: &mut Reading) -> Assessment {
    let blank = line.iter().take_while(|b| b.is_ascii_whitespace()).count();
    let skipped = blank + prefix(&line[blank..], reading);
    let text = line[skipped..].trim_ascii_end();
    let Some(first) = text.first() else {
        return Assessment::default();
    };
    let found = match first {
        b'<' => priority(text, reading),
        b'{' => member::json(text, reading),
        // `at com.acme.Error.info(...)`: a step of a stack trace.
        b'a' if skipped > 0 && text.starts_with(b"at ") => Some(Assessment::default()),
        _ => None,
    };
    let found = found
        .or_else(|| letter::format(text, reading))
        .or_else(|| thrown::line(text, reading))
        .unwrap_or_else(|| {
            let found = head::read(text, reading);
            match found.rule {
                Rule::Nothing => thrown::tail(text, reading).unwrap_or_default(),
                _ => found,
            }
        });
    found.behind(skipped)
}

/// The severity inside Docker's own JSON, whose `log` text starts at `start`.
pub(super) fn docker(line: &[u8], start: usize, reading: &mut Reading) -> Assessment {
    reading.on(Traits::VALUES);
    let mut clean = [0u8; MAX_CLEAN_BYTES];
    let mut length = 0;
    let mut at = start;
    // Escapes that do not matter for the severity may become a space.
    while length < clean.len() {
        let byte = match line.get(at) {
            None | Some(b'"') => break,
            Some(b'\\') => {
                at += 1;
                match line.get(at) {
                    Some(quoted @ (b'"' | b'\\' | b'/')) => *quoted,
                    Some(b't') => b'\t',
                    _ => b' ',
                }
            }
            Some(&byte) => byte,
        };
        clean[length] = byte;
        length += 1;
        at += 1;
    }
    let text = &clean[..length];
    // No second time: a line must not be able to nest.
    let found = match text.starts_with(b"{\"log\":\"") {
        true => Assessment::default(),
        false => read(text, reading),
    };
    let evidence = found.evidence();
    let place = |wanted: usize| {
        let mut at = start;
        for _ in 0..wanted {
            at += 1 + usize::from(line.get(at) == Some(&b'\\'));
        }
        at
    };
    match evidence.is_empty() {
        true => found,
        false => Assessment::new(
            found.severity,
            found.rule,
            place(evidence.start)..place(evidence.end),
        ),
    }
}

/// Length of what the container run-time put before the line: `2026-11-22T10:00:00Z stdout F `.
fn prefix(line: &[u8], reading: &mut Reading) -> usize {
    if !line.first().is_some_and(u8::is_ascii_digit) {
        return 0;
    }
    // Not by its length, which is none that lines of one sketch share.
    let space = line
        .iter()
        .position(|&b| sketch::is_cut(b) && !matches!(b, b':' | b'+'));
    let Some(space) = space.filter(|&at| line[at] == b' ') else {
        return 0;
    };
    match line.get(space + 1..space + 10) {
        Some(b"stdout F " | b"stdout P " | b"stderr F " | b"stderr P ") => {
            reading.on(Traits::VALUES);
            match line[10] {
                b'T' => space + 10,
                _ => 0,
            }
        }
        _ => 0,
    }
}

/// Syslog's `<PRI>` at the start (RFC 5424): facility times 8 plus severity.
fn priority(line: &[u8], reading: &mut Reading) -> Option<Assessment> {
    reading.values(line, 1, 2);
    let end = line.iter().take(5).position(|&b| b == b'>')?;
    let pri = words::number(&line[1..end]).filter(|&pri| pri <= 191)?;
    let severity = words::syslog(pri % 8)?;
    Some(Assessment::new(severity, Rule::Priority, 1..end))
}
#[cfg(test)]
mod tests;
