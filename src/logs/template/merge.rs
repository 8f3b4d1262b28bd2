//! Finds the template of a shape that was not seen before, and merges templates on evidence.

mod buckets;
mod gaps;
mod vocabulary;
mod words;

pub(super) use buckets::Buckets;

use super::cluster::Cluster;
use super::evidence::Evidence;
use super::shape::Slot;

/// Most places in which lines of one event may differ at the time they are merged.
const MAX_DIFFERENCES: u32 = 4;
/// Most combinations of such places, and places of texts, that are tried.
const MAX_KINDS: usize = 24;

/// A cluster among the others.
pub(super) struct Search<'a> {
    knobs: &'a Evidence,
    buckets: &'a Buckets,
    clusters: &'a [Option<Cluster>],
    of: u32,
    own: &'a Cluster,
}

impl<'a> Search<'a> {
    /// `None` where there is none in this slot.
    pub(super) fn new(
        knobs: &'a Evidence,
        buckets: &'a Buckets,
        clusters: &'a [Option<Cluster>],
        of: u32,
    ) -> Option<Self> {
        let own = clusters.get(of as usize)?.as_ref()?;
        Some(Self {
            knobs,
            buckets,
            clusters,
            of,
            own,
        })
    }

    /// Looks for evidence that it and others are one event.
    pub(super) fn evidence(&self) -> Option<Merge> {
        self.words().or_else(|| self.texts())
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
