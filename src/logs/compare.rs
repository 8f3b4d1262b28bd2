//! Patterns on two sides beside each other, in two stretches of time or of two containers: what is on one
//! side only, and what comes more or less often.

use super::session::LogSession;
use super::store::NO_TEMPLATE;
use super::template::TemplateId;
use crate::few::Few;
use crate::time::Nanos;

/// Which lines are compared with which, of those that the filter lets through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sides<'a> {
    /// Those before this time with those from it on; without it, those of the first half of their time with
    /// those of the second.
    Time(Option<Nanos>),
    /// Those of the sources with the one name with those of the other.
    Sources([&'a str; 2]),
}

/// A pattern on both sides; on one of them at least it has a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Compared {
    /// Its number.
    pub id: TemplateId,
    /// Its lines on the first side and on the second.
    pub lines: [u64; 2],
}

/// How a pattern differs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Change {
    /// It has lines on the second side only.
    Appeared,
    /// It has lines on the first side only.
    Vanished,
    /// Its lines a time on the second side, by those on the first; more than 0.
    Rate(f64),
}

/// Two sides of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// From when until when each side takes. A source's takes until the last line of both, for it may be
    /// silent; where it has no line, it is empty.
    pub spans: [[Nanos; 2]; 2],
    /// Lines on both, those without a pattern too.
    pub lines: [u64; 2],
    /// The patterns by their numbers.
    patterns: Vec<Compared>,
}

impl Comparison {
    /// The patterns, in no order that tells anything.
    #[must_use]
    pub fn patterns(&self) -> &[Compared] {
        &self.patterns
    }

    /// One of them; `None` where it has no line.
    #[must_use]
    pub fn get(&self, id: TemplateId) -> Option<Compared> {
        let at = self.patterns.binary_search_by_key(&id.0, |it| it.id.0);
        at.ok().map(|at| self.patterns[at])
    }

    /// How one differs.
    #[must_use]
    pub fn change(&self, of: Compared) -> Change {
        let [before, after] = of.lines.map(|it| it as f64);
        let [long, late] = self.lengths();
        match of.lines {
            [0, _] => Change::Appeared,
            [_, 0] => Change::Vanished,
            _ => Change::Rate(after / late / (before / long)),
        }
    }

    /// What somebody should see first has the least: what appeared, what vanished, the most lines first;
    /// then by how unlikely its change is if its lines came evenly (chi-squared, of one degree).
    #[must_use]
    pub fn rank(&self, of: Compared) -> (u8, u64) {
        let [before, after] = of.lines;
        match (before, after) {
            (0, lines) => (0, u64::MAX - lines),
            (lines, 0) => (1, u64::MAX - lines),
            _ => {
                let [long, late] = self.lengths();
                let all = (before + after) as f64;
                let expected = all * late / (long + late);
                let off = after as f64 - expected;
                let odd = off * off / expected + off * off / (all - expected);
                (2, u64::MAX - (odd * 1000.0) as u64)
            }
        }
    }

    /// Lengths of both in nanoseconds, at least a millisecond.
    fn lengths(&self) -> [f64; 2] {
        let length = |[from, to]: [Nanos; 2]| to.0.saturating_sub(from.0).max(1_000_000) as f64;
        self.spans.map(length)
    }
}

