//! What passes, what is held back, and what is told to be lost.

use super::*;
use proptest::prelude::*;
use sidekick::protocol::LogStream;

fn batch(times: &[i64]) -> LogBatch {
    let mut batch = LogBatch::new();
    for (n, time) in times.iter().enumerate() {
        batch.push_line(Nanos(*time), LogStream::Stdout, &n.to_string());
    }
    batch
}

fn cursor(times: &[i64], index: usize) -> Cursor {
    let mut counter = CursorCounter::default();
    let mut last = None;
    for time in &times[..=index] {
        last = Some(counter.next(Nanos(*time), LogStream::Stdout));
    }
    last.unwrap()
}

proptest! {
    #[test]
    fn exactly_the_entries_after_the_cursor_pass(
        steps in proptest::collection::vec(0i64..3, 1..200),
        at in any::<prop::sample::Index>(),
        cut in 1usize..50,
    ) {
        let mut time = 0;
        let times: Vec<_> = steps.iter().map(|s| { time += s; time }).collect();
        let at = at.index(times.len());
        // As the reader does: by time where the window begins within the cursor's run.
        let mut probe = Resumption::in_tail(cursor(&times, at), 1000);
        probe.feed(batch(&times));
        let mut resumption = if probe.is_cut() {
            Resumption::since(cursor(&times, at))
        } else {
            Resumption::in_tail(cursor(&times, at), 1000)
        };
        let mut passed = Vec::new();
        for part in times.chunks(cut) {
            if let Step::After(rest) = resumption.feed(batch(part)) {
                passed.extend(rest.iter().map(|e| e.time.0).collect::<Vec<_>>());
            }
        }
        prop_assert!(resumption.found());
        prop_assert_eq!(&passed[..], &times[at + 1..]);
    }
}

/// A log in Docker's order: each stream sorted by time, one ahead of the other by less than
/// the skew.
fn logs() -> impl Strategy<Value = LogBatch> {
    let line = (0..SKEW_NS / 3, 0..SKEW_NS, any::<bool>());
    proptest::collection::vec(line, 2..60).prop_map(|lines| {
        let (mut now, mut last) = (10 * SKEW_NS, [0; 2]);
        let mut log = LogBatch::new();
        for (step, late, stderr) in lines {
            now += step;
            let stream = if stderr {
                LogStream::Stderr
            } else {
                LogStream::Stdout
            };
            // Now and then two lines of a stream share a timestamp.
            let time = (now - late) / 50_000_000 * 50_000_000;
            let last = &mut last[stream.index()];
            *last = time.max(*last);
            log.push_line(Nanos(*last), stream, &log.len().to_string());
        }
        log
    })
}

proptest! {
    #[test]
    fn read_by_time_all_that_is_left_behind_the_cursor_passes_and_nothing_else(
        log in logs(),
        at in any::<prop::sample::Index>(),
        rotated in any::<prop::sample::Index>(),
        cut in 1usize..20,
        filters_all in any::<bool>(),
    ) {
        let (at, rotated) = (at.index(log.len()), rotated.index(log.len()));
        let mut counter = CursorCounter::default();
        let cursors: Vec<_> = log.iter().map(|e| counter.next(e.time, e.stream)).collect();
        let cursor = cursors[at];
        // Old engines filter every line, newer ones only up to the first that passes.
        let mut passing = false;
        let mut given = LogBatch::new();
        for entry in log.iter().skip(rotated) {
            passing = entry.time >= since(cursor) || (passing && !filters_all);
            if passing {
                given.push(entry);
            }
        }
        let mut resumption = Resumption::since(cursor);
        let (mut passed, mut lost) = (LogBatch::new(), false);
        let entries: Vec<_> = given.iter().collect();
        for part in entries.chunks(cut) {
            let mut batch = LogBatch::new();
            part.iter().for_each(|entry| batch.push(*entry));
            match resumption.feed(batch) {
                Step::Before => {}
                Step::After(rest) => passed.append(&rest),
                Step::Lost(rest) => {
                    lost = true;
                    passed.append(&rest);
                }
                Step::NotCovered => prop_assert!(false, "only a tail can fail to cover"),
            }
        }
        if let Some(rest) = resumption.at_end() {
            lost = true;
            passed.append(&rest);
        }
        let same = |it: &Cursor| (it.time, it.stream) == (cursor.time, cursor.stream);
        if cursors[..rotated].iter().any(same) && cursors[rotated..].iter().any(same) {
            // Rotated between lines that share the cursor's timestamp: some of them may be
            // missing (docs/streaming.md), but none comes twice, and all behind them come.
            let run_end = cursors.iter().rposition(same).map_or(0, |last| last + 1);
            let begin = log.len() - passed.len();
            prop_assert_eq!(&passed, &log.tail_from(begin));
            prop_assert!((at + 1..=run_end).contains(&begin), "{begin}: {at}, {run_end}");
        } else {
            let gone = rotated > at;
            prop_assert_eq!(&passed, &log.tail_from(rotated.max(at + 1)));
            prop_assert_eq!(lost, gone && !passed.is_empty());
        }
    }
}

#[test]
fn a_tail_that_is_full_without_the_cursor_asks_for_more() {
    let mut resumption = Resumption::in_tail(cursor(&[1], 0), 3);
    assert_eq!(resumption.feed(batch(&[5, 6])), Step::Before);
    assert!(resumption.saw_all());
    assert_eq!(resumption.feed(batch(&[7, 8])), Step::NotCovered);
}

