//! Evidence that lines have a word of their own in some places.

use super::super::cluster::Cluster;
use super::super::evidence::{Context, Evidence};
use super::super::scanner::Class;
use super::super::shape::{Slot, VALUE};
use super::vocabulary::Vocabulary;
use super::{MAX_DIFFERENCES, MAX_KINDS, Merge, Search, bit, stars};
use crate::sort::sort_by_key;

/// A cluster that differs from another: where it is, the places in which it does, and those that
/// vary in it, as bits.
struct Sibling<'a> {
    at: u32,
    cluster: &'a Cluster,
    places: u64,
    stars: u64,
}

impl Search<'_> {
    /// Looks for clusters that differ from one in few words.
    pub(super) fn words(&self) -> Option<Merge> {
        let Self {
            knobs,
            buckets,
            clusters,
            of,
            own,
        } = *self;
        let slots = &own.slots;
        let (mut covered, mut covering) = (Vec::new(), None);
        let mut siblings: Vec<Sibling<'_>> = Vec::new();
        for (at, other) in buckets.near(clusters, own) {
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
                siblings.push(Sibling {
                    at,
                    cluster: other,
                    places,
                    stars: stars(&other.slots),
                });
            }
        }
        if covered.is_empty() {
            covered.extend(covering);
        }
        if !covered.is_empty() {
            return Some(Merge {
                with: covered,
                widen: Vec::new(),
                around: None,
            });
        }
        let own_stars = stars(slots);
        // Fewer differences first; each combination once.
        let mut tried = 0;
        for (count, index) in
            (1..=MAX_DIFFERENCES).flat_map(|n| (0..siblings.len()).map(move |i| (n, i)))
        {
            let places = siblings[index].places;
            let seen = siblings[..index].iter().any(|it| it.places == places);
            if places.count_ones() != count || seen || tried == MAX_KINDS {
                continue;
            }
            tried += 1;
            let within = || siblings.iter().filter(|it| it.places & !places == 0);
            // What varies in one of them varies in all from then on.
            let varying = within().fold(places | own_stars, |all, it| all | it.stars);
            let constants = constants(slots, varying);
            let open = |(i, slot): &(usize, &Slot)| varying & bit(*i) != 0 && slot.is_open();
            let vague = slots.iter().enumerate().filter(open).count() > constants + 1;
            // What is left must still say what the event is.
            if vague || count > 1 && constants < 2.max(count as usize) {
                continue;
            }
            let seen_in = |place: usize| {
                let lines = within().map(|it| it.cluster).chain([own]);
                let mut seen: Vec<Slot> = lines.map(|it| it.slots[place]).collect();
                sort_by_key(&mut seen, |it| it.word);
                seen.dedup_by_key(|it| it.word);
                seen
            };
            let widen: Vec<usize> = (0..slots.len()).filter(|i| places & bit(*i) != 0).collect();
            let more = count as usize - 1;
            if widen
                .iter()
                .all(|&place| varies(knobs, &buckets.values, &seen_in(place), constants, more))
            {
                return Some(Merge {
                    with: within().map(|it| it.at).collect(),
                    widen,
                    around: None,
                });
            }
        }
        None
    }
}

/// Words of a line beside those in some places.
fn constants(slots: &[Slot], without: u64) -> usize {
    let slots = slots.iter().enumerate();
    slots
        .filter(|(i, slot)| without & bit(*i) == 0 && slot.is_constant())
        .count()
}

/// Whether different words seen in one place are evidence enough. `more` raises the bar.
fn varies(
    knobs: &Evidence,
    values: &Vocabulary,
    seen: &[Slot],
    constants: usize,
    more: usize,
) -> bool {
    let Some(context) = seen.first().map(|slot| slot.context) else {
        return false;
    };
    // Words of several kinds are rather values.
    let (mut words, mut weight, mut classes) = (0, 0, 0);
    for class in [
        Class::Value,
        Class::Method,
        Class::Name,
        Class::Plain,
        Class::Constant,
    ] {
        let before = words;
        for slot in seen {
            // A value, a place that varies already, or a word that varied elsewhere stands for more
            // than one word. Behind a member's name there are states that have names of users, too.
            let open = slot.is_wild() || slot.word == VALUE;
            let own = if open { Class::Value } else { slot.class };
            if own == class {
                words += 1;
                // A word of a sentence may be what an event is about: `failed` here, `done` there.
                let named = matches!(context, Context::Announced | Context::Quoted);
                let told = named || class == Class::Name;
                let known = told && values.knows(slot.word);
                weight += if open || known { knobs.open } else { 1 };
            }
        }
        classes += usize::from(words > before);
        if words > before
            && words >= 2
            && weight + usize::from(classes > 1)
                >= knobs.needed(class, context, constants).saturating_add(more)
        {
            return true;
        }
    }
    false
}
