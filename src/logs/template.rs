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
        order.sort_unstable_by_key(|c| (std::cmp::Reverse(c.count), c.born));
        order.truncate(limit);
        let end = self.minute.unwrap_or_default();
        order.iter().map(|c| c.template(end)).collect()
    }

    /// One template, unless it was evicted.
    #[must_use]
    pub fn get(&self, id: TemplateId) -> Option<Template> {
        let cluster = self
            .clusters
            .get(id.0 as usize % self.config.max_clusters)?;
        (cluster.id == id).then(|| cluster.template(self.minute.unwrap_or_default()))
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

    /// Start of the newest minute of the rate series; `None` before the first line.
    #[must_use]
    pub fn rate_end(&self) -> Option<Millis> {
        self.minute
            .map(|minute| Millis(minute.saturating_mul(60_000)))
    }

    /// Memory that it holds in bytes.
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        let clusters: usize = self.clusters.iter().map(Cluster::heap_bytes).sum();
        clusters + self.clusters.capacity() * size_of::<Cluster>() + self.tree.heap_bytes()
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
mod tests {
    use super::*;
    use proptest::prelude::*;

    const T: Nanos = Nanos(0);

    fn mine<'a>(lines: impl IntoIterator<Item = &'a str>) -> Vec<(String, u64)> {
        let mut engine = LogTemplateEngine::default();
        for line in lines {
            engine.push(line, T, Severity::Info);
        }
        let templates = engine.templates();
        templates
            .into_iter()
            .map(|t| (t.pattern, t.count))
            .collect()
    }

    fn pairs(list: &[(&str, u64)]) -> Vec<(String, u64)> {
        list.iter().map(|&(p, n)| (p.to_owned(), n)).collect()
    }

    #[test]
    fn lines_that_differ_in_one_place_share_a_template() {
        let mined = mine([
            "User alice logged in from 10.0.0.1",
            "User bob logged in from 10.0.0.2",
            "User alice logged in from 10.0.0.9",
            "Cache flushed",
        ]);
        // The first tokens lead through the tree, so that names in them stay apart (He et al.).
        assert_eq!(
            mined,
            pairs(&[
                ("User alice logged in from <*>", 2),
                ("User bob logged in from <*>", 1),
                ("Cache flushed", 1),
            ])
        );
        let mined = mine(["accepted login of alice", "accepted login of bob"]);
        assert_eq!(mined, pairs(&[("accepted login of <*>", 2)]));
    }

    #[test]
    fn an_equal_header_does_not_make_lines_alike() {
        let mined = mine([
            "Jun 14 15:16:01 combo sshd[1]: check pass",
            "Jun 14 15:16:02 combo sshd[2]: connection closed",
            "Jun 14 15:16:03 combo sshd[3]: check pass",
        ]);
        let mined: Vec<u64> = mined.into_iter().map(|(_, count)| count).collect();
        assert_eq!(mined, [2, 1]);
    }

    #[test]
    fn wildcards_do_not_swallow_whatever_has_their_length() {
        let mined = mine(["a b c d", "a b x y", "p q x y", "m n o p"]);
        assert_eq!(
            mined,
            pairs(&[("a b <*> <*>", 2), ("p q x y", 1), ("m n o p", 1)])
        );
    }

    #[test]
    fn a_line_of_masks_only_finds_its_template_again() {
        assert_eq!(
            mine(["1 2 3", "4 5 6", "7 8 9"]),
            pairs(&[("<*> <*> <*>", 3)])
        );
    }

    #[test]
    fn lines_of_different_severity_never_share_a_template() {
        let mut engine = LogTemplateEngine::default();
        let a = engine.push("disk is 91 full", T, Severity::Warn);
        let b = engine.push("disk is 99 full", T, Severity::Error);
        assert_ne!(a, b);
        assert_eq!(engine.push("disk is 92 full", T, Severity::Warn), a);
    }

    #[test]
    fn a_template_knows_when_it_was_seen_and_how_often_each_minute() {
        let mut engine = LogTemplateEngine::default();
        let minute = |n: i64| Nanos(n * 60_000_000_000);
        assert_eq!(engine.rate_end(), None);
        for n in [100, 100, 103, 101, 30] {
            engine.push("tick 1", minute(n), Severity::Info);
        }
        engine.push("other", minute(104), Severity::Info);
        engine.push("   ", minute(104), Severity::Info);
        let template = &engine.top(1)[0];
        assert_eq!(template.first_seen, minute(30));
        assert_eq!(template.last_seen, minute(103));
        assert_eq!(template.example, "tick 1");
        assert_eq!(template.rate.len(), RATE_BUCKETS);
        assert_eq!(template.rate[RATE_BUCKETS - 5..], [2, 1, 0, 1, 0]);
        assert_eq!(
            template.rate.iter().sum::<u32>(),
            4,
            "one is out of the window"
        );
        assert_eq!(engine.rate_end(), Some(Millis(104 * 60_000)));
        assert_eq!(engine.total_lines(), 7);
    }

    #[test]
    fn the_least_recently_used_template_goes_first() {
        let mut engine = LogTemplateEngine::new(TemplateConfig {
            max_clusters: 2,
            ..TemplateConfig::default()
        });
        let a = engine.push("alpha", T, Severity::Info).unwrap();
        let b = engine.push("beta", T, Severity::Info).unwrap();
        engine.push("alpha", T, Severity::Info);
        let c = engine.push("gamma", T, Severity::Info).unwrap();
        assert!(engine.get(a).is_some() && engine.get(c).is_some());
        assert_eq!(engine.get(b), None);
        assert_eq!((engine.evicted(), engine.evicted_lines()), (1, 1));
        assert_ne!(
            engine.push("beta", T, Severity::Info),
            Some(b),
            "numbers are not reused"
        );
    }

    #[test]
    fn an_eviction_that_opens_a_better_branch_leaves_no_empty_one() {
        let mut engine = LogTemplateEngine::new(TemplateConfig {
            max_clusters: 2,
            max_children: 2,
            ..TemplateConfig::default()
        });
        for (line, severity) in [
            ("a a", Severity::Warn),
            ("a a", Severity::Info),
            ("b a", Severity::Warn),
            ("a aaaa", Severity::Info),
        ] {
            engine.push(line, T, severity);
        }
        assert!(engine.tree.len() <= 7);
    }

    #[test]
    fn a_leaf_is_bounded_too() {
        let mut engine = LogTemplateEngine::default();
        let letters = |n: usize| {
            (0..8)
                .map(|i| char::from(b'g' + (n >> i & 1) as u8))
                .collect::<String>()
        };
        for n in 0..250 {
            let w = letters(n);
            let line = format!("go to {w}a {w}b {w}c {w}d {w}e {w}f");
            engine.push(&line, T, Severity::Info);
        }
        assert_eq!(engine.len(), MAX_LEAF_CLUSTERS);
        assert_eq!(engine.evicted(), 150);
    }

    proptest! {
        #[test]
        fn any_lines_keep_the_tree_bounded_and_the_sums_right(
            lines in proptest::collection::vec(("([a-d]{1,2}|[0-9]{1,2}| ){0,9}", 0usize..7, any::<i64>()), 0..120),
            max_clusters in 1usize..20,
            depth in 3usize..6,
            max_children in 1usize..6,
        ) {
            let config = TemplateConfig { depth, max_children, max_clusters, similarity: 0.4 };
            let run = || {
                let mut engine = LogTemplateEngine::new(config);
                let ids: Vec<_> = lines
                    .iter()
                    .map(|(line, severity, at)| engine.push(line, Nanos(*at), Severity::from_index(*severity)))
                    .collect();
                (engine, ids)
            };
            let (engine, ids) = run();
            prop_assert!(engine.len() <= max_clusters);
            prop_assert!(engine.tree.len() <= 1 + max_clusters * depth, "empty branches go");
            let blank = ids.iter().filter(|id| id.is_none()).count() as u64;
            let templates = engine.templates();
            let counted: u64 = templates.iter().map(|t| t.count).sum();
            prop_assert_eq!(counted + engine.evicted_lines() + blank, engine.total_lines());
            for template in &templates {
                prop_assert_eq!(template.severities.total(), template.count);
                prop_assert_eq!(engine.get(template.id), Some(template.clone()));
            }
            let (again, ids_again) = run();
            prop_assert_eq!(ids, ids_again, "deterministic");
            prop_assert_eq!(templates, again.templates());
        }

        #[test]
        fn a_line_seen_twice_in_a_row_keeps_its_template(lines in proptest::collection::vec("\\PC{0,60}", 0..40)) {
            let mut engine = LogTemplateEngine::default();
            for line in &lines {
                let first = engine.push(line, T, Severity::Info);
                prop_assert_eq!(engine.push(line, T, Severity::Info), first);
            }
        }
    }
}
