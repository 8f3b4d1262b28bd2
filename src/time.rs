//! Instants as plain numbers. The core never asks what time it is; callers say so.

use serde::{Deserialize, Serialize};

/// Milliseconds since the Unix epoch (UTC); in tests any monotonic count.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Millis(pub i64);

/// Nanoseconds since the Unix epoch (UTC), the resolution of Docker's log timestamps.
///
/// An `i64` covers the years 1677 to 2262.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Nanos(pub i64);

impl Millis {
    /// This instant plus `ms` milliseconds, saturating.
    #[must_use]
    pub fn plus(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// Milliseconds from `earlier` to this instant; negative when `earlier` is later.
    #[must_use]
    pub fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl Nanos {
    /// The millisecond this instant lies in (rounded towards the past).
    #[must_use]
    pub fn millis(self) -> Millis {
        Millis(self.0.div_euclid(1_000_000))
    }
}

impl From<Millis> for Nanos {
    fn from(ms: Millis) -> Self {
        Self(ms.0.saturating_mul(1_000_000))
    }
}

/// A calendar date and time of day in UTC, split for display.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Civil {
    /// Year, e.g. 2026.
    pub year: i32,
    /// Month, 1 to 12.
    pub month: u8,
    /// Day of the month, 1 to 31.
    pub day: u8,
    /// Hour, 0 to 23.
    pub hour: u8,
    /// Minute, 0 to 59.
    pub minute: u8,
    /// Second, 0 to 59.
    pub second: u8,
    /// Nanosecond within the second.
    pub nanosecond: u32,
}

impl Nanos {
    /// Splits the instant into UTC date and time (proleptic Gregorian calendar).
    ///
    /// The day arithmetic is the published "days from civil" method of Howard Hinnant.
    #[must_use]
    pub fn civil(self) -> Civil {
        let secs = self.0.div_euclid(1_000_000_000);
        let nanosecond = self.0.rem_euclid(1_000_000_000) as u32;
        let days = secs.div_euclid(86_400);
        let of_day = secs.rem_euclid(86_400);
        let z = days + 719_468;
        let era = z.div_euclid(146_097);
        let doe = z.rem_euclid(146_097);
        let yoe = (doe - doe / 1_460 + doe / 36_524 - doe / 146_096) / 365;
        let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
        let mp = (5 * doy + 2) / 153;
        let day = (doy - (153 * mp + 2) / 5 + 1) as u8;
        let month = if mp < 10 { mp + 3 } else { mp - 9 } as u8;
        let year = (yoe + era * 400 + i64::from(month <= 2)) as i32;
        Civil {
            year,
            month,
            day,
            hour: (of_day / 3600) as u8,
            minute: (of_day / 60 % 60) as u8,
            second: (of_day % 60) as u8,
            nanosecond,
        }
    }

    /// The instant of a UTC date and time. Out of range fields carry over.
    #[must_use]
    pub fn from_civil(c: Civil) -> Self {
        let year = i64::from(c.year) - i64::from(c.month <= 2);
        let era = year.div_euclid(400);
        let yoe = year.rem_euclid(400);
        let mp = (i64::from(c.month) + 9) % 12;
        let doy = (153 * mp + 2) / 5 + i64::from(c.day) - 1;
        let doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
        let days = era * 146_097 + doe - 719_468;
        let secs = days * 86_400
            + i64::from(c.hour) * 3600
            + i64::from(c.minute) * 60
            + i64::from(c.second);
        Self(
            secs.saturating_mul(1_000_000_000)
                .saturating_add(i64::from(c.nanosecond)),
        )
    }

