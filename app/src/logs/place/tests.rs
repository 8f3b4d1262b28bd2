use super::*;
use sidekick::logs::{Filter, StoreLimits};
use sidekick::protocol::{LogBatch, LogStream};

const LIMITS: StoreLimits = StoreLimits {
    max_lines: 5_000,
    max_bytes: usize::MAX,
};

fn numbered(range: std::ops::Range<i64>) -> LogBatch {
    let mut batch = LogBatch::new();
    for n in range {
        batch.push_line(Nanos(n), LogStream::Stdout, &format!("line {n}"));
    }
    batch
}

fn holding(range: std::ops::Range<i64>) -> LogSession {
    let mut session = LogSession::new(LIMITS);
    session.add_source(0, "web", sidekick::time::Millis(0));
    session.ingest(0, numbered(range));
    session
}

/// A view of 20 rows, scrolled by a person to a row.
fn at(session: &LogSession, index: usize) -> Place {
    let mut place = Place::new();
    place.height_px = 20.0 * ROW_PX;
    draw(&mut place, session);
    place.scrolled(index as f64 * ROW_PX, session);
    place
}

/// What the view does with every change.
fn draw(place: &mut Place, session: &LogSession) {
    let hold = place.sync(session);
    place.top_px = place.within(place.held_px(hold));
    place.settle(session);
}

/// The uppermost line, and how far it is cut off.
fn top(place: &Place, session: &LogSession) -> (String, f64) {
    let index = (place.top_px / ROW_PX) as usize;
    let text = match session.visible(index) {
        Some(sidekick::logs::Row::Entry { entry, .. }) => entry.text.to_owned(),
        _ => String::new(),
    };
    (text, place.top_px % ROW_PX)
}

fn only(text: &str) -> Filter {
    Filter {
        text: text.to_owned(),
        ..Filter::default()
    }
}

#[test]
fn who_reads_stays_on_his_row_whatever_comes_before_and_behind() {
    let mut session = holding(3_000..5_000);
    let mut place = at(&session, 700);
    place.scrolled(700.5 * ROW_PX, &session);
    let read = top(&place, &session);
    assert_eq!(read, ("line 3700".to_owned(), ROW_PX / 2.0));
    session.ingest(0, numbered(5_000..5_400));
    draw(&mut place, &session);
    assert_eq!(top(&place, &session), read);
    assert_eq!(place.position(&session).new_rows, 400);
    session.prepend(0, numbered(1_000..3_000), false);
    draw(&mut place, &session);
    assert_eq!(top(&place, &session), read);
    assert_eq!(place.position(&session).new_rows, 400);
}

#[test]
fn who_follows_stays_at_the_newest_row() {
    let mut session = holding(0..100);
    let mut place = Place::new();
    place.height_px = 20.0 * ROW_PX;
    draw(&mut place, &session);
    session.ingest(0, numbered(100..200));
    draw(&mut place, &session);
    assert_eq!(top(&place, &session).0, "line 180");
    assert!(place.position(&session).following);
}

#[test]
fn a_filter_that_is_taken_back_leads_back_to_the_row_that_was_read() {
    let mut session = holding(0..2_000);
    let mut place = at(&session, 701);
    let read = top(&place, &session);
    for filter in ["line 17", "nowhere"] {
        session.set_filter(only(filter));
        draw(&mut place, &session);
        // The view is shorter: the browser moves it, and nobody did.
        place.scrolled(place.top_px, &session);
    }
    session.set_filter(Filter::default());
    draw(&mut place, &session);
    assert_eq!(top(&place, &session), read);
    assert!(!place.position(&session).following);
}

#[test]
fn who_looked_elsewhere_goes_back_to_what_was_read() {
    let mut session = holding(0..2_000);
    let mut place = at(&session, 701);
    let (read, reading) = (top(&place, &session), place.reading(&session).unwrap());
    place.scrolled(1_500.0 * ROW_PX, &session);
    session.ingest(0, numbered(2_000..2_100));
    draw(&mut place, &session);
    assert_ne!(top(&place, &session), read);
    place.resume(&reading);
    draw(&mut place, &session);
    assert_eq!(top(&place, &session), read);
    assert_eq!(place.position(&session).new_rows, 100);
}

