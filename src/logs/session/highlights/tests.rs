use super::*;
use crate::logs::filter::Filter;
use crate::logs::query::{Matcher, Regex, RegexEngine};
use crate::logs::store::{Row, StoreLimits};
use crate::protocol::{Gap, GapReason, LogBatch, LogStream};
use crate::time::Nanos;
use proptest::prelude::*;

fn batch(lines: &[String]) -> LogBatch {
    let mut batch = LogBatch::new();
    for text in lines {
        batch.push_line(Nanos(0), LogStream::Stdout, text);
    }
    batch
}

fn session(lines: &[&str]) -> LogSession {
    let mut session = LogSession::default();
    let lines: Vec<_> = lines.iter().map(|it| (*it).to_owned()).collect();
    session.ingest(0, batch(&lines));
    session
}

fn mark(session: &mut LogSession, texts: &[&str]) {
    let texts: Vec<_> = texts.iter().map(|it| (*it).to_owned()).collect();
    session.set_highlights(&texts, Some(Language::QUERIES));
}

fn counts(session: &LogSession) -> Vec<(&str, usize)> {
    session.highlights().collect()
}

#[test]
fn marked_texts_are_counted_and_told_apart_whatever_the_filter_is() {
    let mut session = session(&["Timeout after 5 s", "pay: retry", "retry, then TIMEOUT"]);
    mark(
        &mut session,
        &["timeout", " retry ", "Timeout", "x", "", "X"],
    );
    assert!(session.search(usize::MAX));
    let found = [("timeout", 2), ("retry", 2), ("", 0), ("x", 0)];
    assert_eq!(counts(&session), found, "a double leaves its place free");
    let marks = session.highlighted("retry, then TIMEOUT");
    let marks: Vec<_> = marks.concat();
    assert_eq!(marks, [12..19, 0..5]);
    session.set_filter(Filter {
        text: "pay".to_owned(),
        ..Filter::default()
    });
    assert_eq!(counts(&session)[0], ("timeout", 2));
    session.ingest(0, batch(&["one more timeout".to_owned()]));
    assert_eq!(counts(&session)[0], ("timeout", 3));
    session.clear();
    assert_eq!(counts(&session)[0], ("timeout", 0));
    session.ingest(0, batch(&["timeout".to_owned()]));
    assert!(session.search(usize::MAX));
    assert_eq!(counts(&session)[0], ("timeout", 1));
}

#[test]
fn a_text_keeps_its_place_where_one_before_it_goes() {
    let mut session = session(&["a b c"]);
    mark(&mut session, &["a", "b", "c"]);
    mark(&mut session, &["", "b", ""]);
    assert!(session.search(usize::MAX));
    assert_eq!(counts(&session), [("", 0), ("b", 1)]);
    let marks = session.highlighted("a b c");
    assert!(marks[0].is_empty());
    assert_eq!(marks[1].first(), Some(&(2..3)));
}

/// Reads each expression as a run of the letter a.
struct Runs;

impl RegexEngine for Runs {
    fn compile(&self, _: &Regex) -> Result<Arc<dyn Matcher>, String> {
        Ok(Arc::new(Self))
    }
}

impl Matcher for Runs {
    fn find_at(&self, text: &str, at: usize) -> Option<(usize, usize)> {
        let start = at + text.get(at..)?.find('a')?;
        let rest = text.get(start..)?;
        let end = rest
            .find(|it| it != 'a')
            .map_or(text.len(), |it| start + it);
        Some((start, end))
    }
}

#[test]
fn more_than_one_expression_is_no_expression() {
    for text in ["/a+/ -b/", "/a/ level:error /b/"] {
        let marked = format!("{text} or aa");
        let mut session = session(&[&marked, "aa", "aa"]);
        session.set_highlights(
            &[text.to_owned()],
            Some(Language::QUERIES.with_engine(&Runs)),
        );
        assert!(session.search(usize::MAX));
        assert_eq!(counts(&session), [(text, 1)], "as it stands");
    }
}

#[test]
fn a_text_that_looks_like_an_expression_is_marked_as_it_stands() {
    assert_eq!(literally("pay-7"), "pay-7");
    assert_eq!(literally("/usr/(bin|lib)/"), r"/\/usr\/\(bin\|lib\)\//i");
    assert!(is_expression(&literally("/usr/")));
}

#[test]
fn an_error_is_found_where_lines_of_others_stand_within_it() {
    let mut session = LogSession::default();
    let mut line = |source, text: &str| session.ingest(source, batch(&[text.to_owned()]));
    line(0, "java.io.IOException: closed");
    line(1, "INFO ready");
    line(0, "    at com.acme.Cart.pay(Cart.java:12)");
    line(0, "    at com.acme.Main.main(Main.java:3)");
    let first = session.store().first_row();
    assert_eq!(session.next_error(Towards::Newer(first + 1)), None);
    // The first line of the event is left out, and what stands before the next is another's.
    session.set_filter(Filter {
        text: "r".to_owned(),
        ..Filter::default()
    });
    assert_eq!(session.next_error(Towards::Newer(first)), Some(first + 2));
    // Of two that are left only the first counts, whatever stands in between.
    session.set_filter(Filter {
        text: "(".to_owned(),
        ..Filter::default()
    });
    assert_eq!(session.next_error(Towards::Newer(first)), Some(first + 2));
    assert_eq!(session.next_error(Towards::Newer(first + 3)), None);
}

