//! Measures the log analytics. The program `bench` does so natively, the functions of [`web`] in
//! a browser, on the same lines.
//!
//! ```text
//! lines      logs that are made from a seed, each line with the number of its true template
//! run        a log through the whole pipeline: split, severity, counters, template
//! score      grouping accuracy
//! streams    logs made from descriptions of programs, bench/streams
//! explorer   a store of many lines, searched
//! web        what the browser calls
//! ```

pub mod explorer;
pub mod lines;
pub mod rng;
pub mod run;
pub mod score;
pub mod streams;
pub mod web;
