//! Which clusters are kept, in which slots, and which go where there is no room.

use super::cluster::Cluster;
use super::tally::Tally;
use super::{LogTemplateEngine, TemplateId};
use crate::logs::severity::Severity;
use crate::sort::sort_by_key;
use crate::time::Nanos;

impl LogTemplateEngine {
    /// Lets clusters go until the memory is within its bound.
    pub(super) fn keep_within_bytes(&mut self) {
        while self.heap_bytes() > self.config.max_bytes && self.len() > 1 {
            self.evict();
        }
    }

    pub(super) fn insert(&mut self, line: &str, level: Severity, time: Nanos, bucket: i64) -> u32 {
        self.keep_within_bytes();
        if self.free.is_empty() && self.clusters.len() >= self.config.max_templates {
            self.evict();
        }
        let slot = match self.free.pop() {
            Some(slot) => slot,
            None => {
                self.clusters.push(None);
                self.tallies.push(Tally::new(None, 1));
                self.next_ids.push(self.next_ids.len() as u32);
                (self.clusters.len() - 1) as u32
            }
        };
        let next = &mut self.next_ids[slot as usize];
        let id = TemplateId(*next);
        *next = next.wrapping_add(self.config.max_templates as u32);
        let mut cluster = Cluster::new(id, level, &self.reader.scanned(line), time, bucket);
        cluster.born = self.lines;
        cluster.used = self.lines;
        self.put(slot, cluster);
        slot
    }

    /// Takes a cluster out, with its tally.
    pub(super) fn take(&mut self, slot: u32) -> Option<Cluster> {
        self.settle(slot);
        self.buckets.unlink(slot);
        self.tallies[slot as usize].id = None;
        let cluster = self.clusters[slot as usize].take()?;
        self.bytes -= cluster.heap_bytes();
        Some(cluster)
    }

    /// Puts a cluster in a slot, and nothing in its tally.
    pub(super) fn put(&mut self, slot: u32, mut cluster: Cluster) {
        self.bytes += cluster.heap_bytes();
        self.buckets.link(slot, &cluster);
        let tally = &mut self.tallies[slot as usize];
        *tally = Tally::new(None, 1);
        cluster.settle(tally);
        self.clusters[slot as usize] = Some(cluster);
    }

    /// Lets a sixteenth of the clusters go, those of the smallest decayed count.
    fn evict(&mut self) {
        self.settle_all();
        let number = self.lines;
        let mut order: Vec<(u32, u64, u32)> = self
            .clusters
            .iter()
            .flatten()
            .map(|it| {
                (
                    it.weight_at(number),
                    it.used,
                    it.id.0 % self.config.max_templates as u32,
                )
            })
            .collect();
        sort_by_key(&mut order, |it| *it);
        order.truncate((self.config.max_templates / 16).max(1));
        for (_, _, slot) in order {
            if let Some(cluster) = self.take(slot) {
                self.evicted += 1;
                self.evicted_lines += cluster.count;
                self.free.push(slot);
            }
        }
    }
}
