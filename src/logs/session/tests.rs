use super::*;
use crate::logs::query::{Here, Language};
use crate::logs::severity::{Severity, SeveritySet};
use crate::logs::store::Row;
use crate::protocol::{BACKLOG_BYTES, GapReason, LogStream};
use crate::time::Nanos;
use proptest::prelude::*;

fn batch(lines: &[(i64, String)]) -> LogBatch {
    let mut batch = LogBatch::new();
    for (time, text) in lines {
        let stream = match time % 2 {
            0 => LogStream::Stdout,
            _ => LogStream::Stderr,
        };
        batch.push_line(Nanos(*time), stream, text);
    }
    batch
}

fn lines(texts: &[&str]) -> LogBatch {
    let list: Vec<_> = texts.iter().map(|t| (0, (*t).to_owned())).collect();
    batch(&list)
}

fn shown(session: &LogSession) -> Vec<String> {
    (0..session.visible_len())
        .filter_map(|i| session.visible(i))
        .map(|row| match row {
            Row::Entry { entry, .. } => entry.text.to_owned(),
            Row::Note { .. } => "gap".to_owned(),
        })
        .collect()
}

const GAP: Gap = Gap {
    lines: None,
    after: None,
    before: None,
    reason: GapReason::Rotated,
};

#[test]
fn the_lines_of_a_stack_trace_are_marked_as_going_on() {
    let mut session = LogSession::default();
    session.ingest(
        0,
        lines(&[
            "java.io.IOException: closed",
            "    at com.acme.Cart.pay(Cart.java:12)",
            "cart is ready",
        ]),
    );
    let marked: Vec<_> = (0..3)
        .filter_map(|i| match session.visible(i)? {
            Row::Entry {
                severity, goes_on, ..
            } => Some((severity, goes_on)),
            Row::Note { .. } => None,
        })
        .collect();
    assert_eq!(
        marked,
        [
            (Severity::Error, false),
            (Severity::Error, true),
            (Severity::Unknown, false)
        ]
    );
}

#[test]
fn a_line_is_counted_mined_and_shown() {
    let mut session = LogSession::default();
    session.add_source(0, "web", Millis(0));
    session.ingest(
        0,
        lines(&[
            "\x1b[31mERROR\x1b[0m took 5 ms",
            "ERROR took 6 ms",
            "",
            "hello",
        ]),
    );
    assert_eq!(session.source_name(0), Some("web"));
    assert_eq!(session.analytics().counts()[Severity::Error], 2);
    assert_eq!(session.analytics().counts()[Severity::Unknown], 2);
    let top = &session.templates().top(1)[0];
    assert_eq!(
        (top.pattern.as_str(), top.count),
        ("ERROR took <num> ms", 2)
    );
    assert_eq!(session.visible_len(), 4);
    session.set_filter(Filter {
        template: Some(top.id),
        ..Filter::default()
    });
    assert_eq!(session.visible_len(), 2);
    assert_eq!(session.timeline().buckets()[0].counts.total(), 4);
}

#[test]
fn a_stack_trace_is_as_bad_as_its_first_line_within_its_stream_and_source() {
    let mut session = LogSession::default();
    let trace = "\tat x.Y.z(Y.java:3)".to_owned();
    // Even times are stdout, odd ones stderr.
    session.ingest(0, batch(&[(0, "ERROR broke".to_owned())]));
    session.ingest(0, batch(&[(2, trace.clone()), (3, trace.clone())]));
    session.ingest(1, batch(&[(4, trace.clone())]));
    assert_eq!(session.analytics().counts()[Severity::Error], 2);
    assert_eq!(session.analytics().counts()[Severity::Unknown], 2);
    session.gap(0, GAP);
    session.ingest(0, batch(&[(6, trace)]));
    assert_eq!(session.analytics().counts()[Severity::Unknown], 3);
}

#[test]
fn a_filter_by_template_shows_the_lines_of_all_that_became_part_of_it() {
    let mut session = LogSession::default();
    let line = |user: &str| format!("session opened for user {user} by root");
    session.ingest(0, lines(&[&line("alice"), &line("bob"), &line("bob")]));
    let alice = session.templates().top(2)[1].id;
    session.set_filter(Filter {
        template: Some(alice),
        ..Filter::default()
    });
    assert_eq!(session.visible_len(), 1);
    session.ingest(0, lines(&[&line("carol"), "other"]));
    assert_eq!(session.visible_len(), 4);
    session.set_filter(Filter {
        template: Some(alice),
        ..Filter::default()
    });
    assert_eq!(session.visible_len(), 4);
}

