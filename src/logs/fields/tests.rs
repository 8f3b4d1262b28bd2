use super::*;
use proptest::prelude::*;
use serde_json::Value as Json;

/// All fields of a line as `name=value`.
fn all(line: &str) -> Vec<String> {
    let fields = parse(line);
    let pair = |it: Field<'_>| format!("{}={}", it.key.name(), it.value.text());
    fields.iter().flat_map(Fields::iter).map(pair).collect()
}

fn texts(line: &str) -> [Option<String>; 3] {
    let fields = parse(line).unwrap();
    [fields.message(), fields.level(), fields.time()].map(|it| it.map(|it| it.text().into_owned()))
}

#[test]
fn members_of_json_are_found_with_one_level_of_nesting() {
    let line = r#" {"level":30, "http":{"status":200,"deep":{"a":[1,"}"]}}, "tags":["x",{"y":1}],"ok":true,"none":null} "#;
    assert_eq!(
        all(line),
        [
            "level=30",
            "http.status=200",
            r#"http.deep={"a":[1,"}"]}"#,
            r#"tags=["x",{"y":1}]"#,
            "ok=true",
            "none=null",
        ]
    );
    let fields = parse(line).unwrap();
    assert_eq!(fields.form(), Form::Json);
    assert_eq!(fields.get("HTTP.status").unwrap().raw(), "200");
    assert!(fields.get("status").is_none() && fields.get("http").is_none());
    assert!(all("{}").is_empty() && parse("{}").is_some());
}

#[test]
fn a_text_loses_its_escapes_and_nothing_else_is_copied() {
    let line = r#"{"a\"b":"x\n\u00e9\ud83d\ude00\ud83d\q","plain":"y"}"#;
    let fields = parse(line).unwrap();
    assert_eq!(fields.get("a\"b").unwrap().text(), "x\né😀\u{fffd}\\q");
    let plain = fields.get("plain").unwrap();
    assert!(matches!(plain.text(), Cow::Borrowed("y")) && plain.is_quoted());
}

