//! The words and numbers by which programs name severities.

use super::Severity;

/// Longest word of the table.
const LONGEST: usize = 11;

/// The severity that `word` names wherever a level is expected, letter case aside.
pub(super) fn level(word: &[u8]) -> Option<Severity> {
    if !(3..=LONGEST).contains(&word.len()) {
        return None;
    }
    let mut lower = [0u8; LONGEST];
    for (to, from) in lower.iter_mut().zip(word) {
        *to = from.to_ascii_lowercase();
    }
    Some(match &lower[..word.len()] {
        b"fatal" | b"ftl" | b"panic" | b"critical" | b"crit" | b"emergency" | b"emerg"
        | b"alert" => Severity::Fatal,
        b"error" | b"err" | b"eror" | b"severe" => Severity::Error,
        b"warn" | b"warning" | b"wrn" => Severity::Warn,
        b"info" | b"inf" | b"information" | b"notice" => Severity::Info,
        b"debug" | b"dbg" | b"fine" => Severity::Debug,
        b"trace" | b"trc" | b"verbose" | b"finest" | b"finer" => Severity::Trace,
        _ => return None,
    })
}

/// The severity of a word that is a level only in a level's place, as the text before the colon
/// that starts a line (.NET, PostgreSQL) or in brackets (MySQL).
pub(super) fn label(word: &[u8]) -> Option<Severity> {
    level(word).or(match word {
        b"fail" | b"FAIL" => Some(Severity::Error),
        b"LOG" | b"HINT" | b"DETAIL" | b"STATEMENT" | b"CONTEXT" | b"Note" | b"System" => {
            Some(Severity::Info)
        }
        b"dbug" => Some(Severity::Debug),
        b"trce" => Some(Severity::Trace),
        _ => None,
    })
}

/// The severity of a single capital letter: klog, glog, Android, MongoDB, Ruby.
pub(super) fn letter(letter: u8) -> Option<Severity> {
    Some(match letter {
        b'F' | b'A' | b'C' => Severity::Fatal,
        b'E' => Severity::Error,
        b'W' => Severity::Warn,
        b'I' | b'N' => Severity::Info,
        b'D' => Severity::Debug,
        b'T' | b'V' => Severity::Trace,
        _ => return None,
    })
}

/// A syslog severity, 0 (emergency) to 7 (debug), RFC 5424.
pub(super) fn syslog(number: u32) -> Option<Severity> {
    Some(match number {
        0..=2 => Severity::Fatal,
        3 => Severity::Error,
        4 => Severity::Warn,
        5 | 6 => Severity::Info,
        7 => Severity::Debug,
        _ => return None,
    })
}

/// A number in a `level` member: 10 to 60 in the way of bunyan and pino, 0 to 7 in that of syslog.
pub(super) fn numeric_level(number: u32) -> Option<Severity> {
    Some(match number {
        0..=7 => return syslog(number),
        10..=19 => Severity::Trace,
        20..=29 => Severity::Debug,
        30..=39 => Severity::Info,
        40..=49 => Severity::Warn,
        50..=59 => Severity::Error,
        60..=69 => Severity::Fatal,
        _ => return None,
    })
}

/// OpenTelemetry's severity number, 1 to 24.
pub(super) fn otel(number: u32) -> Option<Severity> {
    Some(match number {
        1..=4 => Severity::Trace,
        5..=8 => Severity::Debug,
        9..=12 => Severity::Info,
        13..=16 => Severity::Warn,
        17..=20 => Severity::Error,
        21..=24 => Severity::Fatal,
        _ => return None,
    })
}

/// A short decimal number.
pub(super) fn number(digits: &[u8]) -> Option<u32> {
    if !(1..=4).contains(&digits.len()) {
        return None;
    }
    digits.iter().try_fold(0u32, |n, b| {
        b.is_ascii_digit().then(|| n * 10 + u32::from(b - b'0'))
    })
}
