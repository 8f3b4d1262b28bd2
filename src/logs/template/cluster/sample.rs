//! What is learned from a line that is looked at closely.

use super::super::shape::{self, VALUE};
use super::super::values;
use super::super::{MAX_EXAMPLE_BYTES, MAX_EXAMPLES};
use super::text;
use super::{Cluster, MAX_VARIABLES, SAMPLED, Scanned};

impl Cluster {
    /// Looks closely at the line that was counted last: kinds and samples of its values, examples.
    /// Returns how much more memory it takes since.
    pub(in super::super) fn sample(&mut self, scanned: &Scanned<'_>) -> isize {
        let weight = self.count - std::mem::replace(&mut self.looked, self.count);
        let mut grown = self.keep_example(scanned.line) as isize;
        // Lines of one sketch may be built otherwise: `7` and `10.0.0.1` are values of two kinds.
        if shape::skeleton(&scanned.shape.slots) != self.skeleton {
            return grown;
        }
        let before = self.count - weight;
        let mut left = MAX_VARIABLES;
        for (i, (own, other)) in self.slots.iter().zip(&scanned.shape.slots).enumerate() {
            let places = &mut self.values[i];
            if own.is_wild() {
                if left > 0 {
                    left -= 1;
                    grown += values::add(places, 0, scanned.span(other), (weight, 1));
                }
                continue;
            }
            if own.word != VALUE {
                continue;
            }
            let range = text::range(self.pieces.len(), own);
            let pieces = &mut self.pieces[range];
            let count = pieces.iter().filter(|it| it.value.is_some()).count();
            let pieces = pieces.iter_mut().filter(|it| it.value.is_some());
            for (at, (piece, (kind, new))) in pieces.zip(scanned.values(other, count)).enumerate() {
                let was_told = piece.is_told(&self.text);
                piece.meet(&self.text, new, kind);
                if piece.is_told(&self.text) || left == 0 {
                    continue;
                }
                left -= 1;
                if was_told {
                    let text = piece.text(&self.text);
                    grown += values::add(places, at, text, (before, before));
                }
                grown += values::add(places, at, new, (weight, 1));
            }
        }
        grown
    }

    /// Takes the line that was counted last as an example, if the template has nothing but constant
    /// words, so that there is no more to learn of it. Returns how much more memory it takes since;
    /// `None` where its lines differ.
    pub(in super::super) fn sample_unread(&mut self, line: &str) -> Option<usize> {
        if self.slots.iter().any(|it| it.is_wild() || it.word == VALUE) {
            return None;
        }
        self.looked = self.count;
        Some(self.keep_example(line))
    }

    /// Returns the memory that it took.
    fn keep_example(&mut self, line: &str) -> usize {
        let line = &line[..line.floor_char_boundary(MAX_EXAMPLE_BYTES)];
        if self.examples.iter().any(|example| example == line) {
            return 0;
        }
        if self.examples.len() < MAX_EXAMPLES {
            let room = line.len().next_power_of_two();
            let mut example = String::with_capacity(room.clamp(64, MAX_EXAMPLE_BYTES));
            example.push_str(line);
            let taken = example.capacity();
            self.examples.push(example);
            return taken;
        }
        if self.count >= SAMPLED {
            // The first stays; the others are recent ones.
            let turn = (self.count / self.step()) as usize % (MAX_EXAMPLES - 1);
            let old = &mut self.examples[1 + turn];
            // A hot template allocates no more: what does not fit does not become an example.
            if line.len() <= old.capacity() {
                old.clear();
                old.push_str(line);
            }
        }
        0
    }
}
