//! Joining and going on, over what the ring lets go of.

use super::*;
use proptest::prelude::*;
use sidekick::protocol::LogStream;

fn batch(lines: &[(i64, bool)], numbered_from: usize) -> LogBatch {
    let mut batch = LogBatch::new();
    for (n, (time, stderr)) in lines.iter().enumerate() {
        let stream = if *stderr {
            LogStream::Stderr
        } else {
            LogStream::Stdout
        };
        batch.push_line(Nanos(*time), stream, &format!("{}", numbered_from + n));
    }
    batch
}

fn texts(pieces: impl Iterator<Item = Piece>) -> Vec<String> {
    pieces
        .map(|piece| LogBatch::decode(&piece.entries.bytes).unwrap())
        .flat_map(|batch| batch.iter().map(|e| e.text.to_owned()).collect::<Vec<_>>())
        .collect()
}

fn numbers(range: std::ops::Range<usize>) -> Vec<String> {
    range.map(|n| n.to_string()).collect()
}

#[test]
fn those_who_join_at_once_share_what_they_get() {
    let mut ring = LogRing::default();
    ring.push(&batch(&[(1, false), (2, true)], 0), None);
    let bytes = |ring: &LogRing| {
        let pieces: Vec<_> = ring.pieces(ring.newest()).collect();
        assert_eq!(pieces.len(), 1);
        pieces[0].entries.bytes.clone()
    };
    let (one, other) = (bytes(&ring), bytes(&ring));
    assert_eq!(one.as_ptr(), other.as_ptr());
    assert_eq!(*one, batch(&[(1, false), (2, true)], 0).encode());
    // What came since is in what the next one gets.
    ring.push(&batch(&[(3, false)], 2), None);
    assert_eq!(texts(ring.pieces(ring.newest())), numbers(0..3));
    assert_eq!(LogBatch::decode(&one).unwrap().len(), 2);
    // Nobody needs it any more: it takes no memory.
    let kept = bytes(&ring);
    assert_eq!(ring.chunks[0].shared.borrow().strong_count(), 1);
    drop(kept);
    assert_eq!(ring.chunks[0].shared.borrow().strong_count(), 0);
}

proptest! {
    /// Times repeat and run backwards a little, as Docker's do.
    #[test]
    fn joining_gives_the_newest_thousand_and_resuming_everything_after_the_cursor(
        steps in proptest::collection::vec((0i64..3, any::<bool>()), 1..3000),
        cuts in proptest::collection::vec(1usize..400, 1..40),
        back in 1usize..1000,
    ) {
        let mut time = 0;
        let lines: Vec<_> = steps.iter().map(|(step, err)| { time += step; (time, *err) }).collect();
        let mut ring = LogRing::default();
        let mut counter = CursorCounter::default();
        let cursors: Vec<_> = batch(&lines, 0)
            .iter()
            .map(|e| counter.next(e.time, e.stream))
            .collect();
        let mut at = 0;
        for cut in cuts.iter().cycle() {
            let end = (at + cut).min(lines.len());
            ring.push(&batch(&lines[at..end], at), None);
            at = end;
            if at == lines.len() { break; }
        }
        let n = lines.len();
        ring.is_answered();
        prop_assert_eq!(
            texts(ring.pieces(ring.newest())),
            numbers(n.saturating_sub(RING_ENTRIES)..n)
        );
        let back = back.min(n);
        let place = ring.after(cursors[n - back]).expect("one of the newest thousand");
        prop_assert_eq!(texts(ring.pieces(place)), numbers(n - back + 1..n));
        prop_assert_eq!(ring.last(), Some(cursors[n - 1]));
    }
}

#[test]
fn the_place_among_lines_that_share_the_time_of_the_first_is_not_told() {
    let lines: Vec<_> = (0..1200).map(|n| (1 + n / 1100, false)).collect();
    let mut counter = CursorCounter::default();
    let cursors: Vec<_> = batch(&lines, 0)
        .iter()
        .map(|e| counter.next(e.time, e.stream))
        .collect();
    let mut ring = LogRing::default();
    // The newest of them, as the engine gives them.
    ring.push(&batch(&lines[200..], 200), None);
    ring.is_answered();
    assert_eq!(ring.after(cursors[700]), None);
    let place = ring.after(cursors[1150]).expect("behind them all is well");
    assert_eq!(texts(ring.pieces(place)), numbers(1151..1200));
    // Of a log that is all there, everything can be told.
    let mut ring = LogRing::default();
    ring.push(&batch(&lines[..900], 0), None);
    ring.is_answered();
    let place = ring.after(cursors[700]).expect("the log begins here");
    assert_eq!(texts(ring.pieces(place)), numbers(701..900));
}

#[test]
fn the_place_among_lines_of_the_time_of_the_first_of_their_stream_is_not_told() {
    // One of stderr, of time 3, may be before them all.
    let mut ring = LogRing::default();
    ring.push(&batch(&[(1, false), (2, false)], 0), None);
    ring.push(&batch(&[(3, true), (4, false), (4, true)], 2), None);
    let at = |time, stream| Cursor {
        time: Nanos(time),
        stream,
        occurrence: 0,
    };
    assert_eq!(ring.after(at(3, LogStream::Stderr)), None);
    let place = ring.after(at(2, LogStream::Stdout)).expect("not the first");
    assert_eq!(texts(ring.pieces(place)), numbers(2..5));
}

#[test]
fn the_ring_keeps_within_its_bytes() {
    let mut ring = LogRing::default();
    for i in 0..100 {
        let mut batch = LogBatch::new();
        batch.push_line(Nanos(i), LogStream::Stdout, &"x".repeat(100_000));
        ring.push(&batch, None);
    }
    assert!(ring.bytes <= RING_BYTES);
    assert!(texts(ring.pieces(ring.newest())).len() >= RING_BYTES / 100_000);
}

#[test]
fn a_gap_stays_in_its_place_for_those_who_join_later() {
    let gap = Gap {
        lines: None,
        after: Some(Nanos(1)),
        before: Some(Nanos(5)),
        reason: sidekick::protocol::GapReason::Rotated,
    };
    let mut ring = LogRing::default();
    ring.push(&batch(&[(1, false)], 0), None);
    ring.push(&batch(&[(5, false)], 1), Some(gap));
    let gaps: Vec<_> = ring.pieces(ring.newest()).map(|piece| piece.gap).collect();
    assert_eq!(gaps, [None, Some(gap)]);
}

#[test]
fn the_end_of_an_empty_answer_says_nothing_of_what_is_read_later() {
    let mut ring = LogRing::default();
    ring.is_answered();
    ring.push(&batch(&[(1, false), (1, false), (2, false)], 0), None);
    let second = Cursor {
        time: Nanos(1),
        stream: LogStream::Stdout,
        occurrence: 1,
    };
    assert_eq!(ring.after(second), None);
    assert!(!ring.is_whole());
    ring.is_answered();
    assert!(ring.after(second).is_some() && ring.is_whole());
}
