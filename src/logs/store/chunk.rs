//! A run of rows: the batch as it was decoded, with our own columns beside it.

use std::ops::Range;

use crate::few::Few;
use crate::logs::pipeline::Mined;
use crate::logs::query::columns::{Columns, GOES_ON, NOTE, counted, said, severity_byte};
use crate::logs::severity::Severity;
use crate::logs::template::TemplateId;
use crate::protocol::{LogBatch, LogStream};
use crate::sort::order;
use crate::time::Nanos;

use super::{Note, Row};

/// Rows and text up to which small batches are put into one chunk.
pub(super) const FULL_ROWS: usize = 4096;
pub(super) const FULL_TEXT: usize = 64 << 10;

/// In the column of templates: a blank line, which has none.
pub(in crate::logs) const NO_TEMPLATE: u32 = u32::MAX;
/// Bytes of a row in our own columns.
const COLUMNS: usize = 7;

#[derive(Clone, Debug, Default)]
pub(super) struct Chunk {
    /// Number of its first row, counted from the first row ever appended.
    pub(super) start: u64,
    /// [`Chunk::measure`] when it was last asked, for the store's sum.
    pub(super) bytes: usize,
    batch: LogBatch,
    severities: Vec<u8>,
    /// Of a row that is no line an index into `notes`.
    templates: Vec<u32>,
    sources: Vec<u16>,
    notes: Vec<Note>,
}

impl Chunk {
    pub(super) fn of_batch(source: u16, batch: LogBatch, mined: &[Mined]) -> Self {
        let n = batch.len();
        let line = |i: usize| mined.get(i).copied().unwrap_or_default();
        let severity =
            |it: Mined| severity_byte(it.severity, it.counts_as.unwrap_or(it.severity), it.goes_on);
        Self {
            severities: (0..n).map(|i| severity(line(i))).collect(),
            templates: (0..n)
                .map(|i| line(i).template.map_or(NO_TEMPLATE, |it| it.0))
                .collect(),
            sources: vec![source; n],
            batch,
            ..Self::default()
        }
    }

    /// Memory that the lines of a batch take in bytes.
    pub(super) fn bytes_of(batch: &LogBatch) -> usize {
        size_of::<Self>() + batch.heap_bytes() + batch.len() * COLUMNS
    }

    pub(super) fn of_note(source: u16, time: Nanos, note: Note) -> Self {
        let mut batch = LogBatch::new();
        batch.push_line(time, LogStream::Stdout, "");
        Self {
            batch,
            severities: vec![NOTE],
            templates: vec![0],
            sources: vec![source],
            notes: vec![note],
            ..Self::default()
        }
    }

    pub(super) fn starting_at(start: u64) -> Self {
        Self {
            start,
            ..Self::default()
        }
    }

    pub(super) fn is_note(&self, row: usize) -> bool {
        self.severities.get(row) == Some(&NOTE)
    }

    pub(super) fn rows(&self) -> usize {
        self.batch.len()
    }

    pub(super) fn lines(&self) -> usize {
        self.batch.len() - self.notes.len()
    }

    pub(super) fn end(&self) -> u64 {
        self.start + self.rows() as u64
    }

    pub(super) fn time(&self, row: usize) -> Nanos {
        self.batch.time(row).unwrap_or_default()
    }

    pub(super) fn last_time(&self) -> Nanos {
        self.time(self.rows().saturating_sub(1))
    }

    pub(super) fn is_sorted(&self) -> bool {
        (1..self.rows()).all(|i| self.time(i - 1) <= self.time(i))
    }

