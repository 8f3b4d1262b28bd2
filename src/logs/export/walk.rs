//! The rows of a session one after another, while lines come and go.

use crate::logs::session::LogSession;
use crate::logs::store::{Row, RowIdentity};
use std::ops::Range;

/// Where a file that is being written is: what was held, or shown, when it was begun is its range.
#[derive(Clone, Debug)]
pub(crate) struct Walk {
    filtered: bool,
    /// Numbers of the rows that are still to come.
    next: u64,
    end: u64,
    /// The row that came last, to find it where late lines moved it.
    last: Option<RowIdentity>,
    /// How many rows in a row were like it.
    alike: u64,
    /// How many times rows had moved when that was looked at last.
    moves: u64,
}

impl Walk {
    /// Begins with the oldest row: of those that the filter lets through, or of all.
    pub(crate) fn new(session: &LogSession, filtered: bool) -> Self {
        Self {
            filtered: filtered && !session.filter().is_all(),
            next: session.store().first_row(),
            end: session.store().end_row(),
            last: None,
            alike: 0,
            moves: session.store().moved_since(u64::MAX).0,
        }
    }

    /// The rows with these numbers that the filter lets through.
    pub(crate) fn between(session: &LogSession, numbers: Range<u64>) -> Self {
        let all = Self::new(session, true);
        Self {
            next: numbers.start.max(all.next),
            end: numbers.end.min(all.end),
            ..all
        }
    }

    /// Goes on after a rest, behind the row that came last, wherever it is now. Returns how many rows
    /// were let go before they came, from either end.
    pub(crate) fn go_on(&mut self, session: &LogSession) -> u64 {
        let end = self.end;
        self.find_again(session);
        let newer = end.saturating_sub(self.end.max(self.next));
        let first = session.store().first_row();
        if self.next >= first {
            return newer;
        }
        let gone = first.min(self.end).saturating_sub(self.next);
        self.next = first;
        gone + newer
    }

    /// Hands rows to `take` until it says that it is enough. True where none is left.
    pub(crate) fn rows(
        &mut self,
        session: &LogSession,
        take: &mut dyn FnMut(&Row<'_>) -> bool,
    ) -> bool {
        let store = session.store();
        let first = store.first_row();
        let mut index = match self.filtered {
            true => session.index_of(self.next),
            false => (self.next - first) as usize,
        };
        loop {
            let number = match self.filtered {
                true => session.number_of(index),
                false => Some(first + index as u64),
            };
            let Some(number) = number.filter(|it| *it < self.end) else {
                self.next = self.end;
                return true;
            };
            let row = match self.filtered {
                true => session.visible(index),
                false => store.row(index),
            };
            self.next = number + 1;
            index += 1;
            if let Some(row) = row {
                let passed = Some(RowIdentity::of(&row));
                self.alike = if self.last == passed {
                    self.alike + 1
                } else {
                    1
                };
                self.last = passed;
                if !take(&row) {
                    return self.next >= self.end;
                }
            }
        }
    }

    /// Lines of a merged log that come late move those behind them: goes on behind the row that came
    /// last, and to the end that there is now, for what is before it was held when this began.
    fn find_again(&mut self, session: &LogSession) {
        let store = session.store();
        let (moves, first_moved) = store.moved_since(self.moves);
        self.moves = moves;
        if first_moved >= self.end {
            return;
        }
        self.end = store.end_row();
        if first_moved >= self.next {
            return;
        }
        let Some((last, at)) = self.last.zip(self.next.checked_sub(1)) else {
            return;
        };
        // Of rows that are alike, such as lines of one time, as many came as were counted.
        let from = (at + 1).saturating_sub(self.alike).max(store.first_row());
        let index = (from - store.first_row()) as usize;
        let mut rows = store
            .iter_from(index)
            .map(|row| RowIdentity::of(&row) == last);
        if let Some(moved) = rows.position(|alike| alike) {
            let others = rows.take_while(|alike| *alike).count() as u64;
            self.next = from + moved as u64 + (others + 1).min(self.alike);
        }
    }
}
