//! What groups and figures are called.

use sidekick::logs::LogSession;
use sidekick::logs::groups::Key;
use sidekick::logs::query::Measure;

use super::{choice::Column, live::figure};
use crate::charts::{Clock, fixed, format_bytes, format_number, group_digits};
use sidekick::logs::groups::Sum;

const HOUR: i64 = 3_600_000_000_000;

/// The names of groups of one log.
pub(super) struct Names<'a> {
    session: &'a LogSession,
    /// The length of a span of time in nanoseconds.
    span: i64,
    clock: Clock,
}

impl<'a> Names<'a> {
    pub(super) fn new(session: &'a LogSession, span: i64, utc: bool) -> Self {
        Self {
            session,
            span,
            clock: Clock::new(utc),
        }
    }

    pub(super) fn name(&mut self, key: &Key) -> String {
        match key {
            Key::Value(text) if text.is_empty() => "(empty)".to_owned(),
            Key::Value(text) => text.clone(),
            Key::Template(id) => {
                let pattern = self.session.templates().pattern(*id);
                pattern.unwrap_or_else(|| format!("pattern {}", id.0))
            }
            Key::Severity(severity) => severity.word().to_owned(),
            Key::Source(source) => {
                let name = self.session.source_name(*source);
                name.unwrap_or_default().to_owned()
            }
            Key::Time(time) if self.span < HOUR => self.clock.short(time.millis()),
            Key::Time(time) => {
                let full = self.clock.full(*time).replace('T', " ");
                full.get(..16).unwrap_or_default().to_owned()
            }
        }
    }
}

/// A figure of a group, as people read it; nothing where there is none.
pub(super) fn told(sum: &Sum, column: Column, measure: Measure, lines: u64) -> String {
    let Some(value) = figure(sum, column) else {
        return String::new();
    };
    match column {
        Column::Group | Column::Count => group_digits(sum.lines),
        Column::Share => crate::charts::format_percent(100.0 * value / lines.max(1) as f64),
        Column::Distinct => {
            let about = if sum.estimated { "≈" } else { "" };
            format!("{about}{}", group_digits(sum.distinct))
        }
        _ => number(value, measure),
    }
}

/// A number with its unit.
fn number(value: f64, measure: Measure) -> String {
    let sign = if value < 0.0 { "-" } else { "" };
    let size = value.abs();
    let text = match measure {
        Measure::Plain => {
            let text = format_number(value);
            return match text.contains('.') {
                true => text.trim_end_matches('0').to_owned(),
                false => text,
            };
        }
        Measure::Size => format_bytes(size),
        Measure::Time => duration(size),
    };
    format!("{sign}{text}")
}

/// A duration of nanoseconds with three digits or so.
fn duration(ns: f64) -> String {
    const UNITS: [(&str, f64); 6] = [
        ("h", 3600e9),
        ("min", 60e9),
        ("s", 1e9),
        ("ms", 1e6),
        ("µs", 1e3),
        ("ns", 1.0),
    ];
    let unit = UNITS.into_iter().find(|it| ns >= it.1);
    let (name, unit) = unit.unwrap_or(("ns", 1.0));
    let value = ns / unit;
    let decimals = match value {
        _ if value == value.trunc() => 0,
        _ if value < 10.0 => 2,
        _ if value < 100.0 => 1,
        _ => 0,
    };
    format!("{} {name}", fixed(value, decimals))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_have_the_unit_of_what_they_measure() {
        assert_eq!(number(913e6, Measure::Time), "913 ms");
        assert_eq!(number(1_250_000.0, Measure::Time), "1.25 ms");
        assert_eq!(number(-5400e9, Measure::Time), "-1.50 h");
        assert_eq!(number(0.0, Measure::Time), "0 ns");
        assert_eq!(number(1536.0, Measure::Size), "1.5 KiB");
        assert_eq!(number(-0.25, Measure::Plain), "-0.25");
        assert_eq!(number(1200.0, Measure::Plain), "1200");
    }
}
