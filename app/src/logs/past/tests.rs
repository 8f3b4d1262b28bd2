use super::*;
use sidekick::logs::StoreLimits;
use sidekick::protocol::{LogBatch, LogStream};
use sidekick::time::{Millis, Nanos};

const SECOND: i64 = 1_000_000_000;

fn numbered(seconds: std::ops::Range<i64>) -> LogBatch {
    let mut batch = LogBatch::new();
    for n in seconds {
        batch.push_line(Nanos(n * SECOND), LogStream::Stdout, &format!("line {n}"));
    }
    batch
}

/// A session that holds the lines of these seconds, of which older ones may be had.
fn holding(seconds: std::ops::Range<i64>) -> LogSession {
    let mut session = LogSession::new(StoreLimits {
        max_lines: 3_000,
        max_bytes: usize::MAX,
    });
    session.ingest(0, numbered(seconds));
    assert!(!session.is_whole());
    session
}

fn at(second: i64) -> Seek {
    Seek::Time(Millis(second * 1000))
}

fn there(second: i64) -> Next {
    Next::Arrive(Some(Goal::Time(Millis(second * 1000))))
}

const FAILED: fn() -> Past = || Past::Failed("refused".to_owned());

#[test]
fn an_instant_is_read_back_to_and_arrived_at() {
    let session = holding(5_000..7_000);
    let next = |past: Before, second| next(&session, &Past::Known(past), at(second), true);
    assert_eq!(next(Before::Unknown, 6_000), there(6_000));
    assert_eq!(next(Before::Unknown, 4_000), Next::Load);
    assert_eq!(next(Before::Reading, 4_000), Next::Wait);
    assert_eq!(next(Before::Outrun, 4_000), Next::Keep);
    assert_eq!(
        next(Before::Gone, 4_000),
        there(4_000),
        "as near as can be had"
    );
    let empty = LogSession::default();
    let waits = super::next(&empty, &Past::default(), at(1), true);
    assert_eq!(waits, Next::Wait, "no line came yet");
}

#[test]
fn a_reading_that_fails_ends_the_way_to_an_instant_as_near_as_it_came() {
    let session = holding(5_000..7_000);
    assert_eq!(next(&session, &FAILED(), at(4_000), true), there(4_000));
    let (text, offer) = say(&session, &FAILED(), None, true, true);
    assert_eq!(text, "Older lines cannot be read: refused");
    assert_eq!(offer, Some(Offer::Load), "to try again");
    let from = session.number_of(0).unwrap();
    let search = next(&session, &FAILED(), Seek::Match(from), true);
    assert_eq!(search, Next::Arrive(None));
}

#[test]
fn an_instant_behind_the_last_line_begins_anew_where_newer_lines_were_let_go() {
    let mut session = holding(5_000..9_000);
    let next = |session: &LogSession| next(session, &Past::default(), at(9_500), true);
    assert_eq!(next(&session), there(9_500), "nothing is missing there");
    session.hold(true);
    session.ingest(0, numbered(9_000..9_600));
    assert!(session.is_cut());
    assert_eq!(next(&session), Next::Anew);
}

#[test]
fn lines_that_match_are_searched_until_one_came_in_front() {
    let mut session = holding(5_000..7_000);
    session.set_filter(Filter {
        text: "line 4321".to_owned(),
        ..Filter::default()
    });
    let from = session.number_of(0).unwrap_or(session.store().first_row());
    let seek = Seek::Match(from);
    assert_eq!(next(&session, &Past::default(), seek, true), Next::Load);
    session.prepend(0, numbered(4_500..5_000), false);
    assert_eq!(next(&session, &Past::default(), seek, true), Next::Load);
    let (text, offer) = say(&session, &Past::default(), Some(seek), true, true);
    assert!(text.ends_with("500 lines searched"), "{text}");
    assert_eq!(offer, Some(Offer::Stop));
    session.prepend(0, numbered(4_000..4_500), false);
    let found = session.number_of(0).map(Goal::Row);
    assert!(found.is_some());
    let past = Past::Known(Before::Reading);
    assert_eq!(next(&session, &past, seek, true), Next::Arrive(found));
}

#[test]
fn of_several_containers_nothing_is_searched() {
    let session = holding(5_000..7_000);
    let next = next(&session, &Past::default(), Seek::Match(0), false);
    assert_eq!(next, Next::Arrive(None));
}

/// The session searches all that is held.
fn searched(session: &mut LogSession) {
    while !session.search(usize::MAX) {}
}

#[test]
fn a_step_back_beyond_the_oldest_marked_line_held_reads_older_ones_until_one_came() {
    let mut session = holding(5_000..7_000);
    session.set_highlights(&["line 6500".to_owned(), "line 4321".to_owned()], None);
    let held = session.store().first_row() + 1_500;
    let seek = Seek::Step(Landmark::Marked, held);
    let next = |session: &LogSession, past| super::next(session, &past, seek, true);
    let unknown = || Past::Known(Before::Unknown);
    assert_eq!(next(&session, unknown()), Next::Wait, "not searched yet");
    searched(&mut session);
    assert_eq!(next(&session, unknown()), Next::Load);
    assert_eq!(next(&session, Past::Known(Before::Reading)), Next::Wait);
    session.prepend(0, numbered(4_500..5_000), false);
    searched(&mut session);
    assert_eq!(next(&session, unknown()), Next::Load);
    let (text, offer) = say(&session, &unknown(), Some(seek), true, true);
    assert!(text.ends_with("2,000 lines searched"), "{text}");
    assert_eq!(offer, Some(Offer::Stop));
    session.prepend(0, numbered(4_000..4_500), false);
    searched(&mut session);
    let there = session.store().first_row() + 321;
    let arrived = Next::Arrive(Some(Goal::Marked(there)));
    assert_eq!(next(&session, Past::Known(Before::Reading)), arrived);
}

#[test]
fn a_step_to_an_error_ends_where_the_log_begins_and_in_merged_logs() {
    let mut session = holding(5_000..7_000);
    let seek = Seek::Step(Landmark::Error, session.store().end_row());
    let nothing = Next::Arrive(None);
    assert_eq!(next(&session, &Past::default(), seek, false), nothing);
    assert_eq!(next(&session, &FAILED(), seek, true), nothing);
    assert_eq!(next(&session, &Past::default(), seek, true), Next::Load);
    session.prepend(0, numbered(4_000..5_000), false);
    session.complete(0);
    assert!(session.is_whole());
    assert_eq!(next(&session, &Past::default(), seek, true), nothing);
}
