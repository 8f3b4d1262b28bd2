//! A query as text, for addresses and saved views.

use super::terms::is_bare_key;
use super::{Comparison, FieldTest, Query, parse};
use crate::logs::severity::{Severity, SeveritySet};
use crate::protocol::LogStream;

/// What a query stands in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    /// Nothing, or an `OR`.
    Any,
    /// Others beside it.
    All,
    /// A dash before it.
    Not,
}

impl Query {
    /// Its canonical text, which [`parse`] reads as the same query. (A query that no text means,
    /// such as one with a field that has no name, is written as what comes closest.)
    #[must_use]
    pub fn to_text(&self) -> String {
        if let Self::Text(text) = self
            && text.trim() == text
            && parse(text, None).query == *self
        {
            return text.clone();
        }
        let mut out = String::new();
        write(self, Inside::Any, false, &mut out);
        out
    }
}

/// Appends a query. `apart` says that a word would become part of the text beside it.
fn write(query: &Query, inside: Inside, apart: bool, out: &mut String) {
    match query {
        Query::All(all) => {
            let brackets = inside == Inside::Not;
            open(brackets, out);
            // Without an engine an expression amid words is one of them, and so is a dash amid words
            // alone.
            let expression = all.iter().any(is_expression);
            let mut apart = false;
            for (i, query) in all.iter().enumerate() {
                if i > 0 {
                    out.push(' ');
                }
                let dash = i > 0 && matches!(query, Query::Not(_));
                write(query, Inside::All, apart || expression || dash, out);
                apart = matches!(query, Query::Text(text) if !apart && is_word(text));
            }
            close(brackets, out);
        }
        Query::Any(any) => {
            let brackets = inside != Inside::Any;
            open(brackets, out);
            for (i, query) in any.iter().enumerate() {
                if i > 0 {
                    out.push_str(" OR ");
                }
                write(query, Inside::Any, false, out);
            }
            close(brackets, out);
        }
        Query::Not(query) => {
            out.push('-');
            write(query, Inside::Not, apart, out);
        }
        Query::Text(text) => {
            let dash = inside == Inside::Not && !text.starts_with(char::is_alphabetic);
            if is_word(text) && !apart && !dash {
                out.push_str(text);
            } else {
                quote(text, out);
            }
        }
        Query::Regex(regex) => {
            for part in ["/", &regex.pattern, "/"] {
                out.push_str(part);
            }
            if regex.ignore_case {
                out.push('i');
            }
        }
        Query::Levels(set) => levels(*set, out),
        Query::Stream(LogStream::Stdout) => out.push_str("stream:stdout"),
        Query::Stream(LogStream::Stderr) => out.push_str("stream:stderr"),
        Query::Sources(names) => list("source:", names.iter().map(String::as_str), out),
        Query::Templates(ids) => {
            let ids: Vec<_> = ids.iter().map(|it| it.0.to_string()).collect();
            list("template:", ids.iter().map(String::as_str), out);
        }
        Query::Patterns(patterns) => {
            list("template:", patterns.iter().map(String::as_str), out);
        }
        Query::After(when) => {
            out.push_str("after:");
            when.write(out);
        }
        Query::Before(when) => {
            out.push_str("before:");
            when.write(out);
        }
        Query::Field(FieldTest {
            key,
            comparison,
            value,
        }) => {
            if is_bare_key(key) {
                out.push_str(key);
            } else {
                quote(key, out);
            }
            out.push_str(comparison.sign());
            // `a==b` is `a=b`, and `a=>b` and `a=~b` are text.
            if is_bare(value)
                && !(*comparison == Comparison::Is && value.starts_with(['=', '>', '~']))
            {
                out.push_str(value);
            } else {
                quote(value, out);
            }
        }
    }
}

fn open(brackets: bool, out: &mut String) {
    if brackets {
        out.push('(');
    }
}

fn close(brackets: bool, out: &mut String) {
    if brackets {
        out.push(')');
    }
}

fn is_expression(query: &Query) -> bool {
    match query {
        Query::Not(query) => is_expression(query),
        _ => matches!(query, Query::Regex(_)),
    }
}

/// Whether a text is one word that means nothing else.
fn is_word(text: &str) -> bool {
    let operator = ["and", "or", "not"]
        .iter()
        .any(|it| text.eq_ignore_ascii_case(it));
    !text.is_empty() && !operator && text.chars().all(|it| it.is_alphanumeric() || it == '_')
}

/// Whether a value needs no quotes.
fn is_bare(value: &str) -> bool {
    let strange = |it: char| it.is_whitespace() || matches!(it, '"' | '(' | ')' | ',' | '\\');
    !value.is_empty() && !value.contains(strange)
}

fn quote(text: &str, out: &mut String) {
    out.push('"');
    for it in text.chars() {
        if matches!(it, '"' | '\\') {
            out.push('\\');
        }
        out.push(it);
    }
    out.push('"');
}

fn list<'a>(name: &str, values: impl Iterator<Item = &'a str>, out: &mut String) {
    out.push_str(name);
    for (i, value) in values.enumerate() {
        if i > 0 {
            out.push(',');
        }
        if is_bare(value) {
            out.push_str(value);
        } else {
            quote(value, out);
        }
    }
}

/// `level>=warn` where it says the same, else the list.
fn levels(set: SeveritySet, out: &mut String) {
    let held = Severity::ALL.into_iter().filter(|it| set.contains(*it));
    let worst = Severity::ALL.into_iter().take_while(|it| set.contains(*it));
    let (count, last) = (held.clone().count(), worst.clone().last());
    match last {
        Some(last) if (2..7).contains(&count) && worst.count() == count => {
            out.push_str("level>=");
            out.push_str(last.word());
        }
        _ => list("level:", held.map(Severity::word), out),
    }
}
