//! Terms: `level:error`, `status>=500` and the like.

use super::lexer::{Lexer, Token};
use super::{Comparison, Fault, FieldTest, Quantity, Query, When};
use crate::logs::severity::{Severity, SeveritySet};
use crate::logs::template::TemplateId;
use crate::protocol::LogStream;

/// What stands before a colon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Name {
    Level,
    Stream,
    Source,
    Template,
    After,
    Before,
}

/// The names, as they are written.
const NAMES: [(&str, Name); 6] = [
    ("level", Name::Level),
    ("stream", Name::Stream),
    ("source", Name::Source),
    ("template", Name::Template),
    ("after", Name::After),
    ("before", Name::Before),
];

/// Longer signs before those that they begin with.
const SIGNS: [(&str, Comparison); 8] = [
    (">=", Comparison::AtLeast),
    ("<=", Comparison::AtMost),
    ("!=", Comparison::IsNot),
    ("==", Comparison::Is),
    ("=", Comparison::Is),
    (">", Comparison::Above),
    ("<", Comparison::Below),
    ("~", Comparison::Holds),
];

/// Other words for severities.
const LEVELS: [(&str, Severity); 6] = [
    ("critical", Severity::Fatal),
    ("panic", Severity::Fatal),
    ("err", Severity::Error),
    ("warning", Severity::Warn),
    ("notice", Severity::Info),
    ("none", Severity::Unknown),
];

impl Lexer<'_> {
    /// `level:error,warn` and the like.
    pub(super) fn named(&mut self, start: usize) -> Option<usize> {
        let (name, at) = name_at(self.text, start)?;
        if matches!(name, Name::After | Name::Before) {
            let (value, end) = self.value(at)?;
            if value.is_empty() {
                return Some(self.leave_out(start..end, Fault::Value));
            }
            let Some(when) = When::parse(&value) else {
                return Some(self.leave_out(start..end, Fault::Time));
            };
            let query = match name {
                Name::After => Query::After(when),
                _ => Query::Before(when),
            };
            return Some(self.push(Token::Term(query), start..end));
        }
        let (items, end) = self.list(at)?;
        if items.is_empty() {
            return Some(self.leave_out(start..end, Fault::Value));
        }
        let mut levels = SeveritySet::NONE;
        let (mut streams, mut sources) = ([false; 2], Vec::new());
        let (mut templates, mut patterns) = (Vec::new(), Vec::new());
        for (item, span) in items {
            let fault = match name {
                Name::Level => match level(&item) {
                    Some(level) => {
                        levels = levels.with(level);
                        continue;
                    }
                    None => Fault::Level,
                },
                Name::Stream => match item.to_ascii_lowercase().as_str() {
                    "stdout" | "out" => {
                        streams[0] = true;
                        continue;
                    }
                    "stderr" | "err" => {
                        streams[1] = true;
                        continue;
                    }
                    _ => Fault::Stream,
                },
                Name::Template => {
                    match item.parse() {
                        Ok(id) => templates.push(TemplateId(id)),
                        Err(_) => patterns.push(item),
                    }
                    continue;
                }
                _ => {
                    sources.push(item);
                    continue;
                }
            };
            self.problem(span, fault);
        }
        let query = match streams {
            [true, true] => Query::any(vec![
                Query::Stream(LogStream::Stdout),
                Query::Stream(LogStream::Stderr),
            ]),
            [true, false] => Query::Stream(LogStream::Stdout),
            [false, true] => Query::Stream(LogStream::Stderr),
            _ if !sources.is_empty() => Query::Sources(sources),
            _ if !templates.is_empty() && !patterns.is_empty() => {
                Query::any(vec![Query::Templates(templates), Query::Patterns(patterns)])
            }
            _ if !templates.is_empty() => Query::Templates(templates),
            _ if !patterns.is_empty() => Query::Patterns(patterns),
            _ if !levels.is_empty() => Query::Levels(levels),
            _ => return Some(self.push(Token::Left, start..end)),
        };
        Some(self.push(Token::Term(query), start..end))
    }

    /// `key=value` and the like.
    pub(super) fn field(&mut self, start: usize) -> Option<usize> {
        let (key, comparison, at) = self.comparison_at(start)?;
        // `x=>5` and `x=~5` are code.
        if comparison == Comparison::Is && self.text[at..].starts_with(['>', '~']) {
            return None;
        }
        let problems = self.problems.len();
        let (value, end) = self.value(at)?;
        let open = value.is_empty() && self.problems.len() > problems;
        if open || (at == self.text.len()) {
            self.problems.truncate(problems);
            return Some(self.leave_out(start..end, Fault::Value));
        }
        let number = Quantity::parse(&value).is_some();
        if key.eq_ignore_ascii_case("level") && comparison != Comparison::Holds && !number {
            let set = levels(comparison, &value);
            if let Some(set) = set.filter(|it| !it.is_empty()) {
                return Some(self.push(Token::Term(Query::Levels(set)), start..end));
            }
            if comparison.is_order() {
                return Some(self.leave_out(start..end, Fault::Level));
            }
        }
        if comparison.is_order() && !number {
            let typing = end == self.text.len()
                && value.starts_with(|it: char| it.is_ascii_digit() || it == '-');
            return typing.then(|| self.leave_out(start..end, Fault::Value));
        }
        let test = FieldTest {
            key,
            comparison,
            value,
        };
        Some(self.push(Token::Term(Query::Field(test)), start..end))
    }

    /// The name of a field, in quotes or not, with a sign that stands at `start`, and where its value
    /// begins.
    pub(super) fn comparison_at(&self, start: usize) -> Option<(String, Comparison, usize)> {
        let (key, at) = match self.quoted(start) {
            Some((key, end, closed)) => (closed && !key.is_empty()).then_some((key, end))?,
            None => {
                let length = key_length(self.text.get(start..)?);
                (self.text[start..start + length].to_owned(), start + length)
            }
        };
        let rest = &self.text[at..];
        let (sign, comparison) = SIGNS.iter().find(|(sign, _)| rest.starts_with(sign))?;
        let bare = at == start + key.len();
        let is_text = *comparison == Comparison::Holds && bare && is_version(&key);
        (!key.is_empty() && !is_text).then_some((key, *comparison, at + sign.len()))
    }
}

