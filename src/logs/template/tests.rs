mod shown;
mod structure;
mod texts;
mod vocabulary;

use super::*;
use crate::logs::severity::assess;
use crate::time::Millis;
use proptest::prelude::*;

const T: Nanos = Nanos(0);

fn engine<'a>(lines: impl IntoIterator<Item = &'a str>) -> LogTemplateEngine {
    let mut engine = LogTemplateEngine::default();
    for line in lines {
        engine.push(line, T, &assess(line));
    }
    engine
}

/// The patterns with their counts, most frequent first.
fn mine<'a>(lines: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let templates = engine(lines).templates();
    templates
        .into_iter()
        .map(|t| format!("{} {}", t.count, t.pattern))
        .collect()
}

#[test]
fn values_are_known_by_their_shape() {
    assert_eq!(
        mine([
            "took 5 of 10.5 ms from 10.0.0.1:80 at 0x1f",
            "took 77 of 3.1 ms from 10.0.0.2:443 at 0xab01",
        ]),
        ["2 took <num> of <num> ms from <ip> at <hex>"]
    );
    assert_eq!(
        mine(["open /var/log/a.txt in 12ms (64KB) see https://example.com/a?b=c&d=1"]),
        ["1 open <path> in <dur> (<size>) see <url>"]
    );
    assert_eq!(
        mine(["lease 123e4567-e89b-12d3-a456-426614174000 until 2026-11-21T10:11:12Z"]),
        ["1 lease <uuid> until <time>"]
    );
    assert_eq!(
        mine(["worker-12 joined", "worker-7 joined"]),
        ["2 worker-<*> joined"]
    );
}

#[test]
fn events_that_differ_in_one_word_stay_apart() {
    assert_eq!(
        mine([
            "VM Started (event)",
            "VM Paused (event)",
            "VM Resumed (event)"
        ])
        .len(),
        3
    );
}

#[test]
fn a_word_varies_once_there_is_evidence() {
    let lines =
        ["alice", "bob", "carol"].map(|user| format!("session opened for user {user} by root"));
    let mined = |n: usize| mine(lines[..n].iter().map(String::as_str));
    assert_eq!(mined(2).len(), 2, "two may be chance");
    assert_eq!(mined(3), ["3 session opened for user <*> by root"]);
}

#[test]
fn merged_templates_keep_the_number_of_the_most_frequent_one_and_name_it() {
    let mut engine = LogTemplateEngine::default();
    let mut push = |user: &str| {
        let line = format!("session opened for user {user} by root");
        engine.push(&line, T, &Assessment::default()).unwrap()
    };
    let ids = [push("alice"), push("bob"), push("bob"), push("carol")];
    assert_eq!(ids[3], ids[1]);
    assert_eq!(engine.resolve(ids[0]), ids[1]);
    assert_eq!(engine.aliases().next(), Some((ids[0], ids[1])));
    assert_eq!(engine.get(ids[0]).map(|it| it.count), Some(4));
    assert_eq!(engine.len(), 1);
    let variable = &engine.top(1)[0].variables[0];
    assert_eq!(variable.top[0], ("bob".to_owned(), 2));
}

#[test]
fn headers_neither_split_nor_spoil_templates() {
    for lines in [
        [
            "2026-11-21 10:11:12,123 INFO [main] c.a.OrderService - Order 12 created",
            "2026-11-21 10:11:13,456 INFO [pool-1-thread-7] c.a.OrderService - Order 99 created",
        ],
        [
            "Jun 14 15:16:01 combo app[1993]: INFO Order 12 created",
            "Jun  4 15:16:01 other app[7]: INFO Order 1 created",
        ],
        [
            "2026/11/21 10:11:12 INFO 12 app.orders: Order 12 created",
            "2026/11/21 10:11:12 INFO 77 app.orders: Order 13 created",
        ],
        [
            "20261121-10:11:12:001|Step_LSC|30002|INFO Order 12 created",
            "20261121-10:11:12:002|Step_SPU|30003|INFO Order 12 created",
        ],
    ] {
        let mined = mine(lines);
        assert_eq!(mined.len(), 1, "{mined:?}");
        assert!(mined[0].ends_with("Order <num> created"), "{mined:?}");
    }
}

