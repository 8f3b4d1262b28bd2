//! Feeds the core with what no program would print, for as long as one likes. Compiled with
//! overflow checks and debug assertions; it ends at the first panic and says how to repeat it.
//!
//! An input is a piece of a real line or of nothing, mutated: bytes flipped, cut, doubled, glued to
//! another, brackets and quotes put in. Every input goes through all readers of lines; the state
//! of the pipeline lives on for a while, so that inputs meet templates of others.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::Instant;

use bench::lines::{Header, generated};
use bench::rng::Rng;
use sidekick::logs::{Continuation, Envelope, LogPipeline, ansi, assess, fields, query};
use sidekick::protocol::{ClientMessage, LogBatch, ServerFrame};
use sidekick::time::Nanos;

use crate::{Outcome, sets};

/// Inputs after which the pipeline starts anew.
const LIFE: u64 = 200_000;
/// Longest input in bytes.
const LONGEST: usize = 12_000;
/// Most memory of a pipeline in bytes, whatever it is fed.
const MOST_MEMORY: usize = 40 << 20;

/// What mutation puts in: everything that some reader takes for structure.
const TOKENS: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    "\"",
    "\\",
    ":",
    ",",
    "=",
    " ",
    "\t",
    "\r",
    "\0",
    "\x1b[31m",
    "\x1b[",
    "\x1b]",
    "\x07",
    "<*>",
    "<num>",
    "%",
    "/",
    "//",
    "?",
    "&",
    "::",
    "--",
    "...",
    "ERROR",
    "WARN",
    "error",
    "panic",
    "level=",
    "\"level\":",
    "{\"log\":\"",
    "\\n\",\"stream\":\"stdout\",\"time\":\"2026-01-01T00:00:00Z\"}",
    "2026-01-01T00:00:00.000000000Z ",
    "stdout F ",
    "stderr P ",
    "<34>",
    "E0101 00:00:00.000000 1 a.go:1] ",
    "0x",
    "1e999",
    "-1",
    "18446744073709551616",
    "\u{e9}",
    "\u{1f600}",
    "\u{202e}",
    "\u{fffd}",
    "\\u00e9",
    "\\ud83d",
    "127.0.0.1:80",
    "fe80::1",
    "550e8400-e29b-41d4-a716-446655440000",
    "https://a/b?c=d",
    "10ms",
    "5GB",
    "  at a.b(C.java:1)",
    "Caused by: ",
    "Traceback (most recent call last):",
    "-level:error,",
    " source:\"",
    "template:1 ",
    "after:10:15 ",
    " OR ",
    "not ",
    "(",
    ")",
    "a>=10ms",
    "/a+/i ",
];

/// Runs `count` inputs.
pub(crate) fn run(count: &str, seed: Option<&str>) -> Outcome<()> {
    let count: u64 = count.replace('_', "").parse()?;
    let seed: u64 = seed.map_or(Ok(1), str::parse)?;
    let mut seeds = generated("seeds", 4000, &Header::ALL, seed).lines;
    // Real programs' kind of lines, texts of any length among them.
    for stream in sets::streams(Path::new("bench/streams"), 400, seed)?.1 {
        seeds.extend(stream.lines);
    }
    let mut rng = Rng::new(seed);
    let mut pipeline = LogPipeline::default();
    let mut event = Continuation::default();
    let (mut text, mut last) = (Vec::new(), Vec::new());
    let (mut bytes, mut most_memory, mut most_templates) = (0, 0, 0);
    let start = Instant::now();
    for number in 0..count {
        if number % LIFE == 0 {
            pipeline = LogPipeline::default();
        }
        std::mem::swap(&mut text, &mut last);
        make(&mut rng, &seeds, &last, &mut text);
        bytes += text.len();
        let result = catch_unwind(AssertUnwindSafe(|| {
            feed(&mut pipeline, &mut event, &text, number)
        }));
        if result.is_err() {
            return Err(format!(
                "seed {seed}, input {number}: {:?}",
                String::from_utf8_lossy(&text)
            )
            .into());
        }
        if number % 50_000 == 49_999 {
            let memory = pipeline.heap_bytes();
            most_memory = memory.max(most_memory);
            most_templates = pipeline.templates().len().max(most_templates);
            if memory > MOST_MEMORY {
                return Err(
                    format!("seed {seed}, input {number}: {memory} bytes of memory").into(),
                );
            }
        }
    }
    println!(
        "{count} inputs ({} MB, seed {seed}) in {} s, clean; at most {most_templates} templates, {} MB",
        bytes / 1_000_000,
        start.elapsed().as_secs(),
        most_memory / 1_000_000,
    );
    Ok(())
}

