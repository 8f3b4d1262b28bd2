//! What is expected at the caret, for completion.

use std::ops::Range;

use super::lexer::{Lexer, Token};
use super::terms::{Name, name_at};

/// What can stand at the caret, and what of it is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// What it is.
    pub kind: Kind,
    /// The bytes up to the caret that a completion takes the place of. What they hold is what was
    /// typed of it; it may begin with a quote.
    pub span: Range<usize>,
}

/// What can stand at a place of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A text, a name with its colon, or the name of a field.
    Term,
    /// A severity.
    Level,
    /// `stdout` or `stderr`.
    Stream,
    /// The name of a container.
    Source,
    /// The text of a template, or its number.
    Template,
    /// An instant.
    Time,
    /// A value of this field.
    Value {
        /// Its name.
        key: String,
    },
    /// Whatever somebody wants to find: in quotes, and in regular expressions.
    Text,
}

/// What is expected at `caret`, in bytes; a caret within a character counts as before it.
#[must_use]
pub fn expected(text: &str, caret: usize) -> Expected {
    let caret = text.floor_char_boundary(caret);
    let text = &text[..caret];
    let nothing = Expected {
        kind: Kind::Term,
        span: caret..caret,
    };
    let lexer = Lexer::read(text, None);
    let Some(last) = lexer.tokens.last().filter(|it| it.span.end == caret) else {
        return nothing;
    };
    let start = last.span.start;
    // Inside quotes a space ends no word; outside of them the caret stands behind one.
    let term = |kind, start| Expected {
        kind,
        span: start..caret,
    };
    match last.token {
        Token::Open | Token::Close | Token::Minus => return nothing,
        _ if text[start..].starts_with('/') => return term(Kind::Text, start),
        _ => {}
    }
    if let Some((name, at)) = name_at(text, start) {
        let kind = match name {
            Name::Level => Kind::Level,
            Name::Stream => Kind::Stream,
            Name::Source => Kind::Source,
            Name::Template => Kind::Template,
            Name::After | Name::Before => return term(Kind::Time, at),
        };
        let item = text[at..].rfind(',').map_or(at, |comma| at + comma + 1);
        return term(kind, item);
    }
    if let Some((key, comparison, at)) = lexer.comparison_at(start) {
        let level = key.eq_ignore_ascii_case("level") && comparison != super::Comparison::Holds;
        let kind = match level {
            true => Kind::Level,
            false => Kind::Value { key },
        };
        return term(kind, at);
    }
    match text[start..].starts_with('"') {
        true => term(Kind::Text, start),
        false => term(Kind::Term, start),
    }
}
