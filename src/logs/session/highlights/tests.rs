use super::*;
use crate::logs::filter::Filter;
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
    mark(&mut session, &["timeout", " retry ", "", "timeout", "x"]);
    assert!(session.search(usize::MAX));
    assert_eq!(counts(&session), [("timeout", 2), ("retry", 2), ("x", 0)]);
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
            (0u8..6, prop::collection::vec("(ERROR |WARN |  at )?[xyz]{0,3}", 0..40)),
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
            let goes_on = visible(&session, |row| matches!(row, Row::Entry { goes_on: true, .. }));
            let all = visible(&session, |_| true);
            let errors: Vec<_> = errors
                .into_iter()
                .filter(|row| !goes_on.contains(row) || !all.contains(&(row - 1)))
                .collect();
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
