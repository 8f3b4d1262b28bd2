//! Writes a snapshot, piece by piece, while lines come and go.

use serde::Serialize;

use super::{
    End, Head, MAGIC, MAX_EVENTS, MAX_LINES, MAX_PART_BYTES, MAX_READINGS, Readings, kind,
};
use crate::logs::LogSession;
use crate::logs::export::Walk;
use crate::logs::store::{Note, Row};
use crate::model::Event;
use crate::protocol::LogBatch;
use crate::time::Nanos;

/// Text of the lines that are collected before they are written, in bytes, unless they are [`MAX_LINES`].
const BATCH_BYTES: usize = 256 << 10;

/// A snapshot that is being written.
#[derive(Clone, Debug)]
pub struct SnapshotWriter {
    walk: Walk,
    rows: Rows,
    end: End,
}

/// Lines that are not written yet, by source, in the order in which each began.
#[derive(Clone, Debug, Default)]
struct Rows {
    batches: Vec<(u16, LogBatch)>,
    lines: usize,
    bytes: usize,
    /// Of the line taken last.
    last: Option<(u16, Nanos)>,
}

impl SnapshotWriter {
    /// Begins a file with its head, all readings and events.
    #[must_use]
    pub fn new(
        session: &LogSession,
        head: &Head,
        readings: &[Readings],
        events: &[Event],
        out: &mut Vec<u8>,
    ) -> Self {
        out.extend_from_slice(&MAGIC);
        part(out, kind::HEAD, head);
        for of in readings {
            for samples in of.samples.chunks(MAX_READINGS) {
                let few = Readings {
                    container: of.container.clone(),
                    samples: samples.to_vec(),
                };
                part(out, kind::READINGS, &few);
            }
        }
        let old = events.len().saturating_sub(MAX_EVENTS);
        part(out, kind::EVENTS, &events[old..].to_vec());
        Self {
            walk: Walk::new(session, false),
            rows: Rows::default(),
            end: End::default(),
        }
    }

    /// Rows written so far.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.end.rows
    }

    /// Appends rows until about so many bytes are added. True where all is written.
    pub fn write(&mut self, session: &LogSession, bytes: usize, out: &mut Vec<u8>) -> bool {
        let until = out.len().saturating_add(bytes);
        self.end.gone += self.walk.go_on(session);
        let Self { walk, rows, end } = self;
        let done = walk.rows(session, &mut |row| {
            end.rows += 1;
            match row {
                Row::Entry { entry, source, .. } => {
                    rows.make_way_for(*source, entry.time, out);
                    rows.of(*source).push(*entry);
                    rows.lines += 1;
                    rows.bytes += entry.text.len();
                    if rows.lines >= MAX_LINES || rows.bytes >= BATCH_BYTES {
                        rows.flush(out);
                    }
                }
                Row::Note { source, note } => {
                    rows.flush(out);
                    part(out, kind::NOTE, &(*source, *note) as &(u16, Note));
                }
            }
            // What waits for its batch counts too, or few long steps would do all of it.
            out.len() + rows.bytes < until
        });
        if done {
            self.rows.flush(out);
            part(out, kind::END, &self.end);
        }
        done
    }
}

impl Rows {
    /// Whoever reads puts the lines of several containers in order by their times alone: lines of two
    /// containers and one time stand in different batches, in their order.
    fn make_way_for(&mut self, source: u16, time: Nanos, out: &mut Vec<u8>) {
        let last = self.last.replace((source, time));
        if last.is_some_and(|(before, at)| before != source && at == time) {
            self.flush(out);
        }
    }

    fn of(&mut self, source: u16) -> &mut LogBatch {
        let at = self.batches.iter().position(|(of, _)| *of == source);
        let at = at.unwrap_or_else(|| {
            self.batches.push((source, LogBatch::new()));
            self.batches.len() - 1
        });
        &mut self.batches[at].1
    }

    fn flush(&mut self, out: &mut Vec<u8>) {
        for (source, batch) in self.batches.drain(..) {
            let lines = batch.encode();
            begin(out, kind::LINES, 2 + lines.len());
            out.extend_from_slice(&source.to_le_bytes());
            out.extend_from_slice(&lines);
        }
        (self.lines, self.bytes) = (0, 0);
    }
}

fn begin(out: &mut Vec<u8>, kind: u8, len: usize) {
    let len = u32::try_from(len + 1).unwrap_or(u32::MAX);
    out.extend_from_slice(&len.to_le_bytes());
    out.push(kind);
}

/// Writes a part in postcard; one that is too large to be read again is left out.
fn part(out: &mut Vec<u8>, kind: u8, what: &impl Serialize) {
    if let Ok(bytes) = postcard::to_stdvec(what)
        && bytes.len() < MAX_PART_BYTES
    {
        begin(out, kind, bytes.len());
        out.extend_from_slice(&bytes);
    }
}
