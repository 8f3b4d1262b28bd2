//! How many lines of each severity came since the log was opened.

use super::severity::{Severity, SeverityCounts};

/// Counts lines by severity; lines that were let go stay counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogAnalytics {
    counts: SeverityCounts,
}

impl LogAnalytics {
    /// Nothing counted yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Counts one line.
    pub fn push(&mut self, severity: Severity) {
        self.counts.add(severity);
    }

    /// A line that was counted counts as another severity.
    pub fn recount(&mut self, before: Severity, now: Severity) {
        self.counts.recount(before, now);
    }

    /// The counts so far.
    #[must_use]
    pub fn counts(&self) -> SeverityCounts {
        self.counts
    }

    /// Starts again from zero.
    pub fn reset(&mut self) {
        self.counts = SeverityCounts::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_line_is_counted_once_under_its_severity(
            indices in proptest::collection::vec(0usize..7, 0..100),
        ) {
            let mut analytics = LogAnalytics::new();
            for &i in &indices {
                analytics.push(Severity::from_index(i));
            }
            let counts = analytics.counts();
            prop_assert_eq!(counts.total(), indices.len() as u64);
            for severity in Severity::ALL {
                let n = indices.iter().filter(|&&i| i == severity.index()).count();
                prop_assert_eq!(counts[severity], n as u64);
            }
            analytics.reset();
            prop_assert_eq!(analytics.counts().total(), 0);
        }
    }
}
