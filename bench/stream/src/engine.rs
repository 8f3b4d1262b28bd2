//! The demo engine as a process of its own, which prints what it is told to on standard input.

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::Context as _;
use server::demo::{Control, DemoEngine, DemoOptions, Spec};
use sidekick::protocol::LogStream;
use sidekick::time::Nanos;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::time::Instant;

/// How often lines are printed; all that are due by then.
const TICK: Duration = Duration::from_millis(10);

/// Name of a container of the engine.
pub(crate) fn name(number: usize) -> String {
    format!("service-{number:03}")
}

/// Time between two lines of the past.
const APART: Duration = Duration::from_millis(1);

/// Runs until standard input ends. Its lines are `NAME RATE SECONDS`: print so many lines a second
/// for so long. The lines of the file `past` are the first container's past.
pub(crate) async fn run(
    socket: &Path,
    containers: usize,
    past: Option<&Path>,
) -> anyhow::Result<()> {
    let specs = (0..containers).map(|it| Spec::new(&name(it))).collect();
    let mut options = DemoOptions::quiet(specs);
    if past.is_some() {
        options.max_lines = usize::MAX;
        options.max_bytes = usize::MAX;
    }
    let engine = DemoEngine::start(socket, options)?;
    if let Some(past) = past {
        fill(&engine.control(), &name(0), &fs::read_to_string(past)?)?;
    }
    println!("ready");
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    while let Some(line) = lines.next_line().await? {
        let order: Vec<&str> = line.split(' ').collect();
        let [name, rate, seconds] = order[..] else {
            anyhow::bail!("not an order: {line}");
        };
        let (rate, seconds): (u64, u64) = (rate.parse()?, seconds.parse()?);
        let control = engine.control();
        tokio::spawn(flood(control, name.to_owned(), rate, seconds));
    }
    Ok(())
}

/// Prints lines as if that had been until now.
fn fill(control: &Control, name: &str, text: &str) -> anyhow::Result<()> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_nanos();
    let past = text.lines().count() as u128 * APART.as_nanos();
    let first = i64::try_from(now.saturating_sub(past))?;
    for (number, line) in text.lines().enumerate() {
        let at = Nanos(first + number as i64 * APART.as_nanos() as i64);
        control.print_at(name, LogStream::Stdout, line, at)?;
    }
    Ok(())
}

async fn flood(control: Control, name: String, rate: u64, seconds: u64) -> anyhow::Result<()> {
    let mut tick = tokio::time::interval(TICK);
    let began = Instant::now();
    let mut printed = 0;
    while printed < rate * seconds {
        tick.tick().await;
        let due = began.elapsed().as_millis() as u64 * rate / 1000;
        let due = due.min(rate * seconds);
        let mut text = String::new();
        for number in printed..due {
            line(&mut text, number);
        }
        if !text.is_empty() {
            control
                .print(&name, LogStream::Stdout, text.trim_end())
                .context("cannot print")?;
        }
        printed = due;
    }
    Ok(())
}

/// What a service says of one request: about 100 bytes, one line in fifty a warning.
fn line(text: &mut String, number: u64) {
    use std::fmt::Write as _;
    let mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40;
    let (level, status) = match mixed % 50 {
        0 => ("warn", 503),
        _ => ("info", 200),
    };
    let (path, took) = (mixed % 13, mixed % 997);
    // A text in memory takes everything.
    let _ = writeln!(
        text,
        "level={level} msg=\"request served\" number={number} method=GET path=/items/{path} status={status} elapsed_ms={took}"
    );
}
