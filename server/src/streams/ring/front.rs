//! Where a ring begins, and whether a cursor can be told from others of its time there.
//!
//! A log is opened with its newest lines. Others may be before them that share their timestamp with
//! the first: then entries of that time are counted from too low, and are not those that a cursor from
//! another reading names. That they are not is never guessed from a pause, which a slow link makes
//! anywhere. It is known where the answer ended with fewer lines than were asked for, or where another
//! reading (see [`beginning`](super::super::beginning)) has no more entries of that time than the ring.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

use sidekick::protocol::{Cursor, EntryRef, LogBatch, LogStream};
use sidekick::time::Nanos;

use super::RING_ENTRIES;
use crate::streams::resume::{records, well_before};

/// Where the ring, or what it has behind a gap, begins.
#[derive(Debug, Default)]
pub(super) struct Front {
    /// The first entry.
    entry: Option<Entry>,
    lanes: [Lane; 2],
    /// Records of the engine's log that it took, up to as many as were asked for.
    records: usize,
    /// The answer with the first entry ended in good order.
    answered: bool,
    asking: bool,
    /// How often it began anew behind a gap.
    gaps: u32,
}

/// An entry, as far as it has to be known again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) time: Nanos,
    pub(crate) stream: LogStream,
    text: u64,
}

impl From<&EntryRef<'_>> for Entry {
    fn from(entry: &EntryRef<'_>) -> Self {
        let mut text = DefaultHasher::new();
        entry.text.hash(&mut text);
        Self {
            time: entry.time,
            stream: entry.stream,
            text: text.finish(),
        }
    }
}

/// How one of the two streams begins.
#[derive(Clone, Copy, Debug, Default)]
struct Lane {
    first: Option<Nanos>,
    /// Entries from the first on that share its time.
    run: u64,
    /// Another time came behind them.
    over: bool,
    known: Known,
}

/// What is known of the entries before those of a [`Lane`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Known {
    #[default]
    Nothing,
    /// None shares its time with the first.
    Apart,
    /// It could not be found out.
    Unclear,
}

/// What to find out about the beginning of a ring.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    /// The first entry that is held.
    pub(crate) entry: Entry,
    /// Time of the first entry of each stream, and how many entries are known to share it.
    pub(crate) runs: [Option<(Nanos, u64)>; 2],
    gaps: u32,
}

/// The answer: for each stream, whether no entry before its first one shares its time.
pub(crate) type Beginning = [bool; 2];

impl Front {
    pub(super) fn push(&mut self, batch: &LogBatch, behind_gap: bool) {
        if behind_gap {
            *self = Self {
                records: RING_ENTRIES,
                gaps: self.gaps + 1,
                ..Self::default()
            };
        }
        if self.entry.is_none() {
            self.entry = batch.iter().next().as_ref().map(Entry::from);
        }
        if self.lanes.iter().any(|lane| !lane.over) {
            for entry in batch.iter() {
                self.lanes[entry.stream.index()].take(entry.time);
            }
        }
        if self.records < RING_ENTRIES {
            self.records += batch
                .iter()
                .map(|entry| match entry.truncated {
                    // Nobody knows the parts of one that was cut.
                    true => RING_ENTRIES,
                    false => records(&entry),
                })
                .sum::<usize>();
        }
    }

    /// Whether it took as many records as were asked for.
    pub(super) fn is_full(&self) -> bool {
        self.records >= RING_ENTRIES
    }

    pub(super) fn is_answered(&mut self) {
        // What is printed before an empty log is opened again may be more than is asked for then.
        self.answered = self.entry.is_some();
        if self.is_beginning() {
            for lane in &mut self.lanes {
                lane.known = Known::Apart;
            }
        }
    }

    /// Whether the log began here when it was opened.
    pub(super) fn is_beginning(&self) -> bool {
        self.answered && !self.is_full()
    }

    /// Whether the entry that a cursor names cannot be told from others of its time.
    pub(super) fn hides(&self, cursor: Cursor) -> bool {
        let lane = &self.lanes[cursor.stream.index()];
        // What is before the front is no younger than this.
        let is_near = self
            .entry
            .is_some_and(|first| well_before(cursor.time) <= first.time);
        let is_first = lane.first.is_none_or(|first| cursor.time <= first);
        lane.known != Known::Apart && is_near && is_first
    }

    /// Whether another reading could tell that entry: one that is older is not here.
    pub(super) fn may_tell(&self, cursor: Cursor) -> bool {
        let lane = &self.lanes[cursor.stream.index()];
        self.hides(cursor) && lane.first == Some(cursor.time)
    }

    pub(super) fn is_asking(&self) -> bool {
        self.asking
    }

    pub(super) fn question(&mut self) -> Option<Question> {
        let runs = self.lanes.map(|lane| {
            let first = lane.first.filter(|_| lane.known == Known::Nothing);
            first.map(|first| (first, lane.run))
        });
        let entry = self.entry?;
        if self.asking || runs == [None; 2] {
            return None;
        }
        self.asking = true;
        let gaps = self.gaps;
        Some(Question { entry, runs, gaps })
    }

    pub(super) fn answer(&mut self, question: &Question, answer: Option<Beginning>) {
        if self.gaps != question.gaps {
            return;
        }
        self.asking = false;
        let Some(answer) = answer else {
            return;
        };
        for ((lane, apart), asked) in self.lanes.iter_mut().zip(answer).zip(question.runs) {
            if asked.is_some() {
                lane.known = match apart {
                    true => Known::Apart,
                    false => Known::Unclear,
                };
            }
        }
    }
}

impl Lane {
    fn take(&mut self, time: Nanos) {
        let first = *self.first.get_or_insert(time);
        self.over |= time != first;
        if !self.over {
            self.run += 1;
        }
    }
}
