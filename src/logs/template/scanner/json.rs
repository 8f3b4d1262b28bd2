//! Lines that are one object of JSON, with a message among its own members: each other member is
//! two tokens, its name and its value, however much is in that.

use std::ops::Range;

use super::members::rank;
use super::word::quoted_part;
use super::{Class, MAX_TOKENS, Part, Scanner, Token};
use crate::logs::template::classify::{Kind, kind_of};

/// A member of an object, as bytes of the line; of a text without its quotes.
struct Member {
    name: Range<usize>,
    value: Range<usize>,
    quoted: bool,
}

/// The members of an object, up to where the line ends or is none any more.
struct Members<'a> {
    line: &'a [u8],
    at: usize,
}

impl Iterator for Members<'_> {
    type Item = Member;

    fn next(&mut self) -> Option<Member> {
        self.skip(|b| matches!(b, b',' | b'{') || b.is_ascii_whitespace());
        let name = self.text()?;
        self.skip(|b| b.is_ascii_whitespace());
        if self.line.get(self.at) != Some(&b':') {
            return None;
        }
        self.at += 1;
        self.skip(|b| b.is_ascii_whitespace());
        if let Some(value) = self.text() {
            return Some(Member {
                name,
                value,
                quoted: true,
            });
        }
        let start = self.at;
        self.value();
        (self.at > start).then_some(Member {
            name,
            value: start..self.at,
            quoted: false,
        })
    }
}

impl Members<'_> {
    fn skip(&mut self, which: impl Fn(&u8) -> bool) {
        let rest = self.line.get(self.at..).unwrap_or_default();
        self.at += rest.iter().take_while(|b| which(b)).count();
    }

    /// A text in quotes, if one starts here; one that is cut goes to the line's end.
    fn text(&mut self) -> Option<Range<usize>> {
        if self.line.get(self.at) != Some(&b'"') {
            return None;
        }
        let start = self.at + 1;
        let mut at = start;
        while let Some(&b) = self.line.get(at) {
            match b {
                b'\\' => at += 1,
                b'"' => break,
                _ => {}
            }
            at += 1;
        }
        let end = at.min(self.line.len());
        self.at = (end + 1).min(self.line.len());
        Some(start..end)
    }

    /// Passes over a value that is no text.
    fn value(&mut self) {
        let mut depth = 0usize;
        while let Some(&b) = self.line.get(self.at) {
            match b {
                b'"' => {
                    self.text();
                    continue;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' if depth > 0 => depth -= 1,
                b',' | b'}' | b']' if depth == 0 => return,
                _ => {}
            }
            self.at += 1;
        }
    }
}

/// Reads an object that starts at `from`, if it has a message. Returns where that is among the tokens,
/// with its quotes, and how many bytes were read.
pub(super) fn read(
    line: &[u8],
    from: usize,
    tokens: &mut Vec<Token>,
) -> Option<(Range<usize>, usize)> {
    if line.get(from) != Some(&b'{') {
        return None;
    }
    let members = || Members { line, at: from + 1 };
    let mut all = members();
    let texts = all.by_ref();
    let texts = texts.filter(|it| it.quoted && !it.value.is_empty());
    let told = texts.filter_map(|it| Some((rank(&line[it.name])?, it.value.start)));
    let message_at = told.min()?.1;
    let rest = line.get(all.at..).unwrap_or_default();
    if !matches!(rest.trim_ascii(), b"}" | b"") {
        return None;
    }
    let mut message = 0..0;
    let push = |tokens: &mut Vec<Token>, at: Range<usize>, part: Part, quoted: bool| {
        tokens.push(Token {
            start: at.start as u32,
            end: at.end as u32,
            part,
            quoted,
            spaced: false,
        });
    };
    push(tokens, from..from + 1, Part::Mark, false);
    for Member {
        name,
        value,
        quoted,
    } in members()
    {
        if tokens.len() + 6 > MAX_TOKENS {
            return Some((message, name.start - 1));
        }
        push(tokens, name, Part::Word(Class::Member), true);
        if value.start == message_at {
            let start = tokens.len();
            push(tokens, value.start - 1..value.start, Part::Mark, false);
            let (read, _) = Scanner {
                line: &line[..line.len().min(value.end + 1)],
                at: value.start,
                tokens,
                spaced: false,
                open: b'"',
                message: start..start + 1,
                depth: 0,
                rank: 0,
                in_message: true,
            }
            .run();
            message = read;
            continue;
        }
        let text = &line[value.clone()];
        let part = match quoted {
            true => quoted_part(text),
            false if text.iter().any(u8::is_ascii_digit) && !matches!(text[0], b'{' | b'[') => {
                Part::Value(kind_of(text))
            }
            false => Part::Empty,
        };
        let part = match part {
            Part::Value(_) => part,
            _ => Part::Value(Kind::Any),
        };
        push(tokens, value, part, quoted);
    }
    if line.ends_with(b"}") {
        push(tokens, line.len() - 1..line.len(), Part::Mark, false);
    }
    Some((message, line.len()))
}
