//! Lines by which run-times report that something was thrown, panicked or crashed.

use super::reading::{Reading, begins};
use super::{Assessment, Rule, Severity};
use sketch::Traits;

/// Beginnings of lines, each with its severity.
const BEGINNINGS: [(&[u8], Severity); 8] = [
    (b"Traceback (most recent call last)", Severity::Error),
    (b"Unhandled exception", Severity::Error),
    (b"Exception in thread ", Severity::Error),
    (b"** (", Severity::Error),
    (b"panic: ", Severity::Fatal),
    (b"Segmentation fault", Severity::Fatal),
    (b"Kernel panic", Severity::Fatal),
    (b"fatal runtime error", Severity::Fatal),
];

fn found(severity: Severity, start: usize, end: usize) -> Option<Assessment> {
    Some(Assessment::new(severity, Rule::Exception, start..end))
}

/// A line that starts like one of a run-time.
pub(super) fn line(line: &[u8], reading: &mut Reading) -> Option<Assessment> {
    match line.first()? {
        b'T' | b'U' | b'E' | b'*' | b'p' | b'S' | b'K' | b'f' => {
            let (text, severity) = BEGINNINGS.iter().find(|(text, _)| begins(line, text))?;
            found(*severity, 0, text.len().min(line.len()))
        }
        b't' if line.starts_with(b"thread '") => {
            reading.on(Traits::VALUES);
            let near = &line[..line.len().min(128)];
            let words = [&b"panicked at"[..], b"overflowed its stack"];
            let (at, length) = words.iter().find_map(|words| {
                let at = near.windows(words.len()).position(|it| it == *words)?;
                Some((at, words.len()))
            })?;
            found(Severity::Fatal, at, at + length)
        }
        b'=' => {
            let crash = [&b"=CRASH REPORT="[..], b"=SUPERVISOR REPORT="];
            if crash.iter().any(|it| line.starts_with(it)) {
                found(Severity::Error, 1, 6)
            } else if line.starts_with(b"=PROGRESS REPORT=") {
                found(Severity::Info, 1, 9)
            } else {
                None
            }
        }
        _ => None,
    }
}

/// The name of something thrown at `start..end`: `java.lang.FooException: text`,
/// `DeprecationWarning: text`, `ORA-00942: text`.
pub(super) fn name(
    line: &[u8],
    start: usize,
    end: usize,
    reading: &mut Reading,
) -> Option<Assessment> {
    let word = &line[start..end];
    if word.len() < 6 {
        return None;
    }
    let severity = match word[word.len() - 1] {
        b'r' if word.ends_with(b"Error") => Severity::Error,
        b'n' if word.ends_with(b"Exception") || word.ends_with(b"Rejection") => Severity::Error,
        b'g' if word.ends_with(b"Warning") => Severity::Warn,
        b'n' if word == b"Segmentation" && begins(&line[end..], b" fault") => {
            return found(Severity::Fatal, start, end + 6);
        }
        b'0'..=b'9' if word.starts_with(b"ORA-") => Severity::Error,
        _ => return None,
    };
    let behind = &line[end..];
    let ends = match behind {
        [] => start == 0 || line[..start].ends_with(b": "),
        [b':', b' ', rest @ ..] => {
            reading.start(rest, 0);
            if rest.first().is_some_and(u8::is_ascii_digit) {
                reading.on(Traits::ZERO);
            }
            sketch::run(rest, 0) != b"0" && !rest.starts_with(b"null")
        }
        [b':'] => true,
        [b' ', b'[', ..] => word.ends_with(b"Error"),
        _ => false,
    };
    if ends {
        found(severity, start, end)
    } else {
        None
    }
}

/// Ruby's `app.rb:3:in 'boom': text (NoMethodError)`.
pub(super) fn tail(line: &[u8], reading: &mut Reading) -> Option<Assessment> {
    let word = line.strip_suffix(b")")?;
    if sketch::is_cut(*word.last()?) {
        return None;
    }
    let start = word.iter().rposition(|&b| b == b'(')? + 1;
    let name = &word[start..];
    let last = name.iter().rposition(|&b| sketch::is_cut(b));
    let (modules, last) = name.split_at(last.map_or(0, |at| at + 1));
    // `Net::ReadTimeoutError` is a name, `0 Error` is none.
    let named = |b: &u8| b.is_ascii_alphabetic() || matches!(b, b':' | b'_' | b'.');
    if !modules.iter().all(named) {
        return None;
    }
    if sketch::is_value(last) && !name.starts_with(b"Errno::") {
        if last[0].is_ascii_digit() {
            return None;
        }
        reading.on(Traits::NAMED);
    }
    if !(name.ends_with(b"Error") || name.ends_with(b"Exception") || name.starts_with(b"Errno::")) {
        return None;
    }
    found(Severity::Error, start, word.len())
}
