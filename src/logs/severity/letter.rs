//! Formats that name the level by one letter or sign at the start of the line. A letter behind a
//! timestamp (Android, MongoDB before 4.4, etcd before 3.5) is found by [`super::head`].

use super::Assessment;
use super::Rule;
use super::reading::Reading;
use super::words::letter;
use sketch::Traits;

/// klog, glog, CockroachDB, Ruby, Android's brief form, Redis.
pub(super) fn format(line: &[u8], reading: &mut Reading) -> Option<Assessment> {
    let first = *line.first()?;
    let run = sketch::run(line, 0);
    if sketch::is_value(run) && !first.is_ascii_digit() {
        // klog's letter and date with a time behind them, or a tag of Android with a digit.
        match line[run.len()..] {
            [b' ', b'0'..=b'9', ..] | [b'(', ..] => reading.on(Traits::VALUES),
            _ => return None,
        }
    }
    if first.is_ascii_uppercase() {
        return capital(line, reading);
    }
    if first.is_ascii_digit() {
        return redis(line);
    }
    None
}

fn one(line: &[u8], at: usize) -> Option<Assessment> {
    let severity = letter(line[at])?;
    Some(Assessment::new(severity, Rule::Letter, at..at + 1))
}

/// `E0102 10:00:00.0`, `I261122 10:00`, `E, [2026-`, `E/Tag( 42): `.
fn capital(line: &[u8], reading: &mut Reading) -> Option<Assessment> {
    let stamp = match line.get(1)? {
        b',' => line[2..].starts_with(b" ["),
        b'/' => {
            let tag = &line[2..line.len().min(40)];
            reading.values(line, 2, 40);
            let end = tag.iter().position(|b| matches!(b, b'(' | b' ' | b'/'));
            end.is_some_and(|at| tag[at] == b'(' && at > 0)
        }
        b'0'..=b'9' => {
            let digits = line[1..].iter().take(7);
            let digits = digits.take_while(|b| b.is_ascii_digit()).count();
            matches!(digits, 4 | 6)
                && line.get(digits + 1) == Some(&b' ')
                && line.get(digits + 2).is_some_and(u8::is_ascii_digit)
        }
        _ => false,
    };
    if stamp { one(line, 0) } else { None }
}

/// `1:M 22 Nov 2026 10:00:00.000 * text`: the sign is the sixth word.
fn redis(line: &[u8]) -> Option<Assessment> {
    let process = sketch::run(line, 0).len();
    let [b':', b'M' | b'S' | b'C' | b'X', b' ', ..] = line[process..] else {
        return None;
    };
    let spaces = line.iter().enumerate().skip(process + 2);
    let (at, _) = spaces.filter(|(_, b)| **b == b' ').nth(4)?;
    let severity = match line.get(at + 1..at + 3)? {
        b"# " => super::Severity::Warn,
        b"* " => super::Severity::Info,
        b"- " => super::Severity::Trace,
        b". " => super::Severity::Debug,
        _ => return None,
    };
    Some(Assessment::new(severity, Rule::Letter, at + 1..at + 2))
}
