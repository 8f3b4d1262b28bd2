//! A view of rows of many heights, scrolled as browsers do: what the elements would be told, without them.

use super::*;
use crate::logs::row_heights::ROW_PX;
use crate::logs::scale::{Heights, Scale};
use crate::logs::window::{slots, window};
use proptest::prelude::*;
use sidekick::logs::StoreLimits;
use sidekick::protocol::{LogBatch, LogStream};

const VIEW_PX: f64 = 700.0;

struct View {
    session: LogSession,
    /// How tall the rows are, which the view knows of those only that it drew.
    heights_px: Vec<f64>,
    place: Place,
    scale: Scale,
    bar_px: f64,
    /// Number of the first row that was drawn.
    first_drawn: u64,
}

impl View {
    fn new(lines: &[u32]) -> Self {
        let mut session = LogSession::new(StoreLimits {
            max_lines: 1500,
            max_bytes: usize::MAX,
        });
        session.add_source(0, "web", sidekick::time::Millis(0));
        // In pieces, for a whole one is let go where there are too many.
        for piece in 0..lines.len().div_ceil(100) {
            let mut batch = LogBatch::new();
            for n in piece * 100..lines.len().min(piece * 100 + 100) {
                batch.push_line(Nanos(n as i64), LogStream::Stdout, "line");
            }
            session.ingest(0, batch);
        }
        let mut view = Self {
            session,
            heights_px: lines.iter().map(|it| f64::from(*it) * ROW_PX).collect(),
            place: Place::new(),
            scale: Scale::new(),
            bar_px: 0.0,
            first_drawn: 0,
        };
        view.place.height_px = VIEW_PX;
        view.sync();
        view
    }

    fn sync(&mut self) {
        let first = self.session.index_of(self.first_drawn);
        self.place.rows.rebase(first);
        let hold = self.place.sync(&self.session);
        self.move_to(hold);
        self.place.settle(&self.session);
    }

    fn show(&mut self, index: usize) {
        self.place.pause(&self.session);
        let below_px = 0.0;
        self.move_to(Hold::Row { index, below_px });
        self.place.drop_anchor(&self.session);
    }

    fn move_to(&mut self, hold: Hold) {
        self.place.top_px = self.place.within(self.place.held_px(hold));
        self.draw(hold, true);
    }

    fn heights(&self) -> Heights {
        let (rows, len) = (&self.place.rows, self.place.len);
        Heights {
            list_px: rows.top_px(len),
            bar_px: rows.list_px(len),
            known: rows.are_known(len),
            view_px: VIEW_PX,
        }
    }

    fn draw(&mut self, hold: Hold, moves: bool) {
        for drawing in 1..=4 {
            let top = self.place.rows.index_at(self.place.top_px);
            let drawn = window(top, self.place.len, slots(VIEW_PX));
            self.first_drawn = self.session.number_of(drawn.start).unwrap_or_default();
            let heights_px = self.heights_px[drawn.clone()].iter().copied();
            if self.place.measured(drawn.start, heights_px, hold) {
                break;
            }
            assert!(drawing < 4, "rows in sight are not drawn");
        }
        let (top_px, heights) = (self.place.top_px, self.heights());
        if moves || self.scale.is_off(top_px, heights) {
            self.bar_px = self.scale.place(top_px, heights);
        }
    }

    /// Scrolls by a step, as far as the scrollbar goes. False where it does not.
    fn scroll(&mut self, step_px: f64) -> bool {
        self.step(step_px) != 0.0
    }

    /// The same; returns how far it went.
    fn step(&mut self, step_px: f64) -> f64 {
        let end_px = (self.scale.height_px(self.heights()) - VIEW_PX).max(0.0);
        let bar_px = (self.bar_px + step_px).min(end_px).max(0.0);
        let went_px = bar_px - self.bar_px;
        if went_px == 0.0 {
            return 0.0;
        }
        self.bar_px = bar_px;
        let moved = self.scale.moved(bar_px, self.place.top_px, self.heights());
        let downwards = moved.top_px > self.place.top_px;
        self.place.scrolled(moved.top_px, &self.session);
        let hold = match moved.is_end {
            true if downwards => Hold::End,
            true => Hold::BEGIN,
            false => self.place.seen(),
        };
        self.draw(hold, false);
        self.place.arrived(downwards, &self.session);
        went_px
    }

    /// Where the rows in sight are, by their indices.
    fn in_sight(&self) -> Vec<(usize, f64)> {
        let rows = &self.place.rows;
        let first = rows.index_at(self.place.top_px);
        (first..self.place.len)
            .map(|index| (index, rows.top_px(index) - self.place.top_px))
            .take_while(|(_, px)| *px < VIEW_PX)
            .collect()
    }

    fn is_at_end(&self) -> bool {
        let last = self.in_sight().last().copied();
        let bottom_px = last.map(|(index, px)| px + self.heights_px[index]);
        last.map(|it| it.0 + 1) == Some(self.place.len) && bottom_px.is_some_and(|it| it <= VIEW_PX)
    }
}

