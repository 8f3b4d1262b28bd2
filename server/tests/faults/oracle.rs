//! What a viewer must hold: what the engine says it has, once each and in its order, or a gap in
//! the place of what it lacks.

use std::collections::HashMap;
use std::ops::Range;

use sidekick::client::QUIET_MS;
use sidekick::protocol::{Gap, GapReason};
use sidekick::time::Nanos;

use crate::viewer::{Item, Left, Line};

/// Bytes of a long line that the engine keeps in one record.
const PART_BYTES: usize = 16 << 10;

/// What the engine says at the end of a run.
pub(crate) struct Truth<'a> {
    /// Everything that was ever printed, in Docker's order.
    pub(crate) printed: &'a [Line],
    /// From here on the engine still has it.
    pub(crate) kept: usize,
    /// Lines that it let go of when it was about to give them, without a word.
    pub(crate) passed_over: &'a [Range<usize>],
}

impl Truth<'_> {
    fn has_passed_over(&self, lines: Range<usize>) -> bool {
        let mut from = lines.start;
        while from < lines.end {
            let covers = self.passed_over.iter().filter(|it| it.contains(&from));
            match covers.map(|it| it.end).max() {
                Some(end) => from = end,
                None => return false,
            }
        }
        true
    }

    /// Whether these are lines that share stream and time with the one before them, and those that were
    /// printed among them, where the engine let go of a part: nobody can tell the place among the others.
    fn is_cut_amid(&self, lines: Range<usize>) -> bool {
        let Some(last) = lines.start.checked_sub(1).map(|at| &self.printed[at]) else {
            return false;
        };
        let shares = |it: &Line| it.time == last.time && it.stream == last.stream;
        let first = self.printed.iter().position(shares);
        let end = self.printed.iter().rposition(shares);
        let is_cut = first.is_some_and(|it| it < self.kept);
        is_cut && !lines.is_empty() && end.is_some_and(|it| lines.end <= it + 1)
    }
}

/// What a viewer may lack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rule {
    /// It holds every line, from where it begins.
    pub(crate) whole: bool,
    pub(crate) begin: Begin,
}

/// The first line of a viewer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Begin {
    /// This one.
    At(usize),
    /// This one, or the first behind it that the engine still had.
    KeptFrom(usize),
    /// This one or any behind it.
    From(usize),
}

/// What was counted.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) lines: u64,
    pub(crate) gaps: u64,
    pub(crate) under_gaps: u64,
    /// Lines that the engine lost while it was read, without a sign that anybody could see.
    pub(crate) unseen: u64,
    /// Lines of merged views that stand behind younger ones, which had waited for them.
    pub(crate) late: u64,
}

impl Tally {
    pub(crate) fn add(&mut self, other: Self) {
        self.lines += other.lines;
        self.gaps += other.gaps;
        self.under_gaps += other.under_gaps;
        self.unseen += other.unseen;
        self.late += other.late;
    }
}

/// Compares what is held with the truth.
///
/// # Errors
/// The first difference, for people.
pub(crate) fn check(held: &[Item], truth: &Truth<'_>, rule: Rule) -> Result<Tally, String> {
    let printed = truth.printed;
    let mut tally = Tally::default();
    let mut next = match rule.begin {
        Begin::At(first) | Begin::KeptFrom(first) | Begin::From(first) => first,
    };
    let mut items = held.iter().peekable();
    let mut first = true;
    while items.peek().is_some() {
        let mut gaps = Vec::new();
        while let Some(Item::Gap(gap)) = items.peek() {
            gaps.push(*gap);
            items.next();
        }
        let mut run = Vec::new();
        if first && !rule.whole {
            items.next_if(|it| is_rest(it, printed));
        }
        while let Some(Item::Line(line)) = items.peek() {
            run.push(line);
            items.next();
        }
        if run.is_empty() {
            break;
        }
        let is_free = first && !matches!(rule.begin, Begin::At(_));
        let may_jump = is_free || !gaps.is_empty();
        let begin = match may_jump {
            true => find(&run, printed, next),
            false => next,
        };
        if !truth.is_cut_amid(next..begin) {
            covers(&gaps, printed, next, begin, truth.kept, rule, first)?;
        }
        tally.gaps += gaps.len() as u64;
        if !gaps.is_empty() {
            tally.under_gaps += (begin - next) as u64;
        }
        next = begin;
        let mut before = None;
        for line in &run {
            if printed.get(next) != Some(*line) {
                // The engine may have let go of lines while it was read.
                let skipped = (next..=truth.kept).find(|&at| printed.get(at) == Some(*line));
                let may_lack = |lines: Range<usize>| {
                    truth.has_passed_over(lines.clone()) || truth.is_cut_amid(lines)
                };
                let Some(at) = skipped.filter(|&at| may_lack(next..at)) else {
                    return Err(difference(line, before, printed, next));
                };
                tally.unseen += (at - next) as u64;
                next = at;
            }
            before = Some(*line);
            next += 1;
        }
        tally.lines += run.len() as u64;
        first = false;
    }
    match printed.get(next) {
        None => Ok(tally),
        Some(line) => Err(format!("the end is missing, from {} on", show(line, next))),
    }
}

