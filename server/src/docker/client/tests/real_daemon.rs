//! Against a real daemon, see docs/development.md. Passes with dockerd 20.10 and with `podman
//! system service` of Podman 4.3.

use std::process::Command;

use sidekick::model::ContainerState;

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
async fn logs_come_exactly_as_printed_with_and_without_terminal() {
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
async fn logs_begin_at_the_end_or_at_a_time() {
    let (host, client) = real();
    let running = Running::start(&host, "since", &[], "seq 1 5; sleep 2; seq 6 9; exit 3");
    let id = running.id(&client).await;
    let read = async |options: LogOptions| {
        let stream = client.stream_logs(&id, options, CancellationToken::new());
        let mut all = LogBatch::new();
        for batch in collect(stream).await {
            all.append(&batch.unwrap());
        }
        all
    };
    let all = LogOptions {
        follow: true,
        ..LogOptions::default()
    };
    let all = read(all).await;
    assert_eq!(all.len(), 9);
    let ending = |batch: LogBatch| {
        let all: Vec<String> = batch.iter().map(|e| e.text.to_owned()).collect();
        all.join(" ")
    };
    let tail = Tail::Lines(3);
    let last = LogOptions {
        tail,
        ..LogOptions::default()
    };
    assert_eq!(ending(read(last).await), "7 8 9");
    let sixth = LogOptions {
        since: all.time(5),
        ..LogOptions::default()
    };
    // Docker's times are exact; Podman's have whole seconds.
    assert_eq!(ending(read(sixth).await), "6 7 8 9");

    let details = client.inspect(&running.name).await.unwrap();
    assert_eq!(
        (details.state, details.exit_code),
        (ContainerState::Exited, Some(3))
    );
    let listing = client.list_containers().await.unwrap();
    let listed = listing.containers.iter().find(|c| c.id == id).unwrap();
    assert_eq!(
        (&listed.state, listed.exit_code),
        (&ContainerState::Exited, Some(3))
    );
}

#[tokio::test]
#[ignore = "needs a Docker daemon"]
async fn quiet_logs_are_waited_for_and_end_with_the_container() {
    let (host, client) = real();
    let follow = LogOptions {
        follow: true,
        ..LogOptions::default()
    };
    // Longer than any answer that is not a log may take to begin.
    let speaks = Running::start(&host, "speaks", &[], "sleep 7; echo spoken; sleep 100");
    let silent = Running::start(&host, "silent", &["-t"], "sleep 3");
    let id = silent.id(&client).await;
    let none = collect(client.stream_logs(&id, follow, CancellationToken::new())).await;
    assert_eq!(texts(none), (vec![], None));
    let id = speaks.id(&client).await;
    let stream = client.stream_logs(&id, follow, CancellationToken::new());
    let spoken = collect(stream.take(1)).await;
    assert_eq!(texts(spoken), (vec!["spoken".to_owned()], None));
}

#[tokio::test]
#[ignore = "needs a Docker daemon"]
async fn logs_that_nobody_keeps_are_refused_for_good() {
    let (host, client) = real();
    let args = ["--log-driver", "none"];
    let running = Running::start(&host, "unkept", &args, "echo lost; sleep 100");
    let id = running.id(&client).await;
    let stream = client.stream_logs(&id, LogOptions::default(), CancellationToken::new());
    let (_, error) = texts(collect(stream).await);
    let error = error.expect("an error");
    assert!(error.is_permanent() && !error.is_not_found(), "{error:?}");
}

#[tokio::test]
#[ignore = "needs a Docker daemon"]
async fn stats_are_near_those_of_the_docker_command() {
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
async fn lists_events_and_versions_are_read() {
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

    // Resuming is to the nanosecond; inclusive with Docker, with Podman only now and then, so
    // ask from a microsecond before.
    let since = client.stream_events(
        EventFilters::default(),
        Some(Nanos(start.time.0 - 1000)),
        CancellationToken::new(),
    );
    let again = since.take(1).collect::<Vec<_>>().await;
    assert_eq!(again[0].as_ref().unwrap().time, start.time);
}
