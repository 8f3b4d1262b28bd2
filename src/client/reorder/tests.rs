//! Whoever waits for whom, and what is counted.

use super::*;
use crate::protocol::{GapReason, LogStream};
use proptest::prelude::*;

const NOW: Millis = Millis(1_000);

fn batch(times: &[i64]) -> Piece {
    let mut batch = LogBatch::new();
    for time in times {
        batch.push_line(Nanos(*time), LogStream::Stdout, "x");
    }
    Piece::Entries(batch)
}

/// Container and time of everything that may leave now.
fn left(window: &mut Reorder, now: Millis) -> Vec<(usize, i64)> {
    let mut out = Vec::new();
    while let Some((lane, piece)) = window.pop(now) {
        match piece {
            Piece::Entries(batch) => out.extend(batch.iter().map(|entry| (lane, entry.time.0))),
            Piece::Gap(_) => out.push((lane, -1)),
        }
    }
    out
}

fn two() -> Reorder {
    let mut window = Reorder::default();
    for lane in [window.join(NOW), window.join(NOW)] {
        window.state(lane, &StreamState::Live);
    }
    window
}

#[test]
fn lines_of_two_containers_come_in_order_of_time() {
    let mut window = two();
    window.push(0, batch(&[1, 4, 6]), NOW);
    assert_eq!(left(&mut window, NOW), []);
    window.push(1, batch(&[2, 5, 9]), NOW);
    let first = [(0, 1), (1, 2), (0, 4), (1, 5), (0, 6)];
    assert_eq!(left(&mut window, NOW), first);
    assert_eq!(left(&mut window, NOW.plus(QUIET_MS)), [(1, 9)]);
    assert_eq!(window.late(), 0);
}

#[test]
fn one_that_is_silent_holds_the_others_no_longer_than_the_window() {
    let mut window = two();
    window.push(0, batch(&[1]), NOW);
    assert_eq!(window.deadline(), Some(NOW.plus(QUIET_MS)));
    assert_eq!(left(&mut window, NOW.plus(QUIET_MS - 1)), []);
    assert_eq!(left(&mut window, NOW.plus(QUIET_MS)), [(0, 1)]);
    assert_eq!(window.deadline(), None);
    // Nobody knows where it is: it is waited for longer.
    window.state(1, &StreamState::Loading);
    window.push(0, batch(&[2]), NOW);
    assert_eq!(left(&mut window, NOW.plus(SILENT_MS - 1)), []);
    assert_eq!(left(&mut window, NOW.plus(SILENT_MS)), [(0, 2)]);
    // It has nothing more to say.
    window.state(1, &StreamState::Ended);
    window.push(0, batch(&[3]), NOW);
    assert_eq!(left(&mut window, NOW), [(0, 3)]);
}

#[test]
fn one_that_is_far_behind_is_waited_for_while_it_comes_nearer() {
    let mut window = two();
    window.push(0, batch(&[100]), NOW);
    for step in 1..50 {
        let now = NOW.plus(step * 200);
        window.push(1, batch(&[step]), now);
        assert_eq!(left(&mut window, now), [(1, step)]);
    }
    let now = NOW.plus(10_000);
    window.push(1, batch(&[101]), now);
    assert_eq!(left(&mut window, now), [(0, 100)]);
}

#[test]
fn what_comes_later_than_the_window_leaves_at_once_and_is_counted() {
    let mut window = two();
    window.push(0, batch(&[5, 6]), NOW);
    let later = NOW.plus(QUIET_MS);
    assert_eq!(left(&mut window, later), [(0, 5), (0, 6)]);
    window.push(1, batch(&[3, 4, 6, 7]), later);
    assert_eq!(left(&mut window, later), [(1, 3), (1, 4), (1, 6)]);
    assert_eq!(window.late(), 2);
}

#[test]
fn the_order_within_a_container_stays_and_its_gaps_keep_their_place() {
    let mut window = two();
    let gap = Gap {
        lines: None,
        after: None,
        before: None,
        reason: GapReason::Rotated,
    };
    window.push(0, batch(&[5, 3]), NOW);
    window.push(0, Piece::Gap(gap), NOW);
    window.push(0, batch(&[8]), NOW);
    window.push(1, batch(&[4, 6, 7]), NOW);
    let order = [(1, 4), (0, 5), (0, 3), (0, -1), (1, 6), (1, 7)];
    assert_eq!(left(&mut window, NOW), order);
    window.end();
    assert_eq!(left(&mut window, NOW), [(0, 8)]);
    assert_eq!(window.late(), 0);
}

