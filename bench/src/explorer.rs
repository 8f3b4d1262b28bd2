//! A store of a million lines, searched: what the native table and the browser's measure.

use std::fmt::Write as _;

use sidekick::logs::query::{Known, Matches, Plan, RegexEngine, parse};
use sidekick::logs::{LogPipeline, LogStore, Mined, StoreLimits, events::Continuation};
use sidekick::protocol::{LogBatch, LogStream};
use sidekick::time::Nanos;

use crate::lines::{Header, generated};
use crate::rng::Rng;

/// The queries of the table: what they stand for, and their texts.
pub const QUERIES: &[(&str, &str)] = &[
    ("plain text, rare", "refused by peer 7"),
    ("plain text, frequent", "request"),
    ("plain text, none has it", "zebra crossing"),
    ("beyond ASCII", "größe"),
    ("levels and text", "level>=error timeout"),
    (
        "time and stream",
        "after:1970-01-01T00:10:00Z stream:stderr",
    ),
    (
        "not and or",
        "(timeout or \"refused\") -session -level:debug",
    ),
    ("field is", "level=trace user=zoe"),
    ("field compared", "shard>900"),
];

/// Lines of a batch, as the server sends them.
const BATCH: usize = 500;

/// A log of mixed lines of about 120 bytes each, without line ends.
#[must_use]
pub fn lines(count: usize) -> Vec<String> {
    let mut rng = Rng::new(7);
    let mut lines = generated("explorer", count, &Header::ALL, 7).lines;
    for (i, line) in lines.iter_mut().enumerate() {
        // As long as lines with an identifier of the request are; the members stay well-formed.
        let id = (rng.bits(), rng.below(1000));
        if line.ends_with('}') {
            line.pop();
            let _never = write!(line, ",\"trace\":\"{:016x}\",\"shard\":{}}}", id.0, id.1);
        } else if i % 1000 == 999 {
            let _never = write!(line, " refused by peer {} of größe {}", id.1, id.0 % 100);
        } else {
            let _never = write!(line, " trace={:016x} shard={}", id.0, id.1);
        }
    }
    lines
}

/// A store of lines that went through the whole pipeline, the search in it, and how long it is.
#[derive(Default)]
pub struct Explorer {
    /// What is searched.
    pub store: LogStore,
    /// What was found.
    pub matches: Matches,
    plan: Option<Plan>,
}

impl Explorer {
    /// Holds these lines, one after the other.
    #[must_use]
    pub fn new<'a>(lines: impl Iterator<Item = &'a str>) -> Self {
        let limits = StoreLimits {
            max_lines: usize::MAX,
            max_bytes: usize::MAX,
        };
        let mut it = Self {
            store: LogStore::new(limits),
            ..Self::default()
        };
        let mut pipeline = LogPipeline::default();
        let mut event = Continuation::default();
        let (mut batch, mut mined): (LogBatch, Vec<Mined>) = Default::default();
        for (number, line) in lines.enumerate() {
            let time = Nanos(number as i64 * 1_000_000);
            let stream = match number % 5 {
                0 => LogStream::Stderr,
                _ => LogStream::Stdout,
            };
            mined.push(pipeline.push(line, time, &mut event));
            batch.push_line(time, stream, line);
            if batch.len() == BATCH {
                it.store.append(0, std::mem::take(&mut batch), &mined);
                mined.clear();
            }
        }
        it.store.append(0, batch, &mined);
        it
    }

    /// Begins another search.
    pub fn begin(&mut self, query: &str, engine: Option<&dyn RegexEngine>) {
        let known = Known {
            engine,
            ..Known::default()
        };
        self.plan = Some(Plan::new(&parse(query, engine).query, &known));
        self.matches = Matches::default();
    }

    /// One slice of it. True where nothing is left.
    pub fn step(&mut self, bytes: usize) -> bool {
        match &self.plan {
            Some(plan) => self.matches.search(plan, &self.store, bytes),
            None => true,
        }
    }
}
