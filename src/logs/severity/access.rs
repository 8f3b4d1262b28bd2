//! The status of an answered request: access logs of web servers and proxies.

use super::Assessment;
use super::Rule;
use super::member::string_end;
use super::words::status;

/// Whether `text` starts with a method of HTTP and a space.
pub(super) fn starts_with_method(text: &[u8]) -> bool {
    let methods = [
        &b"GET "[..],
        b"POST ",
        b"PUT ",
        b"HEAD ",
        b"DELETE ",
        b"PATCH ",
        b"OPTIONS ",
        b"CONNECT ",
    ];
    text.first().is_some_and(u8::is_ascii_uppercase)
        && methods.iter().any(|method| text.starts_with(method))
}

/// The word of three digits at `at`, if it is a status.
fn at(line: &[u8], at: usize) -> Option<Assessment> {
    let severity = status(line.get(at..at + 3)?)?;
    let ends = line
        .get(at + 3)
        .is_none_or(|b| b.is_ascii_whitespace() || *b == b']');
    ends.then(|| Assessment::new(severity, Rule::Status, at..at + 3))
}

/// The status of a line in which a quoted request starts behind `quote`:
/// `"GET / HTTP/1.1" 503 12`, and HAProxy's `0/0/0/41/41 404 500 - - ---- "GET /"`.
pub(super) fn quoted(line: &[u8], quote: usize) -> Option<Assessment> {
    let end = string_end(line, quote + 1).unwrap_or(line.len());
    match line.get(end + 1) {
        Some(b' ') => at(line, end + 2),
        _ => haproxy(line, quote),
    }
}

/// The word behind the five timers.
fn haproxy(line: &[u8], end: usize) -> Option<Assessment> {
    let mut from = 0;
    for word in line[..end].split(|&b| b == b' ') {
        from += word.len() + 1;
        let timers = word.iter().filter(|&&b| b == b'/').count() == 4
            && word
                .iter()
                .all(|b| b.is_ascii_digit() || matches!(b, b'/' | b'-' | b'+'));
        if timers {
            return at(line, from);
        }
    }
    None
}

/// The status of a request without quotes, whose method is at `method`: `GET /x 200 1.2 ms`,
/// `GET /x HTTP/1.1 200 12 - 1 ms`, `[200]: GET /x`.
pub(super) fn bare(line: &[u8], method: usize) -> Option<Assessment> {
    if let Some(before) = method.checked_sub(7)
        && line[before] == b'['
        && line[before + 4..method] == *b"]: "
    {
        return at(line, before + 1);
    }
    let mut from = method;
    for (index, word) in line[method..].split(|&b| b == b' ').take(4).enumerate() {
        if index >= 2 && !word.starts_with(b"HTTP/") {
            return at(line, from);
        }
        from += word.len() + 1;
    }
    None
}

/// Squid's `TCP_MISS/200`, which is the word `code..end`.
pub(super) fn squid(line: &[u8], code: usize, end: usize) -> Option<Assessment> {
    let word = &line[code..end];
    let slash = word.iter().position(|&b| b == b'/')?;
    at(line, code + slash + 1)
}
