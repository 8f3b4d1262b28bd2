//! The table of `script/bench explorer`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use bench::explorer::{Explorer, GROUPS, QUERIES, lines};

use crate::Outcome;

/// Text of a slice in bytes: what the page searches before it looks at the clock.
const SLICE: usize = 256 << 10;
/// Rows of a screen: with so many, first results are there.
const SCREEN: usize = 50;
/// How often a search is repeated; the median counts.
const REPEATS: usize = 5;

/// Writes the lines and the queries where the other programs and the browser read them.
pub(crate) fn write(dir: &Path, count: &str) -> Outcome<()> {
    fs::create_dir_all(dir)?;
    fs::write(
        dir.join("lines.txt"),
        lines(count.parse()?).join("\n") + "\n",
    )?;
    let queries = QUERIES.iter().map(|(_, query)| format!("{query}\n"));
    fs::write(dir.join("queries"), queries.collect::<String>())?;
    Ok(())
}

/// First results, end, and the longest slice.
struct Times {
    first: Duration,
    done: Duration,
    slice: Duration,
    found: usize,
}

/// The median by the end, with the longest slice of all.
fn median(mut run: impl FnMut() -> Times) -> Times {
    let mut all: Vec<Times> = (0..REPEATS).map(|_| run()).collect();
    let slice = all.iter().map(|it| it.slice).max().unwrap_or_default();
    all.sort_by_key(|it| it.done);
    Times {
        slice,
        ..all.swap_remove(REPEATS / 2)
    }
}

fn search(explorer: &mut Explorer, query: &str) -> Times {
    median(|| search_once(explorer, query))
}

/// `first` is the time for the table.
fn group_once(explorer: &mut Explorer, which: usize) -> Times {
    let start = Instant::now();
    explorer.begin_groups(which);
    let (mut slice, mut done) = (Duration::ZERO, false);
    while !done {
        let before = Instant::now();
        done = explorer.step_groups(SLICE);
        slice = slice.max(before.elapsed());
    }
    let (done, before) = (start.elapsed(), Instant::now());
    let found = explorer.table();
    Times {
        first: before.elapsed(),
        done,
        slice,
        found,
    }
}

/// Median, the one that 99 of 100 are not longer than, and the longest of some calls.
fn longest(times: usize, mut call: impl FnMut(usize)) -> [Duration; 3] {
    let timed = |part| {
        let before = Instant::now();
        call(part);
        before.elapsed()
    };
    let mut all: Vec<_> = (0..times).map(timed).collect();
    all.sort();
    [all[times / 2], all[times * 99 / 100], all[times - 1]]
}

/// What lines in groups cost, and what comes while a million is held.
fn print_groups(explorer: &mut Explorer, browser: &BTreeMap<String, String>) {
    println!(
        "\n| in groups by | groups listed | table, ms | all, ms | longest slice, ms | bytes a line | in WebAssembly: table | all | longest slice |"
    );
    println!("|---|---|---|---|---|---|---|---|---|");
    let lines = explorer.store.lines() as f64;
    for (which, (name, ..)) in GROUPS.iter().enumerate() {
        let it = median(|| group_once(explorer, which));
        let there = browser
            .get(&format!("groups {which}"))
            .map_or("– | – | –", String::as_str);
        println!(
            "| {name} | {} | {} | {} | {} | {:.1} | {there} |",
            it.found,
            ms(it.first),
            ms(it.done),
            ms(it.slice),
            explorer.groups_bytes() as f64 / lines,
        );
    }
    println!(
        "\n| what comes while all is full | median, ms | 99 of 100 | longest | in WebAssembly: median | 99 of 100 | longest |"
    );
    println!("|---|---|---|---|---|---|---|");
    group_once(explorer, 3);
    search_once(explorer, QUERIES[0].1);
    explorer.fill();
    let print = |name: &str, key: &str, it: [Duration; 3]| {
        let there = browser.get(key).map_or("– | – | –", String::as_str);
        println!(
            "| {name} | {} | {} | {} | {there} |",
            ms(it[0]),
            ms(it[1]),
            ms(it[2])
        );
    };
    let frames = longest(300, |_| _ = explorer.frame());
    print(
        "a frame at 10,000 lines/s: filter, groups by a field, their table",
        "frame",
        frames,
    );
    let joins = longest(20, |part| explorer.join(part, 20));
    print(
        "500 lines of a second container's backlog, 10,000 spread over all",
        "join",
        joins,
    );
}

