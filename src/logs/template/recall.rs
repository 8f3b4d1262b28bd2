//! What is remembered of the lines of a sketch.

use super::cache::{Entry, Memo};
use super::{LogTemplateEngine, TemplateId, shape};
use crate::logs::severity::Severity;

/// What is remembered of the lines of a sketch.
#[derive(Clone, Copy, Debug)]
pub(in crate::logs) struct Recalled {
    place: usize,
    pub(super) entry: Entry,
}

impl Recalled {
    /// What holds of those without some traits.
    pub(in crate::logs) fn memo(&self) -> Memo {
        self.entry.memo
    }
}

impl LogTemplateEngine {
    /// What is remembered of the lines of this sketch.
    pub(in crate::logs) fn recall(&self, sketch: u64) -> Option<Recalled> {
        let (place, entry) = self.cache.get(sketch)?;
        Some(Recalled { place, entry })
    }

    /// The template that lines of this sketch and explicit severity were put into last, while it
    /// exists. Counts nothing.
    pub(in crate::logs) fn known(&self, sketch: u64, explicit: Severity) -> Option<TemplateId> {
        let mixed = shape::mix(sketch, 1 + explicit.index() as u64);
        let recalled = [sketch, mixed].into_iter().filter_map(|it| self.recall(it));
        let entry = recalled
            .map(|it| it.entry)
            .find(|it| it.level == explicit)?;
        let id = self.aliases.resolve(entry.id);
        self.slot(id).map(|_| id)
    }

    /// The slot of what is recalled, if its template still exists.
    pub(super) fn live(&mut self, recalled: &Recalled) -> Option<u32> {
        let Recalled { place, entry } = *recalled;
        let slot = u32::from(entry.slot);
        if self.tallies.get(slot as usize)?.id == Some(entry.id) {
            return Some(slot);
        }
        let survivor = self.aliases.resolve(entry.id);
        let slot = self.slot(survivor)?;
        let moved = Entry::new(survivor, slot, entry.level, entry.memo);
        self.cache.set(place, moved);
        Some(slot)
    }
}
