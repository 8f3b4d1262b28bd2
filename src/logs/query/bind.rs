//! The language as what a filter calls it by, and the binding of queries.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use super::checks::{Levels, Stream, Templates};
use super::columns::Columns;
use super::evaluate::strip;
use super::field::Field;
use super::phrase::Phrase;
use super::plan::{Check, Known, Marks, Plan};
use super::rows::Rows;
use super::{Fault, Matcher, Query, RegexEngine, When, parse, pattern_is, source_is};

/// The reader of queries, as functions that whoever has no language does not have to have.
#[derive(Clone, Copy)]
pub struct Language {
    bind: fn(&str, &Known<'_>, &mut Plan),
    query: fn(&str, Option<Engine>) -> Query,
    advice: fn(&str, bool, Option<Engine>) -> Option<String>,
    needs_engine: fn(&str) -> bool,
    engine: Option<Engine>,
}

/// An engine of regular expressions that is there for good.
type Engine = &'static dyn RegexEngine;

impl Language {
    /// The language.
    pub const QUERIES: Self = Self {
        bind: |text, known, plan| plan.add_query(&parse(text, known.engine).query, known),
        query: |text, engine| parse(text, with(engine)).query,
        advice: |text, typing, engine| {
            let problems = parse(text, with(engine)).problems;
            let wrong = problems.into_iter().find(|it| !(typing && it.is_typing()));
            wrong.map(|it| it.fault.advice().to_owned())
        },
        needs_engine: |text| {
            let problems = parse(text, None).problems;
            problems.iter().any(|it| it.fault == Fault::NoRegex)
        },
        engine: None,
    };

    /// The language with an engine of regular expressions.
    #[must_use]
    pub fn with_engine(self, engine: Engine) -> Self {
        Self {
            engine: Some(engine),
            ..self
        }
    }

    /// Whether a text holds a regular expression, and there is no engine to search for it.
    #[must_use]
    pub fn lacks_engine(&self, text: &str) -> bool {
        self.engine.is_none() && (self.needs_engine)(text)
    }

    /// Adds what a text asks for to a plan.
    pub fn bind(&self, text: &str, known: &Known<'_>, plan: &mut Plan) {
        let known = Known {
            engine: known.engine.or(with(self.engine)),
            ..*known
        };
        (self.bind)(text, &known, plan);
    }

    /// What a text asks for.
    #[must_use]
    pub fn query(&self, text: &str) -> Query {
        (self.query)(text, self.engine)
    }

    /// What to do about the first thing in a text that cannot be read; while somebody is `typing`, not about
    /// what he may be in the middle of.
    #[must_use]
    pub fn advice(&self, text: &str, typing: bool) -> Option<String> {
        (self.advice)(text, typing, self.engine)
    }
}

/// A shorter life for what lives for good.
fn with<'a>(engine: Option<Engine>) -> Option<&'a dyn RegexEngine> {
    engine.map(|it| it as &dyn RegexEngine)
}

/// There is one, with an engine or without.
impl PartialEq for Language {
    fn eq(&self, other: &Self) -> bool {
        self.engine.is_some() == other.engine.is_some()
    }
}

impl Eq for Language {}

impl fmt::Debug for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Language")
            .field("engine", &self.engine.is_some())
            .finish_non_exhaustive()
    }
}

impl Plan {
    /// Binds a query. What cannot be bound, a regular expression without an engine or one that it
    /// refuses, is left out.
    #[must_use]
    pub fn new(query: &Query, known: &Known<'_>) -> Self {
        let mut plan = Self::default();
        plan.add_query(query, known);
        plan
    }

    fn add_query(&mut self, query: &Query, known: &Known<'_>) {
        if let Query::All(all) = query {
            all.iter().for_each(|it| self.add_query(it, known));
        } else if let Some(check) = self.bind(query, known) {
            self.add(check);
        }
    }

    fn instant(&mut self, when: When, known: &Known<'_>) -> i64 {
        let time = when.resolve(known.here).0;
        self.times.push(time);
        time
    }

