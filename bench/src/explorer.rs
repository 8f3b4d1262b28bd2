//! A store of a million lines, searched: what the native table and the browser's measure.

use std::fmt::Write as _;

use sidekick::logs::groups::{By, Groups};
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
    ("plain text, its bytes the most frequent", "e0"),
    ("field is", "user=zoe"),
    ("field compared", "shard>900"),
    ("regular expression", r"/peer 7\d\d? of/"),
];

/// Groups to put lines in: what they stand for, how they are made, and the field that is measured.
type Grouping = (&'static str, fn() -> By, Option<&'static str>);

/// What the lines are put in groups by.
pub const GROUPS: &[Grouping] = &[
    ("severity", || By::Severity, None),
    ("template", || By::Template, None),
    ("time, spans of 10 s", || By::Time(10_000_000_000), None),
    (
        "field `level`, `shard` measured",
        || By::Field("level".to_owned()),
        Some("shard"),
    ),
    (
        "field `trace`, each another one",
        || By::Field("trace".to_owned()),
        None,
    ),
];

/// Lines of a batch, as the server sends them.
const BATCH: usize = 500;
/// Lines of a frame where ten thousand come a second.
const FRAME: usize = 10_000 / 60;
/// Rows of a table of groups.
const ROWS: usize = 100;

/// A log of mixed lines of about 120 bytes each, without line ends. One in ten is coloured, and one in ten
/// of those that are JSON has quotes in a member.
#[must_use]
pub fn lines(count: usize) -> Vec<String> {
    let mut rng = Rng::new(7);
    let mut lines = generated("explorer", count, &Header::ALL, 7).lines;
    for (i, line) in lines.iter_mut().enumerate() {
        // As long as lines with an identifier of the request are; the members stay well-formed.
        let id = (rng.bits(), rng.below(1000));
        if line.ends_with('}') {
            line.pop();
            if i % 10 == 3 {
                line.push_str(r#","q":"say \"yes\"""#);
            }
            let _never = write!(line, ",\"trace\":\"{:016x}\",\"shard\":{}}}", id.0, id.1);
        } else if i % 1000 == 999 {
            let _never = write!(line, " refused by peer {} of größe {}", id.1, id.0 % 100);
        } else {
            let _never = write!(line, " trace={:016x} shard={}", id.0, id.1);
            if i % 10 == 7 {
                *line = format!("\x1b[32m{line}\x1b[0m");
            }
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
    groups: Option<Groups>,
    pipeline: LogPipeline,
    event: Continuation,
    /// Lines that came after the first.
    more: usize,
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
        let mut batch = Vec::new();
        for (number, line) in lines.enumerate() {
            batch.push((number as i64 * 1_000_000, line));
            if batch.len() == BATCH {
                it.take(0, &batch);
                batch.clear();
            }
        }
        it.take(0, &batch);
        it
    }

    /// Takes lines of a container with their times in.
    fn take(&mut self, source: u16, lines: &[(i64, &str)]) {
        let (mut batch, mut mined): (LogBatch, Vec<Mined>) = Default::default();
        for (time, line) in lines {
            let stream = match time / 1_000_000 % 5 {
                0 => LogStream::Stderr,
                _ => LogStream::Stdout,
            };
            mined.push(self.pipeline.push(line, Nanos(*time), &mut self.event));
            batch.push_line(Nanos(*time), stream, line);
        }
        let changed = self.store.append(source, batch, &mined);
        self.matches.keep(self.store.first_row()..changed);
    }

    /// From now on as many lines are held as now, and for each that comes one goes.
    pub fn fill(&mut self) {
        self.store.set_limits(StoreLimits {
            max_lines: self.store.lines(),
            max_bytes: usize::MAX,
        });
    }

    /// Takes the lines of a frame in where ten thousand come a second, and brings what is searched for and
    /// the groups up to date, table and all. Returns how many groups are listed.
    pub fn frame(&mut self) -> usize {
        let lines: Vec<_> = (self.more..self.more + FRAME)
            .map(|n| {
                format!(
                    "GET /api/{}/items 200 in {}ms shard={} level=info",
                    n % 50,
                    n % 977,
                    n % 1000
                )
            })
            .collect();
        let time = self.store.last_time().unwrap_or_default().0;
        let lines: Vec<_> = (1..)
            .zip(&lines)
            .map(|(n, line)| (time + n * 100_000, line.as_str()))
            .collect();
        self.more += FRAME;
        self.take(0, &lines);
        while !self.step(usize::MAX) {}
        while !self.step_groups(usize::MAX) {}
        self.table()
    }

    /// Takes a batch of another container's backlog in, which is spread over all that is held.
    pub fn join(&mut self, part: usize, parts: usize) {
        let last = self.store.last_time().unwrap_or_default().0;
        let time = |n: usize| last / (parts * BATCH) as i64 * (part * BATCH + n) as i64;
        let lines: Vec<_> = (0..BATCH)
            .map(|n| (time(n), "another container says this"))
            .collect();
        self.take(1, &lines);
    }

    /// Begins to put the lines in these groups of [`GROUPS`].
    pub fn begin_groups(&mut self, which: usize) {
        self.groups = GROUPS
            .get(which)
            .map(|(_, by, of)| Groups::new(by(), of.map(str::to_owned), Plan::default()));
    }

    /// One slice of it. True where nothing is left.
    pub fn step_groups(&mut self, bytes: usize) -> bool {
        match &mut self.groups {
            Some(groups) => groups.search(&self.store, bytes),
            None => true,
        }
    }

    /// Makes the table of the groups. Returns how many are listed.
    pub fn table(&mut self) -> usize {
        let templates = self.pipeline.templates();
        let table = self
            .groups
            .as_mut()
            .map(|it| it.table(ROWS, Some(templates)));
        table.map_or(0, |it| it.groups.len())
    }

    /// Memory that the groups hold in bytes.
    #[must_use]
    pub fn groups_bytes(&self) -> usize {
        self.groups.as_ref().map_or(0, Groups::heap_bytes)
    }

    /// Begins another search.
    pub fn begin(&mut self, query: &str) {
        let engine: Option<&dyn RegexEngine> = Some(&expressions::ENGINE);
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
