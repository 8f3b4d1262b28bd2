//! Nothing lost, nothing doubled, nothing out of order: viewers, server and engine with faults on
//! both links between them, each run from a seed.
//!
//! `SIDEKICK_SEED=7 cargo test -p server --test faults demo` repeats one run.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "tests fail by panicking, and say what they counted"
)]

mod engine;
mod journal;
mod oracle;
mod printer;
mod proxy;
mod real_daemon;
mod real_run;
mod report;
mod rng;
mod run;
mod scene;
mod traits;
mod viewer;

use futures::StreamExt;

use self::report::Report;

/// Runs at a time: most of one is waiting.
const AT_ONCE: usize = 24;

/// The seeds to run: one that is asked for, or as many as the tests are to take.
fn seeds(short: u64, long: u64) -> Vec<u64> {
    if let Ok(seed) = std::env::var("SIDEKICK_SEED") {
        return vec![seed.parse().expect("SIDEKICK_SEED is a number")];
    }
    let long_tests = std::env::var_os("SIDEKICK_LONG_TESTS").is_some();
    (1..=if long_tests { long } else { short }).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn viewers_of_a_troubled_demo_engine_hold_what_it_has() {
    let seeds = seeds(100, 1000);
    let began = std::time::Instant::now();
    let runs = futures::stream::iter(&seeds)
        .map(|&seed| async move { tokio::spawn(run::run(seed)).await.unwrap() })
        .buffer_unordered(AT_ONCE);
    let outcomes: Vec<_> = runs.collect().await;
    Report::conclude(outcomes, began.elapsed().as_secs());
}
