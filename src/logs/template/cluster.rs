//! The lines of one template: what they share, and what was counted.

mod scanned;
mod standing;
mod view;

pub(super) use scanned::Scanned;
pub use standing::RECENT_SECONDS;

use super::classify::Kind;
use super::rate::Rate;
use super::scanner::Part;
use super::shape::{self, GAP, Gap, STAR, Slot, Tails, VALUE};
use super::tally::Tally;
use super::values::Values;
use super::{MAX_EXAMPLE_BYTES, MAX_EXAMPLES, TemplateId};
use crate::logs::severity::{Severity, SeverityCounts};
use crate::time::Nanos;

/// Lines of a template of which all are looked at closely; then fewer and fewer, down to one in
/// [`SAMPLED`].
const CLOSE_LINES: u64 = 16;
/// One line in so many of a hot template is scanned for its values; of one with more lines than
/// so many times [`SAMPLES`], fewer.
const SAMPLED: u64 = 64;
/// Lines of a very hot template that are looked at while its count doubles, at least.
const SAMPLES: u64 = 128;
/// Variables of a template that keep their values.
const MAX_VARIABLES: usize = 12;
/// Longest value that may be shown as it is, in bytes.
const MAX_VALUE_BYTES: usize = 64;
/// Longest text of a pattern in bytes.
const MAX_PATTERN_BYTES: usize = 1024;
/// Lines after which a count weighs half for the eviction, as a power of two.
const HALF_LIFE: u32 = 16;

/// A token of the pattern.
#[derive(Clone, Copy, Debug)]
struct Piece {
    start: u16,
    end: u16,
    /// What it shows if it is a value.
    value: Option<Kind>,
    /// Bytes of a name before the number, equal in all lines: `worker-12`.
    prefix: u8,
    /// All lines had this text.
    constant: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Cluster {
    pub(super) id: TemplateId,
    /// The explicit severity that all its lines have.
    pub(super) level: Severity,
    pub(super) skeleton: u64,
    pub(super) slots: Vec<Slot>,
    pub(super) tails: Tails,
    /// Number of the line that made it, and that used it last.
    pub(super) born: u64,
    pub(super) used: u64,
    /// Its lines, halved every 64 Ki lines of the stream.
    weight: u32,
    pub(super) count: u64,
    /// Its lines when one was looked at closely last.
    looked: u64,
    pub(super) severities: SeverityCounts,
    first_seen: Nanos,
    last_seen: Nanos,
    rate: Rate,
    examples: Vec<String>,
    values: Vec<Option<Box<Values>>>,
    /// The message of its first line, with the level word of the header before it.
    text: Box<[u8]>,
    pieces: Box<[Piece]>,
    /// Whether the line went on behind the pattern.
    cut: bool,
}

impl Cluster {
    pub(super) fn new(
        id: TemplateId,
        level: Severity,
        scanned: &Scanned<'_>,
        time: Nanos,
        bucket: i64,
    ) -> Self {
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
        Self {
            id,
            level,
            skeleton: shape::skeleton(&scanned.shape.slots),
            slots: scanned.shape.slots.clone(),
            tails: scanned.shape.tails,
            born: 0,
            used: 0,
            weight: 0,
            count: 0,
            looked: 0,
            severities: SeverityCounts::default(),
            first_seen: time,
            last_seen: time,
            rate: Rate::new(bucket),
            examples: Vec::new(),
            values: vec![None; scanned.shape.slots.len()],
            text: text.into(),
            pieces: pieces.into(),
            cut: scanned.cut || end < scanned.end,
        }
    }

    /// Takes the lines of a tally in; it counts from zero then. Returns how much memory that took.
    pub(super) fn settle(&mut self, tally: &mut Tally) -> usize {
        let before = self.rate.heap_bytes();
        if tally.lines > 0 {
            self.weight = self.weight_at(tally.used).saturating_add(tally.lines);
            self.used = tally.used;
            self.count += u64::from(tally.lines);
            self.severities[tally.severity] += u64::from(tally.lines);
            self.first_seen = self.first_seen.min(tally.first);
            self.last_seen = self.last_seen.max(tally.last);
            self.rate.add(tally.bucket, tally.lines);
        }
        let step = self.step();
        let left = match self.count {
            ..CLOSE_LINES => 1,
            count => step - count % step,
        };
        *tally = Tally::new(Some(self.id), left as u32);
        self.rate.heap_bytes() - before
    }

