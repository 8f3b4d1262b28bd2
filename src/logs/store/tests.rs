use super::*;
use crate::protocol::{Gap, GapReason, LogStream};
use proptest::prelude::*;

/// A row of the plain model: time, source and text; the text is its identity.
#[derive(Clone, Debug, PartialEq)]
struct Plain(i64, u16, String);

fn batch(lines: &[(i64, String)]) -> LogBatch {
    let mut batch = LogBatch::new();
    for (time, text) in lines {
        batch.push_line(Nanos(*time), LogStream::Stdout, text);
    }
    batch
}

fn contents(store: &LogStore) -> Vec<Plain> {
    let plain = |row: Row<'_>| match row {
        Row::Entry { entry, source, .. } => Plain(entry.time.0, source, entry.text.to_owned()),
        Row::Note { source, note } => {
            let Note::Missing(gap) = note else {
                return Plain(0, source, format!("{note:?}"));
            };
            Plain(
                gap.after.unwrap_or_default().0,
                source,
                format!("gap {:?}", gap.lines),
            )
        }
    };
    let by_index: Vec<Plain> = (0..store.len())
        .filter_map(|i| store.row(i).map(plain))
        .collect();
    assert_eq!(by_index, store.iter_from(0).map(plain).collect::<Vec<_>>());
    by_index
}

fn gap(after: Option<i64>, lines: u64) -> Note {
    Note::Missing(Gap {
        lines: Some(lines),
        after: after.map(Nanos),
        before: None,
        reason: GapReason::SlowViewer,
    })
}

fn texts(store: &LogStore) -> Vec<String> {
    contents(store).into_iter().map(|row| row.2).collect()
}

#[test]
fn one_source_keeps_the_order_in_which_its_lines_came() {
    let mut store = LogStore::default();
    store.append(0, batch(&[(5, "a".into()), (3, "b".into())]), &[]);
    store.append_note(0, gap(Some(5), 7));
    store.append(0, batch(&[(4, "c".into())]), &[]);
    assert_eq!(texts(&store), ["a", "b", "gap Some(7)", "c"]);
    assert_eq!((store.len(), store.lines()), (4, 3));
}

#[test]
fn a_late_line_of_another_source_stands_where_it_belongs() {
    let mut store = LogStore::default();
    store.append(
        0,
        batch(&[(1, "a".into()), (5, "b".into()), (9, "c".into())]),
        &[],
    );
    assert_eq!(
        store.append(1, batch(&[(5, "late".into())]), &[]),
        FIRST_ROW + 2
    );
    assert_eq!(texts(&store), ["a", "b", "late", "c"]);
    assert_eq!(
        store.append(0, batch(&[(7, "d".into())]), &[]),
        FIRST_ROW + 3
    );
    assert_eq!(
        store.append(0, batch(&[(9, "e".into())]), &[]),
        FIRST_ROW + 5
    );
    assert_eq!(texts(&store), ["a", "b", "late", "d", "c", "e"]);
}

#[test]
fn a_second_source_moves_only_what_is_out_of_order() {
    let mut store = LogStore::default();
    let lines = |times: std::ops::Range<i64>| -> Vec<_> {
        times.map(|time| (time, "x".repeat(1000))).collect()
    };
    store.append(0, batch(&lines(0..200)), &[]);
    store.append(0, batch(&[(205, "b".into()), (204, "a".into())]), &[]);
    store.append(0, batch(&lines(300..900)), &[]);
    let chunks = store.chunks.len();
    assert_eq!(store.moved_since(0), (0, u64::MAX));
    let changed = store.append(1, batch(&[(2000, "new".into())]), &[]);
    assert!(
        (FIRST_ROW + 130..=FIRST_ROW + 200).contains(&changed),
        "{}",
        changed - FIRST_ROW
    );
    assert_eq!(store.moved_since(0), (1, changed));
    assert!(store.chunks.len() <= chunks + 1);
    // A line from long ago makes one chunk anew.
    let first = store.chunks[0].bytes;
    let changed = store.append(1, batch(&[(400, "late".into())]), &[]);
    assert_eq!(
        store
            .row((changed - FIRST_ROW) as usize)
            .map(|it| matches!(it, Row::Entry { source: 1, .. })),
        Some(true)
    );
    assert_eq!(store.chunks[0].bytes, first);
    assert!(store.chunks.len() <= chunks + 2);
}