/// The name with a colon that stands at `start`, and where its value begins.
pub(super) fn name_at(text: &str, start: usize) -> Option<(Name, usize)> {
    let length = text[start..].find(':')?;
    let word = &text[start..start + length];
    let (_, name) = NAMES.iter().find(|(it, _)| it.eq_ignore_ascii_case(word))?;
    Some((*name, start + length + 1))
}

/// How long a name of a field is at the beginning of a text that has no quotes around it; 0 where
/// there is none.
fn key_length(text: &str) -> usize {
    let inner = |it: &u8| it.is_ascii_alphanumeric() || matches!(it, b'_' | b'.' | b'-' | b'@');
    let length = text.bytes().take_while(|it| inner(it)).count();
    let key = &text[..length];
    let begins = key.starts_with(|it: char| it.is_ascii_alphabetic() || matches!(it, '_' | '@'));
    if begins && !key.ends_with(['-', '.']) {
        length
    } else {
        0
    }
}

/// Whether a name of a field needs no quotes, whatever follows it.
pub(super) fn is_bare_key(key: &str) -> bool {
    !key.is_empty() && key_length(key) == key.len() && !is_version(key)
}

/// Whether a word holds a version: `libc6_2.31~deb10` is a package.
fn is_version(word: &str) -> bool {
    let digit = |it: Option<&u8>| it.is_some_and(u8::is_ascii_digit);
    word.as_bytes()
        .windows(3)
        .any(|it| digit(it.first()) && it[1] == b'.' && digit(it.last()))
}

/// The severity of this name.
fn level(word: &str) -> Option<Severity> {
    let own = Severity::ALL.into_iter().map(|it| (it.word(), it));
    own.chain(LEVELS)
        .find(|(name, _)| name.eq_ignore_ascii_case(word))
        .map(|(_, severity)| severity)
}

/// The severities that compare so with one, or of a list: unknown is neither better nor worse.
fn levels(comparison: Comparison, value: &str) -> Option<SeveritySet> {
    if comparison.is_order() {
        let than = level(value)?;
        // The worst comes first.
        return Some(
            Severity::ALL
                .into_iter()
                .filter(|it| {
                    let known = than != Severity::Unknown && *it != Severity::Unknown;
                    match comparison {
                        Comparison::Above => known && *it < than,
                        Comparison::AtLeast => known && *it <= than,
                        Comparison::Below => known && *it > than,
                        _ => known && *it >= than,
                    }
                })
                .fold(SeveritySet::NONE, SeveritySet::with),
        );
    }
    let set = value
        .split(',')
        .try_fold(SeveritySet::NONE, |set, word| Some(set.with(level(word)?)))?;
    Some(match comparison {
        Comparison::IsNot => Severity::ALL
            .into_iter()
            .fold(SeveritySet::ALL, |rest, it| match set.contains(it) {
                true => rest.without(it),
                false => rest,
            }),
        _ => set,
    })
}
