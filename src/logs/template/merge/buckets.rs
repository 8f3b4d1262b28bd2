//! Clusters by what cannot vary, and what tells at a glance which are of interest.

use super::vocabulary::Vocabulary;
use super::{MAX_DIFFERENCES, covers, is_near, stars, words};
use crate::logs::severity::Severity;
use crate::logs::template::cluster::Cluster;
use crate::logs::template::shape::{Gap, STAR, Shape, Slot, fit, keep_tails, open, skeleton};

/// No cluster.
const NONE: u32 = u32::MAX;
/// Heads of the lists of clusters.
const BUCKETS: usize = 4096;
/// Most clusters of one bucket that a shape is compared with.
const MAX_CANDIDATES: usize = 256;
/// Clusters that are looked at for what they share with one.
const MAX_AKIN: usize = 512;

/// Of a cluster, or of a new shape.
#[derive(Clone, Copy, Debug, Default)]
struct Outline {
    /// Its constant words, a bit each.
    words: u64,
    /// Its first and last word.
    first: u64,
    last: u64,
    /// Marks and places of slots.
    skeleton: u64,
    /// Next cluster of the same bucket.
    next: u32,
    level: Severity,
    gapped: bool,
}

impl Outline {
    fn new(slots: &[Slot], skeleton: u64, level: Severity) -> Self {
        Self {
            words: words(slots),
            first: slots.first().map_or(0, |it| it.word),
            last: slots.iter().nth_back(1).map_or(0, |it| it.word),
            skeleton,
            next: NONE,
            level,
            gapped: false,
        }
    }

    fn head(&self) -> usize {
        (self.skeleton.rotate_left(self.level.index() as u32) >> 20) as usize % BUCKETS
    }
}

/// Clusters by marks, places of slots, explicit severity.
#[derive(Clone, Debug)]
pub(in crate::logs::template) struct Buckets {
    heads: Box<[u32]>,
    /// By the slot of the cluster.
    outlines: Vec<Outline>,
    /// Those with texts of any length, in order of their slots.
    gapped: Vec<u32>,
    /// What varied so far.
    pub(in crate::logs::template) values: Vocabulary,
}

impl Buckets {
    pub(in crate::logs::template) fn new() -> Self {
        Self {
            heads: vec![NONE; BUCKETS].into(),
            outlines: Vec::new(),
            gapped: Vec::new(),
            values: Vocabulary::new(),
        }
    }

    /// Memory beside the lists' heads and the vocabulary in bytes.
    pub(in crate::logs::template) fn heap_bytes(&self) -> usize {
        self.outlines.capacity() * size_of::<Outline>() + self.gapped.capacity() * 4
    }

    pub(in crate::logs::template) fn link(&mut self, slot: u32, cluster: &Cluster) {
        let at = slot as usize;
        if self.outlines.len() <= at {
            self.outlines.resize(at + 1, Outline::default());
        }
        let mut outline = Outline::new(&cluster.slots, cluster.skeleton, cluster.level);
        outline.gapped = cluster.is_gapped();
        if outline.gapped {
            let place = self.gapped.partition_point(|it| *it < slot);
            self.gapped.insert(place, slot);
        }
        let head = &mut self.heads[outline.head()];
        outline.next = std::mem::replace(head, slot);
        self.outlines[at] = outline;
    }

    pub(in crate::logs::template) fn unlink(&mut self, slot: u32) {
        let Some(outline) = self.outlines.get_mut(slot as usize) else {
            return;
        };
        let outline = std::mem::take(outline);
        if outline.gapped {
            self.gapped.retain(|it| *it != slot);
        }
        let mut at = self.heads[outline.head()];
        if at == slot {
            self.heads[outline.head()] = outline.next;
            return;
        }
        while let Some(before) = self.outlines.get_mut(at as usize) {
            if before.next == slot {
                before.next = outline.next;
                return;
            }
            at = before.next;
        }
    }

