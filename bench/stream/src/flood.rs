//! Floods: one container prints, one viewer looks: a native one, a page that follows the newest line,
//! and a page that is scrolled.

use std::time::Duration;

use sidekick::protocol::Start;

use crate::browser;
use crate::engine::name;
use crate::process::mb;
use crate::rig::{Engine, Server, Tools};
use crate::viewer::Viewer;

const RATES: [u64; 3] = [1_000, 10_000, 100_000];
const SECONDS: u64 = 10;

pub(crate) async fn print(tools: &Tools) -> anyhow::Result<()> {
    println!(
        "Flood: a container of the demo engine prints for {SECONDS} s; lag is the age of a line when it is there"
    );
    println!(
        "{:<22}{:>10}{:>10}{:>9}{:>9}{:>9}{:>8}{:>9}{:>10}",
        "viewer, lines/s",
        "lines/s",
        "missing",
        "p50 ms",
        "p99 ms",
        "wire/raw",
        "CPU %",
        "MB",
        "frames>50"
    );
    for rate in RATES {
        native(tools, rate).await?;
    }
    for rate in RATES {
        page(tools, rate, "follow").await?;
    }
    for rate in RATES {
        page(tools, rate, "scroll").await?;
    }
    Ok(())
}

async fn native(tools: &Tools, rate: u64) -> anyhow::Result<()> {
    let mut engine = Engine::start(tools, 1).await?;
    let server = Server::start(tools, &engine.url()).await?;
    let viewer = Viewer::start(&server.address, &name(0), Start::Newest).await?;
    viewer.take();
    let before = server.usage()?;
    engine.flood(&name(0), rate, SECONDS).await?;
    tokio::time::sleep(Duration::from_secs(SECONDS)).await;
    let after = server.usage()?;
    // What is still on its way.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let seen = viewer.take();
    println!(
        "{:<22}{:>10}{:>10}{:>9.0}{:>9.0}{:>9.2}{:>8.0}{:>9}{:>10}",
        format!("native {rate}"),
        seen.lines / SECONDS,
        (rate * SECONDS).saturating_sub(seen.lines),
        seen.lag_ms.percentile(50),
        seen.lag_ms.percentile(99),
        seen.wire_bytes as f64 / seen.raw_bytes.max(1) as f64,
        after.percent_since(&before),
        mb(server.usage()?.memory),
        "",
    );
    Ok(())
}

/// A page that does what `bench/web/page.mjs` calls `what`.
async fn page(tools: &Tools, rate: u64, what: &str) -> anyhow::Result<()> {
    let mut engine = Engine::start(tools, 1).await?;
    let server = Server::start(tools, &engine.url()).await?;
    let path = format!("/c/{}/logs", name(0));
    let Some(mut page) = browser::Page::open(&server.address, &path).await? else {
        println!(
            "{:<22}there is no Chromium here",
            format!("page, {what} {rate}")
        );
        return Ok(());
    };
    let before = server.usage()?;
    engine.flood(&name(0), rate, SECONDS).await?;
    let watched = page.ask(&format!("{what} {SECONDS}")).await?;
    let after = server.usage()?;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let counted = page.ask("count").await?;
    let lines = counted["lines"].as_u64().unwrap_or_default();
    println!(
        "{:<22}{:>10}{:>10}{:>9.0}{:>9.0}{:>9}{:>8.0}{:>9}{:>10}",
        format!("page, {what} {rate}"),
        lines / SECONDS,
        (rate * SECONDS).saturating_sub(lines),
        watched["p50"].as_f64().unwrap_or_default(),
        watched["p99"].as_f64().unwrap_or_default(),
        "",
        after.percent_since(&before),
        mb(server.usage()?.memory),
        format!(
            "{} of {}",
            watched["slow"].as_u64().unwrap_or_default(),
            watched["frames"].as_u64().unwrap_or_default()
        ),
    );
    Ok(())
}
