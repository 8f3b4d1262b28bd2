use super::*;
use proptest::prelude::*;

fn masked(line: &str) -> String {
    let mut tokens = Tokens::default();
    tokens.read(line);
    let list: Vec<_> = (0..tokens.len())
        .map(|i| String::from_utf8_lossy(tokens.token(i)).into_owned())
        .collect();
    list.join(" ")
}

#[test]
fn what_varies_is_masked_and_words_stay() {
    for (line, pattern) in [
        ("", ""),
        ("  hello   world ", "hello world"),
        ("took 12ms id=17 n=-5", "took <*> id=<*> n=<*>"),
        (
            "from 10.0.0.1:8080 to fe80::1ff:fe23:4567",
            "from <*> to <*>",
        ),
        ("mac 02:42:ac:11:00:02 up", "mac <*> up"),
        ("2026-11-22T10:57:49.123Z start", "<*> start"),
        ("[2026-11-22 10:57:49,123] start", "[<*> <*>] start"),
        ("req 3f2504e0-4f89-11d3-9a0c-0305e82c3301 ok", "req <*> ok"),
        ("commit deadbeefcafe by bob", "commit <*> by bob"),
        ("open /var/log/app.log: denied", "open <*>: denied"),
        ("GET https://a.b/c?d=e, done", "GET <*>, done"),
        ("said \"hello there\" twice", "said <*> twice"),
        ("can't open 'a b' now", "can't open <*> now"),
        (
            "worker-12 eth0 log4j k8s blk_-91",
            "worker-<*> eth<*> log4j k8s blk_-<*>",
        ),
        ("port:8080 (pid 12)", "port:<*> (pid <*>)"),
        ("ids 1,2,3 of 0x7ffe", "ids <*> of <*>"),
        (
            "level=info msg=\"user 7 left\" took=\"3 s\"",
            "level=info msg=\"user <*> left\" took=<*>",
        ),
        (
            "\"GET /a/b HTTP/1.1\" 200 17",
            "\"GET <*> HTTP/<*>\" <*> <*>",
        ),
        ("größe 5 überall", "größe <*> überall"),
        ("it's \"open", "it's \"open"),
    ] {
        assert_eq!(masked(line), pattern, "{line}");
    }
}

#[test]
fn a_json_line_is_compared_by_its_members() {
    assert_eq!(
        masked(
            r#"{"time":"2026","level":"info","msg":"user 7 left","ms":12,"tags":["a","b"],"ok":true}"#
        ),
        r#"{"time":<*>, "level":"info", "msg":"user <*> left", "ms":<*>, "tags":[<*>], "ok":<*>}"#
    );
    assert_eq!(masked(r#"{"a": {"b": "c"}}"#), r#"{"a":{ "b":<*>}}"#);
    assert_eq!(masked(r#"{"a": "cut"#), r#"{"a":"cut"#);
}

#[test]
fn the_header_of_a_line_is_recognised() {
    for (line, header) in [
        ("user 7 logged in", 0),
        (
            "2026-11-22 10:00:00,123 INFO [main] com.x.Foo: Created x for y",
            5,
        ),
        ("Jun 14 15:16:01 combo sshd[19939]: check pass", 5),
        ("Jun 14 15:16:01 combo kernel: out of memory", 5),
        ("2026-11-22T10:00:00Z - INFO - done", 4),
        (
            "10.0.0.1 - - [22/Nov/2026:10:00:00 +0000] \"GET /x HTTP/1.1\" status: 200",
            5,
        ),
        ("7", 0),
        ("12 13", 1),
    ] {
        let mut tokens = Tokens::default();
        tokens.read(line);
        assert_eq!(tokens.header(), header, "{line}");
    }
}

#[test]
fn a_very_long_line_ends_in_one_masked_token() {
    assert_eq!(
        masked(&"word ".repeat(300)).matches("word").count(),
        MAX_TOKENS
    );
    assert!(masked(&"x".repeat(5000)).ends_with("<*>"));
}

proptest! {
    #[test]
    fn any_text_gives_bounded_tokens_without_white_space(line in "(\\PC|[ \"'/:{}=.-]|[0-9a-f]{1,9}){0,40}") {
        let mut tokens = Tokens::default();
        tokens.read(&line);
        prop_assert!(tokens.len() <= MAX_TOKENS + 1);
        for i in 0..tokens.len() {
            let token = tokens.token(i);
            prop_assert!(!token.is_empty());
            prop_assert!(std::str::from_utf8(token).is_ok());
            prop_assert!(!token.iter().any(u8::is_ascii_whitespace));
        }
    }
}
