use super::*;
use crate::logs::filter::Filter;
use crate::logs::store::StoreLimits;
use crate::protocol::{Gap, GapReason, LogBatch, LogStream};
use crate::time::{Millis, Nanos};
use proptest::prelude::*;

fn batch(lines: &[(i64, String)]) -> LogBatch {
    let mut batch = LogBatch::new();
    for (time, text) in lines {
        batch.push_line(Nanos(*time), LogStream::Stdout, text);
    }
    batch
}

fn lines(texts: &[&str]) -> LogBatch {
    let lines: Vec<_> = texts.iter().map(|it| (1, (*it).to_owned())).collect();
    batch(&lines)
}

fn told(stretch: &Stretch, session: &LogSession) -> String {
    stretch.text(session, Form::Lines, usize::MAX).unwrap().text
}

#[test]
fn a_stretch_is_drawn_both_ways_and_has_what_the_filter_lets_through() {
    let mut session = LogSession::default();
    session.ingest(0, lines(&["a1", "b2", "a3", "b4", "a5"]));
    let mut stretch = Stretch::new(&session, 3).unwrap();
    assert_eq!(told(&stretch, &session), "b4\n");
    stretch.extend(&session, 1);
    assert_eq!(told(&stretch, &session), "b2\na3\nb4\n");
    stretch.extend(&session, 99);
    assert_eq!(told(&stretch, &session), "b4\na5\n");
    assert_eq!(stretch.step(&session, false), 3);
    assert_eq!(stretch.step(&session, false), 2);
    assert_eq!(
        (told(&stretch, &session).as_str(), stretch.rows(&session)),
        ("a3\nb4\n", 2)
    );
    session.set_filter(Filter {
        text: "a".to_owned(),
        ..Filter::default()
    });
    session.search(usize::MAX);
    assert_eq!(
        (told(&stretch, &session).as_str(), stretch.rows(&session)),
        ("a3\n", 1)
    );
    assert_eq!(stretch.step(&session, true), 2);
    assert_eq!(told(&stretch, &session), "a5\n");
    assert_eq!(Stretch::new(&session, 9), None);
}

#[test]
fn what_is_missing_is_told_and_what_is_too_much_is_refused() {
    let mut session = LogSession::default();
    session.add_source(0, "web", Millis(0));
    session.ingest(0, lines(&["\x1b[31mred\x1b[0m"]));
    session.gap(
        0,
        Gap {
            lines: Some(7),
            after: None,
            before: None,
            reason: GapReason::Rotated,
        },
    );
    session.ingest(0, lines(&["end"]));
    let mut stretch = Stretch::new(&session, 0).unwrap();
    stretch.extend(&session, 2);
    let all = stretch.text(&session, Form::Lines, 1000).unwrap();
    assert_eq!(
        all.text,
        "red\n--- web: 7 lines missing here: Docker no longer has them ---\nend\n"
    );
    assert_eq!((all.lines, all.notes), (2, 1));
    assert_eq!(stretch.text(&session, Form::Lines, 4), None);
    let json = stretch.text(&session, Form::Ndjson, 1000).unwrap().text;
    assert_eq!(json.lines().count(), 3);
    assert!(json.contains(r#""line":"end""#));
}

#[test]
fn what_was_let_go_of_it_is_told() {
    let mut session = LogSession::new(StoreLimits::of(1000, 8));
    session.ingest(0, lines(&["first", "second"]));
    let mut stretch = Stretch::new(&session, 0).unwrap();
    stretch.extend(&session, 1);
    assert!(!stretch.is_cut(&session));
    for _ in 0..20 {
        session.ingest(0, lines(&vec!["more"; 1000]));
    }
    assert!(stretch.is_cut(&session));
    assert_eq!(
        (told(&stretch, &session).as_str(), stretch.rows(&session)),
        ("", 0)
    );
}

proptest! {
    #[test]
    fn late_lines_of_a_merged_log_leave_it_on_its_rows(
        first in prop::collection::vec((0u16..3, 0i64..6), 1..30),
        later in prop::collection::vec((0u16..3, 0i64..8), 0..30),
        ends in (any::<prop::sample::Index>(), any::<prop::sample::Index>()),
    ) {
        let mut session = LogSession::default();
        let mut number = 100;
        // All lines are as long, and told apart by their texts alone.
        let mut ingest = |session: &mut LogSession, (source, time): (u16, i64)| {
            number += 1;
            session.ingest(source, batch(&[(time, number.to_string())]));
        };
        for source in 0..3 {
            session.add_source(source, source.to_string(), Millis(0));
        }
        let mut newest = [0; 3];
        let mut in_order = |(source, time): (u16, i64)| {
            // A container's own lines are in order.
            let newest = &mut newest[usize::from(source)];
            *newest = time.max(*newest);
            (source, *newest)
        };
        for line in first {
            ingest(&mut session, in_order(line));
        }
        let text = |index: usize, session: &LogSession| told(&Stretch::new(session, index).unwrap(), session);
        let (a, b) = (ends.0.index(session.visible_len()), ends.1.index(session.visible_len()));
        let (a_text, b_text) = (text(a, &session), text(b, &session));
        let before = {
            let mut stretch = Stretch::new(&session, a).unwrap();
            stretch.extend(&session, b);
            stretch
        };
        let mut stretch = before.clone();
        for line in later {
            ingest(&mut session, in_order(line));
            prop_assert!(stretch.follow(&session));
        }
        let mut at_once = before;
        prop_assert!(at_once.follow(&session));
        for it in [&stretch, &at_once] {
            let all = told(it, &session);
            let texts: Vec<&str> = all.lines().collect();
            let mut found = [texts[0], texts[texts.len() - 1]];
            let mut wanted = [a_text.trim_end(), b_text.trim_end()];
            found.sort_unstable();
            wanted.sort_unstable();
            prop_assert_eq!(found, wanted);
            prop_assert_eq!(it.rows(&session), texts.len());
        }
    }
}