    /// The clusters that are built like one, newest first, which `of_interest` has by its words.
    fn alike<'a>(
        &'a self,
        clusters: &'a [Option<Cluster>],
        like: Outline,
        slots: usize,
        of_interest: impl Fn(u64) -> bool + 'a,
    ) -> impl Iterator<Item = (u32, &'a Cluster)> {
        let mut at = self.heads[like.head()];
        std::iter::from_fn(move || {
            let outline = self.outlines.get(at as usize)?;
            Some((std::mem::replace(&mut at, outline.next), outline))
        })
        .filter(move |(_, it)| {
            it.skeleton == like.skeleton && it.level == like.level && of_interest(it.words)
        })
        .filter_map(|(at, _)| Some((at, clusters.get(at as usize)?.as_ref()?)))
        .filter(move |(_, it)| it.slots.len() == slots)
    }

    /// The clusters that may differ from one in few words, newest first.
    pub(super) fn near<'a>(
        &'a self,
        clusters: &'a [Option<Cluster>],
        of: &'a Cluster,
    ) -> impl Iterator<Item = (u32, &'a Cluster)> {
        let own = Outline::new(&of.slots, of.skeleton, of.level);
        // The one of the two whose words vary may have few of the other's. Else as many must be left
        // as merging several places asks for.
        let constants = own.words.count_ones();
        let most = (2..=MAX_DIFFERENCES).rfind(|n| constants >= n + 2.max(*n));
        let few = move |words: u64| {
            words & !own.words == 0 || (own.words & !words).count_ones() <= most.unwrap_or(1)
        };
        self.alike(clusters, own, of.slots.len(), few)
            .take(MAX_CANDIDATES)
    }

    /// The template that lines with these slots belong to; the one with the fewest words that vary,
    /// and the oldest of those. Where only ones with gaps are much like it, the gaps of the best of
    /// them are opened in the slots.
    pub(in crate::logs::template) fn find(
        &self,
        clusters: &[Option<Cluster>],
        shape: &mut Shape,
        level: Severity,
        gaps: &mut Vec<Gap>,
    ) -> Option<u32> {
        let slots = &shape.slots;
        let rank = |cluster: &Cluster| (stars(&cluster.slots).count_ones(), cluster.born);
        let own = Outline::new(slots, skeleton(slots), level);
        let covering = self
            .alike(clusters, own, slots.len(), move |words| {
                words & !own.words == 0
            })
            .filter(|(_, cluster)| covers(&cluster.slots, slots))
            .min_by_key(|(_, cluster)| rank(cluster));
        if let Some((found, _)) = covering {
            return Some(found);
        }
        let mut found = None;
        let mut near: Option<Near> = None;
        for &at in &self.gapped {
            let outline = &self.outlines[at as usize];
            let lacking = (outline.words & !own.words).count_ones();
            if lacking > MAX_DIFFERENCES || outline.level != level {
                continue;
            }
            let Some(other) = clusters.get(at as usize).and_then(Option::as_ref) else {
                continue;
            };
            let Some(opened) = opened(slots, other, gaps) else {
                continue;
            };
            let rank = rank(other);
            if covers(&other.slots, &opened) {
                if found.is_none_or(|(best, _)| rank < best) {
                    found = Some((rank, at));
                }
            } else if is_near(&other.slots, &opened)
                && near.as_ref().is_none_or(|(best, ..)| rank < *best)
            {
                near = Some((rank, opened, gaps.clone()));
            }
        }
        if let Some((_, at)) = found {
            return Some(at);
        }
        let (_, slots, gaps) = near?;
        shape.slots = slots;
        keep_tails(&mut shape.tails, shape.slots.len(), &gaps);
        None
    }

    /// Clusters beside one with gaps that are built like it and differ from it in few words, with
    /// what stands in its gaps.
    pub(in crate::logs::template) fn siblings(
        &self,
        clusters: &[Option<Cluster>],
        wide: &Cluster,
    ) -> Vec<(u32, Vec<Gap>)> {
        let mut gaps = Vec::new();
        let mut near = Vec::new();
        let own = words(&wide.slots);
        for (at, outline) in (0u32..).zip(&self.outlines) {
            let lacking = (own & !outline.words).count_ones();
            let level = outline.level == wide.level && outline.skeleton != wide.skeleton;
            if own & outline.words == 0 || lacking > MAX_DIFFERENCES || !level {
                continue;
            }
            let Some(other) = clusters.get(at as usize).and_then(Option::as_ref) else {
                continue;
            };
            let opened = opened(&other.slots, wide, &mut gaps);
            if opened.is_some_and(|it| is_near(&wide.slots, &it)) {
                near.push((at, gaps.clone()));
            }
        }
        near
    }

    /// Clusters that have words in common with one, the first or the last one among them.
    pub(super) fn akin<'a>(
        &'a self,
        clusters: &'a [Option<Cluster>],
        of: u32,
    ) -> impl Iterator<Item = (u32, &'a Cluster)> {
        let own = self.outlines.get(of as usize).copied().unwrap_or_default();
        (0u32..)
            .zip(&self.outlines)
            .filter(move |(at, it)| {
                // Nearly all have nothing in common: that is found out first.
                let both = own.words & it.words;
                if both == 0 || it.level != own.level || *at == of {
                    return false;
                }
                if !may_meet(own.first, it.first) && !may_meet(own.last, it.last) {
                    return false;
                }
                let fewer = || own.words.count_ones().min(it.words.count_ones());
                it.first == own.first || both & (both - 1) != 0 && both.count_ones() * 3 >= fewer()
            })
            .take(MAX_AKIN)
            .filter_map(|(at, _)| Some((at, clusters.get(at as usize)?.as_ref()?)))
    }
}

/// Whether lines that have these words in one place may have the same there.
fn may_meet(one: u64, other: u64) -> bool {
    one == other || one == STAR || other == STAR
}

/// The rank of a cluster, the slots of a line with its gaps, and these.
type Near = ((u32, u64), Vec<Slot>, Vec<Gap>);

/// Some slots with the gaps of a cluster, if it is built like them.
fn opened(slots: &[Slot], wide: &Cluster, gaps: &mut Vec<Gap>) -> Option<Vec<Slot>> {
    fit(slots, &wide.slots, gaps).then(|| {
        let mut opened = slots.to_vec();
        open(&mut opened, gaps);
        opened
    })
}
