//! The lines of one template: what they share, and what was counted.

mod sample;
mod scanned;
mod standing;
mod text;
mod vary;
mod view;

pub(super) use scanned::Scanned;
pub use standing::RECENT_SECONDS;

use super::rate::Rate;
use super::shape::{self, Slot, Tails, mix};
use super::tally::Tally;
use super::values::{self, Values};
use super::{MAX_EXAMPLES, TemplateId};
use crate::logs::severity::{Severity, SeverityCounts};
use crate::time::Nanos;
use text::Piece;

/// Lines of a template of which all are looked at closely; then fewer and fewer, down to one in
/// [`SAMPLED`].
const CLOSE_LINES: u64 = 32;
/// Lines that are looked at while its count doubles, from then on until that.
const FEWER_LINES: u64 = 8;
/// One line in so many of a hot template is scanned for its values; of one with more lines than
/// so many times [`SAMPLES`], fewer.
const SAMPLED: u64 = 64;
/// Lines of a very hot template that are looked at while its count doubles, at least.
const SAMPLES: u64 = 128;
/// Wildcards of a template whose values are kept, its first ones.
const MAX_VARIABLES: usize = 12;
/// Lines after which a count weighs half for the eviction, as a power of two.
const HALF_LIFE: u32 = 16;

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
    /// Whether other templates became part of it.
    pub(super) merged: bool,
    examples: Vec<String>,
    /// By slot: what stood in each place that the pattern shows as a wildcard.
    values: Vec<Vec<Values>>,
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
        let (text, pieces, cut) = text::read(scanned);
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
            merged: false,
            examples: Vec::new(),
            values: vec![Vec::new(); scanned.shape.slots.len()],
            text,
            pieces,
            cut,
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
        *tally = Tally::new(Some(self.id), self.next_look() as u32);
        self.rate.heap_bytes() - before
    }

    /// Lines until the next one to be looked at: one of each step, at a place that differs from step
    /// to step, since lines often come in turns.
    fn next_look(&self) -> u64 {
        let step = self.step();
        let place = |turn: u64| turn * step + 1 + mix(0x7e57, turn) % step;
        let turn = self.count / step;
        let next = match place(turn) {
            next if next > self.count => next,
            _ => place(turn + 1),
        };
        next - self.count
    }

    /// About how many lines the next one to be looked at stands for.
    fn step(&self) -> u64 {
        match self.count {
            ..CLOSE_LINES => 1,
            count => {
                let late = (count / SAMPLES + 1).next_power_of_two().max(SAMPLED);
                (count / (2 * FEWER_LINES) + 1)
                    .next_power_of_two()
                    .min(late)
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

    /// Takes another cluster in. What varies in one of them varies from now on.
    pub(super) fn absorb(&mut self, mut other: Self, number: u64) {
        for slot in 0..self.slots.len().min(other.slots.len()) {
            if other.slots[slot].is_wild() {
                self.widen(slot);
            } else if self.slots[slot].is_wild() {
                other.widen(slot);
            } else {
                self.meet(slot, &mut other);
            }
            for (at, values) in other.values[slot].iter().enumerate() {
                values::at(&mut self.values[slot], at).merge(values);
            }
        }
        self.weight = self
            .weight_at(number)
            .saturating_add(other.weight_at(number));
        self.used = number;
        self.born = self.born.min(other.born);
        self.count += other.count;
        self.looked = self.count;
        self.merged = true;
        for (severity, count) in other.severities.iter() {
            self.severities[severity] += count;
        }
        self.first_seen = self.first_seen.min(other.first_seen);
        self.last_seen = self.last_seen.max(other.last_seen);
        self.rate.merge(&other.rate);
        for example in other.examples {
            if self.examples.len() < MAX_EXAMPLES && !self.examples.contains(&example) {
                self.examples.push(example);
            }
        }
    }

    /// Memory beside the struct in bytes.
    pub(super) fn heap_bytes(&self) -> usize {
        let examples: usize = self.examples.iter().map(String::capacity).sum();
        let boxes = self.values.iter().map(Vec::capacity).sum::<usize>() * size_of::<Values>();
        let values: usize = self.values.iter().flatten().map(Values::heap_bytes).sum();
        examples
            + values
            + boxes
            + self.values.len() * size_of::<Vec<Values>>()
            + self.rate.heap_bytes()
            + self.text.len()
            + self.pieces.len() * size_of::<Piece>()
            + self.slots.len() * size_of::<Slot>()
    }
}
