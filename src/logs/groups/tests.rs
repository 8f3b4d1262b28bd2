use super::*;
use crate::logs::query::{Known, parse};
use crate::logs::store::{Note, Row, StoreLimits};
use crate::logs::{LogSession, Mined};
use crate::protocol::{Gap, GapReason, LogBatch, LogStream};
use proptest::prelude::*;
use std::collections::BTreeMap;

fn batch(lines: &[(i64, &str)]) -> LogBatch {
    let mut batch = LogBatch::new();
    for (time, text) in lines {
        batch.push_line(Nanos(*time), LogStream::Stdout, text);
    }
    batch
}

fn plan(query: &str) -> Plan {
    Plan::new(&parse(query, None).query, &Known::default())
}

fn all(groups: &mut Groups, store: &LogStore) -> Table {
    while !groups.search(store, 1) {}
    groups.table(usize::MAX, None)
}

fn value(text: &str) -> Key {
    Key::Value(text.to_owned())
}

#[test]
fn lines_are_counted_by_a_field_and_another_one_is_measured() {
    let mut store = LogStore::default();
    store.append(
        0,
        batch(&[
            (1, "status=200 took=10ms user=zoe"),
            (2, "status=500 took=2s user=zoe"),
            (3, "status=200 took=30ms user=bob"),
            (4, r#"{"status":200,"took":"5ms","user":"\u007aoe"}"#),
            (5, "status=200 took=never"),
            (6, "\x1b[31mstatus=\x1b[0m500"),
            (7, "ready"),
        ]),
        &[],
    );
    let mut groups = Groups::new(By::Field("status".into()), Some("took".into()), plan(""));
    let table = all(&mut groups, &store);
    assert_eq!(table.without, 1);
    assert_eq!(table.measure, Measure::Time);
    let [(first, ok), (second, failed)] = &table.groups[..] else {
        panic!("{table:?}");
    };
    assert_eq!((first, second), (&value("200"), &value("500")));
    assert_eq!((ok.lines, ok.distinct), (4, 4));
    let figures = ok.numbers.unwrap();
    assert_eq!((figures.count, figures.min, figures.max), (3, 5e6, 30e6));
    assert!((figures.median - 10e6).abs() < 10e6 / 64.0, "{figures:?}");
    assert_eq!((failed.lines, failed.distinct), (2, 1));
    assert_eq!(failed.numbers.map(|it| it.p95), Some(2e9));
    let mut users = Groups::new(By::Severity, Some("user".into()), plan("took>1ms"));
    let table = all(&mut users, &store);
    assert_eq!(table.groups[0].1.lines, 4, "of those that pass");
    assert_eq!(table.groups[0].1.distinct, 2);
    assert_eq!(table.groups[0].1.numbers, None);
}

#[test]
fn groups_beyond_the_bound_are_counted_as_others() {
    let mut store = LogStore::default();
    for n in 0..100 {
        store.append(0, batch(&[(n, &format!("id={} n={n}", n % 20))]), &[]);
    }
    let mut groups = Groups::new(By::Field("id".into()), Some("n".into()), plan(""));
    while !groups.search(&store, 1) {}
    let table = groups.table(2, None);
    assert_eq!(table.groups.len(), 2);
    let listed: u64 = table.groups.iter().map(|it| it.1.lines).sum();
    let other = table.other.unwrap();
    assert_eq!((listed, listed + other.lines), (10, 100));
    assert_eq!(other.numbers.map(|it| it.min), Some(0.0));
}

#[test]
fn of_spans_of_time_the_newest_are_listed_in_their_order() {
    let mut store = LogStore::default();
    let lines: Vec<_> = (-5..45).map(|time| (time, "a")).collect();
    store.append(0, batch(&lines), &[]);
    let mut groups = Groups::new(By::Time(10), None, plan(""));
    while !groups.search(&store, 1) {}
    let table = groups.table(3, None);
    let listed: Vec<_> = table
        .groups
        .iter()
        .map(|it| (it.0.clone(), it.1.lines))
        .collect();
    let span = |time| Key::Time(Nanos(time));
    assert_eq!(listed, [(span(20), 10), (span(30), 10), (span(40), 5)]);
    assert_eq!(table.other.map(|it| it.lines), Some(25));
    let all = groups.table(usize::MAX, None).groups;
    assert_eq!(all[0].0, span(-10));
}

#[test]
fn a_new_span_of_time_is_listed_though_there_are_too_many() {
    let mut store = LogStore::default();
    let mut groups = Groups::new(By::Time(10), Some("n".into()), plan(""));
    for time in 0..300 {
        store.append(0, batch(&[(time, &format!("n={time}"))]), &[]);
        while !groups.search(&store, 1) {}
        let table = groups.table(usize::MAX, None);
        let newest = table.groups.last().unwrap();
        assert_eq!(newest.0, Key::Time(Nanos(time / 10 * 10)));
        assert_eq!(newest.1.lines, time as u64 % 10 + 1);
        let others = time as u64 / 10 * 10 - (table.groups.len() as u64 - 1) * 10;
        assert_eq!(table.other.clone().map_or(0, |it| it.lines), others);
        assert_eq!(
            table.other.map_or(0, |it| it.numbers.unwrap().count),
            others
        );
    }
    store.set_limits(StoreLimits {
        max_lines: 0,
        max_bytes: 0,
    });
    store.append(0, batch(&[(300, &"x".repeat(70_000)), (301, "n=1")]), &[]);
    let table = all(&mut groups, &store);
    let lines: u64 = table.groups.iter().map(|it| it.1.lines).sum();
    let others = table.other.map_or(0, |it| it.lines);
    assert_eq!(lines + others, store.lines() as u64);
}

#[test]
fn templates_that_became_one_are_one_group() {
    let mut session = LogSession::default();
    let mut groups = Groups::new(By::Template, Some("n".into()), plan(""));
    for (n, user) in ["alice", "bob", "bob", "carol", "dave"]
        .into_iter()
        .enumerate()
    {
        let text = format!("session opened for user {user} by root n={}", n / 2);
        session.ingest(0, batch(&[(n as i64, &text)]));
        while !groups.search(session.store(), 1) {}
    }
    assert!(session.templates().merges() > 0);
    let apart = groups.table(9, None);
    let table = groups.table(9, Some(session.templates()));
    assert!(apart.groups.len() > table.groups.len());
    let [(_, sum)] = &table.groups[..] else {
        panic!("{table:?}");
    };
    assert_eq!((sum.lines, sum.distinct), (5, 3));
    assert_eq!(sum.numbers.map(|it| (it.min, it.max)), Some((0.0, 2.0)));
}

#[test]
fn what_most_numbers_measure_counts_whichever_came_first() {
    let lines = ["n=5ms", "n=1", "n=2", "n=3", "n=never", "n=1KiB"];
    let table = |lines: &[&str]| {
        let mut store = LogStore::default();
        for (time, line) in (0..).zip(lines) {
            store.append(0, batch(&[(time, line)]), &[]);
        }
        let mut groups = Groups::new(By::Severity, Some("n".into()), plan(""));
        let sum = all(&mut groups, &store);
        (sum.measure, sum.groups[0].1.clone())
    };
    let (measure, sum) = table(&lines);
    assert_eq!((measure, sum.lines, sum.distinct), (Measure::Size, 6, 6));
    let figures = sum.numbers.unwrap();
    assert_eq!((figures.count, figures.min, figures.max), (4, 1.0, 1024.0));
    let mut backwards = lines;
    backwards.reverse();
    assert_eq!(table(&backwards), (measure, sum));
    let (measure, sum) = table(&["n=1", "n=5ms", "n=6ms"]);
    assert_eq!((measure, sum.numbers.unwrap().count), (Measure::Time, 2));
}

#[test]
fn constants_that_go_need_no_look_at_the_others() {
    let mut store = LogStore::new(StoreLimits {
        max_lines: 1,
        max_bytes: usize::MAX,
    });
    let mut groups = Groups::new(By::Severity, Some("n".into()), plan(""));
    for (time, n) in [(0, 7), (1, 7), (2, 9), (3, 7), (4, 9)] {
        let line = format!("n={n} {}", "x".repeat(70_000));
        store.append(0, batch(&[(time, &line)]), &[]);
        if time < 2 {
            store.set_limits(StoreLimits {
                max_lines: 4,
                max_bytes: usize::MAX,
            });
        }
        while !groups.search(&store, usize::MAX) {}
        assert!(!groups.totals.iter().any(Total::is_unsure));
    }
    assert_eq!(store.lines(), 4);
    let figures = groups.table(1, None).groups[0].1.numbers.unwrap();
    assert_eq!((figures.min, figures.max), (7.0, 9.0));
}

#[test]
fn a_session_that_begins_anew_leaves_nothing_of_the_lines_before() {
    let mut session = LogSession::default();
    let lines = |key: &str| -> Vec<String> { (0..5).map(|_| format!("key={key}")).collect() };
    let mut groups = Groups::new(By::Field("key".into()), None, plan(""));
    for key in ["a", "b"] {
        let lines = lines(key);
        let lines: Vec<_> = (0..).zip(lines.iter().map(String::as_str)).collect();
        session.clear();
        session.ingest(0, batch(&lines));
        let table = all(&mut groups, session.store());
        assert_eq!(table.groups.len(), 1);
        assert_eq!(
            (&table.groups[0].0, table.groups[0].1.lines),
            (&value(key), 5)
        );
    }
}

#[test]
fn older_lines_with_the_numbers_of_lines_that_were_let_go_are_counted() {
    let long = "x".repeat(70_000);
    let line = |key: &str| format!("key={key} {long}");
    let limits = |max_lines| StoreLimits {
        max_lines,
        max_bytes: usize::MAX,
    };
    let mut store = LogStore::new(limits(2));
    let mut groups = Groups::new(By::Field("key".into()), None, plan(""));
    store.append(0, batch(&[(2, &line("a"))]), &[]);
    store.append(0, batch(&[(3, &line("b"))]), &[]);
    all(&mut groups, &store);
    store.append(0, batch(&[(4, &line("c"))]), &[]);
    assert_eq!(store.evicted(), 1);
    store.set_limits(limits(9));
    let older = batch(&[(2, &line("z"))]);
    store.make_way(&older, false);
    store.prepend(0, older, &[]);
    let table = all(&mut groups, &store);
    let mut keys: Vec<_> = table.groups.into_iter().map(|it| it.0).collect();
    keys.sort();
    assert_eq!(keys, [value("b"), value("c"), value("z")]);
}

/// Key, value, time, severity.
type Line = (u8, Option<i32>, i64, u8);

/// What comes: source, lines, whether lines are missing before them, whether they are older ones, and how
/// far the groups are taken then.
type Step = (u16, Vec<Line>, bool, bool, usize);

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let line = (0u8..5, proptest::option::of(-9i32..9), 0i64..50, 0u8..7);
    let lines = proptest::collection::vec(line, 0..12);
    let step = (
        0u16..2,
        lines,
        proptest::bool::weighted(0.1),
        proptest::bool::weighted(0.2),
        0usize..9000,
    );
    proptest::collection::vec(step, 1..14)
}

