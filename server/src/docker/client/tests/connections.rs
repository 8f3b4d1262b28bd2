//! A stream owns its connection: it goes when the stream goes.

use super::*;
use crate::docker::fake::{FakeDaemon, Reply, Then, ok};

/// A promise to people, so the test holds the client to it; the best of some tries, since the
/// machine that runs the test may be busy.
const PROMISE: Duration = Duration::from_millis(100);
const TRIES: usize = 5;

const INSPECT: &str = r#"{"Id":"a","Config":{"Tty":false}}"#;

/// Answers inspect; everything else flows, or stays pending.
fn daemon(name: &str, pending: bool) -> FakeDaemon {
    FakeDaemon::start(name, move |path| {
        if path.ends_with("/json") {
            return ok(INSPECT);
        }
        if pending {
            return Reply::Silence;
        }
        let piece = if path.contains("/logs") {
            frame(1, "2026-11-22T10:00:00Z x\n")
        } else if path.contains("/stats") {
            b"{\"read\":\"2026-11-22T10:00:00Z\",\"cpu_stats\":{}}\n".to_vec()
        } else {
            b"{\"Type\":\"container\",\"Action\":\"start\",\"time\":1}\n".to_vec()
        };
        Reply::Pieces(vec![piece], Then::StayOpen)
    })
}

/// Any stream, its items forgotten.
fn open(client: &DockerClient, kind: &str, cancel: &CancellationToken) -> BoxStream<'static, ()> {
    let (a, cancel) = (id("a"), cancel.clone());
    match kind {
        "logs" => {
            let options = LogOptions {
                follow: true,
                ..LogOptions::default()
            };
            client.stream_logs(&a, options, cancel).map(drop).boxed()
        }
        "stats" => client.stream_stats(&a, cancel).map(drop).boxed(),
        _ => {
            let events = client.stream_events(EventFilters::default(), None, cancel);
            events.map(drop).boxed()
        }
    }
}

/// Waits until the request is on its way, without an item.
async fn poll_until_pending(
    stream: &mut BoxStream<'static, ()>,
    daemon: &FakeDaemon,
    before: usize,
    kind: &str,
) {
    let sent = async {
        loop {
            let seen = &daemon.requests()[before..];
            if seen.iter().any(|r| r.contains(&format!("/{kind}"))) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::select! {
        _ = stream.next() => panic!("the daemon did not answer"),
        () = sent => {}
    }
    daemon.wait_open(1).await;
}

/// The shortest and the longest time until the connection is gone.
async fn closing(kind: &str, pending: bool, cancel_only: bool) -> (Duration, Duration) {
    let daemon = daemon(&format!("close-{kind}-{pending}-{cancel_only}"), pending);
    let client = client(&daemon.socket);
    let mut times = Vec::new();
    for _ in 0..TRIES {
        let cancel = CancellationToken::new();
        let mut stream = open(&client, kind, &cancel);
        let before = daemon.requests().len();
        if pending {
            poll_until_pending(&mut stream, &daemon, before, kind).await;
        } else {
            assert_eq!(stream.next().await, Some(()));
            daemon.wait_open(1).await;
        }
        if cancel_only {
            // Nobody polls the stream any more: the token alone closes the connection.
            cancel.cancel();
            times.push(daemon.time_to_close().await);
            assert_eq!(stream.next().await, None);
        } else {
            drop(stream);
            times.push(daemon.time_to_close().await);
        }
    }
    times.sort_unstable();
    (times[0], times[TRIES - 1])
}

#[tokio::test]
async fn dropping_a_stream_or_cancelling_its_token_closes_its_connection_at_once() {
    for kind in ["logs", "stats", "events"] {
        for pending in [false, true] {
            for cancel_only in [false, true] {
                let (best, worst) = closing(kind, pending, cancel_only).await;
                println!(
                    "{kind}, request {}, {}: closed in {best:?} to {worst:?}",
                    if pending { "pending" } else { "answered" },
                    if cancel_only {
                        "token cancelled"
                    } else {
                        "stream dropped"
                    },
                );
                assert!(best < PROMISE, "{kind} {pending} {cancel_only}: {best:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_cancelled_pending_stream_ends_without_an_error() {
    let daemon = daemon("cancel-polled", true);
    let cancel = CancellationToken::new();
    let mut events =
        client(&daemon.socket).stream_events(EventFilters::default(), None, cancel.clone());
    let (item, ()) = tokio::join!(events.next(), async {
        daemon.wait_open(1).await;
        cancel.cancel();
    });
    assert_eq!(item, None);
    daemon.wait_open(0).await;
}

#[tokio::test]
async fn a_single_answer_leaves_no_connection_behind() {
    let daemon = FakeDaemon::start("oneshot", |path| match path {
        "/_ping" => ok("OK"),
        "/version" => ok(r#"{"Version":"1","ApiVersion":"1.41","Os":"linux","Arch":"amd64"}"#),
        _ => ok("[]"),
    });
    let client = client(&daemon.socket);
    client.list_containers().await.unwrap();
    client.engine().await.unwrap();
    daemon.wait_open(0).await;
}
