use super::*;
use crate::logs::{Filter, Row, StoreLimits};
use crate::protocol::{Gap, GapReason, LogStream};
use crate::time::{Millis, Nanos};
use proptest::prelude::*;

const ALL: StoreLimits = StoreLimits {
    max_lines: usize::MAX,
    max_bytes: usize::MAX,
};

/// A log as Docker has it.
fn log(lines: &[(i64, &str)]) -> LogBatch {
    let mut batch = LogBatch::new();
    for (time, text) in lines {
        batch.push_line(Nanos(*time), LogStream::Stdout, text);
    }
    batch
}

fn numbered(count: usize) -> LogBatch {
    let mut batch = LogBatch::new();
    for n in 0..count {
        batch.push_line(
            Nanos(n as i64 * 1000),
            LogStream::Stdout,
            &format!("line {n}"),
        );
    }
    batch
}

/// Lines of which some thirty fill a chunk of the store, so that a few hundred are let go bit by bit.
fn wordy(count: usize) -> LogBatch {
    let mut batch = LogBatch::new();
    let rest = "x".repeat(2_000);
    for n in 0..count {
        let text = format!("line {n} {rest}");
        batch.push_line(Nanos(n as i64 * 1000), LogStream::Stdout, &text);
    }
    batch
}

fn holding(limits: StoreLimits, lines: LogBatch) -> LogSession {
    let mut session = LogSession::new(limits);
    session.add_source(0, "web", Millis(i64::MAX / 2_000_000));
    session.ingest(0, lines);
    session
}

/// Reads windows, each in pieces of `piece` lines, until one brought something or there is nothing.
fn read(older: &mut Older, session: &mut LogSession, docker: &LogBatch, piece: usize) {
    while let Some(asked) = older.ask(session) {
        let mut at = docker.len().saturating_sub(asked as usize);
        let step = loop {
            if at == docker.len() {
                break older.ended(session);
            }
            let end = docker.len().min(at + piece);
            match older.take(&docker.tail_from(at).head_to(end - at), session) {
                Step::Read => at = end,
                step => break step,
            }
        };
        if step == Step::Done {
            return;
        }
    }
}

fn texts(session: &LogSession) -> Vec<String> {
    let rows = session.store().iter_from(0);
    rows.filter_map(|row| match row {
        Row::Entry { entry, .. } => Some(entry.text.to_owned()),
        Row::Note { .. } => None,
    })
    .collect()
}

fn all(docker: &LogBatch) -> Vec<String> {
    docker.iter().map(|it| it.text.to_owned()).collect()
}

#[test]
fn windows_double_and_end_at_the_first_line() {
    let docker = numbered(20_000);
    let mut session = holding(ALL, docker.tail_from(19_000));
    let mut older = Older::default();
    let mut held = Vec::new();
    while older.before() == Before::Unknown {
        read(&mut older, &mut session, &docker, 700);
        held.push(session.store().lines());
    }
    assert_eq!(held, [3_000, 7_000, 15_000, 20_000]);
    assert_eq!(older.before(), Before::Beginning);
    assert_eq!(texts(&session), all(&docker));
    assert_eq!(session.analytics().counts().total(), 20_000);
    assert_eq!(session.loaded_since(), None, "all is here");
}

#[test]
fn lines_that_were_let_go_here_and_by_docker_too_are_not_looked_for_for_ever() {
    let limits = StoreLimits {
        max_lines: 4_000,
        max_bytes: usize::MAX,
    };
    let docker = numbered(12_000);
    let mut session = holding(limits, LogBatch::new());
    for at in (0..12_000).step_by(500) {
        session.ingest(0, docker.tail_from(at).head_to(500));
    }
    // Docker keeps no more than the page holds.
    let first: usize = texts(&session)[0][5..].parse().unwrap();
    let mut older = Older::default();
    for _ in 0..3 {
        read(&mut older, &mut session, &docker.tail_from(first), 500);
    }
    assert_eq!(older.before(), Before::Beginning);
    assert!(session.is_whole());
    assert_eq!(older.ask(&session), None);
}