fn search_once(explorer: &mut Explorer, query: &str) -> Times {
    let start = Instant::now();
    explorer.begin(query);
    let (mut first, mut slice) = (None, Duration::ZERO);
    loop {
        let before = Instant::now();
        let done = explorer.step(SLICE);
        slice = slice.max(before.elapsed());
        if first.is_none() && (done || explorer.matches.lines() >= SCREEN) {
            first = Some(start.elapsed());
        }
        if done {
            break;
        }
    }
    let done = start.elapsed();
    Times {
        first: first.unwrap_or(done),
        done,
        slice,
        found: explorer.matches.lines(),
    }
}

/// Measures the lines in `dir`, and prints the table, with what the browser measured if it did.
pub(crate) fn print(dir: &Path) -> Outcome<()> {
    let path = dir.join("lines.txt");
    let text = fs::read_to_string(&path)?;
    let count = text.lines().count();
    let start = Instant::now();
    let mut explorer = Explorer::new(text.lines());
    let load = start.elapsed();
    let bytes = text.len() - count;
    let beyond = (explorer.store.heap_bytes() - bytes) as f64 / count as f64;
    println!("## Log explorer\n");
    println!(
        "{count} lines of {:.0} bytes each; {beyond:.1} bytes a line beyond the text; taken in, with severity and template, in {:.1} s\n",
        bytes as f64 / count as f64,
        load.as_secs_f64(),
    );
    let browser = browser(dir);
    println!(
        "| query | lines found | first results, ms | all, ms | longest slice, ms | in WebAssembly: first | all | longest slice |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    for (name, query) in QUERIES {
        let it = search(&mut explorer, query);
        let there = browser.get(*query).map_or("– | – | –", String::as_str);
        println!(
            "| {name}: `{}` | {} | {} | {} | {} | {there} |",
            query.replace('|', "\\|"),
            it.found,
            ms(it.first),
            ms(it.done),
            ms(it.slice),
        );
    }
    print_groups(&mut explorer, &browser);
    if let Some(rows) = browser.get("rows") {
        println!(
            "\nThe way of others, 5,000 rows of the page by a substring, in WebAssembly's place: found, shown, longest, ms: {rows}"
        );
    }
    if let Some(memory) = browser.get("memory") {
        println!(
            "\nWebAssembly's memory at the end, MiB: {}",
            memory.split(" |").next().unwrap_or_default()
        );
    }
    println!("\n| the same text as a file | lines found | ms |\n|---|---|---|");
    let plain = QUERIES[0].1;
    for command in [
        &["grep", "-c", "-F", plain][..],
        &["grep", "-c", "-i", "-F", plain],
        &["rg", "-c", "-F", plain],
        &["rg", "-c", "-i", "-F", plain],
    ] {
        match beside(command, &path) {
            Some((found, time)) => println!("| `{}` | {found} | {} |", command.join(" "), ms(time)),
            None => println!("| `{}` | not installed | – |", command.join(" ")),
        }
    }
    Ok(())
}

/// The median of a program that counts lines of a file.
fn beside(command: &[&str], path: &Path) -> Option<(String, Duration)> {
    let mut all: Vec<_> = (0..REPEATS)
        .map(|_| {
            let start = Instant::now();
            let mut program = Command::new(command[0]);
            program.args(&command[1..]).arg(path).stderr(Stdio::null());
            // In another locale grep takes letter case of all scripts.
            program.env("LC_ALL", "C");
            let output = program.output().ok()?;
            let found = String::from_utf8_lossy(&output.stdout).trim().to_owned();
            Some((found, start.elapsed()))
        })
        .collect::<Option<_>>()?;
    all.sort_by_key(|(_, time)| *time);
    Some(all.swap_remove(REPEATS / 2))
}

/// What the browser measured, by query: the cells of the table.
fn browser(dir: &Path) -> BTreeMap<String, String> {
    let text = fs::read_to_string(dir.join("wasm.tsv")).unwrap_or_default();
    let rows = text.lines().filter_map(|line| line.split_once('\t'));
    rows.map(|(query, cells)| (query.to_owned(), cells.replace('\t', " | ")))
        .collect()
}

fn ms(time: Duration) -> String {
    format!("{:.1}", time.as_secs_f64() * 1000.0)
}
