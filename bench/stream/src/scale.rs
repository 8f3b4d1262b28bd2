//! Scale: hundreds of containers.

use std::time::Duration;

use crate::browser;
use crate::process::mb;
use crate::rig::{Engine, Server, Tools};

const CONTAINERS: usize = 500;
const IDLE: Duration = Duration::from_secs(10);

pub(crate) async fn print(tools: &Tools) -> anyhow::Result<()> {
    println!("Scale: {CONTAINERS} containers of the demo engine");
    let engine = Engine::start(tools, CONTAINERS).await?;
    let server = Server::start(tools, &engine.url()).await?;
    let known = async {
        while server.get("/").await?.matches("service-").count() < CONTAINERS {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        anyhow::Ok(())
    };
    tokio::time::timeout(Duration::from_secs(60), known).await??;
    let html = server.get("/").await?.len();
    println!(
        "{:<44}{:>10} ({} a container)",
        "first page, bytes before compression",
        html,
        html / CONTAINERS
    );
    if let Some(mut page) = browser::Page::open(&server.address, "/").await? {
        let of = |key: &str| page.opened[key].as_f64().unwrap_or_default();
        println!(
            "{:<44}{:>10}",
            "first page, bytes over the wire",
            of("transferred")
        );
        println!("{:<44}{:>10.0}", "first paint, ms", of("paint"));
        println!(
            "{:<44}{:>10.0}",
            "all containers shown and live, ms",
            of("live")
        );
        let before = server.usage()?;
        tokio::time::sleep(IDLE).await;
        let after = server.usage()?;
        println!(
            "{:<44}{:>10.2}",
            "server with one page on the overview, CPU %",
            after.percent_since(&before)
        );
        page.ask("close").await?;
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    let before = (server.usage()?, engine.usage()?);
    tokio::time::sleep(IDLE).await;
    let after = (server.usage()?, engine.usage()?);
    println!(
        "{:<44}{:>10.2}",
        "server when nobody looks, CPU %",
        after.0.percent_since(&before.0)
    );
    println!(
        "{:<44}{:>10.2}",
        "engine when nobody looks, CPU %",
        after.1.percent_since(&before.1)
    );
    println!("{:<44}{:>10}", "server, MB", mb(after.0.memory));
    for kind in ["logs", "stats", "events"] {
        let open = server
            .metric(&format!("sidekick_upstreams_open{{kind=\"{kind}\"}}"))
            .await?;
        println!("{:<44}{:>10}", format!("open streams of {kind}"), open);
    }
    Ok(())
}