#[test]
fn lines_that_all_came_after_the_page_joined_need_not_be_all_there_are() {
    let docker = numbered(5_000);
    let mut session = LogSession::new(ALL);
    session.add_source(0, "web", Millis(0));
    session.ingest(0, docker.tail_from(4_990));
    assert!(session.is_whole(), "a backlog would have had more");
    session.ingest(0, numbered(3_000));
    assert_eq!((session.loaded_since(), session.is_whole()), (None, false));
    session.complete(0);
    assert!(session.is_whole());
}

#[test]
fn lines_that_were_printed_meanwhile_do_not_hide_the_place() {
    let docker = numbered(50_000);
    let mut session = holding(ALL, docker.tail_from(9_000).head_to(1_000));
    let mut older = Older::default();
    read(&mut older, &mut session, &docker, 1_000);
    assert_eq!(texts(&session)[0], "line 7000");
}

#[test]
fn a_place_that_docker_has_no_more_is_said_to_be_gone() {
    let docker = numbered(5_000);
    let mut session = holding(ALL, docker.tail_from(1_000));
    let mut older = Older::default();
    read(&mut older, &mut session, &docker.tail_from(2_000), 100);
    assert_eq!(older.before(), Before::Gone);
    assert_eq!(session.store().lines(), 4_000);
    assert_eq!(older.ask(&session), None);
}

#[test]
fn a_place_among_long_lines_that_docker_keeps_in_parts_is_not_said_to_be_gone() {
    // 40,000 bytes are three records each: of 400 that are asked for, 133 lines come, and the rest of one.
    let long = "x".repeat(40_000);
    let lines: Vec<_> = (0..900).map(|n| (n, long.as_str())).collect();
    let docker = log(&lines);
    let mut session = holding(ALL, docker.tail_from(600));
    let mut older = Older {
        window: 100,
        ..Older::default()
    };
    while let Some(asked) = older.ask(&session) {
        let rest = docker.len().saturating_sub(asked as usize / 3 + 1);
        let rest = log(&[(
            rest as i64,
            &long[(3 - asked as usize % 3) * PART_BYTES % 40_000..],
        )]);
        let mut step = match asked % 3 {
            0 => Step::Read,
            _ => older.take(&rest, &mut session),
        };
        for at in docker.len().saturating_sub(asked as usize / 3)..docker.len() {
            step = older.take(&docker.tail_from(at).head_to(1), &mut session);
            if step != Step::Read {
                break;
            }
        }
        if step == Step::Read {
            step = older.ended(&mut session);
        }
        if step == Step::Done {
            break;
        }
    }
    assert_ne!(older.before(), Before::Gone);
    assert!(session.store().lines() > 300);
}

#[test]
fn a_reading_that_was_given_up_can_be_begun_anew() {
    let docker = numbered(4_000);
    let mut session = holding(ALL, docker.tail_from(3_000));
    let mut older = Older::default();
    assert_eq!(older.ask(&session), Some(3_000));
    assert_eq!(older.ask(&session), None, "one is on its way");
    assert_eq!(
        older.take(&docker.tail_from(1_000).head_to(50), &mut session),
        Step::Read
    );
    older.give_up();
    assert_eq!(older.take(&docker, &mut session), Step::Done, "too late");
    read(&mut older, &mut session, &docker, 100);
    assert_eq!(texts(&session)[0], "line 1000");
}

/// A full session, and what Docker has: more before its lines, and more that is still to come.
fn full() -> (LogSession, LogBatch) {
    let limits = StoreLimits {
        max_lines: 4_000,
        max_bytes: usize::MAX,
    };
    let docker = numbered(12_000);
    let mut session = holding(limits, LogBatch::new());
    for at in (0..8_000).step_by(500) {
        session.ingest(0, docker.tail_from(at).head_to(500));
    }
    (session, docker)
}

#[test]
fn a_full_session_takes_new_lines_until_older_ones_came() {
    let (mut session, docker) = full();
    let mut older = Older::default();
    assert!(older.ask(&session).is_some());
    for at in (8_000..12_000).step_by(500) {
        session.ingest(0, docker.tail_from(at).head_to(500));
    }
    assert!(!session.is_cut(), "nothing came in front");
    assert_eq!(texts(&session).last().unwrap(), "line 11999");
}