/// Makes an input out of a line, the input before, or nothing.
fn make(rng: &mut Rng, seeds: &[String], last: &[u8], out: &mut Vec<u8>) {
    out.clear();
    match rng.below(20) {
        0 => {}
        1 => out.extend_from_slice(last),
        2 => {
            // The same thing again and again: depth, or many tokens.
            let token = rng.pick(TOKENS).as_bytes();
            let times = rng.below(LONGEST / token.len());
            out.extend(std::iter::repeat_n(token, times).flatten());
        }
        _ => out.extend_from_slice(seeds[rng.below(seeds.len())].as_bytes()),
    }
    for _ in 0..rng.below(5) {
        let at = rng.below(out.len() + 1);
        match rng.below(7) {
            0 => out.truncate(at),
            1 => drop(out.drain(..at)),
            2 => {
                let byte = rng.bits() as u8;
                out.insert(at, byte);
            }
            3 => {
                if let Some(byte) = out.get_mut(at) {
                    *byte ^= 1 << rng.below(8);
                }
            }
            4 => {
                let other = seeds[rng.below(seeds.len())].as_bytes();
                out.extend_from_slice(&other[rng.below(other.len())..]);
            }
            5 => {
                let end = (at + rng.below(40)).min(out.len());
                let piece = out[at..end].to_vec();
                let times = rng.below(4);
                out.splice(at..at, std::iter::repeat_n(piece, times).flatten());
            }
            _ => {
                let token = rng.pick(TOKENS).as_bytes();
                out.splice(at..at, token.iter().copied());
            }
        }
    }
    out.truncate(LONGEST);
}

/// Every reader of lines and messages; what they promise is asserted.
fn feed(pipeline: &mut LogPipeline, event: &mut Continuation, bytes: &[u8], number: u64) {
    let lossy = String::from_utf8_lossy(bytes);
    let line: &str = &lossy;
    let stripped = ansi::strip(line);
    let spans: usize = ansi::spans(line).map(|(_, text)| text.len()).sum();
    assert_eq!(spans, stripped.len());
    if let Some(envelope) = Envelope::of(line) {
        let mut text = String::new();
        envelope.text_into(&mut text);
        assert!(text.len() <= line.len());
    }
    if let Some(found) = fields::parse(line) {
        let count = found.iter().count();
        assert!(count <= fields::MAX_FIELDS && found.rest().count() <= count);
        let _ = (found.message(), found.level(), found.time());
        for field in found.iter().take(8) {
            assert!(found.get(&field.key.name()).is_some());
            let _ = field.value.text();
        }
    }
    let asked = query::parse(line, None);
    for problem in &asked.problems {
        assert!(line.get(problem.span.clone()).is_some());
    }
    let again = query::parse(&asked.query.to_text(), None).query;
    assert!(again == asked.query || line.len() > query::MAX_QUERY_BYTES / 2);
    let typed = query::expected(line, number as usize % (line.len() + 1));
    assert!(line.get(typed.span).is_some());
    let found = assess(&stripped);
    assert!(stripped.get(found.evidence()).is_some());
    let time = Nanos(number as i64 * 1_000_000);
    let mined = pipeline.push(line, time, event);
    if let Some(id) = mined.template {
        assert!(pipeline.templates().get(id).is_some());
    }
    let _ = (ServerFrame::decode(bytes), ClientMessage::decode(bytes));
    if let Ok(batch) = LogBatch::decode(bytes) {
        assert_eq!(batch.iter().count(), batch.len());
    }
}
