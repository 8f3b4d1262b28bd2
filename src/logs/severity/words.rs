//! The words and numbers by which programs name severities.

use super::Severity;

/// The words that name a severity, by their first letter; whether they do so wherever a level is
/// expected, or only where nothing but a level can stand.
const WORDS: [(&[u8], Severity, bool); 49] = [
    (b"alert", Severity::Fatal, true),
    (b"critical", Severity::Fatal, true),
    (b"crit", Severity::Fatal, true),
    (b"config", Severity::Debug, false),
    (b"debug", Severity::Debug, true),
    (b"dbg", Severity::Debug, true),
    (b"dpanic", Severity::Fatal, true),
    (b"debu", Severity::Debug, true),
    (b"debg", Severity::Debug, true),
    (b"dbug", Severity::Debug, true),
    (b"deprecated", Severity::Warn, false),
    (b"error", Severity::Error, true),
    (b"err", Severity::Error, true),
    (b"emerg", Severity::Fatal, true),
    (b"emergency", Severity::Fatal, true),
    (b"erro", Severity::Error, true),
    (b"eror", Severity::Error, true),
    (b"fatal", Severity::Fatal, true),
    (b"ftl", Severity::Fatal, true),
    (b"fata", Severity::Fatal, true),
    (b"fail", Severity::Error, false),
    (b"fine", Severity::Debug, false),
    (b"finer", Severity::Debug, false),
    (b"finest", Severity::Trace, false),
    (b"http", Severity::Info, false),
    (b"info", Severity::Info, true),
    (b"inf", Severity::Info, true),
    (b"information", Severity::Info, true),
    (b"log", Severity::Info, false),
    (b"notice", Severity::Info, true),
    (b"note", Severity::Info, false),
    (b"panic", Severity::Fatal, true),
    (b"pani", Severity::Fatal, true),
    (b"pnc", Severity::Fatal, true),
    (b"severe", Severity::Error, true),
    (b"system", Severity::Info, false),
    (b"success", Severity::Info, false),
    (b"silly", Severity::Trace, false),
    (b"sill", Severity::Trace, false),
    (b"trace", Severity::Trace, true),
    (b"trc", Severity::Trace, true),
    (b"trac", Severity::Trace, true),
    (b"trce", Severity::Trace, true),
    (b"verbose", Severity::Trace, true),
    (b"vrb", Severity::Trace, true),
    (b"verb", Severity::Trace, false),
    (b"warn", Severity::Warn, true),
    (b"warning", Severity::Warn, true),
    (b"wrn", Severity::Warn, true),
];

/// Where the words of each letter start in the table.
const STARTS: [u8; 33] = {
    let mut starts = [0; 33];
    let mut letter = 0;
    while letter < 33 {
        let mut at = 0;
        while at < WORDS.len() {
            if ((WORDS[at].0[0] & 31) as usize) < letter {
                starts[letter] += 1;
            }
            at += 1;
        }
        letter += 1;
    }
    starts
};

/// Lengths of the words of each letter, one bit each: nearly every word of a line is told from a
/// level by this alone.
const LENGTHS: [u16; 32] = {
    let mut lengths = [0; 32];
    let mut at = 0;
    while at < WORDS.len() {
        let word = WORDS[at].0;
        lengths[(word[0] & 31) as usize] |= 1 << word.len();
        at += 1;
    }
    lengths
};

/// Whether a word of letters can be one of the table.
pub(super) fn may_be_level(word: &[u8]) -> bool {
    word.first()
        .is_some_and(|first| LENGTHS[usize::from(first & 31)] >> word.len().min(15) & 1 == 1)
}

/// The severity that a word of letters names, letter case aside, and whether it does so wherever
/// a level is expected, or only where nothing but a level can stand: before a colon at the start
/// of the line, in brackets, as a value of `level`.
pub(super) fn find(word: &[u8]) -> Option<(Severity, bool)> {
    if !may_be_level(word) {
        return None;
    }
    let letter = usize::from(word[0] & 31);
    let words = &WORDS[usize::from(STARTS[letter])..usize::from(STARTS[letter + 1])];
    let found = words.iter().find(|(it, ..)| {
        // Letters differ from their other case in one bit.
        it.len() == word.len() && it.iter().zip(word).all(|(a, b)| *a == b | 0x20)
    });
    found.map(|&(_, severity, everywhere)| (severity, everywhere))
}

/// The severity that a word of letters names wherever a level is expected.
pub(super) fn level(word: &[u8]) -> Option<Severity> {
    let (severity, everywhere) = find(word)?;
    everywhere.then_some(severity)
}

/// The severity that a word of letters names where nothing but a level can stand.
pub(super) fn label(word: &[u8]) -> Option<Severity> {
    find(word).map(|(severity, _)| severity)
}

/// Whether a word of letters names a severity, and if so, whether it does wherever a level is
/// expected.
pub(in crate::logs) fn level_word(word: &[u8]) -> Option<bool> {
    find(word).map(|(_, everywhere)| everywhere)
}

/// What begins a line about a statement of PostgreSQL, besides `LOG`: it goes with the line
/// before.
pub(in crate::logs) fn is_postgres_detail(word: &[u8]) -> bool {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_the_table_is_found_in_any_letter_case() {
        for (word, severity, everywhere) in WORDS {
            assert_eq!(find(word), Some((severity, everywhere)));
            assert_eq!(label(&word.to_ascii_uppercase()), Some(severity));
        }
        assert_eq!(find(b"errors").or(find(b"")).or(find(b"emergencies")), None);
    }
}
