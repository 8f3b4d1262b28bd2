//! What is learned from a line that is looked at closely.

use super::super::scanner::Part;
use super::super::shape::{self, VALUE};
use super::super::{MAX_EXAMPLE_BYTES, MAX_EXAMPLES};
use super::{Cluster, SAMPLED, Scanned};

/// Variables of a template that keep their values.
const MAX_VARIABLES: usize = 12;

impl Cluster {
    /// Looks closely at the line that was counted last: kinds and samples of its values, examples.
    pub(in super::super) fn sample(&mut self, scanned: &Scanned<'_>) {
        let weight = self.count - std::mem::replace(&mut self.looked, self.count);
        self.keep_example(scanned.line);
        // Lines of one sketch may be built otherwise: `7` and `10.0.0.1` are values of two kinds.
        if shape::skeleton(&scanned.shape.slots) != self.skeleton {
            return;
        }
        let bytes = scanned.line.as_bytes();
        let mut variables = 0;
        for (i, (own, other)) in self.slots.iter().zip(&scanned.shape.slots).enumerate() {
            if own.word != VALUE && !own.is_wild() {
                continue;
            }
            let own_tokens = own.first..=own.last;
            for (a, b) in own_tokens.zip(other.first..=other.last) {
                let (Some(piece), Some(token)) = (
                    self.pieces.get_mut(a as usize),
                    scanned.tokens.get(b as usize),
                ) else {
                    break;
                };
                let text = &self.text[piece.start as usize..piece.end as usize];
                let new = token.text(bytes);
                piece.constant &= text == new;
                let shared = text.get(..piece.prefix as usize) == new.get(..piece.prefix as usize);
                piece.prefix *= u8::from(shared);
                if let (Some(kind), Part::Value(other)) = (&mut piece.value, token.part) {
                    *kind = kind.join(other);
                }
            }
            if variables < MAX_VARIABLES {
                variables += 1;
                self.values[i]
                    .get_or_insert_default()
                    .add(scanned.span(other), weight, 1);
            }
        }
    }

    fn keep_example(&mut self, line: &str) {
        let line = &line[..line.floor_char_boundary(MAX_EXAMPLE_BYTES)];
        if self.examples.iter().any(|example| example == line) {
            return;
        }
        if self.examples.len() < MAX_EXAMPLES {
            let room = line.len().next_power_of_two();
            let mut example = String::with_capacity(room.clamp(64, MAX_EXAMPLE_BYTES));
            example.push_str(line);
            self.examples.push(example);
        } else if self.count >= SAMPLED {
            // The first stays; the others are recent ones.
            let turn = (self.count / self.step()) as usize % (MAX_EXAMPLES - 1);
            let old = &mut self.examples[1 + turn];
            // A hot template allocates no more: what does not fit does not become an example.
            if line.len() <= old.capacity() {
                old.clear();
                old.push_str(line);
            }
        }
    }
}