#[test]
fn late_lines_again_and_again_leave_no_small_chunks() {
    let mut store = LogStore::default();
    let lines: Vec<_> = (0..2000).map(|i| (i, "x".repeat(100))).collect();
    store.append(0, batch(&lines), &[]);
    for i in 0..2000 {
        store.append(1, batch(&[(i * 7 % 2000, "y".repeat(100))]), &[]);
    }
    assert!(store.chunks.len() < 16, "{}", store.chunks.len());
    let beside = store.heap_bytes() - 400_000;
    assert!(beside < 4000 * 24, "{beside}");
}

#[test]
fn a_late_line_amid_blank_ones_leaves_no_small_chunks() {
    let mut store = LogStore::default();
    let blank: Vec<_> = (0..4000).map(|i| (i, String::new())).collect();
    store.append(0, batch(&blank), &[]);
    store.append(1, batch(&[(2000, String::new())]), &[]);
    assert_eq!((store.len(), store.chunks.len()), (4001, 1));
}

#[test]
fn smaller_limits_let_the_oldest_lines_go_at_once() {
    let mut store = LogStore::default();
    for i in 0..100 {
        store.append(0, batch(&[(i, "x".repeat(10_000))]), &[]);
    }
    store.set_limits(StoreLimits {
        max_lines: 20,
        max_bytes: usize::MAX,
    });
    assert!((20..30).contains(&store.lines()));
    assert_eq!(store.lines() as u64 + store.evicted(), 100);
    let of = StoreLimits::of(usize::MAX, 0);
    assert_eq!((of.max_lines, of.max_bytes), (5_000_000, 8 << 20));
}

#[test]
fn a_gap_stands_behind_the_last_line_before_it() {
    let mut store = LogStore::default();
    store.append(0, batch(&[(1, "a".into()), (9, "b".into())]), &[]);
    store.append(1, batch(&[(2, "x".into()), (5, "y".into())]), &[]);
    store.append_note(1, gap(Some(2), 3));
    assert_eq!(texts(&store), ["a", "x", "gap Some(3)", "y", "b"]);
    store.append_note(1, gap(None, 4));
    assert_eq!(
        texts(&store)[4],
        "gap Some(4)",
        "behind the newest line of its source"
    );
}

#[test]
fn small_batches_share_chunks() {
    let mut store = LogStore::default();
    for i in 0..10_000 {
        store.append(0, batch(&[(i, "hello world".into())]), &[]);
    }
    assert_eq!(store.chunks.len(), 3);
    let text = 10_000 * "hello world".len();
    assert!(
        store.heap_bytes() < 3 * text + 100_000,
        "{}",
        store.heap_bytes()
    );
}

#[test]
fn a_huge_batch_is_split_so_that_little_goes_at_once() {
    let mut store = LogStore::new(StoreLimits {
        max_lines: 20_000,
        max_bytes: usize::MAX,
    });
    let lines: Vec<_> = (0..50_000).map(|i| (i, format!("line {i}"))).collect();
    store.append(0, batch(&lines), &[]);
    assert!((20_000..=20_000 + chunk::FULL_ROWS).contains(&store.lines()));
    assert_eq!(store.lines() as u64 + store.evicted(), 50_000);
}

#[test]
fn memory_is_bounded_also_for_long_lines() {
    let max_bytes = 1 << 20;
    let mut store = LogStore::new(StoreLimits {
        max_lines: 50_000,
        max_bytes,
    });
    for i in 0..200 {
        store.append(0, batch(&[(i, "x".repeat(60_000))]), &[]);
        assert!(store.heap_bytes() <= max_bytes);
    }
    assert!(store.lines() > 10);
    assert_eq!(store.lines() as u64 + store.evicted(), 200);
}

