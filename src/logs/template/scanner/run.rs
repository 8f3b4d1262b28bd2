//! Runs of bytes without white space, brackets and the like: words and values of all kinds.

use super::word::{class_of, is_constant_value, is_method, is_statement};
use super::{BYTES, CUT, Class, LOWER, Part, Scanner, Token, UPPER, cuts, is_escape};
use crate::logs::template::classify::{Kind, kind_of};
use crate::logs::template::evidence::announces;

impl Scanner<'_> {
    /// A run of bytes without white space, brackets and the like.
    pub(super) fn word(&mut self) {
        let start = self.at;
        let rest = &self.line[start..];
        if let Some((length, part)) = plain(rest) {
            self.at = start + length;
            self.begin_message();
            return self.push(start, start + length, part, false);
        }
        let value = match address(rest) {
            Some(length) => Some((Kind::Ip, length)),
            None if is_statement(rest) => Some((Kind::Any, self.to_quote(start))),
            None => None,
        };
        if let Some((kind, length)) = value {
            self.at = start + length;
            return self.push(start, start + length, Part::Value(kind), false);
        }
        let (mut digits, mut dots, mut slashes, mut letters) = (0, 0, 0, 0);
        let (mut at_sign, mut inner) = (false, false);
        let mut end = start;
        while let Some(&b) = self.line.get(end) {
            if b == b'?' && slashes > 0 {
                return self.query(start, end);
            }
            if cuts(b) {
                let number = b == b',' && digits > 0 && letters == 0;
                if !(number && self.line.get(end + 1).is_some_and(u8::is_ascii_digit)) {
                    break;
                }
            }
            match b {
                b'0'..=b'9' => digits += 1,
                b'.' => dots += 1,
                b'/' => slashes += 1,
                b'\\'
                    if self.open != 0 && self.line.get(end + 1).is_some_and(|&b| is_escape(b)) =>
                {
                    break;
                }
                b'\\' => slashes += 2,
                b'@' => at_sign = true,
                b':' => {
                    let next = self.line.get(end + 1).copied().unwrap_or(b' ');
                    if next == b'/' && self.line.get(end + 2) == Some(&b'/') {
                        return self.url(start);
                    }
                    let digit = next.is_ascii_digit();
                    inner |= letters > 0 && digit && self.is_inner(end + 1);
                    let joined = digits > 0
                        && next > b' '
                        && !cuts(next)
                        && (letters == 0 || digit || slashes > 0)
                        || digit && dots > 0
                        || inner && next.is_ascii_alphanumeric()
                        || digit && self.is_port(end + 1)
                        || digits > 0 && self.is_digest(end + 1)
                        || next == b':' && letters + digits > 0
                        || next == b'\\'
                        || end == start && next == b':'
                        || end > start && self.line[end - 1] == b':' && next > b' ' && !cuts(next);
                    if !joined {
                        break;
                    }
                }
                b'\''
                    if !self
                        .line
                        .get(end + 1)
                        .is_some_and(u8::is_ascii_alphanumeric) =>
                {
                    break;
                }
                b'_' | b'$' | b'#' | b'*' | b'%' | b'+' | b'-' | b'!' | b'?' | b'&' | b'^'
                | b'~' | b'\'' => {}
                _ => letters += 1,
            }
            end += 1;
        }
        if end == start {
            return self.mark(self.line[start]);
        }
        // A sentence's end is no part of its last word.
        let run = &self.line[start..end];
        let stop = run
            .iter()
            .rev()
            .take_while(|b| matches!(b, b'.' | b'!' | b'?'))
            .count();
        let end = if stop < run.len() { end - stop } else { end };
        let run = &self.line[start..end];
        self.at = end;
        if letters + digits == 0 {
            let part = match run {
                b"-" if self.spaced || self.tokens.is_empty() => Part::Empty,
                b"/" if self.is_behind_method() || self.is_root(end) => Part::Value(Kind::Path),
                _ => Part::Mark,
            };
            return self.push(start, end, part, false);
        }
        let part = if digits > 0 {
            Part::Value(kind_of(run))
        } else if run[0] == b'/' && (run.len() > 1 || self.is_behind_method())
            || slashes >= 2 && slashes < run.len()
        {
            Part::Value(Kind::Path)
        } else if at_sign && dots > 0 {
            Part::Value(Kind::Any)
        } else if letters >= 8 && run.iter().all(u8::is_ascii_hexdigit) {
            Part::Value(Kind::Hex)
        } else {
            Part::Word(class_of(run))
        };
        self.begin_message();
        self.push(start, end, part, false);
    }

    /// The message begins with the word that comes, if it stands behind `msg=`.
    fn begin_message(&mut self) {
        let sign = self.tokens.last();
        if sign.is_some_and(|sign| sign.text(self.line) == b"=") && self.is_behind_message_key() {
            self.start_message();
        }
    }

    /// How many bytes there are to the end of the message that is being read, or of the line.
    fn to_quote(&self, start: usize) -> usize {
        let rest = &self.line[start..];
        let mut before = 0;
        let end = rest.iter().position(|&b| {
            let closes = b == self.open && self.open != 0 && before != b'\\';
            before = b;
            closes
        });
        end.unwrap_or(rest.len())
    }

    /// Whether what stands here is as long as no word is: `sha256:e3b0c44…`.
    fn is_digest(&self, at: usize) -> bool {
        let byte = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/');
        self.line[at..].iter().take_while(byte).count() >= 24
    }

    /// Whether the digits here are the port of a host: `to db:5432`.
    fn is_port(&self, at: usize) -> bool {
        let rest = &self.line[at..];
        let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
        let word = |token: &Token| matches!(token.part, Part::Word(_));
        digits <= 5
            && rest
                .get(digits)
                .is_none_or(|&b| b != b':' && !b.is_ascii_alphabetic())
            && self
                .tokens
                .last()
                .is_some_and(|token| word(token) && announces(token.text(self.line)))
    }

    /// Whether what starts here with a digit stands between colons: the middle of
    /// `users:1726:profile`.
    fn is_inner(&self, at: usize) -> bool {
        let rest = &self.line[at..];
        let length = rest
            .iter()
            .take_while(|b| b.is_ascii_alphanumeric())
            .count();
        rest.get(length) == Some(&b':') && rest.get(length + 1).is_some_and(u8::is_ascii_alphabetic)
    }

    /// A path with a query, whose `=` and `&` are its own.
    fn query(&mut self, start: usize, question: usize) {
        let rest = &self.line[question..];
        let stop = |b: &u8| {
            *b <= b' ' || matches!(b, b'"' | b'<' | b'>' | b'`' | b')' | b']' | b'|' | b'\'')
        };
        self.at = question + rest.iter().position(stop).unwrap_or(rest.len());
        self.push(start, self.at, Part::Value(Kind::Path), false);
    }

    fn url(&mut self, start: usize) {
        let rest = &self.line[start..];
        let stop = |b: &u8| {
            *b <= b' '
                || matches!(
                    b,
                    b'"' | b'<' | b'>' | b'`' | b')' | b']' | b'}' | b'|' | b'\''
                )
        };
        let length = rest.iter().position(stop).unwrap_or(rest.len());
        let trail = rest[..length]
            .iter()
            .rev()
            .take_while(|b| matches!(b, b'.' | b',' | b';' | b':'))
            .count();
        self.at = start + length - trail;
        self.push(start, self.at, Part::Value(Kind::Url), false);
    }

    /// Whether a slash alone is a path: behind a colon, or at the end.
    fn is_root(&self, end: usize) -> bool {
        let rest = self.line.get(end..).unwrap_or_default();
        let last = self.tokens.last();
        let colon = last.is_some_and(|it| it.text(self.line) == b":");
        let word = last.is_some_and(|it| matches!(it.part, Part::Word(_)));
        self.spaced && (colon || word && rest.trim_ascii_start().is_empty())
    }

    fn is_behind_method(&self) -> bool {
        let last = self.tokens.last();
        last.is_some_and(|it| it.part == Part::Word(Class::Method))
    }
}

