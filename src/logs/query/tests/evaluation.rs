//! Plans against the naive way: row by row, line by line.

use super::*;
use crate::logs::store::{LogStore, Note, Row, StoreLimits};
use crate::logs::{Mined, ansi};
use crate::protocol::{Gap, GapReason, LogBatch};
use crate::time::Millis;

const SOURCES: &[(u16, &str)] = &[(0, "shop-api-1"), (1, "shop-db-1")];

/// Looks for the pattern without its brackets.
struct Literal;

struct Found(String);

impl RegexEngine for Literal {
    fn compile(&self, regex: &Regex) -> Result<Arc<dyn Matcher>, String> {
        let literal = regex.pattern.trim_matches(['(', ')']);
        Ok(Arc::new(Found(literal.to_owned())))
    }
}

impl Matcher for Found {
    fn find_at(&self, line: &str, from: usize) -> Option<(usize, usize)> {
        let at = from + line.get(from..)?.find(&self.0)?;
        Some((at, at + self.0.len()))
    }
}

fn known() -> Known<'static> {
    Known {
        here: Here {
            now: Millis(100),
            ahead_ms: 0,
        },
        sources: SOURCES,
        templates: None,
        engine: Some(&Literal),
    }
}

fn holds(line: &str, text: &str) -> bool {
    if text.is_ascii() {
        return line
            .to_ascii_lowercase()
            .contains(&text.to_ascii_lowercase());
    }
    let lower = |text: &str| -> Vec<String> {
        text.chars().map(|it| it.to_lowercase().collect()).collect()
    };
    let (line, text) = (lower(line), lower(text));
    line.windows(text.len()).any(|it| it == text)
}

fn equal(value: &str, text: &str) -> bool {
    value.chars().count() == text.chars().count()
        && (holds(value, text) || value.is_empty() && text.is_empty())
}

/// Whether a row passes, by the definition.
fn naive(query: &Query, row: &Row<'_>) -> bool {
    let Row::Entry {
        entry,
        severity,
        template,
        source,
        ..
    } = row
    else {
        return true;
    };
    fn passes(query: &Query, line: &str, is: &dyn Fn(&Query) -> bool) -> bool {
        match query {
            Query::All(all) => all.iter().all(|it| passes(it, line, is)),
            Query::Any(any) => any.iter().any(|it| passes(it, line, is)),
            Query::Not(query) => !passes(query, line, is),
            Query::Text(text) => holds(line, text),
            Query::Regex(regex) => line.contains(regex.pattern.trim_matches(['(', ')'])),
            Query::Field(test) => {
                let value = field::field(line, &test.key);
                let Some(value) = value.map(|it| it.text().into_owned()) else {
                    return false;
                };
                let numbers = || Quantity::parse(&value)?.comparable(Quantity::parse(&test.value)?);
                let order =
                    |holds: &dyn Fn(f64, f64) -> bool| numbers().is_some_and(|(a, b)| holds(a, b));
                match test.comparison {
                    Comparison::Is => test.value == "*" || equal(&value, &test.value),
                    Comparison::IsNot => !equal(&value, &test.value),
                    Comparison::Holds => holds(&value, &test.value),
                    Comparison::Above => order(&|a, b| a > b),
                    Comparison::AtLeast => order(&|a, b| a >= b),
                    Comparison::Below => order(&|a, b| a < b),
                    Comparison::AtMost => order(&|a, b| a <= b),
                }
            }
            _ => is(query),
        }
    }
    passes(query, &ansi::strip(entry.text), &|query| match query {
        Query::Levels(set) => set.contains(*severity),
        Query::Stream(stream) => *stream == entry.stream,
        Query::Sources(names) => SOURCES
            .iter()
            .any(|(id, name)| id == source && names.iter().any(|it| source_is(name, it))),
        Query::Templates(ids) => template.is_some_and(|it| ids.contains(&it)),
        Query::After(when) => entry.time >= when.resolve(known().here),
        Query::Before(when) => entry.time < when.resolve(known().here),
        _ => unreachable!(),
    })
}

