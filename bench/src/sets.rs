//! The logs to measure, as files that every competitor reads: `NAME.txt`, and `NAME.truth` with
//! the number of each line's template where that is known. Names end in `.message` (only what the
//! program says) or `.raw` (with timestamps, levels and so on).

use std::fs;
use std::path::{Path, PathBuf};

use bench::lines::{Header, Log, generated};
use bench::streams::{Stream, interleaved};

use crate::{Outcome, loghub};

/// Lines of a generated log.
const LINES: usize = 20_000;
/// Lines of a stream.
const STREAM_LINES: usize = 4000;

/// Writes all logs but the streams into `dir`.
pub(crate) fn write(dir: &Path, loghub: Option<&Path>, captured: Option<&Path>) -> Outcome<()> {
    fs::create_dir_all(dir)?;
    for log in all(loghub, captured)? {
        save(dir, &log)?;
    }
    Ok(())
}

/// The streams that `descriptions` holds: the messages of each, and its whole lines.
pub(crate) fn streams(
    descriptions: &Path,
    count: usize,
    seed: u64,
) -> Outcome<(Vec<Log>, Vec<Log>)> {
    let mut logs = Vec::new();
    for path in files(descriptions, "stream")? {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let stream = Stream::parse(&name, &fs::read_to_string(&path)?)
            .map_err(|error| format!("{}:{error}", path.display()))?;
        logs.push(stream.generate(count, seed));
    }
    if logs.is_empty() {
        return Err(format!("no stream in {}", descriptions.display()).into());
    }
    Ok(logs.into_iter().unzip())
}

/// Writes the streams that `descriptions` holds into `dir`, each alone and all interleaved.
pub(crate) fn write_streams(dir: &Path, descriptions: &Path) -> Outcome<()> {
    fs::create_dir_all(dir)?;
    let (messages, raw) = streams(descriptions, STREAM_LINES, 6)?;
    let together = [
        interleaved("all-streams.message", &messages),
        interleaved("all-streams.raw", &raw),
    ];
    for log in messages.iter().chain(&raw).chain(&together) {
        save(dir, log)?;
    }
    Ok(())
}

/// The files in `dir` with this extension, by name.
fn files(dir: &Path, extension: &str) -> Outcome<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir).map_err(|error| format!("{}: {error}", dir.display()))? {
        let path = entry?.path();
        if path.extension().is_some_and(|it| it == extension) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn all(loghub: Option<&Path>, captured: Option<&Path>) -> Outcome<Vec<Log>> {
    let mut logs = vec![generated("generated.message", LINES, &[Header::None], 1)];
    for header in Header::ALL.into_iter().skip(1) {
        let name = format!("generated-{header:?}.raw").to_ascii_lowercase();
        logs.push(generated(&name, LINES, &[header], 2));
    }
    logs.push(generated("generated-mixed.raw", LINES, &Header::ALL, 3));
    if let Some(captured) = captured {
        logs.extend(self::captured(captured)?);
    }
    if let Some(dir) = loghub {
        let (messages, raw): (Vec<_>, Vec<_>) = loghub::read(dir)?.into_iter().unzip();
        let together = [
            interleaved("all.message", &messages),
            interleaved("all.raw", &raw),
        ];
        logs.extend(messages);
        logs.extend(raw);
        logs.extend(together);
    }
    Ok(logs)
}

/// The lines of the severity corpus, in the order of its files: level, program and line, with
/// tabs between.
fn captured(dir: &Path) -> Outcome<Option<Log>> {
    let mut log = Log {
        name: "captured.raw".to_owned(),
        ..Log::default()
    };
    for file in files(dir, "tsv")? {
        let text = String::from_utf8_lossy(&fs::read(file)?).into_owned();
        let lines = text.lines().filter_map(|row| row.splitn(3, '\t').nth(2));
        log.lines.extend(lines.map(unescape));
    }
    Ok((!log.lines.is_empty()).then_some(log))
}

/// The corpus writes `\e`, `\t` and `\\` for escape, tab and backslash.
fn unescape(text: &str) -> String {
    let mut chars = text.chars();
    let next = || {
        Some(match chars.next()? {
            '\\' => match chars.next().unwrap_or('\\') {
                'e' => '\x1b',
                't' => '\t',
                other => other,
            },
            other => other,
        })
    };
    std::iter::from_fn(next).collect()
}

fn save(dir: &Path, log: &Log) -> Outcome<()> {
    fs::write(dir.join(format!("{}.txt", log.name)), joined(&log.lines))?;
    if !log.truth.is_empty() {
        let truth: Vec<String> = log.truth.iter().map(u32::to_string).collect();
        fs::write(dir.join(format!("{}.truth", log.name)), joined(&truth))?;
    }
    Ok(())
}

/// Lines with their newlines.
pub(crate) fn joined(lines: &[String]) -> String {
    let mut text = lines.join("\n");
    text.push('\n');
    text
}

/// Reads back all logs of `dir`, by name.
pub(crate) fn read(dir: &Path) -> Outcome<Vec<Log>> {
    let mut logs = Vec::new();
    for path in files(dir, "txt")? {
        let name = path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let lines = fs::read_to_string(&path)?;
        logs.push(Log {
            name,
            lines: lines.lines().map(str::to_owned).collect(),
            truth: numbers(&path.with_extension("truth")),
        });
    }
    Ok(logs)
}

/// A file with a number in each line; none where there is no such file.
pub(crate) fn numbers(path: &Path) -> Vec<u32> {
    let text = fs::read_to_string(path).unwrap_or_default();
    text.lines().filter_map(|line| line.parse().ok()).collect()
}
