//! Which template a merged one became part of.

use std::collections::VecDeque;

use super::TemplateId;

/// Most merges that are remembered; the oldest one is forgotten first.
pub(super) const MAX_ALIASES: usize = 16_384;

/// Merged templates and their survivors, sorted by number. A survivor lives when it is written
/// down and never comes back once it is merged itself, so that no chain closes.
#[derive(Clone, Debug, Default)]
pub(super) struct Aliases {
    pairs: Vec<(TemplateId, TemplateId)>,
    /// The merged ones in the order of the merges: numbers say nothing of it.
    order: VecDeque<TemplateId>,
    merges: u64,
}

impl Aliases {
    /// Remembers a merge; `leads` where others are part of the old one.
    pub(super) fn add(&mut self, old: TemplateId, survivor: TemplateId, leads: bool) {
        self.merges += 1;
        // Nothing points at what is gone: every chain has one step.
        for pair in self.pairs.iter_mut().filter(|_| leads) {
            if pair.1 == old {
                pair.1 = survivor;
            }
        }
        if self.order.len() == MAX_ALIASES
            && let Some(oldest) = self.order.pop_front()
            && let Ok(at) = self.pairs.binary_search_by_key(&oldest, |pair| pair.0)
        {
            self.pairs.remove(at);
        }
        self.order.push_back(old);
        let at = self.pairs.partition_point(|pair| pair.0 < old);
        self.pairs.insert(at, (old, survivor));
    }

    pub(super) fn resolve(&self, id: TemplateId) -> TemplateId {
        match self.pairs.binary_search_by_key(&id, |pair| pair.0) {
            Ok(at) => self.pairs[at].1,
            Err(_) => id,
        }
    }

    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = (TemplateId, TemplateId)> + '_ {
        self.pairs.iter().copied()
    }

    /// How many templates were merged so far.
    pub(super) fn merges(&self) -> u64 {
        self.merges
    }

    pub(super) fn heap_bytes(&self) -> usize {
        self.pairs.capacity() * 8 + self.order.capacity() * 4
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_merge_is_forgotten_first_whatever_its_number() {
        let mut aliases = Aliases::default();
        let id = |number: usize| TemplateId(number as u32);
        let survivor = TemplateId(u32::MAX);
        // Numbers that fall: the newest merge has the smallest.
        let count = MAX_ALIASES + 10;
        for number in (1..=count).rev() {
            aliases.add(id(number), survivor, false);
        }
        assert_eq!(aliases.iter().len(), MAX_ALIASES);
        assert_eq!(aliases.resolve(id(1)), survivor);
        assert_eq!(aliases.resolve(id(MAX_ALIASES)), survivor);
        assert_eq!(aliases.resolve(id(count)), id(count));
    }
}
