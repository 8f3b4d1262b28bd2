//! Places of a template that begin to vary.

use super::super::shape::{self, GAP, Gap, STAR, Slot, VALUE};
use super::super::values::{self, Values};
use super::Cluster;
use super::text;

impl Cluster {
    /// Makes a slot vary from now on.
    pub(in super::super) fn widen(&mut self, slot: usize) {
        let own = self.slots[slot];
        if !own.is_wild() {
            self.make_whole(slot);
            self.slots[slot].word = STAR;
        }
    }

    /// Makes the values of a slot those of all of its text.
    fn make_whole(&mut self, slot: usize) {
        let own = self.slots[slot];
        let pieces = &self.pieces[text::range(self.pieces.len(), &own)];
        let mut parts = pieces.iter().filter(|it| it.value.is_some());
        let told = match (own.word, parts.next(), parts.next()) {
            (STAR | GAP, ..) => return,
            (VALUE, Some(part), None) if !part.is_told(&self.text) => return,
            (VALUE, Some(part), None) => part.text(&self.text),
            // What varied in a part of the text says nothing of the whole.
            (VALUE, ..) => return self.values[slot].clear(),
            _ => self.span(&own),
        };
        let mut values = Values::default();
        values.add(told, self.count, self.count);
        self.values[slot] = vec![values];
    }

    /// Learns what the values of another cluster in the same slot say of its own.
    pub(super) fn meet(&mut self, slot: usize, other: &mut Self) {
        let (own, others) = (self.slots[slot], other.slots[slot]);
        if own.word != VALUE {
            return;
        }
        let range = text::range(self.pieces.len(), &own);
        let pieces = &mut self.pieces[range];
        let others = &other.pieces[text::range(other.pieces.len(), &others)];
        let pieces = pieces.iter_mut().filter(|it| it.value.is_some());
        let others = others.iter().filter_map(|it| Some((it.value?, it)));
        for (at, (piece, (kind, it))) in pieces.zip(others).enumerate() {
            let (text, new) = (piece.text(&self.text), it.text(&other.text));
            let told = (piece.is_told(&self.text), it.is_told(&other.text));
            piece.meet(&self.text, new, kind);
            piece.constant &= it.constant;
            let prefix = piece.prefix;
            piece.prefix = if it.prefix < prefix { 0 } else { prefix };
            if piece.is_told(&self.text) {
                continue;
            }
            if told.0 {
                values::at(&mut self.values[slot], at).add(text, self.count, self.count);
            }
            if told.1 {
                values::at(&mut other.values[slot], at).add(new, other.count, other.count);
            }
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
            if alone {
                self.make_whole(at);
            }
            shape::open(&mut self.slots, &[gap]);
            let Some(slot) = self.slots.get(at).copied() else {
                return;
            };
            if alone {
                continue;
            }
            let mut values = Values::default();
            if words {
                values.add(self.span(&slot), self.count, self.count);
            }
            self.values.splice(at..at + taken, [vec![values]]);
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
