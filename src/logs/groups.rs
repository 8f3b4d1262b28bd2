//! The lines that are held in groups: how many each has, and what a field of theirs amounts to.
//!
//! Lines are looked at in slices, the newest first, and as they come; where lines go, what they
//! counted is taken out again. So a table is there at any time, and costs no pass over the lines; where the
//! smallest or the largest number went, and no equal one is left, one over the numbers. For each line that passes two bytes are kept, and fourteen where a field is measured.

mod distinct;
mod keys;
mod part;
mod spread;
mod total;

use std::collections::{HashSet, VecDeque};
use std::ops::Range;

use super::ansi;
use super::query::columns::{Columns, NOTE, counted};
use super::query::field::field;
use super::query::matches::{cost, rows_for};
use super::query::phrase::Phrase;
use super::query::{Measure, Plan, Progress};
use super::severity::Severity;
use super::store::LogStore;
use super::template::{LogTemplateEngine, TemplateId};
use crate::sort::sort_by;
use crate::time::Nanos;
use distinct::Distinct;
use keys::{Keys, Name};
use part::{Cell, Part};
use total::{Numbers, Total};

/// Most groups; lines of further ones are counted as others.
pub const MAX_GROUPS: usize = if cfg!(test) { 6 } else { 1000 };

/// The lines of groups that came when there were too many.
const OTHER: u16 = MAX_GROUPS as u16;
/// The lines that lack the field.
const WITHOUT: u16 = OTHER + 1;

/// Most of a value that names a group, in bytes.
const MAX_NAME: usize = 256;

/// What it costs to read fields of a line, in searches for a text.
const FIELD_WORK: usize = 10;

/// What lines are put in groups by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum By {
    /// The value of this field; `outer.inner` for a member of an object in an object.
    Field(String),
    /// The template.
    Template,
    /// The severity.
    Severity,
    /// The container.
    Source,
    /// The time, in spans of this length in nanoseconds, which is taken as one at least. They begin
    /// where the length divides the time since the epoch.
    Time(i64),
}

/// What a group is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// A value of the field, cut to 256 bytes.
    Value(String),
    /// A template.
    Template(TemplateId),
    /// A severity.
    Severity(Severity),
    /// The number of a container.
    Source(u16),
    /// The beginning of a span of time.
    Time(Nanos),
}

/// What the lines of a group amount to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sum {
    /// How many there are.
    pub lines: u64,
    /// How many different values the measured field has in them.
    pub distinct: u64,
    /// Whether that is an estimate, as it is where there are very many in all groups together: the more
    /// groups have many, the rougher.
    pub estimated: bool,
    /// The values that are numbers, if some are.
    pub numbers: Option<Figures>,
}

/// How numbers are spread; see [`Table::measure`] for their unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Figures {
    /// How many.
    pub count: u64,
    /// The smallest.
    pub min: f64,
    /// Half of them are not greater; to a sixty-fourth.
    pub median: f64,
    /// 95 of 100 are not greater; to a sixty-fourth.
    pub p95: f64,
    /// The largest.
    pub max: f64,
}

/// Groups with what they amount to.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// Those with the most lines first; spans of time in their order.
    pub groups: Vec<(Key, Sum)>,
    /// What the groups amount to that are not listed, if there are such.
    pub other: Option<Sum>,
    /// Lines that are in no group, for they lack the field or are blank.
    pub without: u64,
    /// What the numbers measure: nanoseconds, bytes, or nothing that is said. Durations and other numbers
    /// cannot be compared: it is what most numbers are, and the others are none. Beside a size, numbers
    /// without a unit are bytes.
    pub measure: Measure,
}

/// The lines of a store in groups.
#[derive(Clone, Debug)]
pub struct Groups {
    by: By,
    of: Option<String>,
    /// Only lines that this lets through.
    plan: Plan,
    /// What lines hold that have these fields.
    names: [Option<Phrase>; 2],
    /// In the order of the rows, without anything between them.
    parts: VecDeque<Part>,
    keys: Keys,
    /// By the number of the group; those of [`OTHER`] and [`WITHOUT`] too.
    totals: Vec<Total>,
    distinct: Distinct,
    /// How many numbers are sizes.
    sizes: u64,
    /// The part that is being made.
    under_way: Option<Part>,
    /// How many times rows had moved, and how many times some had come in front.
    moves: u64,
    fronts: u64,
}

