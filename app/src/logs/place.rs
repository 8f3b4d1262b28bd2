//! Where a scrolled view of the rows stands, apart from the elements: after every change of the rows
//! it stands on the row where it stood before. Rows are told by their numbers in the session.

mod hold;

use sidekick::{logs::LogSession, time::Nanos};

use super::row_heights::{ROW_PX, RowHeights};
use crate::state::Reading;

pub(super) use hold::Hold;

/// Room that must be left below the last row for the strip above the rows to push them down.
const STRIP_ROWS: f64 = 2.0;

pub(super) struct Place {
    pub(super) height_px: f64,
    /// The newest row stays in sight.
    pub(super) following: bool,
    pub(super) top_px: f64,
    /// Rows in the view.
    pub(super) len: usize,
    /// Where they stand.
    pub(super) rows: RowHeights,
    /// A row, by its number, and how far its upper edge is below that of the view in pixels: that is
    /// kept while it does not follow.
    anchor: Option<(u64, f64)>,
    /// Number of the row that came next when it stopped following.
    paused_end: u64,
    /// Number of the row that is shown in full.
    opened: Option<u64>,
}

/// What the controls around the view show of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Position {
    /// The newest line stays in sight.
    pub(super) following: bool,
    /// Rows that came since it stopped following.
    pub(super) new_rows: u64,
    /// The first row held is in sight or less than a screen away.
    pub(super) near_top: bool,
    /// All rows are in sight, and there is room for more.
    pub(super) fits: bool,
}

impl Place {
    pub(super) fn new() -> Self {
        Self {
            height_px: 0.0,
            following: true,
            top_px: 0.0,
            len: 0,
            rows: RowHeights::new(),
            anchor: None,
            paused_end: 0,
            opened: None,
        }
    }

    /// Another log, or another view of the same one: follows it from its end, or goes on where
    /// somebody read.
    pub(super) fn restart(&mut self, reading: Option<Reading>) {
        let mut rows = self.rows.clone();
        rows.forget();
        *self = Self {
            height_px: self.height_px,
            rows,
            ..Self::new()
        };
        if let Some(Reading {
            row, below_px, end, ..
        }) = reading
        {
            self.following = false;
            self.anchor = Some((row, below_px));
            self.paused_end = end;
        }
    }

    pub(super) fn position(&self, session: &LogSession) -> Position {
        let new_rows = match self.following {
            true => 0,
            false => self.len.saturating_sub(session.index_of(self.paused_end)) as u64,
        };
        Position {
            following: self.following,
            new_rows,
            near_top: self.top_px < self.height_px,
            fits: self.rows.top_px(self.len) + STRIP_ROWS * ROW_PX <= self.height_px,
        }
    }

    /// Where somebody reads, for another view to go on from; `None` while it follows.
    pub(super) fn reading(&self, session: &LogSession) -> Option<Reading> {
        let (row, below_px) = self.anchor.filter(|_| !self.following)?;
        Some(Reading {
            row,
            below_px,
            end: self.paused_end,
            marked: self.opened == Some(row),
            below: self
                .lowest()
                .and_then(|index| session.number_of(index + 1))
                .unwrap_or(session.store().end_row()),
        })
    }

    /// The view is so high now. The row that is shown in full stays in sight, where it was: what shows it takes
    /// room from the rows.
    pub(super) fn resize(&mut self, session: &LogSession, height_px: f64) {
        let opened = self.opened(session).filter(|it| self.is_in_sight(*it));
        self.height_px = height_px;
        let kept = opened.filter(|_| height_px > 0.0 && !self.following);
        if let Some((index, number)) = kept.and_then(|it| Some((it, session.number_of(it)?))) {
            let below_px = self.rows.top_px(index) - self.within_sight(index);
            self.anchor = Some((number, below_px));
        }
    }

    /// Takes over what the session shows now. Returns what is to stay where it is.
    pub(super) fn sync(&mut self, session: &LogSession) -> Hold {
        self.len = session.visible_len();
        if session.store().is_empty() {
            // There is nothing to stay at.
            self.following = true;
        }
        match self.anchor {
            _ if self.following => Hold::End,
            Some((row, below_px)) => {
                let index = session.index_of(row);
                // Of a row that is gone the place is that of the next one.
                let below_px = match session.number_of(index) == Some(row) {
                    true => below_px,
                    false => below_px.max(0.0),
                };
                Hold::Row { index, below_px }
            }
            None => self.seen(),
        }
    }

