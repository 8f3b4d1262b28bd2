//! What of a line decides its group: its words and marks in order, with values folded.
//!
//! Folding makes lines alike that differ only in how much of the same they hold:
//! - a run of values, with commas or nothing between them, is one value;
//! - a unit behind a value, and values in brackets behind one, belong to it
//!   (`426 bytes (1.2 KB)`);
//! - names of days and months beside values are values;
//! - a list of words in brackets is one word.

mod gap;
mod slot;
mod tail;

pub(super) use gap::{Gap, fit, is_broken, last_mark, open, shared};
pub(super) use slot::{END, GAP, STAR, STOP, Slot, VALUE, skeleton, told};
pub(super) use tail::{Tails, keep_tails};

use std::ops::Range;

use super::classify::{Kind, unit_kind};
use super::evidence::Context;
use super::scanner::{Class, Part, Token, is_calendar};
use slot::EMPTY;

const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;

/// The slots of a line, and what is between them.
#[derive(Clone, Debug, Default)]
pub(super) struct Shape {
    pub(super) slots: Vec<Slot>,
    pub(super) tails: Tails,
    items: Vec<Item>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Item {
    Slot(Slot),
    Mark(u8, u16),
}

pub(super) fn hash_bytes(bytes: &[u8]) -> u64 {
    let mut hash = bytes.len() as u64;
    let mut chunks = bytes.chunks_exact(8);
    for chunk in &mut chunks {
        let mut word = [0; 8];
        word.copy_from_slice(chunk);
        hash = mix(hash, u64::from_le_bytes(word));
    }
    let mut word = [0; 8];
    let rest = chunks.remainder();
    word[..rest.len()].copy_from_slice(rest);
    mix(hash, u64::from_le_bytes(word))
}

pub(super) fn mix(hash: u64, word: u64) -> u64 {
    let product = (hash ^ word).wrapping_mul(MULTIPLIER);
    (product ^ product >> 32).rotate_left(23)
}

impl Shape {
    /// Folds the tokens of a line, of which some are its message, where that is one of several
    /// members.
    pub(super) fn read(&mut self, line: &[u8], tokens: &[Token], message: &Range<usize>) {
        self.items.clear();
        for (i, token) in tokens.iter().enumerate() {
            let item = match token.part {
                Part::Mark => Item::Mark(line[token.start as usize], i as u16),
                part => {
                    let (word, class) = match part {
                        Part::Word(class) => (hash_bytes(token.text(line)) | 1, class),
                        Part::Empty => (EMPTY, Class::Value),
                        _ => (VALUE, Class::Value),
                    };
                    Item::Slot(Slot {
                        word,
                        class,
                        context: Context::Open,
                        marks: NO_MARKS,
                        first: i as u16,
                        last: i as u16,
                    })
                }
            };
            self.add(line, tokens, item);
        }
        self.finish(line, tokens, message);
    }

    /// Takes the next item in, and folds what it completes.
    fn add(&mut self, line: &[u8], tokens: &[Token], item: Item) {
        let item = match item {
            Item::Slot(mut slot)
                if matches!(slot.class, Class::Plain | Class::Constant | Class::Method) =>
            {
                let token = &tokens[slot.first as usize];
                let text = token.text(line);
                let glued =
                    matches!(self.items.last(), Some(Item::Slot(before)) if before.word == VALUE);
                if glued && unit_kind(text).is_some() {
                    self.extend_last(slot.first);
                    return;
                }
                let near = |i: usize| {
                    tokens.get(i).is_some_and(|t| {
                        matches!(t.part, Part::Value(_))
                            || matches!(t.part, Part::Word(_)) && is_calendar(t.text(line))
                    })
                };
                let i = slot.first as usize;
                if is_calendar(text) && (near(i + 1) || i > 0 && near(i - 1)) {
                    slot.word = VALUE;
                    slot.class = Class::Value;
                }
                Item::Slot(slot)
            }
            item => item,
        };
        let is_value = |item: &Item| matches!(item, Item::Slot(slot) if slot.word == VALUE);
        if let Item::Slot(slot) = item
            && is_value(&item)
        {
            match self.items.as_slice() {
                [.., before] if is_value(before) && self.alike(tokens, slot.first) => {
                    return self.extend_last(slot.last);
                }
                [.., before, Item::Mark(b',', _)]
                    if is_value(before) && self.alike(tokens, slot.first) =>
                {
                    self.items.pop();
                    return self.extend_last(slot.last);
                }
                _ => {}
            }
        }
        if let Item::Mark(b')', at) = item
            && let [.., before, Item::Mark(b'(', _), inner] = self.items.as_slice()
            && is_value(before)
            && matches!(inner, Item::Slot(slot) if matches!(slot.class, Class::Value | Class::Name))
        {
            self.items.truncate(self.items.len() - 2);
            return self.extend_last(at);
        }
        if let Item::Mark(b']', _) = item {
            self.fold_list(line, tokens);
        }
        self.items.push(item);
    }

