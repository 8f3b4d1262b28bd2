//! From sketches to what is known of their lines: a table with open addressing.

use super::TemplateId;
use crate::logs::severity::Severity;
use sketch::Traits;

/// Places that a key may stand in, from its own on.
const PROBES: usize = 8;
const FIRST_SIZE: usize = 1 << 10;
const LAST_SIZE: usize = 1 << 16;

/// What is known of the lines of a sketch, in sixteen bytes: four entries share a line of the
/// processor's cache. The key 0 stands for an empty place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Entry {
    key: u64,
    /// Their template, where it is, and its explicit severity.
    pub(super) id: TemplateId,
    pub(super) slot: u16,
    pub(super) level: Severity,
    pub(super) memo: Memo,
}

impl Entry {
    /// Lines of a template in a slot.
    pub(super) fn new(id: TemplateId, slot: u32, level: Severity, memo: Memo) -> Self {
        Self {
            key: 0,
            id,
            slot: slot as u16,
            level,
            memo,
        }
    }

    /// Whether it says the same as another, keys aside.
    pub(super) fn says(self, other: Self) -> bool {
        let key = self.key;
        self == Self { key, ..other }
    }
}

/// What holds of all lines of a sketch that have none of some traits: three bits of severity, four
/// of traits, and one for what they announce. All lines have the trait of the default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::logs) struct Memo(u8);

impl Default for Memo {
    fn default() -> Self {
        Self(Traits::VALUES.0 << 3)
    }
}

impl Memo {
    /// That of lines of a severity, which may announce what follows.
    pub(in crate::logs) fn new(severity: Severity, announces: bool, depends: Traits) -> Self {
        Self(severity as u8 | depends.0 << 3 | u8::from(announces) << 7)
    }

    /// Whether it says something about lines with these traits.
    pub(in crate::logs) fn holds(self, traits: Traits) -> bool {
        !Traits(self.0 >> 3 & 0xf).meets(traits)
    }

    pub(in crate::logs) fn severity(self) -> Severity {
        Severity::from_index(usize::from(self.0 & 7))
    }

    pub(in crate::logs) fn announces(self) -> bool {
        self.0 >> 7 != 0
    }
}

/// Keys and what is known of them. It grows to 64 Ki entries, which are a megabyte; from then on
/// new keys take over the places of old ones.
#[derive(Clone, Debug, Default)]
pub(super) struct Cache {
    entries: Vec<Entry>,
    used: usize,
}

impl Cache {
    /// Where a key stands, and what is known of it.
    #[inline]
    pub(super) fn get(&self, key: u64) -> Option<(usize, Entry)> {
        let key = key | 1;
        let mask = self.entries.len().wrapping_sub(1);
        let start = (key >> 40) as usize & mask;
        for at in start..start + PROBES {
            let entry = *self.entries.get(at & mask)?;
            if entry.key == key {
                return Some((at & mask, entry));
            }
            if entry.key == 0 {
                return None;
            }
        }
        None
    }

    /// Changes what is known at a place that `get` gave.
    pub(super) fn set(&mut self, place: usize, entry: Entry) {
        if let Some(old) = self.entries.get_mut(place) {
            let key = old.key;
            *old = Entry { key, ..entry };
        }
    }

    /// Remembers a key.
    pub(super) fn insert(&mut self, key: u64, entry: Entry) {
        if let Some((place, _)) = self.get(key) {
            return self.set(place, entry);
        }
        if self.used * 2 >= self.entries.len() && self.entries.len() < LAST_SIZE {
            let size = (self.entries.len() * 2).max(FIRST_SIZE);
            let entries = std::mem::replace(&mut self.entries, vec![Entry::default(); size]);
            self.used = 0;
            for entry in entries.into_iter().filter(|entry| entry.key != 0) {
                self.put(entry);
            }
        }
        let key = key | 1;
        self.put(Entry { key, ..entry });
    }

    fn put(&mut self, entry: Entry) {
        let mask = self.entries.len() - 1;
        let start = (entry.key >> 40) as usize & mask;
        let free = (start..start + PROBES)
            .map(|at| at & mask)
            .find(|&at| self.entries[at].key == 0);
        let at = match free {
            Some(at) => {
                self.used += 1;
                at
            }
            // Another place of the neighbourhood each time, as the key's other bits have it.
            None => (start + (entry.key >> 20) as usize % PROBES) & mask,
        };
        self.entries[at] = entry;
    }

    /// Memory in bytes.
    pub(super) fn heap_bytes(&self) -> usize {
        self.entries.capacity() * size_of::<Entry>()
    }
}
