//! How bad a line is: the seven severities, counts by them and sets of them.

mod access;
mod assessment;
mod classify;
mod head;
mod letter;
mod member;
mod reading;
mod thrown;
mod words;

use std::ops::{Index, IndexMut};

pub use assessment::{Assessment, Rule};
pub(in crate::logs) use classify::{MAX_SCAN_BYTES, assess_with};
pub use classify::{assess, classify};
pub(in crate::logs) use head::MAX_HEAD_BYTES;
pub(in crate::logs) use member::member_of_object;
pub(in crate::logs) use reading::{Reading, begins};
pub(in crate::logs) use words::{is_postgres_detail, level_word};

/// How bad a line is, worst first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Severity {
    /// The program cannot go on: fatal, critical, alert, emergency, panic.
    Fatal,
    /// Something failed.
    Error,
    /// Something looks wrong.
    Warn,
    /// Normal operation, notices included.
    Info,
    /// For developers.
    Debug,
    /// For developers, in great detail.
    Trace,
    /// The line does not say.
    #[default]
    Unknown,
}

impl Severity {
    /// All of them, worst first.
    pub const ALL: [Self; 7] = [
        Self::Fatal,
        Self::Error,
        Self::Warn,
        Self::Info,
        Self::Debug,
        Self::Trace,
        Self::Unknown,
    ];

    /// Lower-case word, for labels and style names.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Fatal => "fatal",
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
            Self::Trace => "trace",
            Self::Unknown => "unknown",
        }
    }

    /// One letter for narrow columns; `-` for unknown.
    #[must_use]
    pub fn letter(self) -> char {
        match self {
            Self::Fatal => 'F',
            Self::Error => 'E',
            Self::Warn => 'W',
            Self::Info => 'I',
            Self::Debug => 'D',
            Self::Trace => 'T',
            Self::Unknown => '-',
        }
    }

    /// Position in [`ALL`](Self::ALL), 0 to 6.
    #[must_use]
    pub fn index(self) -> usize {
        self as usize
    }

    /// The severity at `index` of [`ALL`](Self::ALL); unknown past the end.
    #[must_use]
    pub fn from_index(index: usize) -> Self {
        Self::ALL.get(index).copied().unwrap_or_default()
    }
}

/// A number of lines for each severity; index it by [`Severity`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SeverityCounts([u64; 7]);

impl SeverityCounts {
    /// All lines.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    /// Counts one line.
    pub fn add(&mut self, severity: Severity) {
        self[severity] += 1;
    }

    /// One line counts as another severity.
    pub fn recount(&mut self, before: Severity, now: Severity) {
        if let Some(less) = self[before].checked_sub(1) {
            self[before] = less;
            self[now] += 1;
        }
    }

    /// Severities with their counts, worst first.
    pub fn iter(&self) -> impl Iterator<Item = (Severity, u64)> + '_ {
        Severity::ALL.into_iter().map(|s| (s, self[s]))
    }

    /// The severity with the most lines; the worse one wins a tie, `None` without lines.
    #[must_use]
    pub fn dominant(&self) -> Option<Severity> {
        let most = self.0.iter().copied().max().filter(|&n| n > 0)?;
        self.iter().find(|&(_, n)| n == most).map(|(s, _)| s)
    }
}

impl Index<Severity> for SeverityCounts {
    type Output = u64;

    fn index(&self, severity: Severity) -> &u64 {
        &self.0[severity.index()]
    }
}

impl IndexMut<Severity> for SeverityCounts {
    fn index_mut(&mut self, severity: Severity) -> &mut u64 {
        &mut self.0[severity.index()]
    }
}

/// Some of the severities. The default is all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeveritySet(u8);

impl SeveritySet {
    /// Every severity.
    pub const ALL: Self = Self(0x7f);
    /// None.
    pub const NONE: Self = Self(0);

    /// Only this one.
    #[must_use]
    pub fn only(severity: Severity) -> Self {
        Self::NONE.with(severity)
    }

    /// This set and `severity`.
    #[must_use]
    pub fn with(self, severity: Severity) -> Self {
        Self(self.0 | 1 << severity.index())
    }

    /// This set less `severity`.
    #[must_use]
    pub fn without(self, severity: Severity) -> Self {
        Self(self.0 & !(1 << severity.index()))
    }

    /// This set with `severity` added if it was missing, else removed.
    #[must_use]
    pub fn toggled(self, severity: Severity) -> Self {
        Self(self.0 ^ 1 << severity.index())
    }

    /// Whether `severity` is in it.
    #[must_use]
    pub fn contains(self, severity: Severity) -> bool {
        self.0 & 1 << severity.index() != 0
    }

    /// Whether every severity is in it.
    #[must_use]
    pub fn is_all(self) -> bool {
        self == Self::ALL
    }

    /// Whether none is in it.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self == Self::NONE
    }
}

impl Default for SeveritySet {
    fn default() -> Self {
        Self::ALL
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_leads_back_to_its_severity() {
        for severity in Severity::ALL {
            assert_eq!(Severity::from_index(severity.index()), severity);
        }
        assert_eq!(Severity::from_index(7), Severity::Unknown);
    }

    #[test]
    fn the_worse_severity_dominates_a_tie() {
        let mut counts = SeverityCounts::default();
        assert_eq!(counts.dominant(), None);
        counts.add(Severity::Info);
        counts.add(Severity::Error);
        assert_eq!(counts.dominant(), Some(Severity::Error));
        counts.add(Severity::Info);
        assert_eq!(counts.dominant(), Some(Severity::Info));
        assert_eq!(counts.total(), 3);
    }

    #[test]
    fn toggling_a_severity_twice_changes_nothing() {
        let set = SeveritySet::ALL.toggled(Severity::Debug);
        assert!(!set.contains(Severity::Debug) && set.contains(Severity::Error));
        assert!(set.toggled(Severity::Debug).is_all());
        assert!(
            SeveritySet::only(Severity::Warn)
                .without(Severity::Warn)
                .is_empty()
        );
    }
}
