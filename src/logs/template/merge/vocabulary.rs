//! Words and texts that were seen to vary: names of users, hosts, jobs, what the system says of a
//! failure. They come again in other events of a program, where a few of them are evidence enough.

use super::super::shape::{Slot, told};

/// Places for them. A newer one takes over the place of an older.
const PLACES: usize = 4096;

/// What was a value of some variable, by hashes.
#[derive(Clone, Debug)]
pub(in super::super) struct Vocabulary(Box<[u64]>);

impl Vocabulary {
    pub(super) fn new() -> Self {
        Self(vec![0; PLACES].into())
    }

    fn place(word: u64) -> usize {
        (word >> 40) as usize % PLACES
    }

    /// Takes a word in.
    pub(in super::super) fn learn(&mut self, slot: &Slot) {
        if slot.is_constant() {
            self.0[Self::place(slot.word)] = slot.word;
        }
    }

    /// Takes a text in.
    pub(in super::super) fn learn_text(&mut self, text: &[Slot]) {
        match text {
            [word] => self.learn(word),
            _ => {
                let hash = told(text);
                self.0[Self::place(hash)] = hash;
            }
        }
    }

    /// Whether a word, or what a text says, was a value.
    pub(super) fn knows(&self, hash: u64) -> bool {
        self.0[Self::place(hash)] == hash
    }
}
