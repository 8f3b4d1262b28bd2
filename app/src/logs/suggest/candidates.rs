//! What can be written at the caret of the filter's box, from the lines that are held.

use std::collections::BTreeMap;
use std::ops::Range;

use sidekick::logs::query::{Comparison, FieldTest, Kind, Query, expected};
use sidekick::logs::{LogSession, Row, Severity, ansi, fields};

/// Most that are offered at once.
const MAX_OFFERED: usize = 10;
/// How many of the newest rows are asked for fields and values.
const SAMPLED_ROWS: usize = 400;
/// A longer value is not offered, in bytes.
const MAX_VALUE_BYTES: usize = 80;
const NAMES: [(&str, &str); 7] = [
    ("level:", "severity"),
    ("level>=", "as bad, or worse"),
    ("stream:", "stdout or stderr"),
    ("source:", "container"),
    ("template:", "pattern"),
    ("after:", "time"),
    ("before:", "time"),
];
/// Queries of before that are offered at once, beside the examples.
const EARLIER: usize = 5;
/// What can be asked, for whoever has not asked anything yet.
const EXAMPLES: [(&str, &str); 7] = [
    ("level>=warn", "as bad as that, or worse"),
    ("\"out of memory\"", "this text"),
    ("status>=500", "a field, compared"),
    ("-level:debug", "without these"),
    ("timeout OR refused", "one of both"),
    ("/time(d )?out/", "a regular expression"),
    ("after:15m", "of the last 15 minutes"),
];
const SPANS: [&str; 5] = ["5m", "15m", "1h", "6h", "1d"];

/// One thing to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Candidate {
    /// What takes the place of what was typed.
    pub(super) text: String,
    /// What it is.
    pub(super) about: &'static str,
}

/// What is offered, and the bytes that it takes the place of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Offered {
    pub(super) span: Range<usize>,
    pub(super) candidates: Vec<Candidate>,
}

/// What can be written at `caret`, in bytes. In an empty box these are the queries of before, and
/// examples. Without `asked`, that is for whoever only types, nothing is offered where nothing was begun.
pub(super) fn offer(
    session: &LogSession,
    text: &str,
    caret: usize,
    before: &[String],
    asked: bool,
) -> Offered {
    let with = |text: String, about| Candidate { text, about };
    if text.trim().is_empty() {
        let earlier = before.iter().map(|it| with(it.clone(), "earlier"));
        let examples = EXAMPLES.iter().filter(|_| asked);
        let examples = examples.map(|(text, about)| with((*text).to_owned(), about));
        return Offered {
            span: 0..text.len(),
            candidates: earlier.take(EARLIER).chain(examples).collect(),
        };
    }
    let place = expected(text, caret);
    let typed = text
        .get(place.span.clone())
        .unwrap_or_default()
        .trim_start_matches('"');
    let all: Vec<Candidate> = match &place.kind {
        Kind::Term if typed.is_empty() && !asked => Vec::new(),
        Kind::Term => {
            let names = NAMES.map(|(name, about)| with(name.to_owned(), about));
            let fields = field_names(session)
                .into_iter()
                .filter(|it| !it.contains(['"', ' ']));
            let fields = fields.map(|name| with(format!("{name}="), "field"));
            names.into_iter().chain(fields).collect()
        }
        Kind::Level => Severity::ALL
            .map(|it| with(it.word().to_owned(), "severity"))
            .into(),
        Kind::Stream => ["stdout", "stderr"]
            .map(|it| with(it.to_owned(), "stream"))
            .into(),
        Kind::Source => {
            let sources = (0..session.source_count())
                .filter_map(|number| session.source_name(u16::try_from(number).ok()?));
            sources
                .map(|name| with(name.to_owned(), "container"))
                .collect()
        }
        Kind::Template => {
            let patterns = session.templates().top(SAMPLED_ROWS).into_iter();
            let quoted = patterns.map(|it| {
                let text = Query::Patterns(vec![it.pattern]).to_text();
                text.trim_start_matches("template:").to_owned()
            });
            quoted.map(|it| with(it, "pattern")).collect()
        }
        Kind::Time => SPANS.map(|it| with(it.to_owned(), "ago")).into(),
        Kind::Value { key } => {
            let values = counted(session, |line, add| {
                if let Some(value) = line.get(key) {
                    add(&value.text());
                }
            });
            values
                .into_iter()
                .map(|value| with(written(value), "value"))
                .collect()
        }
        Kind::Text => Vec::new(),
    };
    let begins = |it: &Candidate| {
        let text = it.text.trim_start_matches('"');
        text.get(..typed.len())
            .is_some_and(|begin| begin.eq_ignore_ascii_case(typed))
            && text != typed
    };
    Offered {
        span: place.span,
        candidates: all.into_iter().filter(begins).take(MAX_OFFERED).collect(),
    }
}

