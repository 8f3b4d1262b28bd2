//! Fan-out: many native viewers of one container.

use std::time::Duration;

use sidekick::protocol::Start;

use crate::engine::name;
use crate::rig::{Engine, Server, Tools};
use crate::spread::Spread;
use crate::viewer::Viewer;

const VIEWERS: [usize; 4] = [1, 10, 100, 500];
const RATE: u64 = 5_000;
const SECONDS: u64 = 10;

pub(crate) async fn print(tools: &Tools) -> anyhow::Result<()> {
    println!(
        "Fan-out: one container prints {RATE} lines/s for {SECONDS} s, so many native viewers look"
    );
    println!(
        "{:<24}{:>10}{:>10}{:>9}{:>9}{:>11}{:>15}{:>8}{:>12}",
        "viewers",
        "upstreams",
        "missing",
        "p50 ms",
        "p99 ms",
        "KB/viewer",
        "engine us/line",
        "CPU %",
        "bench CPU %"
    );
    for viewers in VIEWERS {
        row(tools, viewers, false).await?;
    }
    row(tools, 100, true).await
}

async fn row(tools: &Tools, count: usize, stalled: bool) -> anyhow::Result<()> {
    let mut engine = Engine::start(tools, 1).await?;
    let server = Server::start(tools, &engine.url()).await?;
    // What the server needs for the log itself, and for one viewer, is there before the others come.
    let first = Viewer::start(&server.address, &name(0), Start::Newest).await?;
    engine.flood(&name(0), RATE, SECONDS).await?;
    tokio::time::sleep(Duration::from_secs(SECONDS + 1)).await;
    let alone = server.usage()?.memory;
    let mut viewers = vec![first];
    while viewers.len() < count {
        viewers.push(Viewer::start(&server.address, &name(0), Start::Newest).await?);
    }
    let _stalled = match stalled {
        true => Some(Viewer::stalled(&server.address, &name(0)).await?),
        false => None,
    };
    tokio::time::sleep(Duration::from_secs(1)).await;
    for viewer in &viewers {
        viewer.take();
    }
    let own = std::process::id();
    let before = (
        server.usage()?,
        engine.usage()?,
        crate::process::Usage::of(own)?,
    );
    engine.flood(&name(0), RATE, SECONDS).await?;
    tokio::time::sleep(Duration::from_secs(SECONDS)).await;
    let after = (
        server.usage()?,
        engine.usage()?,
        crate::process::Usage::of(own)?,
    );
    tokio::time::sleep(Duration::from_secs(2)).await;
    let upstreams = server
        .metric("sidekick_upstreams_open{kind=\"logs\"}")
        .await?;
    let mut lag = Spread::default();
    let mut missing = 0;
    for viewer in &viewers {
        let seen = viewer.take();
        missing += (RATE * SECONDS).saturating_sub(seen.lines);
        lag.join(&seen.lag_ms);
    }
    let joined = (count - 1).max(1) as u64;
    println!(
        "{:<24}{:>10}{:>10}{:>9.0}{:>9.0}{:>11}{:>15.2}{:>8.0}{:>12.0}",
        format!(
            "{count}{}",
            if stalled {
                " + 1 that takes nothing"
            } else {
                ""
            }
        ),
        upstreams,
        missing,
        lag.percentile(50),
        lag.percentile(99),
        match (count, stalled) {
            // What waits for the one that takes nothing is not another's.
            (1, _) | (_, true) => "-".to_owned(),
            _ => (after.0.memory.saturating_sub(alone) / joined / 1000).to_string(),
        },
        1e6 * after.1.cpu_since(&before.1) / (RATE * SECONDS) as f64,
        after.0.percent_since(&before.0),
        after.2.percent_since(&before.2),
    );
    Ok(())
}
