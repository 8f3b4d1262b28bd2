//! The demo engine, driven over its socket as any client drives dockerd.

// Helpers of tests may fail by panicking, as the tests themselves may.
#![allow(missing_docs, clippy::expect_used, clippy::panic)]

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, StatusCode};
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use proptest::prelude::*;
use serde_json::Value;
use server::demo::{Begin, DemoEngine, DemoOptions, Fault, Health, Kind, Spec};
use sidekick::protocol::LogStream::{self, Stderr, Stdout};
use sidekick::time::Nanos;
use tokio::net::UnixStream;
use tokio::time::timeout;

const PATIENCE: Duration = Duration::from_secs(20);

/// A path no other test uses.
fn socket_path() -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let n = NEXT.fetch_add(1, Ordering::SeqCst);
    std::env::temp_dir().join(format!("sidekick-demo-{}-{n}.sock", std::process::id()))
}

fn start(containers: Vec<Spec>) -> (DemoEngine, PathBuf) {
    let path = socket_path();
    let engine = DemoEngine::start(&path, DemoOptions::quiet(containers)).expect("starts");
    (engine, path)
}

/// Sends one request on its own connection. The task ends with the response's body.
async fn send(socket: &Path, method: Method, path: &str) -> http::Response<Incoming> {
    let stream = UnixStream::connect(socket).await.expect("connects");
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .expect("shakes hands");
    tokio::spawn(connection);
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("host", "docker")
        .body(Empty::<Bytes>::new())
        .expect("a request");
    timeout(PATIENCE, sender.send_request(request))
        .await
        .expect("in time")
        .expect("an answer")
}

async fn get(socket: &Path, path: &str) -> http::Response<Incoming> {
    send(socket, Method::GET, path).await
}

/// The whole body; fails the test when it does not end.
async fn whole(response: http::Response<Incoming>) -> Vec<u8> {
    let body = timeout(PATIENCE, response.into_body().collect());
    body.await
        .expect("ends")
        .expect("is complete")
        .to_bytes()
        .to_vec()
}

async fn json(response: http::Response<Incoming>) -> Value {
    serde_json::from_slice(&whole(response).await).expect("JSON")
}

/// Reads the body until so many bytes have come or it ends.
async fn read_at_least(body: &mut Incoming, bytes: usize) -> Vec<u8> {
    let mut read = Vec::new();
    while read.len() < bytes {
        match timeout(PATIENCE, body.frame()).await.expect("in time") {
            Some(frame) => {
                let data = frame.expect("a frame").into_data().unwrap_or_default();
                read.extend_from_slice(&data);
            }
            None => break,
        }
    }
    read
}

/// The next complete JSON lines of a stream.
async fn read_lines(body: &mut Incoming, lines: usize) -> Vec<Value> {
    let mut read = Vec::new();
    while read.iter().filter(|&&b| b == b'\n').count() < lines {
        let more = read_at_least(body, 1).await;
        assert!(!more.is_empty(), "the stream ended early");
        read.extend(more);
    }
    String::from_utf8(read)
        .expect("UTF-8")
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect()
}

async fn until(what: &str, holds: impl Fn() -> bool) {
    let wait = async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(PATIENCE, wait)
        .await
        .unwrap_or_else(|_| panic!("{what} did not come true"));
}

/// A frame's stream number and payload.
fn frames(mut body: &[u8]) -> Vec<(u8, Vec<u8>)> {
    let mut frames = Vec::new();
    while let [kind, 0, 0, 0, a, b, c, d, rest @ ..] = body {
        let length = u32::from_be_bytes([*a, *b, *c, *d]) as usize;
        frames.push((*kind, rest[..length].to_vec()));
        body = &rest[length..];
    }
    assert!(body.is_empty(), "nothing but whole frames");
    frames
}

fn text(frames: &[(u8, Vec<u8>)]) -> String {
    let bytes: Vec<u8> = frames
        .iter()
        .flat_map(|(_, payload)| payload.clone())
        .collect();
    String::from_utf8(bytes).expect("UTF-8")
}

