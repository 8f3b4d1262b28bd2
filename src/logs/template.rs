//! Template mining: a Drain tree (He, Zhu, Zheng, Lyu: "Drain: An Online Log Parsing Approach
//! with Fixed Depth Tree", ICWS 2017), bounded in every direction.
//!
//! A line is cut into masked tokens (`tokens`, `json`), led by its token count and first tokens
//! to a leaf (`tree`), and compared with the clusters there (`cluster`): it joins the most similar
//! one from the threshold on, which gets `<*>` where they differ, or starts a new one.
//!
//! Beyond the paper:
//! - Lines of different severity never meet: a severity is the last thing to average away.
//! - The paper gets lines without their header (timestamp, level, logger). Docker's lines have
//!   one, so the header is recognised, and neither leads through the tree nor counts for the
//!   similarity: otherwise equal headers would make all lines alike.
//! - A mask counts as an equal token, as in Drain3.
//! - Clusters, and those of one leaf, are bounded; the least recently used one goes.
//!
//! Tokens are compared by hash, and a line of a known template allocates nothing.

mod cluster;
mod json;
mod tokens;
mod tree;

use cluster::{Cluster, Fit, minute_of};
use tokens::{MASK, Tokens};
use tree::{NONE, Tree};

use super::severity::{Severity, SeverityCounts};
use crate::sort::sort_by_key;
use crate::time::{Millis, Nanos};

/// A mined pattern. Numbers are never used again, so that an evicted template's lines stay
/// filterable by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TemplateId(pub u32);

/// The knobs of the tree.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TemplateConfig {
    /// Depth of the tree with root and leaf, at least 3: the first `depth - 2` tokens lead to a
    /// leaf.
    pub depth: usize,
    /// Share of equal tokens, 0 to 1, from which a line joins a cluster.
    pub similarity: f64,
    /// Most children of an inner node; further tokens share the wildcard child.
    pub max_children: usize,
    /// Most clusters in all; the least recently used one goes.
    pub max_clusters: usize,
}

impl Default for TemplateConfig {
    fn default() -> Self {
        Self {
            depth: 4,
            similarity: 0.4,
            max_children: 100,
            max_clusters: 1024,
        }
    }
}

/// A template as it stands now.
#[derive(Clone, Debug, PartialEq)]
pub struct Template {
    /// Its number.
    pub id: TemplateId,
    /// Tokens joined by one space, `<*>` where they vary.
    pub pattern: String,
    /// Lines so far.
    pub count: u64,
    /// Smallest timestamp among its lines.
    pub first_seen: Nanos,
    /// Largest timestamp among its lines.
    pub last_seen: Nanos,
    /// One of its lines, cut to [`MAX_EXAMPLE_BYTES`].
    pub example: String,
    /// Its lines by severity.
    pub severities: SeverityCounts,
    /// Lines in each of the newest [`RATE_BUCKETS`] minutes, oldest first; the last one is
    /// [`LogTemplateEngine::rate_end`] for all templates alike.
    pub rate: Vec<u32>,
}

/// Longest example in bytes.
pub const MAX_EXAMPLE_BYTES: usize = 512;
/// Minutes in the rate series of a template.
pub const RATE_BUCKETS: usize = 60;

/// Most clusters of one leaf: a line is compared with no more than these.
const MAX_LEAF_CLUSTERS: usize = 100;

/// Groups lines into templates. A line costs a pass over its first 4 KiB and a comparison with
/// the clusters of one leaf, whatever came before.
#[derive(Clone, Debug)]
pub struct LogTemplateEngine {
    config: TemplateConfig,
    tree: Tree,
    clusters: Vec<Cluster>,
    /// Ends of the list of clusters in the order of use.
    oldest: u32,
    newest: u32,
    lines: u64,
    evicted: u64,
    evicted_lines: u64,
    /// Newest minute of any line.
    minute: Option<i64>,
    /// Minute until which a live stream brought no other lines.
    live_until: Option<i64>,
    tokens: Tokens,
}