#[test]
fn containers_that_are_gone_are_not_looked_at_for_each_line() {
    let mut window = Reorder::default();
    for _ in 0..100 {
        let lane = window.join(NOW);
        window.push(lane, batch(&[1]), NOW);
        window.state(lane, &StreamState::Removed);
    }
    assert_eq!(window.counting.len(), 100);
    assert_eq!(left(&mut window, NOW).len(), 100);
    assert!(window.counting.is_empty());
    window.push(7, batch(&[2]), NOW);
    assert_eq!(window.counting, [7]);
    window.end();
    assert_eq!(left(&mut window, NOW), [(7, 2)]);
    assert!(window.counting.is_empty());
}

#[test]
fn the_window_holds_no_more_than_its_limits() {
    let limits = ReorderLimits {
        entries: 10,
        bytes: 8,
        ..ReorderLimits::default()
    };
    let mut window = Reorder::new(limits);
    let lanes = [window.join(NOW), window.join(NOW)];
    for time in 0..100 {
        window.push(lanes[0], batch(&[time]), NOW);
        left(&mut window, NOW);
        assert!(window.entries <= 10 && window.bytes <= 8);
    }
    window.push(lanes[1], batch(&[200]), NOW);
    window.end();
    assert_eq!(left(&mut window, NOW).len(), 9);
    assert_eq!((window.entries, window.bytes), (0, 0));
}

/// Lines of a container on their way: milliseconds since the one before was printed, of which some are
/// before it, and until this one comes, where no other of the container is still to come.
type Way = Vec<(i64, i64)>;

fn ways(slowest: i64) -> impl Strategy<Value = Vec<Way>> {
    let line = (-2i64..60, 0..slowest);
    let way = proptest::collection::vec(line, 0..60);
    proptest::collection::vec(way, 1..5)
}

/// Container, time and place of each line as it left, when it came, and when it left.
type Seen = (usize, i64, i64, i64, i64);

/// Sends lines through a window, and lets time pass in steps of a millisecond.
fn travel(ways: &[Way]) -> (Vec<Seen>, u64) {
    let mut window = Reorder::default();
    let mut arrivals = Vec::new();
    let mut came = vec![VecDeque::new(); ways.len()];
    for (lane, way) in ways.iter().enumerate() {
        window.join(Millis(0));
        window.state(lane, &StreamState::Live);
        let (mut printed, mut last, mut place) = (1_000, 0, 0);
        for (step, delay) in way {
            printed += step;
            place = place.max(printed);
            last = last.max(printed + delay);
            arrivals.push((last, lane, printed));
            came[lane].push_back((last, place));
        }
    }
    // Those of one container keep their order.
    arrivals.sort_by_key(|(at, ..)| *at);
    let end = arrivals.last().map_or(0, |(at, ..)| at + QUIET_MS);
    let mut arrivals = arrivals.into_iter().peekable();
    let mut seen = Vec::new();
    for now in 0..=end {
        while let Some((_, lane, time)) = arrivals.next_if(|(at, ..)| *at <= now) {
            window.push(lane, batch(&[time]), Millis(now));
        }
        for (lane, time) in left(&mut window, Millis(now)) {
            let (at, place) = came[lane].pop_front().unwrap();
            seen.push((lane, time, place, at, now));
        }
    }
    (seen, window.late())
}

fn inversions(seen: &[Seen]) -> Vec<&Seen> {
    let mut newest = i64::MIN;
    let mut late = Vec::new();
    for it in seen {
        if it.2 < newest {
            late.push(it);
        }
        newest = newest.max(it.2);
    }
    late
}

proptest! {
    #[test]
    fn lines_that_come_within_the_window_leave_in_order_of_time(ways in ways(QUIET_MS - 130)) {
        let (seen, late) = travel(&ways);
        prop_assert_eq!(inversions(&seen), Vec::<&Seen>::new());
        prop_assert_eq!(late, 0);
    }

    #[test]
    fn no_line_is_lost_or_doubled_and_only_those_are_late_for_which_others_have_waited(ways in ways(2_000)) {
        let (seen, late) = travel(&ways);
        for (lane, way) in ways.iter().enumerate() {
            let mut time = 1_000;
            let printed = way.iter().map(|(step, _)| { time += step; time });
            let held = seen.iter().filter(|it| it.0 == lane).map(|it| it.1);
            prop_assert!(held.eq(printed));
        }
        let inversions = inversions(&seen);
        prop_assert_eq!(inversions.len() as u64, late);
        for it in inversions {
            let before = seen.iter().take_while(|other| *other != it);
            for younger in before.filter(|other| other.2 > it.2) {
                let (.., came, left) = *younger;
                prop_assert!(it.3 > left, "it was here when {younger:?} left: {it:?}");
                prop_assert!(left >= came + QUIET_MS, "{younger:?} did not wait for {it:?}");
            }
        }
    }
}
