//! The demo engine under the `docker` command, where there is one.

// Helpers of tests may fail by panicking, as the tests themselves may.
#![allow(missing_docs, clippy::expect_used, clippy::panic, clippy::print_stderr)]

use std::path::{Path, PathBuf};
use std::time::Duration;

use server::demo::{Control, DemoEngine, DemoOptions, Health, Kind, Spec};
use sidekick::protocol::LogStream::{Stderr, Stdout};
use tokio::process::{Child, Command};
use tokio::time::timeout;

const PATIENCE: Duration = Duration::from_secs(30);

struct Cli {
    socket: PathBuf,
}

impl Cli {
    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new("docker");
        command
            .args(args)
            .env("DOCKER_HOST", format!("unix://{}", self.socket.display()))
            .env_remove("DOCKER_CONTEXT")
            .stdin(std::process::Stdio::null())
            .kill_on_drop(true);
        command
    }

    /// Runs a command to its end: success, stdout, stderr.
    async fn run(&self, args: &[&str]) -> (bool, String, String) {
        let output = timeout(PATIENCE, self.command(args).output());
        let output = output.await.expect("in time").expect("runs");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (
            output.status.success(),
            text(&output.stdout),
            text(&output.stderr),
        )
    }

    async fn ok(&self, args: &[&str]) -> String {
        let (good, out, err) = self.run(args).await;
        assert!(good, "docker {args:?}: {err}");
        out
    }

    fn follow(&self, args: &[&str]) -> Child {
        let mut command = self.command(args);
        command.stdout(std::process::Stdio::piped());
        command.spawn().expect("runs")
    }
}

/// An engine and the command; none, and a note, where there is no docker command.
fn start(name: &str, containers: Vec<Spec>) -> Option<(DemoEngine, Cli, Control)> {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    if !std::env::split_paths(&paths).any(|folder| folder.join("docker").is_file()) {
        eprintln!("skipped: there is no docker command on PATH");
        return None;
    }
    let file = format!("sidekick-cli-{name}-{}.sock", std::process::id());
    let socket = std::env::temp_dir().join(file);
    let engine = DemoEngine::start(Path::new(&socket), DemoOptions::quiet(containers));
    let engine = engine.expect("starts");
    let control = engine.control();
    Some((engine, Cli { socket }, control))
}

async fn opened(control: &Control, kind: Kind) {
    let wait = async {
        while control.open_connections(kind) == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(PATIENCE, wait).await.expect("a request came in");
}

#[tokio::test]
async fn docker_reads_and_changes_containers() {
    let Some((_engine, docker, _)) = start(
        "change",
        vec![
            Spec::new("shop-web-1")
                .compose("shop", "web", 1)
                .port(80, Some(8080)),
            Spec::new("lonely").health(Health::Healthy),
        ],
    ) else {
        return;
    };
    let version = docker
        .ok(&["version", "--format", "{{.Server.Version}}"])
        .await;
    assert_eq!(version.trim(), "28.2.2");
    let info = docker.ok(&[
        "info",
        "--format",
        "{{.ContainersRunning}} {{.OperatingSystem}}",
    ]);
    assert_eq!(info.await.trim(), "2 Sidekick Docker demo engine");
    let ps = docker
        .ok(&["ps", "-a", "--format", "{{.Names}}|{{.Status}}|{{.Ports}}"])
        .await;
    assert!(ps.contains("(health: starting)"), "{ps}");
    assert!(ps.contains("0.0.0.0:8080->80/tcp"), "{ps}");

    for args in [
        &["stop", "lonely"][..],
        &["start", "lonely"],
        &["restart", "lonely"],
        &["pause", "lonely"],
        &["unpause", "lonely"],
        &["rename", "lonely", "solo"],
        &["kill", "solo"],
    ] {
        docker.ok(args).await;
    }
    let state = docker.ok(&[
        "inspect",
        "-f",
        "{{.State.Status}} {{.State.ExitCode}}",
        "solo",
    ]);
    assert_eq!(state.await.trim(), "exited 137");
    let (good, _, err) = docker.run(&["rm", "shop-web-1"]).await;
    assert!(!good && err.contains("container is running"), "{err}");
    docker.ok(&["rm", "-f", "shop-web-1"]).await;
    docker.ok(&["rm", "solo"]).await;
    assert_eq!(docker.ok(&["ps", "-aq"]).await, "");
    let (good, _, err) = docker.run(&["inspect", "solo"]).await;
    assert!(!good && err.to_lowercase().contains("no such"), "{err}");
}

#[tokio::test]
async fn docker_logs_shows_tails_times_and_both_streams_and_follows_to_the_end() {
    let Some((_engine, docker, control)) =
        start("logs", vec![Spec::new("plain"), Spec::new("term").tty()])
    else {
        return;
    };
    control.print("plain", Stdout, "one\ntwo").expect("prints");
    control.print("plain", Stderr, "three").expect("prints");
    let long = "x".repeat(40_000);
    control.print("term", Stdout, &long).expect("prints");
    let (_, out, err) = docker.run(&["logs", "plain"]).await;
    assert_eq!((out.as_str(), err.as_str()), ("one\ntwo\n", "three\n"));
    let (_, out, err) = docker.run(&["logs", "--tail", "2", "plain"]).await;
    assert_eq!((out.as_str(), err.as_str()), ("two\n", "three\n"));
    let stamped = docker.ok(&["logs", "-t", "plain"]).await;
    assert!(
        stamped.starts_with("20") && stamped.contains("Z one\n"),
        "{stamped}"
    );
    assert_eq!(docker.ok(&["logs", "term"]).await, format!("{long}\r\n"));
    let (_, out, err) = docker.run(&["logs", "--until", "1h", "plain"]).await;
    assert_eq!(format!("{out}{err}"), "");

    let follower = docker.follow(&["logs", "-f", "--tail", "1", "plain"]);
    opened(&control, Kind::Logs).await;
    control.print("plain", Stdout, "live").expect("prints");
    control.stop("plain").expect("stops");
    let output = timeout(PATIENCE, follower.wait_with_output());
    let output = output
        .await
        .expect("ends with the container")
        .expect("runs");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "live\n");
}

#[tokio::test]
async fn docker_stats_and_events_work() {
    let Some((_engine, docker, control)) =
        start("stats", vec![Spec::new("web").limits(1 << 28, 0.0)])
    else {
        return;
    };
    let stats = docker.ok(&[
        "stats",
        "--no-stream",
        "--format",
        "{{.Name}} {{.CPUPerc}} {{.MemUsage}}",
    ]);
    let stats = stats.await;
    assert!(
        stats.starts_with("web ") && stats.contains("/ 256MiB"),
        "{stats}"
    );
    assert!(!stats.contains("--"), "{stats}");

    control.restart("web").expect("restarts");
    // The command cuts times to whole seconds: the end of this second is in the next one.
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let until = (now.expect("after 1970").as_secs() + 1).to_string();
    let events = docker
        .ok(&[
            "events",
            "--since",
            "10m",
            "--until",
            &until,
            "--filter",
            "container=web",
            "--format",
            "{{.Action}}",
        ])
        .await;
    assert_eq!(events, "kill\ndie\nstop\nstart\nrestart\n");
}
