//! Text to words, terms and operators.
//!
//! A mark of the language counts only where it can hardly be meant as text: at the start of a word,
//! with a value right behind it. `http://a/b?c=d`, `error: failed`, `foo(bar)`, `List<String>`,
//! `"a":1`, `/var/log` and `--flag` are words like any other.
//!
//! A dash before a word is none by itself: `kill -TERM 12` and `java -jar app.jar` are text. It
//! excludes at the beginning, or where something else is a mark.

use std::ops::Range;

use super::{Fault, Problem, Query, Regex, RegexEngine};

/// Deepest nesting of brackets; further ones are text.
const MAX_DEPTH: usize = 24;

/// A value of a list, and where it stands.
pub(super) type Item = (String, Range<usize>);

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Open,
    Close,
    Minus,
    And,
    Or,
    Not,
    /// Text.
    Word,
    Term(Query),
    /// Something that was left out.
    Left,
}

#[derive(Clone, Debug)]
pub(super) struct Spanned {
    pub(super) token: Token,
    pub(super) span: Range<usize>,
    /// It stands in brackets.
    pub(super) deep: bool,
}

pub(super) struct Lexer<'a> {
    pub(super) text: &'a str,
    engine: Option<&'a dyn RegexEngine>,
    depth: usize,
    pub(super) tokens: Vec<Spanned>,
    pub(super) problems: Vec<Problem>,
    /// There is a mark of the language: without one all of it is plain text.
    pub(super) marked: bool,
}

impl<'a> Lexer<'a> {
    /// Reads all of a text.
    pub(super) fn read(text: &'a str, engine: Option<&'a dyn RegexEngine>) -> Self {
        let mut it = Self {
            text,
            engine,
            depth: 0,
            tokens: Vec::new(),
            problems: Vec::new(),
            marked: false,
        };
        let mut at = 0;
        while let Some(first) = it.char_at(at) {
            let end = if first.is_whitespace() {
                at + first.len_utf8()
            } else {
                it.token(at, first)
            };
            // Every token has a byte at least; nothing can make this go on for ever.
            at = end.max(at + 1);
        }
        it.settle();
        it
    }

    /// Tells text from marks where that depends on what stands around.
    fn settle(&mut self) {
        let first = self.tokens.iter().find(|it| it.token != Token::Open);
        let plain = |it: &Token| matches!(it, Token::Word | Token::Open | Token::Close);
        self.marked = first.is_some_and(|it| it.token == Token::Minus)
            || self
                .tokens
                .iter()
                .any(|it| !plain(&it.token) && it.token != Token::Minus);
        self.connect();
    }

    fn char_at(&self, at: usize) -> Option<char> {
        self.text.get(at..)?.chars().next()
    }

    pub(super) fn push(&mut self, token: Token, span: Range<usize>) -> usize {
        let end = span.end;
        self.tokens.push(Spanned {
            token,
            span,
            deep: self.depth > 0,
        });
        end
    }

    pub(super) fn problem(&mut self, span: Range<usize>, fault: Fault) {
        let unfinished = span.end == self.text.len();
        self.problems.push(Problem {
            span,
            fault,
            unfinished,
        });
    }

    /// Something that is left out: what is wrong, and where.
    pub(super) fn leave_out(&mut self, span: Range<usize>, fault: Fault) -> usize {
        self.problem(span.clone(), fault);
        self.push(Token::Left, span)
    }

    /// Reads what begins at `at`. Returns where it ends.
    fn token(&mut self, at: usize, first: char) -> usize {
        match first {
            '(' if self.depth < MAX_DEPTH => {
                self.depth += 1;
                return self.push(Token::Open, at..at + 1);
            }
            ')' if self.depth > 0 => {
                let end = self.push(Token::Close, at..at + 1);
                self.depth -= 1;
                return end;
            }
            '-' if self.negates(at + 1) => return self.push(Token::Minus, at..at + 1),
            '-' if at + 1 == self.text.len() => return self.leave_out(at..at + 1, Fault::Operator),
            _ => {}
        }
        if let Some(end) = self.phrase(at).or_else(|| self.regex(at)) {
            return end;
        }
        if let Some(end) = self.named(at).or_else(|| self.field(at)) {
            return end;
        }
        let end = self.word_end(at);
        let token = match &self.text[at..end] {
            "AND" => Token::And,
            "OR" => Token::Or,
            "NOT" => Token::Not,
            _ => Token::Word,
        };
        self.push(token, at..end)
    }

    /// Whether a dash before `at` is one that excludes: `exit code -1` and `--flag` are text.
    fn negates(&self, at: usize) -> bool {
        match self.char_at(at) {
            Some('"' | '(' | '_' | '@') => true,
            Some('/') => self.regex_at(at).is_some(),
            Some(first) => {
                first.is_ascii_alphabetic() || !first.is_ascii() && !first.is_whitespace()
            }
            None => false,
        }
    }

    /// Whether a word that began before `at` ends here.
    fn ends(&self, at: usize) -> bool {
        self.char_at(at)
            .is_none_or(|it| it.is_whitespace() || (it == ')' && self.depth > 0))
    }

    /// Where the word that begins at `from` ends. Brackets that open in it close in it.
    fn word_end(&self, from: usize) -> usize {
        let mut open = 0usize;
        for (at, it) in self.text[from..].char_indices() {
            match it {
                '(' => open += 1,
                ')' if open > 0 => open -= 1,
                ')' if self.depth > 0 => return from + at,
                _ if it.is_whitespace() => return from + at,
                _ => {}
            }
        }
        self.text.len()
    }