/// The names of the fields that the newest lines have, the commonest first.
pub(super) fn field_names(session: &LogSession) -> Vec<String> {
    counted(session, |line, add| {
        for field in line.iter() {
            add(&field.key.name());
        }
    })
}

/// A value as a query holds it, in quotes where it needs them.
fn written(value: String) -> String {
    let test = FieldTest {
        key: "k".to_owned(),
        comparison: Comparison::Is,
        value,
    };
    let text = Query::Field(test).to_text();
    text.trim_start_matches("k=").to_owned()
}

/// What the newest lines say, the commonest first.
fn counted(
    session: &LogSession,
    mut read: impl FnMut(&fields::Fields<'_>, &mut dyn FnMut(&str)),
) -> Vec<String> {
    let mut counts = BTreeMap::<String, usize>::new();
    let rows = session.store().len();
    for index in rows.saturating_sub(SAMPLED_ROWS)..rows {
        if let Some(Row::Entry { entry, .. }) = session.store().row(index)
            && let Some(line) = fields::parse(&ansi::strip(entry.text))
        {
            read(&line, &mut |it| {
                if !it.is_empty() && it.len() <= MAX_VALUE_BYTES {
                    *counts.entry(it.to_owned()).or_default() += 1;
                }
            });
        }
    }
    let mut all: Vec<_> = counts.into_iter().collect();
    sidekick::sort::sort_by_key(&mut all, |(_, count)| std::cmp::Reverse(*count));
    all.into_iter().map(|(text, _)| text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use sidekick::protocol::{LogBatch, LogStream};
    use sidekick::time::Nanos;

    fn texts(query: &str, asked: bool) -> Vec<String> {
        let mut session = LogSession::default();
        let mut batch = LogBatch::new();
        for line in [
            "msg=hello status=200 user=zoe",
            "msg=bye status=500 user=\"a b\"",
            "msg=bye status=500",
        ] {
            batch.push_line(Nanos(0), LogStream::Stdout, line);
        }
        session.ingest(0, batch);
        let before = ["level:error".to_owned()];
        let offered = offer(&session, query, query.len(), &before, asked);
        offered.candidates.into_iter().map(|it| it.text).collect()
    }

    #[test]
    fn names_levels_fields_and_values_are_offered_where_they_can_stand() {
        assert_eq!(texts("", false), ["level:error"]);
        assert_eq!(texts("le", false), ["level:", "level>="]);
        assert_eq!(texts("hello st", false), ["stream:", "status="]);
        assert_eq!(texts("level:e", false), ["error"]);
        assert_eq!(texts("level:warn,", false).len(), 7);
        assert_eq!(texts("stream:stdo", false), ["stdout"]);
        assert_eq!(
            texts("status=", false),
            ["500", "200"],
            "the commonest first"
        );
        assert_eq!(texts("user=", false), ["\"a b\"", "zoe"]);
        assert_eq!(texts("after:1", false), ["15m", "1h", "1d"]);
    }

    #[test]
    fn whoever_only_types_words_is_left_alone() {
        assert_eq!(texts("timeout ", false), [""; 0]);
        assert_eq!(texts("timeout", false), [""; 0]);
        assert!(texts("timeout ", true).contains(&"status=".to_owned()));
        assert_eq!(texts("status=500", false), [""; 0], "it is there already");
    }
}
