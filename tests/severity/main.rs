//! The classifier against lines whose severity is known.
//!
//! `cargo test --test severity -- --nocapture` prints the confusion table. `corpus/captured.tsv`
//! holds lines that real programs printed, labelled by the level that they say themselves;
//! `corpus/written.tsv` lines after the documentation of formats, and such that only look bad;
//! `corpus/holdout.tsv` a tenth of both, drawn by hash before the rules were written.
//! Each line is `severity<TAB>source<TAB>text`; in the text `\e`, `\t` and `\\` stand for escape,
//! tab and backslash.

#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "the table is the result, and a corpus that cannot be read a bug"
)]

use sidekick::logs::severity::{Severity, assess};

struct Labelled {
    severity: Severity,
    source: String,
    text: String,
}

fn corpus(file: &str) -> Vec<Labelled> {
    file.lines()
        .map(|line| {
            let mut fields = line.splitn(3, '\t');
            let mut field = || fields.next().expect("three fields");
            let (word, source) = (field(), field());
            Labelled {
                severity: Severity::ALL
                    .into_iter()
                    .find(|it| it.word() == word)
                    .expect("a severity"),
                source: source.to_owned(),
                text: unescape(field()),
            }
        })
        .collect()
}

fn unescape(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        out.push(match c {
            '\\' => match chars.next() {
                Some('e') => '\x1b',
                Some('t') => '\t',
                Some(other) => other,
                None => '\\',
            },
            c => c,
        });
    }
    out
}

/// Prints the confusion table of `lines`; the smallest recall of a severity.
fn report(name: &str, lines: &[Labelled], show_misses: bool) -> f64 {
    let mut table = [[0u32; 7]; 7];
    for line in lines {
        let found = assess(&line.text);
        table[line.severity.index()][found.severity.index()] += 1;
        if show_misses && found.severity != line.severity {
            println!(
                "  {} as {} ({}), {}: {}",
                line.severity.word(),
                found.severity.word(),
                found.rule.name(),
                line.source,
                line.text.chars().take(160).collect::<String>(),
            );
        }
    }
    println!("\n{name}, {} lines", lines.len());
    print!("| labelled \\ found |");
    for severity in Severity::ALL {
        print!(" {} |", severity.word());
    }
    println!(" recall |");
    println!("|---|{}", "---|".repeat(8));
    let mut worst = 1.0f64;
    for severity in Severity::ALL {
        let row = &table[severity.index()];
        let recall = f64::from(row[severity.index()]) / f64::from(row.iter().sum::<u32>());
        print!("| {} |", severity.word());
        for count in row {
            print!(" {count} |");
        }
        println!(" {recall:.3} |");
        worst = worst.min(recall);
    }
    worst
}

#[test]
fn nearly_every_line_of_the_corpus_gets_its_severity() {
    let mut lines = corpus(include_str!("corpus/captured.tsv"));
    assert!(lines.len() >= 100, "lines of real programs");
    lines.extend(corpus(include_str!("corpus/written.tsv")));
    assert!(lines.len() >= 300);
    assert!(report("corpus", &lines, true) >= 0.97);
}

#[test]
fn nearly_every_line_that_was_set_aside_gets_its_severity() {
    let lines = corpus(include_str!("corpus/holdout.tsv"));
    let show = std::env::var_os("SHOW_HOLDOUT").is_some();
    assert!(report("set aside", &lines, show) >= 0.95);
}
