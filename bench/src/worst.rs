//! Where grouping goes wrong on one log: the true templates that lose the most lines.

use std::collections::BTreeMap;
use std::path::Path;

use bench::run;

use crate::Outcome;
use crate::sets::{self, joined};

/// Templates that are shown.
const SHOWN: usize = 20;
/// Lines that are shown of each.
const EXAMPLES: usize = 3;

/// Prints them, with lines that were taken apart and how many lines of others came in.
pub(crate) fn print(dir: &Path, name: &str) -> Outcome<()> {
    let logs = sets::read(dir)?;
    let log = logs.iter().find(|it| it.name == name);
    let log = log.ok_or_else(|| format!("no log {name} in {}", dir.display()))?;
    if log.truth.is_empty() {
        return Err(format!("the true templates of {name} are not known").into());
    }
    let found = run::groups(&joined(&log.lines));
    let mut sizes: BTreeMap<u32, usize> = BTreeMap::new();
    // True template -> group -> its lines.
    let mut split: BTreeMap<u32, BTreeMap<u32, Vec<usize>>> = BTreeMap::new();
    for (line, (&group, &truth)) in found.iter().zip(&log.truth).enumerate() {
        *sizes.entry(group).or_default() += 1;
        split
            .entry(truth)
            .or_default()
            .entry(group)
            .or_default()
            .push(line);
    }
    let mut wrong: Vec<(usize, BTreeMap<u32, Vec<usize>>)> = split
        .into_values()
        .map(|groups| (groups.values().map(Vec::len).sum::<usize>(), groups))
        .filter(|(lines, groups)| groups.keys().any(|it| sizes.get(it) != Some(lines)))
        .collect();
    wrong.sort_by_key(|(lines, _)| std::cmp::Reverse(*lines));
    for (lines, groups) in wrong.iter().take(SHOWN) {
        let all: usize = groups.keys().filter_map(|it| sizes.get(it)).sum();
        println!(
            "{lines} lines in {} groups, with {} lines of others",
            groups.len(),
            all - lines
        );
        for (group, lines) in groups.iter().take(EXAMPLES) {
            let first = lines.first().and_then(|&it| log.lines.get(it));
            println!(
                "  {group:>6} {:>6} x {}",
                lines.len(),
                first.map_or("", String::as_str)
            );
        }
    }
    Ok(())
}