#[test]
fn lines_of_muted_templates_are_left_out_with_all_that_become_part_of_them() {
    let mut session = LogSession::default();
    let line = |user: &str| format!("session opened for user {user} by root");
    session.ingest(0, lines(&[&line("alice"), "server is ready", ""]));
    let alice = session.templates().standings()[0].id;
    let muted = Filter {
        muted: vec![alice],
        ..Filter::default()
    };
    session.set_filter(muted.clone());
    assert_eq!(shown(&session), ["server is ready", ""]);
    session.ingest(
        0,
        lines(&[&line("bob"), &line("carol"), &line("dave"), "end"]),
    );
    assert!(session.templates().merges() > 0);
    assert_eq!(shown(&session), ["server is ready", "", "end"]);
    // Whoever asks for one alone wants to see it.
    session.set_filter(Filter {
        template: Some(alice),
        ..muted
    });
    assert_eq!(session.visible_lines(), 4);
}

#[test]
fn time_that_passes_while_newer_lines_are_left_out_is_not_called_quiet() {
    let limits = StoreLimits {
        max_lines: 2,
        max_bytes: usize::MAX,
    };
    let mut session = LogSession::new(limits);
    session.ingest(0, batch(&[(1, "a".to_owned()), (2, "b".to_owned())]));
    assert!(session.live_until(Some(Millis(60_000))));
    session.hold(true);
    session.ingest(0, batch(&[(3, "c".to_owned())]));
    assert!(session.is_cut());
    assert!(!session.live_until(Some(Millis(180_000))));
    assert!(!session.live_until(None));
    assert_eq!(session.timeline().buckets().len(), 2);
}

#[test]
fn new_lines_and_gaps_join_the_filtered_rows() {
    let mut session = LogSession::default();
    session.set_filter(Filter {
        text: "b".to_owned(),
        ..Filter::default()
    });
    let version = session.version();
    session.ingest(0, lines(&["a", "b1"]));
    session.gap(0, GAP);
    session.ingest(0, lines(&["B2", "c"]));
    assert_eq!(shown(&session), ["b1", "gap", "B2"]);
    assert!(session.version() >= version + 3);
    session.set_filter(Filter::default());
    assert_eq!(session.visible_len(), 5);
}

#[test]
fn rows_for_missing_lines_do_not_count_as_lines() {
    let mut session = LogSession::default();
    session.ingest(0, lines(&["a1", "b"]));
    session.gap(0, GAP);
    session.ingest(0, lines(&["a2"]));
    assert_eq!((session.visible_len(), session.visible_lines()), (4, 3));
    let text = |text: &str| Filter {
        text: text.to_owned(),
        ..Filter::default()
    };
    session.set_filter(text("nowhere"));
    assert_eq!((session.visible_len(), session.visible_lines()), (1, 0));
    session.set_filter(text("a"));
    assert_eq!((session.visible_len(), session.visible_lines()), (3, 2));
}

#[test]
fn clearing_forgets_the_lines_and_keeps_the_text_filter() {
    let mut session = LogSession::default();
    session.ingest(0, lines(&["a"]));
    session.set_filter(Filter {
        text: "b".to_owned(),
        ..Filter::default()
    });
    let version = session.version();
    session.clear();
    assert_eq!(session.analytics().counts().total(), 0);
    assert!(session.templates().is_empty() && session.store().is_empty());
    assert_eq!(session.filter().text, "b");
    assert!(session.version() > version);
    session.ingest(0, lines(&["a", "b1"]));
    assert_eq!(shown(&session), ["b1"]);
}

#[test]
fn a_query_follows_the_names_of_containers() {
    let mut session = LogSession::default();
    session.add_source(0, "shop-api-1", Millis(0));
    session.ingest(0, lines(&["a"]));
    session.set_filter(Filter {
        text: "source:api-1 OR source:db-1".to_owned(),
        language: Some(Language::QUERIES),
        ..Filter::default()
    });
    session.add_source(1, "shop-db-1", Millis(0));
    session.ingest(1, lines(&["b"]));
    session.ingest(2, lines(&["c"]));
    assert_eq!(shown(&session), ["a", "b"]);
    session.add_source(1, "other", Millis(0));
    assert_eq!(shown(&session), ["a"]);
}

