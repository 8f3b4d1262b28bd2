//! The text that a template shows, cut into its tokens.

use std::ops::Range;

use super::super::classify::Kind;
use super::super::scanner::Part;
use super::super::shape::Slot;
use super::Scanned;

/// Longest value that may be shown as it is, in bytes.
const MAX_VALUE_BYTES: usize = 64;
/// Longest text of a pattern in bytes.
const MAX_PATTERN_BYTES: usize = 1024;

/// A token of the pattern.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece {
    pub(super) start: u16,
    pub(super) end: u16,
    /// What it shows if it is a value.
    pub(super) value: Option<Kind>,
    /// Bytes of a name before the number, equal in all lines: `worker-12`.
    pub(super) prefix: u8,
    /// All lines had this text.
    pub(super) constant: bool,
}

impl Piece {
    /// Its part of the pattern's text.
    pub(super) fn text<'a>(&self, all: &'a [u8]) -> &'a [u8] {
        &all[self.start as usize..self.end as usize]
    }

    /// Whether a value is shown as it is: a name, or `-`, that all lines have.
    pub(super) fn is_told(&self, all: &[u8]) -> bool {
        let text = self.text(all);
        let named = text == b"-" || text.first().is_some_and(u8::is_ascii_alphabetic);
        self.constant && self.value == Some(Kind::Any) && named && text.len() < MAX_VALUE_BYTES
    }

    /// Takes in what another line has in its place.
    pub(super) fn meet(&mut self, all: &[u8], other: &[u8], kind: Kind) {
        let text = self.text(all);
        let shared = other.starts_with(&text[..self.prefix as usize]);
        self.constant &= text == other;
        self.prefix *= u8::from(shared);
        self.value = self.value.map(|own| own.join(kind));
    }
}

/// Where the pieces of a slot are among so many.
pub(super) fn range(pieces: usize, slot: &Slot) -> Range<usize> {
    let end = pieces.min(usize::from(slot.last) + 1);
    usize::from(slot.first).min(end)..end
}

/// The message of a line with the level word of the header before it, its tokens, and whether the line
/// goes on behind it.
pub(super) fn read(scanned: &Scanned<'_>) -> (Box<[u8]>, Box<[Piece]>, bool) {
    let line = scanned.line.as_bytes();
    let mut text = Vec::new();
    if let Some((from, to)) = scanned.level {
        text.extend_from_slice(&line[from..to]);
        text.push(b' ');
    }
    let mut pieces = Vec::with_capacity(scanned.tokens.len());
    let mut at = scanned.start;
    for token in scanned.tokens {
        let (start, end) = (token.start as usize, token.end as usize);
        let value = match token.part {
            Part::Value(kind) => Some(kind),
            _ => None,
        };
        let own = token.text(line);
        // A long value is shown as a wildcard in any case.
        let shown = match value {
            Some(_) => own.len().min(MAX_VALUE_BYTES),
            None => own.len(),
        };
        let before = line.get(at..start).unwrap_or_default();
        if text.len() + before.len() + shown > MAX_PATTERN_BYTES {
            break;
        }
        text.extend_from_slice(before);
        at = end;
        let from = text.len() as u16;
        text.extend_from_slice(&own[..shown]);
        pieces.push(Piece {
            start: from,
            end: text.len() as u16,
            value,
            prefix: value.map_or(0, |kind| prefix(kind, own)),
            constant: true,
        });
    }
    let room = MAX_PATTERN_BYTES.saturating_sub(text.len());
    let end = scanned.line.floor_char_boundary(scanned.end.min(at + room));
    text.extend_from_slice(line.get(at..end).unwrap_or_default());
    let cut = scanned.cut || end < scanned.end;
    (text.into(), pieces.into(), cut)
}

/// Length of the name before the number in `worker-12` or `task_0012_m`.
fn prefix(kind: Kind, text: &[u8]) -> u8 {
    let name = text.iter().take_while(|b| b.is_ascii_alphabetic()).count();
    let separated = text
        .get(name)
        .is_some_and(|b| matches!(b, b'-' | b'_' | b'#' | b':' | b'/'));
    let number = text.get(name + 1).is_some_and(u8::is_ascii_digit);
    match kind == Kind::Any && name > 0 && name < 40 && separated && number {
        true => name as u8 + 1,
        false => 0,
    }
}
