//! The report for people: one line a template, as wide as the terminal.

use std::io::{self, Write};

use sidekick::logs::{Severity, SeverityCounts};
use unicode_width::UnicodeWidthChar as _;

use super::miner::Miner;
use super::stats::grouped;

/// Columns before the pattern: count, share and severity with the spaces behind them.
const SHARE: usize = 6;
const LEVEL: usize = 7;
/// However narrow the terminal, so much of a pattern is shown.
const NARROWEST: usize = 20;

/// How the table looks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Look {
    /// Columns of the terminal; `None` cuts nothing.
    pub(super) width: Option<usize>,
    /// Whether there are colours.
    pub(super) color: bool,
    /// Most templates.
    pub(super) top: usize,
}

/// Columns of the terminal.
pub(super) fn terminal_width() -> Option<usize> {
    terminal_size::terminal_size().map(|(width, _)| width.0.into())
}

/// Writes the table.
pub(super) fn write(
    out: &mut impl Write,
    miner: &Miner,
    look: Look,
    whole: bool,
) -> io::Result<()> {
    let engine = miner.pipeline().templates();
    let counts = miner.pipeline().analytics().counts();
    let so_far = if whole { "" } else { " until the interrupt" };
    let mut lines = plural(miner.lines(), "line");
    if miner.logged() != miner.lines() {
        // The runtime cut lines in parts.
        lines += &format!(" of input, {} of the log", grouped(miner.logged()));
    }
    let found = plural(engine.len() as u64, "template");
    writeln!(out, "{lines}{so_far}{}, {found}", summary(&counts, look))?;
    let rows = engine.top(look.top);
    let Some(most) = rows.first() else {
        return Ok(());
    };
    let count_width = grouped(most.count).len().max(5);
    writeln!(
        out,
        "\n{:>count_width$}  {:>SHARE$}  {:LEVEL$}  TEMPLATE",
        "COUNT", "SHARE", "LEVEL"
    )?;
    let before = count_width + SHARE + LEVEL + 6;
    let room = look
        .width
        .map(|it| it.saturating_sub(before).max(NARROWEST));
    for row in &rows {
        let share = row.count as f64 * 100.0 / miner.logged().max(1) as f64;
        let share = match share {
            // A template that exists has a share.
            it if it < 0.05 => "<0.1%".to_owned(),
            it => format!("{it:.1}%"),
        };
        let severity = row.severities.dominant().unwrap_or_default();
        let level = painted(&format!("{:LEVEL$}", severity.word()), severity, look);
        let pattern = fitted(&row.pattern, room);
        let pattern = if look.color {
            highlighted(&pattern)
        } else {
            pattern
        };
        writeln!(
            out,
            "{:>count_width$}  {share:>SHARE$}  {level}  {pattern}",
            grouped(row.count)
        )?;
        if let Some(worse) = worse(&row.severities, severity, look) {
            writeln!(out, "{:before$}{worse} among them", "")?;
        }
    }
    let more = engine.len() - rows.len();
    if more > 0 {
        let more = plural(more as u64, "more template");
        writeln!(out, "… {more}; --top 0 shows all")?;
    }
    if engine.evicted() > 0 {
        writeln!(
            out,
            "{} with {} had to be let go: there are too many",
            plural(engine.evicted(), "template"),
            plural(engine.evicted_lines(), "line"),
        )?;
    }
    Ok(())
}

/// The severities that there are, worst first: `: 2 error, 5 info`.
fn summary(counts: &SeverityCounts, look: Look) -> String {
    let all = listed(counts.iter(), look);
    if all.is_empty() {
        all
    } else {
        format!(": {all}")
    }
}

/// The lines of a template that are worse than most of them: those of an access log that tell of
/// errors are of one template with all others.
fn worse(counts: &SeverityCounts, most: Severity, look: Look) -> Option<String> {
    let alarming = counts.iter().take(3);
    let worse = alarming.take_while(|&(severity, _)| severity != most);
    Some(listed(worse, look)).filter(|it| !it.is_empty())
}

fn listed(counts: impl Iterator<Item = (Severity, u64)>, look: Look) -> String {
    let some = counts.filter(|&(_, n)| n > 0);
    let parts = some.map(|(severity, n)| {
        let part = format!("{} {}", grouped(n), severity.word());
        painted(&part, severity, look)
    });
    parts.collect::<Vec<_>>().join(", ")
}

fn plural(n: u64, word: &str) -> String {
    format!("{} {word}{}", grouped(n), if n == 1 { "" } else { "s" })
}

fn painted(text: &str, severity: Severity, look: Look) -> String {
    let code = match severity {
        Severity::Fatal => "1;35",
        Severity::Error => "31",
        Severity::Warn => "33",
        Severity::Info => "32",
        Severity::Debug => "36",
        Severity::Trace | Severity::Unknown => "2",
    };
    if look.color {
        format!("\x1b[{code}m{text}\x1b[0m")
    } else {
        text.to_owned()
    }
}

/// The text in `room` columns, with an ellipsis where it was cut. A log's own control characters
/// never reach the terminal.
fn fitted(text: &str, room: Option<usize>) -> String {
    let room = room.unwrap_or(usize::MAX);
    let mut out = String::new();
    let mut columns = 0;
    // Where the text would be cut if it did not fit.
    let mut cut = 0;
    for c in text.chars() {
        let c = if c.is_control() { ' ' } else { c };
        columns += c.width().unwrap_or(0);
        if columns > room {
            out.truncate(cut);
            out.push('…');
            break;
        }
        out.push(c);
        if columns < room {
            cut = out.len();
        }
    }
    out
}

/// Wildcards, `<num>` and the like, in a colour.
fn highlighted(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len() * 2);
    let mut rest = pattern;
    while let Some(start) = rest.find('<') {
        let inside = &rest[start + 1..];
        let name = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'*' | b'_');
        let length = inside.bytes().take_while(|&b| name(b)).count();
        out.push_str(&rest[..start]);
        let end = start + length + 2;
        if length > 0 && inside.as_bytes().get(length) == Some(&b'>') {
            out.push_str("\x1b[36m");
            out.push_str(&rest[start..end]);
            out.push_str("\x1b[0m");
            rest = &rest[end..];
        } else {
            out.push('<');
            rest = inside;
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_pattern_is_cut_to_the_columns_that_there_are() {
        assert_eq!(fitted("abcdef", Some(6)), "abcdef");
        assert_eq!(fitted("abcdefg", Some(6)), "abcde…");
        assert_eq!(fitted("日本語", Some(6)), "日本語");
        assert_eq!(fitted("日本語x", Some(6)), "日本…");
        assert_eq!(fitted("a\tb\x1b[31m", None), "a b [31m");
    }

    #[test]
    fn wildcards_stand_out() {
        assert_eq!(
            highlighted("a <num> b <B> <*>"),
            "a \x1b[36m<num>\x1b[0m b <B> \x1b[36m<*>\x1b[0m"
        );
    }

    proptest! {
        #[test]
        fn no_pattern_is_wider_than_its_room(text in "\\PC{0,20}", room in 1usize..12) {
            let cut = fitted(&text, Some(room));
            let width: usize = cut.chars().filter_map(|c| c.width()).sum();
            prop_assert!(width <= room, "{:?}", cut);
            prop_assert_eq!(highlighted(&cut).replace("\x1b[36m", "").replace("\x1b[0m", ""), cut);
        }
    }
}