impl LogSession {
    /// Compares the lines on one side with those on the other. `None` where there are no lines. Looks at
    /// each row held.
    #[must_use]
    pub fn compare(&self, sides: Sides<'_>) -> Option<Comparison> {
        let names = match sides {
            Sides::Time(_) => ["", ""],
            Sides::Sources(names) => names,
        };
        // Of which side a source is, by its number.
        let mut named: Few<u16, usize> = Few::default();
        for source in self.sources() {
            let name = self.source_name(source);
            if let Some(side) = names.iter().position(|it| Some(*it) == name) {
                *named.or_default(source) = side;
            }
        }
        let mut split = None;
        let side = |source: u16, time: i64, split: Option<i64>| match sides {
            Sides::Time(_) => Some(usize::from(split.is_some_and(|split| time >= split))),
            Sides::Sources(_) => named.get(source).copied(),
        };
        let mut ends: [Option<[i64; 2]>; 2] = [None, None];
        self.each_visible_line(&mut |source, time, _| {
            if let Some(side) = side(source, time, split) {
                let [first, last] = ends[side].unwrap_or([time, time]);
                ends[side] = Some([first.min(time), last.max(time)]);
            }
        });
        let all = ends.iter().flatten();
        let first = all.clone().map(|it| it[0]).min()?;
        let last = all.map(|it| it[1]).max()?;
        let spans = match sides {
            Sides::Time(at) => {
                let at = at.map_or(first.midpoint(last), |it| it.0);
                split = Some(at);
                let at = at.clamp(first, last);
                [[first, at], [at, last]]
            }
            Sides::Sources(_) => ends.map(|it| [it.map_or(last, |[first, _]| first), last]),
        };
        let mut lines = [0; 2];
        let mut counts: Few<u32, [u64; 2]> = Few::default();
        self.each_visible_line(&mut |source, time, template| {
            if let Some(side) = side(source, time, split) {
                lines[side] += 1;
                counts.or_default(template)[side] += 1;
            }
        });
        let templates = self.templates();
        let mut patterns: Few<u32, [u64; 2]> = Few::default();
        for (id, lines) in counts.iter().filter(|(id, _)| *id != NO_TEMPLATE) {
            let id = templates.resolve(TemplateId(id));
            let sums = patterns.or_default(id.0);
            *sums = [sums[0] + lines[0], sums[1] + lines[1]];
        }
        let compared = |(id, lines): (u32, &[u64; 2])| Compared {
            id: TemplateId(id),
            lines: *lines,
        };
        Some(Comparison {
            spans: spans.map(|it| it.map(Nanos)),
            lines,
            patterns: patterns.iter().map(compared).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logs::filter::Filter;
    use crate::protocol::{LogBatch, LogStream};
    use proptest::prelude::*;

    fn session(lines: &[(i64, &str)]) -> LogSession {
        let mut session = LogSession::default();
        for chunk in lines.chunks(3) {
            let mut batch = LogBatch::new();
            for (second, text) in chunk {
                batch.push_line(Nanos(second * 1_000_000_000), LogStream::Stdout, text);
            }
            session.ingest(0, batch);
        }
        session
    }

    fn changes(session: &LogSession, comparison: &Comparison) -> Vec<(String, [u64; 2], Change)> {
        let mut all = comparison.patterns().to_vec();
        crate::sort::sort_by_key(&mut all, |it| comparison.rank(*it));
        let word = |id| session.templates().pattern(id).unwrap_or_default();
        all.iter()
            .map(|it| (word(it.id), it.lines, comparison.change(*it)))
            .collect()
    }

    #[test]
    fn what_appeared_and_vanished_comes_first_and_then_what_changed_most() {
        let session = session(&[
            (0, "cache is warm"),
            (0, "request served"),
            (1, "request served"),
            (5, "beat"),
            (10, "beat"),
            (11, "disk is full"),
            (11, "request served"),
            (12, "request served"),
            (13, "request served"),
            (14, "request served"),
            (20, "disk is full"),
        ]);
        let comparison = session
            .compare(Sides::Time(Some(Nanos(10_000_000_000))))
            .unwrap();
        assert_eq!(comparison.lines, [4, 7]);
        let expected = [
            ("disk is full", [0, 2], Change::Appeared),
            ("cache is warm", [1, 0], Change::Vanished),
            ("request served", [2, 4], Change::Rate(2.0)),
            ("beat", [1, 1], Change::Rate(1.0)),
        ];
        let expected = expected.map(|(text, lines, change)| (text.to_owned(), lines, change));
        assert_eq!(changes(&session, &comparison), expected);
        assert_eq!(
            session.compare(Sides::Time(None)),
            Some(comparison),
            "the middle is 10 s"
        );
    }

    #[test]
    fn rates_take_the_lengths_of_both_stretches_into_account() {
        let session = session(&[
            (0, "beat"),
            (1, "beat"),
            (2, "beat"),
            (3, "beat"),
            (5, "beat"),
        ]);
        let comparison = session
            .compare(Sides::Time(Some(Nanos(4_000_000_000))))
            .unwrap();
        let change = comparison.change(comparison.patterns()[0]);
        assert_eq!(change, Change::Rate(1.0), "four in 4 s, one in 1 s");
    }

    #[test]
    fn only_lines_that_the_filter_lets_through_are_compared() {
        let mut session = session(&[(0, "red fox"), (1, "blue jay"), (9, "blue jay")]);
        session.set_filter(Filter {
            text: "blue".into(),
            ..Filter::default()
        });
        let comparison = session.compare(Sides::Time(None)).unwrap();
        let seconds = |it: i64| Nanos(it * 1_000_000_000);
        assert_eq!(comparison.spans, [[1, 5], [5, 9]].map(|it| it.map(seconds)));
        assert_eq!(comparison.lines, [1, 1]);
        assert_eq!(comparison.patterns().len(), 1);
        assert_eq!(LogSession::default().compare(Sides::Time(None)), None);
    }

    #[test]
    fn two_sources_are_compared_each_from_its_first_line_on() {
        let mut session = LogSession::default();
        for (source, name) in [(0, "old"), (1, "new"), (2, "other"), (3, "new")] {
            session.add_source(source, name, crate::time::Millis(0));
        }
        let mut line = |source, second: i64, text| {
            let mut batch = LogBatch::new();
            batch.push_line(Nanos(second * 1_000_000_000), LogStream::Stdout, text);
            session.ingest(source, batch);
        };
        for second in 0..=10 {
            line(0, second, "beat");
        }
        line(0, 3, "cache is warm");
        line(2, 3, "nobody asked");
        for second in 5..=10 {
            line(if second == 5 { 3 } else { 1 }, second, "beat");
            line(1, second, "disk is full");
        }
        let comparison = session.compare(Sides::Sources(["old", "new"])).unwrap();
        let seconds = |it: i64| Nanos(it * 1_000_000_000);
        assert_eq!(
            comparison.spans,
            [[0, 10], [5, 10]].map(|it| it.map(seconds))
        );
        assert_eq!(comparison.lines, [12, 12]);
        let expected = [
            ("disk is full", [0, 6], Change::Appeared),
            ("cache is warm", [1, 0], Change::Vanished),
            ("beat", [11, 6], Change::Rate(6.0 / 5e9 / (11.0 / 1e10))),
        ];
        let expected = expected.map(|(text, lines, change)| (text.to_owned(), lines, change));
        assert_eq!(changes(&session, &comparison), expected);
        let silent = session.compare(Sides::Sources(["old", "gone"])).unwrap();
        assert_eq!(silent.lines, [12, 0]);
        assert_eq!(session.compare(Sides::Sources(["gone", "too"])), None);
    }

    proptest! {
        #[test]
        fn each_line_is_counted_on_its_side(
            lines in proptest::collection::vec((0i64..50, 0usize..4), 1..60),
            split in -5i64..60,
        ) {
            const TEXTS: [&str; 4] = ["one fox", "two of them ran", "three are there now, all", ""];
            let texts: Vec<_> = lines.iter().map(|(at, text)| (*at, TEXTS[*text])).collect();
            let session = session(&texts);
            let comparison = session.compare(Sides::Time(Some(Nanos(split * 1_000_000_000)))).unwrap();
            let before = lines.iter().filter(|(at, _)| *at < split).count() as u64;
            prop_assert_eq!(comparison.lines, [before, lines.len() as u64 - before]);
            let blank = |late| lines.iter().filter(|(at, text)| *text == 3 && (*at >= split) == late).count() as u64;
            for side in 0..2 {
                let sum: u64 = comparison.patterns().iter().map(|it| it.lines[side]).sum();
                prop_assert_eq!(sum + blank(side == 1), comparison.lines[side]);
            }
            for one in comparison.patterns() {
                prop_assert!(one.lines != [0, 0]);
                prop_assert_eq!(comparison.get(one.id), Some(*one));
            }
        }
    }
}