#[tokio::test]
async fn ping_says_the_api_version_with_and_without_a_version_prefix() {
    let (_engine, socket) = start(vec![]);
    for (method, path) in [
        (Method::HEAD, "/_ping"),
        (Method::GET, "/_ping"),
        (Method::GET, "/v1.43/_ping"),
    ] {
        let answer = send(&socket, method.clone(), path).await;
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(answer.headers()["api-version"], "1.50");
        let want: &[u8] = if method == Method::HEAD { b"" } else { b"OK" };
        assert_eq!(whole(answer).await, want);
    }
    let too_new = get(&socket, "/v1.99/info").await;
    assert_eq!(too_new.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn refusals_have_dockerds_status_and_a_message() {
    let (_engine, socket) = start(vec![Spec::new("web"), Spec::new("job")]);
    for (method, path, status) in [
        (Method::GET, "/containers/nope/json", 404),
        (Method::GET, "/containers/nope/logs?stdout=1", 404),
        (Method::GET, "/containers/web/logs", 400),
        (Method::GET, "/containers/web/logs?stdout=1&since=x", 400),
        (Method::GET, "/containers/json?filters=x", 400),
        (Method::POST, "/containers/web/start", 304),
        (Method::DELETE, "/containers/web", 409),
        (Method::POST, "/containers/web/rename?name=job", 409),
        (Method::POST, "/containers/web/rename?name=b%20d", 400),
        (Method::POST, "/containers/web/unpause", 409),
        (Method::POST, "/containers/web/kill?signal=NOPE", 400),
        (Method::POST, "/containers/web/stop", 204),
        (Method::POST, "/containers/web/stop", 304),
        (Method::POST, "/containers/web/pause", 409),
        (Method::POST, "/containers/web/kill", 409),
        (Method::DELETE, "/containers/web", 204),
        (Method::DELETE, "/containers/web", 404),
        (Method::GET, "/nothing/here", 404),
    ] {
        let answer = send(&socket, method.clone(), path).await;
        assert_eq!(answer.status().as_u16(), status, "{method} {path}");
        if status >= 400 {
            let message = json(answer).await["message"].as_str().map(str::len);
            assert!(message.is_some_and(|len| len > 5), "{method} {path}");
        }
    }
}

#[tokio::test]
async fn the_list_shows_state_health_and_obeys_filters() {
    let (_engine, socket) = start(vec![
        Spec::new("shop-web-1")
            .compose("shop", "web", 1)
            .port(80, Some(8080)),
        Spec::new("shop-api-1")
            .compose("shop", "api", 1)
            .health(Health::Unhealthy)
            .begin(Begin::Running(7200)),
        Spec::new("done").begin(Begin::Exited {
            code: 3,
            ago_s: 60,
            ran_s: 5,
        }),
        Spec::new("fresh").begin(Begin::Created),
        Spec::new("cold").begin(Begin::Paused(100)),
    ]);
    let names = async |query: &str| {
        let rows = json(get(&socket, &format!("/v1.50/containers/json?{query}")).await).await;
        let rows = rows.as_array().expect("a list").clone();
        let mut names: Vec<String> = rows
            .iter()
            .map(|row| row["Names"][0].as_str().expect("a name")[1..].to_owned())
            .collect();
        names.sort();
        (names.join(" "), rows)
    };
    assert_eq!(names("").await.0, "cold shop-api-1 shop-web-1");
    assert_eq!(
        names("all=1").await.0,
        "cold done fresh shop-api-1 shop-web-1"
    );
    for (filters, want) in [
        (
            r#"{"label":["com.docker.compose.project=shop"]}"#,
            "shop-api-1 shop-web-1",
        ),
        (r#"{"name":["web"]}"#, "shop-web-1"),
        (r#"{"status":["exited"]}"#, "done"),
        (r#"{"status":{"exited":true,"created":true}}"#, "done fresh"),
        (r#"{"health":["unhealthy"]}"#, "shop-api-1"),
    ] {
        let encoded: String = filters.bytes().map(|b| format!("%{b:02X}")).collect();
        assert_eq!(
            names(&format!("filters={encoded}")).await.0,
            want,
            "{filters}"
        );
    }
    let rows = names("all=1").await.1;
    let status = |name: &str| {
        let found = rows.iter().find(|r| r["Names"][0] == format!("/{name}"));
        found.expect("listed")["Status"]
            .as_str()
            .expect("text")
            .to_owned()
    };
    assert_eq!(status("shop-api-1"), "Up 2 hours (unhealthy)");
    assert_eq!(status("done"), "Exited (3) About a minute ago");
    assert_eq!(status("fresh"), "Created");
    assert!(status("cold").ends_with("(Paused)"));
}

/// What the API should answer, worked out on plain records.
fn model(
    lines: &[(i64, LogStream, Vec<u8>)],
    tail: Option<usize>,
    since: Option<i64>,
    until: Option<i64>,
    streams: (bool, bool),
    tty: bool,
) -> Vec<(u8, Vec<u8>)> {
    let mut records = Vec::new();
    for (time, stream, line) in lines {
        let mut line = line.clone();
        line.extend_from_slice(if tty { b"\r\n" } else { b"\n" });
        let stamp = format!("{} ", Nanos(*time).to_rfc3339());
        let stream = if tty { Stdout } else { *stream };
        // A part is 16 KiB of text; the newline does not count.
        let mut rest = &line[..];
        loop {
            let whole = rest.len() <= 16 * 1024;
            let (part, left) = rest.split_at(if whole { rest.len() } else { 16 * 1024 });
            records.push((*time, stream, [stamp.as_bytes(), part].concat()));
            rest = left;
            if rest.is_empty() {
                break;
            }
        }
    }
    let skip = tail.map_or(0, |n| records.len().saturating_sub(n));
    records
        .into_iter()
        .skip(skip)
        .take_while(|r| until.is_none_or(|until| r.0 <= until))
        .filter(|r| since.is_none_or(|since| r.0 >= since))
        .filter(|r| if r.1 == Stdout { streams.0 } else { streams.1 })
        .map(|(_, stream, payload)| (if stream == Stdout { 1 } else { 2 }, payload))
        .collect()
}

fn any_line() -> impl Strategy<Value = (i64, LogStream, Vec<u8>)> {
    let stream = prop_oneof![Just(Stdout), Just(Stderr)];
    let length = prop_oneof![
        8 => 0usize..60,
        1 => Just(16 * 1024 - 1),
        1 => Just(16 * 1024),
        1 => 16 * 1024 + 1..40_000usize,
    ];
    (0i64..40, stream, length, any::<u8>()).prop_map(|(time, stream, length, byte)| {
        let byte = if byte == b'\n' { b'x' } else { byte };
        let time = 1_700_000_000_000_000_000 + time * 250_000_000;
        (time, stream, vec![byte; length])
    })
}

fn seconds(time: i64) -> String {
    format!("{}.{:09}", time / 1_000_000_000, time % 1_000_000_000)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn logs_answer_as_dockerd_does_for_every_choice(
        lines in proptest::collection::vec(any_line(), 0..14),
        tail in proptest::option::of(0usize..16),
        since in proptest::option::of(0i64..40),
        until in proptest::option::of(0i64..40),
        streams in prop_oneof![Just((true, true)), Just((true, false)), Just((false, true))],
        tty: bool,
        split in 1usize..3000,
    ) {
        let time = |n: i64| 1_700_000_000_000_000_000 + n * 250_000_000;
        let (since, until) = (since.map(time), until.map(time));
        let want = model(&lines, tail, since, until, streams, tty);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let got = runtime.block_on(async {
            let spec = Spec::new("talker");
            let (engine, socket) = start(vec![if tty { spec.tty() } else { spec }]);
            let control = engine.control();
            for (at, stream, line) in &lines {
                control.print_bytes_at("talker", *stream, line, Nanos(*at)).expect("prints");
            }
            control.fail_next(Kind::Logs, Fault::Split(split));
            let mut path = format!(
                "/containers/talker/logs?timestamps=1&stdout={}&stderr={}",
                u8::from(streams.0), u8::from(streams.1)
            );
            if let Some(n) = tail { path += &format!("&tail={n}"); }
            if let Some(t) = since { path += &format!("&since={}", seconds(t)); }
            if let Some(t) = until { path += &format!("&until={}", seconds(t)); }
            whole(get(&socket, &path).await).await
        });
        if tty {
            let want: Vec<u8> = want.into_iter().flat_map(|(_, payload)| payload).collect();
            prop_assert_eq!(got, want);
        } else {
            prop_assert_eq!(frames(&got), want);
        }
    }
}

#[tokio::test]
async fn a_follower_gets_the_past_and_the_present_and_ends_when_the_container_stops() {
    let (engine, socket) = start(vec![Spec::new("web").restart("always")]);
    let control = engine.control();
    control
        .print("web", Stdout, "one\ntwo\nthree")
        .expect("prints");
    let path = "/containers/web/logs?follow=1&stdout=1&stderr=1&tail=2";
    let mut follower = get(&socket, path).await.into_body();
    let past = read_at_least(&mut follower, 2 * 8 + 10).await;
    assert_eq!(text(&frames(&past)), "two\nthree\n");
    control.print("web", Stderr, "live").expect("prints");
    assert_eq!(
        frames(&read_at_least(&mut follower, 13).await),
        [(2, b"live\n".to_vec())]
    );

    control.print("web", Stdout, "last words").expect("prints");
    control.restart("web").expect("restarts");
    control
        .print("web", Stdout, "of the next run")
        .expect("prints");
    let rest = timeout(PATIENCE, follower.collect())
        .await
        .expect("ends")
        .expect("whole");
    assert_eq!(text(&frames(&rest.to_bytes())), "last words\n");

    control.stop("web").expect("stops");
    let after = whole(get(&socket, "/containers/web/logs?follow=1&stdout=1&tail=1").await).await;
    assert_eq!(
        text(&frames(&after)),
        "of the next run\n",
        "a stopped one is not followed"
    );
}

#[tokio::test]
async fn a_follower_of_a_removed_container_still_gets_its_last_lines() {
    let (engine, socket) = start(vec![Spec::new("web")]);
    let control = engine.control();
    let follower = get(&socket, "/containers/web/logs?follow=1&stdout=1").await;
    until("the follower is counted", || {
        control.open_connections(Kind::Logs) == 1
    })
    .await;
    control.print("web", Stdout, "farewell").expect("prints");
    control.remove("web").expect("goes");
    assert_eq!(text(&frames(&whole(follower).await)), "farewell\n");
    until("its connection is over", || {
        control.open_connections(Kind::Logs) == 0
    })
    .await;
}

#[tokio::test]
async fn a_flood_arrives_complete_and_in_order() {
    let (engine, socket) = start(vec![Spec::new("web").tty()]);
    let control = engine.control();
    let mut follower = get(&socket, "/containers/web/logs?follow=1&stdout=1")
        .await
        .into_body();
    control.flood("web", 50_000, 5_000).expect("floods");
    let want: String = (0..5_000).map(|n| format!("flood {n}\r\n")).collect();
    let got = read_at_least(&mut follower, want.len()).await;
    assert_eq!(String::from_utf8(got).expect("UTF-8"), want);
}

#[tokio::test]
async fn events_come_in_dockerds_order_and_again_with_since() {
    let (engine, socket) = start(vec![
        Spec::new("web").label("tier", "front"),
        Spec::new("job"),
    ]);
    let control = engine.control();
    let filters = "%7B%22type%22%3A%5B%22container%22%5D%2C%22container%22%3A%5B%22web%22%5D%7D";
    let mut live = get(&socket, &format!("/events?filters={filters}"))
        .await
        .into_body();
    control.stop("job").expect("stops");
    control.restart("web").expect("restarts");
    control.rename("web", "front").expect("renames");
    control
        .emit("front", "health_status: healthy")
        .expect("tells");
    control.remove("job").expect("removes");
    let events = read_lines(&mut live, 5).await;
    let actions: Vec<&str> = events.iter().filter_map(|e| e["Action"].as_str()).collect();
    assert_eq!(actions, ["kill", "die", "stop", "start", "restart"]);
    assert_eq!(events[1]["Actor"]["Attributes"]["exitCode"], "0");
    assert_eq!(events[1]["Actor"]["Attributes"]["tier"], "front");
    let times: Vec<i64> = events
        .iter()
        .filter_map(|e| e["timeNano"].as_i64())
        .collect();
    assert!(times.windows(2).all(|pair| pair[0] < pair[1]), "{times:?}");

    // From the time of `start` on, and nothing before it.
    let now = times[4] / 1_000_000_000 + 2;
    let path = format!(
        "/events?since={}&until={now}&filters={filters}",
        seconds(times[3])
    );
    let again = whole(get(&socket, &path).await).await;
    let again = String::from_utf8(again).expect("UTF-8");
    assert_eq!(again.lines().count(), 2, "{again}");
    let all = format!("/events?since=1&until={now}");
    let all = String::from_utf8(whole(get(&socket, &all).await).await).expect("UTF-8");
    for word in [
        "rename",
        "\"oldName\":\"/web\"",
        "health_status: healthy",
        "destroy",
    ] {
        assert!(all.contains(word), "{word}");
    }
}

#[tokio::test]
async fn stats_count_up_and_their_difference_is_a_sane_percentage() {
    let (engine, socket) = start(vec![Spec::new("web").limits(1 << 28, 0.0)]);
    let control = engine.control();
    let mut stream = get(&socket, "/containers/web/stats").await.into_body();
    let first = read_lines(&mut stream, 1).await.remove(0);
    let second = read_lines(&mut stream, 1).await.remove(0);
    assert!(first["precpu_stats"]["system_cpu_usage"].is_null());
    let number = |value: &Value, path: &str| {
        value
            .pointer(path)
            .and_then(Value::as_f64)
            .expect("a number")
    };
    let cpu = "/cpu_usage/total_usage";
    assert_eq!(
        number(&second["precpu_stats"], cpu),
        number(&first["cpu_stats"], cpu)
    );
    let used = number(&second["cpu_stats"], cpu) - number(&first["cpu_stats"], cpu);
    let system = "/cpu_stats/system_cpu_usage";
    let percent = used / (number(&second, system) - number(&first, system)) * 4.0 * 100.0;
    assert!(percent > 0.0 && percent < 40.0, "{percent}");
    assert_eq!(number(&second, "/memory_stats/limit"), f64::from(1 << 28));
    for path in [
        "/networks/eth0/rx_bytes",
        "/memory_stats/usage",
        "/memory_stats/stats/inactive_file",
    ] {
        assert!(
            number(&second, path) >= number(&first, path) * 0.5,
            "{path}"
        );
    }

    control.stop("web").expect("stops");
    let stopped = read_lines(&mut stream, 1).await.remove(0);
    assert_eq!(stopped["read"], "0001-01-01T00:00:00Z");
    assert_eq!(number(&stopped["cpu_stats"], cpu), 0.0);
    control.remove("web").expect("removes");
    let end = timeout(PATIENCE, stream.collect()).await;
    assert!(
        end.is_ok_and(|body| body.is_ok()),
        "the stream ends with the container"
    );
}

#[tokio::test]
async fn a_cut_breaks_the_connection_after_exactly_so_many_bytes() {
    let (engine, socket) = start(vec![Spec::new("web")]);
    let control = engine.control();
    control
        .print("web", Stdout, "0123456789\nabcdefghij")
        .expect("prints");
    for bytes in [0, 1, 7, 8, 9, 19, 25] {
        control.fail_next(Kind::Logs, Fault::CutAfter(bytes));
        let mut body = get(&socket, "/containers/web/logs?stdout=1&follow=1")
            .await
            .into_body();
        let mut got = 0;
        let broke = loop {
            match timeout(PATIENCE, body.frame()).await.expect("in time") {
                Some(Ok(frame)) => got += frame.into_data().unwrap_or_default().len(),
                Some(Err(_)) => break true,
                None => break false,
            }
        };
        assert!(broke, "cut after {bytes} is an error, not an end");
        assert_eq!(got, bytes);
    }
    assert_eq!(control.requests(Kind::Logs), 7);
    until("no log is open", || {
        control.open_connections(Kind::Logs) == 0
    })
    .await;
}

#[tokio::test]
async fn stalled_and_unanswered_requests_are_counted_until_the_client_leaves() {
    let (engine, socket) = start(vec![Spec::new("web")]);
    let control = engine.control();
    control.fail_always(Kind::List, Fault::NeverAnswer);
    let asking = tokio::spawn({
        let socket = socket.clone();
        async move { get(&socket, "/containers/json").await }
    });
    until("the request is in", || {
        control.open_connections(Kind::List) == 1
    })
    .await;
    asking.abort();
    until("the client left", || {
        control.open_connections(Kind::List) == 0
    })
    .await;
    control.heal();
    assert_eq!(get(&socket, "/containers/json").await.status(), 200);

    control.print("web", Stdout, "0123456789").expect("prints");
    control.fail_next(Kind::Logs, Fault::StallAfter(11));
    let mut body = get(&socket, "/containers/web/logs?stdout=1")
        .await
        .into_body();
    assert_eq!(read_at_least(&mut body, 11).await.len(), 11);
    let more = timeout(Duration::from_millis(100), body.frame()).await;
    assert!(more.is_err(), "nothing more comes, not even the end");
    drop(body);
    until("the client left", || {
        control.open_connections(Kind::Logs) == 0
    })
    .await;
}

#[tokio::test]
async fn other_faults_are_what_they_say() {
    let (engine, socket) = start(vec![Spec::new("web")]);
    let control = engine.control();
    control.print("web", Stdout, "good").expect("prints");
    control.fail_next(Kind::Logs, Fault::Malformed);
    let logs = whole(get(&socket, "/containers/web/logs?stdout=1&timestamps=1").await).await;
    let logs = frames(&logs);
    assert_eq!(logs.len(), 2);
    assert!(String::from_utf8(logs[0].1.clone()).is_err());
    assert!(logs[1].1.ends_with(b" good\n"));

    control.fail_next(Kind::List, Fault::Malformed);
    let list = json(get(&socket, "/containers/json").await).await;
    assert_eq!(list.as_array().map(Vec::len), Some(3));
    assert_eq!(list[0]["State"], "stopped");

    control.fail_next(
        Kind::Inspect,
        Fault::Refuse(501, "no such driver".to_owned()),
    );
    let refused = get(&socket, "/containers/web/json").await;
    assert_eq!(refused.status(), 501);
    assert_eq!(json(refused).await["message"], "no such driver");

    control.emit_raw(r#"{"Type":"quark","Action":7}"#);
    let mut events = get(&socket, "/events?since=1").await.into_body();
    assert_eq!(read_lines(&mut events, 1).await[0]["Type"], "quark");
}

#[tokio::test]
async fn an_engine_that_goes_down_breaks_connections_and_comes_back_with_its_containers() {
    let (engine, socket) = start(vec![Spec::new("web")]);
    let control = engine.control();
    let follower = get(&socket, "/containers/web/logs?stdout=1&follow=1").await;
    control.go_down();
    let broken = timeout(PATIENCE, follower.into_body().collect())
        .await
        .expect("in time");
    assert!(broken.is_err(), "the follower sees a broken connection");
    until("the socket is gone", || !socket.exists()).await;
    control.come_back();
    until("the socket is there", || socket.exists()).await;
    until("it listens", || {
        std::os::unix::net::UnixStream::connect(&socket).is_ok()
    })
    .await;
    assert_eq!(get(&socket, "/containers/web/json").await.status(), 200);
}

#[tokio::test]
async fn a_socket_left_behind_is_replaced_and_a_living_one_is_not() {
    let path = socket_path();
    drop(std::os::unix::net::UnixListener::bind(&path).expect("binds"));
    assert!(path.exists(), "a dead socket stays behind");
    let engine = DemoEngine::start(&path, DemoOptions::quiet(vec![])).expect("takes over");
    let second = DemoEngine::start(&path, DemoOptions::quiet(vec![]));
    assert_eq!(
        second.err().map(|e| e.kind()),
        Some(std::io::ErrorKind::AddrInUse)
    );
    assert_eq!(get(&path, "/_ping").await.status(), 200);
    drop(engine);
    until("the socket is removed", || !path.exists()).await;

    std::fs::write(&path, "precious").expect("writes");
    assert!(DemoEngine::start(&path, DemoOptions::quiet(vec![])).is_err());
    assert_eq!(std::fs::read_to_string(&path).expect("reads"), "precious");
    std::fs::remove_file(&path).expect("removes");
}

#[tokio::test]
async fn dropping_the_engine_ends_every_connection() {
    let (engine, socket) = start(vec![Spec::new("web")]);
    let events = get(&socket, "/events").await;
    drop(engine);
    let ended = timeout(PATIENCE, events.into_body().collect()).await;
    assert!(ended.is_ok(), "the stream is over");
}

#[tokio::test]
async fn a_crashed_container_restarts_by_its_policy() {
    let (engine, socket) = start(vec![Spec::new("web").restart("always")]);
    let control = engine.control();
    control.crash("web", 137).expect("dies");
    let down = json(get(&socket, "/containers/web/json").await).await;
    assert_eq!(down["State"]["Status"], "restarting");
    assert_eq!(down["State"]["ExitCode"], 137);
    assert_eq!(down["State"]["OOMKilled"], true);
    let mut events = get(&socket, "/events?since=1").await.into_body();
    let mut seen = Vec::new();
    while seen.last().is_none_or(|action| action != "start") {
        for event in read_lines(&mut events, 1).await {
            if event["Type"] == "container" {
                seen.push(event["Action"].as_str().expect("text").to_owned());
            }
        }
    }
    assert_eq!(seen, ["oom", "die", "start"]);
    let up = json(get(&socket, "/containers/web/json").await).await;
    assert_eq!(up["State"]["Status"], "running");
    assert_eq!(up["RestartCount"], 1);
}

#[tokio::test]
async fn the_believable_fleet_has_a_past_and_goes_on_living() {
    let path = socket_path();
    let _engine = DemoEngine::start(&path, DemoOptions::default()).expect("starts");
    let list = json(get(&path, "/containers/json?all=1").await).await;
    let rows = list.as_array().expect("a list");
    assert!(rows.len() >= 12);
    let mut followers = Vec::new();
    for row in rows {
        let id = row["Id"].as_str().expect("an id");
        let url = format!("/containers/{id}/logs?stdout=1&stderr=1");
        let log = whole(get(&path, &url).await).await;
        let lines = log.iter().filter(|&&b| b == b'\n').count();
        let least = if row["State"] == "running" { 250 } else { 20 };
        assert!(
            (least..6_000).contains(&lines),
            "{}: {lines} lines",
            row["Names"][0]
        );
        if row["State"] == "running" {
            followers.push(
                get(&path, &format!("{url}&follow=1&tail=0"))
                    .await
                    .into_body(),
            );
        }
    }
    // Somebody says something soon.
    let said = futures::future::select_all(
        followers
            .iter_mut()
            .map(|body| Box::pin(read_at_least(body, 1))),
    );
    assert!(!timeout(PATIENCE, said).await.expect("in time").0.is_empty());
}

#[tokio::test]
async fn bollard_reads_everything_of_the_believable_fleet() {
    use bollard::query_parameters::{
        EventsOptions, InspectContainerOptions, ListContainersOptions, LogsOptions, StatsOptions,
    };
    use futures::StreamExt;
    let path = socket_path();
    let engine = DemoEngine::start(&path, DemoOptions::default()).expect("starts");
    let url = format!("unix://{}", path.display());
    let docker = bollard::Docker::connect_with_unix(&url, 20, bollard::API_DEFAULT_VERSION)
        .expect("a client");
    assert_eq!(
        docker
            .version()
            .await
            .expect("version")
            .api_version
            .as_deref(),
        Some("1.50")
    );
    assert!(docker.info().await.expect("info").ncpu.is_some());
    let all = ListContainersOptions {
        all: true,
        ..Default::default()
    };
    let list = docker.list_containers(Some(all)).await.expect("a list");
    assert!(list.len() >= 12);
    for row in &list {
        let id = row.id.as_deref().expect("an id");
        let inspected = docker.inspect_container(id, None::<InspectContainerOptions>);
        assert_eq!(inspected.await.expect("details").id.as_deref(), Some(id));
        let options = LogsOptions {
            stdout: true,
            stderr: true,
            timestamps: true,
            tail: "50".to_owned(),
            ..Default::default()
        };
        let mut logs = docker.logs(id, Some(options));
        while let Some(line) = logs.next().await {
            line.expect("a line");
        }
        let once = StatsOptions {
            stream: false,
            one_shot: true,
        };
        let stats = docker
            .stats(id, Some(once))
            .next()
            .await
            .expect("one")
            .expect("sound");
        assert_eq!(stats.id.as_deref(), Some(id));
    }
    let past = EventsOptions {
        since: Some("1".to_owned()),
        ..Default::default()
    };
    let mut events = docker.events(Some(past));
    engine.control().restart("shop-db-1").expect("restarts");
    loop {
        let event = timeout(PATIENCE, events.next())
            .await
            .expect("in time")
            .expect("open");
        if event.expect("sound").action.as_deref() == Some("restart") {
            break;
        }
    }
}
