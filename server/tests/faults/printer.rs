//! Containers of the demo engine that print numbered lines.

use server::demo::{Control, Spec};
use sidekick::model::ContainerId;
use sidekick::protocol::LogStream;
use sidekick::time::Nanos;

use crate::rng::Rng;
use crate::traits::Traits;
use crate::viewer::Line;

/// How the timestamps of a container's lines are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stamps {
    /// No two lines share one.
    Fine,
    /// A few lines share one.
    Shared,
    /// Of whole milliseconds, as those of an engine that stamps coarsely. Only a few lines share
    /// one: for many see docs/streaming.md.
    Coarse,
}

/// For so long lines share a timestamp with one before them, in nanoseconds.
const SHARED_FOR_NS: i64 = 500_000_000;

/// A container, and everything that it printed, in Docker's order.
pub(crate) struct Printer {
    pub(crate) name: &'static str,
    pub(crate) id: ContainerId,
    pub(crate) up: bool,
    pub(crate) printed: Vec<Line>,
    control: Control,
    stamps: Stamps,
    terminal: bool,
    /// Whether lines may be longer than a record of the log.
    long: bool,
    /// Time of the last line of each stream.
    last: [i64; 2],
}

impl Printer {
    pub(crate) fn spec(name: &'static str, traits: &Traits) -> Spec {
        let spec = Spec::new(name).compose("shop", name, 1);
        match traits.terminal {
            true => spec.tty(),
            false => spec,
        }
    }

    pub(crate) fn new(control: &Control, name: &'static str, traits: &Traits) -> Self {
        Self {
            name,
            id: ContainerId(control.id(name).unwrap()),
            up: true,
            printed: Vec::new(),
            control: control.clone(),
            stamps: traits.stamps,
            terminal: traits.terminal,
            // Parts of a terminal's lines are no frames: what is said of them here is too simple.
            long: !traits.rotates && !traits.terminal,
            last: [0; 2],
        }
    }

    /// Prints so many lines now.
    pub(crate) fn print(&mut self, lines: u64, width: usize, rng: &mut Rng) {
        for _ in 0..lines {
            let stream = match rng.percent(70) {
                false if !self.terminal => LogStream::Stderr,
                _ => LogStream::Stdout,
            };
            let number = self.printed.len();
            let text = match rng.range(0, 1000) {
                0..60 => String::new(),
                60..65 if self.long => wide(number, rng.range(16 << 10, 40 << 10) as usize),
                65..67 if self.long => wide(number, rng.range(64 << 10, 150 << 10) as usize),
                67 if self.long => wide(number, 16 << 10),
                _ if width > 0 => wide(number, width),
                _ => format!("{} {number}", self.name),
            };
            self.line(stream, text, rng);
        }
    }

    /// Prints a line that tells where the run is.
    pub(crate) fn mark(&mut self, text: &str, rng: &mut Rng) {
        // Of a time of its own, which is not before any that a viewer begins with.
        let stamps = std::mem::replace(&mut self.stamps, Stamps::Fine);
        self.line(LogStream::Stdout, text.to_owned(), rng);
        self.stamps = stamps;
    }

    fn line(&mut self, stream: LogStream, text: String, rng: &mut Rng) {
        let time = self.stamp(stream, rng);
        self.control
            .print_at(self.name, stream, &text, time)
            .unwrap();
        self.printed.push(Line { time, stream, text });
    }

    /// Each stream is sorted by time; stderr may be some microseconds behind.
    fn stamp(&mut self, stream: LogStream, rng: &mut Rng) -> Nanos {
        let now = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap()
            .as_nanos() as i64;
        let now = match stream {
            LogStream::Stdout => now,
            LogStream::Stderr => now - rng.range(0, 50_000) as i64,
        };
        let last = &mut self.last[stream.index()];
        *last = match self.stamps {
            Stamps::Fine => now.max(*last + 1),
            // One stream is never so far behind the other that reading by time passed over it.
            Stamps::Shared if rng.percent(40) && now - *last < SHARED_FOR_NS => *last,
            Stamps::Shared => now.max(*last + 1),
            Stamps::Coarse if rng.percent(20) => {
                (*last).max(now) / 1_000_000 * 1_000_000 + 1_000_000
            }
            Stamps::Coarse => (now / 1_000_000 * 1_000_000).max(*last),
        };
        Nanos(*last)
    }
}

fn wide(number: usize, width: usize) -> String {
    let mut text = format!("wide {number} ");
    while text.len() < width {
        text.push_str("0123456789abcdefghijklmnopqrstuvwxyz ");
    }
    text.truncate(width);
    text
}