#[test]
fn json_that_was_cut_gives_the_fields_before_the_cut() {
    assert_eq!(all(r#"{"a":1,"b":{"c":"x","d":"unfin"#), ["a=1", "b.c=x"]);
    assert_eq!(all(r#"{"a":1,"b" 2,"c":3}"#), ["a=1"]);
    assert_eq!(all(r#"{"a":1} and "b":2"#), ["a=1"]);
    assert!(parse(r#"{"a" is not json}"#).is_none());
    assert!(parse("{braces} are no json").is_none());
}

#[test]
fn pairs_are_found_alone_and_among_words() {
    let line =
        r#"time=2026-01-01T00:00:00Z level=warn msg="it \"broke\"" empty= err=nil took=1.5ms"#;
    assert_eq!(parse(line).unwrap().form(), Form::Logfmt);
    assert_eq!(
        all(line),
        [
            "time=2026-01-01T00:00:00Z",
            "level=warn",
            "msg=it \"broke\"",
            "empty=",
            "err=nil",
            "took=1.5ms",
        ]
    );
    let line = "INFO http: GET /a?b=c&d=e done status=200 (in=x) bytes=5, user.id=7";
    assert_eq!(parse(line).unwrap().form(), Form::Text);
    assert_eq!(all(line), ["status=200", "bytes=5", "user.id=7"]);
    assert_eq!(all("key=\"never closed"), ["key=\"never",]);
    for line in ["", "nothing here", "a = b", "==", "https://a/?b=c", "-x=1"] {
        assert!(parse(line).is_none(), "{line}");
    }
}

#[test]
fn message_level_and_time_are_known_in_common_spellings() {
    for (line, wanted) in [
        (
            r#"{"level":"info","ts":1.5,"msg":"zap"}"#,
            ["zap", "info", "1.5"],
        ),
        (
            r#"{"@timestamp":"T","log.level":"WARN","message":"ecs"}"#,
            ["ecs", "WARN", "T"],
        ),
        (
            r#"{"@timestamp":"T","log":{"level":"warn"},"message":"nested"}"#,
            ["nested", "warn", "T"],
        ),
        (
            r#"{"@t":"T","@l":"Error","@m":"serilog"}"#,
            ["serilog", "Error", "T"],
        ),
        (
            r#"{"t":{"$date":"T"},"s":"I","c":"NETWORK","msg":"mongo"}"#,
            ["mongo", "I", "T"],
        ),
        (
            r#"{"Timestamp":"T","SeverityText":"INFO","SeverityNumber":9,"Body":"otel"}"#,
            ["otel", "INFO", "T"],
        ),
        (
            r#"{"timestamp":"T","levelname":"DEBUG","message":"python"}"#,
            ["python", "DEBUG", "T"],
        ),
        ("ts=T lvl=eror msg=\"go kit\"", ["go kit", "eror", "T"]),
        (
            "2026-01-01T00:00:00.000000000Z stderr F time=T level=info msg=cri",
            ["cri", "info", "T"],
        ),
        (
            r#"{"log":"docker\n","stream":"stdout","level":"x","time":"T"}"#,
            ["docker\n", "x", "T"],
        ),
    ] {
        let found = texts(line);
        let found = found.each_ref().map(|it| it.as_deref().unwrap_or("none"));
        assert_eq!(found, wanted, "{line}");
    }
    let words = "INFO started port=80 in=5ms";
    assert_eq!(texts(words)[0].as_deref(), Some(words));
}

#[test]
fn the_rest_is_what_is_neither_message_nor_level_nor_time() {
    let fields = parse(r#"{"time":"T","level":"info","msg":"m","message":"n","port":80}"#).unwrap();
    let rest: Vec<_> = fields.rest().map(|it| it.key.name()).collect();
    assert_eq!(rest, ["message", "port"]);
}

#[test]
fn depth_and_number_of_fields_are_bounded() {
    let deep = format!(
        "{{\"a\":{}1{},\"b\":2}}",
        "[".repeat(50_000),
        "]".repeat(50_000)
    );
    assert_eq!(parse(&deep).unwrap().get("b").unwrap().raw(), "2");
    let objects = "{\"a\":".repeat(50_000);
    assert_eq!(parse(&objects).unwrap().iter().count(), 0);
    let wide = "k=v ".repeat(10_000);
    assert_eq!(parse(&wide).unwrap().iter().count(), MAX_FIELDS);
}

/// Values with objects in objects.
fn json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::Bool),
        any::<i64>().prop_map(Json::from),
        // Numbers that serde_json reads back to the last bit.
        any::<i32>().prop_map(|it| Json::from(f64::from(it) / 8.0)),
        "\\PC{0,8}".prop_map(Json::String),
        any::<String>().prop_map(Json::String),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Json::Array),
            proptest::collection::btree_map(".{0,5}", inner, 0..4)
                .prop_map(|it| Json::Object(it.into_iter().collect())),
        ]
    })
}

/// What the walk must find: members, and those of objects in the object.
fn flat(object: &serde_json::Map<String, Json>) -> Vec<(String, Json)> {
    let inner = |(key, value): (&String, &Json)| match value {
        Json::Object(inner) => inner
            .iter()
            .map(|(name, value)| (format!("{key}.{name}"), value.clone()))
            .collect(),
        other => vec![(key.clone(), other.clone())],
    };
    object.iter().flat_map(inner).collect()
}

proptest! {
    #[test]
    fn what_serde_json_writes_is_read_back(
        object in proptest::collection::btree_map(".{0,6}", json(), 0..8),
        pretty: bool,
    ) {
        let object: serde_json::Map<_, _> = object.into_iter().collect();
        let value = Json::Object(object.clone());
        let line = if pretty {
            serde_json::to_string_pretty(&value).unwrap()
        } else {
            value.to_string()
        };
        let fields = parse(&line).unwrap();
        let found: Vec<_> = fields
            .iter()
            .map(|it| {
                let value = if it.value.is_quoted() {
                    Json::String(it.value.text().into_owned())
                } else {
                    serde_json::from_str(it.value.raw()).unwrap()
                };
                (it.key.name().into_owned(), value)
            })
            .collect();
        prop_assert_eq!(&found, &flat(&object));
        for field in fields.iter() {
            prop_assert!(fields.get(&field.key.name()).is_some());
        }
    }

    #[test]
    fn pairs_are_read_back(pairs in proptest::collection::vec(("[a-z][a-z0-9_.]{0,6}", "\\PC{0,8}"), 2..8)) {
        let write = |(key, value): &(String, String)| format!("{key}={}", Json::from(value.as_str()));
        let line = pairs.iter().map(write).collect::<Vec<_>>().join(" ");
        let wanted: Vec<_> = pairs.iter().map(|(key, value)| format!("{key}={value}")).collect();
        prop_assert_eq!(all(&line), wanted);
    }

    #[test]
    fn no_line_makes_it_panic(line in "([{}\\[\\]\":,=\\\\ ]|[a-z0-9]|\\PC|u[0-9a-f]{4}|\\{\"){0,60}") {
        if let Some(fields) = parse(&line) {
            let rest = fields.rest().count();
            prop_assert!(rest <= fields.iter().count() && rest <= MAX_FIELDS);
            let _ = (fields.message(), fields.level(), fields.time());
            for field in fields.iter() {
                let _ = (field.key.name(), field.value.text());
            }
        }
    }
}