impl Groups {
    /// Groups by something, of the lines that a plan lets through. With `of` that field is measured.
    #[must_use]
    pub fn new(by: By, of: Option<String>, plan: Plan) -> Self {
        let name = |key: &str| Phrase::new(key.rsplit('.').next().unwrap_or(key));
        let of = of.filter(|it| !it.is_empty());
        let names = [
            match &by {
                By::Field(key) if !key.is_empty() => Some(name(key)),
                _ => None,
            },
            of.as_deref().map(name),
        ];
        Self {
            by,
            of,
            plan,
            names,
            parts: VecDeque::new(),
            keys: Keys::default(),
            totals: vec![Total::default(); MAX_GROUPS + 2],
            distinct: Distinct::default(),
            sizes: 0,
            under_way: None,
            moves: 0,
            fronts: 0,
        }
    }

    /// Follows what came to the store, which is the same one each time, moved or went, and goes on until about so many bytes were looked
    /// at, or all is done. True where nothing is left.
    pub fn search(&mut self, store: &LogStore, bytes: usize) -> bool {
        let held = store.first_row()..store.end_row();
        let (moves, moved) = store.moved_since(self.moves);
        self.moves = moves;
        let (fronts, came) = store.came_since(self.fronts);
        self.fronts = fronts;
        self.keep(held.start.max(came)..held.end.min(moved));
        let mut left = bytes;
        loop {
            let searched = self.searched().unwrap_or(held.end..held.end);
            let cost = if searched.end < held.end {
                self.look(store, searched.end, None, left)
            } else if searched.start > held.start {
                self.look(store, searched.start - 1, Some(searched.start), left)
            } else {
                return true;
            };
            left = left.saturating_sub(cost.unwrap_or(usize::MAX));
            if left == 0 {
                return self.progress(store).is_done();
            }
        }
    }

    /// How far it is.
    #[must_use]
    pub fn progress(&self, store: &LogStore) -> Progress {
        let held = store.first_row()..store.end_row();
        let searched = self.searched().unwrap_or_default();
        let start = searched.start.max(held.start);
        Progress {
            searched: searched.end.min(held.end).saturating_sub(start),
            held: held.end - held.start,
        }
    }

    fn searched(&self) -> Option<Range<u64>> {
        let ends = self.parts.front().zip(self.parts.back());
        ends.map(|(first, last)| first.rows.start..last.rows.end)
    }

    /// Rows outside of this range are gone, or not what they were.
    fn keep(&mut self, range: Range<u64>) {
        while let Some(gone) = self.parts.pop_back_if(|it| it.rows.end > range.end) {
            self.take_out(&gone);
        }
        while let Some(gone) = self.parts.pop_front_if(|it| it.rows.start < range.start) {
            self.take_out(&gone);
        }
    }

    fn take_out(&mut self, part: &Part) {
        for cell in part.cells() {
            if cell.hash != 0 {
                self.distinct.remove(cell.group, cell.hash);
            }
            self.sizes -= u64::from(cell.measure() == Measure::Size);
            let total = &mut self.totals[usize::from(cell.group)];
            total.remove(cell);
            if total.lines == 0 {
                *total = Total::default();
                self.keys.release(cell.group);
                self.distinct.release(cell.group);
            }
        }
    }

    /// Looks at rows of the chunk that holds the row `number`: those from there on, or those before
    /// `end`. Returns what it cost.
    fn look(
        &mut self,
        store: &LogStore,
        number: u64,
        end: Option<u64>,
        bytes: usize,
    ) -> Option<usize> {
        let (start, columns) = store.columns_at(number)?;
        let work = self.work();
        let most = rows_for(work, &columns, bytes);
        let range = match end {
            None => {
                let from = (number - start) as usize;
                from..columns.len().min(from.saturating_add(most))
            }
            Some(end) => {
                let end = (end - start) as usize;
                end.saturating_sub(most)..end
            }
        };
        let mut passed = Vec::new();
        self.plan
            .select(&columns, range.clone(), &mut |row| passed.push(row));
        let mut part = match end {
            // Lines that come one by one are one part.
            None => self.parts.pop_back_if(|it| it.chunk == start),
            Some(_) => None,
        }
        .unwrap_or_else(|| Part {
            rows: start + range.start as u64..start,
            chunk: start,
            ..Part::default()
        });
        part.rows.end = start + range.end as u64;
        let measured = self.of.is_some();
        self.under_way = Some(part);
        for row in passed {
            if columns.severities.get(row) != Some(&NOTE) {
                let cell = self.cell(&columns, row);
                self.count(cell);
                if let Some(part) = &mut self.under_way {
                    part.push(cell, measured);
                }
            }
        }
        let mut part = self.under_way.take()?;
        if range.end == columns.len() {
            part.shrink_to_fit();
        }
        match end {
            None => self.parts.push_back(part),
            Some(_) => self.parts.push_front(part),
        }
        Some(cost(work, &columns, range))
    }