/// Each group of lines is one template, which reads like this.
#[test]
fn the_headers_of_many_loggers_are_passed_over() {
    for (lines, pattern) in [
        (
            &[
                "2026-11-21T10:11:12.676000Z  INFO shop::billing: took 12 ms",
                "2026-11-21T10:11:13.676000Z  INFO shop::cart::http: took 2 ms",
                "2026-11-21T10:11:14.676000Z  INFO request{id=7 path=\"/a b\"}: app: took 3 ms",
                "[2026-11-21T10:11:12Z INFO  shop::cart] took 4 ms",
                "2026-11-21T10:11:12.123Z\tINFO\tshop/cart.go:6\ttook 5 ms",
                "2026-11-21 10:11:12.123 | INFO     | shop.cart:add:42 - took 6 ms",
                "2026-11-21 10:11:12.1234|INFO|Shop.Cart|took 7 ms",
                "[2026-11-21T10:11:12,123][INFO ][o.e.n.Node               ] [node-1] took 8 ms",
                "48 [main] INFO shop.Cart - took 9 ms",
                "[main] INFO shop.Cart - took 9 ms",
                "[10:11:12] [Server thread/INFO]: took 10 ms",
                "INFO:shop.cart:took 11 ms",
                "[10:11:12.123] INFO (shop/77 on web-1): took 12 ms",
                "[2026-11-21 10:11:12] production.INFO: took 13 ms",
                "2026-11-21 10:11:12,123 - shop.cart - 77 - INFO - GET-7 - took 13 ms",
                "2026-11-21 10:11:12,123 - shop.cart - 77 - INFO - main - took 13 ms",
                "2026-11-21 10:11:12.12 [INFO] <0.12.0> took 14 ms",
            ][..],
            "INFO took <num> ms",
        ),
        (
            &[
                "I1121 10:11:12.123456       1 cart.go:12] took 12 ms",
                "I1121 10:11:12.123456       1 reflector.go:9] took 12 ms",
            ],
            "took <num> ms",
        ),
        (
            &["3:04PM INF took 12 ms", "11:04AM INF took 12 ms"],
            "INF took <num> ms",
        ),
        (
            &[
                "[I 2026-11-21 10:11:12.123 ServerApp] took 1 ms",
                "2026-11-21 10:11:12.123456 I | took 2 ms",
            ],
            "I took <num> ms",
        ),
    ] {
        let mined = mine(lines.iter().copied());
        assert_eq!(mined, [format!("{} {pattern}", lines.len())]);
    }
}

#[test]
fn what_a_message_starts_with_is_no_header() {
    for lines in [
        [
            "2026-11-21 10:11:12 INFO Connecting: shop",
            "2026-11-21 10:11:12 INFO Leaving: shop",
        ],
        [
            "[core:error] [pid 7] (22)Invalid argument: setgid 9",
            "[core:error] [pid 7] (98)Address in use: bind 9",
        ],
        [
            "2026-11-21 10:11:12 INFO Upload failed: disk full",
            "2026-11-21 10:11:12 INFO Login failed: disk full",
        ],
        [
            "2026-11-21 10:11:12 Upload failed: disk full",
            "2026-11-21 10:11:12 Login failed: disk full",
        ],
        [
            "[10:11:12] upload - done with 5",
            "[10:11:12] download - done with 5",
        ],
        [
            "2026-11-21 10:11:12 Started: nginx 1",
            "2026-11-21 10:11:12 Stopped: nginx 1",
        ],
        [
            "Backup finished 2026-11-21 10:11:12",
            "Restore started 2026-11-21 10:11:12",
        ],
        ["Next run scheduled 10:11:12", "Job cleanup done 10:11:12"],
        [
            "2026-11-21 10:11:12 INFO Backup finished 2026-11-21 10:11:12",
            "2026-11-21 10:11:12 INFO Restore started 2026-11-21 10:11:12",
        ],
        [
            "Server time 10:11:12 drift 5",
            "Client time 10:11:12 drift 5",
        ],
        [
            "2026-11-21 10:11:12 Request returned ERROR status 5",
            "2026-11-21 10:11:12 Upload got ERROR status 7",
        ],
        [
            "2026-11-21 10:11:12 ERROR 3 disks failed",
            "2026-11-21 10:11:12 ERROR disks failed",
        ],
        [
            "2026-11-21 10:11:12 INFO app.start: queue ready",
            "2026-11-21 10:11:12 INFO app.stop: queue ready",
        ],
        [
            "INFO upload_failed: disk full now",
            "INFO login_failed: disk full now",
        ],
        [
            "INFO OOMKilled: pod of shop",
            "INFO CrashLoopBackOff: pod of shop",
        ],
        [
            "2026-11-21 10:11:12 worker-1 started: queue ready",
            "2026-11-21 10:11:12 worker-1 stopped: queue ready",
        ],
        [
            "2026-11-21 10:11:12 web-1 OOM: killed it",
            "2026-11-21 10:11:12 web-1 SIGTERM: killed it",
        ],
        [
            "Nov 21 10:11:12 Upload failed: disk full",
            "Nov 21 10:11:12 Login failed: disk full",
        ],
        [
            "10:11:12 got ERROR status 5",
            "10:11:12 sent ERROR status 7",
        ],
        ["INFO next_run 10:11:12", "INFO last_run 10:11:12"],
        [
            "db-main finished-run 10:11:12 ok",
            "db-main started-run 10:11:12 ok",
        ],
        ["Retry-After 10:11:12", "Retry-Before 10:11:12"],
    ] {
        assert_eq!(mine(lines).len(), 2, "{lines:?}");
    }
    assert_eq!(
        mine(["ERROR 3 disks failed", "ERROR 12 disks failed"]),
        ["2 ERROR <num> disks failed"]
    );
    assert_eq!(
        mine([
            "INFO Class not found (com.acme.Foo)",
            "INFO Class not found (com.acme.Bar)"
        ]),
        ["2 INFO Class not found (<*>)"]
    );
    let task = ["2026-11-21 10:11:12 INFO Sending due task (app.tasks.reindex)"];
    assert_eq!(mine(task), ["1 INFO Sending due task (app.tasks.reindex)"]);
}

