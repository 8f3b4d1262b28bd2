//! A buffer that keeps the newest values: the bound of every series in the product.

use std::collections::VecDeque;

/// Holds at most `capacity` values; a push beyond that hands the oldest back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RingBuffer<T> {
    values: VecDeque<T>,
    capacity: usize,
}

impl<T> RingBuffer<T> {
    /// An empty buffer for `capacity` values; a capacity of 0 is taken as 1.
    ///
    /// Memory grows with use, so that a large capacity costs nothing by itself.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self {
            values: VecDeque::new(),
            capacity: capacity.max(1),
        }
    }

    /// Adds the newest value and returns the oldest one if it had to go.
    pub fn push(&mut self, value: T) -> Option<T> {
        let evicted = if self.values.len() == self.capacity {
            self.values.pop_front()
        } else {
            None
        };
        self.values.push_back(value);
        evicted
    }

    /// The values, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> + ExactSizeIterator {
        self.values.iter()
    }

    /// The values from `index` on, 0 being the oldest; found without a pass over those before.
    pub fn iter_from(
        &self,
        index: usize,
    ) -> impl DoubleEndedIterator<Item = &T> + ExactSizeIterator {
        self.values.range(index.min(self.values.len())..)
    }

    /// How many values stand before the first one for which `before` does not hold; those for
    /// which it holds must stand in front.
    pub fn partition_point(&self, before: impl FnMut(&T) -> bool) -> usize {
        self.values.partition_point(before)
    }

    /// The newest value.
    #[must_use]
    pub fn last(&self) -> Option<&T> {
        self.values.back()
    }

    /// The oldest value.
    #[must_use]
    pub fn first(&self) -> Option<&T> {
        self.values.front()
    }

    /// The value at `index`, 0 being the oldest.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&T> {
        self.values.get(index)
    }

    /// How many values it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether it holds none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// How many values it can hold.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// Drops all values.
    pub fn clear(&mut self) {
        self.values.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_capacity_of_zero_still_keeps_the_newest() {
        let mut ring = RingBuffer::new(0);
        assert_eq!(ring.push(1), None);
        assert_eq!(ring.push(2), Some(1));
        assert_eq!(ring.last(), Some(&2));
    }

    proptest! {
        #[test]
        fn it_holds_exactly_the_newest_and_hands_back_the_rest(
            values in proptest::collection::vec(any::<u16>(), 0..60),
            capacity in 1usize..20,
        ) {
            let mut ring = RingBuffer::new(capacity);
            let evicted: Vec<u16> = values.iter().filter_map(|&v| ring.push(v)).collect();
            let cut = values.len().saturating_sub(capacity);
            prop_assert_eq!(evicted, &values[..cut]);
            prop_assert_eq!(ring.iter().copied().collect::<Vec<_>>(), &values[cut..]);
            prop_assert_eq!(ring.len(), values.len() - cut);
        }
    }
}
