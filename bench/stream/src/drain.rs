//! Against the real daemon: how fast a log comes through the server, beside `docker logs` alone.

use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use sidekick::protocol::Start;
use tokio::io::AsyncReadExt;
use tokio::process::Command;

use crate::rig::{Server, Tools};
use crate::viewer::Viewer;

const IMAGE: &str = "sidekick-test:latest";
const LINES: u64 = 1_000_000;
const ROUNDS: usize = 3;
/// How long a followed log is drained.
const FOLLOWED: Duration = Duration::from_secs(10);

pub(crate) async fn print(tools: &Tools) -> anyhow::Result<()> {
    if docker(&["image", "inspect", IMAGE]).await.is_err() {
        println!(
            "History and flood of a real daemon: skipped, no daemon with the image {IMAGE} answers (the end-to-end tests make it)"
        );
        return Ok(());
    }
    let host =
        std::env::var("DOCKER_HOST").unwrap_or_else(|_| "unix:///var/run/docker.sock".to_owned());
    let server = Server::start(tools, &host).await?;
    history(&server).await?;
    println!();
    followed(&server).await
}

/// A container that is removed with this.
struct Container(String);

impl Container {
    async fn run(name: &str, script: &str) -> anyhow::Result<Self> {
        let name = format!("bench-{name}-{}", std::process::id());
        docker(&["run", "-d", "--name", &name, IMAGE, "sh", "-c", script]).await?;
        Ok(Self(name))
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        // Whether it went, nobody could be told here.
        let _ = std::process::Command::new("docker")
            .args(["rm", "-f", &self.0])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
    }
}

async fn history(server: &Server) -> anyhow::Result<()> {
    println!(
        "History: {LINES} lines of a stopped container of the real daemon, {ROUNDS} rounds in turn, seconds"
    );
    let script = format!(
        "awk 'BEGIN {{ for (i = 1; i <= {LINES}; i++) print \"level=info msg=\\\"request served\\\" number=\" i \" method=GET path=/items status=200\" }}'"
    );
    let container = Container::run("history", &script).await?;
    docker(&["wait", &container.0]).await?;
    let (mut alone, mut through) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let began = Instant::now();
        let lines = count(&["logs", &container.0], None).await?;
        alone.push(began.elapsed().as_secs_f64());
        ensure!(lines == LINES, "docker logs has {lines} lines");
        let began = Instant::now();
        let viewer = Viewer::holding(&server.address, &container.0).await?;
        let mut lines = 0;
        let mut ended = false;
        while !(ended && lines >= LINES) {
            tokio::time::sleep(Duration::from_millis(5)).await;
            let seen = viewer.take();
            lines += seen.lines;
            ended |= seen.ended;
            ensure!(
                began.elapsed() < Duration::from_secs(120),
                "only {lines} lines came"
            );
        }
        through.push(began.elapsed().as_secs_f64());
        ensure!(lines == LINES, "{lines} lines came");
    }
    let best = |of: &[f64]| of.iter().copied().fold(f64::MAX, f64::min);
    println!("{:<44}{:>10.2}", "docker logs > /dev/null", best(&alone));
    println!(
        "{:<44}{:>10.2}",
        "into a page's store, with its analytics",
        best(&through)
    );
    println!(
        "{:<44}{:>10.2}",
        "how many times as long",
        best(&through) / best(&alone)
    );
    Ok(())
}

async fn followed(server: &Server) -> anyhow::Result<()> {
    println!(
        "Flood of the real daemon: a container prints as fast as it can; lines a second, {ROUNDS} rounds in turn"
    );
    let container = Container::run(
        "flood",
        "yes 'level=info msg=\"request served\" method=GET path=/items/7 status=200 elapsed_ms=12'",
    )
    .await?;
    let (mut alone, mut through) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let lines = count(&["logs", "-f", "--tail", "0", &container.0], Some(FOLLOWED)).await?;
        alone.push(lines as f64 / FOLLOWED.as_secs_f64());
        let viewer = Viewer::start(&server.address, &container.0, Start::Newest).await?;
        viewer.take();
        let began = Instant::now();
        tokio::time::sleep(FOLLOWED).await;
        let seen = viewer.take();
        through.push(seen.lines as f64 / began.elapsed().as_secs_f64());
        if seen.missing > 0 || seen.gaps > 0 {
            println!("{} lines in {} gaps were missing", seen.missing, seen.gaps);
        }
        drop(viewer);
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    let best = |of: &[f64]| of.iter().copied().fold(0.0, f64::max);
    println!("{:<44}{:>10.0}", "docker logs -f", best(&alone));
    println!("{:<44}{:>10.0}", "a viewer", best(&through));
    println!("{:<44}{:>10.2}", "share", best(&through) / best(&alone));
    Ok(())
}

async fn docker(args: &[&str]) -> anyhow::Result<()> {
    let output = Command::new("docker").args(args).output().await?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "docker {}: {said}", args.join(" "));
    Ok(())
}

/// Lines that a docker command prints to its end, or within a time.
async fn count(args: &[&str], within: Option<Duration>) -> anyhow::Result<u64> {
    let mut child = Command::new("docker")
        .args(args)
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let mut stdout = child.stdout.take().context("docker has no output")?;
    let mut lines = 0;
    let mut buffer = vec![0; 256 << 10];
    let counting = async {
        loop {
            let n = stdout.read(&mut buffer).await?;
            if n == 0 {
                return anyhow::Ok(());
            }
            lines += buffer[..n].iter().filter(|it| **it == b'\n').count() as u64;
        }
    };
    match within {
        None => counting.await?,
        Some(time) => {
            let _ended = tokio::time::timeout(time, counting).await;
        }
    }
    child.kill().await?;
    Ok(lines)
}
