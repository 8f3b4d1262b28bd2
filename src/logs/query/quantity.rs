//! Numbers as programs write them, with a unit or without.

/// What a number measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Nothing is said.
    Plain,
    /// A duration, in nanoseconds.
    Time,
    /// A size, in bytes.
    Size,
}

/// A number with what it measures.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quantity {
    /// In the unit of the measure.
    pub amount: f64,
    /// What it measures.
    pub measure: Measure,
    /// The number as it was written, without its unit; not a number where it was written in parts
    /// (`1m30s`).
    pub written: f64,
}

/// Units, letter case aside where it tells nothing apart.
const UNITS: &[(&str, Measure, f64)] = &[
    ("ns", Measure::Time, 1.0),
    ("us", Measure::Time, 1e3),
    ("µs", Measure::Time, 1e3),
    ("μs", Measure::Time, 1e3),
    ("ms", Measure::Time, 1e6),
    ("s", Measure::Time, 1e9),
    ("m", Measure::Time, 60e9),
    ("min", Measure::Time, 60e9),
    ("h", Measure::Time, 3600e9),
    ("d", Measure::Time, 86_400e9),
    ("B", Measure::Size, 1.0),
    ("kB", Measure::Size, 1e3),
    ("KB", Measure::Size, 1e3),
    ("KiB", Measure::Size, 1024.0),
    ("MB", Measure::Size, 1e6),
    ("MiB", Measure::Size, 1_048_576.0),
    ("GB", Measure::Size, 1e9),
    ("GiB", Measure::Size, 1_073_741_824.0),
    ("TB", Measure::Size, 1e12),
    ("TiB", Measure::Size, 1_099_511_627_776.0),
];

/// Most digits of a number; what has more is an identifier.
const MAX_DIGITS: usize = 30;

impl Quantity {
    /// Reads a number such as `500`, `-1.5`, `2e3`, `250ms`, `1.5GiB`, `1m30s`, `99%`. `None` where
    /// the text is anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (number, mut rest) = number(text)?;
        let mut sum = Self {
            amount: number,
            measure: Measure::Plain,
            written: number,
        };
        rest = rest.strip_prefix('%').unwrap_or(rest);
        if rest.is_empty() {
            return Some(sum);
        }
        let (measure, factor, mut rest) = unit(rest)?;
        (sum.amount, sum.measure) = (number * factor, measure);
        // Go writes durations so: 1h2m3.5s.
        while !rest.is_empty() {
            let (next, behind) = number_without_sign(rest)?;
            let (same, factor, behind) = unit(behind)?;
            if same != measure || measure != Measure::Time {
                return None;
            }
            sum.amount += if number < 0.0 { -next } else { next } * factor;
            sum.written = f64::NAN;
            rest = behind;
        }
        Some(sum)
    }

    /// The numbers to compare where this is the one of a line: what both measure where both say so. A
    /// plain number beside a size is one of bytes. A duration of a line is compared with a plain number
    /// as it was written; what a plain number of a line measures beside a duration nobody knows.
    /// `None` where they cannot be compared.
    #[must_use]
    pub fn comparable(self, asked: Self) -> Option<(f64, f64)> {
        match (self.measure, asked.measure) {
            (a, b) if a == b => Some((self.amount, asked.amount)),
            (Measure::Plain, Measure::Size) | (Measure::Size, Measure::Plain) => {
                Some((self.amount, asked.amount))
            }
            (Measure::Time, Measure::Plain) => Some((self.written, asked.written)),
            _ => None,
        }
    }
}

/// The unit that the text begins with, and what follows it.
fn unit(text: &str) -> Option<(Measure, f64, &str)> {
    let end = text
        .find(|it: char| it.is_ascii() && !it.is_ascii_alphabetic())
        .unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    let found = UNITS.iter().find(|(name, ..)| *name == word)?;
    Some((found.1, found.2, rest))
}

fn number(text: &str) -> Option<(f64, &str)> {
    match text.strip_prefix('-') {
        Some(rest) => number_without_sign(rest).map(|(number, rest)| (-number, rest)),
        None => number_without_sign(text.strip_prefix('+').unwrap_or(text)),
    }
}

