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
//!    Texts behind colons and in brackets are tried as a whole, too. With enough evidence `join`
//!    makes the templates one; the most frequent keeps its number, and `aliases` leads the others
//!    to it.
//! 4. `cluster` has the counts, values, kinds and examples. The latter are taken from the first 32
//!    lines of a template and from every 64th after that (fewer where there are very many), which
//!    then stands for 64: their counts are estimates.
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
mod merge;
mod rate;
mod scanner;
mod shape;
mod tally;
mod values;

pub(in crate::logs) use cache::Memo;
pub use classify::Kind;
pub use evidence::Evidence;
pub use rate::{COARSE_BUCKET_SECONDS, COARSE_BUCKETS, RATE_BUCKET_SECONDS, RATE_BUCKETS};
pub use values::Numbers;

use aliases::Aliases;
use cache::{Cache, Entry};
use cluster::{Cluster, Scanned};
use header::Header;
use merge::Buckets;
use rate::bucket_of;
use scanner::Token;
use shape::{Gap, Shape};
use tally::{Clock, Tally};

use super::severity::{Assessment, Severity, SeverityCounts};
use crate::sort::sort_by_key;
use crate::time::{Millis, Nanos};
use sketch::Sketch;

/// A mined pattern. Numbers are never used again, so that an evicted template's lines stay
/// filterable by it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TemplateId(pub u32);

/// The bounds of an engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TemplateConfig {
    /// Most templates; the ones of the smallest decayed count go.
    pub max_templates: usize,
    /// Most memory in bytes, likewise.
    pub max_bytes: usize,
    /// How much evidence makes a word a variable.
    pub evidence: Evidence,
}

impl Default for TemplateConfig {
    fn default() -> Self {
        Self {
            max_templates: 4096,
            max_bytes: 32 << 20,
            evidence: Evidence::default(),
        }
    }
}

/// A place of a template that varies.
#[derive(Clone, Debug, PartialEq)]
pub struct Variable {
    /// What kind of values stands there.
    pub kind: Kind,
    /// The lines of which the values are known; an estimate, as not every line is looked at.
    pub lines: u64,
    /// The commonest values with how many of those lines have them at least, commonest first.
    pub top: Vec<(String, u64)>,
    /// Their range, if all are numbers.
    pub numbers: Option<Numbers>,
}

/// A template as it stands now.
#[derive(Clone, Debug, PartialEq)]
pub struct Template {
    /// Its number.
    pub id: TemplateId,
    /// The text of its lines without their header but for the level, with wildcards
    /// ([`Kind::wildcard`]) where they vary.
    pub pattern: String,
    /// Lines so far.
    pub count: u64,
    /// Its lines by severity.
    pub severities: SeverityCounts,
    /// Smallest timestamp among its lines.
    pub first_seen: Nanos,
    /// Largest timestamp among its lines.
    pub last_seen: Nanos,
    /// Up to [`MAX_EXAMPLES`] of its lines, the first one first, cut to [`MAX_EXAMPLE_BYTES`].
    pub examples: Vec<String>,
    /// The places that vary, in the order of the pattern; the first twelve of them.
    pub variables: Vec<Variable>,
    /// Lines in each of the newest [`RATE_BUCKETS`] buckets of ten seconds, oldest first; the last
    /// one is that of [`LogTemplateEngine::rate_end`] for all templates alike.
    pub rate: Vec<u32>,
    /// Lines in each of the newest [`COARSE_BUCKETS`] buckets of five minutes.
    pub coarse_rate: Vec<u32>,
}