#[test]
fn no_more_are_marked_than_there_are_colours() {
    let mut session = session(&["a"]);
    mark(&mut session, &["a", "b", "c", "d", "e", "f", "g", "h"]);
    assert_eq!(session.highlights().len(), MAX_HIGHLIGHTS);
}

#[test]
fn an_expression_that_nothing_reads_marks_its_own_text_alone() {
    let mut session = session(&["see /[/ there", "nothing"]);
    mark(&mut session, &["/[/"]);
    assert!(session.search(usize::MAX));
    assert_eq!(counts(&session), [("/[/", 1)]);
}

#[test]
fn errors_are_found_by_the_line_that_begins_them() {
    let mut session = session(&[
        "INFO ready",
        "java.io.IOException: closed",
        "    at com.acme.Cart.pay(Cart.java:12)",
        "INFO goes on",
        "ERROR no money",
    ]);
    let first = session.store().first_row();
    assert_eq!(session.next_error(Towards::Newer(0)), Some(first + 1));
    assert_eq!(
        session.next_error(Towards::Newer(first + 2)),
        Some(first + 4)
    );
    assert_eq!(session.next_error(Towards::Newer(first + 5)), None);
    assert_eq!(
        session.next_error(Towards::Older(u64::MAX)),
        Some(first + 4)
    );
    assert_eq!(
        session.next_error(Towards::Older(first + 4)),
        Some(first + 1)
    );
    assert_eq!(session.next_error(Towards::Older(first + 1)), None);
    // Its first line is left out.
    session.set_filter(Filter {
        text: "acme".to_owned(),
        ..Filter::default()
    });
    assert_eq!(session.next_error(Towards::Newer(0)), Some(first + 2));
    session.set_filter(Filter {
        text: "money".to_owned(),
        ..Filter::default()
    });
    assert_eq!(session.next_error(Towards::Older(first + 4)), None);
    assert_eq!(
        LogSession::default().next_error(Towards::Older(u64::MAX)),
        None
    );
}

/// Numbers of the visible lines that pass.
fn visible(session: &LogSession, pass: impl Fn(&Row<'_>) -> bool) -> Vec<u64> {
    (0..session.visible_len())
        .filter(|&index| session.visible(index).is_some_and(|row| pass(&row)))
        .filter_map(|index| session.number_of(index))
        .collect()
}

proptest! {
    #[test]
    fn counts_and_steps_are_those_of_a_look_at_every_line(
        steps in prop::collection::vec(
            (0u8..7, prop::collection::vec("(ERROR |WARN |  at )?[xyz]{0,3}", 0..40)),
            1..12,
        ),
        slice in 1usize..40_000,
    ) {
        let mut session = LogSession::new(StoreLimits { max_lines: 100, max_bytes: usize::MAX });
        for (what, texts) in steps {
            match what {
                0 => mark(&mut session, &["x", "yz"]),
                1 => mark(&mut session, &["yz", "z"]),
                2 => session.set_filter(Filter { text: "y".to_owned(), ..Filter::default() }),
                3 => session.set_filter(Filter::default()),
                4 => session.gap(0, Gap { lines: None, after: None, before: None, reason: GapReason::Rotated }),
                // Lines of two containers stand within each other's events.
                5 => {
                    for (source, text) in texts.into_iter().enumerate() {
                        session.ingest((source % 2) as u16, batch(&[text]));
                    }
                }
                _ => session.ingest(0, batch(&texts)),
            }
            while !session.search(slice) {}
            let held = (0..session.store().len()).filter_map(|it| session.store().row(it));
            let held: Vec<_> = held.collect();
            let has = |row: &Row<'_>, text: &str| matches!(row, Row::Entry { entry, .. } if entry.text.contains(text));
            for (text, count) in session.highlights() {
                prop_assert_eq!(count, held.iter().filter(|row| has(row, text)).count(), "{}", text);
            }
            let marked = visible(&session, |row| session.highlights().any(|(text, _)| has(row, text)));
            let errors = visible(&session, |row| matches!(
                row,
                Row::Entry { severity: Severity::Error, .. }
            ));
            let all = visible(&session, |_| true);
            let mut seen = std::collections::HashMap::new();
            let mut firsts = Vec::new();
            for (row, number) in held.iter().zip(session.store().first_row()..) {
                let Row::Entry { source, goes_on, .. } = row else {
                    continue;
                };
                // Whether somebody sees a line of this container's event up to here.
                let event = seen.entry(*source).or_insert(false);
                *event &= *goes_on;
                if all.contains(&number) && !std::mem::replace(event, true) {
                    firsts.push(number);
                }
            }
            let errors: Vec<_> = errors.into_iter().filter(|row| firsts.contains(row)).collect();
            for row in session.store().first_row().saturating_sub(2)..session.store().end_row() + 2 {
                let newer = |all: &[u64]| all.iter().copied().find(|it| *it >= row);
                let older = |all: &[u64]| all.iter().copied().rfind(|it| *it < row);
                prop_assert_eq!(session.next_highlighted(Towards::Newer(row)), newer(&marked));
                prop_assert_eq!(session.next_highlighted(Towards::Older(row)), older(&marked));
                prop_assert_eq!(session.next_error(Towards::Newer(row)), newer(&errors));
                prop_assert_eq!(session.next_error(Towards::Older(row)), older(&errors));
            }
        }
    }
}
