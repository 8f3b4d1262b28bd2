//! The tables: accuracy and speed on every log, beside the other miners.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use bench::lines::Log;
use bench::rng::Rng;
use bench::run;
use bench::score::{Score, score};

use crate::competitor::{self, logdrain};
use crate::sets::{self, joined, numbers};
use crate::{Outcome, speed};

/// What was measured on one log.
struct Row {
    name: String,
    lines: usize,
    bytes: usize,
    ours: Option<f64>,
    wasm: Option<f64>,
    logdrain: Option<f64>,
    drain3: Option<f64>,
    /// Ours, ours on the same lines in another order, logdrain's, Drain3's; none without truth.
    scores: Option<[Option<Score>; 4]>,
}

/// Measures what runs here, reads what ran elsewhere (`drain3.tsv`, `wasm.tsv`, `*.drain3`), and
/// prints it.
pub(crate) fn print(dir: &Path) -> Outcome<()> {
    let drain3 = speeds(&dir.join("drain3.tsv"));
    let wasm = speeds(&dir.join("wasm.tsv"));
    let rows: Vec<Row> = sets::read(dir)?
        .iter()
        .map(|log| row(log, dir, &wasm, &drain3, true))
        .collect();
    accuracy(&rows);
    throughput(&rows);
    let (millions, found) = speed::by_the_million();
    let millions: Vec<String> = millions.iter().map(|it| mega(Some(*it))).collect();
    println!(
        "\n4096 templates, of which {found} were found, ten million lines, million by million (M lines/s)\n  {}",
        millions.join("  ")
    );
    Ok(())
}

/// Prints only how well Sidekick Docker groups.
pub(crate) fn print_accuracy(dir: &Path) -> Outcome<()> {
    let none = HashMap::new();
    let logs = sets::read(dir)?;
    let rows: Vec<Row> = logs
        .iter()
        .map(|log| row(log, dir, &none, &none, false))
        .collect();
    accuracy(&rows);
    Ok(())
}

fn row(
    log: &Log,
    dir: &Path,
    wasm: &HashMap<String, f64>,
    drain3: &HashMap<String, f64>,
    others: bool,
) -> Row {
    let text = joined(&log.lines);
    // Single streams are short and many; their speed is that of all of them interleaved.
    let timed = others && !log.name.starts_with("stream-");
    let other = others.then(|| logdrain(log, timed)).flatten();
    let scores = (!log.truth.is_empty()).then(|| {
        let theirs = numbers(&dir.join(format!("{}.drain3", log.name)));
        [
            Some(score(&run::groups(&text), &log.truth)),
            Some(shuffled(log)),
            other
                .as_ref()
                .map(|it: &competitor::Result| score(&it.groups, &log.truth)),
            (!theirs.is_empty()).then(|| score(&theirs, &log.truth)),
        ]
    });
    Row {
        name: log.name.clone(),
        lines: log.lines.len(),
        bytes: text.len(),
        ours: timed.then(|| speed::ours(&text, log.lines.len())),
        wasm: wasm.get(&log.name).copied(),
        logdrain: other.and_then(|it| it.speed),
        drain3: drain3.get(&log.name).copied(),
        scores,
    }
}

/// The score on the same lines in another order.
fn shuffled(log: &Log) -> Score {
    let mut order: Vec<usize> = (0..log.lines.len()).collect();
    Rng::new(5).shuffle(&mut order);
    let lines: Vec<String> = order.iter().map(|&i| log.lines[i].clone()).collect();
    let truth: Vec<u32> = order.iter().map(|&i| log.truth[i]).collect();
    score(&run::groups(&joined(&lines)), &truth)
}

fn accuracy(rows: &[Row]) {
    println!("Grouping accuracy, GA and FGA, and groups found (of truth)\n");
    println!(
        "{:28} {:>6}  {:^23}  {:^11}  {:^18}  {:^18}",
        "log", "lines", "sidekick", "shuffled", "logdrain", "Drain3"
    );
    for (kind, rows) in kinds(rows) {
        let scored: Vec<&Row> = rows
            .iter()
            .copied()
            .filter(|it| it.scores.is_some())
            .collect();
        for row in &scored {
            let Some(scores) = &row.scores else { continue };
            print_scores(&row.name, row.lines, scores);
        }
        for family in ["generated", "loghub", "stream"] {
            let of_family = scored.iter().filter(|it| it.name.starts_with(family));
            let scores: Vec<_> = of_family.filter_map(|it| it.scores.as_ref()).collect();
            if scores.len() > 1 {
                let means = std::array::from_fn(|i| mean(&scores, i));
                print_scores(&format!("mean {family} .{kind}"), 0, &means);
            }
        }
        println!();
    }
}

