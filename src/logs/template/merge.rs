//! Finds the template of a shape that was not seen before, and merges templates on evidence.

mod gaps;
mod vocabulary;
mod words;

pub(super) use gaps::{gap_evidence, siblings};
pub(super) use words::evidence;

use vocabulary::Vocabulary;

use super::cluster::Cluster;
use super::shape::{Gap, Shape, Slot, fit, keep_tails, open, skeleton};
use crate::logs::severity::Severity;

/// No cluster.
pub(super) const NONE: u32 = u32::MAX;
/// Most clusters of one bucket that a shape is compared with.
const MAX_CANDIDATES: usize = 256;
/// Heads of the lists of clusters.
const BUCKETS: usize = 4096;
/// Most places in which lines of one event may differ at the time they are merged.
const MAX_DIFFERENCES: u32 = 4;
/// Most combinations of such places that are tried.
const MAX_KINDS: usize = 24;

/// Of a cluster.
#[derive(Clone, Copy, Debug, Default)]
struct Outline {
    /// Its constant words, a bit each.
    words: u64,
    first: u64,
    gapped: bool,
}

/// Clusters by what cannot vary: marks, places of slots, explicit severity.
#[derive(Clone, Debug)]
pub(super) struct Buckets {
    heads: Box<[u32]>,
    /// What tells at a glance that a cluster is of no interest, by its slot.
    outlines: Vec<Outline>,
    /// What varied so far.
    pub(super) values: Vocabulary,
}

impl Buckets {
    pub(super) fn new() -> Self {
        Self {
            heads: vec![NONE; BUCKETS].into(),
            outlines: Vec::new(),
            values: Vocabulary::new(),
        }
    }

    /// Memory beside the lists' heads in bytes.
    pub(super) fn heap_bytes(&self) -> usize {
        self.outlines.capacity() * size_of::<Outline>()
    }

    fn head(skeleton: u64, level: Severity) -> usize {
        (skeleton.rotate_left(level.index() as u32) >> 20) as usize % BUCKETS
    }

    pub(super) fn link(&mut self, clusters: &mut [Option<Cluster>], slot: u32) {
        if let Some(cluster) = &mut clusters[slot as usize] {
            let head = &mut self.heads[Self::head(cluster.skeleton, cluster.level)];
            cluster.next = std::mem::replace(head, slot);
            if self.outlines.len() <= slot as usize {
                self.outlines.resize(slot as usize + 1, Outline::default());
            }
            self.outlines[slot as usize] = Outline {
                words: words(&cluster.slots),
                first: cluster.slots.first().map_or(0, |it| it.word),
                gapped: cluster.is_gapped(),
            };
        }
    }

    pub(super) fn unlink(&mut self, clusters: &mut [Option<Cluster>], slot: u32) {
        let Some(cluster) = &clusters[slot as usize] else {
            return;
        };
        self.outlines[slot as usize] = Outline::default();
        let (next, head) = (cluster.next, Self::head(cluster.skeleton, cluster.level));
        let mut at = self.heads[head];
        if at == slot {
            self.heads[head] = next;
            return;
        }
        while let Some(Some(cluster)) = clusters.get_mut(at as usize) {
            if cluster.next == slot {
                cluster.next = next;
                return;
            }
            at = cluster.next;
        }
    }

    /// The clusters of a bucket, newest first.
    pub(super) fn of<'a>(
        &self,
        clusters: &'a [Option<Cluster>],
        skeleton: u64,
        level: Severity,
        slots: usize,
    ) -> impl Iterator<Item = (u32, &'a Cluster)> {
        let mut at = self.heads[Self::head(skeleton, level)];
        std::iter::from_fn(move || {
            let cluster = clusters.get(at as usize)?.as_ref()?;
            Some((std::mem::replace(&mut at, cluster.next), cluster))
        })
        .filter(move |(_, it)| {
            it.skeleton == skeleton && it.level == level && it.slots.len() == slots
        })
        .take(MAX_CANDIDATES)
    }

    /// The template that lines with these slots belong to; the one with the fewest words that vary,
    /// and the oldest of those. Where it has gaps, they are opened in the slots.
    pub(super) fn find(
        &self,
        clusters: &[Option<Cluster>],
        shape: &mut Shape,
        level: Severity,
        gaps: &mut Vec<Gap>,
    ) -> Option<u32> {
        let slots = &shape.slots;
        if let Some(found) = self.covering(clusters, skeleton(slots), level, slots) {
            return Some(found);
        }
        let own = words(slots);
        let mut near = None;
        for (at, outline) in (0u32..).zip(&self.outlines) {
            let lacking = (outline.words & !own).count_ones();
            if !outline.gapped || lacking > MAX_DIFFERENCES {
                continue;
            }
            let Some(other) = clusters[at as usize]
                .as_ref()
                .filter(|it| it.level == level && fit(slots, &it.slots, gaps))
            else {
                continue;
            };
            let mut opened = slots.clone();
            open(&mut opened, gaps);
            if covers(&other.slots, &opened) {
                return Some(at);
            }
            if near.is_none() && is_near(&other.slots, &opened) {
                near = Some((opened, gaps.clone()));
            }
        }
        let gaps;
        (shape.slots, gaps) = near?;
        keep_tails(&mut shape.tails, shape.slots.len(), &gaps);
        None
    }

    fn covering(
        &self,
        clusters: &[Option<Cluster>],
        skeleton: u64,
        level: Severity,
        slots: &[Slot],
    ) -> Option<u32> {
        self.of(clusters, skeleton, level, slots.len())
            .filter(|(_, cluster)| covers(&cluster.slots, slots))
            .min_by_key(|(_, cluster)| (stars(&cluster.slots).count_ones(), cluster.born))
            .map(|(slot, _)| slot)
    }
}

/// The bit of a place; none of those beyond the 64th.
fn bit(place: usize) -> u64 {
    1u64.checked_shl(place as u32).unwrap_or(0)
}

/// The constant words of a line, a bit each.
fn words(slots: &[Slot]) -> u64 {
    let constants = slots.iter().filter(|it| it.is_constant());
    constants.fold(0, |all, it| all | 1 << (it.word >> 58))
}

/// The places that vary, as bits.
fn stars(slots: &[Slot]) -> u64 {
    let star = |(i, slot): (usize, &Slot)| u64::from(slot.is_wild()) * bit(i);
    slots
        .iter()
        .enumerate()
        .map(star)
        .fold(0, |all, it| all | it)
}

/// Whether all lines of `narrow` are lines of `wide`.
fn covers(wide: &[Slot], narrow: &[Slot]) -> bool {
    wide.iter()
        .zip(narrow)
        .all(|(wide, narrow)| wide.covers(narrow))
}

/// Where a gap is.
#[derive(Clone, Copy)]
pub(super) struct Around {
    pub(super) before: usize,
    pub(super) behind: usize,
    pub(super) marks: u32,
    pub(super) close: u32,
}

/// What is to be merged, and the slots that vary from then on.
pub(super) struct Merge {
    pub(super) with: Vec<u32>,
    pub(super) widen: Vec<usize>,
    /// Slots that they have in common before and behind what becomes a gap, and the marks there.
    pub(super) around: Option<Around>,
}

/// Whether two lines differ in few words and have more of them in common.
fn is_near(one: &[Slot], other: &[Slot]) -> bool {
    let places = || one.iter().zip(other);
    let differing = places().filter(|(a, b)| a.word != b.word).count();
    let same = places().filter(|(a, b)| a.word == b.word && a.is_constant());
    differing <= MAX_DIFFERENCES as usize && same.count() >= differing.max(2)
}
