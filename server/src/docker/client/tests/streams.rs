//! What the streams give for what the daemon sends.

use super::*;
use crate::docker::fake::{FakeDaemon, Reply, Then, ok};

/// A daemon with one container whose log is these pieces.
fn with_log(name: &str, tty: bool, pieces: Vec<Vec<u8>>, then: Then) -> FakeDaemon {
    FakeDaemon::start(name, move |path| {
        if path.ends_with("/json") {
            ok(format!(r#"{{"Id":"a","Config":{{"Tty":{tty}}}}}"#))
        } else {
            Reply::Pieces(pieces.clone(), then)
        }
    })
}

async fn log(daemon: &FakeDaemon, options: LogOptions) -> Vec<Result<LogBatch, DockerError>> {
    let stream = client(&daemon.socket).stream_logs(&id("a"), options, CancellationToken::new());
    collect(stream).await
}

#[tokio::test]
async fn a_log_in_frames_and_one_of_a_terminal_give_the_same_texts() {
    let raw = b"2026-11-22T10:00:00.5Z one\r\n2026-11-22T10:00:01Z two".to_vec();
    let frames = [
        frame(1, "2026-11-22T10:00:00.5Z one\n"),
        frame(2, "2026-11-22T10:00:01Z two\n"),
    ]
    .concat();
    for (tty, body) in [(true, raw), (false, frames)] {
        let pieces = body.chunks(7).map(<[u8]>::to_vec).collect();
        let daemon = with_log(&format!("log-{tty}"), tty, pieces, Then::End);
        let (texts, error) = texts(log(&daemon, LogOptions::default()).await);
        assert_eq!((texts, error), (vec!["one".into(), "two".into()], None));
    }
}

#[tokio::test]
async fn lines_in_quick_succession_are_taken_many_at_once() {
    const LINES: usize = 2000;
    let line = |n| frame(1, &format!("2026-11-22T10:00:00.{n:09}Z {n}\n"));
    let pieces: Vec<Vec<u8>> = (0..LINES).map(line).collect();
    let daemon = FakeDaemon::start("quick", move |path| {
        if path.ends_with("/json") {
            ok(r#"{"Id":"a","Config":{"Tty":false}}"#)
        } else {
            Reply::Steady(pieces.clone(), Duration::from_micros(50))
        }
    });
    let batches = log(&daemon, LogOptions::default()).await;
    let taken = batches.len();
    let (texts, error) = texts(batches);
    let wanted: Vec<String> = (0..LINES).map(|n| n.to_string()).collect();
    assert_eq!((texts, error), (wanted, None));
    println!("{LINES} lines in {taken} pieces");
    assert!(taken < LINES / 4, "{taken} pieces");
}

#[tokio::test]
async fn what_is_asked_for_reaches_the_engine_to_the_nanosecond() {
    let daemon = with_log("options", false, vec![], Then::End);
    let options = LogOptions {
        tail: Tail::Lines(100),
        since: Some(Nanos(1_700_000_000_000_000_005)),
        until: Some(Nanos(1_700_000_001_500_000_000)),
        follow: true,
    };
    assert!(log(&daemon, options).await.is_empty());
    assert!(
        daemon.requests()[1].starts_with(
            "GET /containers/a/logs?stdout=1&stderr=1&timestamps=1&follow=1&tail=100\
             &since=1700000000.000000005&until=1700000001.500000000 HTTP/1.1\r\n"
        ),
        "{:?}",
        daemon.requests()
    );
}

#[tokio::test]
async fn a_log_that_is_cut_gives_its_whole_lines_and_then_an_error() {
    let pieces = vec![
        [
            frame(1, "2026-11-22T10:00:00Z whole\n"),
            frame(1, "2026-11-22T10:00:01Z ha"),
        ]
        .concat(),
    ];
    let daemon = with_log("cut", false, pieces, Then::Cut);
    let (texts, error) = texts(log(&daemon, LogOptions::default()).await);
    assert_eq!(texts, ["whole"]);
    let error = error.expect("an error");
    assert!(matches!(error, DockerError::Interrupted(_)), "{error:?}");
    assert!(!error.is_permanent());
}

#[tokio::test]
async fn broken_frames_are_counted_and_end_nothing() {
    let pieces = vec![
        frame(1, "2026-11-22T10:00:00Z one\n"),
        b"\x07\x07\x07nonsense".to_vec(),
        frame(1, "2026-11-22T10:00:01Z two\n"),
    ];
    let daemon = with_log("frames", false, pieces, Then::End);
    let client = client(&daemon.socket);
    let stream = client.stream_logs(&id("a"), LogOptions::default(), CancellationToken::new());
    assert_eq!(
        texts(collect(stream).await),
        (vec!["one".into(), "two".into()], None)
    );
    assert_eq!(client.clone().skipped_records(), 1);
}

#[tokio::test]
async fn a_log_that_cannot_be_had_says_why_and_whether_for_good() {
    for (case, (status, message, permanent, not_found)) in [
        (
            501,
            "configured logging driver does not support reading",
            true,
            false,
        ),
        (
            500,
            "configured logging driver does not support reading",
            true,
            false,
        ),
        // Podman's word for the driver `none`.
        (
            500,
            "cannot read logs: this container is not logging output",
            true,
            false,
        ),
        (404, "No such container: a", true, true),
        (500, "disk on fire", false, false),
    ]
    .into_iter()
    .enumerate()
    {
        let daemon = FakeDaemon::start(&format!("refused-{case}"), move |path| {
            if path.ends_with("/json") {
                ok(r#"{"Id":"a","Config":{}}"#)
            } else {
                Reply::Whole(status, format!(r#"{{"message":"{message}"}}"#))
            }
        });
        let (_, error) = texts(log(&daemon, LogOptions::default()).await);
        let error = error.expect("an error");
        assert_eq!(error.to_string(), format!("{message} (HTTP {status})"));
        assert_eq!(
            (error.is_permanent(), error.is_not_found()),
            (permanent, not_found)
        );
    }
}

#[tokio::test]
async fn an_odd_event_is_counted_and_the_next_one_comes() {
    let body = concat!(
        "{\"Type\":\"container\",\"Action\":\"start\",\"Actor\":{\"ID\":\"a\"},\"timeNano\":5}\n",
        "{\"Type\":\"container\",\"Action\":{\"odd\":1}}\nnot json\n",
        "{\"Type\":\"hologram\",\"Action\":\"shine\",\"timeNano\":6}\n",
    );
    let daemon = FakeDaemon::start("events", move |_| {
        let pieces = body.as_bytes().chunks(11).map(<[u8]>::to_vec).collect();
        Reply::Pieces(pieces, Then::End)
    });
    let client = client(&daemon.socket);
    let filters = EventFilters {
        types: vec!["container".into()],
        actions: vec![],
    };
    let since = Some(Nanos(1_700_000_000_000_000_007));
    let events = collect(client.stream_events(filters, since, CancellationToken::new())).await;
    let actions: Vec<String> = events.into_iter().map(|e| e.unwrap().action).collect();
    assert_eq!(actions, ["start", "shine"]);
    assert_eq!(client.skipped_records(), 2);
    let wanted =
        "GET /events?filters=%7B%22type%22%3A%5B%22container%22%5D%7D&since=1700000000.000000007 ";
    assert!(
        daemon.requests()[0].starts_with(wanted),
        "{:?}",
        daemon.requests()
    );
}

#[tokio::test]
async fn stats_flow_past_records_that_are_none() {
    let record = |second: u32, used: u64, system: u64| {
        format!(
            r#"{{"read":"2026-11-22T10:00:0{second}Z","cpu_stats":{{"cpu_usage":{{"total_usage":{used}}},"system_cpu_usage":{system},"online_cpus":2}}}}"#
        ) + "\n"
    };
    let stopped = "{\"read\":\"0001-01-01T00:00:00Z\",\"cpu_stats\":{}}\n";
    let body = [
        &record(1, 100, 1000),
        stopped,
        "[]\n",
        &record(2, 200, 2000),
    ]
    .concat();
    let daemon = FakeDaemon::start("stats", move |_| {
        Reply::Pieces(vec![body.clone().into_bytes()], Then::End)
    });
    let client = client(&daemon.socket);
    let samples = collect(client.stream_stats(&id("a"), CancellationToken::new())).await;
    let cpu: Vec<Option<f64>> = samples
        .into_iter()
        .map(|s| s.unwrap().cpu_percent)
        .collect();
    assert_eq!(cpu, [None, Some(20.0)]);
    assert_eq!(client.skipped_records(), 1);
}

#[tokio::test]
async fn the_last_lines_that_a_followed_log_leaves_out_are_fetched() {
    let line = |second: u32, text: &str| frame(1, &format!("2026-11-22T10:00:0{second}Z {text}\n"));
    let told = [line(1, "one"), line(2, "same"), line(2, "same")].concat();
    let all = [
        told.clone(),
        line(2, "same"),
        line(1, "earlier"),
        line(3, "last"),
    ]
    .concat();
    for (name, told) in [
        ("rest", told),
        ("rest-all", all.clone()),
        ("rest-none", vec![]),
    ] {
        let all = all.clone();
        let daemon = FakeDaemon::start(name, move |path| {
            if path.ends_with("/json") {
                return ok(r#"{"Id":"a","Config":{}}"#);
            }
            let body = if path.contains("follow=1") {
                &told
            } else {
                &all
            };
            Reply::Pieces(vec![body.clone()], Then::End)
        });
        let options = LogOptions {
            follow: true,
            ..LogOptions::default()
        };
        let (texts, error) = texts(log(&daemon, options).await);
        assert_eq!(
            texts,
            ["one", "same", "same", "same", "earlier", "last"],
            "{name}"
        );
        assert_eq!(error, None);
        assert_eq!(daemon.requests().len(), 3);
    }
}

#[tokio::test]
async fn a_container_that_is_gone_when_its_log_ends_is_no_error() {
    let daemon = FakeDaemon::start("rest-gone", |path| {
        if path.ends_with("/json") {
            ok(r#"{"Id":"a","Config":{}}"#)
        } else if path.contains("follow=1") {
            Reply::Pieces(vec![frame(1, "2026-11-22T10:00:00Z one\n")], Then::End)
        } else {
            Reply::Whole(404, r#"{"message":"No such container: a"}"#.to_owned())
        }
    });
    let options = LogOptions {
        follow: true,
        ..LogOptions::default()
    };
    assert_eq!(
        texts(log(&daemon, options).await),
        (vec!["one".into()], None)
    );
}