#[test]
fn a_row_that_is_shown_in_full_stays_in_its_place_when_the_lines_around_it_come_back() {
    let mut session = holding(0..2_000);
    session.set_filter(only("7"));
    let mut place = at(&session, 0);
    let index = session.index_of(session.number_of(5).unwrap());
    place.open(&session, Some(index));
    place.drop_anchor(&session);
    session.set_filter(Filter::default());
    draw(&mut place, &session);
    let opened = place.opened(&session).unwrap();
    assert_eq!(session.number_of(opened), place.opened);
    let below_px = opened as f64 * ROW_PX - place.top_px;
    assert_eq!(below_px, 5.0 * ROW_PX);
}

#[test]
fn where_the_row_was_let_go_the_oldest_one_is_read_and_kept() {
    let mut session = holding(0..4_000);
    let mut place = at(&session, 0);
    session.ingest(0, numbered(4_000..12_000));
    session.ingest(0, numbered(12_000..16_000));
    draw(&mut place, &session);
    let (read, _) = top(&place, &session);
    assert_ne!(read, "line 0");
    assert_eq!(place.top_px, 0.0);
    session.hold(true);
    session.prepend(0, numbered(0..100), false);
    draw(&mut place, &session);
    assert_eq!(top(&place, &session).0, read);
}

#[test]
fn another_view_of_the_same_log_goes_on_where_somebody_read() {
    let mut session = holding(0..2_000);
    let mut place = at(&session, 0);
    place.scrolled(333.5 * ROW_PX, &session);
    let read = top(&place, &session);
    let reading = place.reading(&session);
    session.ingest(0, numbered(2_000..2_100));
    let mut next = Place::new();
    next.restart(reading);
    // Its height is not known yet.
    draw(&mut next, &session);
    next.height_px = 20.0 * ROW_PX;
    draw(&mut next, &session);
    assert_eq!(top(&next, &session), read);
    assert_eq!(next.position(&session).new_rows, 100);
    next.following = true;
    assert_eq!(next.reading(&session), None);
}

#[test]
fn a_row_that_the_edge_cuts_is_not_in_sight() {
    let session = holding(0..2_000);
    let mut place = at(&session, 100);
    place.scrolled(100.5 * ROW_PX, &session);
    let rows = (place.height_px / ROW_PX) as usize;
    let seen: Vec<_> = (0..2_000).filter(|&it| place.is_in_sight(it)).collect();
    assert_eq!(seen.first(), Some(&101));
    assert_eq!(seen.len(), rows - 1);
}

#[test]
fn an_instant_is_the_first_row_at_or_after_it() {
    let session = holding(100..200);
    assert_eq!(index_at(&session, Nanos(150)), 50);
    assert_eq!(index_at(&session, Nanos(0)), 0);
    assert_eq!(index_at(&session, Nanos(900)), 99, "the last there is");
    assert_eq!(at(&session, 50).lowest(), Some(69));
    assert_eq!(Place::new().lowest(), None);
}

#[test]
fn the_opened_row_stays_in_sight_when_what_shows_it_takes_room() {
    let session = holding(0..1_000);
    let room = 20.0 * ROW_PX;
    let mut place = at(&session, 500);
    let mut resize = |index: usize, rows: f64| {
        place.open(&session, Some(index));
        place.top_px = place.within_sight(index);
        place.drop_anchor(&session);
        place.resize(&session, rows * ROW_PX);
        draw(&mut place, &session);
        let after = (place.top_px, place.is_in_sight(index));
        place.resize(&session, room);
        draw(&mut place, &session);
        after
    };
    assert_eq!(resize(505, 11.0), (500.0 * ROW_PX, true), "nothing moves");
    assert_eq!(resize(519, 11.0), (509.0 * ROW_PX, true), "the lowest row");
    // One that somebody has scrolled away from does not call him back.
    place.scrolled(300.0 * ROW_PX, &session);
    place.resize(&session, 11.0 * ROW_PX);
    draw(&mut place, &session);
    assert_eq!(place.top_px, 300.0 * ROW_PX);
}
