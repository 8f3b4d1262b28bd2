//! Templates as others see them, and the bounds of an engine.

use super::classify::Kind;
use super::evidence::Evidence;
use super::values::Numbers;
#[cfg(doc)]
use super::{COARSE_BUCKETS, LogTemplateEngine, RATE_BUCKETS};
use crate::logs::severity::{Severity, SeverityCounts};
use crate::time::Nanos;

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
    /// The lines that the values stand for: 0 where this was not among the first wildcards until now.
    pub lines: u64,
    /// How many of them were looked at: all of the first 32, then fewer and fewer. Where that is not all,
    /// what follows is an estimate from a sample of so many.
    pub looked: u64,
    /// The commonest values with how many of the [`lines`](Self::lines) have them, commonest first: at least so
    /// many where every line was looked at, else about so many. They are whole, as `worker-12` in
    /// place of a wildcard that the pattern shows as `worker-<*>`.
    pub top: Vec<(String, u64)>,
    /// The range of the values that were looked at, if all are numbers.
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
    /// One for each of the pattern's first twelve wildcards, in their order.
    pub variables: Vec<Variable>,
    /// Lines in each of the newest [`RATE_BUCKETS`] buckets of ten seconds, oldest first; the last
    /// one is that of [`LogTemplateEngine::rate_end`] for all templates alike.
    pub rate: Vec<u32>,
    /// Lines in each of the newest [`COARSE_BUCKETS`] buckets of five minutes.
    pub coarse_rate: Vec<u32>,
}

/// What a template is ordered by: cheap to have of all templates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Its number.
    pub id: TemplateId,
    /// Lines so far.
    pub count: u64,
    /// Lines in the newest [`RECENT_SECONDS`](super::RECENT_SECONDS) of the stream.
    pub recent: u64,
    /// The severity that most of its lines have.
    pub severity: Severity,
    /// Smallest timestamp among its lines.
    pub first_seen: Nanos,
}

/// Examples of a template.
pub const MAX_EXAMPLES: usize = 5;
/// Longest example in bytes.
pub const MAX_EXAMPLE_BYTES: usize = 512;
/// Bytes of a line that are mined.
pub const MAX_MINED_BYTES: usize = 8 << 10;