#[test]
fn times_in_a_query_are_read_by_the_clock_that_comes_with_it() {
    let mut session = LogSession::default();
    let minute = 60_000_000_000;
    session.ingest(0, batch(&[(minute, "a".into()), (2 * minute, "b".into())]));
    session.set_filter(Filter {
        text: "after:01:01:30".to_owned(),
        language: Some(Language::QUERIES),
        here: Here {
            now: Millis(150_000),
            ahead_ms: 3_600_000,
        },
        ..Filter::default()
    });
    assert_eq!(shown(&session), ["b"]);
}

#[test]
fn a_search_in_slices_finds_the_newest_rows_first_and_new_ones_too() {
    let mut session = LogSession::default();
    let long = |name: &str| format!("{name} {}", "x".repeat(70_000));
    session.ingest(
        0,
        lines(&[&long("a1"), &long("b"), &long("a2"), &long("a3")]),
    );
    session.begin_filter(Filter {
        text: "a".to_owned(),
        ..Filter::default()
    });
    let found = |session: &LogSession| -> Vec<String> {
        shown(session).iter().map(|it| it[..2].to_owned()).collect()
    };
    assert_eq!(
        (session.visible_len(), session.search_progress().held),
        (0, 4)
    );
    assert!(!session.search(1));
    assert_eq!(found(&session), ["a3"]);
    session.ingest(0, lines(&[&long("a4")]));
    assert!(!session.search(1));
    assert_eq!(found(&session), ["a3", "a4"]);
    while !session.search(1) {}
    assert_eq!(found(&session), ["a1", "a2", "a3", "a4"]);
    session.ingest(0, lines(&["a5"]));
    assert_eq!(session.visible_len(), 5, "without a slice");
}

fn filters() -> impl Strategy<Value = Filter> {
    let severities = prop_oneof![
        Just(SeveritySet::ALL),
        Just(SeveritySet::only(Severity::Error).with(Severity::Info)),
    ];
    let stream = prop_oneof![Just(None), Just(Some(LogStream::Stderr))];
    (
        prop_oneof![Just(""), Just("x"), Just("ERR")],
        severities,
        stream,
    )
        .prop_map(|(text, severities, stream)| Filter {
            text: text.to_owned(),
            severities,
            template: None,
            muted: Vec::new(),
            stream,
            ..Filter::default()
        })
}

/// Whether a filter lets a row through, by the definition.
fn passes(filter: &Filter, row: &Row<'_>) -> bool {
    let Row::Entry {
        entry, severity, ..
    } = row
    else {
        return true;
    };
    let line = entry.text.to_lowercase();
    filter.severities.contains(*severity)
        && filter.stream.is_none_or(|it| it == entry.stream)
        && line.contains(&filter.text.to_lowercase())
}

proptest! {
    #[test]
    fn the_visible_rows_are_those_that_a_naive_pass_lets_through(
        steps in proptest::collection::vec(
            (0u16..3, proptest::collection::vec((0i64..50, 0usize..4), 0..10), proptest::option::weighted(0.15, filters())),
            0..24,
        ),
        sources in 1u16..4,
        max_lines in prop_oneof![Just(usize::MAX), 0usize..40],
    ) {
        let mut session = LogSession::new(StoreLimits { max_lines, max_bytes: usize::MAX });
        let long = "y".repeat(20_000);
        let mut total = 0u64;
        for (source, list, filter) in steps {
            if let Some(filter) = filter {
                session.set_filter(filter);
            }
            if list.is_empty() {
                session.gap(source % sources, GAP);
            }
            let list: Vec<_> = list
                .into_iter()
                .map(|(time, kind)| (time, match kind {
                    0 => format!("ERROR {time}"),
                    1 => "info: x".to_owned(),
                    2 => "text".to_owned(),
                    _ => long.clone(),
                }))
                .collect();
            total += list.len() as u64;
            let was: Vec<_> = (0..).map_while(|at| session.number_of(at)).zip(shown(&session)).collect();
            session.ingest(source % sources, batch(&list));
            let naive: Vec<_> = session
                .store()
                .iter_from(0)
                .filter(|row| passes(session.filter(), row))
                .map(|row| match row {
                    Row::Entry { entry, .. } => entry.text.to_owned(),
                    Row::Note { .. } => "gap".to_owned(),
                })
                .collect();
            let lines = naive.iter().filter(|text| *text != "gap").count();
            prop_assert_eq!(session.visible_lines(), lines);
            prop_assert_eq!(shown(&session), naive);
            prop_assert_eq!(session.store().lines() as u64 + session.evicted(), total);
            for (number, text) in was.iter().filter(|_| sources == 1) {
                let index = session.index_of(*number);
                if session.number_of(index) == Some(*number) {
                    prop_assert_eq!(&shown(&session)[index], text, "a row has its number for ever");
                } else {
                    prop_assert!(*number < session.store().first_row(), "it was let go");
                }
            }
        }
        prop_assert_eq!(session.analytics().counts().total(), total);
        prop_assert_eq!(session.templates().total_lines(), total);
    }
}

