//! How the rows in sight are drawn: which slots they get, and where the elements stand.

use std::ops::Range;

use sidekick::logs::LogSession;
use web_sys::HtmlElement;

use super::Viewport;
use crate::charts::fixed;
use crate::logs::{
    fingerprint::hash,
    place::Hold,
    scale::Heights,
    slot::Look,
    window::{slots, turn, window},
};

/// How often rows are drawn at most until those in sight are drawn: where they turn out to be taller or less tall
/// than was thought, others may be.
const DRAWINGS: usize = 4;

impl Viewport {
    /// Draws what is in sight, with what is held where it was; `moves` where the view was moved there.
    pub(super) fn draw(&mut self, session: &LogSession, hold: Hold, moves: bool) {
        let wanted = slots(self.place.height_px);
        if self.place.height_px <= 0.0 || self.pool.make(wanted).is_none() {
            return;
        }
        let mut drawn = self.write(session, wanted);
        for drawing in 1..=DRAWINGS {
            if !self.wraps || self.measure(drawn.clone(), hold) || drawing == DRAWINGS {
                break;
            }
            drawn = self.write(session, wanted);
        }
        let heights = self.heights();
        let height_px = self.scale.height_px(heights);
        if self.spacer_px != height_px {
            self.spacer_px = height_px;
            let height = format!("{}px", fixed(height_px, 0));
            let _refused = HtmlElement::style(&self.spacer).set_property("height", &height);
        }
        let top_px = self.place.top_px;
        let places = moves || self.scale.is_off(top_px, heights);
        if places {
            self.scale.place(top_px, heights);
        }
        let first_px = self.place.rows.top_px(drawn.start);
        self.pool
            .move_to(first_px - self.scale.shift_px(top_px, heights));
        if places {
            self.scroll();
        }
    }

    /// Asks the browser how tall the drawn rows are, for which it lays them out. False where others are in sight.
    fn measure(&mut self, drawn: Range<usize>, hold: Hold) -> bool {
        let rows = self.pool.iter().take(drawn.len());
        let heights_px = rows.map(|slot| f64::from(slot.root.offset_height()));
        self.place.measured(drawn.start, heights_px, hold)
    }

    /// Writes the rows around the view's place. Returns which.
    fn write(&mut self, session: &LogSession, wanted: usize) -> Range<usize> {
        let top = self.place.rows.index_at(self.place.top_px);
        let range = window(top, self.place.len, wanted);
        self.pool.turn(turn(
            session.index_of(self.first_drawn),
            range.start,
            wanted,
        ));
        self.first_drawn = session.number_of(range.start).unwrap_or_default();
        let opened = self.opened(session);
        // The count begins anew with each log.
        let marks = session
            .highlights()
            .fold(session.markings(), |sum, (text, _)| hash(text.bytes(), sum));
        let mut look = Look {
            filter: &self.filter,
            clock: &mut self.clock,
            utc: self.utc,
            source_prefix: self.source_prefix.as_deref(),
            marks,
            columns: &self.columns,
            as_printed: self.as_printed,
            lanes: &self.lanes,
        };
        let mut widest = self.widest;
        let mut indices = range.clone();
        for slot in self.pool.iter_mut() {
            match indices
                .next()
                .and_then(|index| Some((index, session.visible(index)?)))
            {
                Some((index, row)) => {
                    slot.mark_open(opened == Some(index));
                    let number = session.number_of(index);
                    let stretch = self.stretch.as_ref().zip(number);
                    slot.mark_selected(stretch.is_some_and(|(it, number)| it.contains(number)));
                    widest = widest.max(slot.write(index, &row, session, &mut look));
                }
                None => slot.hide(),
            }
        }
        if widest > self.widest {
            self.set_width(widest);
        }
        range
    }

    pub(super) fn heights(&self) -> Heights {
        let (rows, len) = (&self.place.rows, self.place.len);
        Heights {
            list_px: rows.top_px(len),
            bar_px: rows.list_px(len),
            known: rows.are_known(len),
            view_px: self.place.height_px,
        }
    }

    /// Brings the elements to the view's place. The browser lays out for that, so it comes behind
    /// the drawing, which then needs no layout of its own.
    fn scroll(&self) {
        let bar_px = self.place.top_px - self.scale.shift_px(self.place.top_px, self.heights());
        self.scroller.set_scroll_top(bar_px as i32);
    }
}
