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

use super::session::{LogSession, PART_BYTES};
use crate::protocol::{EntryRef, LogBatch};
use crate::time::Nanos;

/// Lines of the first window and of the largest one.
const WINDOW: (u64, u64) = (2_000, 16_000);
/// As many lines as this, or as few as have so much text in bytes, tell a place in a log.
const PLACE: (usize, usize) = (64, 64 << 10);
/// Text of one window in bytes; of longer lines, fewer come at a time.
const WINDOW_BYTES: usize = 8 << 20;
/// A line that was cut is taken for so many parts.
const CUT_PARTS: u64 = 4096;
/// Docker's order may differ from that of the times by this much, in nanoseconds.
const DISORDER: i64 = 2_000_000_000;

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
    /// The first line held was let go for newer ones before any came: only to a session that
    /// [holds](LogSession::hold) its lines they can come.
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

/// One window on its way.
#[derive(Clone, Debug, Default)]
struct Reading {
    source: u16,
    /// Records that were asked for, and that came at least: Docker keeps a long line in several.
    asked: u64,
    came: u64,
    /// Number of the first row held.
    first_row: u64,
    /// The first lines held.
    place: LogBatch,
    /// What came and is not known to be behind the place.
    lines: LogBatch,
    /// Rows of `lines` that have been looked at.
    seen: usize,
    /// Lines of the window were let go.
    trimmed: bool,
    /// The first line that came.
    first: Option<Nanos>,
    /// The best place up to now: how many lines of it agree, and its row.
    best: (usize, usize),
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
    /// after one was outrun.
    pub fn ask(&mut self, session: &LogSession) -> Option<u64> {
        match self.before {
            Before::Reading | Before::Gone => return None,
            Before::Beginning if session.is_whole() => return None,
            Before::Outrun if !session.is_held() => return None,
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
        if self.is_outrun(session) {
            return self.gone(Before::Outrun);
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
        if self.is_outrun(session) {
            return self.gone(Before::Outrun);
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

    /// The place was let go since it was asked for.
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

/// What a look at a reading shows.
enum Found {
    /// The first line held is this row.
    At(usize),
    /// The first line held is the end of this row: a log that is read from its newest lines on may
    /// begin amid a line that Docker keeps in parts.
    Whole(usize),
    /// It is not in the log.
    Nowhere,
    /// It is not where it would have to be by its time.
    Passed,
}

impl Reading {
    /// Looks for the place in what came and was not looked at. `None` where more must come first.
    fn look(&mut self, ended: bool) -> Option<Found> {
        let first = self.place.get(0)?;
        let (time, wanted) = (first.time, self.place.len());
        while self.seen < self.lines.len() {
            let row = self.seen;
            let at = self.lines.time(row).unwrap_or_default();
            match self.ends_in(row, ended) {
                Some(true) => return Some(Found::Whole(row)),
                Some(false) => {}
                None => return None,
            }
            if at == time {
                let agree = self.agreement(row);
                if agree == wanted {
                    return Some(Found::At(row));
                }
                if row + agree == self.lines.len() && !ended {
                    return None;
                }
                if agree > self.best.0 {
                    self.best = (agree, row);
                }
            } else if at.0.saturating_sub(time.0) > DISORDER {
                return Some(self.best_place().unwrap_or(Found::Passed));
            }
            self.seen += 1;
        }
        if ended {
            return Some(self.best_place().unwrap_or(Found::Nowhere));
        }
        self.trim();
        None
    }

    /// Whether the first line held is the end of this row, and those behind it follow. `None` where
    /// more must come to tell.
    fn ends_in(&self, row: usize, ended: bool) -> Option<bool> {
        let (Some(line), Some(part)) = (self.lines.get(row), self.place.get(0)) else {
            return Some(false);
        };
        if line.text.len() <= part.text.len()
            || line.text.len() < PART_BYTES
            || line.stream != part.stream
            || !line.text.ends_with(part.text)
        {
            return Some(false);
        }
        let came = (row + 1..self.lines.len()).filter_map(|at| self.lines.get(at));
        let agree = came
            .zip(self.place.iter().skip(1))
            .take_while(|(a, b)| same(a, b))
            .count();
        if agree + 1 == self.place.len() {
            return Some(true);
        }
        (ended || row + 1 + agree < self.lines.len()).then_some(false)
    }

    fn best_place(&self) -> Option<Found> {
        (self.best.0 > 0).then_some(Found::At(self.best.1))
    }

    /// How many lines from `row` on are those of the place.
    fn agreement(&self, row: usize) -> usize {
        let came = (row..self.lines.len()).filter_map(|at| self.lines.get(at));
        came.zip(self.place.iter())
            .take_while(|(a, b)| same(a, b))
            .count()
    }

    /// Whether the reading begins behind the place, for too few lines were asked for.
    fn begins_behind(&self) -> bool {
        let place = self.place.time(0).unwrap_or_default();
        self.first.is_none_or(|first| first >= place)
    }

    /// Lets the older half go of what is too much for one window: it comes again with the next.
    fn trim(&mut self) {
        if self.lines.text_bytes() <= WINDOW_BYTES || self.best.0 > 0 {
            return;
        }
        let half = self.lines.len() / 2;
        self.lines = self.lines.tail_from(half);
        self.trimmed = true;
        self.seen -= half;
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

fn same(a: &EntryRef<'_>, b: &EntryRef<'_>) -> bool {
    (a.time, a.stream, a.text) == (b.time, b.stream, b.text)
}

#[cfg(test)]
mod tests;