#[test]
fn a_window_that_begins_among_lines_of_the_cursors_time_cannot_tell_the_place() {
    // Four lines share the time 5; the cursor is the second of them, and the window of
    // three begins at the third: counted from there, the place would be two lines later.
    let mut resumption = Resumption::in_tail(cursor(&[5, 5, 5, 5, 6], 1), 3);
    assert_eq!(resumption.feed(batch(&[5, 5, 6])), Step::NotCovered);
    assert!(resumption.is_cut() && !resumption.saw_all());
}

#[test]
fn a_window_begins_later_than_the_cursor_only_where_nothing_in_it_is_as_old() {
    let after = |times: &[i64], tail| {
        let mut resumption = Resumption::in_tail(cursor(&[5, 5], 1), tail);
        resumption.feed(batch(times));
        resumption.begins_later()
    };
    assert!(after(&[6, 7, 8], 3));
    assert!(!after(&[6, 7, 8], 4), "all that there is");
    assert!(!after(&[5, 5, 8], 3), "amid its timestamp");
    assert!(
        !after(&[4, 5, 8], 3),
        "its place is there, if not its entry"
    );
}

#[test]
fn a_long_line_counts_as_the_parts_in_which_the_engine_keeps_it() {
    let mut resumption = Resumption::in_tail(cursor(&[1], 0), 4);
    let mut log = LogBatch::new();
    log.push_line(Nanos(5), LogStream::Stdout, &"x".repeat(3 * PART_BYTES));
    assert_eq!(resumption.feed(log), Step::Before);
    assert!(!resumption.saw_all(), "it may be cut at its begin");
}

#[test]
fn a_stream_that_runs_ahead_does_not_make_the_cursor_lost() {
    let mut log = LogBatch::new();
    log.push_line(Nanos(10), LogStream::Stderr, "ahead");
    log.push_line(Nanos(9), LogStream::Stdout, "here");
    log.push_line(Nanos(12), LogStream::Stdout, "next");
    let mut resumption = Resumption::since(Cursor {
        time: Nanos(9),
        stream: LogStream::Stdout,
        occurrence: 0,
    });
    assert_eq!(resumption.feed(log.clone()), Step::After(log.tail_from(2)));
}

#[test]
fn reading_by_time_tells_whether_the_cursor_is_still_there() {
    let mut there = Resumption::since(cursor(&[1, 5, 5], 1));
    assert_eq!(
        there.feed(batch(&[5, 5, 6])),
        Step::After(batch(&[5, 5, 6]).tail_from(1))
    );
    let mut gone = Resumption::since(cursor(&[1, 5], 1));
    assert_eq!(gone.feed(batch(&[7, 8])), Step::Lost(batch(&[7, 8])));
}

#[test]
fn lines_of_the_cursors_timestamp_do_not_come_twice_where_others_of_it_were_rotated_away() {
    // Ten lines share the time 5; the first four are gone.
    let left = batch(&[5; 6]);
    let mut next = LogBatch::new();
    next.push_line(Nanos(6), LogStream::Stdout, "next");
    let mut amid = Resumption::since(cursor(&[5; 10], 7));
    assert_eq!(amid.feed(left.clone()), Step::Before);
    assert_eq!(amid.feed(next.clone()), Step::Lost(next.clone()));
    // The last of them was shown, and nothing was printed since.
    let mut last = Resumption::since(cursor(&[5; 10], 9));
    assert_eq!(last.feed(left), Step::Before);
    assert_eq!(last.at_end(), None);
    assert_eq!(last.feed(next.clone()), Step::Lost(next));
}

fn both(lines: &[(i64, LogStream)]) -> LogBatch {
    let mut batch = LogBatch::new();
    for (time, stream) in lines {
        batch.push_line(Nanos(*time), *stream, "");
    }
    batch
}

#[test]
fn what_the_other_stream_printed_behind_a_lost_entry_is_not_lost_with_it() {
    use LogStream::{Stderr, Stdout};
    // The entry at 10 is rotated away; both lines come after it in the log.
    let mut resumption = Resumption::since(cursor(&[10], 0));
    let log = both(&[(9, Stderr), (11, Stderr), (12, Stdout)]);
    assert_eq!(resumption.feed(log.clone()), Step::Lost(log));
}

#[test]
fn at_the_end_of_a_log_without_the_entry_what_is_there_comes_after_it() {
    let log = both(&[(9, LogStream::Stderr), (11, LogStream::Stderr)]);
    let mut gone = Resumption::since(cursor(&[10], 0));
    assert_eq!(gone.feed(log.clone()), Step::Before);
    assert_eq!(gone.at_end(), Some(log.clone()));
    assert_eq!(
        (gone.at_end(), gone.feed(log.clone())),
        (None, Step::After(log))
    );
    // An older entry of its stream shows that its own is still to come.
    let mut there = Resumption::since(cursor(&[10], 0));
    there.feed(both(&[(9, LogStream::Stdout), (11, LogStream::Stderr)]));
    assert_eq!(there.at_end(), None);
}

#[test]
fn what_is_held_is_bounded() {
    let mut resumption = Resumption::since(cursor(&[10], 0));
    for _ in 0..100 {
        let mut batch = LogBatch::new();
        for _ in 0..1000 {
            batch.push_line(Nanos(10), LogStream::Stderr, &"x".repeat(100));
        }
        resumption.feed(batch);
        assert!(resumption.held.text_bytes() < 200_000);
    }
    assert!(!resumption.at_end().unwrap().is_empty());
}