    fn bind(&mut self, query: &Query, known: &Known<'_>) -> Option<Arc<dyn Check>> {
        Some(match query {
            Query::All(list) | Query::Any(list) => {
                let mut checks = Self::default();
                for check in list.iter().filter_map(|it| self.bind(it, known)) {
                    checks.add(check);
                }
                let checks = checks.checks;
                match query {
                    _ if checks.is_empty() => return None,
                    Query::All(_) => Arc::new(All(checks)),
                    _ => Arc::new(Any(checks)),
                }
            }
            Query::Not(query) => Arc::new(Not(self.bind(query, known)?)),
            Query::Text(text) => Arc::new(Phrase::new(text)),
            Query::Regex(regex) => Arc::new(Expression(known.engine?.compile(regex).ok()?)),
            Query::Levels(set) => Arc::new(Levels(*set)),
            Query::Stream(stream) => Arc::new(Stream(*stream)),
            Query::Sources(names) => {
                self.uses_sources = true;
                let asked = |name: &str| names.iter().any(|it| source_is(name, it));
                let sources = known.sources.iter().filter(|(_, name)| asked(name));
                Arc::new(Sources(sources.map(|(source, _)| *source).collect()))
            }
            Query::Templates(ids) => {
                let all = known.family(ids);
                self.name_templates(&all);
                Arc::new(Templates(all))
            }
            Query::Patterns(asked) => {
                self.uses_patterns = true;
                let all = || known.templates.into_iter().flat_map(|it| it.patterns());
                let mut named = Vec::new();
                for asked in asked {
                    let from = named.len();
                    // Those with just this text are meant, if there are any.
                    let same = all().filter(|(_, it)| it == asked);
                    named.extend(same.map(|(id, _)| id));
                    if named.len() == from {
                        let alike = all().filter(|(_, it)| pattern_is(it, asked));
                        named.extend(alike.map(|(id, _)| id));
                    }
                }
                let all = known.family(&named);
                self.name_templates(&all);
                Arc::new(Templates(all))
            }
            Query::After(when) => Arc::new(Times(self.instant(*when, known)..i64::MAX)),
            Query::Before(when) => Arc::new(Times(i64::MIN..self.instant(*when, known))),
            Query::Field(field) => Arc::new(Field::new(field)),
        })
    }
}

/// All of these.
struct All(Vec<Arc<dyn Check>>);

/// One of these.
struct Any(Vec<Arc<dyn Check>>);

/// What does not pass this.
struct Not(Arc<dyn Check>);

/// From one of these containers.
struct Sources(Vec<u16>);

/// From this time, in nanoseconds.
struct Times(Range<i64>);

/// A match of a regular expression.
struct Expression(Arc<dyn Matcher>);

fn costliest(checks: &[Arc<dyn Check>]) -> u8 {
    checks.iter().map(|it| it.cost()).max().unwrap_or_default()
}

fn work(checks: &[Arc<dyn Check>]) -> usize {
    checks.iter().map(|it| it.work()).sum()
}

impl Check for All {
    fn narrow(&self, columns: &Columns<'_>, rows: &mut Rows) {
        for check in &self.0 {
            if !rows.is_empty() {
                check.narrow(columns, rows);
            }
        }
    }

    fn cost(&self) -> u8 {
        costliest(&self.0)
    }

    fn work(&self) -> usize {
        work(&self.0)
    }

    fn mark(&self, line: &str, found: &mut Marks) {
        self.0.iter().for_each(|it| it.mark(line, found));
    }
}

impl Check for Any {
    fn narrow(&self, columns: &Columns<'_>, rows: &mut Rows) {
        let mut passed = Rows::none(columns.len());
        for check in self.0.iter() {
            let mut more = rows.clone();
            if !more.is_empty() {
                check.narrow(columns, &mut more);
            }
            rows.remove(&more);
            passed.add(&more);
        }
        *rows = passed;
    }

    fn cost(&self) -> u8 {
        costliest(&self.0)
    }

    fn work(&self) -> usize {
        work(&self.0)
    }

    fn mark(&self, line: &str, found: &mut Marks) {
        self.0.iter().for_each(|it| it.mark(line, found));
    }
}

impl Check for Not {
    fn narrow(&self, columns: &Columns<'_>, rows: &mut Rows) {
        let mut passed = rows.clone();
        self.0.narrow(columns, &mut passed);
        rows.remove(&passed);
    }

    fn cost(&self) -> u8 {
        self.0.cost()
    }

    fn work(&self) -> usize {
        self.0.work()
    }
}

impl Check for Sources {
    fn narrow(&self, columns: &Columns<'_>, rows: &mut Rows) {
        rows.retain(&mut |row| {
            let source = columns.sources.get(row);
            source.is_some_and(|it| self.0.contains(it))
        });
    }
}

impl Check for Times {
    fn narrow(&self, columns: &Columns<'_>, rows: &mut Rows) {
        rows.retain(&mut |row| columns.times.get(row).is_some_and(|it| self.0.contains(it)));
    }
}

impl Check for Expression {
    fn narrow(&self, columns: &Columns<'_>, rows: &mut Rows) {
        let mut stripped = String::new();
        rows.retain(&mut |row| {
            let line = strip(columns.line(row), &mut stripped);
            self.0.find_at(line, 0).is_some()
        });
    }

    fn cost(&self) -> u8 {
        3
    }

    fn work(&self) -> usize {
        self.0.work()
    }

    fn mark(&self, line: &str, found: &mut Marks) {
        let mut from = 0;
        while from <= line.len()
            && !found.is_full()
            && let Some((start, end)) = self.0.find_at(line, from)
        {
            if start < end {
                found.add(start..end);
            }
            // Of nothing there may be a match at each place.
            let next = end.max(start + 1);
            if next > line.len() {
                break;
            }
            from = line.ceil_char_boundary(next);
        }
    }
}
