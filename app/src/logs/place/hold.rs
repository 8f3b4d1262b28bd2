//! What stays where it is, while rows turn out to be taller or less tall than was thought.

use sidekick::logs::LogSession;

use super::Place;

/// What stays where it is when rows come, go, or turn out to be taller than was thought.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in super::super) enum Hold {
    /// The newest row at the lower edge.
    End,
    /// The upper edge of a row, in pixels below that of the view.
    Row { index: usize, below_px: f64 },
}

impl Hold {
    /// The first row at the upper edge.
    pub(in super::super) const BEGIN: Self = Self::Row {
        index: 0,
        below_px: 0.0,
    };
}

impl Place {
    /// Where the view is to be for that to stay.
    pub(in super::super) fn held_px(&self, hold: Hold) -> f64 {
        match hold {
            Hold::Row { index, below_px } if !self.following => self.rows.top_px(index) - below_px,
            _ => self.bottom_px(),
        }
    }

    /// What is to stay where it is when rows turn out to be taller or less tall than was thought: a row that
    /// somebody has seen there before, if there is one.
    pub(in super::super) fn seen(&self) -> Hold {
        let measured = self.rows.measured();
        let top = self.rows.index_at(self.top_px);
        let nearest = top.min(measured.end.saturating_sub(1)).max(measured.start);
        let below_px = |index: usize| self.rows.top_px(index) - self.top_px;
        let in_sight = below_px(nearest + 1) > 0.0 && below_px(nearest) < self.height_px;
        let index = match measured.is_empty() || !in_sight {
            true => top,
            false => nearest,
        };
        Hold::Row {
            index,
            below_px: below_px(index),
        }
    }

    /// The rows from `first` on turned out to be so tall, in pixels: the view moves for what is held to stay. False
    /// where other rows are in sight now than these.
    pub(in super::super) fn measured(
        &mut self,
        first: usize,
        heights_px: impl Iterator<Item = f64>,
        hold: Hold,
    ) -> bool {
        self.rows.measure(first, heights_px);
        self.top_px = self.within(self.held_px(hold));
        let drawn = self.rows.measured();
        let above = drawn.start == 0 || self.rows.top_px(drawn.start) <= self.top_px;
        let lower_px = self.top_px + self.height_px;
        above && (drawn.end >= self.len || self.rows.top_px(drawn.end) >= lower_px)
    }

    /// Behind [`scrolled`](Self::scrolled) and the drawing of wrapped rows: the view is where it is now, and not where
    /// rows were thought to be.
    pub(in super::super) fn arrived(&mut self, downwards: bool, session: &LogSession) {
        if downwards && self.top_px >= self.bottom_px() - 2.0 {
            self.following = true;
        }
        self.drop_anchor(session);
    }
}
