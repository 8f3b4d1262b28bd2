use super::*;
use crate::logs::severity::Severity;
use crate::time::Nanos;
use proptest::prelude::*;

mod evaluation;

fn query(text: &str) -> Query {
    parse(text, None).query
}

fn text(text: &str) -> Query {
    Query::Text(text.to_owned())
}

fn levels(list: &[Severity]) -> Query {
    Query::Levels(list.iter().fold(SeveritySet::NONE, |set, it| set.with(*it)))
}

fn field(key: &str, comparison: Comparison, value: &str) -> Query {
    Query::Field(FieldTest {
        key: key.to_owned(),
        comparison,
        value: value.to_owned(),
    })
}

fn regex(pattern: &str) -> Query {
    Query::Regex(Regex {
        pattern: pattern.to_owned(),
        ignore_case: false,
    })
}

fn not(query: Query) -> Query {
    query.negated()
}

/// An engine that takes all expressions but one.
struct Engine;

impl RegexEngine for Engine {
    fn compile(&self, regex: &Regex) -> Result<Arc<dyn Matcher>, String> {
        match regex.pattern.as_str() {
            "(bad" => Err("unclosed group".to_owned()),
            _ => Ok(Arc::new(Self)),
        }
    }
}

impl Matcher for Engine {
    fn find_at(&self, _: &str, _: usize) -> Option<(usize, usize)> {
        None
    }
}

#[test]
fn what_a_text_asks_for_does_not_depend_on_an_engine_being_here() {
    for text in [
        "replace /a+/ in it",
        "/a+/",
        "timeout /a+/",
        "-/a+/i x",
        "/v1.2/ a",
        "GET /x/ (a|b)",
    ] {
        let (without, with) = (parse(text, None), parse(text, Some(&Engine)));
        assert_eq!(without.query, with.query, "{text}");
        let lacks = without.problems.iter().any(|it| it.fault == Fault::NoRegex);
        assert_eq!(Language::QUERIES.lacks_engine(text), lacks, "{text}");
        assert_eq!(lacks, text.contains("/a+/"), "{text}");
    }
}

#[test]
fn small_operators_beside_each_other_are_operators() {
    for (small, capital) in [
        ("timeout and not level:debug", "timeout AND NOT level:debug"),
        ("level:error or not timeout", "level:error OR NOT timeout"),
        ("user=zoe and not (a or b)", "user=zoe AND NOT (a OR b)"),
    ] {
        assert_eq!(query(small), query(capital), "{small}");
    }
    let plain = Query::All(vec![text("could not connect"), levels(&[Severity::Error])]);
    assert_eq!(query("could not connect level:error"), plain);
}

#[test]
fn what_has_no_mark_of_the_language_is_text_as_it_stands() {
    for plain in [
        "timeout",
        "timeout  of 5",
        "could not connect to server",
        "ready or not and so on",
        "foo(bar) baz",
        "Segmentation fault (core dumped)",
        "timeout (not so)",
        "stopped (and so on)",
        ":-) ;-(",
        "exit code -1",
        "--flag=1 -- x",
        "a - b",
        "http://x.y:80/a/b?c=d&e=f#g",
        "error: failed at 10:15:30",
        "level: error",
        "source: api",
        "/var/log/nginx",
        "/api/",
        "/",
        "/* comment */",
        "a / b* / c",
        "GET /a+b/c",
        "List<String> -> Vec<u8>",
        "ptr->field",
        "$this->a",
        "{\"level\":\"error\",\"a\":1}",
        "\"level\":\"error\"",
        "5\" disk",
        "a= b",
        "x => y",
        "[31m",
        "ошибка Größe",
        "\\d+",
        "!important",
        "java -Xmx512m -jar app.jar",
        "kill -TERM 12",
        "error -ENODEV",
        "ls and -l",
        "GET /v1.2/ HTTP",
        "/app.d/",
        "libc6_2.31~deb10 installed",
        "x=>5",
        "if x =~ y, x=~y",
        "\"key\"=>\"value\"",
    ] {
        let parsed = parse(plain, None);
        assert_eq!(parsed.query, text(plain), "{plain:?}");
        assert_eq!(parsed.problems, [], "{plain:?}");
    }
    assert!(query("").is_everything() && query("   ").is_everything());
    assert_eq!(query(" timeout  of 5 "), text("timeout  of 5"));
    let long = "level:error ".repeat(MAX_QUERY_BYTES);
    assert!(query(&long) == text(long.trim()));
}