fn line() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[abkAéÉдД中 \u{212a}]{0,5}",
        1 => "(\x1b\\[31m|\x1b\\[0m|\x1b)",
        1 => "(a|b\\.a|B)=(a|ab|12ms|\"a b\"|\"\\\\u0061\") ",
    ];
    let words = proptest::collection::vec(piece, 0..6).prop_map(|all| all.concat());
    prop_oneof![
        6 => words.clone(),
        2 => ("[abA]", "(\"[abé]{0,2}\"|12|3|\"12ms\"|\"\\\\u0061\")", "[ab]", "[0-3]")
            .prop_map(|(key, value, inner, n)| format!("{{\"{key}\":{value},\"b\":{{\"{inner}\":{n}}}}}")),
        // Long lines make many chunks.
        1 => (words, 0usize..50_000).prop_map(|(words, n)| words + &"ab".repeat(n / 2) + "c"),
    ]
}

/// A query that lines of [`line`] may match.
fn asked() -> impl Strategy<Value = Query> {
    let leaf = prop_oneof![
        4 => "[abkéд中]{1,3}".prop_map(Query::Text),
        1 => "[ab ]{0,2}[31m\\[]".prop_map(Query::Text),
        1 => "bc|ca|caé".prop_map(Query::Text),
        1 => "[ab]{1,2}".prop_map(|it| Query::Regex(Regex { pattern: format!("({it})"), ignore_case: false })),
        1 => (0u8..7).prop_map(|it| Query::Levels(SeveritySet::only(Severity::from_index(it.into())))),
        1 => any::<bool>().prop_map(|it| Query::Stream(if it { LogStream::Stderr } else { LogStream::Stdout })),
        1 => "(shop|api-1|db|db-1|\\*b\\*)".prop_map(|it| Query::Sources(vec![it])),
        1 => (0u32..4).prop_map(|it| Query::Templates(vec![TemplateId(it), TemplateId(1)])),
        1 => (0i64..60).prop_map(|it| Query::After(When::At(Nanos(it)))),
        1 => (0i64..60).prop_map(|it| Query::Before(When::At(Nanos(it)))),
        6 => ("[abA]|b\\.[abA]", 0usize..7, "a|A|é|ab|12|3|2ms|\\*|a b|").prop_map(|(key, comparison, value)| {
            use Comparison::*;
            let comparison = [Is, IsNot, Holds, Above, AtLeast, Below, AtMost][comparison];
            let value = if comparison.is_order() { "3".to_owned() } else { value };
            Query::Field(FieldTest { key, comparison, value })
        }),
    ];
    leaf.prop_recursive(3, 10, 3, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 2..4).prop_map(Query::all),
            proptest::collection::vec(inner.clone(), 2..4).prop_map(Query::any),
            inner.prop_map(Query::negated),
        ]
    })
}

/// Source, its lines (time, severity, template, text), and whether lines are missing before them.
#[derive(Clone, Debug)]
struct Came {
    source: u16,
    lines: Vec<(i64, u8, u32, String)>,
    gap: bool,
}

fn came() -> impl Strategy<Value = Came> {
    let line = (0i64..60, 0u8..7, 0u32..4, line());
    let lines = proptest::collection::vec(line, 0..8);
    (0u16..2, lines, proptest::bool::weighted(0.2)).prop_map(|(source, lines, gap)| Came {
        source,
        lines,
        gap,
    })
}

/// Puts it into a store. Returns the first row that is new or moved.
fn append(store: &mut LogStore, came: &Came) -> u64 {
    let (mut batch, mut mined) = (LogBatch::new(), Vec::new());
    for (time, severity, template, text) in &came.lines {
        let stream = match template % 2 {
            0 => LogStream::Stdout,
            _ => LogStream::Stderr,
        };
        batch.push_line(Nanos(*time), stream, text);
        mined.push(Mined {
            counts_as: None,
            severity: Severity::from_index((*severity).into()),
            template: (*template > 0).then_some(TemplateId(*template)),
            goes_on: time % 3 == 0,
        });
    }
    let mut changed = u64::MAX;
    if came.gap {
        changed = store.append_note(
            came.source,
            Note::Missing(Gap {
                lines: Some(1),
                after: None,
                before: None,
                reason: GapReason::SlowViewer,
            }),
        );
    }
    changed.min(store.append(came.source, batch, &mined))
}

