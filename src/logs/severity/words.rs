//! The words and numbers by which programs name severities.

use super::Severity;

/// Longest word that names a severity in bytes.
const LONGEST: usize = 11;

/// Up to eight bytes as a number, the first one lowest.
const fn key(word: &[u8]) -> u64 {
    let mut key = 0;
    let mut at = 0;
    while at < word.len() && at < 8 {
        key |= (word[at] as u64) << (8 * at);
        at += 1;
    }
    key
}

/// [`key`] in lower case, for a word of letters.
fn lower_key(word: &[u8]) -> u64 {
    let shifts = (0..64).step_by(8);
    word.iter()
        .zip(shifts)
        .fold(0, |key, (&b, shift)| key | u64::from(b | 0x20) << shift)
}

macro_rules! table {
    ($key:expr, $($severity:ident: $($word:literal)*;)*) => {
        match $key {
            $($(k if k == const { key($word) } => Some(Severity::$severity),)*)*
            _ => None,
        }
    };
}

/// Whether a word of letters can name a severity at all, by its first letter: most cannot.
fn may_start_a_level(first: u8) -> bool {
    const FIRST: u32 = {
        let (letters, mut mask, mut at) = (b"acdefilnpstvw", 0u32, 0);
        while at < letters.len() {
            mask |= 1 << (letters[at] & 31);
            at += 1;
        }
        mask
    };
    FIRST >> (first & 31) & 1 == 1
}

/// The severity that a word of letters names wherever a level is expected, letter case aside.
pub(super) fn level(word: &[u8]) -> Option<Severity> {
    if !(3..=LONGEST).contains(&word.len()) || !may_start_a_level(word[0]) {
        return None;
    }
    let found = table!(lower_key(word),
        Fatal: b"fatal" b"ftl" b"fata" b"panic" b"pani" b"pnc" b"dpanic" b"critical" b"crit" b"emerg"
            b"emergenc" b"alert";
        Error: b"error" b"err" b"erro" b"eror" b"severe";
        Warn: b"warn" b"warning" b"wrn";
        Info: b"info" b"inf" b"informat" b"notice";
        Debug: b"debug" b"dbg" b"debu" b"debg" b"dbug";
        Trace: b"trace" b"trc" b"trac" b"trce" b"verbose" b"vrb";
    )?;
    // Only eight letters were compared.
    let whole = match word.len() {
        9 => word[8] | 0x20 == b'y',
        10 | 11 => word[8..].eq_ignore_ascii_case(b"ion"),
        _ => true,
    };
    whole.then_some(found)
}

/// The severity of a word that names one only where nothing but a level can stand: before a colon
/// at the start of the line, in brackets, as a value of `level`.
pub(super) fn label(word: &[u8]) -> Option<Severity> {
    level(word).or_else(|| {
        if !(2..=10).contains(&word.len()) {
            return None;
        }
        let found = table!(lower_key(word),
            Error: b"fail";
            Warn: b"deprecat";
            Info: b"log" b"note" b"system" b"success" b"http";
            Debug: b"config" b"fine" b"finer";
            Trace: b"finest" b"silly" b"verb" b"sill";
        );
        found.filter(|_| word.len() <= 8 || word.eq_ignore_ascii_case(b"deprecated"))
    })
}

/// What begins a line about a statement of PostgreSQL, besides `LOG`: it goes with the line
/// before.
pub(super) fn is_postgres_detail(word: &[u8]) -> bool {
    [
        &b"DETAIL"[..],
        b"HINT",
        b"STATEMENT",
        b"CONTEXT",
        b"QUERY",
        b"LOCATION",
    ]
    .contains(&word)
}

/// The severity of a single capital letter: klog, glog, Android, MongoDB, Ruby.
pub(super) fn letter(letter: u8) -> Option<Severity> {
    Some(match letter {
        b'F' | b'C' => Severity::Fatal,
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

/// A number in a `level` member: 0 to 7 in the way of syslog and GELF, 10 to 60 in that of bunyan
/// and pino, 100 to 600 in that of Monolog.
pub(super) fn numeric_level(number: u32) -> Option<Severity> {
    Some(match number {
        0..=7 => return syslog(number),
        10..=19 => Severity::Trace,
        20..=29 | 100 => Severity::Debug,
        30..=39 | 200 | 250 => Severity::Info,
        40..=49 | 300 => Severity::Warn,
        50..=59 | 400 => Severity::Error,
        60..=69 | 500 | 550 | 600 => Severity::Fatal,
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

/// The severity of an answer of HTTP: 5xx is the server's error, 4xx the client's.
pub(super) fn status(digits: &[u8]) -> Option<Severity> {
    let [class @ b'1'..=b'5', b'0'..=b'9', b'0'..=b'9'] = digits else {
        return None;
    };
    Some(match class {
        b'5' => Severity::Error,
        b'4' => Severity::Warn,
        _ => Severity::Info,
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