    /// Behind a [`sync`](Self::sync) and the scrolling: stays at another row where its own was let go.
    /// Not where it was filtered away, for it may be shown again.
    pub(super) fn settle(&mut self, session: &LogSession) {
        let first = session.store().first_row();
        if self.anchor.is_none_or(|(row, _)| row < first) {
            self.drop_anchor(session);
        }
    }

    /// Where `top_px` can be, given the rows: whole pixels.
    pub(super) fn within(&self, top_px: f64) -> f64 {
        top_px.min(self.bottom_px()).max(0.0).ceil()
    }

    /// The view was scrolled to `top_px` by the user, or by us.
    pub(super) fn scrolled(&mut self, top_px: f64, session: &LogSession) {
        // That a view became shorter moves it too, but nobody did.
        let moved = (top_px - self.top_px).abs() >= 1.0;
        let end_is_known = self.rows.are_known(self.len) || self.rows.measured().end >= self.len;
        // Who scrolls up by what little there is does not want to be at the end; whom a shorter list moves up does.
        let near_px = if top_px < self.top_px { 0.9 } else { 2.0 };
        if moved && end_is_known && top_px >= self.bottom_px() - near_px {
            self.following = true;
        } else if top_px < self.top_px - 1.0 {
            self.pause(session);
        }
        self.top_px = top_px;
        if moved {
            self.drop_anchor(session);
        }
    }

    /// Stays where somebody read before.
    pub(super) fn resume(&mut self, reading: &Reading) {
        self.following = false;
        self.anchor = Some((reading.row, reading.below_px));
        self.paused_end = reading.end;
    }

    /// Stays where it is when rows come.
    pub(super) fn pause(&mut self, session: &LogSession) {
        if self.following {
            self.following = false;
            self.paused_end = session.store().end_row();
            self.drop_anchor(session);
        }
    }

    /// Stays at the row that is opened, where that is in sight, or at the uppermost one.
    pub(super) fn drop_anchor(&mut self, session: &LogSession) {
        let below_px = |index: usize| self.rows.top_px(index) - self.top_px;
        let opened = self.opened(session).filter(|&index| {
            let below_px = below_px(index);
            below_px >= 0.0 && below_px < self.height_px
        });
        let index = opened.unwrap_or(self.rows.index_at(self.top_px));
        let number = session.number_of(index);
        self.anchor = number.map(|number| (number, below_px(index)));
    }

    /// Marks the row at `index` as the one that is shown in full.
    pub(super) fn open(&mut self, session: &LogSession, index: Option<usize>) {
        self.opened = index.and_then(|index| session.number_of(index));
        if index.is_some() {
            self.pause(session);
        }
    }

    /// The nearest place from which the row at `index` is in sight.
    pub(super) fn within_sight(&self, index: usize) -> f64 {
        let top = self.rows.top_px(index);
        let lowest = self.rows.top_px(index + 1) - self.height_px;
        // Not clamp: its panic prints numbers, with a printer that nothing else here needs.
        self.top_px.max(lowest).min(top)
    }

    /// Index of the marked row, where the view has it.
    pub(super) fn opened(&self, session: &LogSession) -> Option<usize> {
        let number = self.opened?;
        let index = session.index_of(number);
        (session.number_of(index) == Some(number)).then_some(index)
    }

    /// Whether the whole row at `index` is in sight.
    pub(super) fn is_in_sight(&self, index: usize) -> bool {
        let top_px = self.rows.top_px(index);
        let bottom_px = self.rows.top_px(index + 1);
        top_px >= self.top_px && bottom_px <= self.top_px + self.height_px
    }

    /// Index of the lowest row in full sight.
    pub(super) fn lowest(&self) -> Option<usize> {
        let below = self.rows.index_at(self.top_px + self.height_px);
        let lowest = below.min(self.len).checked_sub(1)?;
        // One that is taller than the view is in sight too.
        Some(lowest.max(self.rows.index_at(self.top_px).min(self.len - 1)))
    }

    /// Where the newest row is at the lower edge.
    fn bottom_px(&self) -> f64 {
        (self.rows.top_px(self.len) - self.height_px).max(0.0)
    }
}

/// Index of the first visible row at or after `time`; the last row where there is none.
pub(super) fn index_at(session: &LogSession, time: Nanos) -> usize {
    let len = session.visible_len();
    (0..len)
        .find(|&index| match session.visible(index) {
            Some(sidekick::logs::Row::Entry { entry, .. }) => entry.time >= time,
            _ => false,
        })
        .unwrap_or(len.saturating_sub(1))
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod wrapped;