#[test]
fn lines_without_a_header_keep_their_first_words() {
    assert_eq!(mine(["Cache: 3 hits", "Disk: 3 hits"]).len(), 2);
}

#[test]
fn lists_of_any_length_and_optional_parts_share_a_template() {
    assert_eq!(mine(["deleted 1, 2, 3 now", "deleted 4 now"]).len(), 1);
    assert_eq!(
        mine([
            "close, 403 bytes sent, 426 bytes (1.2 KB) received, lifetime 00:01",
            "close, 1403 bytes (1.4 KB) sent, 26 bytes received, lifetime <1 sec",
        ])
        .len(),
        1
    );
}

#[test]
fn an_errors_description_is_free_text_once_there_were_several() {
    let reasons = [
        "no such host",
        "EOF",
        "connection refused",
        "context deadline exceeded",
    ];
    let lines = reasons.map(|reason| format!("Could not send mail to 12: {reason}"));
    assert_eq!(
        mine(lines.iter().map(String::as_str)),
        ["4 Could not send mail to <num>: <*>"]
    );
}

#[test]
fn members_of_json_and_logfmt_are_told_by_their_message() {
    assert_eq!(
        mine([
            r#"{"time":"2026-11-21T10:11:12Z","level":"INFO","msg":"user logged in","user":"bob","n":1}"#,
            r#"{"time":"2026-11-21T10:11:13Z","level":"INFO","msg":"user logged in","user":"eve7","n":22}"#,
            r#"{"time":"2026-11-21T10:11:13Z","level":"INFO","msg":"user logged out","user":"eve7","n":22}"#,
        ])
        .len(),
        2
    );
    assert_eq!(
        mine([
            r#"ts=2026-11-21T10:11:12Z level=info msg="cache miss" key=12"#,
            r#"ts=2026-11-21T10:11:13Z level=info msg="cache miss" key=7"#,
        ]),
        [r#"2 ts=<time> level=info msg="cache miss" key=<num>"#]
    );
}

#[test]
fn a_message_among_members_tells_the_event_and_the_other_members_are_values() {
    let lines = [
        r#"time=2026-11-21T10:11:12Z level=info caller=cart.go:8 msg="GET /x 200" user=bob"#,
        r#"time=2026-11-21T10:11:12Z level=info caller=bill.go:8 msg="GET /yz 404" user=eve"#,
        r#"time=2026-11-21T10:11:12Z level=info caller=cart.go:8 msg="lost /yz 404" user=eve"#,
        "time=2026-11-21T10:11:12Z level=info caller=cart.go:8 msg=started user=eve",
        "time=2026-11-21T10:11:12Z level=info caller=cart.go:8 msg=stopped user=eve",
        r#"{"level":"info","logger":"a","msg":"started","tags":["x","y"],"by":{"id":1}}"#,
        r#"{"level":"info","logger":"b","msg":"started","tags":[],"by":{"name":"bob","n":[2]}}"#,
        r#"{"level":"info","logger":"b","msg":"stopped","tags":[],"by":null}"#,
        r#""pod added" source="api" pods=["a/b"]"#,
        r#""pod removed" source="cli" pods=["c/d" "e/f"]"#,
    ];
    let mut groups = mine(lines);
    groups.sort();
    let mut wanted = [
        r#"2 time=<time> level=info caller=<*> msg="GET <path> <num>" user=<*>"#,
        r#"1 time=<time> level=info caller=cart.go:8 msg="lost <path> <num>" user=eve"#,
        "1 time=<time> level=info caller=cart.go:8 msg=started user=eve",
        "1 time=<time> level=info caller=cart.go:8 msg=stopped user=eve",
        r#"2 {"level":"info","logger":"<*>","msg":"started","tags":<*>,"by":<*>}"#,
        r#"1 {"level":"info","logger":"b","msg":"stopped","tags":<*>,"by":null}"#,
        r#"1 "pod added" source="api" pods=<*>"#,
        r#"1 "pod removed" source="cli" pods=<*>"#,
    ];
    wanted.sort_unstable();
    assert_eq!(groups, wanted);
}

#[test]
fn texts_in_brackets_behind_colons_and_behind_due_to_are_free_once_there_were_several() {
    for (lines, pattern) in [
        (
            [
                "failed login for bob@a.org (account is locked)",
                "failed login for eve@a.org (bad password)",
                "failed login for eve@a.org (the password expired)",
            ],
            "failed login for <*> (<*>)",
        ),
        (
            [
                "moved log start to 12 due to segment deletion",
                "moved log start to 77 due to leader epoch change",
                "moved log start to 77 due to a request of the client",
            ],
            "moved log start to <num> due to <*>",
        ),
        (
            [
                "java.io.IOException: disk quota exceeded",
                "java.io.IOException: broken pipe",
                "java.io.IOException: no such file",
            ],
            "java.io.IOException: <*>",
        ),
        (
            [
                "connect failed, client: 10.0.0.1, server: a, host: b",
                "connect failed, client: 10.0.0.1, server: a, request: \"GET / HTTP/1.1\", host: b",
                "connect failed, client: 10.0.0.1, server: a, upstream: b, host: b, x: 1",
            ],
            "connect failed, <*>",
        ),
    ] {
        assert_eq!(mine(lines), [format!("3 {pattern}")]);
    }
}

#[test]
fn what_says_little_is_no_template() {
    // Any two of these words vary together somewhere; all of them do nowhere.
    let words = [
        ["worker", "started", "cleanly"],
        ["worker", "stopped", "cleanly"],
        ["worker", "stopped", "badly"],
        ["router", "stopped", "badly"],
        ["router", "started", "badly"],
        ["server", "crashed", "badly"],
        ["server", "crashed", "again"],
        ["reader", "crashed", "again"],
        ["reader", "failed", "again"],
        ["writer", "failed", "twice"],
    ];
    let lines = words.map(|three| three.join(" "));
    assert!(mine(lines.iter().map(String::as_str)).len() > 3);
}

#[test]
fn addresses_digests_ports_and_statements_are_values() {
    for (lines, pattern) in [
        (
            ["peer aa:bb:0c:dd:ee:ff up", "peer 01:bb:cc:dd:ee:0f up"],
            "peer <ip> up",
        ),
        (
            ["from fe80::a1 now", "from fd00:12::b now"],
            "from <ip> now",
        ),
        (
            [
                "connected to db:5432 now",
                "connected to cache.internal:80 now",
            ],
            "connected to <*> now",
        ),
        (
            [
                "pulled sha256:a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6 now",
                "pulled sha256:11b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6 now",
            ],
            "pulled <*> now",
        ),
        (
            [
                "took 3 ms: SELECT a, b FROM t WHERE x = 'y'",
                "took 9 ms: insert into t (a, b) values (1, 'z')",
            ],
            "took <num> ms: <*>",
        ),
    ] {
        assert_eq!(mine(lines), [format!("2 {pattern}")]);
    }
    assert_eq!(
        mine(["update of the set", "update of a set"]).len(),
        2,
        "no statement"
    );
}

#[test]
fn a_logger_behind_the_message_is_none_of_it() {
    assert_eq!(
        mine([
            "[2026-11-21 10:11:12,123] INFO started 1 (kafka.server.KafkaServer)",
            "[2026-11-21 10:11:12,123] INFO started 2 (kafka.zk.KafkaZkClient)",
        ])
        .len(),
        1
    );
}

#[test]
fn a_number_between_colons_belongs_to_what_is_around_it() {
    assert_eq!(
        mine(["hit users:1726:profile now", "hit carts:9:items now"]),
        ["2 hit <*> now"]
    );
    assert_eq!(
        mine(["free pages:12 slabs:8", "free blocks:12 slabs:8"]).len(),
        2,
        "a name and its number"
    );
}

#[test]
fn lines_of_different_explicit_severity_never_share_a_template() {
    assert_eq!(
        mine(["WARN disk is 91 full", "ERROR disk is 99 full"]).len(),
        2
    );
    let mut engine = LogTemplateEngine::default();
    let one = engine.push("disk is 91 full", T, &assess("ERROR disk is 91 full"));
    assert_ne!(
        engine.push("disk is 92 full", T, &assess("disk is 92 full")),
        one
    );
}

#[test]
fn what_was_only_concluded_of_a_severity_separates_nothing() {
    let status = [
        "GET /a HTTP/1.1\" 200 5",
        "GET /b HTTP/1.1\" 404 5",
        "GET /c HTTP/1.1\" 500 5",
    ]
    .map(|request| format!("10.0.0.1 - - [21/Nov/2026:10:11:12 +0000] \"{request}"));
    let found = status.each_ref().map(|line| assess(line).severity);
    assert_eq!(found, [Severity::Info, Severity::Warn, Severity::Error]);
    assert_eq!(mine(status.iter().map(String::as_str)).len(), 1);
    // The same line, once alone, once behind an error that it goes on.
    let mut pipeline = crate::logs::LogPipeline::default();
    let mut event = crate::logs::Continuation::default();
    for line in [
        "    at com.acme.Orders.save(Orders.java:12)",
        "HINT:  See server log for query details.",
    ] {
        let lines = ["INFO ready", line, "ERROR java.io.IOException: lost", line];
        let mined = lines.map(|line| pipeline.push(line, T, &mut event));
        assert_ne!(mined[1].severity, mined[3].severity);
        assert_eq!(mined[1].template, mined[3].template);
    }
}

#[test]
fn a_template_knows_when_it_was_seen_and_how_often() {
    let mut engine = LogTemplateEngine::default();
    let bucket = |n: i64| Nanos(n * 10_000_000_000);
    assert_eq!(engine.rate_end(), None);
    for n in [1000, 1000, 1003, 1001, 30] {
        engine.push("tick 1", bucket(n), &Assessment::default());
    }
    engine.push("other", bucket(1004), &Assessment::default());
    engine.push("   ", bucket(1004), &Assessment::default());
    let template = &engine.top(1)[0];
    assert_eq!(template.first_seen, bucket(30));
    assert_eq!(template.last_seen, bucket(1003));
    assert_eq!(template.examples, ["tick 1"]);
    assert_eq!(template.rate.len(), RATE_BUCKETS);
    assert_eq!(template.rate[RATE_BUCKETS - 5..], [2, 1, 0, 1, 0]);
    assert_eq!(
        template.rate.iter().sum::<u32>(),
        4,
        "one is out of the window"
    );
    assert_eq!(template.coarse_rate.iter().sum::<u32>(), 5);
    assert_eq!(engine.rate_end(), Some(Millis(1004 * 10_000)));
    assert_eq!(engine.total_lines(), 7);
    engine.live_until(Some(Millis(1006 * 10_000)));
    assert_eq!(
        engine.top(1)[0].rate[RATE_BUCKETS - 4..],
        [1, 0, 0, 0],
        "nothing since"
    );
}

#[test]
fn numbers_tell_their_range_and_words_their_commonest() {
    let lines: Vec<String> = (1..=99)
        .map(|n| format!("took {n} ms for job-{}", n % 2))
        .collect();
    let template = &engine(lines.iter().map(String::as_str)).top(1)[0];
    let numbers = template.variables[0].numbers.unwrap();
    assert_eq!(numbers.min, 1.0);
    assert!(numbers.max > 60.0 && numbers.median > 1.0 && numbers.median < numbers.max);
    assert_eq!(template.variables[1].top.len(), 2);
    assert_eq!(template.examples.len(), MAX_EXAMPLES);
}

#[test]
fn the_templates_of_the_smallest_decayed_count_go_first() {
    let mut engine = LogTemplateEngine::new(TemplateConfig {
        max_templates: 2,
        ..TemplateConfig::default()
    });
    let mut push = |line: &str| engine.push(line, T, &Assessment::default()).unwrap();
    let ids = [
        push("alpha one"),
        push("beta"),
        push("alpha one"),
        push("gamma x y"),
    ];
    assert!(engine.get(ids[0]).is_some() && engine.get(ids[3]).is_some());
    assert_eq!(engine.get(ids[1]), None);
    assert_eq!((engine.evicted(), engine.evicted_lines()), (1, 1));
    let again = engine.push("beta", T, &Assessment::default());
    assert_ne!(again, Some(ids[1]), "numbers are not used again");
}

/// Words that no rule takes for values.
fn word(mut n: u64) -> String {
    n = n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (0..9)
        .map(|i| char::from(b'g' + (n >> (i * 7) & 15) as u8))
        .collect()
}

#[test]
fn a_flood_of_unique_lines_stays_within_its_bounds() {
    let config = TemplateConfig {
        max_templates: 500,
        max_bytes: 1 << 20,
        ..TemplateConfig::default()
    };
    let mut engine = LogTemplateEngine::new(config);
    let mut blank = 0;
    for n in 0..6_000u64 {
        let words = 1 + n % 40;
        let line: Vec<String> = (0..words).map(|i| word(n * 64 + i)).collect();
        let id = engine.push(
            &line.join(" "),
            Nanos(n as i64 * 1_000_000_000),
            &Assessment::default(),
        );
        blank += u64::from(id.is_none());
    }
    assert!(engine.len() <= 500);
    assert!(engine.evicted() > 0);
    let counted: u64 = engine.templates().iter().map(|t| t.count).sum();
    assert_eq!(counted + engine.evicted_lines() + blank, 6_000);
    assert!(engine.heap_bytes() < 4 << 20, "{}", engine.heap_bytes());
}

#[test]
fn giant_lines_are_mined_up_to_their_tail() {
    let words = vec!["word"; 10_000].join(" ");
    let deep = "{\"a\":".repeat(3000);
    let one = "x".repeat(1 << 20);
    for line in [&words, &deep, &one] {
        let mined = engine([line.as_str()]).templates();
        assert_eq!(mined.len(), 1);
        assert!(mined[0].pattern.len() < 2048);
        assert!(mined[0].pattern.ends_with('…'));
    }
}

#[test]
fn lines_that_differ_only_behind_their_first_128_tokens_are_one_template() {
    let line = |n: usize| format!("dump of {} {}", "word ".repeat(150), word(n as u64 + 1));
    let lines: Vec<String> = (0..60).map(line).collect();
    let engine = engine(lines.iter().map(String::as_str));
    let templates = engine.templates();
    assert_eq!(templates.len(), 1);
    // Each has a sketch of its own, and each is counted.
    assert_eq!((templates[0].count, engine.total_lines()), (60, 60));
    assert!(
        templates[0].pattern.ends_with("word…"),
        "{}",
        templates[0].pattern
    );
    assert!(templates[0].variables.is_empty());
}

/// A line of one of a few events, with values out of small vocabularies.
fn event(kind: usize, n: usize) -> String {
    const USERS: [&str; 6] = ["alice", "bob", "carol", "dave", "erin", "frank"];
    const STATES: [&str; 5] = ["idle", "busy", "waiting", "closed", "lost"];
    const REASONS: [&str; 4] = ["no such host", "broken pipe", "EOF", "too many open files"];
    let (user, state, reason) = (USERS[n % 6], STATES[n / 6 % 5], REASONS[n / 30 % 4]);
    match kind {
        0 => format!("session {n} opened for user {user} by root"),
        1 => format!("connection of {user} went from {state} to open in {n} ms"),
        2 => format!("could not send mail to {user} over port {n}: {reason}"),
        3 => format!("worker {n} started"),
        4 => format!("worker {n} stopped"),
        5 => format!("cache {state}: {n} hits, {n} misses"),
        6 => format!("login of {user} refused ({reason})"),
        _ => format!("time=1 level=info msg=\"loaded {n} rows\" table={user}"),
    }
}

/// Lines that share their group with other lines in one order than in the other.
fn moved(one: &[TemplateId], other: &[TemplateId]) -> usize {
    let size = |of: &dyn Fn(usize) -> bool| (0..one.len()).filter(|&at| of(at)).count();
    let lines = 0..one.len();
    lines
        .filter(|&at| {
            let (a, b) = (one[at], other[at]);
            let both = size(&|it| one[it] == a && other[it] == b);
            both != size(&|it| one[it] == a) || both != size(&|it| other[it] == b)
        })
        .count()
}

fn logs() -> impl Strategy<Value = Vec<(String, i64)>> {
    let line = prop_oneof![
        "([a-d]{1,2}|[0-9]{1,2}|[a-c]=| ){0,9}",
        "(user|host|to) [a-z]{1,3} (is|was) (up|down): [a-z ]{0,8}",
        "\\PC{0,60}",
    ];
    proptest::collection::vec((line, -(1i64 << 50)..1i64 << 50), 0..150)
}

proptest! {
    #[test]
    fn any_lines_keep_the_sums_right_and_give_the_same_again(
        lines in logs(),
        max_templates in 1usize..40,
    ) {
        let config = TemplateConfig { max_templates, ..TemplateConfig::default() };
        let run = || {
            let mut engine = LogTemplateEngine::new(config);
            let ids: Vec<_> = lines
                .iter()
                .map(|(line, at)| engine.push(line, Nanos(*at), &assess(line)))
                .collect();
            (engine, ids)
        };
        let (engine, ids) = run();
        prop_assert!(engine.len() <= max_templates);
        let blank = ids.iter().filter(|id| id.is_none()).count() as u64;
        let templates = engine.templates();
        let counted: u64 = templates.iter().map(|t| t.count).sum();
        prop_assert_eq!(counted + engine.evicted_lines() + blank, engine.total_lines());
        for template in &templates {
            prop_assert_eq!(template.severities.total(), template.count);
            prop_assert_eq!(engine.get(template.id), Some(template.clone()));
        }
        let held: usize = engine.clusters.iter().flatten().map(Cluster::heap_bytes).sum();
        prop_assert_eq!(engine.bytes, held, "memory is counted as it is taken");
        for (old, survivor) in engine.aliases() {
            prop_assert_ne!(old, survivor);
            prop_assert_eq!(engine.resolve(survivor), survivor, "one step, no circle");
        }
        let (again, ids_again) = run();
        prop_assert_eq!(ids, ids_again);
        prop_assert_eq!(templates, again.templates());
    }

    #[test]
    fn the_order_of_lines_hardly_matters(
        kinds in proptest::collection::vec((0usize..8, 0usize..9999), 250),
        order in Just((0..250usize).collect::<Vec<_>>()).prop_shuffle(),
    ) {
        let lines: Vec<String> = kinds.iter().map(|&(kind, n)| event(kind, n)).collect();
        let groups = |order: &[usize]| {
            let mut engine = LogTemplateEngine::default();
            let mut ids = vec![TemplateId(0); lines.len()];
            for &at in order {
                ids[at] = engine.push(&lines[at], T, &Assessment::default()).unwrap();
            }
            ids.into_iter().map(|id| engine.resolve(id)).collect::<Vec<_>>()
        };
        let straight: Vec<usize> = (0..lines.len()).collect();
        let moved = moved(&groups(&straight), &groups(&order));
        prop_assert!(moved <= lines.len() / 50, "{moved} of {}", lines.len());
    }

    #[test]
    fn a_line_seen_twice_in_a_row_keeps_its_template(lines in logs()) {
        let mut engine = LogTemplateEngine::default();
        for (line, _) in &lines {
            let first = engine.push(line, T, &Assessment::default());
            prop_assert_eq!(engine.push(line, T, &Assessment::default()), first);
        }
    }
}
