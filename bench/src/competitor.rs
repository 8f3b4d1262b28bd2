//! The crate logdrain, if it was compiled in.

#[cfg(feature = "logdrain")]
use crate::speed::measure;
use bench::lines::Log;

/// What another miner made of a log.
pub(crate) struct Result {
    /// Lines in a second, in the steady state; none where it was not timed.
    pub(crate) speed: Option<f64>,
    /// The group of each line.
    pub(crate) groups: Vec<u32>,
}

/// Runs logdrain with its defaults.
#[cfg(feature = "logdrain")]
pub(crate) fn logdrain(log: &Log, timed: bool) -> Option<Result> {
    let fresh = || logdrain::Miner::builder().build().ok();
    let miner = fresh()?;
    let mut numbers = std::collections::HashMap::new();
    let groups = log.lines.iter().map(|line| {
        let next = numbers.len() as u32;
        *numbers.entry(miner.add(line).cluster_id).or_insert(next)
    });
    let groups = groups.collect();
    let speed = timed.then(|| {
        measure(log.lines.len(), || {
            let miner = fresh();
            move |_| {
                if let Some(miner) = &miner {
                    for line in &log.lines {
                        std::hint::black_box(miner.add(line));
                    }
                }
            }
        })
    });
    Some(Result { speed, groups })
}

/// It was not there when the benchmark was compiled.
#[cfg(not(feature = "logdrain"))]
pub(crate) fn logdrain(_: &Log, _: bool) -> Option<Result> {
    None
}
