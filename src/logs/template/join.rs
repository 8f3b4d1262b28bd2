//! Makes one template of several.

use super::cache::{Entry, Memo};
use super::cluster::Cluster;
use super::{LogTemplateEngine, Severity, TemplateId, merge, shape};

impl LogTemplateEngine {
    /// Merges a new cluster with others for as long as there is evidence. Returns the survivor.
    pub(super) fn merge(&mut self, mut slot: u32) -> u32 {
        while let Some(merge) =
            merge::evidence(&self.config.evidence, &self.buckets, &self.clusters, slot)
                .or_else(|| self.tails(slot))
        {
            for &at in merge.with.iter().chain([&slot]) {
                self.settle(at);
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
            let tail = merge
                .tail
                .and_then(|number| Some((number, winner.tails[number]?)));
            if let Some((number, tail)) = tail {
                winner.open_tail(number);
                self.open_siblings(number, tail, &winner);
            }
            for place in merge.widen {
                winner.widen(place);
            }
            for loser in merge
                .with
                .into_iter()
                .chain([slot])
                .filter(|&at| at != survivor)
            {
                if let Some(mut cluster) = self.take(loser) {
                    if let Some(number) = merge.tail {
                        cluster.open_tail(number);
                    }
                    self.aliases.add(cluster.id, winner.id);
                    self.free.push(loser);
                    winner.absorb(cluster, self.lines);
                }
            }
            self.put(survivor, winner);
            self.buckets.link(&mut self.clusters, survivor);
            slot = survivor;
        }
        slot
    }

    /// Opens the tails of clusters that are much like one whose tail became free text.
    fn open_siblings(&mut self, number: usize, tail: shape::Tail, opened: &Cluster) {
        for at in merge::tail_siblings(&self.clusters, tail, number, opened) {
            if let Some(mut cluster) = self.take(at) {
                cluster.open_tail(number);
                self.put(at, cluster);
                self.buckets.link(&mut self.clusters, at);
            }
        }
    }

    /// Counts a cluster for what stands around its tails; looks at all clusters only when that came
    /// often enough.
    fn tails(&mut self, slot: u32) -> Option<merge::Merge> {
        let knobs = self.config.evidence;
        (0..shape::TAILS).find_map(|number| {
            let cluster = self.clusters.get(slot as usize)?.as_ref()?;
            let key = merge::tail_key(cluster, number)?;
            let needed = merge::tails_needed(&knobs, cluster, number);
            let seen = self.tails.get(key).map_or(0, |(_, it)| it.id.0) + 1;
            // A count in the place of a number.
            let entry = Entry::new(TemplateId(seen), 0, Severity::Unknown, Memo::default());
            self.tails.insert(key, entry);
            if (seen as usize) < needed {
                return None;
            }
            merge::tail_evidence(&knobs, &self.clusters, slot, number)
        })
    }
}