    /// Whether a token is a value like the one before it.
    fn alike(&self, tokens: &[Token], second: u16) -> bool {
        let kind = |at: u16| match tokens[at as usize].part {
            Part::Value(kind) => Some(kind),
            _ => None,
        };
        let before = self.items.iter().rev().find_map(|item| match item {
            Item::Slot(slot) => Some(slot),
            Item::Mark(..) => None,
        });
        let Some(before) = before else {
            return false;
        };
        let column = |at: u16| tokens[at as usize].column;
        if column(before.last) && column(second) {
            return true;
        }
        match (kind(before.last), kind(second)) {
            (Some(a), Some(b)) => a == b || a.is_digits() && b.is_digits(),
            // A unit or the name of a month.
            (a, b) => a.or(b).is_none_or(Kind::is_digits),
        }
    }

    fn extend_last(&mut self, last: u16) {
        if let Some(Item::Slot(slot)) = self.items.last_mut() {
            slot.last = last;
        }
    }

    /// `[a, b, c`: one slot behind the bracket.
    fn fold_list(&mut self, line: &[u8], tokens: &[Token]) {
        let Some(open) = self
            .items
            .iter()
            .rposition(|item| matches!(item, Item::Mark(b'[', _)))
        else {
            return;
        };
        let inner = &self.items[open + 1..];
        let alternate = inner.iter().enumerate().all(|(i, item)| match item {
            Item::Slot(slot) => i % 2 == 0 && slot.class != Class::Key,
            Item::Mark(mark, _) => i % 2 == 1 && *mark == b',',
        });
        if inner.len() < 3 || inner.len().is_multiple_of(2) || !alternate {
            return;
        }
        if let (Some(Item::Slot(first)), Some(Item::Slot(last))) =
            (inner.first().copied(), inner.last().copied())
        {
            let (start, end) = (
                tokens[first.first as usize].start,
                tokens[last.last as usize].end,
            );
            let mut slot = first;
            slot.last = last.last;
            slot.class = Class::Value;
            if slot.word != VALUE {
                slot.word = hash_bytes(&line[start as usize..end as usize]) | 1;
            }
            self.items.truncate(open + 1);
            self.items.push(Item::Slot(slot));
        }
    }

    fn finish(&mut self, line: &[u8], tokens: &[Token], message: &Range<usize>) {
        self.slots.clear();
        let mut marks = NO_MARKS;
        for i in 0..self.items.len() {
            match self.items[i] {
                Item::Mark(mark, at) => {
                    if usize::from(at) + 1 == message.end && message.len() > 1 {
                        self.slots.push(Slot::end(STOP, at, marks));
                        marks = NO_MARKS;
                    }
                    marks = marks.wrapping_mul(0x9e37_79b1) & 0x7fff_ff00 | u32::from(mark);
                }
                Item::Slot(mut slot) => {
                    slot.marks = std::mem::replace(&mut marks, NO_MARKS);
                    let mark = |item: Option<&Item>| match item {
                        Some(Item::Mark(mark, _)) => *mark,
                        _ => 0,
                    };
                    let before = mark(i.checked_sub(1).and_then(|i| self.items.get(i)));
                    let after = mark(self.items.get(i + 1));
                    let glued = tokens
                        .get(slot.last as usize + 1)
                        .is_some_and(|t| !t.spaced);
                    let token = &tokens[slot.first as usize];
                    let previous = self
                        .slots
                        .last()
                        .map(|slot: &Slot| tokens[slot.first as usize].text(line));
                    let at = usize::from(slot.first);
                    let first =
                        self.slots.is_empty() || message.contains(&at) && at <= message.start + 1;
                    slot.context = Context::of(
                        before,
                        after,
                        glued,
                        token.text(line),
                        token.quoted,
                        previous,
                        first,
                    );
                    if slot.context == Context::Key
                        && matches!(slot.class, Class::Plain | Class::Constant | Class::Method)
                    {
                        slot.class = Class::Key;
                    }
                    self.slots.push(slot);
                }
            }
        }
        let end = tokens.len() as u16;
        self.slots.push(Slot::end(END, end, marks));
        self.find_tails(line, tokens, message);
    }
}

/// The hash of no marks. The last eight bits of any such hash are the last mark.
pub(super) const NO_MARKS: u32 = 0x100;