/// The rows from number `from` on that pass, by the definition.
fn passing(query: &Query, store: &LogStore, from: u64) -> Vec<u64> {
    let rows = store.iter_from((from - store.first_row()) as usize);
    let passing = (from..).zip(rows).filter(|(_, row)| naive(query, row));
    passing.map(|(number, _)| number).collect()
}

fn rows(matches: &Matches) -> Vec<u64> {
    (0..matches.len())
        .filter_map(|at| matches.get(at))
        .collect()
}

#[test]
fn a_text_does_not_begin_in_one_line_and_end_in_the_next() {
    let mut store = LogStore::default();
    let mut batch = LogBatch::new();
    for text in ["xa", "bx", "", "ab", "AB"] {
        batch.push_line(Nanos(1), LogStream::Stdout, text);
    }
    store.append(0, batch, &[]);
    for (asked, found) in [("ab", vec![3, 4]), ("x", vec![0, 1]), ("abx", vec![])] {
        let mut matches = Matches::default();
        assert!(matches.search(&Plan::new(&text(asked), &known()), &store, usize::MAX));
        let found: Vec<u64> = found.iter().map(|row| store.first_row() + row).collect();
        assert_eq!(rows(&matches), found, "{asked}");
    }
}

#[test]
fn a_regular_expression_without_an_engine_is_left_out() {
    let without = Known {
        engine: None,
        ..known()
    };
    let plan = |text: &str| Plan::new(&parse(text, None).query, &without);
    assert!(plan("/a+/").is_everything());
    assert!(plan("-/a+/").is_everything());
    assert!(plan("/a+/ OR /b+/").is_everything());
    assert!(!plan("/a+/ OR b").is_everything());
    assert_eq!(plan("/a+/ OR b").marks("ab").first(), Some(&(1..2)));
}

#[test]
fn members_of_objects_in_objects_are_found_as_deep_as_they_are_asked() {
    let line = r#"{"a":{"b":{"c":{"d.e":7}},"b.c":8},"k8s/app":"web","x":"{\"y\":1}"}"#;
    let value = |key: &str| field::field(line, key).map(|it| it.raw());
    assert_eq!(value("a.b.c.d.e"), Some("7"));
    assert_eq!(value("a.b.c"), Some("8"), "the nearest");
    assert_eq!(value("k8s/app"), Some("web"));
    assert_eq!(value("a.b.c.d.e.f"), None);
    assert_eq!(value("x.y.z"), None);
}

#[test]
fn a_template_that_is_asked_by_its_text_is_found_whatever_its_number() {
    use crate::logs::{Filter, LogSession};
    let session_with = |first: &[&str]| {
        let mut session = LogSession::default();
        session.set_filter(Filter {
            text: "template:\"session opened for <*>\"".to_owned(),
            language: Some(Language::QUERIES),
            ..Filter::default()
        });
        for text in first {
            let mut batch = LogBatch::new();
            batch.push_line(Nanos(1), LogStream::Stdout, text);
            session.ingest(0, batch);
        }
        session.visible_len()
    };
    let lines = [
        "session opened for alice",
        "session opened for bob",
        "ready",
    ];
    assert_eq!(session_with(&lines), 2);
    assert_eq!(
        session_with(&["ready", lines[1], "ready", lines[0], lines[0]]),
        3
    );
}