/// Checks what left the window of a merged view, and that it says of how many lines that they were late.
/// A line may stand behind a younger one of another container only if it came when that had left, which
/// had waited for it. Lines that a container's other stream overtook count as old as those.
///
/// # Errors
/// What stands where it should not.
pub(crate) fn check_merged(lines: &[Left], late: u64) -> Result<Tally, String> {
    let mut newest_of = HashMap::new();
    let places = lines.iter().map(|line| {
        let newest = newest_of.entry(line.lane).or_insert(line.time);
        *newest = line.time.max(*newest);
        *newest
    });
    let places: Vec<_> = places.collect();
    let mut newest = Nanos(i64::MIN);
    let mut behind = 0;
    for (at, (line, &place)) in lines.iter().zip(&places).enumerate() {
        newest = newest.max(place);
        if place == newest {
            continue;
        }
        behind += 1;
        let before = lines[..at].iter().zip(&places);
        for (younger, _) in before.filter(|(_, it)| **it > place) {
            let waited = younger.left.since(younger.came) >= QUIET_MS;
            if line.came < younger.left || !(waited || younger.over.contains(&line.lane)) {
                return Err(format!("{younger:?} did not wait for {line:?}"));
            }
        }
    }
    match behind == late {
        true => Ok(Tally {
            late,
            ..Tally::default()
        }),
        false => Err(format!(
            "{behind} lines stand behind younger ones, {late} were late"
        )),
    }
}

/// Whether this is the last part of a long line, whose first is not among the newest that the
/// engine was asked for: `docker logs --tail` begins like this too.
fn is_rest(item: &Item, printed: &[Line]) -> bool {
    let Item::Line(held) = item else {
        return false;
    };
    printed.iter().any(|line| {
        let same = line.time == held.time && line.stream == held.stream;
        let cut = line.text.len().checked_sub(held.text.len());
        let whole_parts = cut.is_some_and(|cut| cut > 0 && cut % PART_BYTES == 0);
        same && whole_parts && line.text.ends_with(&held.text)
    })
}

/// Where a run of lines stands, at `from` or later; where nowhere, the place that explains most.
fn find(run: &[&Line], printed: &[Line], from: usize) -> usize {
    let agree = |at: usize| {
        let there = printed[at..].iter();
        run.iter().zip(there).take_while(|(a, b)| **a == *b).count()
    };
    let mut best = (0, from);
    for at in from..printed.len() {
        let count = agree(at);
        if count > best.0 {
            best = (count, at);
        }
        if count == run.len() {
            break;
        }
    }
    best.1
}