/// How far a row moved that was in sight before and is still.
fn moved_px(before: &[(usize, f64)], after: &[(usize, f64)]) -> Option<f64> {
    before.iter().find_map(|(row, from)| {
        let (_, to) = after.iter().find(|(it, _)| it == row)?;
        Some(from - to)
    })
}

/// Lines of rows: most are short, a few fill a screen.
fn rows() -> impl Strategy<Value = Vec<u32>> {
    let row = prop_oneof![8 => Just(1u32), 4 => 2u32..5, 1 => 5u32..60];
    prop::collection::vec(row, 1..1500)
}

#[test]
fn a_list_that_is_two_pixels_too_tall_is_scrolled_by_them() {
    // 39 rows of 18 pixels in a view of 700.
    let mut view = View::new(&[1; 39]);
    assert!(view.is_at_end() && view.scroll(-20.0));
    assert_eq!(view.in_sight()[0], (0, 0.0));
    assert!(!view.scroll(-20.0), "there is nothing above");
    assert!(view.scroll(20.0) && view.is_at_end());
    assert!(!view.scroll(20.0), "nor below");
}

proptest! {
    #[test]
    fn small_steps_move_what_is_in_sight_by_as_much(
        lines in rows(),
        start in 0.0f64..1.0,
        steps in prop::collection::vec((-600i32..600, 1usize..30), 1..10),
    ) {
        let mut view = View::new(&lines);
        view.show((lines.len() as f64 * start) as usize);
        for (step, times) in steps {
            for _ in 0..times {
                let before = view.in_sight();
                let step = view.step(f64::from(step));
                if step == 0.0 {
                    break;
                }
                let after = view.in_sight();
                let at_an_end = view.is_at_end() || after[0] == (0, 0.0);
                if let Some(moved) = moved_px(&before, &after).filter(|_| !at_an_end) {
                    prop_assert!((moved - step).abs() <= 1.0, "{} and not {}", moved, step);
                }
                // Whatever it is, the newest row is never above the lower edge with room below it.
                prop_assert!(view.place.top_px <= (view.place.rows.top_px(view.place.len) - VIEW_PX).max(0.0));
            }
        }
    }

    #[test]
    fn every_row_is_come_to_and_both_ends(lines in rows(), step in 20i32..690) {
        let mut view = View::new(&lines);
        prop_assert!(view.is_at_end() && view.place.following);
        let mut first = view.in_sight()[0].0;
        // Twice as many steps as the rows at their greatest height would take.
        let enough = 4_000_000 / step as usize;
        let mut steps = 0;
        while view.scroll(f64::from(-step)) {
            steps += 1;
            prop_assert!(steps < enough, "no end is come to: {:?}", lines);
            let seen = view.in_sight();
            let (top, bottom) = (seen[0].0, seen[seen.len() - 1].0);
            prop_assert!(bottom + 1 >= first, "rows {} to {} were passed over: {:?}", bottom, first, lines);
            first = top;
        }
        prop_assert_eq!(view.in_sight()[0], (0, 0.0));
        prop_assert_eq!(view.bar_px, 0.0);
        steps = 0;
        while view.scroll(f64::from(step)) {
            steps += 1;
            prop_assert!(steps < enough, "no end is come to: {:?}", lines);
        }
        prop_assert!(view.is_at_end(), "{:?} of {}", view.in_sight().last(), view.place.len);
        let short = view.heights_px.iter().sum::<f64>() <= VIEW_PX;
        prop_assert!(view.place.following || short);
        // The keys for both ends.
        view.scroll(-1e9);
        prop_assert_eq!(view.in_sight()[0], (0, 0.0));
        view.scroll(1e9);
        prop_assert!(view.is_at_end());
    }

    #[test]
    fn a_row_that_is_asked_for_is_at_the_upper_edge_and_stays_while_others_come(
        lines in rows(),
        part in 0.0f64..1.0,
    ) {
        let mut view = View::new(&lines);
        let index = (lines.len() as f64 * part) as usize;
        view.show(index);
        let (top, px) = view.in_sight()[0];
        prop_assert!((top, px) == (index, 0.0) || view.is_at_end());
        let number = view.session.number_of(top);
        let first = view.session.store().first_row();
        let mut batch = LogBatch::new();
        for n in 0..500 {
            batch.push_line(Nanos(10_000 + n), LogStream::Stdout, "line");
            view.heights_px.push(2.0 * ROW_PX);
        }
        view.session.ingest(0, batch);
        let gone = (view.session.store().first_row() - first) as usize;
        view.heights_px.drain(..gone);
        view.sync();
        let (row, is_at) = view.in_sight()[0];
        if gone <= top {
            prop_assert_eq!((view.session.number_of(row), is_at), (number, px));
        } else {
            prop_assert_eq!((row, is_at), (0, 0.0));
        }
    }
}
