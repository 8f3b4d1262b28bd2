use super::*;
use crate::logs::filter::Filter;
use crate::logs::store::StoreLimits;
use crate::protocol::LogBatch;
use crate::time::Millis;
use proptest::prelude::*;

fn batch(lines: &[(i64, &str)]) -> LogBatch {
    let mut batch = LogBatch::new();
    for (time, text) in lines {
        batch.push_line(Nanos(*time), LogStream::Stdout, text);
    }
    batch
}

fn all(session: &LogSession, form: Form, filtered: bool, bytes: usize) -> String {
    let (mut export, mut out) = (Export::new(session, form, filtered), String::new());
    while !export.write(session, bytes, &mut out) {}
    out
}

fn session() -> LogSession {
    let mut session = LogSession::default();
    session.add_source(0, "web", Millis(0));
    session.ingest(
        0,
        batch(&[(1, "\x1b[31mERROR\x1b[0m \"a\\b\"\t"), (2, "INFO fine")]),
    );
    session.gap(
        0,
        Gap {
            lines: Some(7),
            after: Some(Nanos(2)),
            before: None,
            reason: GapReason::Rotated,
        },
    );
    session.ingest(0, batch(&[(3, "")]));
    session
}

#[test]
fn text_has_times_and_no_colours_and_says_what_is_missing() {
    assert_eq!(
        all(&session(), Form::Text, false, 1),
        "1970-01-01T00:00:00.000000001Z ERROR \"a\\b\"\t\n\
         1970-01-01T00:00:00.000000002Z INFO fine\n\
         --- web: 7 lines missing here: Docker no longer has them ---\n\
         1970-01-01T00:00:00.000000003Z \n"
    );
}

#[test]
fn json_keeps_the_line_as_it_was_printed() {
    let out = all(&session(), Form::Ndjson, false, usize::MAX);
    let rows: Vec<serde_json::Value> = out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(
        rows[0],
        serde_json::json!({
            "time": "1970-01-01T00:00:00.000000001Z",
            "stream": "stdout",
            "severity": "error",
            "source": "web",
            "line": "\x1b[31mERROR\x1b[0m \"a\\b\"\t",
        })
    );
    assert_eq!(
        rows[2]["note"],
        "7 lines missing here: Docker no longer has them"
    );
    assert_eq!((rows.len(), &rows[3]["line"]), (4, &"".into()));
}

#[test]
fn what_is_filtered_is_written_alone_with_what_is_missing() {
    let mut session = session();
    session.set_filter(Filter {
        text: "fine".to_owned(),
        ..Filter::default()
    });
    let out = all(&session, Form::Text, true, 1);
    assert_eq!(out.lines().count(), 2, "{out}");
    assert!(out.contains("INFO fine") && out.contains("7 lines missing"));
    assert_eq!(all(&session, Form::Text, false, 1).lines().count(), 4);
}

#[test]
fn lines_that_are_let_go_while_it_is_written_are_told() {
    let mut session = LogSession::new(StoreLimits {
        max_lines: 1,
        max_bytes: usize::MAX,
    });
    let long = "x".repeat(70_000);
    session.ingest(0, batch(&[(1, &long)]));
    session.ingest(0, batch(&[(2, "b")]));
    let (mut export, mut out) = (Export::new(&session, Form::Text, false), String::new());
    let held = session.store().len() as u64;
    session.ingest(0, batch(&[(3, &long)]));
    session.ingest(0, batch(&[(4, &long)]));
    while !export.write(&session, 1, &mut out) {}
    assert!(export.lines() < held, "{held}");
    assert!(
        out.starts_with(&format!(
            "--- {} rows were let go while this was written ---",
            held - export.lines()
        )),
        "{}",
        &out[..60]
    );
}

#[test]
fn a_late_line_of_a_merged_log_makes_none_come_twice() {
    let mut session = LogSession::default();
    session.add_source(0, "web", Millis(0));
    session.add_source(1, "db", Millis(0));
    session.ingest(0, batch(&[(10, "a"), (20, "b"), (30, "c")]));
    session.ingest(1, batch(&[(15, "x")]));
    let (mut export, mut out) = (Export::new(&session, Form::Text, false), String::new());
    assert!(!export.write(&session, 1, &mut out));
    assert!(!export.write(&session, 1, &mut out));
    session.ingest(1, batch(&[(5, "late")]));
    while !export.write(&session, 1, &mut out) {}
    let lines: Vec<_> = out.lines().map(|it| &it[31..]).collect();
    assert_eq!(lines, ["web a", "db x", "web b", "web c"]);
}

