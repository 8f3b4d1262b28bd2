//! Where a JSON line has its message: a reader looks for it first, and writers like to put it last.

use std::ops::Range;

use super::{Form, names, parse};

/// Where a JSON object has its message, in bytes of the line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessagePlace {
    /// The text, without its quotes and as it was written, escapes included; never empty.
    pub text: Range<usize>,
    /// The whole member with its name and one of the commas beside it: without it the rest is an
    /// object still. Holds [`text`](Self::text).
    pub member: Range<usize>,
}

/// Finds the message of a line without escape sequences. `None` where the line is no JSON object,
/// or says nothing in words.
#[must_use]
pub fn message_place(line: &str) -> Option<MessagePlace> {
    let fields = parse(line)?;
    if fields.form() != Form::Json {
        return None;
    }
    let field = fields.best_field(names::MESSAGE)?;
    let raw = field.value.raw();
    if !field.value.is_quoted() || raw.trim_ascii().is_empty() {
        return None;
    }
    let text = place_of(raw, line)?;
    let name = place_of(field.key.name, line)?;
    let bytes = line.as_bytes();
    // Both stand in quotes.
    let (start, end) = (name.start.checked_sub(1)?, text.end + 1);
    let space = |it: &&u8| it.is_ascii_whitespace();
    let behind = bytes.get(end..)?.iter().take_while(space).count();
    let before = bytes[..start].iter().rev().take_while(space).count();
    let member = if bytes.get(end + behind) == Some(&b',') {
        let next = end + behind + 1;
        next_space(start..next, bytes)
    } else if start
        .checked_sub(before + 1)
        .is_some_and(|at| bytes[at] == b',')
    {
        start - before - 1..end
    } else {
        start..end
    };
    Some(MessagePlace { text, member })
}

/// With the white space behind it.
fn next_space(range: Range<usize>, bytes: &[u8]) -> Range<usize> {
    let behind = bytes[range.end..].iter();
    range.start..range.end + behind.take_while(|it| it.is_ascii_whitespace()).count()
}

/// Where a part of a line stands in it.
fn place_of(part: &str, line: &str) -> Option<Range<usize>> {
    let start = (part.as_ptr() as usize).checked_sub(line.as_ptr() as usize)?;
    let end = start + part.len();
    (end <= line.len()).then_some(start..end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Message and rest.
    fn told(line: &str) -> Option<(&str, String)> {
        let place = message_place(line)?;
        let rest = [&line[..place.member.start], &line[place.member.end..]].concat();
        Some((&line[place.text], rest))
    }

    #[track_caller]
    fn check(line: &str, message: &str, rest: &str) {
        assert_eq!(told(line), Some((message, rest.to_owned())));
    }

    #[test]
    fn the_message_leaves_an_object_behind_it() {
        check(r#"{"level":30,"msg":"paid"}"#, "paid", r#"{"level":30}"#);
        check(r#"{"msg":"paid","level":30}"#, "paid", r#"{"level":30}"#);
        check(
            r#"{ "a": 1, "msg": "paid", "b": 2 }"#,
            "paid",
            r#"{ "a": 1, "b": 2 }"#,
        );
        check(r#"{"msg":"paid"}"#, "paid", "{}");
        check(
            r#"{"a":{"b":1},"fields":{"message":"né"}}"#,
            "né",
            r#"{"a":{"b":1},"fields":{}}"#,
        );
        check(r#"{"msg":"a \"b\"\n","x":1}"#, r#"a \"b\"\n"#, r#"{"x":1}"#);
        let prefixed = r#"2026-01-31T10:15:00.5Z stdout F {"x":1,"msg":"paid"}"#;
        check(
            prefixed,
            "paid",
            r#"2026-01-31T10:15:00.5Z stdout F {"x":1}"#,
        );
        // Patterns are read likewise.
        let pattern = r#"{"level":<num>,"req":<*>,"msg":"job <id> done"}"#;
        check(pattern, "job <id> done", r#"{"level":<num>,"req":<*>}"#);
        for line in [
            "plain",
            "level=info msg=\"paid it\" status=500",
            r#"{"level":30}"#,
            r#"{"level":30,"msg":""}"#,
            r#"{"level":30,"msg":12}"#,
            r#"{"level":30,"msg":"cut"#,
        ] {
            assert_eq!(told(line), None, "{line}");
        }
    }

    proptest! {
        #[test]
        fn what_is_left_and_the_message_are_the_line(
            line in r#"\{ ?("[a-c]{1,2}": ?("[é\\"x]{0,3}"|1|\{"message":"y"\}) ?,? ?){0,3}("msg": ?"[é x]{0,4}",?)?("z":2)?\}?"#,
        ) {
            if let Some(place) = message_place(&line) {
                prop_assert!(place.member.start < place.text.start && place.text.end < place.member.end);
                prop_assert!(!line[place.text.clone()].trim().is_empty());
                let rest = [&line[..place.member.start], &line[place.member.end..]].concat();
                prop_assert_eq!(rest.as_bytes()[0], b'{');
                if serde_json::from_str::<serde_json::Value>(&line).is_ok() {
                    prop_assert!(serde_json::from_str::<serde_json::Value>(&rest).is_ok(), "{:?} of {:?}", rest, line);
                }
            }
        }
    }
}
