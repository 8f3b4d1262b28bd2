//! Some of the rows of a run: a bit for each.

use std::ops::Range;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::logs) struct Rows {
    words: Vec<u64>,
}

impl Rows {
    /// None of `len` rows.
    pub(super) fn none(len: usize) -> Self {
        Self {
            words: vec![0; len.div_ceil(64)],
        }
    }

    /// Those of a range, of `len` rows.
    pub(super) fn range(range: Range<usize>, len: usize) -> Self {
        let mut rows = Self::none(len);
        for (at, word) in rows.words.iter_mut().enumerate() {
            // The bits below a place, of this word.
            let below = |place: usize| match place.saturating_sub(at * 64) {
                bits @ 0..64 => (1 << bits) - 1,
                _ => u64::MAX,
            };
            *word = below(range.end.min(len)) & !below(range.start);
        }
        rows
    }

    pub(super) fn insert(&mut self, row: usize) {
        if let Some(word) = self.words.get_mut(row / 64) {
            *word |= 1 << (row % 64);
        }
    }

    pub(super) fn contains(&self, row: usize) -> bool {
        self.words
            .get(row / 64)
            .is_some_and(|word| word >> (row % 64) & 1 != 0)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    pub(super) fn count(&self) -> usize {
        self.words.iter().map(|it| it.count_ones() as usize).sum()
    }

    /// The first row and the one behind the last; of none an empty range.
    pub(super) fn bounds(&self) -> Range<usize> {
        let first = self.words.iter().position(|word| *word != 0);
        let last = self.words.iter().rposition(|word| *word != 0);
        match first.zip(last) {
            Some((first, last)) => {
                let start = first * 64 + self.words[first].trailing_zeros() as usize;
                start..last * 64 + 64 - self.words[last].leading_zeros() as usize
            }
            None => 0..0,
        }
    }

    /// Keeps those that are not in `other`.
    pub(super) fn remove(&mut self, other: &Self) {
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            *word &= !other;
        }
    }

    /// Adds those of `other`.
    pub(super) fn add(&mut self, other: &Self) {
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            *word |= other;
        }
    }

    /// Keeps those for which this is so.
    pub(super) fn retain(&mut self, keep: &mut dyn FnMut(usize) -> bool) {
        for (at, word) in self.words.iter_mut().enumerate() {
            let mut left = *word;
            while left != 0 {
                let bit = left.trailing_zeros();
                left &= left - 1;
                if !keep(at * 64 + bit as usize) {
                    *word &= !(1 << bit);
                }
            }
        }
    }

    /// All of them, in order.
    pub(super) fn for_each(&self, visit: &mut dyn FnMut(usize)) {
        self.clone().retain(&mut |row| {
            visit(row);
            true
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rows(rows: &Rows) -> Vec<usize> {
        let mut out = Vec::new();
        rows.for_each(&mut |row| out.push(row));
        out
    }

    proptest! {
        #[test]
        fn they_are_a_set_of_rows(
            a in proptest::collection::btree_set(0usize..200, 0..30),
            from in 0usize..220, to in 0usize..220,
        ) {
            let mut set = Rows::none(200);
            a.iter().for_each(|row| set.insert(*row));
            prop_assert_eq!(rows(&set), a.iter().copied().collect::<Vec<_>>());
            prop_assert_eq!(set.count(), a.len());
            prop_assert_eq!(set.is_empty(), a.is_empty());
            prop_assert_eq!(set.bounds().start, a.first().copied().unwrap_or(0));
            prop_assert_eq!(set.bounds().end, a.last().map_or(0, |it| it + 1));
            let range = Rows::range(from..to, 200);
            prop_assert_eq!(rows(&range), (from..to.min(200)).collect::<Vec<_>>());
            prop_assert!((0..210).all(|row| set.contains(row) == a.contains(&row)));
            let mut less = set.clone();
            less.remove(&range);
            let mut more = set;
            more.add(&range);
            prop_assert!((0..200).all(|row| less.contains(row) == (a.contains(&row) && !range.contains(row))));
            prop_assert!((0..200).all(|row| more.contains(row) == (a.contains(&row) || range.contains(row))));
        }
    }
}
