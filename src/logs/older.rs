//! Lines from before those that a page holds, window by window, back to the first line of the log.
//!
//! Docker reads a log's newest lines, however many, but none "before this one". So each window asks
//! for as many of the newest lines as are held and some more, and takes what comes before the first
//! line held, which is looked for by its time, its stream, its text and the lines behind it. What
//! follows it is here already, so the reading is ended there. Windows double.
//!
//! While a window is on its way the session goes on as before: only what came in front makes it hold
//! older lines at the cost of newer ones. A full session may let the place go meanwhile, and what is
//! read then no longer joins on: the reading was outrun.

mod reading;

use super::session::LogSession;
use crate::protocol::{EntryRef, LogBatch, PART_BYTES};
use reading::{Found, Reading};

/// Lines of the first window and of the largest one.
const WINDOW: (u64, u64) = (2_000, 16_000);
/// As many lines as this, or as few as have so much text in bytes, tell a place in a log.
const PLACE: (usize, usize) = (64, 64 << 10);
/// A line that was cut is taken for so many parts.
const CUT_PARTS: u64 = 4096;

/// What is known of the lines before those held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Before {
    /// There may be some.
    #[default]
    Unknown,
    /// They are being read.
    Reading,
    /// There are none: the first line held is the log's first.
    Beginning,
    /// Docker has not got the first line held any more, so none of those before it.
    Gone,
    /// The first line held was let go for newer ones before any came. They can come to a session
    /// that [holds](LogSession::hold) its lines, or when newer ones come more slowly.
    Outrun,
}

/// What to do behind a part of a reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Go on reading.
    Read,
    /// End the reading, and [`ask`](Older::ask) again.
    Again,
    /// End the reading: older lines came, or it is known that there are none.
    Done,
}

/// The reader of older lines of one session.
#[derive(Clone, Debug)]
pub struct Older {
    before: Before,
    /// Lines that the next window is to bring.
    window: u64,
    /// Lines that are behind the first one held, beyond those that the session knows of.
    unknown: u64,
    /// The window before brought less than was asked for: perhaps there is no more.
    short: bool,
    reading: Reading,
}

impl Default for Older {
    fn default() -> Self {
        Self {
            before: Before::default(),
            window: WINDOW.0,
            unknown: 0,
            short: false,
            reading: Reading::default(),
        }
    }
}

impl Older {
    /// What is known of the lines before those held.
    #[must_use]
    pub fn before(&self) -> Before {
        self.before
    }

    /// Begins another window: how many of the log's newest lines to read. `None` where nothing is
    /// to be had, of a session without lines or with several sources, while one is under way, or
    /// while lines are let go after one was outrun.
    pub fn ask(&mut self, session: &LogSession) -> Option<u64> {
        match self.before {
            Before::Reading | Before::Gone => return None,
            Before::Beginning if session.is_whole() => return None,
            Before::Outrun if !session.is_held() && self.is_outrun(session) => {
                self.reading.first_row = session.store().first_row();
                return None;
            }
            Before::Beginning | Before::Unknown | Before::Outrun => {}
        }
        let (source, place) = session.first_lines(PLACE.0, PLACE.1)?;
        let behind = known_behind(session) + self.unknown;
        self.before = Before::Reading;
        self.reading = Reading {
            source,
            first_row: session.store().first_row(),
            place,
            asked: behind + self.window,
            ..Reading::default()
        };
        Some(self.reading.asked)
    }

    /// The reading was given up, or the reader goes on to the newest lines; another one may be begun.
    pub fn give_up(&mut self) {
        if matches!(self.before, Before::Reading | Before::Outrun) {
            self.before = Before::Unknown;
            self.reading = Reading::default();
        }
    }

    /// Takes a part of the reading, which begins with its oldest lines.
    pub fn take(&mut self, batch: &LogBatch, session: &mut LogSession) -> Step {
        if self.before != Before::Reading {
            return Step::Done;
        }
        if self.outrun(session) {
            return Step::Done;
        }
        let reading = &mut self.reading;
        reading.came += records(batch);
        reading.first = reading.first.or(batch.time(0));
        reading.lines.append(batch);
        match reading.look(false) {
            Some(found) => self.found(found, session),
            None => Step::Read,
        }
    }

    /// The reading came to the log's end.
    pub fn ended(&mut self, session: &mut LogSession) -> Step {
        if self.before != Before::Reading {
            return Step::Done;
        }
        if self.outrun(session) {
            return Step::Done;
        }
        let found = self.reading.look(true).unwrap_or(Found::Nowhere);
        self.found(found, session)
    }

    fn found(&mut self, found: Found, session: &mut LogSession) -> Step {
        let reading = std::mem::take(&mut self.reading);
        self.before = Before::Unknown;
        let whole = matches!(found, Found::Whole(_));
        let mut older = match found {
            Found::At(row) => reading.lines.head_to(row),
            Found::Whole(row) => reading.lines.head_to(row + 1),
            // All that Docker has came, or lines from before and behind the place.
            Found::Nowhere if reading.came < reading.asked => return self.gone(Before::Gone),
            Found::Nowhere | Found::Passed if reading.begins_behind() => {
                self.unknown = self.unknown.saturating_add(reading.asked);
                if self.unknown > u64::from(u32::MAX) {
                    return self.gone(Before::Gone);
                }
                return Step::Again;
            }
            Found::Nowhere | Found::Passed => return self.gone(Before::Gone),
        };
        let came = older.len() as u64;
        if came == 0 && self.short {
            session.complete(reading.source);
            return self.gone(Before::Beginning);
        }
        self.short = came < self.window && !reading.trimmed;
        if came == 0 {
            // Perhaps exactly the place was asked for.
            self.unknown += self.window;
        } else if !reading.trimmed {
            // What was guessed too high is not read again with each window.
            let behind = reading.asked.saturating_sub(came);
            self.unknown = behind.saturating_sub(known_behind(session));
        }
        if came > self.window {
            older = older.tail_from((came - self.window) as usize);
        }
        self.window = (self.window * 2).min(WINDOW.1);
        session.prepend(reading.source, older, whole);
        if self.short { Step::Again } else { Step::Done }
    }

    /// Ends a reading whose place was let go, as [`take`](Self::take) does too: for a session that took
    /// newer lines, since what is read may come late. True where it ended.
    pub fn outrun(&mut self, session: &LogSession) -> bool {
        let outrun = self.before == Before::Reading && self.is_outrun(session);
        if outrun {
            self.before = Before::Outrun;
            self.reading = Reading {
                first_row: session.store().first_row(),
                ..Reading::default()
            };
        }
        outrun
    }

    /// The place was let go since it was looked at last.
    fn is_outrun(&self, session: &LogSession) -> bool {
        self.reading.first_row != session.store().first_row()
    }

    /// Ends the reading with nothing more to be had.
    fn gone(&mut self, before: Before) -> Step {
        self.before = before;
        self.reading = Reading::default();
        Step::Done
    }
}

/// Lines from the first one held on, as far as the session knows.
fn known_behind(session: &LogSession) -> u64 {
    let store = session.store();
    store.lines() as u64 + store.newer_evicted()
}

/// Docker's records of some lines, or more: it keeps long lines in parts, and how many the rest of a
/// cut one is nobody knows.
fn records(lines: &LogBatch) -> u64 {
    let parts = |it: EntryRef<'_>| match it.truncated {
        true => CUT_PARTS,
        false => (it.text.len() / PART_BYTES) as u64 + 1,
    };
    lines.iter().map(parts).sum()
}

#[cfg(test)]
mod tests;
