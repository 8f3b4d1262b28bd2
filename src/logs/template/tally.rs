//! What changes with every line of a template, apart from the rest of it: a few cache lines for
//! each of 4096 templates would be more than the processor keeps at hand.

use super::rate::{bucket_of, coarse_of};
use super::{Template, TemplateId};
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

    /// Adds the lines to a template whose rates end with bucket `end`.
    pub(super) fn add_to(&self, template: &mut Template, end: i64) {
        if self.lines == 0 {
            return;
        }
        template.count += u64::from(self.lines);
        template.severities[self.severity] += u64::from(self.lines);
        template.first_seen = template.first_seen.min(self.first);
        template.last_seen = template.last_seen.max(self.last);
        let fine = end.saturating_sub(self.bucket);
        let coarse = coarse_of(end).saturating_sub(coarse_of(self.bucket));
        for (series, back) in [
            (&mut template.rate, fine),
            (&mut template.coarse_rate, coarse),
        ] {
            let at = (series.len() as i64 - 1).checked_sub(back);
            if let Some(count) = at.and_then(|at| series.get_mut(usize::try_from(at).ok()?)) {
                *count = count.saturating_add(self.lines);
            }
        }
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
        if within >= super::rate::BUCKET_NANOS as u64 {
            self.bucket = bucket_of(time);
            self.start = self.bucket.wrapping_mul(super::rate::BUCKET_NANOS);
        }
        self.bucket
    }
}