/// Digits with a fraction and a power of ten. Exact up to 15 digits; the standard library's reader,
/// exact for all, is larger than all of this.
fn number_without_sign(text: &str) -> Option<(f64, &str)> {
    let bytes = text.as_bytes();
    let (mut mantissa, mut power, mut at, mut digits) = (0.0f64, 0i32, 0, 0);
    let mut in_fraction = false;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'0'..=b'9' => {
                mantissa = mantissa * 10.0 + f64::from(byte - b'0');
                power -= i32::from(in_fraction);
                digits += 1;
            }
            b'.' if !in_fraction && digits > 0 => in_fraction = true,
            _ => break,
        }
        at += 1;
    }
    if digits == 0 || digits > MAX_DIGITS || bytes[at - 1] == b'.' {
        return None;
    }
    if let Some(b'e' | b'E') = bytes.get(at) {
        let negative = bytes.get(at + 1) == Some(&b'-');
        let signed = negative || bytes.get(at + 1) == Some(&b'+');
        let from = at + 1 + usize::from(signed);
        let length = bytes[from.min(bytes.len())..]
            .iter()
            .take_while(|it| it.is_ascii_digit())
            .count();
        if (1..=3).contains(&length) {
            let exponent = bytes[from..from + length]
                .iter()
                .fold(0, |sum, byte| sum * 10 + i32::from(byte - b'0'));
            power += if negative { -exponent } else { exponent };
            at = from + length;
        }
    }
    // One division or multiplication by an exact power rounds once.
    let mut scale = 1.0f64;
    for _ in 0..power.unsigned_abs() {
        scale *= 10.0;
    }
    let value = if power < 0 {
        mantissa / scale
    } else {
        mantissa * scale
    };
    value.is_finite().then(|| (value, &text[at..]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn amount(text: &str) -> Option<(f64, Measure)> {
        Quantity::parse(text).map(|it| (it.amount, it.measure))
    }

    #[test]
    fn numbers_have_units_or_none() {
        for (text, amount_, measure) in [
            ("0", 0.0, Measure::Plain),
            ("500", 500.0, Measure::Plain),
            ("-1.5", -1.5, Measure::Plain),
            ("2e3", 2000.0, Measure::Plain),
            ("25E-1", 2.5, Measure::Plain),
            ("99.5%", 99.5, Measure::Plain),
            ("250ms", 250e6, Measure::Time),
            ("1.5s", 1.5e9, Measure::Time),
            ("12µs", 12e3, Measure::Time),
            ("1m30s", 90e9, Measure::Time),
            ("-1m30s", -90e9, Measure::Time),
            ("1.5GiB", 1.5 * 1_073_741_824.0, Measure::Size),
            ("10kB", 10e3, Measure::Size),
        ] {
            assert_eq!(amount(text), Some((amount_, measure)), "{text}");
        }
        for text in [
            "",
            "-",
            ".",
            "1.",
            ".5",
            "1..2",
            "ms",
            "5 ms",
            "5x",
            "1s5",
            "1kB2kB",
            "1s2kB",
            "0x10",
            "NaN",
            "inf",
            "1e",
            "1e999",
            "10:15",
            "127.0.0.1",
        ] {
            assert_eq!(amount(text), None, "{text}");
        }
    }

    #[test]
    fn what_measures_something_is_compared_with_its_kind() {
        let compare = |a: &str, b: &str| Quantity::parse(a)?.comparable(Quantity::parse(b)?);
        assert_eq!(compare("250ms", "0.1s"), Some((250e6, 100e6)));
        assert_eq!(compare("250", "0.1s"), None, "of what?");
        assert_eq!(compare("250ms", "3"), Some((250.0, 3.0)));
        assert_eq!(compare("500", "1MB"), Some((500.0, 1e6)));
        assert_eq!(compare("3kB", "500"), Some((3000.0, 500.0)));
        assert_eq!(compare("250ms", "3kB"), None);
        let parts = compare("1m30s", "1").expect("both are numbers");
        assert!(parts.0.is_nan(), "neither more nor less than 1");
    }

    proptest! {
        #[test]
        fn it_reads_what_the_standard_library_reads(
            whole in 0u32..1_000_000, fraction in "[0-9]{0,8}", negative: bool,
        ) {
            let sign = if negative { "-" } else { "" };
            let dot = if fraction.is_empty() { "" } else { "." };
            let text = format!("{sign}{whole}{dot}{fraction}");
            prop_assert_eq!(Quantity::parse(&text).map(|it| it.amount), text.parse::<f64>().ok());
        }

        #[test]
        fn no_text_makes_it_panic(text in "[0-9.eE+%a-zµ-]{0,40}|\\PC{0,8}") {
            let _ = Quantity::parse(&text);
        }
    }
}