#[test]
fn a_slice_of_a_costly_plan_comes_less_far() {
    let mut store = LogStore::default();
    let mut batch = LogBatch::new();
    for n in 0..4000 {
        batch.push_line(Nanos(n), LogStream::Stdout, "user=zoe took=12ms and more");
    }
    store.append(0, batch, &[]);
    let searched = |query: &str| {
        let mut matches = Matches::default();
        let plan = Plan::new(&parse(query, None).query, &known());
        matches.search(&plan, &store, 40_000);
        matches.progress(&store).searched
    };
    let (one, hundred) = (searched("zoe"), searched(&vec!["zoe"; 100].join(" OR ")));
    assert!(one > 20 * hundred && hundred > 0, "{one} {hundred}");
    assert!(one > 5 * searched("user=zoe"));
}

#[test]
fn a_line_has_so_many_marks_at_most_and_they_cost_little() {
    let line = "01".repeat(8192);
    let marks = Plan::new(&query("0 OR 1"), &known()).marks(&line);
    assert_eq!(marks.len(), 500);
    assert!(marks.windows(2).all(|it| it[0].end <= it[1].start));
}

#[test]
fn what_is_looked_for_is_marked_and_what_is_excluded_is_not() {
    let plan = Plan::new(
        &query("\"ab\" OR (level:error \"bc\") OR /(d)/ -\"x\""),
        &known(),
    );
    assert_eq!(plan.marks("xabc ab dd"), [1..4, 5..7, 8..9, 9..10]);
    let known = known();
    assert_eq!(Plan::new(&text("aa"), &known).marks("aaaaa"), [0..2, 2..4]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn what_passes_is_what_the_definition_says(
        query in asked(), all in proptest::collection::vec(came(), 1..6),
    ) {
        let mut store = LogStore::default();
        for came in &all {
            append(&mut store, came);
        }
        let plan = Plan::new(&query, &known());
        let mut matches = Matches::default();
        prop_assert!(matches.search(&plan, &store, usize::MAX));
        prop_assert_eq!(rows(&matches), passing(&query, &store, store.first_row()), "{}", query.to_text());
        let mut sliced = Matches::default();
        while !sliced.search(&plan, &store, 1) {}
        prop_assert_eq!(rows(&sliced), rows(&matches));
        prop_assert_eq!(sliced.lines(), matches.lines());
        let lines = rows(&matches).into_iter().filter(|number| {
            let row = store.row((number - store.first_row()) as usize);
            matches!(row, Some(Row::Entry { .. }))
        });
        prop_assert_eq!(matches.lines(), lines.count());
    }

    #[test]
    fn a_search_is_kept_up_to_date_as_lines_come_and_go(
        query in asked(),
        all in proptest::collection::vec((came(), 0usize..100_000, any::<bool>()), 1..10),
        max_bytes in 50_000usize..500_000,
    ) {
        let mut store = LogStore::new(StoreLimits { max_lines: 1000, max_bytes });
        let plan = Plan::new(&query, &known());
        let mut matches = Matches::default();
        let mut sources = [false; 2];
        for (mut came, bytes, older) in all {
            sources[usize::from(came.source)] = true;
            let kept = if older && sources != [true; 2] && !came.lines.is_empty() {
                let mut batch = LogBatch::new();
                for (time, _, _, text) in came.lines.drain(..) {
                    batch.push_line(Nanos(time), LogStream::Stdout, &text);
                }
                let came = store.prepend(came.source, batch, &[]);
                store.first_row() + came..store.end_row()
            } else {
                let changed = append(&mut store, &came);
                store.first_row()..changed
            };
            matches.keep(kept);
            if bytes % 3 > 0 {
                matches.search(&plan, &store, bytes);
            }
            // What was searched is right at any time.
            let all = passing(&query, &store, store.first_row());
            let found = rows(&matches);
            let progress = matches.progress(&store);
            prop_assert!(progress.searched <= progress.held);
            if let Some(from) = found.first() {
                let at = all.iter().position(|it| it == from);
                prop_assert!(at.is_some_and(|at| all[at..].starts_with(&found)), "{:?} {:?}", found, all);
            }
        }
        while !matches.search(&plan, &store, 1) {}
        prop_assert!(matches.progress(&store).is_done());
        prop_assert_eq!(rows(&matches), passing(&query, &store, store.first_row()));
    }
}