    /// Parses an RFC 3339 timestamp with up to nine digits of fraction, as Docker writes it:
    /// `2026-11-22T10:57:49.123456789Z` or with an offset such as `+02:00`.
    ///
    /// Returns `None` when the whole text is not such a timestamp. A fraction longer than nine
    /// digits is cut.
    #[must_use]
    pub fn parse_rfc3339(text: &[u8]) -> Option<Self> {
        fn digits(text: &[u8]) -> Option<u32> {
            text.iter().try_fold(0u32, |n, b| {
                b.is_ascii_digit().then(|| n * 10 + u32::from(b - b'0'))
            })
        }
        if text.len() < 20
            || text[4] != b'-'
            || text[7] != b'-'
            || !matches!(text[10], b'T' | b't' | b' ')
            || text[13] != b':'
            || text[16] != b':'
        {
            return None;
        }
        let civil = Civil {
            year: digits(&text[0..4])? as i32,
            month: digits(&text[5..7])? as u8,
            day: digits(&text[8..10])? as u8,
            hour: digits(&text[11..13])? as u8,
            minute: digits(&text[14..16])? as u8,
            second: digits(&text[17..19])? as u8,
            nanosecond: 0,
        };
        if !(1..=12).contains(&civil.month)
            || !(1..=31).contains(&civil.day)
            || civil.hour > 23
            || civil.minute > 59
            || civil.second > 60
        {
            return None;
        }
        let mut rest = &text[19..];
        let mut nanosecond = 0;
        if let [b'.', tail @ ..] = rest {
            let n = tail.iter().take_while(|b| b.is_ascii_digit()).count();
            if n == 0 {
                return None;
            }
            let kept = n.min(9);
            nanosecond = digits(&tail[..kept])? * 10u32.pow(9 - kept as u32);
            rest = &tail[n..];
        }
        let offset_s = match rest {
            [b'Z' | b'z'] => 0,
            [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
                let hours = digits(&[*h1, *h2])?;
                let minutes = digits(&[*m1, *m2])?;
                let s = i64::from(hours * 3600 + minutes * 60);
                if *sign == b'-' { -s } else { s }
            }
            _ => return None,
        };
        let at = Self::from_civil(Civil {
            nanosecond,
            ..civil
        });
        // Year 1 ("0001-01-01T00:00:00Z") is Go's zero time: Docker writes it for "never".
        if civil.year < 1678 || civil.year > 2261 {
            return None;
        }
        Some(Self(at.0 - offset_s * 1_000_000_000))
    }

    /// Writes the instant as RFC 3339 in UTC with all nine digits of fraction, which sorts as
    /// text: `2026-11-22T10:57:49.123456789Z`.
    #[must_use]
    pub fn to_rfc3339(self) -> String {
        let c = self.civil();
        format!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:09}Z",
            c.year, c.month, c.day, c.hour, c.minute, c.second, c.nanosecond
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(text: &str) -> Option<i64> {
        Nanos::parse_rfc3339(text.as_bytes()).map(|t| t.0)
    }

    #[test]
    fn docker_timestamps_parse_to_the_nanosecond() {
        assert_eq!(parse("1970-01-01T00:00:01.000000002Z"), Some(1_000_000_002));
        assert_eq!(parse("1970-01-01T00:00:00.5Z"), Some(500_000_000));
        assert_eq!(parse("2000-03-01T00:00:00Z"), Some(951_868_800_000_000_000));
        assert_eq!(
            parse("2000-03-01T02:00:00.25+02:00"),
            Some(951_868_800_250_000_000)
        );
    }

    #[test]
    fn other_text_is_no_timestamp() {
        for text in [
            "",
            "hello",
            "2000-03-01T00:00:00",
            "2000-13-01T00:00:00Z",
            "2000-03-01T00:00:00.Z",
            "0001-01-01T00:00:00Z",
            "2000-03-01T00:00:00Zx",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_instant_survives_a_round_trip(ns in -9_000_000_000_000_000_000i64..9_000_000_000_000_000_000) {
            let text = Nanos(ns).to_rfc3339();
            prop_assert_eq!(Nanos::parse_rfc3339(text.as_bytes()), Some(Nanos(ns)));
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in proptest::collection::vec(any::<u8>(), 0..40)) {
            let _ = Nanos::parse_rfc3339(&text);
        }
    }
}
