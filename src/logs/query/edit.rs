//! Changes of what somebody wrote, in the text itself: what is not concerned stays as it was written, and so
//! does what cannot be read, which is not in the [`Query`] and would be gone without a word.

use std::ops::Range;

use super::{Query, When, lexer::Lexer, lexer::Token, parse};

/// The text with this span in place of its own ([`Query::span`]).
#[must_use]
pub fn with_span(text: &str, (after, before): (Option<When>, Option<When>)) -> String {
    let wanted = parse(text, None).query.with_span((after, before));
    let times = [after.map(Query::After), before.map(Query::Before)];
    let times: Vec<_> = times.iter().flatten().map(Query::to_text).collect();
    let times = times.join(" ");
    let own = own_times(text);
    // In place of its first own time, or else behind it; before it where a quote is not closed there.
    let mut in_place = String::new();
    let mut at = 0;
    for (n, span) in own.iter().enumerate() {
        let kept = text[at..span.start].trim();
        in_place = joined(&[&in_place, kept, if n == 0 { &times } else { "" }]);
        at = span.end;
    }
    let rest = joined(&[&in_place, text[at..].trim()]);
    let candidates = match own.is_empty() {
        true => [joined(&[&rest, &times]), joined(&[&times, &rest])],
        false => [rest.clone(), joined(&[&times, &rest])],
    };
    first_that_means(text, candidates, wanted)
}

/// The text, narrowed to lines that match this too.
#[must_use]
pub fn narrowed(text: &str, query: &Query) -> String {
    let wanted = Query::all(vec![parse(text, None).query, query.clone()]);
    let (text, too) = (text.trim(), query.to_text());
    let candidates = [joined(&[text, &too]), joined(&[&too, text])];
    first_that_means(text, candidates, wanted)
}

/// The first candidate that means what is wanted, and in which what cannot be read of `text` is still
/// there. Else a text of what can be read alone.
fn first_that_means(text: &str, candidates: [String; 2], wanted: Query) -> String {
    let unread = left_out(text);
    let conditions = conditions(&wanted);
    let means = |it: &String| {
        self::conditions(&parse(it, None).query) == conditions && left_out(it) == unread
    };
    let found = candidates.into_iter().find(means);
    found.unwrap_or_else(|| wanted.to_text())
}

/// Where the times of a text stand that [`Query::span`] can tell.
fn own_times(text: &str) -> Vec<Range<usize>> {
    let tokens = Lexer::read(text, None).tokens;
    let mut found = Vec::new();
    for (at, it) in tokens.iter().enumerate() {
        let is_time = matches!(it.token, Token::Term(Query::After(_) | Query::Before(_)));
        let before = at.checked_sub(1).map(|at| &tokens[at].token);
        if is_time && !it.deep && !matches!(before, Some(Token::Minus | Token::Not)) {
            found.push(it.span.clone());
        }
    }
    found
}

/// What cannot be read of a text, in order of the alphabet.
fn left_out(text: &str) -> Vec<&str> {
    let problems = parse(text, None).problems.into_iter();
    let mut all: Vec<&str> = problems.map(|it| &text[it.span]).collect();
    all.sort_unstable();
    all
}

/// What all lines must be, in order of the alphabet: in which order it is asked says nothing.
fn conditions(query: &Query) -> Vec<String> {
    let mut all: Vec<String> = match query {
        Query::All(all) => all.iter().map(Query::to_text).collect(),
        one => vec![one.to_text()],
    };
    all.sort_unstable();
    all
}

fn joined(parts: &[&str]) -> String {
    let parts = parts.iter().filter(|it| !it.is_empty());
    parts.copied().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::super::tests::{pieces, queries};
    use super::*;
    use crate::time::Nanos;
    use proptest::prelude::*;

    const SPAN: (Option<When>, Option<When>) = (
        Some(When::At(Nanos(60_000_000_000))),
        Some(When::At(Nanos(61_000_000_000))),
    );
    const TIMES: &str = "after:1970-01-01T00:01:00Z before:1970-01-01T00:01:01Z";

    #[test]
    fn what_cannot_be_read_stays_and_so_does_how_the_rest_is_written() {
        for (text, expected) in [
            ("", TIMES.to_owned()),
            ("level:bogus", format!("level:bogus {TIMES}")),
            (
                "level:bogus timeout after:yesterday",
                format!("level:bogus timeout after:yesterday {TIMES}"),
            ),
            (
                "took>=5Foo  NOT  level:Error",
                format!("took>=5Foo  NOT  level:Error {TIMES}"),
            ),
            ("level:bogus after:15m x", format!("level:bogus {TIMES} x")),
            (
                "after:15m level:bogus before:5m",
                format!("{TIMES} level:bogus"),
            ),
            ("level:bogus \"open", format!("{TIMES} level:bogus \"open")),
            (
                "-before:10:15 stream:x",
                format!("-before:10:15 stream:x {TIMES}"),
            ),
            ("(a OR b", format!("{TIMES} (a OR b")),
        ] {
            assert_eq!(with_span(text, SPAN), expected, "{text}");
        }
        assert_eq!(
            with_span("after:15m level:bogus x", (None, None)),
            "level:bogus x"
        );
        // What the text cannot hold so is written anew.
        assert_eq!(with_span("a OR b", SPAN), format!("(a OR b) {TIMES}"));
        assert_eq!(with_span("a after:15m b", (None, None)), "a \"b\"");
    }

    #[test]
    fn a_query_is_narrowed_beside_what_cannot_be_read() {
        let text = |it: &str| Query::Text(it.to_owned());
        assert_eq!(narrowed("level:bogus", &text("paid")), "level:bogus paid");
        assert_eq!(narrowed("", &text("level:x")), "\"level:x\"");
        assert_eq!(narrowed("level:x \"open", &text("a")), "a level:x \"open");
        assert_eq!(narrowed("a OR b", &text("c")), "(a OR b) c");
    }

    proptest! {
        #[test]
        fn a_changed_text_means_what_the_changed_query_means(
            text in pieces(), from in any::<bool>(), to in any::<bool>(), too in queries(),
        ) {
            let span = (SPAN.0.filter(|_| from), SPAN.1.filter(|_| to));
            let read = |text: &str| conditions(&parse(text, None).query);
            let query = parse(&text, None).query;
            let changed = with_span(&text, span);
            prop_assert_eq!(read(&changed), conditions(&query.clone().with_span(span)), "{:?}", changed);
            let changed = narrowed(&text, &too);
            prop_assert_eq!(read(&changed), conditions(&Query::all(vec![query, too])), "{:?}", changed);
        }

        #[test]
        fn what_a_text_has_beside_what_cannot_be_read_stays(
            words in prop::collection::vec("w[a-z]{1,4}|level:error|status>=5|-x|level:bogus|took>=|stream:err|after:noon|source:", 0..8),
        ) {
            let text = words.join(" ");
            let changed = with_span(&text, SPAN);
            prop_assert!(changed.contains(text.as_str()), "{:?} of {:?}", changed, text);
        }
    }
}
