//! A map of few keys: a sorted list. The maps of the standard library cost the page some kilobytes of
//! code for each type of key and value.

/// Values by key, in the order of the keys. Finding is fast, inserting in the middle moves what
/// is behind.
#[derive(Clone, Debug)]
pub(crate) struct Few<K, V>(Vec<(K, V)>);

impl<K, V> Default for Few<K, V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K: Copy + Ord, V> Few<K, V> {
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn get(&self, key: K) -> Option<&V> {
        self.place(key).ok().map(|at| &self.0[at].1)
    }

    pub(crate) fn get_mut(&mut self, key: K) -> Option<&mut V> {
        self.place(key).ok().map(|at| &mut self.0[at].1)
    }

    /// The value of a key, which is made where it is missing.
    pub(crate) fn or_default(&mut self, key: K) -> &mut V
    where
        V: Default,
    {
        let at = self.place(key).unwrap_or_else(|at| {
            self.0.insert(at, (key, V::default()));
            at
        });
        &mut self.0[at].1
    }

    /// Sets a value and returns the one before.
    pub(crate) fn insert(&mut self, key: K, value: V) -> Option<V> {
        match self.place(key) {
            Ok(at) => Some(std::mem::replace(&mut self.0[at].1, value)),
            Err(at) => {
                self.0.insert(at, (key, value));
                None
            }
        }
    }

    pub(crate) fn remove(&mut self, key: K) {
        if let Ok(at) = self.place(key) {
            self.0.remove(at);
        }
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (K, &V)> {
        self.0.iter().map(|(key, value)| (*key, value))
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = &V> {
        self.0.iter().map(|(_, value)| value)
    }

    fn place(&self, key: K) -> Result<usize, usize> {
        self.0.binary_search_by(|(of, _)| of.cmp(&key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        #[test]
        fn it_does_what_a_map_does(steps in proptest::collection::vec((0u8..9, 0u8..4), 0..60)) {
            let (mut few, mut map) = (Few::default(), BTreeMap::new());
            for (key, what) in steps {
                match what {
                    0 => prop_assert_eq!(few.insert(key, what), map.insert(key, what)),
                    1 => prop_assert_eq!(few.or_default(key), map.entry(key).or_default()),
                    2 => prop_assert_eq!(few.get_mut(key), map.get_mut(&key)),
                    _ => {
                        few.remove(key);
                        map.remove(&key);
                    }
                }
                prop_assert_eq!(few.get(key), map.get(&key));
                prop_assert!(few.values().eq(map.values()) && few.len() == map.len());
            }
        }
    }
}