#[test]
fn a_log_whose_backlog_was_cut_is_known_only_since_its_first_line() {
    const MINUTE: i64 = 60_000_000_000;
    let printed = |minute: i64, lines: usize| {
        let list: Vec<_> = (0..lines)
            .map(|n| (minute * MINUTE + n as i64, "x".to_owned()))
            .collect();
        batch(&list)
    };
    let at = |minute: i64| Millis(minute * 60_000);
    let mut session = LogSession::default();
    session.add_source(0, "young", at(50));
    session.ingest(0, printed(10, 999));
    session.ingest(0, printed(51, 5000));
    // Named again, as when its tab is shown again.
    session.add_source(0, "young", at(90));
    session.ingest(0, printed(70, 5000));
    assert_eq!(session.loaded_since(), None, "what came live is no backlog");

    session.add_source(1, "old", at(50));
    session.ingest(1, printed(30, 600));
    assert_eq!(session.loaded_since(), None);
    session.ingest(1, printed(31, 400));
    assert_eq!(session.loaded_since(), Some(at(30)));

    session.add_source(2, "wordy", at(50));
    let long = "x".repeat(BACKLOG_BYTES);
    session.ingest(2, batch(&[(40 * MINUTE, long)]));
    assert_eq!(session.loaded_since(), Some(at(40)), "the latest");
    session.clear();
    assert_eq!(session.loaded_since(), None);
}

#[test]
fn a_log_says_where_its_container_stopped_and_was_started_again() {
    let mut session = LogSession::default();
    session.ended(0, None, Some(0));
    assert!(session.store().is_empty(), "it printed nothing");
    session.ingest(0, batch(&[(1, "INFO done".to_owned())]));
    session.ended(0, Some(Millis(2)), Some(3));
    session.ended(0, Some(Millis(2)), Some(3));
    let note = |note| Some(Row::Note { source: 0, note });
    let at = Nanos(2_000_000);
    let end = note(Note::Ended { at, code: Some(3) });
    assert_eq!((session.visible_len(), session.visible(1)), (2, end));
    assert_eq!(session.visible_lines(), 1);

    // Beside another container it stands where it belongs by time.
    session.ingest(
        1,
        batch(&[(1_000_000, "x".to_owned()), (at.0 + 8, "y".to_owned())]),
    );
    assert_eq!(session.visible(2), end);
    session.ingest(0, batch(&[(at.0 + 10, "INFO again".to_owned())]));
    let begin = note(Note::Started {
        at: Nanos(at.0 + 10),
    });
    assert_eq!((session.visible_len(), session.visible(4)), (6, begin));
    assert_eq!(session.analytics().counts().total(), 4);

    // One that is restarted while somebody looks: its last lines may come after the word, even in
    // one batch with the first of the next run.
    let died = Nanos(5_000_000);
    session.died(0, died, Some(137));
    session.ingest(0, batch(&[(at.0 + 20, "INFO last".to_owned())]));
    assert_eq!(session.visible_len(), 7);
    session.ingest(
        0,
        batch(&[
            (died.0, "INFO very last".to_owned()),
            (died.0 + 9, "INFO once more".to_owned()),
        ]),
    );
    let end = note(Note::Ended {
        at: died,
        code: Some(137),
    });
    let begin = note(Note::Started {
        at: Nanos(died.0 + 9),
    });
    assert_eq!(
        (
            session.visible_len(),
            session.visible(8),
            session.visible(9)
        ),
        (11, end, begin)
    );

    // What is filtered away does not take the word of the end with it.
    session.set_filter(Filter {
        text: "done".to_owned(),
        ..Filter::default()
    });
    session.ended(0, None, None);
    assert_eq!(
        shown(&session),
        ["INFO done", "gap", "gap", "gap", "gap", "gap"]
    );
    assert_eq!(session.visible_lines(), 1);
}