impl LogTemplateEngine {
    /// An empty tree. Values out of range are taken as the nearest possible one.
    #[must_use]
    pub fn new(config: TemplateConfig) -> Self {
        let config = TemplateConfig {
            depth: config.depth.max(3),
            similarity: config.similarity.clamp(0.0, 1.0),
            max_children: config.max_children.max(2),
            max_clusters: config.max_clusters.clamp(1, 1 << 20),
        };
        Self {
            config,
            tree: Tree::new(config.max_children),
            clusters: Vec::new(),
            oldest: NONE,
            newest: NONE,
            lines: 0,
            evicted: 0,
            evicted_lines: 0,
            minute: None,
            live_until: None,
            tokens: Tokens::default(),
        }
    }

    /// Puts a line, without escape sequences, into its cluster. `None` for a blank line.
    pub fn push(&mut self, line: &str, time: Nanos, severity: Severity) -> Option<TemplateId> {
        self.lines += 1;
        let mut tokens = std::mem::take(&mut self.tokens);
        tokens.read(line);
        let id = match tokens.len() {
            0 => None,
            _ => Some(self.place(&tokens, line, time, severity)),
        };
        self.tokens = tokens;
        id
    }

    /// All templates, the most frequent first; the older one first where they are equal.
    #[must_use]
    pub fn templates(&self) -> Vec<Template> {
        self.top(usize::MAX)
    }

    /// The `limit` most frequent templates, in the same order.
    #[must_use]
    pub fn top(&self, limit: usize) -> Vec<Template> {
        let mut order: Vec<&Cluster> = self.clusters.iter().collect();
        sort_by_key(&mut order, |c| (std::cmp::Reverse(c.count), c.born));
        order.truncate(limit);
        let end = self.end_minute().unwrap_or_default();
        order.iter().map(|c| c.template(end)).collect()
    }

    /// One template, unless it was evicted.
    #[must_use]
    pub fn get(&self, id: TemplateId) -> Option<Template> {
        let cluster = self
            .clusters
            .get(id.0 as usize % self.config.max_clusters)?;
        (cluster.id == id).then(|| cluster.template(self.end_minute().unwrap_or_default()))
    }