#[test]
fn a_session_that_is_held_lets_no_line_go_whatever_fills_it() {
    for limits in [(300, usize::MAX), (usize::MAX, 600_000)] {
        let limits = StoreLimits {
            max_lines: limits.0,
            max_bytes: limits.1,
        };
        let docker = wordy(900);
        let mut session = holding(limits, docker.head_to(40));
        session.hold(true);
        for at in (40..900).step_by(20) {
            session.ingest(0, docker.tail_from(at).head_to(20));
        }
        assert!(session.is_cut());
        let held = texts(&session);
        assert_eq!((number(&held[0]), session.evicted()), (0, 0));
        assert!(held.len() > 200, "{}", held.len());
    }
}

#[test]
fn a_reading_that_newer_lines_outran_ends_and_comes_when_the_lines_are_kept() {
    let (mut session, docker) = full();
    let mut older = Older::default();
    assert!(older.ask(&session).is_some());
    for at in (8_000..12_000).step_by(500) {
        session.ingest(0, docker.tail_from(at).head_to(500));
    }
    let held = texts(&session);
    assert_eq!(older.take(&docker.head_to(500), &mut session), Step::Done);
    assert_eq!(older.before(), Before::Outrun);
    assert_eq!((texts(&session), session.is_held()), (held.clone(), false));
    session.ingest(0, docker.tail_from(11_000));
    session.ingest(0, docker.tail_from(8_000));
    assert_eq!(older.ask(&session), None, "it would be outrun again");
    session.hold(true);
    read(&mut older, &mut session, &docker, 500);
    assert_eq!(older.before(), Before::Unknown);
    let now = texts(&session);
    assert!(now.contains(&held[0]) && now[0] != held[0]);
    assert!(session.is_held());
    session.ingest(0, docker.tail_from(11_000));
    assert!(session.is_cut(), "now newer ones are left out");
}

#[test]
fn who_follows_the_newest_lines_again_may_ask_again_and_so_may_who_sees_none_go() {
    let (mut session, docker) = full();
    let mut older = Older::default();
    assert!(older.ask(&session).is_some());
    assert!(!older.outrun(&session));
    session.ingest(0, docker.tail_from(8_000));
    assert!(older.outrun(&session), "before anything of it came");
    assert_eq!(older.ended(&mut session), Step::Done);
    assert_eq!(older.before(), Before::Outrun);
    assert_eq!(older.before(), Before::Outrun);
    session.ingest(0, docker.tail_from(8_000));
    assert_eq!(older.ask(&session), None, "it goes on");
    assert!(older.clone().ask(&session).is_some(), "nothing came since");
    session.ingest(0, docker.tail_from(8_000));
    older.give_up();
    assert!(older.ask(&session).is_some());
}

#[test]
fn of_several_containers_nothing_older_is_read() {
    let mut session = holding(ALL, numbered(10));
    session.add_source(1, "db", Millis(0));
    assert_eq!(Older::default().ask(&session), None);
}

#[test]
fn long_lines_come_fewer_at_a_time() {
    let long = "x".repeat(100_000);
    let lines: Vec<_> = (0..300).map(|n| (n, long.as_str())).collect();
    let docker = log(&lines);
    let mut session = holding(ALL, docker.tail_from(290));
    let mut older = Older::default();
    read(&mut older, &mut session, &docker, 7);
    let held = session.store().lines();
    assert!((40..110).contains(&held), "{held}");
    while older.before() == Before::Unknown {
        read(&mut older, &mut session, &docker, 7);
    }
    assert_eq!(session.store().lines(), 300);
}

#[test]
fn the_rest_of_a_long_line_becomes_the_whole_of_it() {
    let long = "abcdefgh".repeat(4_000);
    let docker = log(&[
        (1, "first"),
        (2, "abcdefgh"),
        (3, &long),
        (4, "efgh"),
        (5, "last"),
    ]);
    // The second part of it has a time of its own.
    let mut held = log(&[(33, &long[16 << 10..])]);
    held.append(&docker.tail_from(3));
    let mut session = holding(ALL, held);
    let mut older = Older::default();
    read(&mut older, &mut session, &docker, 1);
    assert_eq!(older.before(), Before::Beginning);
    assert_eq!(texts(&session), all(&docker));
    assert_eq!(session.analytics().counts().total(), 5);
}

/// The number of a line.
fn number(text: &str) -> usize {
    text.split(' ').nth(1).unwrap().parse().unwrap()
}

