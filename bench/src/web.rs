//! What the page of the benchmark, or Node, calls.

use sidekick::logs::LogPipeline;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::explorer::Explorer;

/// A pipeline and the lines that go through it again and again.
#[wasm_bindgen]
#[derive(Default)]
pub struct Runner {
    pipeline: LogPipeline,
    text: String,
    lines: u64,
}

#[wasm_bindgen]
impl Runner {
    /// A fresh pipeline for these lines.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new(text: String) -> Self {
        Self {
            text,
            ..Self::default()
        }
    }

    /// Sends all lines through once. Returns how many there are.
    pub fn pass(&mut self) -> f64 {
        let count = crate::run::lines(&mut self.pipeline, &self.text, self.lines, |_| {});
        self.lines += count;
        count as f64
    }
}

/// A store of lines, and the search in it.
#[wasm_bindgen]
pub struct Searcher(Explorer);

#[wasm_bindgen]
impl Searcher {
    /// Holds the lines of a text.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(Explorer::new(text.split_terminator('\n')))
    }

    /// Begins another search.
    pub fn begin(&mut self, query: &str) {
        self.0.begin(query);
    }

    /// Searches about so many bytes more. True where nothing is left.
    pub fn step(&mut self, bytes: f64) -> bool {
        self.0.step(bytes as usize)
    }

    /// Begins to put the lines in groups, by number.
    pub fn begin_groups(&mut self, which: usize) {
        self.0.begin_groups(which);
    }

    /// Looks at about so many bytes more. True where nothing is left.
    pub fn step_groups(&mut self, bytes: f64) -> bool {
        self.0.step_groups(bytes as usize)
    }

    /// Makes the table of the groups.
    pub fn table(&mut self) -> usize {
        self.0.table()
    }

    /// From now on as many lines are held as now.
    pub fn fill(&mut self) {
        self.0.fill();
    }

    /// Takes the lines of a frame in.
    pub fn frame(&mut self) -> usize {
        self.0.frame()
    }

    /// Takes a part of another container's backlog in.
    pub fn join(&mut self, part: usize, parts: usize) {
        self.0.join(part, parts);
    }

    /// How many lines were found.
    #[must_use]
    pub fn found(&self) -> f64 {
        self.0.matches.lines() as f64
    }
}

/// What is found out about the lines of `text`, as a number in hexadecimal digits.
#[wasm_bindgen]
#[must_use]
pub fn digest(text: &str) -> String {
    format!("{:016x}", crate::run::digest(text))
}
