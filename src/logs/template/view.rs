//! What an engine tells of its templates and of itself.

use super::cluster::Cluster;
use super::rate::{RATE_BUCKET_SECONDS, bucket_of};
use super::tally::Tally;
use super::{LogTemplateEngine, Template, TemplateId};
use crate::sort::sort_by_key;
use crate::time::Millis;

impl LogTemplateEngine {
    /// All templates, the most frequent first; the older one first where they are equal.
    #[must_use]
    pub fn templates(&self) -> Vec<Template> {
        self.top(usize::MAX)
    }

    /// The `limit` most frequent templates, in the same order.
    #[must_use]
    pub fn top(&self, limit: usize) -> Vec<Template> {
        let mut order: Vec<(u64, u64, u32)> = (0..)
            .zip(self.clusters.iter().zip(&self.tallies))
            .filter_map(|(slot, (cluster, tally))| {
                let cluster = cluster.as_ref()?;
                let count = cluster.count + u64::from(tally.lines);
                Some((u64::MAX - count, cluster.born, slot))
            })
            .collect();
        sort_by_key(&mut order, |it| *it);
        order.truncate(limit);
        order.iter().filter_map(|it| self.template(it.2)).collect()
    }

    fn template(&self, slot: u32) -> Option<Template> {
        let end = self.end_bucket().unwrap_or_default();
        let cluster = self.clusters.get(slot as usize)?.as_ref()?;
        Some(cluster.template(end, self.tallies.get(slot as usize)?))
    }

    /// One template, or the one it became part of; `None` if it was evicted.
    #[must_use]
    pub fn get(&self, id: TemplateId) -> Option<Template> {
        self.template(self.slot(self.resolve(id))?)
    }

    /// The template that a merged one became part of; any other stays itself.
    #[must_use]
    pub fn resolve(&self, id: TemplateId) -> TemplateId {
        self.aliases.resolve(id)
    }

    /// The texts of all templates, in no order.
    pub fn patterns(&self) -> impl Iterator<Item = (TemplateId, String)> + '_ {
        let clusters = self.clusters.iter().flatten();
        clusters.map(|cluster| (cluster.id, cluster.pattern()))
    }

    /// Merged templates, each with the one that it became part of.
    pub fn aliases(&self) -> impl ExactSizeIterator<Item = (TemplateId, TemplateId)> + '_ {
        self.aliases.iter()
    }

    /// How many templates were merged into others so far.
    #[must_use]
    pub fn merges(&self) -> u64 {
        self.aliases.merges()
    }

    /// How many templates there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.clusters.len() - self.free.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Lines pushed, blank ones included.
    #[must_use]
    pub fn total_lines(&self) -> u64 {
        self.lines
    }

    /// Templates that had to go.
    #[must_use]
    pub fn evicted(&self) -> u64 {
        self.evicted
    }

    /// Lines that had been counted in the templates that went.
    #[must_use]
    pub fn evicted_lines(&self) -> u64 {
        self.evicted_lines
    }

    /// Says until when the stream was live: the rate series go on to there. See
    /// [`LogSeverityTimeSeries::live_until`](super::LogSeverityTimeSeries::live_until).
    pub fn live_until(&mut self, now: Option<Millis>) {
        self.live_until = now.map(|now| bucket_of(now.into()));
    }

    /// Start of the newest bucket of the rate series; `None` before the first line.
    #[must_use]
    pub fn rate_end(&self) -> Option<Millis> {
        self.end_bucket()
            .map(|bucket| Millis(bucket.saturating_mul(RATE_BUCKET_SECONDS * 1000)))
    }

    /// Memory that it holds in bytes.
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        self.bytes
            + self.clusters.capacity() * size_of::<Option<Cluster>>()
            + self.tallies.capacity() * size_of::<Tally>()
            + self.cache.heap_bytes()
            + self.buckets.heap_bytes()
            + self.aliases.heap_bytes()
    }

    pub(super) fn end_bucket(&self) -> Option<i64> {
        let newest = self.bucket?;
        Some(self.live_until.map_or(newest, |it| it.max(newest)))
    }
}
