//! Where rows moved, for those who go over the rows now and then.

/// Most steps that are told apart.
const MAX_STEPS: usize = 16;

/// From which number on rows are not what they were, since when.
#[derive(Clone, Debug, Default)]
pub(super) struct Moves {
    count: u64,
    /// Count and number, both in order: what a later step covers is not kept.
    steps: Vec<(u64, u64)>,
}

impl Moves {
    /// From this number on rows are other ones.
    pub(super) fn add(&mut self, from: u64) {
        self.count += 1;
        while self.steps.pop_if(|it| it.1 >= from).is_some() {}
        self.steps.push((self.count, from));
        if self.steps.len() > MAX_STEPS {
            // Two as one: somebody may do more than is needed.
            self.steps[1].1 = self.steps[0].1;
            self.steps.remove(0);
        }
    }

    /// Those of a store that begins anew in place of one with these: all rows are other ones.
    pub(super) fn anew(&self) -> Self {
        let mut moves = Self {
            count: self.count,
            steps: Vec::new(),
        };
        moves.add(0);
        moves
    }

    /// How many times rows moved, and the first number since there had been so many times.
    pub(super) fn since(&self, seen: u64) -> (u64, u64) {
        let first = self.steps.iter().find(|it| it.0 > seen);
        (self.count, first.map_or(u64::MAX, |it| it.1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn nothing_that_moved_is_missed(all in proptest::collection::vec(0u64..100, 0..60)) {
            let mut moves = Moves::default();
            for (at, from) in all.iter().enumerate() {
                moves.add(*from);
                for seen in 0..=at {
                    let (count, first) = moves.since(seen as u64);
                    prop_assert_eq!(count, at as u64 + 1);
                    let exact = all[seen..=at].iter().min().copied().unwrap_or(u64::MAX);
                    prop_assert!(first <= exact);
                    prop_assert!(at - seen >= MAX_STEPS || first == exact);
                }
                prop_assert_eq!(moves.since(at as u64 + 1).1, u64::MAX);
            }
        }
    }
}
