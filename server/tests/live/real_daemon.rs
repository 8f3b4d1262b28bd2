//! Against a real daemon, see docs/development.md. Touches only containers of its own.

use std::time::{Duration, Instant};

use server::docker::EndpointSources;
use server::metrics::UpstreamKind;
use sidekick::model::ContainerState;
use sidekick::protocol::{StreamState, Target};

use crate::support::{Page, eventually, numbered, serve_from};

/// A container that is removed with the test.
struct Scratch {
    host: String,
    id: String,
}

impl Scratch {
    fn run(host: &str, name: &str, options: &[&str], script: &str) -> Self {
        let mut arguments = vec!["run", "-d", "--name", name];
        arguments.extend_from_slice(options);
        arguments.extend_from_slice(&["sidekick-test:latest", "sh", "-c", script]);
        let id = docker(host, &arguments);
        Self {
            host: host.to_owned(),
            id,
        }
    }

    fn docker(&self, command: &[&str]) {
        let mut arguments = command.to_vec();
        arguments.push(&self.id);
        docker(&self.host, &arguments);
    }

    fn logs(&self) -> Target {
        Target::Logs {
            container: sidekick::model::ContainerId(self.id.clone()),
        }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::process::Command::new("docker")
            .args(["-H", &self.host, "rm", "-f", &self.id])
            .output();
    }
}

fn docker(host: &str, arguments: &[&str]) -> String {
    let output = std::process::Command::new("docker")
        .args(["-H", host])
        .args(arguments)
        .output()
        .unwrap();
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a Docker daemon"]
async fn lines_come_once_and_in_order_over_restarts() {
    let host = std::env::var("SIDEKICK_TEST_DOCKER").expect("SIDEKICK_TEST_DOCKER names a daemon");
    let server = serve_from(EndpointSources::from_process(Some(host.clone()))).await;
    let name = format!("streams-{}", std::process::id());
    let script = "for i in $(seq 0 2999); do echo line $i; done; exec sleep 1000";
    for (tty, suffix) in [(false, "plain"), (true, "tty")] {
        let options: &[&str] = if tty { &["-t"] } else { &[] };
        let scratch = Scratch::run(&host, &format!("{name}-{suffix}"), options, script);
        let mut page = Page::open(&server).await;
        let sub = page.subscribe(scratch.logs()).await;
        page.until("the first run", |p| {
            p.lines(sub).last().is_some_and(|l| l == "line 2999")
        })
        .await;
        let first_run = page.lines(sub).to_vec();
        assert!(first_run.len() >= 1000, "{}", first_run.len());
        assert_eq!(first_run, numbered("line", 3000 - first_run.len()..3000));

        scratch.docker(&["kill"]);
        page.until("ended", |p| {
            p.first(sub).state() == Some(&StreamState::Ended)
        })
        .await;
        scratch.docker(&["start"]);
        page.until("the second run", |p| {
            p.lines(sub).len() >= first_run.len() + 3000
        })
        .await;
        page.settle(Duration::from_millis(300)).await;
        assert_eq!(
            page.lines(sub)[first_run.len()..],
            numbered("line", 0..3000)
        );
        assert!(page.first(sub).gaps.is_empty());

        let began = Instant::now();
        let other = format!("{name}-{suffix}-renamed");
        docker(&host, &["rename", &scratch.id, &other]);
        page.until("renamed", |p| p.container(&other).is_some())
            .await;
        scratch.docker(&["pause"]);
        page.until("paused", |p| {
            p.container(&other)
                .is_some_and(|c| c.state == ContainerState::Paused)
        })
        .await;
        scratch.docker(&["unpause"]);
        scratch.docker(&["rm", "-f"]);
        page.until("removed", |p| {
            p.container(&other).is_none() && p.first(sub).state() == Some(&StreamState::Removed)
        })
        .await;
        assert!(
            began.elapsed() < Duration::from_secs(10),
            "{:?}",
            began.elapsed()
        );
        drop(page);
        eventually("closed", || {
            server.metrics.upstreams_open(UpstreamKind::Logs) == 0
        })
        .await;
    }
}
