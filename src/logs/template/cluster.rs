//! The lines of one template: what they share, and what was counted.

use super::tokens::{MASK, Tokens};
use super::{MAX_EXAMPLE_BYTES, RATE_BUCKETS, Template, TemplateId};
use crate::logs::severity::{Severity, SeverityCounts};
use crate::time::Nanos;

/// Stands in a cluster's hashes where its lines differ; a token's hash is odd.
pub(super) const WILD: u64 = 0;

/// How well a line fits a cluster; more is better, equal tokens first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Fit {
    pub(super) equal: usize,
    pub(super) wild: usize,
}

#[derive(Clone, Debug)]
pub(super) struct Cluster {
    pub(super) id: TemplateId,
    /// Leaf of the tree that lists it.
    pub(super) leaf: u32,
    /// Number of the line that used it last, for the eviction.
    pub(super) used: u64,
    /// Neighbours in the order of use.
    pub(super) older: u32,
    pub(super) newer: u32,
    pub(super) count: u64,
    /// Number of the line that made it.
    pub(super) born: u64,
    hashes: Box<[u64]>,
    text: Box<[u8]>,
    ends: Box<[u32]>,
    example: Box<str>,
    first_seen: Nanos,
    last_seen: Nanos,
    severities: SeverityCounts,
    /// Lines by minute, as a ring: minute `m` is at `m` modulo its length.
    rate: [u32; RATE_BUCKETS],
    /// Newest minute of `rate`.
    minute: i64,
}

pub(super) fn minute_of(time: Nanos) -> i64 {
    time.0.div_euclid(60_000_000_000)
}

impl Cluster {
    pub(super) fn new(id: TemplateId, tokens: &Tokens, line: &str, time: Nanos) -> Self {
        let (text, ends) = tokens.columns();
        Self {
            id,
            leaf: 0,
            used: 0,
            older: 0,
            newer: 0,
            count: 0,
            born: 0,
            hashes: tokens.hashes.as_slice().into(),
            text: text.into(),
            ends: ends.into(),
            example: line[..line.floor_char_boundary(MAX_EXAMPLE_BYTES)].into(),
            first_seen: time,
            last_seen: time,
            severities: SeverityCounts::default(),
            rate: [0; RATE_BUCKETS],
            minute: minute_of(time),
        }
    }

    /// Compares, from token `first` on, with a line of as many tokens.
    pub(super) fn fit(&self, first: usize, hashes: &[u64]) -> Fit {
        let mut fit = Fit { equal: 0, wild: 0 };
        for (&own, &other) in self.hashes.iter().zip(hashes).skip(first) {
            fit.equal += usize::from(own == other);
            fit.wild += usize::from(own == WILD);
        }
        fit
    }

    /// Takes a line in: positions where it differs vary from now on.
    pub(super) fn add(&mut self, hashes: &[u64], time: Nanos, severity: Severity) {
        for (own, &other) in self.hashes.iter_mut().zip(hashes) {
            if *own != other {
                *own = WILD;
            }
        }
        self.count += 1;
        self.severities.add(severity);
        self.first_seen = self.first_seen.min(time);
        self.last_seen = self.last_seen.max(time);
        let minute = minute_of(time);
        let ahead = minute.saturating_sub(self.minute);
        for quiet in (0..ahead.min(RATE_BUCKETS as i64)).map(|n| minute - n) {
            self.rate[slot(quiet)] = 0;
        }
        self.minute = self.minute.max(minute);
        if ahead > -(RATE_BUCKETS as i64) {
            let rate = &mut self.rate[slot(minute)];
            *rate = rate.saturating_add(1);
        }
    }

    /// The template, with the rate up to the minute `end`.
    pub(super) fn template(&self, end: i64) -> Template {
        let oldest = self.minute.saturating_sub(RATE_BUCKETS as i64 - 1);
        let first = end.saturating_sub(RATE_BUCKETS as i64 - 1);
        Template {
            id: self.id,
            pattern: self.pattern(),
            count: self.count,
            first_seen: self.first_seen,
            last_seen: self.last_seen,
            example: self.example.to_string(),
            severities: self.severities,
            rate: (first..=end)
                .map(|minute| match (oldest..=self.minute).contains(&minute) {
                    true => self.rate[slot(minute)],
                    false => 0,
                })
                .collect(),
        }
    }

    /// Memory beside the struct in bytes.
    pub(super) fn heap_bytes(&self) -> usize {
        self.hashes.len() * 8 + self.text.len() + self.ends.len() * 4 + self.example.len()
    }

    fn pattern(&self) -> String {
        let mut out = Vec::with_capacity(self.text.len() + self.ends.len());
        let mut start = 0;
        for (&end, &hash) in self.ends.iter().zip(&self.hashes) {
            if !out.is_empty() {
                out.push(b' ');
            }
            let end = end as usize;
            out.extend_from_slice(match hash {
                WILD => MASK,
                _ => &self.text[start..end],
            });
            start = end;
        }
        String::from_utf8_lossy(&out).into_owned()
    }
}

fn slot(minute: i64) -> usize {
    minute.rem_euclid(RATE_BUCKETS as i64) as usize
}
