//! Words, terms and operators to a query.

use super::lexer::{Lexer, Spanned, Token};
use super::{Fault, MAX_QUERY_BYTES, Problem, Query, RegexEngine};

/// What a text means.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parsed {
    /// What could be read of it.
    pub query: Query,
    /// What could not.
    pub problems: Vec<Problem>,
}

/// Reads a text. Without an engine regular expressions are a problem, and with one those that it
/// refuses; they are part of the query all the same.
///
/// Operators bind in this order: `-` and `NOT`; words and terms beside each other, or with `AND`
/// between them; `OR`.
#[must_use]
pub fn parse(text: &str, engine: Option<&dyn RegexEngine>) -> Parsed {
    let plain = || Parsed {
        query: match text.trim() {
            "" => Query::EVERYTHING,
            text => Query::Text(text.to_owned()),
        },
        problems: Vec::new(),
    };
    if text.len() > MAX_QUERY_BYTES {
        return plain();
    }
    let lexer = Lexer::read(text, engine);
    if !lexer.marked {
        return plain();
    }
    let mut parser = Parser {
        text,
        tokens: lexer.tokens,
        at: 0,
        problems: lexer.problems,
    };
    let query = parser.any().query.unwrap_or_default();
    Parsed {
        query,
        problems: parser.problems,
    }
}

struct Parser<'a> {
    text: &'a str,
    tokens: Vec<Spanned>,
    at: usize,
    problems: Vec<Problem>,
}

/// What stands at one side of an operator.
#[derive(Default)]
struct Side {
    /// Something stands there, be it left out.
    present: bool,
    query: Option<Query>,
}

impl Parser<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at).map(|it| &it.token)
    }

    /// Tells of the token at `at` of the list; at the text's end somebody may be typing.
    fn problem(&mut self, at: usize, fault: Fault, unfinished: bool) {
        let span = self.tokens[at].span.clone();
        let unfinished = unfinished && self.text[span.end..].trim().is_empty();
        self.problems.push(Problem {
            span,
            fault,
            unfinished,
        });
    }

    fn any(&mut self) -> Side {
        let mut side = self.all();
        let mut found: Vec<Query> = side.query.take().into_iter().collect();
        while self.peek() == Some(&Token::Or) {
            let operator = self.at;
            self.at += 1;
            let right = self.all();
            if !side.present || !right.present {
                self.problem(operator, Fault::Operator, true);
            }
            side.present |= right.present;
            found.extend(right.query);
        }
        side.query = (!found.is_empty()).then(|| Query::any(found));
        side
    }

    fn all(&mut self) -> Side {
        let mut side = Side::default();
        let mut found = Vec::new();
        loop {
            match self.peek() {
                None | Some(Token::Or | Token::Close) => break,
                Some(Token::And) => {
                    let operator = self.at;
                    self.at += 1;
                    let next = self.peek();
                    let alone = matches!(next, None | Some(Token::Or | Token::And | Token::Close));
                    if !side.present || alone {
                        self.problem(operator, Fault::Operator, true);
                    }
                }
                Some(_) => {
                    let one = self.one();
                    side.present |= one.present;
                    found.extend(one.query);
                }
            }
        }
        side.query = (!found.is_empty()).then(|| Query::all(found));
        side
    }

    /// A word, a term or brackets, with what negates it.
    fn one(&mut self) -> Side {
        let mut negative = false;
        let mut last = None;
        while let Some(Token::Minus | Token::Not) = self.peek() {
            negative = !negative;
            last = Some(self.at);
            self.at += 1;
        }
        let dash = self.at > 0 && self.tokens[self.at - 1].token == Token::Minus;
        let from = self.at;
        let query = match self.tokens.get(from).map(|it| it.token.clone()) {
            Some(Token::Open) => {
                self.at += 1;
                let inside = self.any();
                let closed = self.peek() == Some(&Token::Close);
                self.at += usize::from(closed);
                if !closed || !inside.present {
                    let end = self.tokens.len() == self.at;
                    self.problem(from, Fault::Bracket, true);
                    if let Some(problem) = self.problems.last_mut() {
                        problem.unfinished = !closed && end;
                    }
                }
                inside.query
            }
            Some(Token::Term(query)) => {
                self.at += 1;
                Some(query)
            }
            Some(Token::Left) => {
                self.at += 1;
                None
            }
            Some(Token::Word) => {
                // Words beside each other are one text; a dash is about one word.
                self.at += 1;
                while !dash && self.peek() == Some(&Token::Word) {
                    self.at += 1;
                }
                let (first, last) = (&self.tokens[from], &self.tokens[self.at - 1]);
                let text = &self.text[first.span.start..last.span.end];
                Some(Query::Text(text.to_owned()))
            }
            Some(Token::And | Token::Or | Token::Not | Token::Minus | Token::Close) | None => {
                if let Some(last) = last {
                    self.problem(last, Fault::Operator, true);
                }
                return Side {
                    present: true,
                    query: None,
                };
            }
        };
        Side {
            present: true,
            query: query.map(|it| if negative { it.negated() } else { it }),
        }
    }
}
