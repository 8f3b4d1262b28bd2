//! How many lines there were when: buckets of ten seconds for an hour, of five minutes for a day.

use std::collections::VecDeque;

use super::tally::Tally;
use crate::time::Nanos;

/// Length of a fine bucket in seconds.
pub const RATE_BUCKET_SECONDS: i64 = 10;
/// Fine buckets: an hour.
pub const RATE_BUCKETS: usize = 360;
/// Length of a coarse bucket in seconds.
pub const COARSE_BUCKET_SECONDS: i64 = 300;
/// Coarse buckets: a day.
pub const COARSE_BUCKETS: usize = 288;

/// Length of a fine bucket.
pub(super) const BUCKET_NANOS: i64 = RATE_BUCKET_SECONDS * 1_000_000_000;

/// The fine bucket of a time.
pub(super) fn bucket_of(time: Nanos) -> i64 {
    time.0.div_euclid(BUCKET_NANOS)
}

/// The coarse bucket of a fine one.
pub(super) fn coarse_of(bucket: i64) -> i64 {
    bucket.div_euclid(COARSE_BUCKET_SECONDS / RATE_BUCKET_SECONDS)
}

/// Counts by time; memory grows with the span that they cover, up to the bounds.
#[derive(Clone, Debug)]
pub(super) struct Rate {
    fine: Series<RATE_BUCKETS>,
    coarse: Series<COARSE_BUCKETS>,
}

impl Rate {
    pub(super) fn new(bucket: i64) -> Self {
        Self {
            fine: Series::new(bucket),
            coarse: Series::new(coarse_of(bucket)),
        }
    }

    pub(super) fn add(&mut self, bucket: i64, lines: u32) {
        self.fine.add(bucket, lines);
        self.coarse.add(coarse_of(bucket), lines);
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.fine.merge(&other.fine);
        self.coarse.merge(&other.coarse);
    }

    /// Fine and coarse counts up to the bucket `end`, oldest first, with those of a tally.
    pub(super) fn until(&self, end: i64, more: &Tally) -> (Vec<u32>, Vec<u32>) {
        let coarse = coarse_of(more.bucket);
        (
            self.fine.until(end, more.bucket, more.lines),
            self.coarse.until(coarse_of(end), coarse, more.lines),
        )
    }

    /// Lines in the newest fine buckets, so many up to `end`, with those of a tally.
    pub(super) fn newest(&self, end: i64, buckets: i64, more: &Tally) -> u64 {
        let wanted = end.saturating_sub(buckets)..end;
        let wanted = |bucket: i64| wanted.contains(&(bucket - 1));
        let newest = self.fine.counts.iter().rev().take(buckets as usize);
        let settled = (0..)
            .zip(newest)
            .filter(|(back, _)| wanted(self.fine.newest - back));
        let settled: u64 = settled.map(|(_, n)| u64::from(*n)).sum();
        settled
            + if wanted(more.bucket) {
                u64::from(more.lines)
            } else {
                0
            }
    }

    pub(super) fn heap_bytes(&self) -> usize {
        (self.fine.counts.capacity() + self.coarse.counts.capacity()) * 4
    }
}

/// Counts of up to `N` buckets in a row; the last one is `newest`.
#[derive(Clone, Debug)]
struct Series<const N: usize> {
    newest: i64,
    counts: VecDeque<u32>,
}

impl<const N: usize> Series<N> {
    fn new(newest: i64) -> Self {
        Self {
            newest,
            counts: VecDeque::from([0]),
        }
    }

    fn add(&mut self, bucket: i64, lines: u32) {
        let ahead = bucket.saturating_sub(self.newest);
        if ahead > 0 {
            for _ in 0..ahead.min(N as i64) {
                if self.counts.len() == N {
                    self.counts.pop_front();
                }
                self.counts.push_back(0);
            }
            self.newest = bucket;
        }
        let back = self.newest.saturating_sub(bucket);
        if back >= N as i64 {
            return;
        }
        while self.counts.len() <= back as usize {
            self.counts.push_front(0);
        }
        let at = self.counts.len() - 1 - back as usize;
        self.counts[at] = self.counts[at].saturating_add(lines);
    }

    fn merge(&mut self, other: &Self) {
        let first = other.newest - (other.counts.len() as i64 - 1);
        for (bucket, &lines) in (first..).zip(&other.counts) {
            if lines > 0 {
                self.add(bucket, lines);
            }
        }
    }

    fn until(&self, end: i64, with: i64, lines: u32) -> Vec<u32> {
        let first = end.saturating_sub(N as i64 - 1);
        (first..=end)
            .map(|bucket| {
                let back = self.newest.saturating_sub(bucket);
                let at = (self.counts.len() as i64 - 1).saturating_sub(back);
                let settled = match back >= 0 && at >= 0 {
                    true => self.counts[at as usize],
                    false => 0,
                };
                settled.saturating_add(if bucket == with { lines } else { 0 })
            })
            .collect()
    }
}
