//! Severity counts over time, by the lines' own timestamps: a backlog spreads over the minutes
//! in which it was printed, and a quiet minute is an empty bucket. That holds for the minutes
//! since the newest line too, as far as somebody listened: see
//! [`live_until`](LogSeverityTimeSeries::live_until).

use std::collections::VecDeque;

use super::severity::{Severity, SeverityCounts};
use super::store::LogStore;
use crate::time::{Millis, Nanos};

/// One step of the timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// When it begins.
    pub start: Millis,
    /// Lines printed in it.
    pub counts: SeverityCounts,
}

/// Lengths of a step in milliseconds, each a divisor of the day, but for the last ones.
const STEPS_MS: [i64; 24] = [
    100,
    200,
    500,
    1000,
    2000,
    5000,
    10_000,
    15_000,
    30_000,
    60_000,
    120_000,
    300_000,
    600_000,
    900_000,
    1_800_000,
    3_600_000,
    7_200_000,
    10_800_000,
    21_600_000,
    43_200_000,
    86_400_000,
    604_800_000,
    2_419_200_000,
    31_536_000_000,
];

/// Length of a step in milliseconds with which a span of time has at most `most` steps, or as few as
/// can be: 0.1 s to a year.
#[must_use]
pub fn step_for(span_ms: i64, most: usize) -> i64 {
    let fits = |step: &&i64| span_ms / **step < most as i64;
    let longest = STEPS_MS[STEPS_MS.len() - 1];
    STEPS_MS.iter().find(fits).copied().unwrap_or(longest)
}

/// Counts the lines held that were printed from `start` on, in `count` steps of `step_ms`, which is taken as
/// 1 where it is less. The first step is the one that `start` lies in. Looks at the time of every line held.
#[must_use]
pub fn buckets_of(store: &LogStore, start: Millis, step_ms: i64, count: usize) -> Vec<Bucket> {
    let step_ms = step_ms.max(1);
    let first = start.0.div_euclid(step_ms);
    let begins = first.saturating_mul(step_ms);
    let mut buckets: Vec<_> = (0..count as i64)
        .map(|step| Bucket {
            start: Millis(begins.saturating_add(step.saturating_mul(step_ms))),
            counts: SeverityCounts::default(),
        })
        .collect();
    let end = begins.saturating_add((count as i64).saturating_mul(step_ms));
    let within = Nanos::from(Millis(begins))..Nanos::from(Millis(end));
    store.each_line(&mut |severity, time| {
        if !within.contains(&time) {
            return;
        }
        let step = time.millis().0.saturating_sub(begins).div_euclid(step_ms);
        let bucket = usize::try_from(step)
            .ok()
            .and_then(|it| buckets.get_mut(it));
        if let Some(bucket) = bucket {
            bucket.counts.add(severity);
        }
    });
    buckets
}

/// Severity counts of the newest `max_buckets` steps.
#[derive(Clone, Debug)]
pub struct LogSeverityTimeSeries {
    bucket_ms: i64,
    max_buckets: usize,
    /// Number of the step that the first bucket stands for.
    first: i64,
    buckets: VecDeque<SeverityCounts>,
    /// The step up to which a live stream brought no other lines.
    live_until: Option<i64>,
    late: u64,
}

impl LogSeverityTimeSeries {
    /// A series of `max_buckets` steps of `bucket_ms` milliseconds; zeros are taken as 1.
    #[must_use]
    pub fn new(max_buckets: usize, bucket_ms: i64) -> Self {
        Self {
            bucket_ms: bucket_ms.max(1),
            max_buckets: max_buckets.max(1),
            first: 0,
            buckets: VecDeque::new(),
            live_until: None,
            late: 0,
        }
    }

    /// Counts a line printed at `time`.
    pub fn push(&mut self, severity: Severity, time: Nanos) {
        let step = time.millis().0.div_euclid(self.bucket_ms);
        if self.buckets.is_empty() {
            self.first = step;
        }
        let len = self.buckets.len() as i64;
        let last = self.first + len - 1;
        let max = self.max_buckets as i64;
        if step < self.first {
            if last - step >= max {
                self.late += 1;
                return;
            }
            for _ in step..self.first {
                self.buckets.push_front(SeverityCounts::default());
            }
            self.first = step;
        } else if step > last {
            if step - last >= max {
                self.buckets.clear();
                self.first = step;
            }
            while self.first + (self.buckets.len() as i64) <= step {
                if self.buckets.len() == self.max_buckets {
                    self.buckets.pop_front();
                    self.first += 1;
                }
                self.buckets.push_back(SeverityCounts::default());
            }
        }
        if let Some(counts) = self.buckets.get_mut((step - self.first) as usize) {
            counts.add(severity);
        }
    }

