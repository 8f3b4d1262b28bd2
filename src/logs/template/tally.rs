//! What changes with every line of a template, apart from the rest of it: a few cache lines for
//! each of 4096 templates would be more than the processor keeps at hand.

use super::TemplateId;
use super::rate::{BUCKET_NANOS, bucket_of};
use crate::logs::severity::Severity;
use crate::time::Nanos;

/// Lines of a template that its cluster does not know of yet. They have one severity and one
/// bucket of the rate.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tally {
    /// The template; `None` where there is none.
    pub(super) id: Option<TemplateId>,
    pub(super) lines: u32,
    /// Lines until the next one that is looked at closely.
    left: u32,
    pub(super) severity: Severity,
    pub(super) bucket: i64,
    pub(super) first: Nanos,
    pub(super) last: Nanos,
    /// Number of the newest line.
    pub(super) used: u64,
}

impl Tally {
    /// That of a template whose next line to be looked at is `left` lines away.
    pub(super) fn new(id: Option<TemplateId>, left: u32) -> Self {
        Self {
            id,
            lines: 0,
            left,
            severity: Severity::Unknown,
            bucket: 0,
            first: Nanos(i64::MAX),
            last: Nanos(i64::MIN),
            used: 0,
        }
    }

    /// Whether a line can be counted with the others.
    #[inline]
    pub(super) fn fits(&self, bucket: i64, severity: Severity) -> bool {
        self.lines == 0 || self.bucket == bucket && self.severity == severity
    }

    /// Counts line `number` of the stream. True where it is to be looked at closely.
    #[inline]
    pub(super) fn add(
        &mut self,
        number: u64,
        time: Nanos,
        bucket: i64,
        severity: Severity,
    ) -> bool {
        self.lines += 1;
        self.left -= 1;
        self.severity = severity;
        self.bucket = bucket;
        self.first = self.first.min(time);
        self.last = self.last.max(time);
        self.used = number;
        self.left == 0
    }
}

/// The bucket of the rate that the newest line is in: most lines are in that of the one before.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Clock {
    start: i64,
    bucket: i64,
}

impl Clock {
    pub(super) fn bucket(&mut self, time: Nanos) -> i64 {
        let within = time.0.wrapping_sub(self.start) as u64;
        if within >= BUCKET_NANOS as u64 {
            self.bucket = bucket_of(time);
            self.start = self.bucket.wrapping_mul(BUCKET_NANOS);
        }
        self.bucket
    }
}
