//! The timestamps of a header.

use super::field::{Field, words};
use super::{Head, is_letter};
use crate::logs::severity::level_word;
use crate::logs::template::classify::is_month;

/// Fields within which a timestamp must start.
const TIME_FIELDS: usize = 10;
/// Fields between two timestamps.
const BETWEEN_TIMES: usize = 4;

impl<'a> Head<'a> {
    /// Goes behind the last timestamp of the header.
    pub(super) fn time(&mut self) {
        let mut before: &[u8] = b"";
        let mut at = self.at;
        let numbered = self
            .field(at)
            .text
            .iter()
            .any(|b| b.is_ascii_digit() || *b == b'-');
        let first = self.field(at).text;
        let mut since = 0;
        // A supercomputer's nodes and components are words between a number and the seconds.
        let mut words = 0;
        for i in 0..TIME_FIELDS {
            let field = self.field(at);
            at = field.end;
            if field.text.is_empty() {
                return;
            }
            let epoch = numbered && is_epoch(before, field.core()) && i + 1 < TIME_FIELDS;
            if epoch || words == 0 && field.is_time() {
                words = 0;
                since = 0;
                self.syslog |= !self.timed && i > 0 && is_month(first);
                self.timed = true;
                if field.group {
                    self.level_of(&field);
                }
                loop {
                    let next = self.field(at);
                    if !goes_on_time(next.core()) {
                        break;
                    }
                    at = next.end;
                }
                self.last = field.start;
                self.at = self.field(at).start;
            } else {
                since += 1;
                let sentence = i >= 2
                    && !self.timed
                    && field.text.ends_with(b":")
                    && !field.text.ends_with(b"]:");
                let far = self.timed && since > BETWEEN_TIMES;
                let tells = self.tells(&field);
                let label = numbered && !self.timed && field.text[0].is_ascii_lowercase();
                if sentence || far || field.is_prose() || tells && !label {
                    return;
                }
                words += usize::from(tells);
            }
            before = field.core();
        }
    }

    /// Whether a field before a time is a word of the message, as in `backup finished 10:11:12`.
    fn tells(&self, field: &Field<'a>) -> bool {
        let next = self.field(field.end);
        let passes = match self.timed {
            true => self.is_host(field, &next),
            // `web | 10:11:12`, and the user before the time of an access log.
            false => next.text == b"|" || next.group && next.is_time(),
        };
        // `next_run 10:11:12`; a host stands alone before a time.
        let begins = field.start == 0
            && field
                .text
                .iter()
                .all(|b| b.is_ascii_lowercase() || *b == b'-');
        (field.is_word() || field.is_words() && !begins) && !passes
    }

    /// Looks for a level among the words of a group with a time.
    fn level_of(&mut self, group: &Field<'a>) {
        let mut at = group.start;
        for word in words(group.text) {
            let skip = usize::from(word.first() == Some(&b'['));
            let letters = word[skip..]
                .iter()
                .take_while(|b| b.is_ascii_uppercase())
                .count();
            let name = &word[skip..skip + letters];
            if level_word(name).is_some()
                || letters == 1 && word.len() == skip + 1 && is_letter(name)
            {
                self.level = Some((at + skip, at + skip + letters));
                self.done = true;
                return;
            }
            at += word.len() + 1;
        }
    }
}

/// Seconds or milliseconds since 1970, or the second of two fields of six digits
/// (`081109 203615`).
fn is_epoch(before: &[u8], field: &[u8]) -> bool {
    let digits = |text: &[u8]| text.iter().all(u8::is_ascii_digit);
    let whole = field.iter().take_while(|b| b.is_ascii_digit()).count();
    let decimals = matches!(&field[whole..], [] | [b'.', ..])
        && digits(field.get(whole + 1..).unwrap_or_default());
    decimals
        && ((whole == 10 || whole == 13) && field[0] == b'1'
            || field.len() == 6 && whole == 6 && before.len() == 6 && digits(before))
}

/// What may stand behind a time: a year, a zone, half of the day.
fn goes_on_time(word: &[u8]) -> bool {
    let digits = |text: &[u8]| text.iter().all(|b| b.is_ascii_digit() || *b == b':');
    let year = word.len() == 4
        && word.iter().all(u8::is_ascii_digit)
        && (word.starts_with(b"19") || word.starts_with(b"20"));
    let offset = word.len() >= 5 && matches!(word[0], b'+' | b'-') && digits(&word[1..]);
    const ZONES: [&[u8]; 11] = [
        b"UTC", b"GMT", b"CET", b"CEST", b"EST", b"EDT", b"PST", b"PDT", b"AM", b"PM", b"Z",
    ];
    year || offset || ZONES.contains(&word)
}
