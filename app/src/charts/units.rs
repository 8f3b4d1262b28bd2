//! Numbers as people read them, and round axis ticks in the same units.

/// What a value measures; decides how it is written and where an axis puts its ticks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Per cent; 100 is one whole processor.
    Percent,
    /// Bytes, in steps of 1024.
    Bytes,
    /// Bytes per second, in steps of 1024.
    BytesPerSecond,
    /// Things counted one by one.
    Count,
}

impl Unit {
    /// The value with its unit, short enough for a card: `12.3 %`, `4.0 MiB`, `1.2 k`.
    #[must_use]
    pub fn format(self, value: f64) -> String {
        match self {
            Self::Percent => format_percent(value),
            Self::Bytes => format_bytes(value),
            Self::BytesPerSecond => format!("{}/s", format_bytes(value)),
            Self::Count => format_count(value as u64),
        }
    }

    /// Ticks of an axis from 0 that holds `max`: round numbers, the last one is the top of the
    /// axis. `about` is the wished number of steps (at least 1).
    #[must_use]
    pub fn ticks(self, max: f64, about: usize) -> Vec<f64> {
        let about = about.max(1) as f64;
        let (floor, round): (f64, fn(f64) -> f64) = match self {
            Self::Percent => (1.0, decimal_step),
            Self::Count => (about, decimal_step),
            Self::Bytes | Self::BytesPerSecond => (1024.0, binary_step),
        };
        let max = if max.is_finite() {
            max.max(floor)
        } else {
            floor
        };
        let step = round(max / about);
        let steps = (max / step - 1e-9).ceil().max(1.0) as usize;
        (0..=steps).map(|i| i as f64 * step).collect()
    }
}

/// A number from 0 with so many decimals, rounded. The standard library's printer of such numbers
/// is exact for all of them, and several kilobytes of the page's download.
#[must_use]
pub fn fixed(value: f64, decimals: u32) -> String {
    let one = 10u64.pow(decimals);
    let scaled = (value * one as f64).round() as u64;
    if decimals == 0 {
        return scaled.to_string();
    }
    let width = decimals as usize;
    format!("{}.{:0width$}", scaled / one, scaled % one)
}

/// A number with the decimals that it needs, three at most: `12`, `-0.250`.
#[must_use]
pub fn format_number(value: f64) -> String {
    let size = value.abs();
    let decimals = if size == size.trunc() || size > 1e6 {
        0
    } else {
        3
    };
    let sign = if value < 0.0 { "-" } else { "" };
    format!("{sign}{}", fixed(size, decimals))
}

/// Per cent with one decimal below 100: `0.4 %`, `12.3 %`, `230 %`.
#[must_use]
pub fn format_percent(value: f64) -> String {
    let value = sane(value);
    if value < 99.95 {
        fixed(value, 1) + " %"
    } else {
        fixed(value, 0) + " %"
    }
}

/// Bytes in steps of 1024 as `docker stats` writes them: `0 B`, `1.5 KiB`, `512 MiB`.
#[must_use]
pub fn format_bytes(bytes: f64) -> String {
    const UNITS: [&str; 6] = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    let mut value = sane(bytes);
    if value < 1023.5 {
        return fixed(value, 0) + " B";
    }
    let mut unit = UNITS[0];
    for name in UNITS {
        value /= 1024.0;
        unit = name;
        if value < 1023.5 {
            break;
        }
    }
    if value < 99.95 {
        format!("{} {unit}", fixed(value, 1))
    } else {
        format!("{} {unit}", fixed(value, 0))
    }
}

/// A count in at most five characters: `0`, `812`, `9.1k`, `12.4k`, `3.1M`.
#[must_use]
pub fn format_count(count: u64) -> String {
    if count < 1000 {
        return count.to_string();
    }
    let (value, unit) = if count < 999_950 {
        (count as f64 / 1e3, 'k')
    } else if count < 999_950_000 {
        (count as f64 / 1e6, 'M')
    } else {
        (count as f64 / 1e9, 'G')
    };
    if value < 99.95 {
        format!("{}{unit}", fixed(value, 1))
    } else {
        format!("{}{unit}", fixed(value, 0))
    }
}

