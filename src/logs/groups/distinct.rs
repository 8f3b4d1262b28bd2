//! How many different values each group has, in bounded memory, as values come and go.
//!
//! While there are few, each is known. Where there are too many, only those are kept whose hash ends in a
//! zero, then in two, and so on: of which values is not decided by how often they come, so that the
//! rest of them can be estimated, and what is taken out is known to have been kept or not.

use std::collections::HashMap;

/// Most pairs of group and value that are kept.
const MAX_KEPT: usize = if cfg!(test) { 64 } else { 1 << 15 };

/// The values of all groups, or a fair choice of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Distinct {
    /// Those are kept whose hash ends in so many zeros.
    zeros: u32,
    /// Group and hash: how many times.
    kept: HashMap<(u16, u32), u32>,
}

impl Distinct {
    fn keeps(&self, hash: u32) -> bool {
        hash.trailing_zeros() >= self.zeros
    }

    pub(super) fn add(&mut self, group: u16, hash: u32) {
        if !self.keeps(hash) {
            return;
        }
        *self.kept.entry((group, hash)).or_default() += 1;
        while self.kept.len() > MAX_KEPT {
            self.zeros += 1;
            let zeros = self.zeros;
            self.kept.retain(|it, _| it.1.trailing_zeros() >= zeros);
        }
    }

    /// Takes a value out that was added.
    pub(super) fn remove(&mut self, group: u16, hash: u32) {
        if let Some(times) = self.kept.get_mut(&(group, hash)) {
            *times -= 1;
            if *times == 0 {
                self.kept.remove(&(group, hash));
            }
        }
    }

    /// The values that are kept: group and hash, each once.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u16, u32)> + '_ {
        self.kept.keys().copied()
    }

    /// For how many values one that is kept stands.
    pub(super) fn stands_for(&self) -> u64 {
        1 << self.zeros.min(32)
    }

    pub(super) fn heap_bytes(&self) -> usize {
        self.kept.capacity() * 13
    }
}

/// A hash of a value whose bits all depend on all of it; not 0.
pub(super) fn hash(value: &str) -> u32 {
    let bytes = value.bytes().fold(0xcbf2_9ce4_8422_2325u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let mixed = (bytes ^ bytes >> 32).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    ((mixed >> 32) as u32).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_values_are_estimated_and_few_are_counted() {
        let mut distinct = Distinct::default();
        let values: Vec<_> = (0..40_000).map(|it| hash(&format!("v{it}"))).collect();
        for value in &values[..50] {
            distinct.add(1, *value);
            distinct.add(1, *value);
        }
        assert_eq!((distinct.iter().count(), distinct.stands_for()), (50, 1));
        values.iter().for_each(|it| distinct.add(2, *it));
        let estimate = distinct.iter().count() as u64 * distinct.stands_for();
        assert!((20_000..80_000).contains(&estimate), "{estimate}");
        values.iter().for_each(|it| distinct.remove(2, *it));
        for value in &values[..50] {
            distinct.remove(1, *value);
            distinct.remove(1, *value);
        }
        assert_eq!(distinct.iter().count(), 0);
    }
}
