//! Lines in a second.

use std::time::{Duration, Instant};

use bench::lines::many_templates;
use bench::run;
use sidekick::logs::LogPipeline;

use crate::sets::joined;

/// The least that a measurement takes, and that is read in it: else a slow miner would read nothing
/// but new lines where a fast one goes on with lines that it knows.
const AT_LEAST: Duration = Duration::from_millis(400);
const LEAST_LINES: u64 = 400_000;
/// How often it is repeated; the median counts.
const REPEATS: usize = 3;

/// Lines in a second: a fresh miner reads the same `lines` again and again, so that what it
/// learns on the first pass weighs as little as in a long log. `fresh` makes what does one pass.
pub(crate) fn measure<F: FnMut(u64)>(lines: usize, mut fresh: impl FnMut() -> F) -> f64 {
    let mut speeds: Vec<f64> = (0..REPEATS)
        .map(|_| {
            let mut pass = fresh();
            let start = Instant::now();
            let mut done = 0;
            while start.elapsed() < AT_LEAST || done < LEAST_LINES {
                pass(done);
                done += lines as u64;
            }
            done as f64 / start.elapsed().as_secs_f64()
        })
        .collect();
    speeds.sort_by(f64::total_cmp);
    speeds[REPEATS / 2]
}

/// Speed of our pipeline on a text.
pub(crate) fn ours(text: &str, lines: usize) -> f64 {
    measure(lines, || {
        let mut pipeline = LogPipeline::default();
        move |first| {
            run::lines(&mut pipeline, text, first, |mined| {
                std::hint::black_box(mined);
            });
        }
    })
}

/// Speed on each of ten million lines of 4096 templates, by the million; and how many templates were
/// found.
pub(crate) fn by_the_million() -> (Vec<f64>, usize) {
    let text = joined(&many_templates(1_000_000, 4096, 4).lines);
    let mut pipeline = LogPipeline::default();
    let speeds = (0..10)
        .map(|million| {
            let start = Instant::now();
            let count = run::lines(&mut pipeline, &text, million * 1_000_000, |_| {});
            count as f64 / start.elapsed().as_secs_f64()
        })
        .collect();
    (speeds, pipeline.templates().len())
}