    /// A line printed at `time` counts as another severity.
    pub fn recount(&mut self, before: Severity, now: Severity, time: Nanos) {
        let step = time.millis().0.div_euclid(self.bucket_ms);
        let at = usize::try_from(step - self.first).ok();
        if let Some(counts) = at.and_then(|at| self.buckets.get_mut(at)) {
            counts.recount(before, now);
        }
    }

    /// Says that the stream was live until `now`: from the newest line to there it printed
    /// nothing. `None` takes that back, for a stream that ended: it ends with its newest line. Of
    /// a stream that broke nobody knows more than was said before. The newest word counts, also
    /// one with an earlier time. True where this moves the end of the series.
    pub fn live_until(&mut self, now: Option<Millis>) -> bool {
        let before = self.end();
        self.live_until = now.map(|now| now.0.div_euclid(self.bucket_ms));
        self.end() != before
    }

    /// The buckets without holes, oldest first: from the first line seen (within the window) to
    /// the newest one, or to the time until which the stream was live. None before the first
    /// line.
    #[must_use]
    pub fn buckets(&self) -> Vec<Bucket> {
        let Some(end) = self.end() else {
            return Vec::new();
        };
        let oldest = end.saturating_sub(self.max_buckets as i64 - 1);
        (self.first.max(oldest)..=end)
            .map(|step| Bucket {
                start: Millis(step.saturating_mul(self.bucket_ms)),
                counts: self
                    .buckets
                    .get((step - self.first) as usize)
                    .copied()
                    .unwrap_or_default(),
            })
            .collect()
    }

    /// The newest step; `None` before the first line.
    fn end(&self) -> Option<i64> {
        let newest = self.first + self.buckets.len().checked_sub(1)? as i64;
        Some(self.live_until.map_or(newest, |it| it.max(newest)))
    }

    /// Length of one step in milliseconds.
    #[must_use]
    pub fn bucket_ms(&self) -> i64 {
        self.bucket_ms
    }

    /// How many steps the window has.
    #[must_use]
    pub fn max_buckets(&self) -> usize {
        self.max_buckets
    }

    /// Lines that were older than the window when they came and are in no bucket.
    #[must_use]
    pub fn late(&self) -> u64 {
        self.late
    }

    /// Forgets everything.
    pub fn reset(&mut self) {
        self.buckets.clear();
        self.live_until = None;
        self.late = 0;
    }
}