#[test]
fn every_mark_of_the_language_is_read() {
    use Comparison::*;
    use Severity::*;
    let error = || levels(&[Error]);
    for (written, meant) in [
        ("\"a  b\"", text("a  b")),
        (r#""say \"a\\b\n\"""#, text(r#"say "a\b\n""#)),
        ("/a+b/", regex("a+b")),
        (r"/a\/b$/", regex(r"a\/b$")),
        ("/a b|c d/", regex("a b|c d")),
        (
            "/error/i",
            Query::Regex(Regex {
                pattern: "error".to_owned(),
                ignore_case: true,
            }),
        ),
        (
            "GET /a+/ x",
            Query::all(vec![text("GET"), regex("a+"), text("x")]),
        ),
        ("level:error", error()),
        ("Level:ERR", error()),
        ("level:error,warning", levels(&[Error, Warn])),
        ("level>=warn", levels(&[Fatal, Error, Warn])),
        ("level>warn", levels(&[Fatal, Error])),
        ("level<=debug", levels(&[Debug, Trace])),
        ("level<debug", levels(&[Trace])),
        ("level=error", error()),
        (
            "level!=error,fatal",
            levels(&[Warn, Info, Debug, Trace, Unknown]),
        ),
        ("level>30", field("level", Above, "30")),
        ("level=odd", field("level", Is, "odd")),
        ("level~err", field("level", Holds, "err")),
        ("stream:stderr", Query::Stream(LogStream::Stderr)),
        ("source:api", Query::Sources(vec!["api".to_owned()])),
        (
            "source:\"a, b\",c",
            Query::Sources(vec!["a, b".to_owned(), "c".to_owned()]),
        ),
        (
            "template:3,12",
            Query::Templates(vec![TemplateId(3), TemplateId(12)]),
        ),
        (
            "template:\"user <*> left\",\"a, b\"",
            Query::Patterns(vec!["user <*> left".to_owned(), "a, b".to_owned()]),
        ),
        (
            "template:3,left*",
            Query::any(vec![
                Query::Templates(vec![TemplateId(3)]),
                Query::Patterns(vec!["left*".to_owned()]),
            ]),
        ),
        ("after:15m", Query::After(When::Ago(Nanos(900_000_000_000)))),
        (
            "before:\"1970-01-01 00:01\"",
            Query::Before(When::Local(Nanos(60_000_000_000))),
        ),
        ("status=500", field("status", Is, "500")),
        ("http.status!=500", field("http.status", IsNot, "500")),
        ("status==500", field("status", Is, "500")),
        ("took>1.5s", field("took", Above, "1.5s")),
        ("took>=10", field("took", AtLeast, "10")),
        ("took<10", field("took", Below, "10")),
        ("took<=10", field("took", AtMost, "10")),
        ("user~zoë", field("user", Holds, "zoë")),
        ("user=\"a b\"", field("user", Is, "a b")),
        ("user=*", field("user", Is, "*")),
        ("user~\"\"", field("user", Holds, "")),
        ("\"k8s/app\"=web", field("k8s/app", Is, "web")),
        ("-\"größe in m\">=5", not(field("größe in m", AtLeast, "5"))),
        ("\"a.2.3\"~x", field("a.2.3", Holds, "x")),
        ("x=\">5\"", field("x", Is, ">5")),
        ("-debug", not(text("debug"))),
        ("-\"404\"", not(text("404"))),
        ("-/a+/", not(regex("a+"))),
        ("NOT debug", not(text("debug"))),
        ("not level:error", not(error())),
        ("NOT -debug", text("debug")),
        (
            "timeout OR refused",
            Query::any(vec![text("timeout"), text("refused")]),
        ),
        (
            "timeout AND refused",
            Query::all(vec![text("timeout"), text("refused")]),
        ),
        (
            "timeout level:error",
            Query::all(vec![text("timeout"), error()]),
        ),
        (
            "timeout or level:error",
            Query::any(vec![text("timeout"), error()]),
        ),
        (
            "connection  refused level:error in db",
            Query::all(vec![text("connection  refused"), error(), text("in db")]),
        ),
        (
            "could not connect level:error",
            Query::all(vec![text("could not connect"), error()]),
        ),
        (
            "-debug get -trace",
            Query::all(vec![not(text("debug")), text("get"), not(text("trace"))]),
        ),
        (
            "get -debug trace level:error",
            Query::all(vec![
                text("get"),
                not(text("debug")),
                text("trace"),
                error(),
            ]),
        ),
        (
            "(timeout or refused)",
            Query::any(vec![text("timeout"), text("refused")]),
        ),
        (
            "(timeout or refused) -debug",
            Query::all(vec![
                Query::any(vec![text("timeout"), text("refused")]),
                not(text("debug")),
            ]),
        ),
        (
            "a OR b level:error",
            Query::any(vec![text("a"), Query::all(vec![text("b"), error()])]),
        ),
        (
            "(a or b) level:error",
            Query::all(vec![Query::any(vec![text("a"), text("b")]), error()]),
        ),
        ("-(a or \"b\")", not(Query::any(vec![text("a"), text("b")]))),
        (
            "(f(x) OR (level:error) (b))",
            Query::any(vec![text("f(x)"), Query::all(vec![error(), text("b")])]),
        ),
    ] {
        let parsed = parse(written, Some(&Engine));
        assert_eq!(parsed.query, meant, "{written}");
        assert_eq!(parsed.problems, [], "{written}");
    }
}

#[test]
fn what_cannot_be_read_is_left_out_and_told() {
    use Fault::*;
    let a = || text("a");
    for (written, meant, at, fault, unfinished) in [
        ("a level:", a(), "level:", Value, true),
        ("a level:erro", a(), "erro", Level, true),
        ("level:erro a", a(), "erro", Level, false),
        ("a level>fatal", a(), "level>fatal", Level, true),
        ("a level>=wa", a(), "level>=wa", Level, true),
        ("stream:x a", a(), "x", Stream, false),
        ("after:noon a", a(), "after:noon", Time, false),
        ("a after:10:1", a(), "after:10:1", Time, true),
        ("a status=", a(), "status=", Value, true),
        ("a took>1.", a(), "took>1.", Value, true),
        ("a status=\"", a(), "status=\"", Value, true),
        ("a OR", a(), "OR", Operator, true),
        ("OR \"a\"", a(), "OR", Operator, false),
        ("a AND NOT", a(), "NOT", Operator, true),
        (
            "a AND OR level:info",
            Query::any(vec![a(), levels(&[Severity::Info])]),
            "AND",
            Operator,
            false,
        ),
        ("a -", a(), "-", Operator, true),
        ("(\"a\"", a(), "(", Bracket, true),
        ("\"a\" ()", a(), "(", Bracket, false),
        ("\"a", a(), "\"a", Quote, true),
        ("\"a\" \"", a(), "\"", Value, true),
        (
            "\"\" level:info",
            levels(&[Severity::Info]),
            "\"\"",
            Value,
            false,
        ),
        ("/a+/", regex("a+"), "/a+/", NoRegex, true),
        ("level:", Query::EVERYTHING, "level:", Value, true),
        ("-level:", Query::EVERYTHING, "level:", Value, true),
        ("a OR level:", a(), "level:", Value, true),
    ] {
        let parsed = parse(written, None);
        assert_eq!(parsed.query, meant, "{written}");
        let [problem] = &parsed.problems[..] else {
            panic!("{written}: {:?}", parsed.problems);
        };
        assert_eq!(&written[problem.span.clone()], at, "{written}");
        assert_eq!(
            (&problem.fault, problem.unfinished),
            (&fault, unfinished),
            "{written}"
        );
        assert!(problem.fault.advice().len() > 10);
    }
    let refused = parse("a /(bad/", Some(&Engine)).problems;
    assert_eq!(refused[0].fault.advice(), "unclosed group");
    assert_eq!(refused[0].span, 2..8);
    let listed = parse("level:error,wrn,info", None);
    assert_eq!(listed.query, levels(&[Severity::Error, Severity::Info]));
    assert_eq!(listed.problems[0].span, 12..15);
}

#[test]
fn deep_nesting_is_text_beyond_its_bound() {
    let brackets = "(".repeat(MAX_QUERY_BYTES / 2 - 10);
    for text in [
        format!("{brackets} level:error"),
        format!("level:error {brackets}"),
        "NOT ".repeat(1000) + "level:error",
        "(-".repeat(1000) + "level:error",
    ] {
        let parsed = parse(&text, None);
        let _ = parsed.query.to_text();
    }
}

#[test]
fn a_source_is_named_by_its_whole_name_or_the_end_of_it() {
    for (name, asked, is) in [
        ("shop-api-1", "shop-api-1", true),
        ("shop-api-1", "API-1", true),
        ("shop-api-1", "api", true),
        ("shop_api_12", "api", true),
        ("shop-api-1", "shop-api", true),
        ("shop-api-v1", "api", false),
        ("shop-api1", "shop-api", false),
        ("shop-api-1", "shop", false),
        ("shop-api-1", "api*", true),
        ("shop-api-1", "*api*", true),
        ("shop-api-1", "pi-1", false),
        ("shop-api-1", "s*a*1", true),
        ("shop-api-1", "s*b*1", false),
        ("shop", "", false),
        ("shop", "*", true),
    ] {
        assert_eq!(source_is(name, asked), is, "{name} {asked}");
    }
}

#[test]
fn a_template_is_named_by_the_text_that_it_has_or_had_or_will_have() {
    for (pattern, asked, is) in [
        ("user <*> left", "user <*> left", true),
        ("user alice left", "user <*> left", true),
        ("user <*> left", "user alice left", true),
        ("took <num> ms", "took <*> ms", true),
        ("user alice left", "user bob left", false),
        ("user <*> left", "user <*> came", false),
        ("user <*> left the room", "user <*> left", false),
        ("user <*> left", "*left", true),
        ("a <b c> d", "a <b c> d", true),
        ("a <b c> d", "a x d", false),
        ("request <*> took <num>", "request <*>", false),
        ("request failed at <path>", "request <*>", false),
        ("<*> <num>", "request failed at <num>", false),
        ("anything at all", "", false),
    ] {
        assert_eq!(pattern_is(pattern, asked), is, "{pattern} {asked}");
    }
}

#[test]
fn a_completion_knows_what_is_expected_at_the_caret() {
    // `|` is the caret, `[` where the completed part begins.
    for (at, kind) in [
        ("[|", Kind::Term),
        ("[le|", Kind::Term),
        ("a [|", Kind::Term),
        ("-[le|", Kind::Term),
        ("([le|vel", Kind::Term),
        ("level:[|", Kind::Level),
        ("level:[er|ror", Kind::Level),
        ("-level:error,[w|", Kind::Level),
        ("level>=[w|", Kind::Level),
        ("a OR stream:[s|", Kind::Stream),
        ("source:[ap|", Kind::Source),
        ("template:[1|", Kind::Template),
        ("after:[10:|", Kind::Time),
        ("[\"a b|", Kind::Text),
        (
            "status=[5|",
            Kind::Value {
                key: "status".to_owned(),
            },
        ),
        (
            "http.status>=[|",
            Kind::Value {
                key: "http.status".to_owned(),
            },
        ),
        (
            "\"k8s/app\"=[w|",
            Kind::Value {
                key: "k8s/app".to_owned(),
            },
        ),
        (
            "user=[\"a b|",
            Kind::Value {
                key: "user".to_owned(),
            },
        ),
    ] {
        let caret = at.replace('[', "").find('|').unwrap();
        let start = at.find('[').unwrap();
        let text = at.replace(['[', '|'], "");
        let found = expected(&text, caret);
        assert_eq!(
            found,
            Expected {
                kind,
                span: start..caret
            },
            "{at}"
        );
    }
    assert_eq!(expected("é", 1).span, 0..0);
    assert_eq!(expected("abc", 99).span, 0..3);
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof!["[a-zA-Zé_.-]{1,8}", "\\PC{1,8}"].prop_filter("visible", |it| !it.trim().is_empty())
}

fn words() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{1,5}( [a-z0-9]{1,5}){0,2}",
        "(and|or|not|AND|OR|NOT|level:|-x|\\(|\\)|a=b|/a+/|\"|\\\\| ){1,4}",
        "\\PC{1,10}",
    ]
}