fn sum(values: &[Option<i32>]) -> Sum {
    let mut numbers: Vec<f64> = values.iter().flatten().map(|it| f64::from(*it)).collect();
    numbers.sort_by(f64::total_cmp);
    let mut distinct = numbers.clone();
    distinct.dedup();
    let at = |percent: usize| numbers[(numbers.len() * percent).div_ceil(100).max(1) - 1];
    Sum {
        lines: values.len() as u64,
        distinct: distinct.len() as u64,
        estimated: false,
        numbers: (!numbers.is_empty()).then(|| Figures {
            count: numbers.len() as u64,
            min: numbers[0],
            median: at(50),
            p95: at(95),
            max: numbers[numbers.len() - 1],
        }),
    }
}

/// The groups by the definition: a pass over all rows.
fn naive(by: &By, store: &LogStore) -> (BTreeMap<Key, Sum>, u64) {
    let (mut groups, mut without) = (BTreeMap::<Key, Vec<Option<i32>>>::new(), 0);
    for row in store.iter_from(0) {
        let Row::Entry {
            entry,
            severity,
            template,
            source,
            ..
        } = row
        else {
            continue;
        };
        let find = |name: &str| {
            let words = entry.text.split(' ');
            words.filter_map(|it| it.strip_prefix(name)).next()
        };
        let Some(number) = find("n=").map(|it| it.parse().ok()) else {
            continue;
        };
        let key = match by {
            By::Field(_) => find("key=").map(value),
            By::Template => template.map(Key::Template),
            By::Severity => Some(Key::Severity(severity)),
            By::Source => Some(Key::Source(source)),
            By::Time(span) => Some(Key::Time(Nanos(entry.time.0.div_euclid(*span) * span))),
        };
        match key {
            Some(key) => groups.entry(key).or_default().push(number),
            None => without += 1,
        }
    }
    let groups = groups.into_iter().map(|(key, values)| (key, sum(&values)));
    (groups.collect(), without)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn groups_are_those_of_a_naive_pass_as_lines_come_and_go(
        steps in steps(),
        by in prop_oneof![
            Just(By::Field("key".into())), Just(By::Template), Just(By::Source), Just(By::Time(10)), Just(By::Severity),
        ],
        max_lines in prop_oneof![Just(usize::MAX), 5usize..60],
        padding in prop_oneof![Just(0usize), Just(20_000)],
    ) {
        let mut store = LogStore::new(StoreLimits { max_lines, max_bytes: usize::MAX });
        // Lines without a number do not pass.
        let mut groups = Groups::new(by.clone(), Some("n".into()), plan("n~\"\""));
        let mut sources = [false; 2];
        for (source, lines, gap, older, bytes) in steps {
            let (mut batch, mut mined) = (LogBatch::new(), Vec::new());
            for (key, number, time, severity) in lines {
                let mut text = match key {
                    0 => String::new(),
                    _ => format!("key=k{key} "),
                };
                text += &match number {
                    Some(9..) => String::new(),
                    Some(8) => "m=1".to_owned(),
                    Some(number) => format!("n={number}"),
                    None => String::new(),
                };
                text += &format!(" {}", "x".repeat(padding));
                batch.push_line(Nanos(time), LogStream::Stdout, &text);
                mined.push(Mined {
                    counts_as: None,
                    // Few enough to be groups of their own.
                    severity: Severity::from_index((severity % 5).into()),
                    template: (key > 0).then_some(TemplateId(key.into())),
                    goes_on: time % 3 == 0,
                });
            }
            let alone = !sources[1 - usize::from(source)];
            sources[usize::from(source)] = true;
            if gap {
                let gap = Gap { lines: Some(1), after: None, before: None, reason: GapReason::SlowViewer };
                store.append_note(source, Note::Missing(gap));
            }
            if older && alone && !batch.is_empty() {
                store.make_way(&batch, false);
                store.prepend(source, batch, &mined);
            } else {
                store.append(source, batch, &mined);
            }
            if bytes % 3 > 0 {
                groups.search(&store, bytes);
                let progress = groups.progress(&store);
                prop_assert!(progress.searched <= progress.held);
            }
        }
        let table = all(&mut groups, &store);
        prop_assert!(groups.progress(&store).is_done());
        let (expected, without) = naive(&by, &store);
        prop_assert_eq!(table.without, without);
        prop_assert_eq!(&table.other, &None);
        let found: BTreeMap<_, _> = table.groups.iter().cloned().collect();
        prop_assert_eq!(found.len(), table.groups.len());
        prop_assert_eq!(found, expected);
        if !matches!(by, By::Time(_)) {
            prop_assert!(table.groups.windows(2).all(|it| it[0].1.lines >= it[1].1.lines));
        }
        // Nothing is left of lines that are gone.
        let more = groups.heap_bytes();
        store.set_limits(StoreLimits { max_lines: 0, max_bytes: 0 });
        let left = naive(&by, &store).0;
        let table = all(&mut groups, &store);
        prop_assert_eq!(table.groups.into_iter().collect::<BTreeMap<_, _>>(), left);
        prop_assert!(groups.heap_bytes() <= more);
    }
}