/// A whole number with thin groups of three: `12,431`.
#[must_use]
pub fn group_digits(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// `1 line`, `12,431 lines`.
#[must_use]
pub fn plural(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", group_digits(n), if n == 1 { one } else { many })
}

fn sane(value: f64) -> f64 {
    if value.is_finite() {
        value.max(0.0)
    } else {
        0.0
    }
}

/// The smallest round step that is not below `raw`: 1, 2 or 5 times a power of ten.
fn decimal_step(raw: f64) -> f64 {
    let decade = 10f64.powi(raw.log10().floor() as i32);
    [1.0, 2.0, 5.0]
        .into_iter()
        .map(|factor| decade * factor)
        .find(|step| raw <= step * (1.0 + 1e-9))
        .unwrap_or(decade * 10.0)
}

/// The smallest power of two that is not below `raw`: round in steps of 1024.
fn binary_step(raw: f64) -> f64 {
    2f64.powi(raw.log2().ceil() as i32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_the_decimals_that_they_need() {
        assert_eq!(format_number(-3.0), "-3");
        assert_eq!(format_number(0.25), "0.250");
    }

    #[test]
    fn numbers_are_rounded_to_their_decimals() {
        for (value, decimals, text) in [
            (0.0, 0, "0"),
            (0.0, 1, "0.0"),
            (2.5, 0, "3"),
            (0.04, 1, "0.0"),
            (99.94, 1, "99.9"),
            (9.96, 1, "10.0"),
            (1.5, 3, "1.500"),
            (0.062_5, 2, "0.06"),
            (1.8e10, 0, "18000000000"),
        ] {
            assert_eq!(fixed(value, decimals), text, "{value}");
        }
    }

    #[test]
    fn bytes_read_like_docker_stats() {
        for (bytes, text) in [
            (0.0, "0 B"),
            (1023.0, "1023 B"),
            (1024.0, "1.0 KiB"),
            (1536.0, "1.5 KiB"),
            (104_857_600.0, "100 MiB"),
            (1.1e15, "1000 TiB"),
            (f64::NAN, "0 B"),
            (-5.0, "0 B"),
        ] {
            assert_eq!(format_bytes(bytes), text, "{bytes}");
        }
    }

    #[test]
    fn counts_stay_within_five_characters() {
        for (n, text) in [
            (0, "0"),
            (999, "999"),
            (1000, "1.0k"),
            (9_149, "9.1k"),
            (99_949, "99.9k"),
            (123_456, "123k"),
            (999_949, "1000k"),
            (999_950, "1.0M"),
            (2_500_000_000, "2.5G"),
        ] {
            assert_eq!(format_count(n), text, "{n}");
            assert!(format_count(n).len() <= 5);
        }
        assert_eq!(group_digits(12_431), "12,431");
        assert_eq!(group_digits(431), "431");
        assert_eq!(plural(1, "line", "lines"), "1 line");
    }

    #[test]
    fn ticks_are_round_and_hold_the_largest_value() {
        let check = |unit: Unit, max: f64, expect: &[f64]| {
            assert_eq!(unit.ticks(max, 2), expect, "{unit:?} {max}");
        };
        check(Unit::Percent, 0.0, &[0.0, 0.5, 1.0]);
        check(Unit::Percent, 37.0, &[0.0, 20.0, 40.0]);
        check(Unit::Percent, 400.0, &[0.0, 200.0, 400.0]);
        check(Unit::Count, 0.0, &[0.0, 1.0, 2.0]);
        check(Unit::Count, 7.0, &[0.0, 5.0, 10.0]);
        check(Unit::Bytes, 0.0, &[0.0, 512.0, 1024.0]);
        let mib = 1024.0 * 1024.0;
        check(Unit::Bytes, 30.0 * mib, &[0.0, 16.0 * mib, 32.0 * mib]);
        check(
            Unit::Bytes,
            1500.0 * mib,
            &[0.0, 1024.0 * mib, 2048.0 * mib],
        );
        for exponent in 0..50 {
            let max = 1.37 * 2f64.powi(exponent);
            for unit in [Unit::Percent, Unit::Bytes, Unit::Count] {
                let ticks = unit.ticks(max, 3);
                assert!(
                    ticks[ticks.len() - 1] >= max && ticks.len() <= 5,
                    "{max}: {ticks:?}"
                );
            }
        }
    }
}