    /// How many templates there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.clusters.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.clusters.is_empty()
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
        self.live_until = now.map(|now| minute_of(now.into()));
    }

    /// Start of the newest minute of the rate series; `None` before the first line.
    #[must_use]
    pub fn rate_end(&self) -> Option<Millis> {
        self.end_minute()
            .map(|minute| Millis(minute.saturating_mul(60_000)))
    }

    /// Memory that it holds in bytes.
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        let clusters: usize = self.clusters.iter().map(Cluster::heap_bytes).sum();
        clusters + self.clusters.capacity() * size_of::<Cluster>() + self.tree.heap_bytes()
    }

    fn end_minute(&self) -> Option<i64> {
        let newest = self.minute?;
        Some(self.live_until.map_or(newest, |it| it.max(newest)))
    }

    fn place(
        &mut self,
        tokens: &Tokens,
        line: &str,
        time: Nanos,
        severity: Severity,
    ) -> TemplateId {
        let minute = minute_of(time);
        self.minute = Some(self.minute.map_or(minute, |newest| newest.max(minute)));
        let first = tokens.header();
        let last = (first + self.config.depth - 2).min(tokens.len());
        let shape = tokens.len() << 8 | first << 3 | severity.index();
        let shape = shape as u64;
        let prefix = &tokens.hashes[first..last];
        let known = self.tree.find(shape, prefix);
        let slot = match known.and_then(|leaf| self.best(leaf, first, &tokens.hashes)) {
            Some(slot) => {
                self.unlink(slot);
                slot
            }
            None => {
                let varies = |i: usize| {
                    let token = tokens.token(first + i);
                    token != MASK && token.iter().any(u8::is_ascii_digit)
                };
                let mut leaf = self.tree.find_or_insert(shape, prefix, varies);
                let victim = self.victim(leaf);
                if let Some(victim) = victim {
                    // The branch may go with the victim, or a better one open.
                    self.tree.prune(leaf);
                    self.evict(victim);
                    leaf = self.tree.find_or_insert(shape, prefix, varies);
                }
                self.insert(victim, leaf, tokens, line, time)
            }
        };
        self.link_newest(slot);
        let cluster = &mut self.clusters[slot as usize];
        cluster.used = self.lines;
        cluster.add(&tokens.hashes, time, severity);
        cluster.id
    }

    /// The slot that a new cluster of this leaf must take over, if any.
    fn victim(&self, leaf: u32) -> Option<u32> {
        let listed = self.tree.clusters(leaf);
        if listed.len() >= MAX_LEAF_CLUSTERS {
            let used = |&slot: &u32| self.clusters[slot as usize].used;
            return listed.iter().copied().min_by_key(used);
        }
        (self.clusters.len() >= self.config.max_clusters).then_some(self.oldest)
    }

    fn evict(&mut self, slot: u32) {
        self.unlink(slot);
        let cluster = &self.clusters[slot as usize];
        self.evicted += 1;
        self.evicted_lines += cluster.count;
        self.tree.remove(cluster.leaf, slot);
    }

    /// Puts a new cluster into the slot of an evicted one or a new slot.
    fn insert(
        &mut self,
        reused: Option<u32>,
        leaf: u32,
        tokens: &Tokens,
        line: &str,
        time: Nanos,
    ) -> u32 {
        let max = self.config.max_clusters as u32;
        let slot = reused.unwrap_or(self.clusters.len() as u32);
        // The slot is the number modulo `max`: no map is needed to find a template by number.
        // Numbers start again only after four billion.
        let id = match self.clusters.get(slot as usize) {
            Some(old) => old.id.0.checked_add(max).filter(|&id| id < u32::MAX),
            None => None,
        };
        let mut cluster = Cluster::new(TemplateId(id.unwrap_or(slot)), tokens, line, time);
        cluster.leaf = leaf;
        cluster.born = self.lines;
        match self.clusters.get_mut(slot as usize) {
            Some(old) => *old = cluster,
            None => self.clusters.push(cluster),
        }
        self.tree.add(leaf, slot);
        slot
    }

    fn link_newest(&mut self, slot: u32) {
        let before = std::mem::replace(&mut self.newest, slot);
        let cluster = &mut self.clusters[slot as usize];
        (cluster.older, cluster.newer) = (before, NONE);
        match self.clusters.get_mut(before as usize) {
            Some(older) => older.newer = slot,
            None => self.oldest = slot,
        }
    }

    fn unlink(&mut self, slot: u32) {
        let Cluster { older, newer, .. } = self.clusters[slot as usize];
        match self.clusters.get_mut(older as usize) {
            Some(cluster) => cluster.newer = newer,
            None => self.oldest = newer,
        }
        match self.clusters.get_mut(newer as usize) {
            Some(cluster) => cluster.older = older,
            None => self.newest = older,
        }
    }

    /// The most similar cluster of a leaf; the one with more wildcards where two are equal, and
    /// the older one after that.
    fn best(&self, leaf: u32, first: usize, hashes: &[u64]) -> Option<u32> {
        let needed = self.config.similarity * (hashes.len() - first) as f64;
        let mut best: Option<(Fit, u32)> = None;
        for &slot in self.tree.clusters(leaf) {
            let fit = self.clusters[slot as usize].fit(first, hashes);
            if fit.equal as f64 >= needed && best.is_none_or(|(other, _)| fit > other) {
                best = Some((fit, slot));
            }
        }
        best.map(|(_, slot)| slot)
    }
}

impl Default for LogTemplateEngine {
    fn default() -> Self {
        Self::new(TemplateConfig::default())
    }
}

#[cfg(test)]
mod tests;