    fn work(&self) -> usize {
        let fields = self.names.iter().flatten().count();
        self.plan.work() + fields * FIELD_WORK
    }

    fn count(&mut self, cell: Cell) {
        if cell.hash != 0 {
            self.distinct.add(cell.group, cell.hash);
        }
        self.sizes += u64::from(cell.measure() == Measure::Size);
        self.totals[usize::from(cell.group)].add(cell);
    }

    fn cell(&mut self, columns: &Columns<'_>, row: usize) -> Cell {
        let mut stripped = String::new();
        let line = match self.names {
            [None, None] => "",
            _ => {
                let line = columns.line(row);
                match ansi::has_escapes(line) {
                    true => {
                        ansi::strip_into(line, &mut stripped);
                        &stripped
                    }
                    false => line,
                }
            }
        };
        // Only lines that hold the name are read; an escape may stand for anything.
        let value = |which: usize, key: &str| {
            let name = self.names[which].as_ref()?;
            let may = name.is_in(line) || line.as_bytes().contains(&b'\\');
            may.then(|| field(line, key))?.map(|it| it.text())
        };
        let measured = self.of.as_deref().and_then(|key| value(1, key));
        let group = match &self.by {
            By::Field(key) => value(0, key).map(|it| {
                let cut = it.floor_char_boundary(MAX_NAME);
                self.keys.text(&it[..cut])
            }),
            By::Template => {
                let id = columns.templates.get(row).copied();
                let id = id.filter(|id| *id != u32::MAX);
                id.map(|id| self.keys.number(id.into()))
            }
            By::Severity => {
                let severity = columns.severities.get(row).map(|it| counted(*it));
                severity.map(|it| self.keys.number(it as i64))
            }
            By::Source => {
                let source = columns.sources.get(row).copied().unwrap_or_default();
                Some(self.keys.number(source.into()))
            }
            By::Time(span) => {
                let time = columns.times.get(row).copied().unwrap_or_default();
                let span = time.div_euclid((*span).max(1));
                Some(self.keys.number(span).or_else(|| self.newer_span(span)))
            }
        };
        let group = group.map_or(WITHOUT, |it| it.unwrap_or(OTHER));
        Cell::new(group, measured.as_deref())
    }

    /// The group of a span of time for which there is no room: some of the oldest ones make it, unless it is
    /// older itself.
    fn newer_span(&mut self, span: i64) -> Option<u16> {
        let oldest = self.keys.smallest(MAX_GROUPS / 8 + 1, span);
        let mut gone = vec![false; MAX_GROUPS];
        for group in &oldest {
            gone[usize::from(*group)] = true;
            let total = std::mem::take(&mut self.totals[usize::from(*group)]);
            self.totals[usize::from(OTHER)].add_all(&total);
            self.keys.release(*group);
        }
        if oldest.is_empty() {
            return None;
        }
        self.distinct.give(&gone, OTHER);
        let parts = self.parts.iter_mut().chain(&mut self.under_way);
        for group in parts.flat_map(|it| &mut it.groups) {
            if gone.get(usize::from(*group)) == Some(&true) {
                *group = OTHER;
            }
        }
        self.keys.number(span)
    }

    /// What most numbers measure.
    fn measure(&self) -> Measure {
        let (mut plain, mut times) = (0, 0);
        for total in &self.totals {
            plain += total.plain.spread.count();
            times += total.times.spread.count();
        }
        match (times > plain, self.sizes) {
            (true, _) => Measure::Time,
            (false, 0) => Measure::Plain,
            (false, _) => Measure::Size,
        }
    }

    /// The `limit` groups with the most lines, or the newest spans of time, and what the others amount
    /// to. With the templates, those that became part of others count as these.
    #[must_use]
    pub fn table(&mut self, limit: usize, templates: Option<&LogTemplateEngine>) -> Table {
        self.find_ends();
        let measure = self.measure();
        let mut groups: Vec<(Key, Vec<u16>)> = Vec::new();
        for (group, name) in self.keys.iter() {
            groups.push((self.key(name, templates), vec![group]));
        }
        sort_by(&mut groups, |a, b| a.0.cmp(&b.0));
        groups.dedup_by(|next, before| {
            let same = next.0 == before.0;
            if same {
                before.1.append(&mut next.1);
            }
            same
        });
        let lines = |of: &[u16]| -> u64 {
            let lines = of.iter().map(|it| self.totals[usize::from(*it)].lines);
            lines.sum()
        };
        match self.by {
            By::Time(_) => {
                groups.reverse();
            }
            _ => sort_by(&mut groups, |a, b| lines(&b.1).cmp(&lines(&a.1))),
        }
        let rest = groups.split_off(limit.min(groups.len()));
        if matches!(self.by, By::Time(_)) {
            groups.reverse();
        }
        let mut others: Vec<u16> = rest.into_iter().flat_map(|it| it.1).collect();
        if self.totals[usize::from(OTHER)].lines > 0 {
            others.push(OTHER);
        }
        let mut all: Vec<&[u16]> = groups.iter().map(|it| &it.1[..]).collect();
        all.push(&others);
        let mut sums = self.sums(&all, measure);
        let other = sums.pop().filter(|it| it.lines > 0);
        Table {
            groups: groups.into_iter().map(|it| it.0).zip(sums).collect(),
            other,
            without: self.totals[usize::from(WITHOUT)].lines,
            measure,
        }
    }

