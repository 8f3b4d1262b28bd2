//! The places of a shape.

use super::mix;
use crate::logs::template::evidence::Context;
use crate::logs::template::scanner::Class;

/// Stands for a value; a word's number is odd.
pub(in crate::logs::template) const VALUE: u64 = 0;
/// Stands for a word that varies.
pub(in crate::logs::template) const STAR: u64 = 2;
/// Stands for words of any number that vary.
pub(in crate::logs::template) const GAP: u64 = 4;
/// The last slot of every line.
pub(in crate::logs::template) const END: u64 = 7;
/// Where the message ends of a line whose other members go on behind it.
pub(in crate::logs::template) const STOP: u64 = 9;

/// The word of an empty value.
pub(in crate::logs::template) const EMPTY: u64 = 5;

/// A place of a shape that holds a word or a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::logs::template) struct Slot {
    /// [`VALUE`], [`STAR`] or the word's hash.
    pub(in crate::logs::template) word: u64,
    pub(in crate::logs::template) class: Class,
    pub(in crate::logs::template) context: Context,
    /// What stands between it and the slot before it, as a hash.
    pub(in crate::logs::template) marks: u32,
    /// The token it stands for, and the last one that was folded into it.
    pub(in crate::logs::template) first: u16,
    pub(in crate::logs::template) last: u16,
}

impl Slot {
    /// The end of a message or line, before a token, with the marks before it.
    pub(super) fn end(word: u64, token: u16, marks: u32) -> Self {
        Self {
            word,
            class: Class::Member,
            context: Context::Key,
            marks,
            first: token,
            last: token,
        }
    }

    /// Whether all lines with the other have this one.
    pub(in crate::logs::template) fn covers(&self, other: &Self) -> bool {
        self.word == STAR || self.word == other.word
    }

    /// Whether nothing around it says that it is a value.
    pub(in crate::logs::template) fn is_open(&self) -> bool {
        matches!(self.context, Context::Open | Context::First)
            && !matches!(self.class, Class::Value | Class::Method)
    }

    /// Whether its lines differ in it.
    pub(in crate::logs::template) fn is_wild(&self) -> bool {
        matches!(self.word, STAR | GAP)
    }

    /// Whether it is the name of a member of an object, or of a line of members: no text goes over it.
    pub(in crate::logs::template) fn is_structure(&self) -> bool {
        self.class == Class::Member || self.class == Class::Key && self.context == Context::Quoted
    }

    /// Whether the message ends before it.
    pub(in crate::logs::template) fn is_end(&self) -> bool {
        matches!(self.word, END | STOP)
    }

    /// Whether it is a word that the lines of an event have in common.
    pub(in crate::logs::template) fn is_constant(&self) -> bool {
        self.word != VALUE
            && !self.is_wild()
            && !matches!(self.class, Class::Value | Class::Aside | Class::Member)
    }

    /// Whether it is part of a sentence: not the name of a member, of who speaks, or a value of it.
    pub(in crate::logs::template) fn is_prose(&self) -> bool {
        self.is_constant()
            && matches!(
                self.context,
                Context::Open | Context::First | Context::Announced | Context::Thrown
            )
    }
}

/// Marks and where slots are among them, as a hash.
pub(in crate::logs::template) fn skeleton(slots: &[Slot]) -> u64 {
    slots.iter().fold(slots.len() as u64, |hash, slot| {
        let gap = u64::from(slot.word == GAP);
        mix(hash, u64::from(slot.marks) << 1 | gap)
    })
}

/// What a text says, but for what may be values of it.
pub(in crate::logs::template) fn told(text: &[Slot]) -> u64 {
    let plain =
        |it: &&Slot| it.is_prose() && it.context != Context::Announced && it.class != Class::Name;
    let words = || text.iter().filter(plain);
    let all = || {
        text.iter()
            .fold(1, |hash, it| mix(mix(hash, it.word), it.marks.into()))
    };
    match words().next() {
        Some(_) => words().fold(0, |hash, it| mix(hash, it.word)),
        None => all(),
    }
}
