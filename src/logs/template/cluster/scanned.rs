//! What a cluster is made of and fed with.

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