    /// The first row that is later than `time`, in a chunk sorted by time.
    pub(super) fn first_after(&self, time: Nanos) -> usize {
        let (mut low, mut high) = (0, self.rows());
        while low < high {
            let middle = low + (high - low) / 2;
            if self.time(middle) <= time {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    pub(super) fn row(&self, index: usize) -> Option<Row<'_>> {
        let entry = self.batch.get(index)?;
        let source = self.sources[index];
        let template = self.templates[index];
        Some(match self.severities[index] {
            NOTE => Row::Note {
                source,
                note: *self.notes.get(template as usize)?,
            },
            severity => Row::Entry {
                entry,
                severity: counted(severity),
                said: said(severity),
                template: (template != NO_TEMPLATE).then_some(TemplateId(template)),
                source,
                goes_on: severity & GOES_ON != 0,
            },
        })
    }

    /// Takes the severities of its lines from what they say and the one to count as instead, which is
    /// looked for by the template of an event's first line; `open` has that of the open events.
    pub(super) fn recount(
        &mut self,
        instead: &mut dyn FnMut(u16, u32) -> Option<Severity>,
        open: &mut Few<(u16, LogStream), Option<Severity>>,
        moved: &mut dyn FnMut(Severity, Severity, Nanos),
    ) {
        for row in 0..self.severities.len() {
            let byte = self.severities[row];
            if byte == NOTE {
                continue;
            }
            let stream = self
                .batch
                .get(row)
                .map_or(LogStream::Stdout, |it| it.stream);
            let event = open.or_default((self.sources[row], stream));
            let goes_on = byte & GOES_ON != 0;
            if !goes_on {
                *event = instead(self.sources[row], self.templates[row]);
            }
            let (before, said) = (counted(byte), said(byte));
            let now = event.unwrap_or(said);
            if now != before {
                self.severities[row] = severity_byte(said, now, goes_on);
                moved(before, now, self.time(row));
            }
        }
    }

    /// Its rows as columns.
    pub(super) fn columns(&self) -> Columns<'_> {
        let (text, ends, times, flags) = self.batch.columns();
        Columns {
            text,
            ends,
            times,
            flags,
            severities: &self.severities,
            templates: &self.templates,
            sources: &self.sources,
        }
    }

    /// Whether `other` fits behind this chunk without making it larger than a full one.
    pub(super) fn has_room_for(&self, other: &Self) -> bool {
        self.has_room(other.rows(), other.batch.text_bytes())
    }

    /// Whether it is so large that evicting it whole would take too much at once.
    pub(super) fn is_oversize(&self) -> bool {
        self.rows() > 2 * FULL_ROWS || self.batch.text_bytes() > 2 * FULL_TEXT
    }

    fn has_room(&self, rows: usize, text: usize) -> bool {
        self.rows() + rows <= FULL_ROWS && self.batch.text_bytes() + text <= FULL_TEXT
    }

    pub(super) fn append(&mut self, other: &Self) {
        self.copy_range(other, 0..other.rows());
    }

    /// Copies one row of `other` behind this chunk; false when a full chunk would grow.
    pub(super) fn push_from(&mut self, other: &Self, index: usize) -> bool {
        if self.rows() > 0 && !self.has_room(1, other.text_bytes(index)) {
            return false;
        }
        self.copy(other, index);
        true
    }

    /// Where the text of a row begins; of the one behind the last, where all texts end.
    pub(super) fn text_start(&self, index: usize) -> usize {
        self.batch.start(index)
    }

    /// Bytes of the text of one row.
    pub(super) fn text_bytes(&self, index: usize) -> usize {
        self.batch.start(index + 1) - self.batch.start(index)
    }

    /// Copies one row of `other` behind this chunk.
    pub(super) fn copy(&mut self, other: &Self, index: usize) {
        self.copy_range(other, index..index + 1);
    }

    /// Copies rows of `other` behind this chunk.
    pub(super) fn copy_range(&mut self, other: &Self, range: Range<usize>) {
        self.batch.append_range(&other.batch, range.clone());
        let severities = &other.severities[range.clone()];
        self.severities.extend_from_slice(severities);
        self.sources
            .extend_from_slice(&other.sources[range.clone()]);
        let templates = other.templates[range].iter().zip(severities);
        for (&template, &severity) in templates {
            let mut template = template;
            if severity == NOTE {
                let note = other.notes.get(template as usize).copied();
                template = self.notes.len() as u32;
                self.notes.extend(note);
            }
            self.templates.push(template);
        }
    }

    /// Takes the rows from `row` on out of this chunk.
    pub(super) fn split_off(&mut self, row: usize) -> Self {
        let mut tail = Self {
            batch: self.batch.tail_from(row),
            severities: self.severities.split_off(row),
            templates: self.templates.split_off(row),
            sources: self.sources.split_off(row),
            ..Self::default()
        };
        self.batch.truncate(row);
        let moved = tail.severities.iter().filter(|&&s| s == NOTE).count();
        if moved > 0 {
            let first = self.notes.len() - moved;
            tail.notes = self.notes.split_off(first);
            for (template, _) in tail
                .templates
                .iter_mut()
                .zip(&tail.severities)
                .filter(|(_, s)| **s == NOTE)
            {
                *template -= first as u32;
            }
        }
        tail
    }

    /// Row numbers in order of time; rows of the same time keep their order.
    pub(super) fn order_by_time(&self) -> Vec<usize> {
        order(self.rows(), &mut |a, b| self.time(a).cmp(&self.time(b)))
    }

    pub(super) fn shrink_to_fit(&mut self) {
        self.batch.shrink_to_fit();
        self.severities.shrink_to_fit();
        self.templates.shrink_to_fit();
        self.sources.shrink_to_fit();
        self.notes.shrink_to_fit();
    }

    /// Memory that it holds in bytes.
    pub(super) fn measure(&self) -> usize {
        size_of::<Self>()
            + self.batch.heap_bytes()
            + self.severities.capacity()
            + self.templates.capacity() * 4
            + self.sources.capacity() * 2
            + self.notes.capacity() * size_of::<Note>()
    }
}
