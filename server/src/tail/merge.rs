//! The lines of all containers as one, in order of time, on their way to the printing thread.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sidekick::client::{Piece, Reorder, ReorderLimits, SILENT_MS};
use sidekick::model::ContainerId;
use sidekick::protocol::{Gap, LogBatch, StreamState, SubId};
use sidekick::time::Millis;

use super::output::{Lines, Run};
use super::words;

/// How long a log is waited for that is read to its end, in milliseconds: the server waits for Docker
/// less long.
const PAST_SILENT_MS: i64 = 15_000;

/// Runs of lines that are handed over at a time.
const RUNS: usize = 1024;

/// Text that is handed over at a time, in bytes.
const BYTES: usize = 64 << 10;

/// The containers, and the window that their lines go through.
pub(super) struct Merge {
    window: Reorder,
    /// Numbers in the window. A container that is first read and then followed has one.
    lanes: HashMap<ContainerId, usize>,
    sources: HashMap<(SubId, u16), usize>,
    /// Stand for subscriptions of which no container is known yet.
    unknown: HashMap<SubId, usize>,
    /// By number in the window.
    names: Vec<Arc<str>>,
    /// What is still to be named to the printing thread: one that never prints is counted too.
    unnamed: Vec<usize>,
    clock: Clock,
}

/// Counts the time in which lines are taken: who prints slowly keeps lines from coming, and is not to
/// wait for them less.
struct Clock {
    counted: Duration,
    looked: Instant,
    runs: bool,
}

impl Merge {
    /// For logs that are followed, or else read to their end.
    pub(super) fn new(follow: bool) -> Self {
        let limits = ReorderLimits {
            silent_ms: match follow {
                true => SILENT_MS,
                false => PAST_SILENT_MS,
            },
            ..ReorderLimits::default()
        };
        Self {
            window: Reorder::new(limits),
            lanes: HashMap::new(),
            sources: HashMap::new(),
            unknown: HashMap::new(),
            names: Vec::new(),
            unnamed: Vec::new(),
            clock: Clock {
                counted: Duration::ZERO,
                looked: Instant::now(),
                runs: true,
            },
        }
    }

    /// A subscription was asked for: its containers are waited for.
    pub(super) fn subscribed(&mut self, sub: SubId) {
        let now = self.clock.now();
        self.names.push("?".into());
        self.unknown.insert(sub, self.window.join(now));
    }

    /// A subscription has no container that is not known, or has ended.
    pub(super) fn known(&mut self, sub: SubId) {
        if let Some(lane) = self.unknown.remove(&sub) {
            self.window.state(lane, &StreamState::Ended);
        }
    }

    /// A container joined a subscription, or has a new name.
    pub(super) fn source(&mut self, sub: SubId, source: u16, container: ContainerId, name: &str) {
        let now = self.clock.now();
        let name: Arc<str> = name.into();
        let unknown = &mut self.unknown;
        let lane = *self.lanes.entry(container).or_insert_with(|| {
            unknown.remove(&sub).unwrap_or_else(|| {
                self.names.push(Arc::clone(&name));
                self.window.join(now)
            })
        });
        self.known(sub);
        self.names[lane] = Arc::clone(&name);
        if self.sources.insert((sub, source), lane).is_none() {
            self.window.state(lane, &StreamState::Loading);
            self.unnamed.push(lane);
        }
    }

    /// The name of a container.
    pub(super) fn name(&self, sub: SubId, source: u16) -> String {
        let lane = self.sources.get(&(sub, source));
        lane.map_or_else(|| "?".to_owned(), |&lane| self.names[lane].to_string())
    }

    pub(super) fn lines(&mut self, sub: SubId, source: u16, batch: LogBatch) {
        self.push(sub, source, Piece::Entries(batch));
    }

    pub(super) fn gap(&mut self, sub: SubId, source: u16, gap: Gap) {
        self.push(sub, source, Piece::Gap(gap));
    }

    fn push(&mut self, sub: SubId, source: u16, piece: Piece) {
        let now = self.clock.now();
        if let Some(&lane) = self.sources.get(&(sub, source)) {
            self.window.push(lane, piece, now);
        }
    }

    /// How a container's stream is doing.
    pub(super) fn state(&mut self, sub: SubId, source: u16, state: &StreamState) {
        if let Some(&lane) = self.sources.get(&(sub, source)) {
            self.window.state(lane, state);
        }
    }

    /// The connection is lost.
    pub(super) fn interrupt(&mut self) {
        let now = self.clock.now();
        self.window.interrupt(now);
    }

    /// Nothing more comes.
    pub(super) fn end(&mut self) {
        self.window.end();
    }

    /// Whether lines are taken from here on.
    pub(super) fn takes(&mut self, takes: bool) {
        self.clock.now();
        self.clock.runs = takes;
    }

    /// What is to be printed next; gaps are told on the way.
    pub(super) fn ready(&mut self) -> Option<Lines> {
        let now = self.clock.now();
        let names = &self.names;
        let run = |lane: usize, batch| Run {
            lane,
            name: Arc::clone(&names[lane]),
            batch,
        };
        let mut runs: Vec<_> = self
            .unnamed
            .drain(..)
            .map(|lane| run(lane, LogBatch::new()))
            .collect();
        let mut bytes = 0;
        while runs.len() < RUNS && bytes < BYTES {
            let Some((lane, piece)) = self.window.pop(now) else {
                break;
            };
            match piece {
                Piece::Entries(batch) => {
                    bytes += batch.text_bytes();
                    runs.push(run(lane, batch));
                }
                Piece::Gap(gap) => {
                    words::tell(&format!("{}: {}", names[lane], words::missing(&gap)));
                }
            }
        }
        (!runs.is_empty()).then_some(Lines { runs })
    }

    /// When more is to be printed, if nothing comes until then.
    pub(super) fn due(&self) -> Option<Instant> {
        self.window.deadline().map(|at| self.clock.when(at))
    }

    /// Lines that stand behind younger ones.
    pub(super) fn late(&self) -> u64 {
        self.window.late()
    }
}

impl Clock {
    fn now(&mut self) -> Millis {
        let now = Instant::now();
        if self.runs {
            self.counted += now - self.looked;
        }
        self.looked = now;
        Millis(i64::try_from(self.counted.as_millis()).unwrap_or(i64::MAX))
    }

    /// When it will be so late, if it goes on.
    fn when(&self, at: Millis) -> Instant {
        let at = Duration::from_millis(u64::try_from(at.0).unwrap_or_default());
        self.looked + at.saturating_sub(self.counted)
    }
}
