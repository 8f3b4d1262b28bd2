//! What an inspected line says of itself: the whole event that it is of, its fields, why it counts as
//! what it counts, and the line as JSON.

use sidekick::logs::{Fields, LogSession, Row, Rule, ansi, assess, export::Export, fields};

use super::list::Inspected;

/// Most lines of one event that are shown together.
const MAX_LINES: u64 = 500;
/// Most fields that are listed, and how much of a value is, in bytes.
const MAX_FIELDS: usize = 60;
const MAX_VALUE_BYTES: usize = 300;
/// Objects in deeper objects are shown as they were written.
const MAX_DEPTH: usize = 6;

/// The event that a row is of, such as a message with its stack trace: its lines, one each.
pub(super) fn event(session: &LogSession, number: u64) -> Vec<String> {
    let store = session.store();
    let entry = |number: u64| {
        let index = number.checked_sub(store.first_row())?;
        match store.row(index as usize)? {
            Row::Entry {
                entry,
                source,
                goes_on,
                ..
            } => Some((source, goes_on, ansi::strip(entry.text).into_owned())),
            Row::Note { .. } => None,
        }
    };
    let Some((of, mut goes_on, _)) = entry(number) else {
        return Vec::new();
    };
    let mut first = number;
    while goes_on && number - first < MAX_LINES {
        match first.checked_sub(1).and_then(entry) {
            Some((source, more, _)) if source == of => (first, goes_on) = (first - 1, more),
            _ => break,
        }
    }
    let mut lines = Vec::new();
    for at in first..first + MAX_LINES {
        match entry(at) {
            Some((source, goes_on, text)) if source == of && (at == first || goes_on) => {
                lines.push(text);
            }
            _ => break,
        }
    }
    lines
}

/// A field of a line, or an object whose members follow it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Node {
    /// In how many objects it is.
    pub(super) depth: usize,
    pub(super) name: String,
    /// What a query calls it.
    pub(super) path: String,
    /// `None` for an object.
    pub(super) value: Option<String>,
}

/// The fields of a line as a tree, in its order.
pub(super) fn fields_of(text: &str) -> Vec<Node> {
    let mut nodes = Vec::new();
    if let Some(line) = fields::parse(text) {
        add_fields(&line, "", 0, &mut nodes);
    }
    nodes
}

fn add_fields(line: &Fields<'_>, prefix: &str, depth: usize, nodes: &mut Vec<Node>) {
    let mut inside: Option<String> = None;
    for field in line.iter() {
        if nodes.len() >= MAX_FIELDS {
            return;
        }
        let (outer, name) = field.key.parts();
        let path = format!("{prefix}{}", field.key.name());
        let mut own = depth;
        if let Some(outer) = &outer {
            own += 1;
            if inside.as_deref() != Some(outer) {
                nodes.push(Node {
                    depth,
                    name: outer.to_string(),
                    path: format!("{prefix}{outer}"),
                    value: None,
                });
            }
        }
        inside = outer.map(std::borrow::Cow::into_owned);
        let object = !field.value.is_quoted() && field.value.raw().starts_with('{');
        let members = object.then(|| fields::parse(field.value.raw())).flatten();
        let value = field.value.text();
        let end = value.floor_char_boundary(MAX_VALUE_BYTES);
        let inner = members.filter(|it| own < MAX_DEPTH && it.iter().next().is_some());
        nodes.push(Node {
            depth: own,
            name: name.into_owned(),
            value: inner.is_none().then(|| value[..end].to_owned()),
            path: path.clone(),
        });
        if let Some(inner) = inner {
            add_fields(&inner, &format!("{path}."), own + 1, nodes);
        }
    }
}

/// Why the line counts as what it counts, in words.
pub(super) fn why(line: &Inspected) -> String {
    let found = assess(&line.text);
    if found.severity != line.said {
        return match line.said {
            sidekick::logs::Severity::Unknown => "nothing says how bad it is".to_owned(),
            _ => "as the line that it goes on".to_owned(),
        };
    }
    let by = match found.rule {
        Rule::Priority => "syslog's priority",
        Rule::Json => "a member of the object",
        Rule::Logfmt => "the level that it names",
        Rule::Letter => "a letter in its place",
        Rule::Word => "the level in its place",
        Rule::Status => "the status of a request",
        Rule::Exception => "an exception or crash",
        Rule::Message => "words of the message",
        Rule::Inherited => "the line that it goes on",
        Rule::Nothing => return "nothing says how bad it is".to_owned(),
    };
    match line.text.get(found.evidence()) {
        Some(evidence) if !evidence.is_empty() => format!("by {by}: {evidence}"),
        _ => format!("by {by}"),
    }
}

/// The line as one JSON object, as in a download.
pub(super) fn json(session: &LogSession, number: u64) -> Option<String> {
    Export::one(session, number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use sidekick::protocol::{LogBatch, LogStream};
    use sidekick::time::Nanos;

    #[test]
    fn any_line_of_a_stack_trace_shows_all_of_it_and_no_more() {
        let mut session = LogSession::default();
        let mut batch = LogBatch::new();
        for line in [
            "INFO before",
            "java.lang.IllegalStateException: no",
            "\tat com.acme.A.b(A.java:1)",
            "\tat com.acme.C.d(C.java:2)",
            "INFO after",
        ] {
            batch.push_line(Nanos(0), LogStream::Stdout, line);
        }
        session.ingest(0, batch);
        let first = session.store().first_row();
        for number in 1..4 {
            let lines = event(&session, first + number);
            assert_eq!(lines.len(), 3, "{lines:?}");
            assert!(lines[0].starts_with("java.lang"));
        }
        assert_eq!(event(&session, first), ["INFO before"]);
        assert_eq!(event(&session, first + 9), [""; 0]);
    }

    #[test]
    fn fields_are_told_with_the_names_that_a_query_has_for_them() {
        let nodes = fields_of(r#"{"a":{"b":1,"d":{"e":{"f":[2]}}},"c":"x y"}"#);
        let told: Vec<_> = nodes
            .iter()
            .map(|it| {
                let value = it.value.as_deref().unwrap_or("…");
                format!("{}{} {} {value}", " ".repeat(it.depth), it.name, it.path)
            })
            .collect();
        assert_eq!(
            told,
            [
                "a a …",
                " b a.b 1",
                " d a.d …",
                "  e a.d.e …",
                "   f a.d.e.f [2]",
                "c c x y"
            ]
        );
        assert_eq!(fields_of("no fields"), []);
    }
}