/// The length of a word of letters alone that ends before white space, brackets and the like, and
/// what it is: most words are such, and need no closer look. `None` for any other.
fn plain(rest: &[u8]) -> Option<(usize, Part)> {
    let (mut upper, mut camel, mut before) = (0, false, 0);
    let mut length = 0;
    for &b in rest {
        let class = BYTES[b as usize];
        if class & (UPPER | LOWER) == 0 {
            if class & CUT == 0 {
                return None;
            }
            break;
        }
        upper += usize::from(class & UPPER != 0);
        camel |= before & LOWER != 0 && class & UPPER != 0;
        before = class;
        length += 1;
    }
    let word = &rest[..length];
    let hex = || length >= 8 && word.iter().all(u8::is_ascii_hexdigit);
    if length == 0 || is_statement(rest) || hex() {
        return None;
    }
    let class = match () {
        () if is_constant_value(word) => Class::Value,
        () if is_method(word) => Class::Method,
        () if upper >= 2 && upper == length => Class::Constant,
        () if camel => Class::Name,
        () => Class::Plain,
    };
    Some((length, Part::Word(class)))
}

/// The length of the MAC or IPv6 address that starts here.
fn address(rest: &[u8]) -> Option<usize> {
    let hex = |b: &&u8| b.is_ascii_hexdigit() || **b == b':';
    let length = rest.iter().take_while(hex).count();
    let run = &rest[..length];
    if !run.contains(&b':') {
        return None;
    }
    let mut groups = run.split(|b| *b == b':');
    let short = groups.clone().all(|group| group.len() <= 4);
    let count = groups.by_ref().count();
    let double = run.windows(2).any(|two| two == b"::");
    let apart = rest
        .get(length)
        .is_none_or(|&b| !b.is_ascii_alphanumeric() && b != b'_' && b != b'.');
    let many = count == 6 || count == 8 || double && count >= 3;
    (many && short && apart && run.iter().any(u8::is_ascii_digit) && run.last() != Some(&b':'))
        .then_some(length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_plain_word_is_what_a_closer_look_takes_it_for(
            word in "[a-zA-Z]{1,10}|true|None|NULL|GET|PATCH|undefined|SELECT|deadbeef|[gG][a-z]{2}[A-Z]{0,3}",
            behind in "[ ,=)\\]|]?",
        ) {
            let line = format!("{word}{behind}");
            let hex = word.len() >= 8 && word.bytes().all(|b| b.is_ascii_hexdigit());
            // A statement is one value to its end.
            let closer = hex || is_statement(line.as_bytes());
            let expected = (!closer).then(|| (word.len(), Part::Word(class_of(word.as_bytes()))));
            prop_assert_eq!(plain(line.as_bytes()), expected);
        }

        #[test]
        fn what_holds_anything_but_letters_is_looked_at_closely(
            word in "[a-zA-Z]{0,5}[0-9.:_/'é-][a-z0-9.:]{0,5}",
        ) {
            prop_assert_eq!(plain(word.as_bytes()), None);
        }
    }
}
