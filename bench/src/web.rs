//! What the page of the benchmark, or Node, calls.

use sidekick::logs::LogPipeline;
use wasm_bindgen::prelude::wasm_bindgen;

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

/// What is found out about the lines of `text`, as a number in hexadecimal digits.
#[wasm_bindgen]
#[must_use]
pub fn digest(text: &str) -> String {
    format!("{:016x}", crate::run::digest(text))
}