proptest! {
    #[test]
    fn every_line_is_held_once_and_in_order_whatever_repeats(
        lines in proptest::collection::vec((0i64..4, 0usize..3), 1..400),
        held in 1usize..400,
        piece in 1usize..50,
        window in 1u64..40,
        printed in 0usize..30,
    ) {
        // Few times and few texts, so that many places look alike.
        let mut time = 0;
        let lines: Vec<(i64, &str)> = lines
            .into_iter()
            .map(|(step, text)| {
                time += step;
                (time, ["a", "b", "c"][text])
            })
            .collect();
        let docker = log(&lines);
        let held = held.min(docker.len());
        let end = docker.len() - printed.min(docker.len() - held);
        let from = end - held.min(end);
        let mut session = holding(ALL, docker.tail_from(from).head_to(end - from));
        let mut older = Older { window, ..Older::default() };
        for _ in 0..100 {
            read(&mut older, &mut session, &docker, piece);
        }
        // Lines that look alike for longer than a place is told by are one to everybody.
        prop_assume!(held >= PLACE.0 || printed == 0);
        prop_assert_eq!(older.before(), Before::Beginning);
        prop_assert_eq!(texts(&session), all(&docker.head_to(end)));
    }

}

proptest! {
    // Mining so much text takes its time.
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn what_was_let_go_and_comes_again_counts_once(
        held in 400usize..900,
        back in 1usize..4,
    ) {
        let limits = StoreLimits { max_lines: 300, max_bytes: usize::MAX };
        let docker = wordy(held);
        let mut session = holding(limits, LogBatch::new());
        for at in (0..held).step_by(50) {
            session.ingest(0, docker.tail_from(at).head_to(50.min(held - at)));
        }
        let mut older = Older { window: 50, ..Older::default() };
        session.set_filter(Filter { text: "7".into(), ..Filter::default() });
        for _ in 0..back {
            let first = texts(&session)[0].clone();
            read(&mut older, &mut session, &docker, 33);
            let now = texts(&session);
            if older.before() == Before::Unknown {
                prop_assert!(now.contains(&first) && now[0] != first);
            }
            // What is held is one stretch of the log, and the newest was let go.
            let from = number(&now[0]);
            prop_assert_eq!(&now, &all(&docker.tail_from(from).head_to(now.len())));
            prop_assert_eq!(session.is_cut(), from + now.len() < held);
            let matching = now.iter().filter(|it| it.contains('7')).count();
            prop_assert_eq!(session.visible_lines(), matching);
        }
        prop_assert!(session.evicted() > 0);
        prop_assert_eq!(session.analytics().counts().total(), held as u64);
        prop_assert_eq!(session.templates().total_lines(), held as u64);
    }

    #[test]
    fn lines_under_a_gap_that_was_let_go_count_when_they_come(
        missing in 1usize..150,
        told in any::<bool>(),
        behind in 100usize..400,
    ) {
        let limits = StoreLimits { max_lines: 100, max_bytes: usize::MAX };
        let docker = wordy(700);
        let mut session = holding(limits, docker.head_to(100));
        let after = docker.time(99);
        let lines = told.then_some(missing as u64);
        let gap = Gap { lines, after, before: None, reason: GapReason::SlowViewer };
        session.gap(0, gap);
        let end = 100 + missing + behind;
        for at in (100 + missing..end).step_by(25) {
            session.ingest(0, docker.tail_from(at).head_to(25.min(end - at)));
        }
        prop_assert_eq!(session.analytics().counts().total(), (end - missing) as u64);
        // What is missing amid the lines held does not come.
        let gap = session.store().iter_from(0).position(|row| matches!(row, Row::Note { .. }));
        let stays = if gap.is_some_and(|row| row > 0) { missing } else { 0 };
        let mut older = Older { window: 40, ..Older::default() };
        let docker = docker.head_to(end);
        for _ in 0..50 {
            read(&mut older, &mut session, &docker, 33);
        }
        prop_assert_eq!(number(&texts(&session)[0]), 0);
        prop_assert!(session.evicted() > 0);
        prop_assert_eq!(session.analytics().counts().total(), (end - stays) as u64);
        prop_assert_eq!(session.templates().total_lines(), (end - stays) as u64);
    }
}
