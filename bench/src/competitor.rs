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
    let ids: Vec<u64> = log
        .lines
        .iter()
        .map(|it| miner.add(it).cluster_id)
        .collect();
    // As ours, by what the templates are in the end: equal texts are one.
    let mut numbers = std::collections::HashMap::new();
    let mut number = |text: String| {
        let next = numbers.len() as u32;
        *numbers.entry(text).or_insert(next)
    };
    let clusters = miner.clusters();
    let texts: std::collections::HashMap<u64, u32> = clusters
        .iter()
        .map(|it| (it.id(), number(it.template().to_owned())))
        .collect();
    let groups = ids
        .iter()
        .map(|id| {
            texts
                .get(id)
                .copied()
                .unwrap_or_else(|| number(format!("{id} is gone")))
        })
        .collect();
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
