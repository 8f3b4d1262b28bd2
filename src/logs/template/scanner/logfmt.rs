//! Lines that are members alone, `name=value name="a text"`, with a message among them.

use std::ops::Range;

use super::fold::Fold;
use super::members::rank;
use super::{Token, cuts};

/// A member, as bytes of the line; of a text without its quotes.
struct Member {
    name: Range<usize>,
    value: Range<usize>,
    quoted: bool,
}

/// The members from a byte on, up to where the line ends or has something else.
struct Members<'a> {
    line: &'a [u8],
    at: usize,
}

impl Iterator for Members<'_> {
    type Item = Member;

    fn next(&mut self) -> Option<Member> {
        let rest = self.line.get(self.at..)?;
        let start = self.at
            + rest
                .iter()
                .take_while(|it| it.is_ascii_whitespace())
                .count();
        let rest = &self.line[start..];
        let length = rest.iter().position(|&b| cuts(b))?;
        let name = start..start + length;
        if length == 0 || rest[length] != b'=' {
            return None;
        }
        let (value, quoted) = value(self.line, name.end + 1)?;
        self.at = value.end + usize::from(quoted);
        Some(Member {
            name,
            value,
            quoted,
        })
    }
}

/// The value that starts at a byte, and whether it stands in quotes; `None` where something follows
/// directly on the quotes, or they do not close.
fn value(line: &[u8], start: usize) -> Option<(Range<usize>, bool)> {
    let rest = line.get(start..)?;
    let Some((b'"', text)) = rest.split_first() else {
        let end = rest.iter().position(u8::is_ascii_whitespace);
        return Some((start..start + end.unwrap_or(rest.len()), false));
    };
    let mut escaped = false;
    let end = text.iter().position(|&b| {
        let closes = b == b'"' && !escaped;
        escaped = b == b'\\' && !escaped;
        closes
    })?;
    let apart = text.get(end + 1).is_none_or(u8::is_ascii_whitespace);
    apart.then_some((start + 1..start + 1 + end, true))
}

/// Reads a line of members from `from` on, if it has a message. Returns where that is among the tokens,
/// with its quotes, and how many bytes were read.
pub(super) fn read(
    line: &[u8],
    from: usize,
    tokens: &mut Vec<Token>,
) -> Option<(Range<usize>, usize)> {
    let members = || Members { line, at: from };
    let mut all = members();
    let texts = all.by_ref().filter(|it| !it.value.is_empty());
    let told = texts.filter_map(|it| Some((rank(&line[it.name])?, it.value.start)));
    let message = told.min()?.1;
    if !line.get(all.at..)?.trim_ascii().is_empty() {
        return None;
    }
    let mut fold = Fold::new(line, tokens, message);
    for member in members() {
        fold.member(member.name, member.value, member.quoted);
    }
    Some(fold.finish())
}
