//! What a person asks of a log: the language of the filter box, and its evaluation over the store.
//!
//! Text stays text: a query without any mark of the language is searched as it stands, letter case
//! aside. The marks are words such as `level:error` and `status>=500`, quotes, `-`, `OR` and the
//! like:
//!
//! | written | lines |
//! |---|---|
//! | `connection refused` | that hold this text |
//! | `"level:error"` | that hold this text, which would mean something else without quotes |
//! | `/time(d )?out/`, `/…/i` | that match a regular expression; `i`: letter case aside |
//! | `level:error,warn`, `level>=warn` | of these severities |
//! | `stream:stderr` | of standard error |
//! | `source:api`, `source:api*` | of the containers called so ([`source_is`]) |
//! | `template:"user <*> left"` | of the template with this text ([`pattern_is`]); `template:12` of the one with this number |
//! | `after:10:15`, `before:2026-01-31T10:15:00Z`, `after:15m` | printed then or later; earlier; in the last 15 minutes |
//! | `status=500`, `user!=zoe`, `path~login` | with a field that is this, is another, holds this; `user=*` for any value; `"k8s/app"=x` for names with other signs |
//! | `took>1.5s`, `http.status>=500` | with a field that is such a number |
//! | `-debug`, `NOT "out of"`, `-(…)` | that are not so |
//! | `timeout level:error`, `a AND b` | that are both |
//! | `a OR b`, `(a OR b) level:error` | that are one of these |
//!
//! Operators in small letters count in brackets and beside a term, not between plain words. A dash
//! before a word counts at the beginning, and where something else is a mark: `kill -TERM` is text.
//!
//! **Reading never fails.** What cannot be read is left out, as though it were not there, and
//! told as a [`Problem`]. So a query that somebody is in the middle of typing shows what its
//! readable part asks for; of nothing readable, everything.
//!
//! **There is no engine of regular expressions here.** A query holds them as text; whoever has an
//! engine hands it in as [`RegexEngine`], with the [`Language`] or what is [`Known`]. Without one they
//! are left out and told like any other problem.

mod bind;
pub(in crate::logs) mod checks;
pub(in crate::logs) mod columns;
mod complete;
mod edit;
mod evaluate;
pub(in crate::logs) mod field;
mod found;
mod lexer;
pub(in crate::logs) mod matches;
mod parser;
pub(in crate::logs) mod phrase;
pub(in crate::logs) mod plan;
mod problem;
mod quantity;
mod rows;
mod span;
mod terms;
mod unparse;
mod when;

use std::sync::Arc;

use super::severity::SeveritySet;
use super::template::TemplateId;
use crate::protocol::LogStream;

pub use bind::Language;
pub use complete::{Expected, Kind, expected};
pub use edit::{narrowed, with_span};
pub use matches::{Matches, Progress};
pub use parser::{Parsed, parse};
pub use plan::{Known, Plan};
pub use problem::{Fault, Problem};
pub use quantity::{Measure, Quantity};
pub use when::{Here, When};

/// Longest text in bytes that is read as a query; a longer one is plain text.
pub const MAX_QUERY_BYTES: usize = 4096;

/// What a line must be to be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Query {
    /// All of these; of none, everything matches. None of them is an `All`.
    All(Vec<Query>),
    /// At least one of these two or more; none of them is an `Any`.
    Any(Vec<Query>),
    /// Not this, which is no `Not`.
    Not(Box<Query>),
    /// The line, less its escape sequences, holds this text, letter case aside. Not empty.
    Text(String),
    /// The line, less its escape sequences, matches a regular expression.
    Regex(Regex),
    /// Its severity is one of these.
    Levels(SeveritySet),
    /// It was printed there.
    Stream(LogStream),
    /// It came from a container of one of these names: see [`source_is`].
    Sources(Vec<String>),
    /// It is of one of these templates, or of one that became part of them.
    Templates(Vec<TemplateId>),
    /// It is of a template with one of these texts: see [`pattern_is`].
    Patterns(Vec<String>),
    /// It was printed then or later.
    After(When),
    /// It was printed earlier.
    Before(When),
    /// A field of a structured line is like this.
    Field(FieldTest),
}

/// A regular expression, as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Regex {
    /// What stands between the slashes. A slash in it has a backslash before it.
    pub pattern: String,
    /// Letter case does not matter.
    pub ignore_case: bool,
}

/// What a field of a structured line must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldTest {
    /// Its name, letter case aside; `outer.inner` for a member of an object in an object.
    pub key: String,
    /// How it is compared.
    pub comparison: Comparison,
    /// What with. For an order it is a [`Quantity`]; [`Comparison::Is`] with `*` is any value.
    pub value: String,
}

/// How a field is compared. A line that lacks the field never matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// It has this value, letter case aside.
    Is,
    /// It has another value.
    IsNot,
    /// Its value holds this text, letter case aside.
    Holds,
    /// It is a larger number.
    Above,
    /// It is as large a number or a larger one.
    AtLeast,
    /// It is a smaller number.
    Below,
    /// It is as large a number or a smaller one.
    AtMost,
}

impl Comparison {
    /// How it is written.
    #[must_use]
    pub fn sign(self) -> &'static str {
        match self {
            Self::Is => "=",
            Self::IsNot => "!=",
            Self::Holds => "~",
            Self::Above => ">",
            Self::AtLeast => ">=",
            Self::Below => "<",
            Self::AtMost => "<=",
        }
    }

    /// Whether it compares numbers.
    #[must_use]
    pub fn is_order(self) -> bool {
        !matches!(self, Self::Is | Self::IsNot | Self::Holds)
    }
}

