//! Finds the template of a shape that was not seen before, and merges templates on evidence.

use super::cluster::Cluster;
use super::evidence::{Context, Evidence};
use super::scanner::Class;
use super::shape::{STAR, Shape, Slot, Tail, VALUE, mix};
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

/// Clusters by what cannot vary: marks, places of slots, explicit severity.
#[derive(Clone, Debug)]
pub(super) struct Buckets {
    heads: Box<[u32]>,
}

impl Buckets {
    pub(super) fn new() -> Self {
        Self {
            heads: vec![NONE; BUCKETS].into(),
        }
    }

    fn head(skeleton: u64, level: Severity) -> usize {
        (skeleton.rotate_left(level.index() as u32) >> 20) as usize % BUCKETS
    }

    pub(super) fn link(&mut self, clusters: &mut [Option<Cluster>], slot: u32) {
        if let Some(cluster) = &mut clusters[slot as usize] {
            let head = &mut self.heads[Self::head(cluster.skeleton, cluster.level)];
            cluster.next = std::mem::replace(head, slot);
        }
    }

    pub(super) fn unlink(&mut self, clusters: &mut [Option<Cluster>], slot: u32) {
        let Some(cluster) = &clusters[slot as usize] else {
            return;
        };
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

    /// The template that a shape belongs to; the one with the fewest words that vary, and the
    /// oldest of those.
    pub(super) fn find(
        &self,
        clusters: &[Option<Cluster>],
        shape: &Shape,
        level: Severity,
    ) -> Option<u32> {
        let find = |skeleton, slots: &[Slot]| self.covering(clusters, skeleton, level, slots);
        find(shape.skeleton, &shape.slots).or_else(|| {
            let tails = shape.tails.iter().flatten();
            tails
                .filter_map(|tail| find(tail.skeleton, &tail.opened(&shape.slots)))
                .next()
        })
    }

    /// The tail of a shape that is free text in a template much like it.
    pub(super) fn free_text(
        &self,
        clusters: &[Option<Cluster>],
        shape: &Shape,
        level: Severity,
    ) -> Option<u64> {
        let tails = shape.tails.iter().flatten();
        tails
            .map(|tail| (tail.skeleton, tail.opened(&shape.slots)))
            .find_map(|(skeleton, slots)| {
                self.of(clusters, skeleton, level, slots.len())
                    .any(|(_, other)| is_near(&other.slots, &slots))
                    .then_some(skeleton)
            })
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

/// The places that vary, as bits.
fn stars(slots: &[Slot]) -> u64 {
    let star = |(i, slot): (usize, &Slot)| u64::from(slot.word == STAR) * bit(i);
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

/// What is to be merged, and the slots that vary from then on.
pub(super) struct Merge {
    pub(super) with: Vec<u32>,
    pub(super) widen: Vec<usize>,
    /// Which of their tails becomes one slot.
    pub(super) tail: Option<usize>,
}

/// Looks for evidence that a cluster and others are one event.
pub(super) fn evidence(
    knobs: &Evidence,
    buckets: &Buckets,
    clusters: &[Option<Cluster>],
    of: u32,
) -> Option<Merge> {
    let own = clusters.get(of as usize)?.as_ref()?;
    let slots = &own.slots;
    let (mut covered, mut covering) = (Vec::new(), None);
    // Others, each with the places in which it differs as bits.
    let mut siblings: Vec<(u32, u64)> = Vec::new();
    for (at, other) in buckets.of(clusters, own.skeleton, own.level, slots.len()) {
        if at == of {
            continue;
        }
        let (mut places, mut wide, mut narrow) = (0u64, true, true);
        for (i, (a, b)) in slots.iter().zip(&other.slots).enumerate() {
            let (over, under) = (a.covers(b), b.covers(a));
            wide &= over;
            narrow &= under;
            // What varies in one of them was proved there.
            if !over && !under {
                // Far out in a long line: as good as too many.
                places |= if i < 64 { bit(i) } else { u64::MAX };
            }
        }
        if wide {
            covered.push(at);
        } else if narrow {
            covering.get_or_insert(at);
        } else if (1..=MAX_DIFFERENCES).contains(&places.count_ones()) {
            siblings.push((at, places));
        }
    }
    if covered.is_empty() {
        covered.extend(covering);
    }
    if !covered.is_empty() {
        return Some(Merge {
            with: covered,
            widen: Vec::new(),
            tail: None,
        });
    }
    // Fewer differences first; each combination once.
    let mut tried = 0;
    for (count, index) in
        (1..=MAX_DIFFERENCES).flat_map(|n| (0..siblings.len()).map(move |i| (n, i)))
    {
        let places = siblings[index].1;
        let seen = siblings[..index].iter().any(|it| it.1 == places);
        if places.count_ones() != count || seen || tried == MAX_KINDS {
            continue;
        }
        tried += 1;
        let within = |&(_, it): &&(u32, u64)| it & !places == 0;
        let with: Vec<u32> = siblings.iter().filter(within).map(|&(at, _)| at).collect();
        let others = || {
            with.iter()
                .filter_map(|&at| clusters.get(at as usize)?.as_ref())
        };
        // What varies in one of them varies in all from then on.
        let varying = others().fold(places | stars(slots), |all, it| all | stars(&it.slots));
        let constants = constants(slots, varying);
        let open = |(i, slot): &(usize, &Slot)| varying & bit(*i) != 0 && slot.is_open();
        let vague = slots.iter().enumerate().filter(open).count() > constants + 1;
        // What is left must still say what the event is.
        if vague || count > 1 && constants < 2.max(count as usize) {
            continue;
        }
        let seen_in = |place: usize| {
            let mut seen: Vec<Slot> = Vec::new();
            for slot in others().chain([own]).filter_map(|it| it.slots.get(place)) {
                if seen.iter().all(|it| it.word != slot.word) {
                    seen.push(*slot);
                }
            }
            seen
        };
        let widen: Vec<usize> = (0..slots.len()).filter(|i| places & bit(*i) != 0).collect();
        let more = count as usize - 1;
        if widen
            .iter()
            .all(|&place| varies(knobs, &seen_in(place), constants, more))
        {
            return Some(Merge {
                with,
                widen,
                tail: None,
            });
        }
    }
    None
}

/// What of a cluster stands around one of its tails, as a number.
pub(super) fn tail_key(cluster: &Cluster, number: usize) -> Option<u64> {
    let tail = cluster.tails[number]?;
    let level = cluster.level.index() as u64;
    let around = tail.around(&cluster.slots);
    Some(around.fold(mix(tail.skeleton, level), |key, slot| mix(key, slot.word)))
}

/// How many different texts make a tail of a cluster free text.
pub(super) fn tails_needed(knobs: &Evidence, cluster: &Cluster, number: usize) -> usize {
    let tail = cluster.tails[number].as_ref();
    let around = || tail.iter().flat_map(|tail| tail.around(&cluster.slots));
    let thrown = around().any(|slot| slot.context == Context::Thrown);
    let constants = around().filter(|slot| slot.is_constant()).count();
    knobs.tails_needed(number, constants, thrown)
}

/// Looks for clusters that differ from one only in a tail.
pub(super) fn tail_evidence(
    knobs: &Evidence,
    clusters: &[Option<Cluster>],
    of: u32,
    number: usize,
) -> Option<Merge> {
    let own = clusters.get(of as usize)?.as_ref()?;
    let tail = own.tails[number]?;
    let same = |other: &Cluster| {
        other.level == own.level
            && other.tails[number] == own.tails[number]
            && tail
                .around(&own.slots)
                .zip(tail.around(&other.slots))
                .all(|(own, other)| own.covers(other))
    };
    let with: Vec<u32> = (0u32..)
        .zip(clusters)
        .filter(|(at, other)| *at != of && other.as_ref().is_some_and(same))
        .map(|(at, _)| at)
        .collect();
    // Single words are left to the evidence of their place.
    let texts = with
        .iter()
        .chain([&of])
        .filter_map(|&at| clusters.get(at as usize)?.as_ref())
        .filter(|it| tail.range(it.slots.len()).len() > 1);
    (texts.count() >= tails_needed(knobs, own, number)).then_some(Merge {
        with,
        widen: Vec::new(),
        tail: Some(number),
    })
}

/// Whether two lines differ in few words and have more of them in common.
fn is_near(one: &[Slot], other: &[Slot]) -> bool {
    let places = || one.iter().zip(other);
    let differing = places().filter(|(a, b)| a.word != b.word).count();
    let same = places().filter(|(a, b)| a.word == b.word && a.is_constant());
    differing <= MAX_DIFFERENCES as usize && same.count() >= differing.max(2)
}

/// Clusters beside one whose tail became free text that differ from it in few other places: theirs
/// is free text, too.
pub(super) fn tail_siblings(
    clusters: &[Option<Cluster>],
    tail: Tail,
    number: usize,
    opened: &Cluster,
) -> Vec<u32> {
    let near = |other: &Cluster| {
        other.level == opened.level
            && other.tails[number] == Some(tail)
            && is_near(&opened.slots, &tail.opened(&other.slots))
    };
    (0u32..)
        .zip(clusters)
        .filter(|(_, other)| other.as_ref().is_some_and(near))
        .map(|(at, _)| at)
        .collect()
}

/// Words of a line beside those in some places.
fn constants(slots: &[Slot], without: u64) -> usize {
    let slots = slots.iter().enumerate();
    slots
        .filter(|(i, slot)| without & bit(*i) == 0 && slot.is_constant())
        .count()
}

/// Whether different words seen in one place are evidence enough. `more` raises the bar.
fn varies(knobs: &Evidence, seen: &[Slot], constants: usize, more: usize) -> bool {
    let Some(context) = seen.first().map(|slot| slot.context) else {
        return false;
    };
    let (mut words, mut weight) = (0, 0);
    for class in [
        Class::Value,
        Class::Method,
        Class::Name,
        Class::Plain,
        Class::Constant,
    ] {
        let before = words;
        for slot in seen {
            // A value, or a place that varies already, stands for more than one word.
            let open = slot.word == STAR || slot.word == VALUE;
            let own = if open { Class::Value } else { slot.class };
            if own == class {
                words += 1;
                weight += if open { knobs.open } else { 1 };
            }
        }
        if words > before
            && words >= 2
            && weight >= knobs.needed(class, context, constants).saturating_add(more)
        {
            return true;
        }
    }
    false
}
