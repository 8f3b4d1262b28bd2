//! How many different values each group has, in bounded memory, as values come and go.
//!
//! While there are few, each is known. Where there are too many, of the groups with the most only those are
//! kept whose hash ends in a zero, then in two, and so on: of which values is not decided by how often
//! they come, so that the rest of them can be estimated, and what is taken out is known to have been
//! kept or not.

use std::collections::HashMap;

/// Most pairs of group and value that are kept.
const MAX_KEPT: usize = if cfg!(test) { 64 } else { 1 << 15 };

/// The values of all groups, or a fair choice of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Distinct {
    /// By group: those are kept whose hash ends in so many zeros, and how many are.
    groups: Vec<(u32, u32)>,
    /// Group and hash: how many times.
    kept: HashMap<(u16, u32), u32>,
}

impl Distinct {
    pub(super) fn add(&mut self, group: u16, hash: u32) {
        let at = usize::from(group);
        if self.groups.len() <= at {
            self.groups.resize(at + 1, (0, 0));
        }
        if hash.trailing_zeros() < self.groups[at].0 {
            return;
        }
        let times = self.kept.entry((group, hash)).or_default();
        *times += 1;
        if *times > 1 {
            return;
        }
        self.groups[at].1 += 1;
        while self.kept.len() > MAX_KEPT {
            self.thin_out();
        }
    }

    /// Keeps about half of the values of the groups that have the most.
    fn thin_out(&mut self) {
        let most = self.groups.iter().map(|it| it.1).max().unwrap_or_default();
        for (zeros, _) in self.groups.iter_mut().filter(|it| it.1 * 2 > most) {
            *zeros += 1;
        }
        let groups = &mut self.groups;
        self.kept.retain(|(group, hash), _| {
            let (zeros, count) = &mut groups[usize::from(*group)];
            let keeps = hash.trailing_zeros() >= *zeros;
            *count -= u32::from(!keeps);
            keeps
        });
    }

    /// Takes a value out that was added.
    pub(super) fn remove(&mut self, group: u16, hash: u32) {
        if let Some(times) = self.kept.get_mut(&(group, hash)) {
            *times -= 1;
            if *times == 0 {
                self.kept.remove(&(group, hash));
                self.groups[usize::from(group)].1 -= 1;
            }
        }
    }

    /// A group has no values any more.
    pub(super) fn release(&mut self, group: u16) {
        if let Some(it) = self.groups.get_mut(usize::from(group)) {
            *it = (0, 0);
        }
    }

    /// Makes the values of some groups those of another.
    pub(super) fn give(&mut self, from: &[bool], to: u16) {
        let moved = |it: &(u16, u32)| from.get(usize::from(it.0)) == Some(&true);
        let moved: Vec<_> = self.kept.extract_if(|it, _| moved(it)).collect();
        let thinned = self.groups.iter().zip(from).filter(|it| *it.1);
        let zeros = thinned.map(|it| it.0.0).max().unwrap_or_default();
        for (group, _) in (0u16..).zip(from).filter(|it| *it.1) {
            self.release(group);
        }
        let at = usize::from(to);
        if self.groups.len() <= at {
            self.groups.resize(at + 1, (0, 0));
        }
        // What was left out of one of them is left out of all.
        let zeros = zeros.max(self.groups[at].0);
        self.groups[at].0 = zeros;
        let groups = &mut self.groups;
        self.kept.retain(|(group, hash), _| {
            let keeps = *group != to || hash.trailing_zeros() >= zeros;
            groups[at].1 -= u32::from(!keeps);
            keeps
        });
        for ((_, hash), times) in moved {
            if hash.trailing_zeros() >= zeros {
                let sum = self.kept.entry((to, hash)).or_default();
                self.groups[at].1 += u32::from(*sum == 0);
                *sum += times;
            }
        }
    }

    /// The values that are kept: group and hash, each once.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u16, u32)> + '_ {
        self.kept.keys().copied()
    }

    /// Of a group those are kept whose hash ends in so many zeros.
    pub(super) fn zeros(&self, group: u16) -> u32 {
        self.groups.get(usize::from(group)).map_or(0, |it| it.0)
    }

    pub(super) fn heap_bytes(&self) -> usize {
        self.kept.capacity() * 13 + self.groups.capacity() * 8
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
    fn many_values_are_estimated_and_few_beside_them_are_counted() {
        let mut distinct = Distinct::default();
        let values: Vec<_> = (0..40_000).map(|it| hash(&format!("v{it}"))).collect();
        let count = |distinct: &Distinct, group| {
            let kept = distinct.iter().filter(|it| it.0 == group).count();
            (kept as u64) << distinct.zeros(group)
        };
        for value in &values[..5] {
            distinct.add(1, *value);
            distinct.add(1, *value);
        }
        values.iter().for_each(|it| distinct.add(2, *it));
        assert_eq!((count(&distinct, 1), distinct.zeros(1)), (5, 0));
        let estimate = count(&distinct, 2);
        assert!((20_000..80_000).contains(&estimate), "{estimate}");
        // As one group, of which many are in both.
        let mut one = distinct.clone();
        one.give(&[false, true], 2);
        assert_eq!((count(&one, 1), one.zeros(1)), (0, 0));
        assert_eq!(count(&one, 2), estimate);
        values.iter().for_each(|it| distinct.remove(2, *it));
        assert_eq!(count(&distinct, 2), 0);
        distinct.release(2);
        distinct.add(2, values[0]);
        assert_eq!(count(&distinct, 2), 1, "begun anew");
    }
}
