//! Places of a template that begin to vary.

use super::super::shape::{self, GAP, Gap, STAR, Slot, VALUE};
use super::super::values::Values;
use super::Cluster;

impl Cluster {
    /// Makes a slot vary from now on.
    pub(in super::super) fn widen(&mut self, slot: usize) {
        let own = self.slots[slot];
        if !own.is_wild() {
            if own.word != VALUE {
                let text = self.span(&own).to_vec();
                self.values[slot]
                    .get_or_insert_default()
                    .add(&text, self.count, self.count);
            }
            self.slots[slot].word = STAR;
        }
    }

    /// Makes gaps of slots, from left to right.
    pub(in super::super) fn open(&mut self, gaps: &[Gap]) {
        for &gap in gaps {
            let Gap { at, taken, .. } = gap;
            let (words, alone) = match self.slots.get(at..at + taken) {
                Some(text) => (text.iter().all(Slot::is_constant), text.len() == 1),
                None => return,
            };
            shape::open(&mut self.slots, &[gap]);
            let Some(slot) = self.slots.get(at).copied() else {
                return;
            };
            // What varied in a part of the text says nothing of the whole.
            let mut values = Values::default();
            if words {
                values.add(self.span(&slot), self.count, self.count);
            }
            if words || !alone {
                self.values.splice(at..at + taken, [Some(Box::new(values))]);
            }
        }
        self.skeleton = shape::skeleton(&self.slots);
        shape::keep_tails(&mut self.tails, self.slots.len(), gaps);
    }

    /// Whether it has a text of any length.
    pub(in super::super) fn is_gapped(&self) -> bool {
        self.slots.iter().any(|it| it.word == GAP)
    }

    fn span(&self, slot: &Slot) -> &[u8] {
        let piece = |at: u16| self.pieces.get(at as usize);
        match (piece(slot.first), piece(slot.last)) {
            (Some(first), Some(last)) => self
                .text
                .get(first.start as usize..last.end as usize)
                .unwrap_or_default(),
            _ => &[],
        }
    }
}