/// Examples of a template.
pub const MAX_EXAMPLES: usize = 5;
/// Longest example in bytes.
pub const MAX_EXAMPLE_BYTES: usize = 512;
/// Bytes of a line that are mined.
pub const MAX_MINED_BYTES: usize = 8 << 10;

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
    header: Header,
    tokens: Vec<Token>,
    shape: Shape,
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
            header: Header::default(),
            tokens: Vec::new(),
            shape: Shape::default(),
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

    /// What is remembered of the lines of this sketch.
    pub(super) fn recall(&self, sketch: u64) -> Option<Recalled> {
        let (place, entry) = self.cache.get(sketch)?;
        Some(Recalled { place, entry })
    }

    /// The template that lines of this sketch and explicit severity were put into last, while it
    /// exists. Counts nothing.
    pub(super) fn known(&self, sketch: u64, explicit: Severity) -> Option<TemplateId> {
        let mixed = shape::mix(sketch, 1 + explicit.index() as u64);
        let recalled = [sketch, mixed].into_iter().filter_map(|it| self.recall(it));
        let entry = recalled
            .map(|it| it.entry)
            .find(|it| it.level == explicit)?;
        let id = self.aliases.resolve(entry.id);
        self.slot(id).map(|_| id)
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
        self.count(slot, line, time, severity)
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
        let slot = match recalled.and_then(|it| self.live(&it)) {
            Some(slot) => slot,
            None => {
                if !self.scan(line) {
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
        self.count(slot, line, time, level.severity)
    }

    fn count(
        &mut self,
        slot: u32,
        line: &str,
        time: Nanos,
        severity: Severity,
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
            self.sample(slot, line);
        }
        id
    }

    /// The slot of what is recalled, if its template still exists.
    fn live(&mut self, recalled: &Recalled) -> Option<u32> {
        let Recalled { place, entry } = *recalled;
        let slot = u32::from(entry.slot);
        if self.tallies.get(slot as usize)?.id == Some(entry.id) {
            return Some(slot);
        }
        let survivor = self.aliases.resolve(entry.id);
        let slot = self.slot(survivor)?;
        let moved = Entry::new(survivor, slot, entry.level, entry.memo);
        self.cache.set(place, moved);
        Some(slot)
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

    /// Reads a line into tokens and shape. False for a blank one.
    fn scan(&mut self, line: &str) -> bool {
        let bytes = &line.as_bytes()[..line.len().min(MAX_MINED_BYTES)];
        self.header = header::peel(bytes);
        let bytes = &bytes[..header::trailer(bytes, &self.header)];
        let message = scanner::scan(
            bytes,
            self.header.end,
            self.header.level.is_some(),
            &mut self.tokens,
        );
        self.shape.read(bytes, &self.tokens, &message);
        !self.tokens.is_empty()
    }

    fn place(&mut self, line: &str, level: Severity, time: Nanos, bucket: i64) -> u32 {
        let found = self
            .buckets
            .find(&self.clusters, &mut self.shape, level, &mut self.gaps);
        if let Some(slot) = found {
            return slot;
        }
        let slot = self.insert(line, level, time, bucket);
        self.open_like(slot);
        self.merge(slot)
    }

    fn sample(&mut self, slot: u32, line: &str) {
        self.scan(line);
        if let Some(cluster) = &self.clusters[slot as usize]
            && cluster.is_gapped()
            && shape::fit(&self.shape.slots, &cluster.slots, &mut self.gaps)
        {
            shape::open(&mut self.shape.slots, &self.gaps);
        }
        let scanned = scanned(line, &self.header, &self.tokens, &self.shape);
        if let Some(cluster) = &mut self.clusters[slot as usize] {
            let before = cluster.heap_bytes();
            cluster.sample(&scanned);
            self.bytes = self.bytes - before + cluster.heap_bytes();
        }
        if self.heap_bytes() > self.config.max_bytes {
            self.keep_within_bytes();
        }
    }

    /// Lets clusters go until the memory is within its bound.
    fn keep_within_bytes(&mut self) {
        while self.heap_bytes() > self.config.max_bytes && self.len() > 1 {
            self.evict();
        }
    }

    fn insert(&mut self, line: &str, level: Severity, time: Nanos, bucket: i64) -> u32 {
        self.keep_within_bytes();
        if self.free.is_empty() && self.clusters.len() >= self.config.max_templates {
            self.evict();
        }
        let slot = match self.free.pop() {
            Some(slot) => slot,
            None => {
                self.clusters.push(None);
                self.tallies.push(Tally::new(None, 1));
                self.next_ids.push(self.next_ids.len() as u32);
                (self.clusters.len() - 1) as u32
            }
        };
        let next = &mut self.next_ids[slot as usize];
        let id = TemplateId(*next);
        *next = next.wrapping_add(self.config.max_templates as u32);
        let mut cluster = Cluster::new(
            id,
            level,
            &scanned(line, &self.header, &self.tokens, &self.shape),
            time,
            bucket,
        );
        cluster.born = self.lines;
        cluster.used = self.lines;
        self.put(slot, cluster);
        self.buckets.link(&mut self.clusters, slot);
        slot
    }

    /// Takes a cluster out, with its tally.
    fn take(&mut self, slot: u32) -> Option<Cluster> {
        self.settle(slot);
        self.buckets.unlink(&mut self.clusters, slot);
        self.tallies[slot as usize].id = None;
        let cluster = self.clusters[slot as usize].take()?;
        self.bytes -= cluster.heap_bytes();
        Some(cluster)
    }

    /// Puts a cluster in a slot, and nothing in its tally.
    fn put(&mut self, slot: u32, mut cluster: Cluster) {
        self.bytes += cluster.heap_bytes();
        let tally = &mut self.tallies[slot as usize];
        *tally = Tally::new(None, 1);
        cluster.settle(tally);
        self.clusters[slot as usize] = Some(cluster);
    }

    /// Lets a sixteenth of the clusters go, those of the smallest decayed count.
    fn evict(&mut self) {
        self.settle_all();
        let number = self.lines;
        let mut order: Vec<(u32, u64, u32)> = self
            .clusters
            .iter()
            .flatten()
            .map(|it| {
                (
                    it.weight_at(number),
                    it.used,
                    it.id.0 % self.config.max_templates as u32,
                )
            })
            .collect();
        sort_by_key(&mut order, |it| *it);
        order.truncate((self.config.max_templates / 16).max(1));
        for (_, _, slot) in order {
            if let Some(cluster) = self.take(slot) {
                self.evicted += 1;
                self.evicted_lines += cluster.count;
                self.free.push(slot);
            }
        }
    }

    /// All templates, the most frequent first; the older one first where they are equal.
    #[must_use]
    pub fn templates(&self) -> Vec<Template> {
        self.top(usize::MAX)
    }

    /// The `limit` most frequent templates, in the same order.
    #[must_use]
    pub fn top(&self, limit: usize) -> Vec<Template> {
        let mut order: Vec<(u64, u64, u32)> = (0..)
            .zip(self.clusters.iter().zip(&self.tallies))
            .filter_map(|(slot, (cluster, tally))| {
                let cluster = cluster.as_ref()?;
                let count = cluster.count + u64::from(tally.lines);
                Some((u64::MAX - count, cluster.born, slot))
            })
            .collect();
        sort_by_key(&mut order, |it| *it);
        order.truncate(limit);
        order.iter().filter_map(|it| self.template(it.2)).collect()
    }

    fn template(&self, slot: u32) -> Option<Template> {
        let end = self.end_bucket().unwrap_or_default();
        let cluster = self.clusters.get(slot as usize)?.as_ref()?;
        Some(cluster.template(end, self.tallies.get(slot as usize)?))
    }

    /// One template, or the one it became part of; `None` if it was evicted.
    #[must_use]
    pub fn get(&self, id: TemplateId) -> Option<Template> {
        self.template(self.slot(self.resolve(id))?)
    }

    /// The template that a merged one became part of; any other stays itself.
    #[must_use]
    pub fn resolve(&self, id: TemplateId) -> TemplateId {
        self.aliases.resolve(id)
    }

    /// Merged templates, each with the one that it became part of.
    pub fn aliases(&self) -> impl ExactSizeIterator<Item = (TemplateId, TemplateId)> + '_ {
        self.aliases.iter()
    }

    /// How many templates were merged into others so far.
    #[must_use]
    pub fn merges(&self) -> u64 {
        self.aliases.merges()
    }

    /// How many templates there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.clusters.len() - self.free.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Lines pushed, blank ones included.
    #[must_use]
    pub fn total_lines(&self) -> u64 {
        self.lines
    }

    /// Templates that had to go.
    #[must_use]
    pub fn evicted(&self) -> u64 {
        self.evicted
    }

    /// Lines that had been counted in the templates that went.
    #[must_use]
    pub fn evicted_lines(&self) -> u64 {
        self.evicted_lines
    }

    /// Says until when the stream was live: the rate series go on to there. See
    /// [`LogSeverityTimeSeries::live_until`](super::LogSeverityTimeSeries::live_until).
    pub fn live_until(&mut self, now: Option<Millis>) {
        self.live_until = now.map(|now| bucket_of(now.into()));
    }

    /// Start of the newest bucket of the rate series; `None` before the first line.
    #[must_use]
    pub fn rate_end(&self) -> Option<Millis> {
        self.end_bucket()
            .map(|bucket| Millis(bucket.saturating_mul(RATE_BUCKET_SECONDS * 1000)))
    }

    /// Memory that it holds in bytes.
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        self.bytes
            + self.clusters.capacity() * size_of::<Option<Cluster>>()
            + self.tallies.capacity() * size_of::<Tally>()
            + self.cache.heap_bytes()
            + self.buckets.heap_bytes()
            + self.aliases.heap_bytes()
    }

    fn end_bucket(&self) -> Option<i64> {
        let newest = self.bucket?;
        Some(self.live_until.map_or(newest, |it| it.max(newest)))
    }
}

/// What is remembered of the lines of a sketch.
#[derive(Clone, Copy, Debug)]
pub(super) struct Recalled {
    place: usize,
    entry: Entry,
}

impl Recalled {
    /// What holds of those without some traits.
    pub(super) fn memo(&self) -> Memo {
        self.entry.memo
    }
}

fn scanned<'a>(
    line: &'a str,
    header: &Header,
    tokens: &'a [Token],
    shape: &'a Shape,
) -> Scanned<'a> {
    Scanned {
        line,
        tokens,
        shape,
        start: header.end,
        level: header.level,
        end: tokens.last().map_or(header.end, |token| token.end as usize),
    }
}

impl Default for LogTemplateEngine {
    fn default() -> Self {
        Self::new(TemplateConfig::default())
    }
}

#[cfg(test)]
mod tests;
