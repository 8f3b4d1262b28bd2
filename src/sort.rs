//! Sorting, compiled once.
//!
//! The standard library's sort is several kilobytes of code for each type of element and each
//! order. The page is downloaded, so everything here is sorted by one copy of it, which sorts
//! places by a comparison it does not know.

use std::cmp::Ordering;

/// The places `0..len` in ascending order by `compare`; equal ones keep their order.
#[must_use]
pub fn order(len: usize, compare: &mut dyn FnMut(usize, usize) -> Ordering) -> Vec<usize> {
    let mut order: Vec<usize> = (0..len).collect();
    order.sort_by(|&a, &b| compare(a, b));
    order
}

/// Sorts by `compare`; equal elements keep their order.
pub fn sort_by<T>(items: &mut [T], compare: impl Fn(&T, &T) -> Ordering) {
    let order = order(items.len(), &mut |a, b| compare(&items[a], &items[b]));
    for (at, &from) in order.iter().enumerate() {
        // What belongs here may have been moved away by an earlier swap: follow it.
        let mut from = from;
        while from < at {
            from = order[from];
        }
        items.swap(at, from);
    }
}

/// Sorts by a key; equal elements keep their order.
pub fn sort_by_key<T, K: Ord>(items: &mut [T], key: impl Fn(&T) -> K) {
    sort_by(items, |a, b| key(a).cmp(&key(b)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_sorts_as_the_standard_library_does(
            mut items in proptest::collection::vec((0u8..20, any::<u8>()), 0..100),
        ) {
            let mut expected = items.clone();
            expected.sort_by_key(|item| item.0);
            sort_by_key(&mut items, |item| item.0);
            prop_assert_eq!(items, expected);
        }
    }
}
