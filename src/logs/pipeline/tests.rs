//! What is remembered of a line must be what another look at it would find.

use super::*;
use crate::logs::severity::{Assessment, assess};
use proptest::prelude::*;
use sketch::{is_cut, is_value};
use std::fs;
use std::path::Path;

/// Values that a rule might take for something, with a digit at the start and without.
const NUMBERS: [&str; 26] = [
    "0",
    "1",
    "5",
    "07",
    "30",
    "50",
    "200",
    "404",
    "503",
    "0102",
    "1234",
    "12345678901234567890",
    "10.0.0.1",
    "3ms",
    "0x1f",
    "9Error",
    "1.ERROR",
    "2026-11-22T10",
    "0/0/0/4/5",
    "5é",
    "7-",
    "0.5",
    "00",
    "1@x",
    "8Exception",
    "22",
];
const NAMES: [&str; 44] = [
    "x1",
    "ERROR1",
    "DEBUG1",
    "debug2",
    "trace3",
    "E0102",
    "I261122",
    "FooError2",
    "x2.FooError",
    "s3.S3Exception",
    "ORA-00942",
    "TCP_MISS/200",
    "TCP_DENIED/403",
    "/a1",
    "-5",
    "app2.ERROR",
    "Errno1",
    "│1│",
    "─2",
    "null1",
    "none1",
    "v2",
    "blk_-16",
    "@l1",
    "`1",
    "é1",
    "Foo1Warning",
    "d1",
    "fault1",
    "exception2",
    "worker-1",
    "E/x1",
    "cause7",
    "at1",
    "GET1",
    "level1",
    "x1/level",
    "INFO4",
    "e10b",
    "UserWarning/1",
    "/x1/FooError",
    "a1.b.WARN",
    "opening1",
    "1é",
];

/// The lines of the corpus of the severity tests.
fn corpus() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/severity/corpus");
    let files = fs::read_dir(folder).unwrap();
    let texts = files.map(|it| fs::read_to_string(it.unwrap().path()).unwrap());
    let lines: Vec<String> = texts
        .flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>())
        .filter_map(|row| Some(row.splitn(3, '\t').nth(2)?.replace("\\t", "\t")))
        .collect();
    assert!(lines.len() > 1000);
    lines
}

/// The line with other values, as the numbers in `with` have it: its sketch is the same.
fn with_values(line: &str, with: &[usize]) -> String {
    let mut out = String::new();
    let mut number = 0;
    let mut put = |run: &str, out: &mut String| {
        if !is_value(run.as_bytes()) {
            return out.push_str(run);
        }
        let turn = with[number % with.len()];
        number += 1;
        let value = match run.as_bytes()[0].is_ascii_digit() {
            true => NUMBERS.get(turn % 40),
            false => NAMES.get(turn % 60).filter(|it| !it.starts_with('1')),
        };
        out.push_str(value.unwrap_or(&run));
        // Now and then one that is so long that what stands behind it is out of reach.
        if turn.is_multiple_of(101) {
            out.push_str(&"9".repeat(turn % 700));
        }
    };
    let mut run = String::new();
    for c in line.chars() {
        if c.is_ascii() && is_cut(c as u8) {
            put(&run, &mut out);
            run.clear();
            out.push(c);
        } else {
            run.push(c);
        }
    }
    put(&run, &mut out);
    out
}

/// What is found out about a line, and, without traits, whether another line must have the same.
fn look(line: &str) -> (Assessment, bool, Traits) {
    let mut reading = Reading::default();
    let own = assess_with(line, &mut reading);
    let ordinary = is_ordinary(line, &own, &mut reading);
    (own, ordinary, reading.depends)
}

/// What was found out about one line must hold for the other.
fn check(one: &str, other: &str) -> Result<bool, TestCaseError> {
    if one.len().max(other.len()) > MAX_SCAN_BYTES {
        return Ok(false);
    }
    let sketch = Sketch::of(mined(other));
    prop_assert_eq!(Sketch::of(mined(one)).key, sketch.key, "{} {}", one, other);
    let (own, ordinary, depends) = look(one);
    // As `push` has it: a line with those traits is not remembered, and not looked for.
    let of_both = traits(one, &Sketch::of(mined(one))).with(traits(other, &sketch));
    if depends.meets(of_both) {
        return Ok(false);
    }
    let (found, also, _) = look(other);
    prop_assert_eq!(
        (own.severity, own.rule, ordinary, &one[own.evidence()]),
        (found.severity, found.rule, also, &other[found.evidence()]),
        "{}\n{}",
        one,
        other
    );
    prop_assert_eq!(announces(one), announces(other));
    Ok(true)
}

#[test]
fn what_is_remembered_of_a_line_of_the_corpus_holds_for_all_of_its_sketch() {
    let mut remembered = 0;
    let corpus = corpus();
    for (number, line) in corpus.iter().enumerate() {
        for turn in 0..60 {
            let with: Vec<usize> = (0..7)
                .map(|i| (number + 1) * (turn + 3) * (31 * i + 17))
                .collect();
            let other = with_values(line, &with);
            let both = check(line, &other).and_then(|it| Ok(it | check(&other, line)?));
            remembered += usize::from(both.unwrap());
        }
    }
    assert!(remembered > corpus.len() * 20, "only {remembered}");
}