#[test]
fn a_container_that_took_the_place_of_another_says_so_before_its_first_line() {
    let mut session = LogSession::default();
    session.add_source(0, "shop-api-1", Millis(0));
    session.add_source(1, "shop-web-1", Millis(0));
    session.ingest(0, batch(&[(10, "old".to_owned())]));
    session.ingest(1, batch(&[(11, "other".to_owned())]));
    // Compose renames the old one before it makes the new one.
    session.add_source(0, "123_shop-api-1", Millis(1));
    session.add_source(2, "shop-api-1", Millis(2));
    session.ingest(2, batch(&[(20, "new".to_owned())]));
    session.add_source(2, "shop-api-1", Millis(3));
    session.ingest(2, batch(&[(21, "more".to_owned())]));
    assert_eq!(shown(&session), ["old", "other", "gap", "new", "more"]);
    let note = Note::Replaced { at: Nanos(20) };
    assert_eq!(session.visible(2), Some(Row::Note { source: 2, note }));
}

#[test]
fn a_container_that_was_made_under_another_name_says_so_too() {
    let mut session = LogSession::default();
    session.add_source(0, "shop-api-1", Millis(0));
    session.ingest(0, batch(&[(10, "old".to_owned())]));
    // The second version of Compose makes the new one, removes the old one, and renames the new one.
    for (source, at) in [(1, 20), (2, 30)] {
        session.add_source(source, format!("{at}_shop-api-1"), Millis(1));
        session.add_source(source, "shop-api-1", Millis(2));
        session.ingest(source, batch(&[(at, "new".to_owned())]));
    }
    assert_eq!(shown(&session), ["old", "gap", "new", "gap", "new"]);
    let note = Note::Replaced { at: Nanos(30) };
    assert_eq!(session.visible(3), Some(Row::Note { source: 2, note }));
}

#[test]
fn a_log_of_long_lines_of_which_few_came_is_not_known_to_be_whole() {
    let mut session = LogSession::default();
    session.add_source(0, "web", Millis(i64::MAX / 2_000_000));
    let long = "x".repeat(14_000);
    let lines: Vec<_> = (0..300).map(|n| (n, long.clone())).collect();
    session.ingest(0, batch(&lines[..200]));
    assert!(session.is_whole(), "a backlog has more text");
    session.ingest(0, batch(&lines[200..]));
    assert!(!session.is_whole() && session.loaded_since().is_some());
    session.complete(0);
    assert!(session.is_whole());
}

#[test]
fn lines_that_come_behind_much_younger_ones_of_another_container_are_counted_and_stand_in_their_place()
 {
    let second = |n: i64| n * 1_000_000_000;
    let line = |n: i64| batch(&[(second(n), n.to_string())]);
    let mut session = LogSession::new(StoreLimits::default());
    for (source, name) in [(0, "web"), (1, "db")] {
        session.add_source(source, name, Millis(10_000));
    }
    session.ingest(0, line(8));
    session.ingest(0, line(20));
    // What was printed before this was looked at is no later than it could be.
    session.ingest(1, line(9));
    assert_eq!(session.late(), 0);
    session.ingest(1, line(19));
    assert_eq!(session.late(), 0);
    session.ingest(1, line(15));
    assert_eq!(session.late(), 1);
    assert_eq!(shown(&session), ["8", "9", "15", "19", "20"]);
}

#[test]
fn when_lines_are_missing_is_known_until_they_come() {
    let mut session = LogSession::default();
    let at = |ms: i64| Nanos(ms * 1_000_000);
    let gap = |after: i64, before: i64| Gap {
        after: Some(at(after)),
        before: Some(at(before)),
        ..GAP
    };
    session.gap(0, GAP);
    session.gap(0, gap(5, 8));
    session.ingest(0, batch(&[(at(8).0, "a".to_owned())]));
    session.gap(0, gap(8, 20));
    session.ingest(0, batch(&[(at(20).0, "b".to_owned())]));
    let missing = |session: &LogSession| session.missing().collect::<Vec<_>>();
    let amid = (Millis(8), Millis(20));
    assert_eq!(missing(&session), [(Millis(5), Millis(8)), amid]);
    session.prepend(0, batch(&[(at(6).0, "older".to_owned())]), false);
    assert_eq!(missing(&session), [amid]);
}