fn leaf() -> impl Strategy<Value = Query> {
    let time = (-9_000_000_000i64..9_000_000_000).prop_map(|it| Nanos(it * 1_000_000_000));
    let when = prop_oneof![
        time.clone().prop_map(When::At),
        time.prop_map(When::Local),
        (0..86_400_000i64).prop_map(|it| When::Clock(Nanos(it * 1_000_000))),
        (0i64..1 << 50).prop_map(|it| When::Ago(Nanos(it))),
    ];
    prop_oneof![
        words().prop_map(Query::Text),
        (1u8..0x7f).prop_map(|bits| {
            let set = Severity::ALL
                .into_iter()
                .filter(|it| bits & 1 << it.index() != 0);
            Query::Levels(set.fold(SeveritySet::NONE, SeveritySet::with))
        }),
        any::<bool>().prop_map(|err| Query::Stream(match err {
            true => LogStream::Stderr,
            false => LogStream::Stdout,
        })),
        proptest::collection::vec(name(), 1..3).prop_map(Query::Sources),
        proptest::collection::vec(any::<u32>().prop_map(TemplateId), 1..3)
            .prop_map(Query::Templates),
        proptest::collection::vec(
            name().prop_filter("no number", |it| it.parse::<u32>().is_err()),
            1..3
        )
        .prop_map(Query::Patterns),
        when.clone().prop_map(Query::After),
        when.prop_map(Query::Before),
        "[a-z]{1,3}[+*][a-z \\\\]{0,3}[a-z]".prop_map(|pattern| Query::Regex(Regex {
            pattern,
            ignore_case: true
        })),
        (
            "[a-z@_][a-z.@-]{0,5}[a-z]|[a-z0-9.]{1,6}|\\PC{1,6}",
            0..3usize,
            "\\PC{0,8}"
        )
            .prop_map(|(key, comparison, value)| {
                let comparison = [Comparison::Is, Comparison::IsNot, Comparison::Holds][comparison];
                Query::Field(FieldTest {
                    key,
                    comparison,
                    value,
                })
            }),
        ("[a-z]{1,4}", 0..4usize, "[0-9]{1,4}(ms|kB)?").prop_map(|(key, comparison, value)| {
            use Comparison::*;
            let comparison = [Above, AtLeast, Below, AtMost][comparison];
            Query::Field(FieldTest {
                key,
                comparison,
                value,
            })
        }),
    ]
}

