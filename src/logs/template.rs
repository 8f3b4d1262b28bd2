//! Template mining: which lines are one event with other values, online and bounded.
//!
//! The starting point is Drain (He, Zhu, Zheng, Lyu: "Drain: An Online Log Parsing Approach with
//! Fixed Depth Tree", ICWS 2017): lines of one structure are compared word by word with the
//! templates of that structure. Where Drain makes every difference a variable at once if enough of
//! a line is equal, here a difference has to be proved.
//!
//! 1. [`sketch`](super::sketch) makes a line one number in which values do not matter, and `cache`
//!    knows the template of that number: nearly all lines are done here, without a look at their
//!    tokens. `tally` counts them.
//! 2. For the others `header` finds where the message starts, `scanner` cuts it into typed tokens,
//!    and `shape` folds lists, units and optional parts, so that lines meet that hold more or
//!    less of the same.
//! 3. `merge` finds the template that has this shape, or makes a new one, and looks for
//!    evidence (`evidence`): how many different words were seen in a place while all else is
//!    equal, against what the kind of word, its surroundings and the rest of the line demand.
//!    Texts of any length (`merge::gaps`) are looked for by what stands around them. With enough evidence `join`
//!    makes the templates one; the most frequent keeps its number, and `aliases` leads the others
//!    to it.
//! 4. `keep` lets the least used templates go where there are too many, `view` tells what there is.
//!    `cluster` has the counts, values, kinds and examples. The latter are taken from the first 32
//!    lines of a template and from fewer and fewer after that, each of which stands for those since
//!    the one before: their counts are estimates.
//!
//! Lines of different explicit severity never meet. All decisions come from the lines and their
//! order alone, so that the same lines give the same templates everywhere.

mod aliases;
mod cache;
mod classify;
mod cluster;
mod evidence;
mod header;
mod join;
mod keep;
mod merge;
mod model;
mod rate;
mod reader;
mod recall;
mod scanner;
mod shape;
mod tally;
mod values;
mod view;

pub(in crate::logs) use cache::Memo;
pub use classify::Kind;
pub use cluster::RECENT_SECONDS;
pub use evidence::Evidence;
pub use model::{
    MAX_EXAMPLE_BYTES, MAX_EXAMPLES, MAX_MINED_BYTES, Standing, Template, TemplateConfig,
    TemplateId, Variable,
};
pub use rate::{COARSE_BUCKET_SECONDS, COARSE_BUCKETS, RATE_BUCKET_SECONDS, RATE_BUCKETS};
pub use values::Numbers;

use aliases::Aliases;
use cache::{Cache, Entry};
use cluster::Cluster;
use merge::Buckets;
use reader::Reader;
use recall::Recalled;
use shape::Gap;
use tally::{Clock, Tally};

use super::severity::{Assessment, Severity};
use crate::time::Nanos;
use sketch::Sketch;

/// Groups lines into templates.
#[derive(Clone, Debug)]
pub struct LogTemplateEngine {
    config: TemplateConfig,
    cache: Cache,
    buckets: Buckets,
    clusters: Vec<Option<Cluster>>,
    /// What the clusters do not know of yet, by the same slots.
    tallies: Vec<Tally>,
    /// Slots without a cluster, and the number that the next one there gets.
    free: Vec<u32>,
    next_ids: Vec<u32>,
    aliases: Aliases,
    lines: u64,
    evicted: u64,
    evicted_lines: u64,
    /// Newest rate bucket of any line.
    bucket: Option<i64>,
    live_until: Option<i64>,
    clock: Clock,
    /// What the clusters hold.
    bytes: usize,
    /// The line that was scanned last.
    reader: Reader,
    gaps: Vec<Gap>,
}

impl LogTemplateEngine {
    /// An empty engine. Bounds out of range are taken as the nearest possible ones.
    #[must_use]
    pub fn new(config: TemplateConfig) -> Self {
        Self {
            config: TemplateConfig {
                max_templates: config.max_templates.clamp(1, 1 << 16),
                max_bytes: config.max_bytes.max(1 << 16),
                evidence: config.evidence,
            },
            cache: Cache::default(),
            buckets: Buckets::new(),
            clusters: Vec::new(),
            tallies: Vec::new(),
            free: Vec::new(),
            next_ids: Vec::new(),
            aliases: Aliases::default(),
            lines: 0,
            evicted: 0,
            evicted_lines: 0,
            bucket: None,
            live_until: None,
            clock: Clock::default(),
            bytes: 0,
            reader: Reader::default(),
            gaps: Vec::new(),
        }
    }

    /// Puts a line, without escape sequences, into its template. `None` for a blank line.
    pub fn push(&mut self, line: &str, time: Nanos, level: &Assessment) -> Option<TemplateId> {
        let mined = &line.as_bytes()[..line.len().min(MAX_MINED_BYTES)];
        let sketch = Sketch::of(mined).key;
        self.push_new(
            line,
            time,
            sketch,
            self.recall(sketch),
            level,
            Memo::default(),
        )
    }