/// Whether gaps say what is missing from `from` to `to`, and were right to let it go.
fn covers(
    gaps: &[Gap],
    printed: &[Line],
    from: usize,
    to: usize,
    kept: usize,
    rule: Rule,
    first: bool,
) -> Result<(), String> {
    // A reader that begins at the newest lines has no gap before them.
    let missing = &printed[from..to];
    let Some(last) = gaps.last() else {
        let begins = first && matches!(rule.begin, Begin::From(_));
        let lost = rule.whole && !begins && to > kept.max(from);
        return match lost {
            true => Err(format!(
                "{} lines that the engine has are missing before {}",
                to - kept.max(from),
                show(&printed[to], to)
            )),
            false => Ok(()),
        };
    };
    let whole_gap = format!("{gaps:?} for lines {from}..{to}, the engine has {kept}..");
    if rule.whole && to > kept.max(from) {
        return Err(format!("a gap where the engine has lines: {whole_gap}"));
    }
    if gaps.iter().any(|gap| gap.reason == GapReason::Rotated) && to > kept.max(from) {
        return Err(format!(
            "it says rotated, and the engine has them: {whole_gap}"
        ));
    }
    let counted: Option<u64> = gaps.iter().map(|gap| gap.lines).sum();
    if counted.is_some_and(|lines| lines != missing.len() as u64) {
        return Err(format!("a gap with a wrong count: {whole_gap}"));
    }
    // The two streams may be this far out of the order of time.
    const SKEW: i64 = 1_000_000_000;
    let after = gaps[0].after.map_or(i64::MIN, |at| at.0 - SKEW);
    let before = last.before.map_or(i64::MAX, |at| at.0 + SKEW);
    match missing
        .iter()
        .find(|it| !(after..=before).contains(&it.time.0))
    {
        Some(line) if !first => Err(format!(
            "{} is not within its gap: {whole_gap}",
            show(line, from)
        )),
        _ => Ok(()),
    }
}

fn difference(line: &Line, before: Option<&Line>, printed: &[Line], next: usize) -> String {
    let is = printed.iter().position(|it| it == line);
    let what = match is {
        None => "a line that was never printed",
        Some(at) if at < next => "a duplicate or an inversion",
        Some(_) => "lines are missing without a gap",
    };
    let missing = match is {
        Some(at) if at > next => &printed[next..at.min(next + 20)],
        _ => &[],
    };
    let missing: Vec<_> = (next..).zip(missing).map(|(at, it)| show(it, at)).collect();
    let is = is.map_or_else(String::new, |at| format!(" (number {at}; {missing:?})"));
    let expected = printed
        .get(next)
        .map_or_else(|| "nothing".to_owned(), |line| show(line, next));
    format!(
        "{what}: behind {before}, where {expected} was expected, stands {held}{is}",
        before = before.map_or_else(
            || "the beginning".to_owned(),
            |it| show(it, next.saturating_sub(1))
        ),
        held = show(line, 0),
    )
}