pub(super) fn queries() -> impl Strategy<Value = Query> {
    leaf().prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 2..4).prop_map(Query::all),
            proptest::collection::vec(inner.clone(), 2..4).prop_map(Query::any),
            inner.prop_map(Query::negated),
        ]
    })
}

/// Pieces of queries in any order.
pub(super) fn pieces() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "(level|stream|source|template|after|before|status|a\\.b)(:|=|!=|>=|>|~)?",
        "(error|warn,|stderr|12|10:15|\"|\\(|\\)|-| | |OR|and|NOT|not|or|/|\\.\\*|,)",
        "\\PC{0,3}",
    ];
    proptest::collection::vec(piece, 0..14).prop_map(|all| all.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_canonical_text_means_the_same_query(query in queries()) {
        let text = query.to_text();
        let parsed = parse(&text, Some(&Engine));
        prop_assert_eq!(&parsed.query, &query, "{}", text);
        prop_assert_eq!(&parsed.problems, &[], "{}", text);
    }

    #[test]
    fn any_text_is_read_and_its_canonical_text_means_the_same(text in pieces()) {
        let parsed = parse(&text, None);
        for problem in &parsed.problems {
            prop_assert!(text.get(problem.span.clone()).is_some());
        }
        let canonical = parsed.query.to_text();
        let again = parse(&canonical, None);
        prop_assert_eq!(&again.query, &parsed.query, "{}", canonical);
    }

    #[test]
    fn completion_stays_before_the_caret(text in pieces(), caret in 0usize..60) {
        let found = expected(&text, caret);
        prop_assert!(text.get(found.span.clone()).is_some() && found.span.end <= caret);
    }
}
