//! Lines that are one object of JSON, with a message among its own members or those of one of these:
//! each other member is two tokens, its name and its value, however much is in that.

use std::ops::Range;

use super::Token;
use super::fold::Fold;
use super::members::rank;

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
        // What stands between a value and the mark behind it is none of it.
        let end = start + self.line[start..self.at].trim_ascii_end().len();
        (end > start).then_some(Member {
            name,
            value: start..end,
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

/// Where the likeliest message of an object's own members starts, and the iterator behind them.
fn likeliest<'a>(line: &'a [u8], from: usize) -> (Option<(usize, usize)>, Members<'a>) {
    let mut all = Members { line, at: from };
    let texts = all.by_ref();
    let texts = texts.filter(|it| it.quoted && !it.value.is_empty());
    let told = texts.filter_map(|it| Some((rank(&line[it.name])?, it.value.start)));
    (told.min(), all)
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
    let (own, all) = likeliest(line, from + 1);
    let rest = line.get(all.at..).unwrap_or_default().trim_ascii();
    if !matches!(rest, b"}" | b"") {
        return None;
    }
    let inner = || {
        let objects = Members { line, at: from + 1 }.filter(|it| !it.quoted);
        let told = objects.filter_map(|it| {
            let object = &line[..it.value.end];
            let start = it.value.start;
            let (told, behind) = (object[start] == b'{').then(|| likeliest(object, start + 1))?;
            (object.get(behind.at) == Some(&b'}')).then_some(told?)
        });
        told.min()
    };
    let message = own.or_else(inner)?.1;
    let mut fold = Fold::new(line, tokens, message);
    fold.mark(from);
    for member in (Members { line, at: from + 1 }) {
        let Member { name, value, .. } = member;
        if value.contains(&message) && !member.quoted {
            // The object that has the message.
            let (start, end) = (value.start, value.end - 1);
            fold.name(name);
            fold.mark(start);
            let inner = Members {
                line: &line[..end],
                at: start + 1,
            };
            for member in inner {
                fold.member(member.name, member.value, member.quoted);
            }
            fold.mark(end);
        } else {
            fold.member(name, value, member.quoted);
        }
    }
    if rest == b"}" {
        fold.mark(line.len() - 1);
    }
    Some(fold.finish())
}
