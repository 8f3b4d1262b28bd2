//! Times as programs write them.

use sidekick::time::Nanos;

use super::START;

/// Writes an instant by a format: `%` and a letter as in strftime, `%3 %6 %9` digits of a second,
/// `%U` seconds since the stream began.
pub(super) fn time(at: Nanos, format: &str, out: &mut String) {
    let stamp = at.to_rfc3339();
    let part = |from: usize, to: usize| stamp.get(from..to).unwrap_or_default();
    let number = |from, to| part(from, to).parse::<usize>().unwrap_or_default();
    let seconds = at.0 / 1_000_000_000;
    let name = |list: &str, at: usize| list.split(' ').nth(at).unwrap_or_default().to_owned();
    let months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec";
    let mut chars = format.chars();
    while let Some(c) = chars.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        out.push_str(&match chars.next() {
            Some('Y') => part(0, 4).to_owned(),
            Some('y') => part(2, 4).to_owned(),
            Some('m') => part(5, 7).to_owned(),
            Some('d') => part(8, 10).to_owned(),
            Some('e') => format!("{:>2}", number(8, 10)),
            Some('H') => part(11, 13).to_owned(),
            Some('I') => format!("{}", (number(11, 13) + 11) % 12 + 1),
            Some('p') => name("AM PM", number(11, 13) / 12),
            Some('M') => part(14, 16).to_owned(),
            Some('S') => part(17, 19).to_owned(),
            Some('3') => part(20, 23).to_owned(),
            Some('6') => part(20, 26).to_owned(),
            Some('9') => part(20, 29).to_owned(),
            Some('b') => name(months, number(5, 7).saturating_sub(1)),
            Some('a') => name(
                "Thu Fri Sat Sun Mon Tue Wed",
                (seconds / 86_400 % 7) as usize,
            ),
            Some('s') => seconds.to_string(),
            // Seconds since the stream began.
            Some('U') => ((at.0 - START.0) / 1_000_000_000).to_string(),
            other => other.unwrap_or('%').to_string(),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_asked() {
        let mut out = String::new();
        time(
            START,
            "%a %b %e %Y-%m-%dT%H:%M:%S.%3,%6 %I%p %s %U%%",
            &mut out,
        );
        assert_eq!(
            out,
            "Sat Mar 14 2026-03-14T06:25:01.000,000000 6AM 1773469501 0%"
        );
    }
}
