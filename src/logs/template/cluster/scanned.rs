//! What a cluster is made of and fed with.

use super::super::classify::Kind;
use super::super::scanner::{Part, Token};
use super::super::shape::{Shape, Slot};

/// A line as the scanner left it.
pub(in super::super) struct Scanned<'a> {
    pub(in super::super) line: &'a str,
    pub(in super::super) tokens: &'a [Token],
    pub(in super::super) shape: &'a Shape,
    pub(in super::super) start: usize,
    pub(in super::super) level: Option<(usize, usize)>,
    /// Where mining stopped, and whether that left some of the line out.
    pub(in super::super) end: usize,
    pub(in super::super) cut: bool,
}

impl Scanned<'_> {
    /// The first `most` values of a slot; if there are more, all others are part of the last of them.
    pub(super) fn values(&self, slot: &Slot, most: usize) -> impl Iterator<Item = (Kind, &[u8])> {
        let tokens = self.tokens.get(slot.first.into()..=slot.last.into());
        let values = tokens
            .unwrap_or_default()
            .iter()
            .filter_map(|it| match it.part {
                Part::Value(kind) => Some((kind, it)),
                _ => None,
            });
        let end = values.clone().next_back().map_or(0, |(_, last)| last.end);
        values.take(most).enumerate().map(move |(at, (kind, it))| {
            let end = if at + 1 == most { end } else { it.end };
            (kind, &self.line.as_bytes()[it.start as usize..end as usize])
        })
    }

    pub(super) fn span(&self, slot: &Slot) -> &[u8] {
        let value = |token: &Token| matches!(token.part, Part::Value(_));
        match self.tokens.get(slot.first.into()..=slot.last.into()) {
            // A value's unit is none of its own.
            Some([first, rest @ ..]) => {
                let alone = value(first) && !rest.iter().any(value);
                let last = rest.last().filter(|_| !alone).unwrap_or(first);
                &self.line.as_bytes()[first.start as usize..last.end as usize]
            }
            _ => &[],
        }
    }
}