    /// How many lines the next one to be looked at stands for.
    fn step(&self) -> u64 {
        match self.count {
            ..CLOSE_LINES => 1,
            count => {
                let late = (count / SAMPLES + 1).next_power_of_two().max(SAMPLED);
                (count / CLOSE_LINES + 1).next_power_of_two().min(late)
            }
        }
    }

    /// How much it is worth keeping when line `number` comes.
    pub(super) fn weight_at(&self, number: u64) -> u32 {
        let halvings = (number - self.used) >> HALF_LIFE;
        self.weight
            .checked_shr(halvings.min(32) as u32)
            .unwrap_or(0)
    }

    /// Looks closely at the line that was counted last: kinds and samples of its values, examples.
    pub(super) fn sample(&mut self, scanned: &Scanned<'_>) {
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
                    .add(scanned.span(other), weight);
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

    /// Makes a slot vary from now on.
    pub(super) fn widen(&mut self, slot: usize) {
        let own = self.slots[slot];
        if !own.is_wild() {
            if own.word != VALUE {
                let text = self.span(&own).to_vec();
                self.values[slot]
                    .get_or_insert_default()
                    .add(&text, self.count);
            }
            self.slots[slot].word = STAR;
        }
    }

    /// Makes gaps of slots, from left to right.
    pub(super) fn open(&mut self, gaps: &[Gap]) {
        for &gap in gaps {
            let Gap { at, taken, .. } = gap;
            let (words, alone) = match self.slots.get(at..at + taken) {
                Some(text) => (text.iter().all(Slot::is_constant), text.len() == 1),
                None => return,
            };
            shape::open(&mut self.slots, &[gap]);
            let Some(slot) = self.slots.get(at).copied() else {
                return;
            };
            // What varied in a part of the text says nothing of the whole.
            let mut values = Values::default();
            if words {
                values.add(self.span(&slot), self.count);
            }
            if words || !alone {
                self.values.splice(at..at + taken, [Some(Box::new(values))]);
            }
        }
        self.skeleton = shape::skeleton(&self.slots);
        shape::keep_tails(&mut self.tails, self.slots.len(), gaps);
    }

    /// Whether it has a text of any length.
    pub(super) fn is_gapped(&self) -> bool {
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

    /// Takes another cluster in. What varies in one of them varies from now on.
    pub(super) fn absorb(&mut self, mut other: Self, number: u64) {
        for slot in 0..self.slots.len().min(other.slots.len()) {
            if other.slots[slot].is_wild() {
                self.widen(slot);
            } else if self.slots[slot].is_wild() {
                other.widen(slot);
            }
            if let Some(values) = &other.values[slot] {
                self.values[slot].get_or_insert_default().merge(values);
            }
        }
        self.weight = self
            .weight_at(number)
            .saturating_add(other.weight_at(number));
        self.used = number;
        self.born = self.born.min(other.born);
        self.count += other.count;
        self.looked = self.count;
        for (severity, count) in other.severities.iter() {
            self.severities[severity] += count;
        }
        self.first_seen = self.first_seen.min(other.first_seen);
        self.last_seen = self.last_seen.max(other.last_seen);
        self.rate.merge(&other.rate);
        for example in other.examples {
            if self.examples.len() < MAX_EXAMPLES {
                self.examples.push(example);
            }
        }
    }

    /// Memory beside the struct in bytes.
    pub(super) fn heap_bytes(&self) -> usize {
        let examples: usize = self.examples.iter().map(String::capacity).sum();
        let values: usize = self
            .values
            .iter()
            .flatten()
            .map(|it| it.heap_bytes() + size_of::<Values>())
            .sum();
        examples
            + values
            + self.values.len() * size_of::<usize>()
            + self.rate.heap_bytes()
            + self.text.len()
            + self.pieces.len() * size_of::<Piece>()
            + self.slots.len() * size_of::<Slot>()
    }
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