    fn key(&self, name: &Name, templates: Option<&LogTemplateEngine>) -> Key {
        let number = match name {
            Name::Text(text) => return Key::Value(text.to_string()),
            Name::Number(number) => *number,
        };
        match self.by {
            By::Template => {
                let id = TemplateId(number as u32);
                Key::Template(templates.map_or(id, |it| it.resolve(id)))
            }
            By::Severity => Key::Severity(Severity::from_index(number as usize)),
            By::Source => Key::Source(number as u16),
            By::Time(span) => Key::Time(Nanos(number.saturating_mul(span.max(1)))),
            By::Field(_) => Key::Value(number.to_string()),
        }
    }

    /// What each of several sets of groups amounts to.
    fn sums(&self, all: &[&[u16]], measure: Measure) -> Vec<Sum> {
        let mut set_of = vec![None; self.totals.len()];
        for (set, groups) in all.iter().enumerate() {
            for group in *groups {
                set_of[usize::from(*group)] = Some(set);
            }
        }
        // In several groups the same value may stand: those are counted that are kept of all of them.
        let mut zeros = vec![0; all.len()];
        for (set, groups) in all.iter().enumerate() {
            let most = groups.iter().map(|it| self.distinct.zeros(*it)).max();
            zeros[set] = most.unwrap_or_default();
        }
        let mut distinct = vec![0u64; all.len()];
        let mut several = HashSet::new();
        for (group, hash) in self.distinct.iter() {
            let Some(set) = set_of[usize::from(group)] else {
                continue;
            };
            let counts = hash.trailing_zeros() >= zeros[set];
            if counts && (all[set].len() == 1 || several.insert((set, hash))) {
                distinct[set] += 1 << zeros[set];
            }
        }
        let sum = |((groups, distinct), zeros): ((&&[u16], u64), u32)| {
            let mut total = Total::default();
            let mut of = groups.iter().map(|it| &self.totals[usize::from(*it)]);
            let one = match groups.len() {
                1 => of.next(),
                _ => None,
            };
            of.for_each(|it| total.add_all(it));
            let total = one.unwrap_or(&total);
            Sum {
                lines: total.lines,
                distinct,
                estimated: zeros > 0,
                numbers: figures(total.numbers(measure)),
            }
        };
        all.iter().zip(distinct).zip(zeros).map(sum).collect()
    }

    /// Finds the smallest and the largest numbers again of groups where they are gone.
    fn find_ends(&mut self) {
        if !self.totals.iter().any(Total::is_unsure) {
            return;
        }
        let unsure = self.totals.iter_mut();
        let unsure = unsure.flat_map(|it| [&mut it.plain, &mut it.times]);
        unsure.filter(|it| it.unsure).for_each(Numbers::forget_ends);
        for cell in self.parts.iter().flat_map(Part::cells) {
            if !cell.number.is_nan() {
                let total = &mut self.totals[usize::from(cell.group)];
                let numbers = total.numbers_mut(cell.measure());
                if numbers.unsure {
                    numbers.reach(cell.number);
                }
            }
        }
        for total in &mut self.totals {
            (total.plain.unsure, total.times.unsure) = (false, false);
        }
    }

    /// Memory that it holds in bytes.
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        let parts: usize = self.parts.iter().map(Part::heap_bytes).sum();
        let totals = self.totals.iter();
        let totals: usize = totals
            .map(|it| {
                size_of::<Total>() + it.plain.spread.heap_bytes() + it.times.spread.heap_bytes()
            })
            .sum();
        parts + totals + self.keys.heap_bytes() + self.distinct.heap_bytes()
    }
}

fn figures(total: &Numbers) -> Option<Figures> {
    let within = |it: f64| it.clamp(total.smallest, total.largest);
    Some(Figures {
        count: total.spread.count(),
        min: total.smallest,
        median: within(total.spread.percentile(50)?),
        p95: within(total.spread.percentile(95)?),
        max: total.largest,
    })
}

#[cfg(test)]
mod tests;
