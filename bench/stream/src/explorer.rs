//! The page with a million lines: how long it takes to have them, to scroll through them, to search
//! them, and how it draws while more come.

use std::path::Path;

use serde_json::Value;

use crate::browser;
use crate::engine::name;
use crate::process::mb;
use crate::rig::{Engine, Server, Tools};

/// What is searched for: one text or expression a row of the table.
const QUERIES: [&str; 5] = [
    "refused by peer 7",
    "request",
    "zebra crossing",
    "level>=error timeout",
    r"/peer 7\d\d? of/",
];

/// What the page is told to hold at most: lines, and MiB.
const HELD: &str = "2000000 1024";

/// Lines that come a second while the page is watched, and for how long.
const RATE: u64 = 10_000;
const SECONDS: u64 = 10;

pub(crate) async fn print(tools: &Tools, lines: &Path) -> anyhow::Result<()> {
    let mut engine = Engine::with_past(tools, 1, Some(lines)).await?;
    let server = Server::start(tools, &engine.url()).await?;
    let path = format!("/c/{}/logs", name(0));
    let Some(mut page) = browser::Page::holding(&server.address, &path, HELD).await? else {
        println!("The page with these lines: skipped, there is no Chromium here");
        return Ok(());
    };
    let before = page.ask("count").await?;
    let loaded = page.ask("load").await?;
    let after = page.ask("count").await?;
    let number = |it: &Value, key: &str| it[key].as_f64().unwrap_or_default();
    let held = number(&after, "lines");
    println!("\nThe page with these lines in its memory, in Chromium, without a GPU");
    println!("| | |");
    println!("|---|---|");
    println!("| lines held | {held:.0} |");
    println!(
        "| loaded to the first line in, s | {:.1} |",
        number(&loaded, "ms") / 1000.0
    );
    let memory = |it: &Value| it["memory"].as_u64().unwrap_or_default();
    println!(
        "| memory of the page's process, MB: at first, then | {}, {} |",
        mb(memory(&before)),
        mb(memory(&after)),
    );
    for (what, order) in [
        ("dragged from the last line to the first", "drag"),
        ("scrolled by the wheel", "wheel"),
    ] {
        let it = page.ask(&format!("{order} {SECONDS}")).await?;
        println!("| frames while {what}, ms: {}", frames(&it));
    }
    println!();
    println!("| typed into the filter | first results drawn, ms | all found, ms | lines |");
    println!("|---|---|---|---|");
    for query in QUERIES {
        let it = page.ask(&format!("search {query}")).await?;
        println!(
            "| `{query}` | {:.0} | {:.0} | {} |",
            number(&it, "first"),
            number(&it, "done"),
            it["found"].as_str().unwrap_or_default(),
        );
    }
    println!();
    println!("| while {RATE} lines/s come | |");
    println!("|---|---|");
    for (what, tab) in [
        ("the log with `request` as its filter", "Logs"),
        ("the same lines in groups", "Groups"),
    ] {
        page.ask("search request").await?;
        page.ask(&format!("tab {tab}")).await?;
        engine.flood(&name(0), RATE, SECONDS).await?;
        let it = page.ask(&format!("watch {SECONDS}")).await?;
        println!("| frames of {what}, ms: {}", frames(&it));
        page.ask("tab Logs").await?;
    }
    Ok(())
}

/// The end of a row.
fn frames(it: &Value) -> String {
    let number = |key: &str| it[key].as_f64().unwrap_or_default();
    format!(
        "p50, p99, longest | {:.1}, {:.1}, {:.1}; {} of {} longer than 50 |",
        number("p50"),
        number("p99"),
        number("longest"),
        number("slow"),
        number("frames"),
    )
}
