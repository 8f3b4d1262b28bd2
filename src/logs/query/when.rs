//! Instants in queries, and what they mean here and now.

use std::fmt::Write as _;

use super::quantity::{Measure, Quantity};
use crate::time::{Millis, Nanos};

const SECOND: i64 = 1_000_000_000;
const DAY: i64 = 86_400 * SECOND;

/// Units of durations, the longest first.
const UNITS: [(&str, i64); 6] = [
    ("d", DAY),
    ("h", 3600 * SECOND),
    ("m", 60 * SECOND),
    ("s", SECOND),
    ("ms", 1_000_000),
    ("us", 1000),
];

/// An instant as somebody wrote it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// `2026-01-31T10:15:00Z`, or with an offset: the same for everybody.
    At(Nanos),
    /// `2026-01-31` or `2026-01-31T10:15`, on the clock that the page shows: as though it were UTC.
    Local(Nanos),
    /// `10:15`, on the clock that the page shows, the last time it was so: since midnight.
    Clock(Nanos),
    /// `15m`: so long ago.
    Ago(Nanos),
}

/// What instants are resolved by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Here {
    /// What time it is.
    pub now: Millis,
    /// How far the clock that the page shows is ahead of UTC, in milliseconds.
    pub ahead_ms: i64,
}

impl When {
    /// Reads an instant; `None` where the text is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(time) = Nanos::parse_rfc3339(text.as_bytes()) {
            return Some(Self::At(time));
        }
        if let Some(ago) = Quantity::parse(text) {
            let whole = ago.measure == Measure::Time && (0.0..9e18).contains(&ago.amount);
            return whole.then_some(Self::Ago(Nanos(ago.amount as i64)));
        }
        // What is left out is zero, and then it reads like the long form.
        let read = |date: &str, time: &str| {
            let seconds = match time.len() {
                0 => "00:00:00",
                5 => ":00",
                _ => "",
            };
            Nanos::parse_rfc3339([date, "T", time, seconds, "Z"].concat().as_bytes())
        };
        match text.split_once(['T', 't', ' ']) {
            Some((_, "")) => None,
            Some((date, time)) => read(date, time).map(Self::Local),
            None if text.as_bytes().get(4) == Some(&b'-') => read(text, "").map(Self::Local),
            None if text.as_bytes().get(1) == Some(&b':') => {
                read("1970-01-01", &["0", text].concat()).map(Self::Clock)
            }
            None if text.contains(':') => read("1970-01-01", text).map(Self::Clock),
            None => None,
        }
    }

    /// Which instant it is.
    #[must_use]
    pub fn resolve(self, here: Here) -> Nanos {
        let now = Nanos::from(here.now).0;
        let ahead = here.ahead_ms.saturating_mul(1_000_000);
        Nanos(match self {
            Self::At(time) => time.0,
            Self::Local(time) => time.0.saturating_sub(ahead),
            Self::Ago(time) => now.saturating_sub(time.0),
            Self::Clock(time) => {
                let local = now.saturating_add(ahead);
                let midnight = local.saturating_sub(local.rem_euclid(DAY));
                let at = midnight.saturating_add(time.0).saturating_sub(ahead);
                if at > now { at.saturating_sub(DAY) } else { at }
            }
        })
    }

    /// Appends it as [`parse`](Self::parse) reads it.
    pub(super) fn write(self, out: &mut String) {
        let (Self::At(time) | Self::Local(time) | Self::Clock(time) | Self::Ago(time)) = self;
        let civil = time.civil();
        let _never = match self {
            Self::Ago(_) => {
                let fits = |it: &&(&str, i64)| time.0 % it.1 == 0;
                let (name, unit) = *UNITS.iter().find(fits).unwrap_or(&("ns", 1));
                write!(out, "{}{name}", time.0 / unit)
            }
            Self::Clock(_) => write!(out, "{:02}:{:02}", civil.hour, civil.minute),
            _ => write!(
                out,
                "{:04}-{:02}-{:02}T{:02}:{:02}",
                civil.year, civil.month, civil.day, civil.hour, civil.minute
            ),
        };
        if matches!(self, Self::Ago(_)) {
            return;
        }
        let at = matches!(self, Self::At(_));
        if at || civil.second > 0 || civil.nanosecond > 0 {
            let _never = write!(out, ":{:02}", civil.second);
        }
        if civil.nanosecond > 0 {
            let _never = write!(out, ".{:09}", civil.nanosecond);
            out.truncate(out.trim_end_matches('0').len());
        }
        if at {
            out.push('Z');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> Nanos {
        Nanos::parse_rfc3339(text.as_bytes()).unwrap()
    }

    #[test]
    fn instants_are_resolved_by_the_clock_of_the_page() {
        let here = Here {
            now: at("2026-01-31T10:00:00Z").millis(),
            ahead_ms: 2 * 3_600_000,
        };
        for (text, time) in [
            ("2026-01-31T10:15:00Z", "2026-01-31T10:15:00Z"),
            ("2026-01-31T10:15:00+02:00", "2026-01-31T08:15:00Z"),
            ("2026-01-31T10:15", "2026-01-31T08:15:00Z"),
            ("2026-01-31 10:15:30.5", "2026-01-31T08:15:30.5Z"),
            ("2026-01-31", "2026-01-30T22:00:00Z"),
            // It is 12:00 here.
            ("11:59", "2026-01-31T09:59:00Z"),
            ("12:00:00", "2026-01-31T10:00:00Z"),
            ("12:01", "2026-01-30T10:01:00Z"),
            ("1:30", "2026-01-30T23:30:00Z"),
            ("15m", "2026-01-31T09:45:00Z"),
            ("1h30m", "2026-01-31T08:30:00Z"),
        ] {
            let when = When::parse(text);
            assert_eq!(when.map(|it| it.resolve(here)), Some(at(time)), "{text}");
        }
    }

    #[test]
    fn other_text_is_no_instant() {
        for text in [
            "",
            "10",
            "10:",
            "10:1",
            "25:00",
            "10:60",
            "yesterday",
            "2026-01",
            "2026-13-01",
            "2026-01-31T",
            "15",
            "-15m",
            "15kB",
            "10:15:",
            "10:15Z",
            "é:15",
            "aaaa-é",
        ] {
            assert_eq!(When::parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_as_the_same(
            time in -9_000_000_000_000_000_000i64..9_000_000_000_000_000_000,
            precision in prop_oneof![Just(1i64), Just(1_000_000), Just(SECOND), Just(60 * SECOND), Just(DAY)],
        ) {
            let time = Nanos(time / precision * precision);
            let ago = Nanos(time.0.abs() % (1 << 53));
            for when in [When::At(time), When::Local(time), When::Clock(Nanos(time.0.rem_euclid(DAY))), When::Ago(ago)] {
                let mut text = String::new();
                when.write(&mut text);
                prop_assert_eq!(When::parse(&text), Some(when), "{}", text);
            }
        }

        #[test]
        fn no_text_makes_it_panic(text in "[0-9:TZ. +-]{0,30}|\\PC{0,12}") {
            let _ = When::parse(&text).map(|it| it.resolve(Here::default()));
        }
    }
}
