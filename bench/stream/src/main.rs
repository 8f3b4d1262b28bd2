//! The program behind `script/bench stream`; that says what it does.
//!
//! Every process that is measured is one of its own: the engine (this program, called with
//! `engine`), the server (the product's binary) and the viewers (here, or Chromium). Processor time
//! and memory are read from /proc.

#![allow(clippy::print_stdout, clippy::print_stderr)]

mod browser;
mod drain;
mod engine;
mod explorer;
mod fanout;
mod flood;
mod process;
mod rig;
mod scale;
mod soak;
mod spread;
mod viewer;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::bail;

use self::rig::Tools;

const USAGE: &str = "usage: bench-stream all|flood|history|fanout|scale|soak BINARY \
    | explorer BINARY LINES | engine SOCKET CONTAINERS [LINES]";

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> anyhow::Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args.as_slice() {
        ["engine", socket, containers, lines @ ..] if lines.len() < 2 => {
            let lines = lines.first().map(Path::new);
            engine::run(socket.as_ref(), containers.parse()?, lines).await
        }
        ["explorer", binary, lines] => {
            explorer::print(&Tools::new(PathBuf::from(binary))?, lines.as_ref()).await
        }
        [what, binary] => measure(what, PathBuf::from(binary)).await,
        _ => bail!(USAGE),
    }
}

async fn measure(what: &str, binary: PathBuf) -> anyhow::Result<()> {
    let tools = Tools::new(binary)?;
    let all = what == "all";
    let mut known = all;
    for name in ["flood", "history", "fanout", "scale", "soak"] {
        if !all && name != what {
            continue;
        }
        known = true;
        match name {
            "flood" => flood::print(&tools).await?,
            "history" => drain::print(&tools).await?,
            "fanout" => fanout::print(&tools).await?,
            "scale" => scale::print(&tools).await?,
            _ => soak::print(&tools, minutes()?).await?,
        }
        println!();
    }
    if !known {
        bail!(USAGE);
    }
    Ok(())
}

/// How long the soak takes: half an hour, or as SOAK_MINUTES says.
fn minutes() -> anyhow::Result<Duration> {
    let minutes: u64 = match std::env::var("SOAK_MINUTES") {
        Ok(minutes) => minutes.parse()?,
        Err(_) => 30,
    };
    Ok(Duration::from_secs(minutes * 60))
}