/// Texts that rules look for, and what may stand between.
fn fragment() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "ERROR",
        "error",
        "Error",
        "WARN",
        "info",
        "INFO",
        "FATAL",
        "Fatal",
        "debug",
        "E",
        "I",
        "level",
        "severity",
        "status",
        "s",
        "lvl",
        "thread",
        "panicked",
        "at",
        "GET",
        "POST",
        "no",
        "to",
        "npm",
        "PHP",
        "Parse",
        "ok",
        "none",
        "null",
        "Exception",
        "FooError",
        "Segmentation",
        "fault",
        "Unhandled",
        "exception",
        "Caused",
        "by",
        "from",
        "in",
        "stdout",
        "F",
        "log",
        "name",
        "TCP_MISS",
        "Errno",
        "REPORT",
        "ERROR-x",
        "a.b.Error",
        "a/ERROR",
        "x@y",
        "é",
        "-",
        ".",
        "HTTP",
        "while",
        "Node.js",
        "exit",
        "goroutine",
        "note",
        "DETAIL",
        "M",
        "Kernel",
        "panic",
        "x",
        "the",
        "opening",
        "File",
        "…",
        "│",
    ]);
    let cuts = prop::sample::select(vec![
        " ",
        " ",
        " ",
        " ",
        ":",
        ": ",
        "=",
        "=",
        "[",
        "]",
        "] ",
        "(",
        ")",
        "\"",
        "\"",
        "{",
        "}",
        "<",
        ">",
        ",",
        ", ",
        "|",
        "|",
        "'",
        "\t",
        "  ",
        "*",
        "#",
        "+",
        "\\",
        "$",
        ";",
        "?",
        "    ",
        "level=",
        "{\"level\":",
        "{\"level\":\"",
        "\"status\":",
        ":: ",
        "{\"log\":\"",
        "\"GET /",
    ]);
    let numbers = prop::sample::select(NUMBERS.to_vec());
    let names = prop::sample::select(NAMES.to_vec());
    prop_oneof![
        4 => words.prop_map(str::to_owned),
        5 => cuts.prop_map(str::to_owned),
        2 => numbers.prop_map(str::to_owned),
        1 => names.prop_map(str::to_owned),
        1 => Just("10:00:00 ".to_owned()),
    ]
}

fn line() -> impl Strategy<Value = String> {
    prop::collection::vec(fragment(), 0..16).prop_map(|it| it.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn what_is_remembered_of_any_line_holds_for_all_of_its_sketch(
        line in line(),
        with in prop::collection::vec(0usize..100_000, 6),
    ) {
        let other = with_values(&line, &with);
        check(&line, &other)?;
        check(&other, &line)?;
    }
}

#[test]
fn the_status_behind_a_code_of_squids_is_not_that_of_another_word() -> Result<(), TestCaseError> {
    let (one, other) = (
        "0 10:00:00 TCP_MISS\"ERROR0",
        "0 0:0:0 TCP_MISS\"TCP_MISS/200",
    );
    check(one, other)?;
    check(other, one)?;
    Ok(())
}

#[test]
fn a_level_behind_a_number_in_brackets_is_found_whatever_the_number() -> Result<(), TestCaseError> {
    check("(0 Error)", "(49081 Error)")?;
    check("(49081 Error)", "(0 Error)")?;
    Ok(())
}

proptest! {
    #[test]
    fn the_pipeline_finds_what_a_look_at_every_line_finds(
        lines in prop::collection::vec((line(), prop::collection::vec(0usize..100_000, 6)), 1..8),
        order in prop::collection::vec((0usize..8, 0usize..4), 1..60),
    ) {
        let mut pipeline = LogPipeline::default();
        let (mut events, mut expected) = (Continuation::default(), Continuation::default());
        for (number, (at, turn)) in order.into_iter().enumerate() {
            let (line, with) = &lines[at % lines.len()];
            let line = match turn {
                0 => line.clone(),
                _ => with_values(line, &with[turn..]),
            };
            let time = Nanos(number as i64 * 1_000_000);
            let mined = pipeline.push(&line, time, &mut events);
            let (found, goes_on) = expected.assess(&line, time);
            prop_assert_eq!((mined.severity, mined.goes_on), (found.severity, goes_on), "{}", line);
            prop_assert_eq!(mined.template.is_none(), line.trim().is_empty(), "{}", line);
        }
    }
}

#[test]
fn lines_of_one_template_that_name_levels_in_numbers_stay_apart() {
    let mut pipeline = LogPipeline::default();
    let mut event = Continuation::default();
    let mut push = |line: &str| pipeline.push(line, Nanos(0), &mut event);
    for _ in 0..3 {
        let info = push("{\"level\":30,\"msg\":\"disk is full\"}");
        let error = push("{\"level\":50,\"msg\":\"disk is full\"}");
        assert_eq!(
            (info.severity, error.severity),
            (Severity::Info, Severity::Error)
        );
        assert_ne!(info.template, error.template);
    }
    assert_eq!(pipeline.templates().len(), 2);
    assert_eq!(pipeline.templates().total_lines(), 6);
    assert_eq!(assess("plain").severity, Severity::Unknown);
}