/// An engine of regular expressions, for those who have one.
pub trait RegexEngine: Sync {
    /// Makes an expression ready to search lines.
    ///
    /// # Errors
    /// What is wrong with it, in words for the person who wrote it.
    fn compile(&self, regex: &Regex) -> Result<Arc<dyn Matcher>, String>;
}

/// A regular expression that is ready.
pub trait Matcher: Send + Sync {
    /// The first match in `line` that begins at byte `from` or later: start and end.
    fn find_at(&self, line: &str, from: usize) -> Option<(usize, usize)>;

    /// What a byte of a line costs at most, as a multiple of what a byte of a plain text does.
    fn work(&self) -> usize {
        10
    }
}

impl Query {
    /// The query that lets everything through.
    pub const EVERYTHING: Self = Self::All(Vec::new());

    /// All of these; those that are `All` themselves are taken apart.
    #[must_use]
    pub fn all(queries: Vec<Self>) -> Self {
        let mut flat = Vec::new();
        for query in queries {
            match query {
                Self::All(inner) => flat.extend(inner),
                other => flat.push(other),
            }
        }
        match flat.len() {
            1 => flat.remove(0),
            _ => Self::All(flat),
        }
    }

    /// At least one of these; those that are `Any` themselves are taken apart. Of none, everything.
    #[must_use]
    pub fn any(queries: Vec<Self>) -> Self {
        let mut flat = Vec::new();
        for query in queries {
            match query {
                Self::Any(inner) => flat.extend(inner),
                other => flat.push(other),
            }
        }
        match flat.len() {
            0 => Self::EVERYTHING,
            1 => flat.remove(0),
            _ => Self::Any(flat),
        }
    }

    /// Everything else.
    #[must_use]
    pub fn negated(self) -> Self {
        match self {
            Self::Not(inner) => *inner,
            other => Self::Not(Box::new(other)),
        }
    }

    /// Whether it lets everything through, whatever comes.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        matches!(self, Self::All(all) if all.is_empty())
    }
}

impl Default for Query {
    fn default() -> Self {
        Self::EVERYTHING
    }
}

/// Whether a container called `name` is what somebody means by `asked`: its whole name, or the end
/// of it behind `-`, `_`, `.` or `/`, letter case aside. The number that Compose puts at the end can
/// be left out. A `*` stands for any characters.
#[must_use]
pub fn source_is(name: &str, asked: &str) -> bool {
    let (name, asked) = (name.as_bytes(), asked.as_bytes());
    let digits = name.iter().rev().take_while(|it| it.is_ascii_digit());
    let service = match name.len() - digits.count() {
        number if number < name.len() && name[..number].ends_with(b"-") => &name[..number - 1],
        number if number < name.len() && name[..number].ends_with(b"_") => &name[..number - 1],
        _ => name,
    };
    let ends_so = |name: &[u8]| {
        (0..=name.len())
            .filter(|&at| at == 0 || matches!(name[at - 1], b'-' | b'_' | b'.' | b'/'))
            .any(|at| glob(&name[at..], asked))
    };
    ends_so(name) || ends_so(service)
}

/// Whether a template with the text `pattern` is what somebody means by `asked`, a text that it has
/// now or had when there were fewer lines, or will have: what varies in one of them may be anything in
/// the other, word by word. A `*` of its own in what is asked stands for any characters, also for
/// words.
#[must_use]
pub fn pattern_is(pattern: &str, asked: &str) -> bool {
    let like = |text: &str, wild: &str| glob(text.as_bytes(), wild.as_bytes());
    if asked.replace("<*>", "").contains('*') {
        return like(pattern, &wildcards(asked));
    }
    let (mut words, mut others) = (pattern.split(' '), asked.split(' '));
    loop {
        let (word, other) = match (words.next(), others.next()) {
            (None, None) => return !asked.is_empty(),
            (Some(word), Some(other)) => (word, other),
            _ => return false,
        };
        let wild = wildcards(word);
        let is = like(word, &wildcards(other)) || wild != word && like(other, &wild);
        if !is {
            return false;
        }
    }
}

/// A text of a template with `*` for each of its wildcards.
fn wildcards(pattern: &str) -> String {
    let mut out = String::new();
    let mut rest = pattern;
    while let Some((before, behind)) = rest.split_once('<') {
        out.push_str(before);
        let end = behind.find('>').map(|end| behind.split_at(end));
        let name =
            |it: &str| it == "*" || !it.is_empty() && it.bytes().all(|b| b.is_ascii_lowercase());
        rest = match end {
            Some((inside, close)) if name(inside) => {
                out.push('*');
                &close[1..]
            }
            _ => {
                out.push('<');
                behind
            }
        };
    }
    out + rest
}

/// Whether `text` is like `pattern`, in which `*` stands for any characters.
fn glob(text: &[u8], pattern: &[u8]) -> bool {
    let (mut at, mut in_pattern) = (0, 0);
    // Where to go on when what followed the last star did not fit.
    let mut retry = None;
    while at < text.len() {
        match pattern.get(in_pattern) {
            Some(b'*') => {
                retry = Some((at, in_pattern));
                in_pattern += 1;
            }
            Some(byte) if byte.eq_ignore_ascii_case(&text[at]) => {
                at += 1;
                in_pattern += 1;
            }
            _ => match retry {
                Some((from, star)) => {
                    retry = Some((from + 1, star));
                    (at, in_pattern) = (from + 1, star + 1);
                }
                None => return false,
            },
        }
    }
    pattern[in_pattern..].iter().all(|&byte| byte == b'*')
}

#[cfg(test)]
mod tests;