fn show(line: &Line, number: usize) -> String {
    let text: String = line.text.chars().take(40).collect();
    let (stream, time) = (line.stream, line.time.0);
    format!(
        "[{number}] {stream:?} {time} {:?} ({} bytes)",
        text,
        line.text.len()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use sidekick::protocol::LogStream;
    use sidekick::time::Millis;

    fn lines() -> Vec<Line> {
        let line = |n: i64| Line {
            time: Nanos(n * 10_000_000_000),
            stream: LogStream::Stdout,
            text: format!("line {n}"),
        };
        (0..10).map(line).collect()
    }

    fn gap(from: usize, to: usize) -> Item {
        let lines = lines();
        Item::Gap(Gap {
            lines: None,
            after: Some(lines[from].time),
            before: Some(lines[to].time),
            reason: GapReason::Rotated,
        })
    }

    fn outcome(held: &[Item], kept: usize) -> Result<Tally, String> {
        passed_over(held, kept, &[])
    }

    fn passed_over(
        held: &[Item],
        kept: usize,
        passed_over: &[Range<usize>],
    ) -> Result<Tally, String> {
        let printed = lines();
        let truth = Truth {
            printed: &printed,
            kept,
            passed_over,
        };
        let rule = Rule {
            whole: true,
            begin: Begin::At(0),
        };
        check(held, &truth, rule)
    }

    fn held(numbers: impl IntoIterator<Item = usize>) -> Vec<Item> {
        let lines = lines();
        numbers
            .into_iter()
            .map(|n| Item::Line(lines[n].clone()))
            .collect()
    }

    #[test]
    fn what_was_printed_is_right_and_every_other_thing_is_wrong() {
        assert!(outcome(&held(0..10), 0).is_ok());
        for wrong in [
            held(0..9),
            held(1..10),
            held([0, 1, 2, 3, 3, 4, 5, 6, 7, 8, 9]),
            held([0, 1, 2, 4, 3, 5, 6, 7, 8, 9]),
            held([0, 1, 2, 4, 5, 6, 7, 8, 9]),
            held((0..10).chain(0..10)),
        ] {
            assert!(outcome(&wrong, 0).is_err(), "{wrong:?}");
        }
        let mut changed = held(0..10);
        if let Item::Line(line) = &mut changed[5] {
            line.stream = LogStream::Stderr;
        }
        assert!(outcome(&changed, 0).is_err());
    }

    #[test]
    fn only_what_the_engine_passed_over_itself_may_be_missing_without_a_gap() {
        let with = held((0..3).chain(6..10));
        let lost = |held: &[Item], ranges: &[Range<usize>]| passed_over(held, 6, ranges);
        assert_eq!(lost(&with, &[2..4, 4..6]).unwrap().unseen, 3);
        for ranges in [vec![], vec![3..5, 5..5], vec![4..6, 4..6], vec![0..3, 7..9]] {
            assert!(lost(&with, &ranges).is_err(), "{ranges:?}");
        }
        // It has them at the end.
        assert!(passed_over(&with, 5, &[2..4, 4..6]).is_err());
    }

    #[test]
    fn where_the_engine_let_go_of_some_lines_of_one_timestamp_the_others_may_be_missing() {
        let mut printed = lines();
        (2..6).for_each(|at| printed[at].time = printed[2].time);
        let rule = Rule {
            whole: true,
            begin: Begin::At(0),
        };
        let tally = |numbers: Vec<usize>, kept| {
            let held = numbers
                .into_iter()
                .map(|at| Item::Line(printed[at].clone()));
            let truth = Truth {
                printed: &printed,
                kept,
                passed_over: &[],
            };
            check(&held.collect::<Vec<_>>(), &truth, rule)
        };
        let without = |gone: &[usize]| (0..10).filter(|it| !gone.contains(it)).collect();
        assert_eq!(tally(without(&[3, 4]), 8).unwrap().unseen, 2);
        // It has all of them, or what is missing is not of that time alone.
        assert!(tally(without(&[3, 4]), 2).is_err());
        assert!(tally(without(&[5, 6]), 8).is_err());
        assert!(tally(without(&[1, 2]), 8).is_err());
    }

    #[test]
    fn no_line_of_a_merged_view_stands_behind_a_younger_one_that_did_not_wait() {
        let left = |lane, time, came, left| Left {
            lane,
            time: Nanos(time),
            came: Millis(came),
            left: Millis(left),
            over: Vec::new(),
        };
        let inverted =
            |came: i64, waited: i64| [left(0, 3, 10, 10 + waited), left(1, 2, came, came + 10)];
        let ok = |lines: &[Left], late| check_merged(lines, late).is_ok();
        let ordered = [left(0, 3, 0, 0), left(0, 2, 0, 0), left(1, 3, 0, 0)];
        assert!(ok(&ordered, 0) && !ok(&ordered, 1));
        assert!(ok(&inverted(900, QUIET_MS), 1) && !ok(&inverted(900, QUIET_MS), 0));
        assert!(!ok(&inverted(900, QUIET_MS - 1), 1));
        assert!(!ok(&inverted(100, QUIET_MS), 1));
        let mut ended = inverted(900, 0);
        ended[0].over.push(1);
        assert!(ok(&ended, 1));
    }

    #[test]
    fn a_gap_is_right_where_it_covers_what_the_engine_has_not() {
        let with = |gap: Item| [held(0..3), vec![gap], held(6..10)].concat();
        let tally = outcome(&with(gap(2, 6)), 6).unwrap();
        assert_eq!((tally.gaps, tally.under_gaps), (1, 3));
        // The engine has them.
        assert!(outcome(&with(gap(2, 6)), 4).is_err());
        // It says something else.
        assert!(outcome(&with(gap(0, 3)), 6).is_err());
        let mut counted = gap(2, 6);
        if let Item::Gap(gap) = &mut counted {
            gap.lines = Some(2);
        }
        assert!(outcome(&with(counted), 6).is_err());
    }
}