    /// The inside of the quotes that open at `at`, where they end, and whether they close.
    pub(super) fn quoted(&self, at: usize) -> Option<(String, usize, bool)> {
        let inside = self.text.get(at..)?.strip_prefix('"')?;
        let mut meant = String::new();
        let mut chars = inside.char_indices();
        while let Some((offset, it)) = chars.next() {
            match it {
                '"' => return Some((meant, at + 1 + offset + 1, true)),
                '\\' if inside[offset + 1..].starts_with(['"', '\\']) => {
                    meant.extend(chars.next().map(|(_, escaped)| escaped));
                }
                _ => meant.push(it),
            }
        }
        Some((meant, self.text.len(), false))
    }

    /// A text in quotes.
    fn phrase(&mut self, at: usize) -> Option<usize> {
        let (text, end, closed) = self.quoted(at)?;
        if closed && !self.ends(end) {
            return None;
        }
        if text.is_empty() {
            return Some(self.leave_out(at..end, Fault::Value));
        }
        if !closed {
            self.problem(at..end, Fault::Quote);
        }
        Some(self.push(Token::Term(Query::Text(text)), at..end))
    }

    /// A regular expression at `at` and where it ends. Without a sign that means something in
    /// regular expressions it is text, for paths look like that, with dots in them too; unless
    /// the `i` behind it says what it is.
    fn regex_at(&self, at: usize) -> Option<(Regex, usize)> {
        let inside = self.text.get(at..)?.strip_prefix('/')?;
        let mut escaped = false;
        let length = inside.bytes().position(|byte| {
            let ends = byte == b'/' && !escaped;
            escaped = byte == b'\\' && !escaped;
            ends
        })?;
        let pattern = &inside[..length];
        let close = at + 1 + length + 1;
        let ignore_case = self.text[close..].starts_with('i') && self.ends(close + 1);
        let signs = ['\\', '^', '$', '*', '+', '?', '(', '[', '{', '|'];
        let is_one = (ignore_case && !pattern.is_empty() || pattern.contains(signs))
            && !pattern.starts_with(['*', '+', '?'])
            && pattern.trim() == pattern
            && (ignore_case || self.ends(close));
        let regex = Regex {
            pattern: pattern.to_owned(),
            ignore_case,
        };
        is_one.then_some((regex, close + usize::from(ignore_case)))
    }

    fn regex(&mut self, at: usize) -> Option<usize> {
        let (regex, end) = self.regex_at(at)?;
        let fault = match self.engine {
            None => Some(Fault::NoRegex),
            Some(engine) => engine.compile(&regex).err().map(Fault::Regex),
        };
        if let Some(fault) = fault {
            self.problem(at..end, fault);
        }
        Some(self.push(Token::Term(Query::Regex(regex)), at..end))
    }

    /// The value at `at`, in quotes or not, and where it ends. `None` where nothing stands there
    /// but something does behind it, or where something follows the quotes.
    pub(super) fn value(&mut self, at: usize) -> Option<(String, usize)> {
        if let Some((value, end, closed)) = self.quoted(at) {
            if !closed {
                self.problem(at..end, Fault::Quote);
            }
            return self.ends(end).then_some((value, end));
        }
        let end = self.word_end(at);
        (end > at || at == self.text.len()).then(|| (self.text[at..end].to_owned(), end))
    }

    /// A list of values at `at`, each with where it stands, and where the list ends.
    pub(super) fn list(&mut self, mut at: usize) -> Option<(Vec<Item>, usize)> {
        let mut items = Vec::new();
        loop {
            let (item, end) = match self.quoted(at) {
                Some((item, end, closed)) => {
                    if !closed {
                        self.problem(at..end, Fault::Quote);
                    }
                    (item, end)
                }
                None => {
                    let end = self.word_end(at);
                    let end = self.text[at..end].find(',').map_or(end, |it| at + it);
                    (self.text[at..end].to_owned(), end)
                }
            };
            if !item.is_empty() {
                items.push((item, at..end));
            }
            if !self.text[end..].starts_with(',') {
                let here = !items.is_empty() || end == self.text.len();
                return (here && self.ends(end)).then_some((items, end));
            }
            at = end + 1;
        }
    }

    /// Makes operators of small words: in brackets, and beside something that is no plain word.
    /// `could not connect` is text.
    fn connect(&mut self) {
        // One that became an operator is no plain word any more: `timeout and not level:debug`.
        while self.connect_once() {}
    }

    /// Looks at each word once, and tells whether one became an operator.
    fn connect_once(&mut self) -> bool {
        let token = |at: Option<usize>| at.and_then(|at| self.tokens.get(at)).map(|it| &it.token);
        // A dash is no mark as long as nothing else is one.
        let marks = |at: Option<usize>, dash: bool| match token(at) {
            Some(Token::Minus) => dash && self.marked,
            other => other.is_some_and(|it| *it != Token::Word),
        };
        let operators: Vec<_> = (0..self.tokens.len())
            .filter_map(|at| {
                let it = &self.tokens[at];
                let operator = match &self.text[it.span.clone()] {
                    "and" => Token::And,
                    "or" => Token::Or,
                    "not" => Token::Not,
                    _ => return None,
                };
                let before = at.checked_sub(1);
                let is_one = it.token == Token::Word
                    && token(before) != Some(&Token::Minus)
                    && (it.deep || marks(before, false) || marks(Some(at + 1), true));
                is_one.then_some((at, operator))
            })
            .collect();
        let found = !operators.is_empty();
        // In brackets it is a mark of its own where it has words to connect: `(timeout or refused)`.
        let connects = |(at, operator): &(usize, Token)| {
            let word = |at: Option<usize>| token(at) == Some(&Token::Word);
            *operator != Token::Not && word(at.checked_sub(1)) && word(Some(at + 1))
        };
        self.marked |= operators.iter().any(connects);
        for (at, operator) in operators {
            self.tokens[at].token = operator;
        }
        found
    }
}
