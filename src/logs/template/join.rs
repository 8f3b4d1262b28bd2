//! Makes one template of several.

use super::LogTemplateEngine;
use super::cluster::Cluster;
use super::merge::Search;
use super::shape::Gap;

impl LogTemplateEngine {
    /// Merges a new cluster with others for as long as there is evidence. Returns the survivor.
    pub(super) fn merge(&mut self, mut slot: u32) -> u32 {
        while let Some(merge) =
            Search::new(&self.config.evidence, &self.buckets, &self.clusters, slot)
                .and_then(|it| it.evidence())
        {
            for &at in merge.with.iter().chain([&slot]) {
                self.settle(at);
                if let Some(cluster) = &self.clusters[at as usize] {
                    for &place in &merge.widen {
                        self.buckets.values.learn(&cluster.slots[place]);
                    }
                    if let Some(around) = merge.around {
                        let text = around.before..cluster.slots.len() - around.behind;
                        self.buckets.values.learn_text(&cluster.slots[text]);
                    }
                }
            }
            let rank = |at: u32| {
                self.clusters[at as usize]
                    .as_ref()
                    .map_or((0, 0), |it| (it.count, u64::MAX - it.born))
            };
            let survivor = merge
                .with
                .iter()
                .copied()
                .chain([slot])
                .max_by_key(|&at| rank(at))
                .unwrap_or(slot);
            let Some(mut winner) = self.take(survivor) else {
                return slot;
            };
            let gap = |it: &Cluster| {
                let around = merge.around?;
                Some(Gap {
                    at: around.before,
                    taken: it.slots.len() - around.behind - around.before,
                    marks: around.marks,
                    close: around.close,
                })
            };
            if let Some(gap) = gap(&winner) {
                winner.open(&[gap]);
            }
            for &place in &merge.widen {
                winner.widen(place);
            }
            for loser in merge
                .with
                .iter()
                .copied()
                .chain([slot])
                .filter(|&at| at != survivor)
            {
                if let Some(mut cluster) = self.take(loser) {
                    if let Some(gap) = gap(&cluster) {
                        cluster.open(&[gap]);
                    }
                    self.aliases.add(cluster.id, winner.id, cluster.merged);
                    self.free.push(loser);
                    winner.absorb(cluster, self.lines);
                }
            }
            self.put(survivor, winner);
            if merge.around.is_some() {
                self.open_like(survivor);
            }
            slot = survivor;
        }
        slot
    }

    /// Opens the gaps of one cluster in those that are much like it.
    pub(super) fn open_like(&mut self, slot: u32) {
        let near = match &self.clusters[slot as usize] {
            Some(opened) if opened.is_gapped() => self.buckets.siblings(&self.clusters, opened),
            _ => return,
        };
        for (at, gaps) in near {
            if let Some(mut cluster) = self.take(at) {
                cluster.open(&gaps);
                self.put(at, cluster);
            }
        }
    }
}