fn print_scores(name: &str, lines: usize, scores: &[Option<Score>; 4]) {
    let pair = |it: &Option<Score>| match it {
        Some(it) => format!("{:.3} {:.3}", it.ga, it.fga),
        None => "-".to_owned(),
    };
    let groups = |it: &Option<Score>| match it {
        Some(it) if it.truth > 0 => format!("{} ({})", it.found, it.truth),
        _ => String::new(),
    };
    let found = |it: &Option<Score>| {
        it.map_or(String::new(), |it| match it.found {
            0 => String::new(),
            n => n.to_string(),
        })
    };
    let lines = if lines > 0 {
        lines.to_string()
    } else {
        String::new()
    };
    println!(
        "{name:28} {lines:>6}  {:11} {:11}  {:11}  {:11} {:6}  {:11} {:6}",
        pair(&scores[0]),
        groups(&scores[0]),
        pair(&scores[1]),
        pair(&scores[2]),
        found(&scores[2]),
        pair(&scores[3]),
        found(&scores[3]),
    );
}

fn mean(rows: &[&[Option<Score>; 4]], at: usize) -> Option<Score> {
    let all: Vec<Score> = rows.iter().filter_map(|it| it[at]).collect();
    let n = all.len() as f64;
    (!all.is_empty()).then(|| Score {
        ga: all.iter().map(|it| it.ga).sum::<f64>() / n,
        fga: all.iter().map(|it| it.fga).sum::<f64>() / n,
        ..Score::default()
    })
}

fn throughput(rows: &[Row]) {
    println!(
        "Speed in million lines/s, whole pipeline, one thread; how many times as fast as the others\n"
    );
    println!(
        "{:28} {:>7} {:>7} {:>7} {:>9} {:>8}  {:>10} {:>9}",
        "log", "native", "MB/s", "WASM", "logdrain", "Drain3", "x logdrain", "x Drain3"
    );
    for (kind, rows) in kinds(rows) {
        let rows: Vec<&Row> = rows.into_iter().filter(|it| it.ours.is_some()).collect();
        for row in &rows {
            let bytes = row.bytes as f64 / row.lines.max(1) as f64;
            print_speeds(
                &row.name,
                bytes,
                [row.ours, row.wasm, row.logdrain, row.drain3],
            );
        }
        // Each line counts alike: the time for one line of each log.
        let mean = |of: fn(&Row) -> Option<f64>| {
            let all: Option<Vec<f64>> = rows.iter().map(|row| of(row)).collect();
            let all = all.filter(|it| !it.is_empty())?;
            Some(all.len() as f64 / all.iter().map(|it| 1.0 / it).sum::<f64>())
        };
        let bytes = rows
            .iter()
            .map(|it| it.bytes as f64 / it.lines.max(1) as f64);
        let bytes = bytes.sum::<f64>() / rows.len() as f64;
        let speeds = [
            mean(|it| it.ours),
            mean(|it| it.wasm),
            mean(|it| it.logdrain),
            mean(|it| it.drain3),
        ];
        print_speeds(&format!("harmonic mean .{kind}"), bytes, speeds);
        println!();
    }
}

fn print_speeds(name: &str, line_bytes: f64, [ours, wasm, logdrain, drain3]: [Option<f64>; 4]) {
    let times = |other: Option<f64>| match (ours, other) {
        (Some(ours), Some(other)) => format!("{:.1}", ours / other),
        _ => "-".to_owned(),
    };
    println!(
        "{name:28} {:>7} {:>7.0} {:>7} {:>9} {:>8}  {:>10} {:>9}",
        mega(ours),
        ours.unwrap_or(0.0) * line_bytes / 1e6,
        mega(wasm),
        mega(logdrain),
        mega(drain3),
        times(logdrain),
        times(drain3),
    );
}

fn mega(speed: Option<f64>) -> String {
    speed.map_or("-".to_owned(), |it| format!("{:.2}", it / 1e6))
}

/// The rows whose names end in `.message`, and those that end in `.raw`.
fn kinds(rows: &[Row]) -> Vec<(&'static str, Vec<&Row>)> {
    let of = |kind: &'static str| {
        let rows = rows
            .iter()
            .filter(|it| it.name.ends_with(kind))
            .collect::<Vec<_>>();
        (kind, rows)
    };
    let kinds = [of("message"), of("raw")];
    kinds
        .into_iter()
        .filter(|(_, rows)| !rows.is_empty())
        .collect()
}

/// A file with a name and a number of lines a second in each line.
fn speeds(path: &Path) -> HashMap<String, f64> {
    let text = fs::read_to_string(path).unwrap_or_default();
    text.lines()
        .filter_map(|line| {
            let (name, speed) = line.split_once('\t')?;
            Some((name.to_owned(), speed.parse().ok()?))
        })
        .collect()
}