/// Source, times with lengths of lines, whether a gap comes instead.
type Step = (u16, Vec<(i64, usize)>, bool);

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let lines = proptest::collection::vec((0i64..60, 0usize..40), 0..12);
    proptest::collection::vec((0u16..3, lines, proptest::bool::weighted(0.1)), 0..40)
}

proptest! {
    #[test]
    fn the_order_is_that_of_a_naive_list(
        steps in steps(),
        sources in 1u16..4,
        max_lines in prop_oneof![Just(usize::MAX), 0usize..60],
        big in proptest::bool::weighted(0.4),
        older in proptest::collection::vec(proptest::bool::weighted(0.3), 40),
    ) {
        let mut older = older.into_iter().cycle();
        let mut store = LogStore::new(StoreLimits { max_lines, max_bytes: usize::MAX });
        let mut model: Vec<Plain> = Vec::new();
        let mut seen: Vec<u16> = Vec::new();
        let mut newest = [0i64; 3];
        let mut n = 0;
        let mut before: Vec<Plain> = Vec::new();
        for (source, lines, is_gap) in steps {
            let prepends = older.next() == Some(true);
            let source = source % sources;
            let mut lines: Vec<(i64, String)> = lines
                .into_iter()
                .map(|(time, length)| {
                    n += 1;
                    // Long lines make many chunks, which is where the order could break.
                    (time, format!("{n}-{}", "x".repeat(if big { length * 1000 } else { length })))
                })
                .collect();
            if seen.len() == 1 && seen[0] == source && prepends && !lines.is_empty() {
                store.make_way(&batch(&lines), false);
                let came = store.prepend(source, batch(&lines), &[]);
                prop_assert_eq!(came, lines.len() as u64);
                while model.first().is_some_and(|row| row.2.starts_with("gap")) {
                    model.remove(0);
                }
                let older = lines.iter().map(|(time, text)| Plain(*time, source, text.clone()));
                model.splice(0..0, older);
                for (time, _) in &lines {
                    newest[source as usize] = newest[source as usize].max(*time);
                }
                let held = contents(&store);
                // What was let go was the newest; the lines that came stay.
                prop_assert!(held.len() >= lines.len().min(max_lines));
                model.truncate(held.len());
                prop_assert_eq!(&held, &model);
                before = held;
                continue;
            }
            let first_row = store.first_row();
            let changed = if is_gap {
                n += 1;
                let at = newest[source as usize];
                lines = vec![(at, format!("gap Some({n})"))];
                store.append_note(source, gap(Some(at), n))
            } else {
                store.append(source, batch(&lines), &[])
            };
            if lines.is_empty() {
                continue;
            }
            if !seen.contains(&source) {
                seen.push(source);
            }
            for (time, text) in &lines {
                newest[source as usize] = newest[source as usize].max(*time);
                model.push(Plain(*time, source, text.clone()));
            }
            if seen.len() > 1 {
                model.sort_by_key(|row| row.0);
            }
            let held = contents(&store);
            // What was evicted was the oldest at that moment.
            let evicted = model.len() - held.len();
            prop_assert_eq!(&held, &model[evicted..]);
            model.drain(..evicted);
            // Rows before the first changed one are what they were.
            let same = (changed - first_row) as usize;
            let moved = (store.first_row() - first_row) as usize;
            if same > moved {
                prop_assert_eq!(&held[..same - moved], &before[moved..same]);
            }
            prop_assert!(store.moved_since(0).1 <= changed || same >= before.len());
            let lines_held = held.iter().filter(|row| !row.2.starts_with("gap")).count();
            prop_assert_eq!(store.lines(), lines_held);
            let measured: usize = store.chunks.iter().map(Chunk::measure).sum();
            prop_assert_eq!(store.heap_bytes(), measured);
            before = held;
        }
    }
}
