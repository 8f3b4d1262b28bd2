//! Against a real daemon: `SIDEKICK_TEST_DOCKER=unix:///var/run/docker.sock cargo test -p server
//! -- --ignored real`. Needs the docker command and an image `sidekick-test:latest` with a shell.

use std::process::Command;

use super::*;
use crate::docker::EndpointSources;

/// A container of a test, removed at its end.
struct Running {
    host: String,
    name: String,
}

impl Running {
    fn start(host: &str, name: &str, args: &[&str], script: &str) -> Self {
        let running = Self {
            host: host.to_owned(),
            name: format!("docker-{name}-{}", std::process::id()),
        };
        let named = ["run", "-d", "--name", &running.name];
        let image = ["sidekick-test:latest", "sh", "-c", script];
        running.docker(&[&named, args, &image].concat());
        running
    }

    fn docker(&self, args: &[&str]) -> String {
        let output = Command::new("docker")
            .env("DOCKER_HOST", &self.host)
            .args(args)
            .output()
            .unwrap();
        assert!(output.status.success(), "{args:?}: {output:?}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    async fn id(&self, client: &DockerClient) -> ContainerId {
        client.inspect(&self.name).await.unwrap().id
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = Command::new("docker")
            .env("DOCKER_HOST", &self.host)
            .args(["rm", "-f", &self.name])
            .output();
    }
}

/// The daemon that the environment names.
fn real() -> (String, DockerClient) {
    let host = std::env::var("SIDEKICK_TEST_DOCKER").expect("SIDEKICK_TEST_DOCKER names a daemon");
    let sources = EndpointSources::from_process(Some(host.clone()));
    let client = DockerClient::new(Endpoint::resolve(&sources).unwrap()).unwrap();
    (host, client)
}

/// Prints short and empty lines, one of 36,000 bytes, and one to stderr.
const SCRIPT: &str = "echo first; echo; echo to-stderr >&2; \
     yes abcdefghi | awk 'NR>4000{exit}{printf \"%s\",$0}'; echo; seq 1 2000; printf last";

#[tokio::test]
#[ignore = "needs a Docker daemon"]
async fn real_logs_come_exactly_as_printed_with_and_without_terminal() {
    let (host, client) = real();
    for (name, args) in [("frames", &[][..]), ("tty", &["-t"][..])] {
        let running = Running::start(&host, name, args, SCRIPT);
        let id = running.id(&client).await;
        let options = LogOptions {
            follow: true,
            ..LogOptions::default()
        };
        let items = collect(client.stream_logs(&id, options, CancellationToken::new())).await;
        let (mut lines, error) = texts(items);
        assert_eq!(error, None);
        let stderr = lines
            .iter()
            .position(|line| line == "to-stderr")
            .expect("stderr");
        lines.remove(stderr);
        assert_eq!(&lines[..2], ["first", ""], "{name}");
        assert_eq!(lines[2], "abcdefghi".repeat(4000), "{name}");
        let numbers: Vec<String> = (1..=2000).map(|n| n.to_string()).collect();
        assert_eq!(lines[3..2003], numbers[..], "{name}");
        assert_eq!(&lines[2003..], ["last"], "{name}");
    }
    assert_eq!(client.skipped_records(), 0);
}

#[tokio::test]
#[ignore = "needs a Docker daemon"]
async fn real_stats_are_near_those_of_the_docker_command() {
    let (host, client) = real();
    let running = Running::start(&host, "load", &[], "while :; do :; done");
    let id = running.id(&client).await;
    let stream = client.stream_stats(&id, CancellationToken::new());
    let samples: Vec<_> = stream.take(4).collect().await;
    let last = samples.last().unwrap().as_ref().unwrap();
    assert_eq!(samples[0].as_ref().unwrap().cpu_percent, None);
    let theirs = running.docker(&[
        "stats",
        "--no-stream",
        "--format",
        "{{.CPUPerc}} {{.MemUsage}} {{.PIDs}}",
        &id.0,
    ]);
    println!("docker stats: {} ours: {last:?}", theirs.trim());
    assert!(last.cpu_percent.unwrap() > 10.0 && last.pids >= 1);
    assert!(last.memory_bytes > 0 && last.memory_limit_bytes > last.memory_bytes);
}

#[tokio::test]
#[ignore = "needs a Docker daemon"]
async fn real_lists_events_and_versions_are_read() {
    let (host, client) = real();
    println!("{:?}", client.engine().await.unwrap());
    // From now on by the clock, since the request itself goes out with the first poll.
    let since = Some(Nanos::from(now()));
    let mut events = client.stream_events(EventFilters::default(), since, CancellationToken::new());
    let next = async |events: &mut DockerStream<Event>, name: &str, action: &str| {
        while let Some(event) = events.next().await {
            let event = event.unwrap();
            if event.name.as_deref() == Some(name) && event.action == action {
                return event;
            }
        }
        panic!("no {action}");
    };
    let running = Running::start(&host, "listed", &["-p", "80"], "sleep 100");
    let name = running.name.clone();
    let start = tokio::time::timeout(Duration::from_secs(30), next(&mut events, &name, "start"));
    let start = start.await.expect("an event");
    let id = running.id(&client).await;
    assert_eq!(start.id, id.0);
    let listing = client.list_containers().await.unwrap();
    let listed = listing.containers.iter().find(|c| c.id == id).unwrap();
    assert_eq!(
        (listed.name.as_str(), listing.skipped),
        (running.name.as_str(), 0)
    );
    assert!(listed.state.is_alive() && listed.ports[0].container == 80);
    drop(running);
    let gone = tokio::time::timeout(Duration::from_secs(30), next(&mut events, &name, "destroy"));
    gone.await.expect("an event");

    // Resuming is inclusive and to the nanosecond.
    let since = client.stream_events(
        EventFilters::default(),
        Some(start.time),
        CancellationToken::new(),
    );
    let again = since.take(1).collect::<Vec<_>>().await;
    assert_eq!(again[0].as_ref().unwrap().time, start.time);
}
