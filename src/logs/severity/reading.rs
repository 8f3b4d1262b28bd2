//! What an assessment rests on, so that it can be remembered for other lines of its sketch.
//!
//! Lines of one sketch ([`sketch`]) have the same cuts and the same runs without
//! digits, and a digit comes first in the same ones of their values. Rules may look at all that
//! freely. A rule that looks at anything else of a value says so here, whatever it finds.

use sketch::Traits;

/// The traits that an assessment depends on.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::logs) struct Reading {
    pub(in crate::logs) depends: Traits,
}

impl Reading {
    /// The rule depends on these traits: of a line without them it says the same whatever the
    /// values are.
    pub(in crate::logs) fn on(&mut self, traits: Traits) {
        self.depends = self.depends.with(traits);
    }

    /// The rule looks at the values among the bytes `from..to`, runs being taken as a whole.
    pub(super) fn values(&mut self, line: &[u8], from: usize, to: usize) {
        let mut at = from;
        while at < to.min(line.len()) {
            let run = sketch::run(line, at);
            if sketch::is_value(run) {
                self.on(Traits::VALUES);
                return;
            }
            at += run.len() + 1;
        }
    }

    /// The rule looks at how a value at `at` starts, if one starts there; a digit is no news.
    pub(super) fn start(&mut self, line: &[u8], at: usize) {
        if line.get(at).is_some_and(|b| !b.is_ascii_digit()) {
            self.values(line, at, at + 1);
        }
    }
}

/// Whether the line starts with `text`. A value at its end is another word: `Unhandled exception7`.
pub(in crate::logs) fn begins(line: &[u8], text: &[u8]) -> bool {
    line.starts_with(text)
        && (text.last().is_none_or(|&b| sketch::is_cut(b))
            || !sketch::is_value(sketch::run(line, text.len())))
}
