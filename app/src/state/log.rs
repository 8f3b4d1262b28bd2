//! What the page knows of the log that it shows, beside its lines.

use sidekick::logs::older::Before;
use sidekick::protocol::Served;
use sidekick::time::Millis;

/// How well lines come, since the page was opened. Of several subscriptions it is the sum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// Lines that came.
    pub received: u64,
    /// Lines of projects and services that came more than a second behind younger ones.
    pub late: u64,
    /// Lines under gaps, as far as they could be counted.
    pub missing: u64,
    /// Gaps of which nobody knows how many lines they stand for.
    pub unknown_gaps: u64,
    /// How long after it was printed the newest line of a live stream came, in milliseconds: by two
    /// clocks, where Docker runs on another machine.
    pub lag_ms: Option<i64>,
    /// What the server says that it did for this connection.
    pub served: Option<Served>,
}

/// A field of structured lines that is shown as a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name, `outer.inner` for a member of an object in an object.
    pub name: String,
    /// How wide it is, in characters.
    pub width: usize,
}

/// The columns of a merged log that is shown side by side; empty where it is not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lanes {
    /// What stands above each, from left to right; at most four.
    pub names: Vec<String>,
    /// In which column the lines of a source stand: its number, and an index of `names`.
    pub of: Vec<(u16, usize)>,
}

impl Lanes {
    /// Whether the log is merged.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// The column of a source; `None` where it has none.
    #[must_use]
    pub fn lane(&self, source: u16) -> Option<usize> {
        let found = self.of.iter().find(|(known, _)| *known == source);
        found.map(|(_, lane)| *lane)
    }
}

/// What the page knows of the lines before those that it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Past {
    /// As much as their reader does.
    Known(Before),
    /// They could not be read; why, for people.
    Failed(String),
}

impl Default for Past {
    fn default() -> Self {
        Self::Known(Before::Unknown)
    }
}

/// What older lines are read for, one window after another, until it is here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seek {
    /// The lines of an instant.
    Time(Millis),
    /// A line that the filter lets through, before the row with this number.
    Match(u64),
    /// A line that is stepped to, before the row with this number.
    Step(Landmark, u64),
}

/// What steps lead to, from one to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Landmark {
    /// A line that counts as an error or worse.
    Error,
    /// A line with a marked text.
    Marked,
}

/// Where somebody reads who does not follow the newest line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reading {
    /// Number of a row that the session shows.
    pub row: u64,
    /// How far its upper edge is below that of the view, in CSS pixels.
    pub below_px: f64,
    /// Number of the row that came next when the reader stopped following.
    pub end: u64,
    /// The row is the one that is marked: opened, or gone to.
    pub marked: bool,
    /// Number of the first row below those in full sight.
    pub below: u64,
}
