//! Templates of lines that have a structure read like these lines.

use super::*;

/// Failures of a service that writes its messages as pino does, behind an error's own message.
fn failures(texts: &[&str]) -> Vec<String> {
    let line = |(i, text): (usize, &&str)| {
        format!(
            r#"{{"level":50,"time":177347{i},"err":{{"type":"Error","message":"{text}","code":5{i}}},"msg":"could not charge order {i}: {text}"}}"#
        )
    };
    texts.iter().enumerate().map(line).collect()
}

#[test]
fn the_message_of_a_line_is_its_own_and_not_that_of_an_error_in_it() {
    let lines = failures(&[
        "payment provider does not answer",
        "card was declined",
        "no such customer",
        "the token has expired",
    ]);
    assert_eq!(
        mine(lines.iter().map(String::as_str)),
        [r#"4 {"level":<num>,"time":<num>,"err":<*>,"msg":"could not charge order <num>: <*>"}"#]
    );
}

#[test]
fn a_message_in_an_object_keeps_the_object_around_it() {
    let texts = ["connection refused by peer", "broken pipe", "end of file"];
    let lines = texts.map(|text| {
        format!(r#"{{"level":50,"err":{{"type":"Error","message":"sending of mail failed: {text}","at":[1]}},"pid":7}}"#)
    });
    assert_eq!(
        mine(lines.iter().map(String::as_str)),
        [
            r#"3 {"level":<num>,"err":{"type":"Error","message":"sending of mail failed: <*>","at":<*>},"pid":<num>}"#
        ]
    );
}

#[test]
fn no_text_goes_over_names_of_members() {
    // In each the text has other words, and other members stand behind it.
    for (lines, count) in [
        (
            [
                r#"{"msg":"could not read reply of worker: end of file","level":"error","try":1}"#,
                r#"{"msg":"could not read reply of worker: it was too long (9 MB)","level":"error","try":1}"#,
                r#"{"msg":"could not read reply of worker: \"x\" expected","level":"error","try":1}"#,
                r#"{"msg":"could not read reply of worker: timed out","level":"error","host":"a","try":1}"#,
            ],
            2,
        ),
        (
            [
                r#"level=error msg="could not read reply of worker: end of file" try=1"#,
                r#"level=error msg="could not read reply of worker: it was too long (9 MB)" try=1"#,
                r#"level=error msg="could not read reply of worker: other words" try=1"#,
                r#"level=error msg="could not read reply of worker: timed out" host="a b" try=1"#,
            ],
            2,
        ),
    ] {
        let mined = mine(lines);
        assert_eq!(mined.len(), count, "{mined:?}");
        for pattern in mined {
            let quotes = pattern.bytes().filter(|b| *b == b'"').count();
            assert!(quotes.is_multiple_of(2), "{pattern}");
            assert!(
                pattern.contains("msg") && pattern.contains("try"),
                "{pattern}"
            );
            assert_eq!(pattern.contains('{'), pattern.ends_with('}'), "{pattern}");
        }
    }
}

#[test]
fn a_text_leaves_no_bracket_alone() {
    let lines = [
        "session of worker ended (idle for long) silently without an answer",
        "session of worker ended after all had been sent without an answer",
        "session of worker ended [by operator, see journal] at last without an answer",
        "session of worker ended by itself without an answer",
    ];
    assert_eq!(
        mine(lines),
        ["4 session of worker ended <*> without an answer"]
    );
}

#[test]
fn a_message_behind_much_else_is_found() {
    let headers = |n: usize| -> String {
        let header = |i: usize| format!(r#""x-header-{i}":"value {n}","accept-{i}":"*/*""#);
        let all: Vec<String> = (0..30).map(header).collect();
        all.join(",")
    };
    let lines: Vec<String> = ["request completed", "request aborted", "database is gone"]
        .iter()
        .enumerate()
        .flat_map(|(n, text)| {
            let own = headers(n);
            [1, 2].map(|id| {
                format!(r#"{{"level":30,"req":{{"id":{id},"headers":{{{own}}}}},"res":{{"statusCode":200}},"msg":"{text}"}}"#)
            })
        })
        .collect();
    assert_eq!(
        mine(lines.iter().map(String::as_str)),
        [
            r#"2 {"level":<num>,"req":<*>,"res":<*>,"msg":"request completed"}"#,
            r#"2 {"level":<num>,"req":<*>,"res":<*>,"msg":"request aborted"}"#,
            r#"2 {"level":<num>,"req":<*>,"res":<*>,"msg":"database is gone"}"#,
        ]
    );
}

/// Two lines of each event: `line(member, text)` with a value and a text of its own.
fn two_of_each(line: impl Fn(usize, &str) -> String) -> Vec<String> {
    let texts = ["payment lost", "cache miss", "database gone"];
    let lines = texts.iter().flat_map(|text| [1, 2].map(|n| line(n, text)));
    lines.collect()
}

#[test]
fn a_message_behind_many_members_of_logfmt_is_found() {
    let lines = two_of_each(|n, text| {
        let members: Vec<String> = (0..90).map(|i| format!("k{i}=v{n}")).collect();
        format!("time={n} {} msg=\"{text}\" at=7", members.join(" "))
    });
    let mined = mine(lines.iter().map(String::as_str));
    assert_eq!(mined.len(), 3, "{mined:?}");
    assert!(
        mined[0].starts_with("2 time=<num> k0=<*>")
            && mined[0].ends_with(r#" msg="payment lost" at=<num>"#),
        "{mined:?}"
    );
}

#[test]
fn a_message_in_an_object_behind_many_members_is_found() {
    let lines = two_of_each(|n, text| {
        let members: Vec<String> = (0..90).map(|i| format!(r#""k{i}":"v{n}""#)).collect();
        let members = members.join(",");
        format!(r#"{{"level":"INFO","fields":{{{members},"message":"{text}"}},"target":"a{n}"}}"#)
    });
    let mined = mine(lines.iter().map(String::as_str));
    assert_eq!(mined.len(), 3, "{mined:?}");
    assert!(
        mined[0].starts_with(r#"2 {"level":"INFO","fields":{"k0":"<*>""#)
            && mined[0].ends_with(r#","message":"payment lost"},"target":"<*>"}"#),
        "{mined:?}"
    );
}

#[test]
fn the_brace_of_a_value_does_not_close_a_line_that_is_cut() {
    let cut = r#"{"msg":"a lost key","x":{"y":1}"#;
    assert_eq!(mine([cut, &format!("{cut}}}")]).len(), 2);
}

#[test]
fn the_likeliest_of_several_messages_is_the_message() {
    for lines in [
        [
            r#"event=order.created id=7 msg="payment lost""#,
            r#"event=order.created id=7 msg="cache miss""#,
        ],
        [
            r#"{"body":"hello","message":"payment lost"}"#,
            r#"{"body":"hello","message":"cache miss"}"#,
        ],
    ] {
        assert_eq!(mine(lines).len(), 2, "{lines:?}");
    }
    assert_eq!(
        mine([
            r#"event="order was created" id=7 msg="payment lost""#,
            r#"event="order was paid" id=7 msg="payment lost""#,
        ])
        .len(),
        1
    );
}

#[test]
fn an_object_that_is_cut_within_a_text_is_read_to_its_end() {
    for line in [
        r#"{"level":"debug","msg":"cache","msg":*cache miss for key img"}"#,
        r#"{"msg":"cache miss","err":"the pe"#,
        r#"{"msg":"cache mi"#,
        r#"{"msg":"cache miss","err":\"#,
    ] {
        assert_eq!(mine([line]).len(), 1, "{line}");
    }
}

#[test]
fn white_space_in_an_object_takes_no_brace_of_it() {
    let close = r#"{"level":"info","fields":{"message":"ready to serve","port":80}}"#;
    let wide = r#"{ "level": "info", "fields": { "message": "ready to serve", "port": 80 } }"#;
    for (line, pattern) in [
        (
            close,
            r#"1 {"level":"info","fields":{"message":"ready to serve","port":<num>}}"#,
        ),
        (
            wide,
            r#"1 { "level": "info", "fields": { "message": "ready to serve", "port": <num> } }"#,
        ),
    ] {
        assert_eq!(mine([line]), [pattern]);
    }
    let last = r#"{ "msg": "ready to serve", "port": 80 }"#;
    let pattern = r#"1 { "msg": "ready to serve", "port": <num> }"#;
    assert_eq!(mine([last]), [pattern]);
}

#[test]
fn quotes_of_members_without_a_place_come_in_pairs() {
    let members = |of: &str| -> String {
        let members = (0..40).map(|n| format!("\"{of}{n}\":\"v{n}\","));
        members.collect()
    };
    let (outer, inner) = (members("outer"), members("inner"));
    let line = format!("{{{outer}\"fields\":{{{inner}\"message\":\"ready to serve\"}}}}");
    let mined = mine([line.as_str()]);
    let quotes = mined[0].matches('"').count();
    assert!(quotes.is_multiple_of(2), "{mined:?}");
    assert!(
        mined[0].contains("\"message\":\"ready to serve\"}}"),
        "{mined:?}"
    );
}

#[test]
fn columns_behind_a_request_are_values() {
    let line = |n: usize, flag: &str, details: &str, from: &str| {
        format!(
            r#""GET /items/{n} HTTP/2" 20{} {flag} {details} - "{from}" {n}"#,
            n % 3
        )
    };
    assert_eq!(
        mine([line(7, "DC", "-", "-").as_str()]),
        [r#"1 "GET <path> HTTP/2" <num> DC - - "-" <num>"#]
    );
    let lines = [
        line(0, "-", "via_upstream", "-"),
        line(1, "UC", "-", "https://example.org/list"),
        line(2, "DC", "-", "-"),
    ];
    assert_eq!(
        mine(lines.iter().map(String::as_str)),
        [r#"3 "GET <path> HTTP/2" <num> <*> <*> - "<*>" <num>"#]
    );
    // What a server says beside a request is its own, and so are names.
    let said = [
        r#"request refused: "GET /a HTTP/1.1" by rule"#,
        r#"request refused: "GET /a HTTP/1.1" by hand"#,
        r#""GET /a HTTP/1.1" status: 200 len: 10"#,
        r#""GET /a HTTP/1.1" state: 200 len: 10"#,
    ];
    assert_eq!(mine(said).len(), 4);
}
