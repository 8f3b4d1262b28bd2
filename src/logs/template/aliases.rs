//! Which template a merged one became part of.

use super::TemplateId;

/// Most merges that are remembered; the oldest number is forgotten first.
pub(super) const MAX_ALIASES: usize = 16_384;

/// Merged templates and their survivors, sorted by number. A survivor lives when it is written
/// down and never comes back once it is merged itself, so that no chain closes.
#[derive(Clone, Debug, Default)]
pub(super) struct Aliases {
    pairs: Vec<(TemplateId, TemplateId)>,
    merges: u64,
}

impl Aliases {
    pub(super) fn add(&mut self, old: TemplateId, survivor: TemplateId) {
        self.merges += 1;
        // Nothing points at what is gone: every chain has one step.
        for pair in &mut self.pairs {
            if pair.1 == old {
                pair.1 = survivor;
            }
        }
        if self.pairs.len() == MAX_ALIASES {
            self.pairs.remove(0);
        }
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
        self.pairs.capacity() * 8
    }
}
