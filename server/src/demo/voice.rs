//! What containers print.

use sidekick::protocol::LogStream;
use sidekick::time::Nanos;

use super::rng::Rng;

/// The kind of program a container pretends to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Voice {
    /// Prints nothing by itself.
    Silent,
}

/// Lines with their streams; several are one utterance, such as a stack trace.
pub(crate) type Lines = Vec<(LogStream, String)>;

#[derive(Clone, Debug)]
pub(crate) struct Speaker {
    voice: Voice,
    rng: Rng,
}

impl Speaker {
    pub(crate) fn new(voice: Voice, seed: u64) -> Self {
        Self {
            voice,
            rng: Rng::new(seed),
        }
    }
    pub(crate) fn greet(&mut self, _now: Nanos) -> Lines {
        Vec::new()
    }
    pub(crate) fn speak(&mut self, _now: Nanos) -> Lines {
        let _ = (self.voice, self.rng.next());
        Vec::new()
    }
    pub(crate) fn leave(&mut self, _now: Nanos) -> Lines {
        Vec::new()
    }
    pub(crate) fn die(&mut self, _now: Nanos, _code: i64) -> Lines {
        Vec::new()
    }
}