#[test]
fn late_lines_amid_those_to_come_push_none_out_of_the_file() {
    let mut session = LogSession::default();
    session.add_source(0, "web", Millis(0));
    session.add_source(1, "db", Millis(0));
    session.ingest(0, batch(&[(10, "a"), (20, "b"), (30, "c"), (40, "d")]));
    let (mut export, mut out) = (Export::new(&session, Form::Text, false), String::new());
    assert!(!export.write(&session, 1, &mut out));
    session.ingest(1, batch(&[(25, "x"), (35, "y")]));
    session.ingest(1, batch(&[(5, "late")]));
    while !export.write(&session, 1, &mut out) {}
    let lines: Vec<_> = out.lines().map(|it| &it[31..]).collect();
    assert_eq!(lines, ["web a", "web b", "db x", "web c", "db y", "web d"]);
}

proptest! {
    #[test]
    fn any_line_is_read_back_from_json(line in "\\PC{0,20}|[\\x00-\\x7f]{0,20}") {
        let mut out = String::new();
        string(&line, &mut out);
        let read: String = serde_json::from_str(&out).unwrap();
        prop_assert_eq!(read, line);
    }

    #[test]
    fn slices_of_any_size_make_the_same_file(bytes in 1usize..400, filtered in any::<bool>()) {
        let mut session = session();
        if filtered {
            session.set_filter(Filter { text: "e".to_owned(), ..Filter::default() });
        }
        let whole = all(&session, Form::Ndjson, filtered, usize::MAX);
        prop_assert_eq!(all(&session, Form::Ndjson, filtered, bytes), whole);
    }
}

#[test]
fn lines_of_one_time_and_length_come_once_where_a_late_line_moves_them() {
    let mut session = LogSession::default();
    session.add_source(0, "a", Millis(0));
    session.add_source(1, "b", Millis(0));
    session.ingest(0, batch(&[(1, "first")]));
    session.ingest(1, batch(&[(2, "other")]));
    session.ingest(0, batch(&[(5, "x"), (5, "y"), (5, "z")]));
    let (mut export, mut out) = (Export::new(&session, Form::Text, false), String::new());
    while !out.ends_with(" y\n") {
        assert!(!export.write(&session, 1, &mut out), "{out}");
    }
    session.ingest(1, batch(&[(3, "late")]));
    while !export.write(&session, 1, &mut out) {}
    let words: Vec<_> = out
        .lines()
        .filter_map(|it| it.split(' ').next_back())
        .collect();
    assert_eq!(words, ["first", "other", "x", "y", "z"]);
}

#[test]
fn lines_that_go_for_older_ones_while_a_file_is_written_are_told() {
    let limits = StoreLimits {
        max_lines: 20_000,
        max_bytes: 64 << 20,
    };
    let mut session = LogSession::new(limits);
    session.add_source(0, "a", Millis(0));
    let lines = |from: i64, to: i64| {
        let mut batch = LogBatch::new();
        (from..to).for_each(|n| batch.push_line(Nanos(n), LogStream::Stdout, "line"));
        batch
    };
    session.ingest(0, lines(100_000, 120_000));
    let (mut export, mut out) = (Export::new(&session, Form::Text, false), String::new());
    assert!(!export.write(&session, 100, &mut out));
    let (held, end) = (session.store().lines(), session.store().end_row());
    session.hold(true);
    session.prepend(0, lines(90_000, 99_000), false);
    let gone = end - session.store().end_row();
    assert!(gone > 0 && session.store().lines() <= held + 9000);
    while !export.write(&session, 1 << 20, &mut out) {}
    assert!(
        out.contains(&format!("{gone} rows were let go while this was written")),
        "{gone} of {held}"
    );
    assert_eq!(export.lines() + gone, 20_000);
}
