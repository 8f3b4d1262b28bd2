//! The report for machines. Its members are described in docs/analytics.md; new ones may come,
//! those that are there stay.

use std::io::{self, Write};

use serde_json::{Map, Value, json};
use sidekick::logs::template::Variable;
use sidekick::logs::{SeverityCounts, Template};
use sidekick::time::Nanos;

use super::miner::{Miner, shown_id};
use super::stats::Stats;

/// Writes one JSON object and a newline.
pub(super) fn write(
    out: &mut impl Write,
    miner: &Miner,
    top: usize,
    stats: Option<&Stats>,
    whole: bool,
) -> io::Result<()> {
    let pipeline = miner.pipeline();
    let engine = pipeline.templates();
    let templates: Vec<Value> = engine
        .top(top)
        .iter()
        .map(|it| template(it, miner))
        .collect();
    let mut report = json!({
        "version": 1,
        "complete": whole,
        "lines": miner.lines(),
        "log_lines": miner.logged(),
        "bytes": miner.bytes(),
        "severities": severities(&pipeline.analytics().counts()),
        "template_count": engine.len(),
        "evicted_templates": engine.evicted(),
        "evicted_lines": engine.evicted_lines(),
        "templates": templates,
    });
    if let Some(stats) = stats {
        report["stats"] = json!({
            "seconds": stats.seconds,
            "lines_per_second": stats.lines_per_second(),
            "bytes_per_second": stats.bytes_per_second(),
            "peak_memory_bytes": stats.peak_memory_bytes,
            "analytics_bytes": stats.analytics_bytes,
            "lossy_lines": stats.lossy_lines,
            "cut_lines": stats.cut_lines,
        });
    }
    serde_json::to_writer_pretty(&mut *out, &report)?;
    writeln!(out)
}

fn template(template: &Template, miner: &Miner) -> Value {
    let time = |it: Nanos| miner.is_timed().then(|| it.to_rfc3339());
    let share = template.count as f64 / miner.logged().max(1) as f64;
    json!({
        "id": shown_id(template.id),
        "pattern": template.pattern,
        "count": template.count,
        "share": share,
        "severity": template.severities.dominant().unwrap_or_default().word(),
        "severities": severities(&template.severities),
        "first_seen": time(template.first_seen),
        "last_seen": time(template.last_seen),
        "examples": template.examples,
        "variables": template.variables.iter().map(variable).collect::<Vec<_>>(),
    })
}

/// What stood in one place that varies.
fn variable(variable: &Variable) -> Value {
    let top = variable.top.iter();
    let top = top.map(|(value, count)| json!({"value": value, "count": count}));
    json!({
        "wildcard": variable.kind.wildcard(),
        "lines": variable.lines,
        "looked": variable.looked,
        "top": top.collect::<Vec<_>>(),
        "numbers": variable.numbers.map(|it| json!({"min": it.min, "median": it.median, "max": it.max})),
    })
}

/// Those that there are, by name.
fn severities(counts: &SeverityCounts) -> Map<String, Value> {
    counts
        .iter()
        .filter(|&(_, n)| n > 0)
        .map(|(severity, n)| (severity.word().to_owned(), n.into()))
        .collect()
}
