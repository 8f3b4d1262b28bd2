//! The program behind `script/bench` and `script/fuzz`; those say what it does.

#![allow(clippy::print_stdout)]

mod competitor;
mod explorer_table;
mod fuzz;
mod holdout;
mod loghub;
mod report;
mod sets;
mod speed;
mod worst;

use std::path::Path;
use std::process::ExitCode;

/// What can be asked for.
const USAGE: &str = "usage: bench sets DIR [LOGHUB [CAPTURED]] | streams DIR DESCRIPTIONS | digest FILE... | report DIR | accuracy DIR | holdout LOGHUB | worst DIR NAME | explorer-lines DIR COUNT | explorer DIR | fuzz COUNT [SEED]";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let result = match args.as_slice() {
        ["sets", dir, rest @ ..] => {
            let path = |at: usize| rest.get(at).filter(|it| !it.is_empty()).map(Path::new);
            sets::write(Path::new(dir), path(0), path(1))
        }
        ["streams", dir, descriptions] => {
            sets::write_streams(Path::new(dir), Path::new(descriptions))
        }
        ["digest", files @ ..] => digest(files),
        ["report", dir] => report::print(Path::new(dir)),
        ["accuracy", dir] => report::print_accuracy(Path::new(dir)),
        ["holdout", loghub] => holdout::print(Path::new(loghub)),
        ["worst", dir, name] => worst::print(Path::new(dir), name),
        ["explorer-lines", dir, count] => explorer_table::write(Path::new(dir), count),
        ["explorer", dir] => explorer_table::print(Path::new(dir)),
        ["fuzz", count, rest @ ..] => fuzz::run(count, rest.first().copied()),
        _ => Err(USAGE.into()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// What goes wrong ends the program with a sentence.
type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

fn digest(files: &[&str]) -> Outcome<()> {
    for file in files {
        let text = String::from_utf8_lossy(&std::fs::read(file)?).into_owned();
        println!("{:016x}", bench::run::digest(&text));
    }
    Ok(())
}
