//! Texts of any number of words in the midst of a line.

use super::{END, GAP, STAR, STOP, Slot};
use crate::logs::template::scanner::Class;

/// Slots of a line that are one text of its template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::logs::template) struct Gap {
    /// Its place among the template's slots, and how many of the line's slots it takes.
    pub(in crate::logs::template) at: usize,
    pub(in crate::logs::template) taken: usize,
    /// The marks before it, and the last mark of the line where it ends there; 0 for any.
    pub(in crate::logs::template) marks: u32,
    pub(in crate::logs::template) close: u32,
}

/// Whether these slots are no text, but parts of an object or of a line of members.
pub(in crate::logs::template) fn is_broken(slots: &[Slot]) -> bool {
    slots.iter().any(Slot::is_structure)
}

/// The last of some marks alone.
pub(in crate::logs::template) fn last_mark(marks: u32) -> u32 {
    0x8000_0000 | marks & 0xff
}

/// Makes gaps of slots, from left to right.
pub(in crate::logs::template) fn open(slots: &mut Vec<Slot>, gaps: &[Gap]) {
    for &Gap {
        at,
        taken,
        marks,
        close,
    } in gaps
    {
        let Some(mut slot) = slots.get(at).copied() else {
            return;
        };
        match taken {
            0 => {
                // Nothing of the line: between two tokens.
                slot.last = slot.first.max(1) - 1;
                slot.first = slot.last + 1;
                slots.insert(at, slot);
            }
            _ => {
                slot.last = slots[at + taken - 1].last;
                slots.drain(at + 1..at + taken);
            }
        }
        slots[at] = Slot {
            word: GAP,
            class: Class::Value,
            marks,
            ..slot
        };
        if let Some(end) = slots.get_mut(at + 1).filter(|it| it.is_end()) {
            end.marks = close;
        }
    }
}

/// Finds what of a line stands in the gaps of a template. False where it is built otherwise; its
/// words may be others.
pub(in crate::logs::template) fn fit(slots: &[Slot], wide: &[Slot], gaps: &mut Vec<Gap>) -> bool {
    gaps.clear();
    let mut at = 0;
    for (i, slot) in wide.iter().enumerate() {
        let rest = slots.get(at..).unwrap_or_default();
        if slot.word == GAP {
            let taken = match wide.get(i + 1) {
                Some(next) if next.word != END => rest.iter().position(|it| {
                    it.word == next.word && (it.marks == next.marks || it.word == STOP)
                }),
                _ => rest.len().checked_sub(1),
            };
            let Some(taken) = taken else {
                return false;
            };
            let close = wide.get(i + 1).map_or(0, |it| it.marks);
            let marks = rest.first().map_or(0, |it| it.marks);
            if slot.marks != 0 && slot.marks != marks || is_broken(&rest[..taken]) {
                return false;
            }
            gaps.push(Gap {
                at: i,
                taken,
                marks: slot.marks,
                close,
            });
            at += taken;
        } else {
            let marks = rest.first().map_or(0, |it| it.marks);
            if slot.marks != marks
                && slot.marks != last_mark(marks)
                && (slot.marks != 0 || rest.is_empty())
            {
                return false;
            }
            at += 1;
        }
    }
    at == slots.len()
}

/// How many slots two lines have in common at their beginning, and behind that at their end, of which
/// there is none where they end in other marks.
pub(in crate::logs::template) fn shared(one: &[Slot], other: &[Slot]) -> (usize, usize) {
    let alike = |(a, b): &(&Slot, &Slot)| {
        let either = a.word == STAR && b.word != GAP || b.word == STAR && a.word != GAP;
        (a.word == b.word || either) && a.marks == b.marks
    };
    let most = one.len().min(other.len()) - 1;
    let before = one.iter().zip(other).take(most).take_while(alike).count();
    let ends = || one.iter().rev().zip(other.iter().rev());
    let mut behind = ends().take_while(alike).count();
    // A message may end in other marks.
    behind += usize::from(
        ends()
            .nth(behind)
            .is_some_and(|(a, b)| a.word == STOP && a.word == b.word),
    );
    behind = behind.min(most + 1 - before);
    // What a gap ends before must be found again.
    let wild = |at: usize| {
        ends()
            .nth(at - 1)
            .is_some_and(|(a, b)| a.is_wild() || b.is_wild())
    };
    while behind > 1 && wild(behind) {
        behind -= 1;
    }
    (before, behind)
}