    /// Puts a line into the template that its sketch led to before. `None` where that is gone.
    pub(super) fn push_recalled(
        &mut self,
        line: &str,
        time: Nanos,
        severity: Severity,
        recalled: Recalled,
    ) -> Option<TemplateId> {
        let slot = self.live(&recalled)?;
        self.lines += 1;
        self.count(slot, line, time, severity, false)
    }

    /// Puts a line into the template that is found, or made, for it; `recalled` is what its sketch
    /// led to. With a memo that is remembered of its sketch.
    pub(super) fn push_new(
        &mut self,
        line: &str,
        time: Nanos,
        mut sketch: u64,
        mut recalled: Option<Recalled>,
        level: &Assessment,
        memo: Memo,
    ) -> Option<TemplateId> {
        self.lines += 1;
        let explicit = level.explicit();
        if let Some(Recalled { entry, .. }) = recalled
            && entry.level != explicit
        {
            if memo == Memo::default() || entry.memo != Memo::default() {
                // Lines of one sketch and several levels: each has a key of its own.
                sketch = shape::mix(sketch, 1 + explicit.index() as u64);
                recalled = self.recall(sketch);
            } else {
                recalled = None;
            }
        }
        let known = recalled.and_then(|it| self.live(&it));
        let slot = match known {
            Some(slot) => slot,
            None => {
                if !self.reader.read(line) {
                    return None;
                }
                let bucket = self.clock.bucket(time);
                self.place(line, explicit, time, bucket)
            }
        };
        let id = self.tallies.get(slot as usize)?.id?;
        let memo = match recalled {
            Some(it) if memo == Memo::default() => it.entry.memo,
            _ => memo,
        };
        let entry = Entry::new(id, slot, explicit, memo);
        if recalled.is_none_or(|it| !it.entry.says(entry)) {
            self.cache.insert(sketch, entry);
        }
        self.count(slot, line, time, level.severity, known.is_none())
    }

    /// Counts a line of the template in a slot; `scanned` if it is the one that was scanned last.
    fn count(
        &mut self,
        slot: u32,
        line: &str,
        time: Nanos,
        severity: Severity,
        scanned: bool,
    ) -> Option<TemplateId> {
        let bucket = self.clock.bucket(time);
        self.bucket = Some(self.bucket.map_or(bucket, |newest| newest.max(bucket)));
        let number = self.lines;
        if !self.tallies.get(slot as usize)?.fits(bucket, severity) {
            self.settle(slot);
        }
        let tally = self.tallies.get_mut(slot as usize)?;
        let id = tally.id;
        if tally.add(number, time, bucket, severity) {
            self.settle(slot);
            self.sample(slot, line, scanned);
        }
        id
    }

    /// Brings a cluster up to date.
    fn settle(&mut self, slot: u32) {
        if let (Some(Some(cluster)), Some(tally)) = (
            self.clusters.get_mut(slot as usize),
            self.tallies.get_mut(slot as usize),
        ) {
            self.bytes += cluster.settle(tally);
        }
    }

    fn settle_all(&mut self) {
        for slot in 0..self.clusters.len() {
            self.settle(slot as u32);
        }
    }

    fn slot(&self, id: TemplateId) -> Option<u32> {
        let slot = id.0 % self.config.max_templates as u32;
        let cluster = self.clusters.get(slot as usize)?.as_ref()?;
        (cluster.id == id).then_some(slot)
    }

    fn place(&mut self, line: &str, level: Severity, time: Nanos, bucket: i64) -> u32 {
        let found = self.buckets.find(
            &self.clusters,
            &mut self.reader.shape,
            level,
            &mut self.gaps,
        );
        if let Some(slot) = found {
            if let Some(cluster) = &self.clusters[slot as usize] {
                for (own, new) in cluster.slots.iter().zip(&self.reader.shape.slots) {
                    if own.word == shape::STAR {
                        self.buckets.values.learn(new);
                    }
                }
            }
            return slot;
        }
        let slot = self.insert(line, level, time, bucket);
        self.open_like(slot);
        self.merge(slot)
    }

    /// Looks closely at the line that was counted last; `scanned` if it is the one that was read last.
    fn sample(&mut self, slot: u32, line: &str, scanned: bool) {
        let Some(Some(cluster)) = self.clusters.get_mut(slot as usize) else {
            return;
        };
        let grown = match cluster.sample_unread(line) {
            Some(grown) => grown as isize,
            None => {
                if !scanned {
                    self.reader.read(line);
                }
                if cluster.is_gapped()
                    && shape::fit(&self.reader.shape.slots, &cluster.slots, &mut self.gaps)
                {
                    shape::open(&mut self.reader.shape.slots, &self.gaps);
                }
                cluster.sample(&self.reader.scanned(line))
            }
        };
        self.bytes = self.bytes.saturating_add_signed(grown);
        if self.heap_bytes() > self.config.max_bytes {
            self.keep_within_bytes();
        }
    }
}

impl Default for LogTemplateEngine {
    fn default() -> Self {
        Self::new(TemplateConfig::default())
    }
}

#[cfg(test)]
mod tests;