impl Default for LogSeverityTimeSeries {
    /// One hour in minutes.
    fn default() -> Self {
        Self::new(60, 60_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logs::pipeline::Mined;
    use crate::logs::store::{Note, StoreLimits};
    use crate::protocol::{LogBatch, LogStream};
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn minute(n: i64) -> Nanos {
        Nanos(n * 60_000_000_000 + 5)
    }

    #[test]
    fn a_quiet_minute_is_an_empty_bucket() {
        let mut series = LogSeverityTimeSeries::default();
        series.push(Severity::Info, minute(10));
        series.push(Severity::Error, minute(13));
        let totals: Vec<u64> = series.buckets().iter().map(|b| b.counts.total()).collect();
        assert_eq!(totals, [1, 0, 0, 1]);
        assert_eq!(series.buckets()[3].start, Millis(13 * 60_000));
    }

    #[test]
    fn minutes_without_lines_up_to_now_are_empty_buckets_of_a_live_stream() {
        let totals = |series: &LogSeverityTimeSeries| -> Vec<u64> {
            series.buckets().iter().map(|b| b.counts.total()).collect()
        };
        let at = |n: i64| Millis(n * 60_000 + 30_000);
        let mut series = LogSeverityTimeSeries::default();
        assert!(!series.live_until(Some(at(9))), "nothing to show yet");
        series.push(Severity::Info, minute(10));
        assert!(!series.live_until(Some(at(10))));
        assert_eq!(totals(&series), [1]);
        assert!(series.live_until(Some(at(13))));
        assert_eq!(totals(&series), [1, 0, 0, 0]);
        assert_eq!(series.buckets()[3].start, Millis(13 * 60_000));
        series.push(Severity::Info, minute(12));
        assert_eq!(totals(&series), [1, 0, 1, 0]);
        assert!(series.live_until(Some(at(71))));
        assert_eq!(series.buckets().len(), 60, "the window moves on");
        assert_eq!(totals(&series)[0], 1, "minute 12 is the oldest");
        assert!(series.live_until(Some(at(500))));
        assert_eq!(totals(&series), [0; 60]);
        assert!(
            series.live_until(Some(at(14))),
            "a clock that was set right again"
        );
        assert_eq!(totals(&series), [1, 0, 1, 0, 0]);
        assert!(series.live_until(None));
        assert_eq!(totals(&series), [1, 0, 1], "it ended with its newest line");
    }

    #[test]
    fn a_line_older_than_the_window_is_counted_as_late() {
        let mut series = LogSeverityTimeSeries::default();
        series.push(Severity::Info, minute(100));
        series.push(Severity::Info, minute(41));
        series.push(Severity::Info, minute(40));
        assert_eq!(series.late(), 1);
        assert_eq!(series.buckets().len(), 60);
    }

    #[test]
    fn a_step_is_as_short_as_the_room_allows() {
        assert_eq!(step_for(3_599_999, 60), 60_000);
        assert_eq!(step_for(3_600_000, 60), 120_000);
        assert_eq!((step_for(0, 60), step_for(-5, 60)), (100, 100));
        assert_eq!(step_for(i64::MAX, 60), 31_536_000_000);
    }

    proptest! {
        #[test]
        fn lines_held_are_counted_in_the_step_of_their_time(
            lines in proptest::collection::vec((0usize..7, -5000i64..5000), 0..100),
            start in -3000i64..3000,
            step in 1i64..700,
            count in 0usize..40,
        ) {
            let mut store = LogStore::new(StoreLimits::default());
            let mut model: BTreeMap<i64, SeverityCounts> = BTreeMap::new();
            for chunk in lines.chunks(7) {
                let mut batch = LogBatch::new();
                let mut mined = Vec::new();
                for &(severity, at) in chunk {
                    batch.push_line(Nanos(at * 1_000_000 + 999_999), LogStream::Stdout, "x");
                    let severity = Severity::from_index(severity);
                    mined.push(Mined { severity, ..Mined::default() });
                    model.entry(at.div_euclid(step)).or_default().add(severity);
                }
                store.append(0, batch, &mined);
                store.append_note(0, Note::Started { at: Nanos(chunk[0].1) });
            }
            let buckets = buckets_of(&store, Millis(start), step, count);
            prop_assert_eq!(buckets.len(), count);
            for (index, bucket) in buckets.iter().enumerate() {
                let at = start.div_euclid(step) + index as i64;
                prop_assert_eq!(bucket.start, Millis(at * step));
                prop_assert_eq!(bucket.counts, model.get(&at).copied().unwrap_or_default());
            }
        }

        #[test]
        fn the_series_equals_a_plain_map_of_minutes(
            lines in proptest::collection::vec((0usize..7, -300i64..300), 1..100),
            max in 1usize..80,
        ) {
            let mut series = LogSeverityTimeSeries::new(max, 60_000);
            let mut model: BTreeMap<i64, u64> = BTreeMap::new();
            let mut late = 0;
            for &(severity, at) in &lines {
                series.push(Severity::from_index(severity), minute(at));
                let newest = model.keys().next_back().copied().unwrap_or(at).max(at);
                let oldest = newest - max as i64 + 1;
                if at < oldest {
                    late += 1;
                } else {
                    *model.entry(at).or_default() += 1;
                }
                model.retain(|&m, _| m >= oldest);
            }
            prop_assert_eq!(series.late(), late);
            let buckets = series.buckets();
            prop_assert!(buckets.len() <= max);
            let seen: BTreeMap<i64, u64> = buckets
                .iter()
                .filter(|b| b.counts.total() > 0)
                .map(|b| (b.start.0 / 60_000, b.counts.total()))
                .collect();
            prop_assert_eq!(seen, model);
            prop_assert!(buckets.windows(2).all(|w| w[1].start.since(w[0].start) == 60_000));
        }
    }
}
