//! From sketches to templates: a table with open addressing.

/// Places that a key may stand in, from its own on.
const PROBES: usize = 8;
const FIRST_SIZE: usize = 1 << 10;
const LAST_SIZE: usize = 1 << 16;

/// Keys and values. It grows to 64 Ki entries; from then on new keys take over the places of old
/// ones.
#[derive(Clone, Debug, Default)]
pub(super) struct Cache {
    keys: Vec<u64>,
    values: Vec<u32>,
    used: usize,
}

impl Cache {
    /// Where a key's value stands, and the value.
    pub(super) fn get(&self, key: u64) -> Option<(usize, u32)> {
        let key = key | 1;
        let mask = self.keys.len().wrapping_sub(1);
        let start = (key >> 40) as usize & mask;
        for at in start..start + PROBES {
            match self.keys.get(at & mask) {
                Some(&found) if found == key => return Some((at & mask, self.values[at & mask])),
                Some(0) | None => return None,
                _ => {}
            }
        }
        None
    }

    /// Changes the value at a place that `get` gave.
    pub(super) fn set(&mut self, place: usize, value: u32) {
        if let Some(old) = self.values.get_mut(place) {
            *old = value;
        }
    }

    /// Remembers a key that `get` did not find.
    pub(super) fn insert(&mut self, key: u64, value: u32) {
        if self.used * 2 >= self.keys.len() && self.keys.len() < LAST_SIZE {
            let size = (self.keys.len() * 2).max(FIRST_SIZE);
            let keys = std::mem::replace(&mut self.keys, vec![0; size]);
            let values = std::mem::replace(&mut self.values, vec![0; size]);
            self.used = 0;
            for (key, value) in keys.into_iter().zip(values).filter(|&(key, _)| key != 0) {
                self.put(key, value);
            }
        }
        self.put(key | 1, value);
    }

    fn put(&mut self, key: u64, value: u32) {
        let mask = self.keys.len() - 1;
        let start = (key >> 40) as usize & mask;
        let free = (start..start + PROBES)
            .map(|at| at & mask)
            .find(|&at| self.keys[at] == 0);
        let at = match free {
            Some(at) => {
                self.used += 1;
                at
            }
            // Another place of the neighbourhood each time, as the key's other bits have it.
            None => (start + (key >> 20) as usize % PROBES) & mask,
        };
        self.keys[at] = key;
        self.values[at] = value;
    }

    /// Memory in bytes.
    pub(super) fn heap_bytes(&self) -> usize {
        self.keys.capacity() * 12
    }
}
