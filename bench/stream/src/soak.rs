//! Soak: one page and one server for a long time.

use std::time::Duration;

use crate::browser;
use crate::engine::name;
use crate::process::mb;
use crate::rig::{Engine, Server, Tools};

const RATE: u64 = 5_000;
const LOOKS: u32 = 10;

pub(crate) async fn print(tools: &Tools, time: Duration) -> anyhow::Result<()> {
    println!(
        "Soak: one container prints {RATE} lines/s for {} min, one page looks",
        time.as_secs() / 60
    );
    let mut engine = Engine::start(tools, 1).await?;
    let server = Server::start(tools, &engine.url()).await?;
    let path = format!("/c/{}/logs", name(0));
    let Some(mut page) = browser::Page::open(&server.address, &path).await? else {
        println!("there is no Chromium here");
        return Ok(());
    };
    engine.flood(&name(0), RATE, time.as_secs()).await?;
    println!(
        "{:>8}{:>14}{:>14}{:>14}",
        "minute", "server MB", "page MB", "lines"
    );
    let mut looks = Vec::new();
    for look in 1..=LOOKS {
        tokio::time::sleep(time / LOOKS).await;
        let counted = page.ask("count").await?;
        let bytes = |key: &str| counted[key].as_u64().unwrap_or_default();
        let memory = (server.usage()?.memory, bytes("memory"));
        let minute = time.as_secs_f64() / 60.0 * f64::from(look) / f64::from(LOOKS);
        println!(
            "{:>8.1}{:>14}{:>14}{:>14}",
            minute,
            mb(memory.0),
            mb(memory.1),
            bytes("lines")
        );
        looks.push((minute, memory));
    }
    // The first half fills the page's store and grows what is kept for every minute of the last hour.
    let later = &looks[looks.len() / 2..];
    let slope = |of: &dyn Fn(&(u64, u64)) -> u64| {
        let points: Vec<_> = later
            .iter()
            .map(|(x, y)| (*x, of(y) as f64 / 1000.0))
            .collect();
        slope(&points)
    };
    println!(
        "slope of the second half in KB a minute: server {:.1}, page {:.1}",
        slope(&|it| it.0),
        slope(&|it| it.1)
    );
    Ok(())
}

/// Slope of the line that fits best.
fn slope(points: &[(f64, f64)]) -> f64 {
    let n = points.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / n;
    let (x, y) = (mean(|it| it.0), mean(|it| it.1));
    let over: f64 = points.iter().map(|it| (it.0 - x) * (it.1 - y)).sum();
    let under: f64 = points.iter().map(|it| (it.0 - x).powi(2)).sum();
    over / under
}
