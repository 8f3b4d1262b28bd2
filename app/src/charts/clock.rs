//! Time of day for axes and rows: local time or UTC, without a date library in the page.

use sidekick::time::{Millis, Nanos};

/// How far local time is ahead of UTC, asked of the browser once per quarter of an hour of
/// displayed time (offsets change only on such borders), because asking costs more than
/// formatting.
#[derive(Debug, Default)]
pub struct Clock {
    utc: bool,
    quarter: Option<i64>,
    offset_ms: i64,
}

const QUARTER_MS: i64 = 15 * 60 * 1000;

impl Clock {
    /// A clock that shows UTC, or else the browser's local time.
    #[must_use]
    pub fn new(utc: bool) -> Self {
        Self {
            utc,
            ..Self::default()
        }
    }

    /// Milliseconds that the shown time is ahead of UTC at that instant.
    pub fn offset_ms(&mut self, at: Millis) -> i64 {
        if self.utc {
            return 0;
        }
        let quarter = at.0.div_euclid(QUARTER_MS);
        if self.quarter != Some(quarter) {
            self.quarter = Some(quarter);
            self.offset_ms = local_offset_ms(at);
        }
        self.offset_ms
    }

    /// `HH:MM:SS.mmm`.
    pub fn time_of_day(&mut self, at: Nanos) -> String {
        let mut out = [0; 12];
        let ms = self.of_day(at.millis());
        write_digits(&mut out[0..2], ms / 3_600_000);
        out[2] = b':';
        write_digits(&mut out[3..5], ms / 60_000 % 60);
        out[5] = b':';
        write_digits(&mut out[6..8], ms / 1000 % 60);
        out[8] = b'.';
        write_digits(&mut out[9..12], ms % 1000);
        out.iter().map(|&b| char::from(b)).collect()
    }

    /// `HH:MM`, or `HH:MM:SS` where the second is not 0.
    pub fn short(&mut self, at: Millis) -> String {
        let s = self.of_day(at) / 1000;
        let (h, m, s) = (s / 3600, s / 60 % 60, s % 60);
        if s == 0 {
            format!("{h:02}:{m:02}")
        } else {
            format!("{h:02}:{m:02}:{s:02}")
        }
    }

    /// The full instant with its offset, for a tooltip:
    /// `2026-11-22T10:57:49.123456789+01:00`.
    pub fn full(&mut self, at: Nanos) -> String {
        let offset_ms = self.offset_ms(at.millis());
        let mut text = Nanos(at.0.saturating_add(offset_ms * 1_000_000)).to_rfc3339();
        if !self.utc {
            let minutes = offset_ms / 60_000;
            let sign = if minutes < 0 { '-' } else { '+' };
            let minutes = minutes.abs();
            text.pop();
            text.push_str(&format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60));
        }
        text
    }

    /// Ticks of a time axis in the open range from `start` to `end`: on round times of day, at
    /// most `most` of them.
    pub fn ticks(&mut self, start: Millis, end: Millis, most: usize) -> Vec<i64> {
        const STEPS_S: [i64; 19] = [
            1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200,
            86_400, 604_800,
        ];
        let span = end.since(start);
        let most = most.max(1) as i64;
        let Some(step) = STEPS_S
            .iter()
            .map(|s| s * 1000)
            .find(|step| span / step < most)
        else {
            return Vec::new();
        };
        let offset = self.offset_ms(end);
        let first = (start.0 + offset).div_euclid(step) * step + step - offset;
        (0..most)
            .map(|i| first + i * step)
            .take_while(|&t| t < end.0)
            .collect()
    }

    fn of_day(&mut self, at: Millis) -> i64 {
        (at.0 + self.offset_ms(at)).rem_euclid(86_400_000)
    }
}

#[cfg(feature = "hydrate")]
fn local_offset_ms(at: Millis) -> i64 {
    let date = js_sys::Date::new(&wasm_bindgen::JsValue::from_f64(at.0 as f64));
    let minutes = date.get_timezone_offset();
    if minutes.is_finite() {
        -(minutes as i64) * 60_000
    } else {
        0
    }
}

/// The server cannot know where its reader is.
#[cfg(not(feature = "hydrate"))]
fn local_offset_ms(_: Millis) -> i64 {
    0
}

fn write_digits(out: &mut [u8], mut n: i64) {
    for digit in out.iter_mut().rev() {
        *digit = b'0' + (n % 10) as u8;
        n /= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Nanos {
        Nanos::parse_rfc3339(text.as_bytes()).unwrap()
    }

    #[test]
    fn a_row_shows_the_time_of_day_to_the_millisecond() {
        let mut clock = Clock::new(true);
        assert_eq!(
            clock.time_of_day(at("2026-11-22T09:07:05.012999Z")),
            "09:07:05.012"
        );
        assert_eq!(clock.short(at("2026-11-22T09:07:00Z").millis()), "09:07");
        assert_eq!(clock.short(at("2026-11-22T09:07:30Z").millis()), "09:07:30");
        assert_eq!(
            clock.full(at("2026-11-22T09:07:05.012Z")),
            "2026-11-22T09:07:05.012000000Z"
        );
    }

    #[test]
    fn ticks_fall_on_round_times_and_are_few() {
        let mut clock = Clock::new(true);
        let start = at("2026-11-22T09:07:05Z").millis();
        let labels: Vec<_> = clock
            .ticks(start, start.plus(3_600_000), 7)
            .into_iter()
            .map(|t| Clock::new(true).short(Millis(t)))
            .collect();
        assert_eq!(
            labels,
            ["09:10", "09:20", "09:30", "09:40", "09:50", "10:00"]
        );
        assert!(clock.ticks(start, start, 5).is_empty());
        for span in [1, 999, 60_000, 86_400_000, 10_000_000_000] {
            assert!(clock.ticks(start, start.plus(span), 5).len() <= 5);
        }
    }
}
