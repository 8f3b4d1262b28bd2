//! Values, as they were written and as they were meant.

use std::borrow::Cow;

/// The value of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Value<'a> {
    raw: &'a str,
    quoted: bool,
}

impl<'a> Value<'a> {
    pub(super) fn bare(raw: &'a str) -> Self {
        Self { raw, quoted: false }
    }

    pub(super) fn quoted(raw: &'a str) -> Self {
        Self { raw, quoted: true }
    }

    /// As it was written, without quotes.
    #[must_use]
    pub fn raw(&self) -> &'a str {
        self.raw
    }

    /// Whether it stood in quotes: a text, even where it looks like a number.
    #[must_use]
    pub fn is_quoted(&self) -> bool {
        self.quoted
    }

    /// As it was meant: a quoted text with its escapes resolved, else as it was written. Borrowed
    /// where there are no escapes.
    #[must_use]
    pub fn text(&self) -> Cow<'a, str> {
        if self.quoted {
            unescape(self.raw)
        } else {
            Cow::Borrowed(self.raw)
        }
    }

    /// Whether it means this text, ASCII letter case aside.
    #[must_use]
    pub fn is(&self, text: &str) -> bool {
        self.text().eq_ignore_ascii_case(text)
    }
}

/// Resolves the escapes of a JSON string; borrowed where it has none.
pub(super) fn unescape(raw: &str) -> Cow<'_, str> {
    if !raw.as_bytes().contains(&b'\\') {
        return Cow::Borrowed(raw);
    }
    let mut out = String::with_capacity(raw.len());
    unescape_into(raw, &mut out);
    Cow::Owned(out)
}

/// Appends the inside of a JSON string to `out` with its escapes resolved. What is no escape stays
/// as it is; half of a surrogate pair becomes U+FFFD.
pub(in crate::logs) fn unescape_into(raw: &str, out: &mut String) {
    let mut rest = raw;
    while let Some(at) = rest.bytes().position(|b| b == b'\\') {
        out.push_str(&rest[..at]);
        let behind = &rest[at + 1..];
        let (meant, length) = match behind.as_bytes().first() {
            Some(b'"') => ('"', 1),
            Some(b'\\') => ('\\', 1),
            Some(b'/') => ('/', 1),
            Some(b'b') => ('\u{8}', 1),
            Some(b'f') => ('\u{c}', 1),
            Some(b'n') => ('\n', 1),
            Some(b'r') => ('\r', 1),
            Some(b't') => ('\t', 1),
            Some(b'u') => unicode(behind.as_bytes()).unwrap_or(('\\', 0)),
            _ => ('\\', 0),
        };
        out.push(meant);
        rest = &behind[length..];
    }
    out.push_str(rest);
}

/// The character of `u1234` or of the pair `ud83d\ude00`, and its length in bytes.
fn unicode(bytes: &[u8]) -> Option<(char, usize)> {
    let first = hex4(bytes, 1)?;
    if (0xd800..0xdc00).contains(&first)
        && bytes.get(5..7) == Some(b"\\u")
        && let Some(second) = hex4(bytes, 7).filter(|it| (0xdc00..0xe000).contains(it))
    {
        let code = 0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00);
        return Some((char::from_u32(code)?, 11));
    }
    Some((char::from_u32(first).unwrap_or('\u{fffd}'), 5))
}

fn hex4(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.iter().try_fold(0, |sum, &byte| {
        let digit = char::from(byte).to_digit(16)?;
        Some(sum << 4 | digit)
    })
}
