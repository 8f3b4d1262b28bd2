//! Parts of a message that may turn out to be free text.

use std::ops::Range;

use super::{Gap, Item, Shape, Slot, VALUE};
use crate::logs::template::scanner::Token;

/// How many slots stand before and behind what may be free text, the likeliest first: what stands
/// behind the last `:` or `=`, in brackets at the end, behind the first `:`, or behind the first comma
/// of a list of members.
pub(in crate::logs::template) type Tails = [Option<(usize, usize)>; 4];
/// Commas of a list of members.
const MEMBERS: usize = 3;

/// The slots of some items before and of some behind, and the ends of message and line.
fn around(before: &[Item], behind: &[Item], ends: usize) -> (usize, usize) {
    let slots = |items: &[Item]| {
        items
            .iter()
            .filter(|it| matches!(it, Item::Slot(_)))
            .count()
    };
    (slots(before), slots(behind) + ends)
}

/// Leaves those that gaps among so many slots stand within.
pub(in crate::logs::template) fn keep_tails(tails: &mut Tails, slots: usize, gaps: &[Gap]) {
    for tail in tails {
        let within = |&(before, behind): &(usize, usize)| {
            let inner = before..slots.saturating_sub(behind);
            inner.len() > 1 && gaps.iter().all(|gap| inner.contains(&gap.at))
        };
        *tail = tail.filter(within);
    }
}

impl Shape {
    /// Looks for what of the message may be free text.
    pub(super) fn find_tails(&mut self, line: &[u8], tokens: &[Token], message: &Range<usize>) {
        let inside = |item: &Item| {
            let (Item::Mark(_, at) | Item::Slot(Slot { first: at, .. })) = item;
            message.is_empty() || message.contains(&usize::from(*at))
        };
        let start = self.items.iter().position(inside).unwrap_or(0);
        let end = self.items.iter().rposition(inside).map_or(0, |at| at + 1);
        let spaced_colon = |item: &Item| match item {
            Item::Mark(b':', at) => tokens.get(*at as usize + 1).is_some_and(|next| next.spaced),
            _ => false,
        };
        let items = &self.items;
        let is_word = |item: &Item| matches!(item, Item::Slot(slot) if slot.word != VALUE);
        let is_slot = |item: &&Item| matches!(item, Item::Slot(_));
        // Only words and values behind the last colon or sign.
        let mut last = None;
        for at in (start..end).rev() {
            let words = || items[at..end].iter().any(is_word);
            match &items[at] {
                Item::Mark(b'"' | b'\'' | b'.' | b'!' | b'?' | b',' | b'(' | b')', _) => {}
                Item::Slot(slot) => {
                    // `due to …`
                    let text = |slot: &Slot| tokens[slot.first as usize].text(line);
                    let due =
                        matches!(&items[..at], [.., Item::Slot(before)] if text(before) == b"due");
                    if due && text(slot) == b"to" && words() {
                        last = Some(at);
                    }
                }
                Item::Mark(b'=', _) => last = Some(at),
                item if spaced_colon(item) => last = Some(at),
                _ => break,
            }
            if last.is_some() {
                break;
            }
        }
        // Two words in front of it, and no brackets around it.
        let (mut depth, mut words) = (0, 0);
        let first = (start..end).find(|&at| {
            if let Item::Mark(mark, _) = items[at] {
                depth += depth_of(mark);
            }
            words += u32::from(depth == 0 && is_word(&items[at]));
            depth == 0 && words > 1 && spaced_colon(&items[at])
        });
        let ends = self.slots.iter().filter(|it| it.is_end()).count();
        let behind = |cut: Option<usize>| {
            let cut = cut?;
            let inner = &items[cut + 1..end];
            inner.iter().find(is_slot)?;
            Some(around(&items[..=cut], &items[end..], ends))
        };
        let group =
            group_at_end(&items[start..end]).map(|(open, close)| (start + open, start + close));
        let group =
            group.filter(|&(open, close)| items[open + 1..close].iter().any(|it| is_slot(&it)));
        self.tails = [
            behind(last),
            group.map(|(open, close)| around(&items[..=open], &items[close..], ends)),
            behind(first.filter(|_| first != last)),
            behind(first_comma(&items[start..end]).map(|at| start + at)),
        ];
    }
}

/// How many brackets deeper it goes on behind a mark.
fn depth_of(mark: u8) -> i32 {
    i32::from(b"([{".contains(&mark)) - i32::from(b")]}".contains(&mark))
}

/// The first of at least [`MEMBERS`] commas outside of brackets.
fn first_comma(items: &[Item]) -> Option<usize> {
    let mut depth = 0;
    let commas = items.iter().enumerate().filter(|(_, item)| {
        let Item::Mark(mark, _) = item else {
            return false;
        };
        depth += depth_of(*mark);
        depth == 0 && *mark == b','
    });
    let mut commas = commas.map(|(at, _)| at);
    let first = commas.next()?;
    (commas.count() + 1 >= MEMBERS).then_some(first)
}

/// The brackets that a message ends with, but for a sentence's end.
fn group_at_end(items: &[Item]) -> Option<(usize, usize)> {
    let mark = |item: &Item| match item {
        Item::Mark(mark, _) => *mark,
        Item::Slot(_) => 0,
    };
    let close = items
        .iter()
        .rposition(|item| !matches!(mark(item), b'.' | b'!' | b'"'))?;
    let closing = mark(&items[close]);
    let opening = match closing {
        b')' => b'(',
        b']' => b'[',
        b'}' => b'{',
        _ => return None,
    };
    let mut depth = 0;
    for at in (1..=close).rev() {
        let mark = mark(&items[at]);
        depth += i32::from(mark == closing) - i32::from(mark == opening);
        if depth == 0 {
            return Some((at, close));
        }
    }
    None
}
