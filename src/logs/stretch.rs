//! Rows that somebody selected, from one to another, while lines come and go.

use super::export::{Export, Form};
use super::session::LogSession;
use super::store::{LogStore, RowIdentity};

/// A stretch of rows between two that are in it, whichever of them is the older one. What of it the filter lets
/// through is selected: nothing that nobody saw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// Where it began.
    anchor: End,
    /// Where it was drawn to.
    head: End,
    /// How many times rows had moved when that was looked at last.
    moves: u64,
}

/// A row at an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct End {
    number: u64,
    row: RowIdentity,
    /// Rows of its time before it that are alike, and the number of the first of them.
    alike: u64,
    first: u64,
}

/// The text of a stretch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StretchText {
    /// All of it.
    pub text: String,
    /// Lines in it.
    pub lines: u64,
    /// Rows in it that are no lines, such as that some are missing.
    pub notes: u64,
}

impl Stretch {
    /// The row at this index among the visible ones; `None` where there is none.
    #[must_use]
    pub fn new(session: &LogSession, index: usize) -> Option<Self> {
        let end = End::of(session, index)?;
        Some(Self {
            anchor: end,
            head: end,
            moves: session.store().moved_since(u64::MAX).0,
        })
    }

    /// Draws it to the row at this index among the visible ones, or to the nearest there is.
    pub fn extend(&mut self, session: &LogSession, index: usize) {
        self.follow(session);
        let last = session.visible_len().saturating_sub(1);
        if let Some(end) = End::of(session, index.min(last)) {
            self.head = end;
        }
    }

    /// Draws it by one visible row to newer ones, or to older ones. Returns the index of the row where it ends
    /// then.
    pub fn step(&mut self, session: &LogSession, newer: bool) -> usize {
        self.follow(session);
        // Of a row that is not visible the index is that of the next one.
        let index = session.index_of(self.head.number);
        let is_visible = session.number_of(index) == Some(self.head.number);
        let next = match newer {
            true => index + usize::from(is_visible),
            false => index.saturating_sub(1),
        };
        self.extend(session, next);
        session.index_of(self.head.number)
    }

    /// Stays with its rows where late lines of a merged log moved them. False where one of them is not to be
    /// found any more.
    pub fn follow(&mut self, session: &LogSession) -> bool {
        let store = session.store();
        let (moves, first_moved) = store.moved_since(self.moves);
        self.moves = moves;
        let mut is_there = true;
        for end in [&mut self.anchor, &mut self.head] {
            if first_moved <= end.number {
                is_there &= end.find_again(store);
            }
        }
        is_there
    }

    /// Whether the row with this number is between its ends.
    #[must_use]
    pub fn contains(&self, number: u64) -> bool {
        let (first, last) = self.ends();
        (first..=last).contains(&number)
    }

    /// How many of its rows are visible.
    #[must_use]
    pub fn rows(&self, session: &LogSession) -> usize {
        let (first, last) = self.ends();
        session.index_of(last + 1) - session.index_of(first)
    }

    /// Whether rows of it were let go.
    #[must_use]
    pub fn is_cut(&self, session: &LogSession) -> bool {
        let (first, last) = self.ends();
        first < session.store().first_row() || last >= session.store().end_row()
    }

    /// Its visible rows as a text. `None` where they are more than so many bytes, or a line more.
    #[must_use]
    pub fn text(&self, session: &LogSession, form: Form, max_bytes: usize) -> Option<StretchText> {
        let (first, last) = self.ends();
        let mut export = Export::between(session, form, first..last + 1);
        let mut text = String::new();
        let is_all = export.write(session, max_bytes, &mut text);
        is_all.then(|| StretchText {
            text,
            lines: export.lines(),
            notes: export.notes(),
        })
    }

    /// Numbers of the oldest row and the newest.
    fn ends(&self) -> (u64, u64) {
        let (a, b) = (self.anchor.number, self.head.number);
        (a.min(b), a.max(b))
    }
}

impl End {
    fn of(session: &LogSession, index: usize) -> Option<Self> {
        let number = session.number_of(index)?;
        let store = session.store();
        let row = identity(store, number)?;
        let (mut alike, mut first) = (0, number);
        let mut before = number;
        while let Some(it) = before.checked_sub(1).and_then(|it| identity(store, it)) {
            if it.time != row.time {
                break;
            }
            before -= 1;
            if it == row {
                (alike, first) = (alike + 1, before);
            }
        }
        Some(Self {
            number,
            row,
            alike,
            first,
        })
    }

    /// Rows move to greater numbers only, and those of one time keep their order.
    fn find_again(&mut self, store: &LogStore) -> bool {
        let from = self.first.max(store.first_row());
        let index = (from - store.first_row()) as usize;
        let mut alike = store.iter_from(index).enumerate();
        let mut alike = alike
            .by_ref()
            .filter(|(_, row)| RowIdentity::of(row) == self.row)
            .map(|(at, _)| from + at as u64);
        let Some(first) = alike.next() else {
            return false;
        };
        let Some(number) = std::iter::once(first).chain(alike).nth(self.alike as usize) else {
            return false;
        };
        (self.first, self.number) = (first, number);
        true
    }
}

fn identity(store: &LogStore, number: u64) -> Option<RowIdentity> {
    let index = number.checked_sub(store.first_row())?;
    Some(RowIdentity::of(&store.row(index as usize)?))
}

#[cfg(test)]
mod tests;
