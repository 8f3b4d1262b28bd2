//! Finds the template of a shape that was not seen before, and merges templates on evidence.

use super::cluster::Cluster;
use super::evidence::needed;
use super::scanner::Class;
use super::shape::{STAR, Shape, Slot, VALUE, mix};
use crate::logs::severity::Severity;

/// No cluster.
pub(super) const NONE: u32 = u32::MAX;
/// Most clusters of one bucket that a shape is compared with.
const MAX_CANDIDATES: usize = 256;
/// Heads of the lists of clusters.
const BUCKETS: usize = 4096;
/// Most places in which lines of one event may differ at the time they are merged.
const MAX_DIFFERENCES: usize = 2;

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
        let candidates = self.of(clusters, shape.skeleton, level, shape.slots.len());
        candidates
            .filter(|(_, cluster)| covers(&cluster.slots, &shape.slots))
            .min_by_key(|(_, cluster)| (stars(&cluster.slots), cluster.born))
            .map(|(slot, _)| slot)
    }
}

fn stars(slots: &[Slot]) -> usize {
    slots.iter().filter(|slot| slot.word == STAR).count()
}

/// Whether all lines of `narrow` are lines of `wide`.
fn covers(wide: &[Slot], narrow: &[Slot]) -> bool {
    wide.iter()
        .zip(narrow)
        .all(|(wide, narrow)| wide.covers(narrow))
}

/// A cluster that differs from another in one or two slots.
struct Sibling {
    at: u32,
    places: [usize; MAX_DIFFERENCES],
    count: usize,
}

/// What is to be merged, and the slots that vary from then on.
pub(super) struct Merge {
    pub(super) with: Vec<u32>,
    pub(super) widen: Vec<usize>,
    /// Whether their tails become one slot.
    pub(super) tails: bool,
}

/// Looks for evidence that a cluster and others are one event.
pub(super) fn evidence(buckets: &Buckets, clusters: &[Option<Cluster>], of: u32) -> Option<Merge> {
    let own = clusters.get(of as usize)?.as_ref()?;
    let slots = &own.slots;
    let mut covered = Vec::new();
    let mut siblings = Vec::new();
    for (at, other) in buckets.of(clusters, own.skeleton, own.level, slots.len()) {
        if at == of {
            continue;
        }
        let mut sibling = Sibling {
            at,
            places: [0; MAX_DIFFERENCES],
            count: 0,
        };
        let mut wide = true;
        let mut near = true;
        for (i, (a, b)) in slots.iter().zip(&other.slots).enumerate() {
            if a.word == b.word || a.word == STAR {
                continue;
            }
            wide = false;
            if sibling.count == MAX_DIFFERENCES {
                near = false;
                break;
            }
            sibling.places[sibling.count] = i;
            sibling.count += 1;
        }
        if wide {
            covered.push(at);
        } else if near {
            siblings.push(sibling);
        }
    }
    if !covered.is_empty() {
        return Some(Merge {
            with: covered,
            widen: Vec::new(),
            tails: false,
        });
    }
    let slot_of = |at: u32, place: usize| {
        clusters
            .get(at as usize)
            .and_then(Option::as_ref)
            .map(|it| it.slots[place])
    };
    for place in 0..slots.len() {
        let with: Vec<u32> = siblings
            .iter()
            .filter(|s| s.count == 1 && s.places[0] == place)
            .map(|s| s.at)
            .collect();
        if with.is_empty() {
            continue;
        }
        let seen: Vec<Slot> = with
            .iter()
            .filter_map(|&at| slot_of(at, place))
            .chain([slots[place]])
            .collect();
        if varies(&seen, constants(slots, &[place]), 0) {
            return Some(Merge {
                with,
                widen: vec![place],
                tails: false,
            });
        }
    }
    for index in 0..siblings.len() {
        let Sibling { places, count, .. } = siblings[index];
        let first = siblings[..index]
            .iter()
            .all(|s| s.count != 2 || s.places != places);
        if count != 2 || !first {
            continue;
        }
        let with: Vec<u32> = siblings
            .iter()
            .filter(|s| {
                s.count == 2 && s.places == places || s.count == 1 && places.contains(&s.places[0])
            })
            .map(|s| s.at)
            .collect();
        let constants = constants(slots, &places);
        if constants < 2 {
            continue;
        }
        let distinct = |place: usize| {
            let mut seen: Vec<Slot> = with
                .iter()
                .filter_map(|&at| slot_of(at, place))
                .chain([slots[place]])
                .collect();
            crate::sort::sort_by_key(&mut seen, |slot| slot.word);
            seen.dedup_by_key(|slot| slot.word);
            seen
        };
        if places
            .iter()
            .all(|&place| varies(&distinct(place), constants, 1))
        {
            return Some(Merge {
                with,
                widen: places.to_vec(),
                tails: false,
            });
        }
    }
    None
}

/// The number of what stands before a cluster's tail.
pub(super) fn tail_key(cluster: &Cluster) -> Option<u64> {
    let tail = cluster.tail?;
    let level = cluster.level.index() as u64;
    let around = tail.around(&cluster.slots);
    Some(around.fold(mix(tail.skeleton, level), |key, slot| mix(key, slot.word)))
}

/// How many different tails make the tail of a cluster free text.
pub(super) fn tails_needed(cluster: &Cluster) -> usize {
    let around = cluster
        .tail
        .iter()
        .flat_map(|tail| tail.around(&cluster.slots));
    match around.filter(|slot| slot.is_constant()).count() {
        0 | 1 => usize::MAX,
        2 => 6,
        _ => 4,
    }
}

/// Looks for clusters that differ from one only behind its last `:` or `=`.
pub(super) fn tail_evidence(clusters: &[Option<Cluster>], of: u32) -> Option<Merge> {
    let own = clusters.get(of as usize)?.as_ref()?;
    let tail = own.tail?;
    let same = |other: &Cluster| {
        other.level == own.level
            && other.tail == own.tail
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
    (with.len() + 1 >= tails_needed(own)).then_some(Merge {
        with,
        widen: Vec::new(),
        tails: true,
    })
}

/// Words of a line beside those in some places.
fn constants(slots: &[Slot], without: &[usize]) -> usize {
    slots
        .iter()
        .enumerate()
        .filter(|(i, slot)| !without.contains(i) && slot.is_constant())
        .count()
}

/// Whether different words seen in one place are evidence enough. `more` raises the bar.
fn varies(seen: &[Slot], constants: usize, more: usize) -> bool {
    let Some(context) = seen.first().map(|slot| slot.context) else {
        return false;
    };
    let (mut words, mut weight) = (0, 0);
    for class in [Class::Value, Class::Name, Class::Plain, Class::Constant] {
        for slot in seen {
            // A value, or a place that varies already, stands for more than one word.
            let open = slot.word == STAR || slot.word == VALUE;
            let own = if open { Class::Value } else { slot.class };
            if own == class {
                words += 1;
                weight += if open { 2 } else { 1 };
            }
        }
        if words >= 2 && weight >= needed(class, context, constants).saturating_add(more) {
            return true;
        }
    }
    false
}
