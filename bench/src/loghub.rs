//! LogHub's labelled sets: `DIR/NAME/NAME_2k.log` and its `_structured.csv`.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use bench::lines::Log;

use crate::Outcome;

/// Message texts and whole lines of each set.
pub(crate) fn read(dir: &Path) -> Outcome<Vec<(Log, Log)>> {
    let mut names: Vec<String> = fs::read_dir(dir)?
        .filter_map(|entry| entry.ok())
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    let mut sets = Vec::new();
    for name in names {
        let base = dir.join(&name).join(format!("{name}_2k.log"));
        let Ok(raw) = fs::read(&base) else { continue };
        let csv = fs::read(base.with_extension("log_structured.csv"))?;
        let csv = String::from_utf8_lossy(&csv);
        let raw = String::from_utf8_lossy(&raw);
        let mut rows = records(&csv).into_iter();
        let head = rows.next().ok_or("an empty table")?;
        let column = |name: &str| head.iter().position(|it| it == name);
        let content = column("Content").ok_or("no column Content")?;
        let event = column("EventId").ok_or("no column EventId")?;
        let mut events: HashMap<String, u32> = HashMap::new();
        let (mut messages, mut truth) = (Vec::new(), Vec::new());
        for row in rows {
            let (Some(content), Some(event)) = (row.get(content), row.get(event)) else {
                return Err(format!("{name}: a row is too short").into());
            };
            let next = events.len() as u32;
            truth.push(*events.entry(event.clone()).or_insert(next));
            messages.push(content.replace('\n', " "));
        }
        let raw: Vec<String> = raw
            .lines()
            .map(|it| it.trim_start_matches('\u{feff}').to_owned())
            .collect();
        if raw.len() != truth.len() {
            return Err(format!("{name}: {} lines, {} labels", raw.len(), truth.len()).into());
        }
        let log = |kind: &str, lines| Log {
            name: format!("loghub-{name}.{kind}"),
            lines,
            truth: truth.clone(),
        };
        sets.push((log("message", messages), log("raw", raw)));
    }
    if sets.is_empty() {
        return Err(format!("no set of LogHub in {}", dir.display()).into());
    }
    Ok(sets)
}

/// The records of a CSV file (RFC 4180).
fn records(text: &str) -> Vec<Vec<String>> {
    let mut records = Vec::new();
    let (mut record, mut field, mut quoted) = (Vec::new(), String::new(), false);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                field.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => record.push(std::mem::take(&mut field)),
            '\r' if !quoted => {}
            '\n' if !quoted => {
                record.push(std::mem::take(&mut field));
                records.push(std::mem::take(&mut record));
            }
            other => field.push(other),
        }
    }
    if !record.is_empty() || !field.is_empty() {
        record.push(field);
        records.push(record);
    }
    records
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_keep_commas_newlines_and_quotes() {
        let found = records("a,\"b,\"\"c\"\"\nd\"\r\n,e");
        assert_eq!(found, [vec!["a", "b,\"c\"\nd"], vec!["", "e"]]);
    }
}
