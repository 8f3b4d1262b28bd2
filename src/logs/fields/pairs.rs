//! A walk over `key=value` pairs: logfmt lines, and words with pairs among them.

use super::{Field, Form, Key, Value};

/// How a line with pairs is written; `None` where it has none.
pub(super) fn form(text: &str) -> Option<Form> {
    let mut pairs = Pairs::new(text);
    pairs.next()?;
    let starts_with_one = pairs.start == 0;
    let more = pairs.next().is_some();
    Some(if starts_with_one && more {
        Form::Logfmt
    } else {
        Form::Text
    })
}

/// The pairs of a line.
pub(super) struct Pairs<'a> {
    text: &'a str,
    at: usize,
    /// Where the last pair began.
    start: usize,
}

impl<'a> Pairs<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            start: 0,
        }
    }

    /// The value at `at`, and where it ends.
    fn value(&self, at: usize) -> (Value<'a>, usize) {
        let rest = &self.text[at..];
        if let Some(inside) = rest.strip_prefix('"')
            && let Some(length) = quoted_length(inside.as_bytes())
        {
            return (Value::quoted(&inside[..length]), at + length + 2);
        }
        let length = rest.bytes().position(|b| b.is_ascii_whitespace());
        let length = length.unwrap_or(rest.len());
        // A list in a sentence: `(a=1, b=2)`.
        let raw = rest[..length].trim_end_matches([',', ';']);
        (Value::bare(raw), at + length)
    }
}

impl<'a> Iterator for Pairs<'a> {
    type Item = Field<'a>;

    fn next(&mut self) -> Option<Field<'a>> {
        let bytes = self.text.as_bytes();
        while self.at < bytes.len() {
            let start = self.at;
            let length = key_length(&bytes[start..]);
            self.at += length;
            if length > 0 && bytes.get(self.at) == Some(&b'=') {
                let name = &self.text[start..self.at];
                let (value, end) = self.value(self.at + 1);
                (self.start, self.at) = (start, end);
                let key = Key { outer: None, name };
                return Some(Field { key, value });
            }
            // To the next word.
            let word = bytes[self.at..].iter().position(u8::is_ascii_whitespace);
            self.at = word.map_or(bytes.len(), |length| self.at + length + 1);
        }
        None
    }
}

/// Length of what can be a key at the start of `bytes`. Paths and URLs are none.
fn key_length(bytes: &[u8]) -> usize {
    let inner = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-' | b'@');
    match bytes.first() {
        Some(b) if b.is_ascii_alphabetic() || matches!(b, b'_' | b'@') => {
            bytes.iter().take_while(|b| inner(b)).count()
        }
        _ => 0,
    }
}

/// Length of the inside of a quoted text.
fn quoted_length(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        match bytes.get(at)? {
            b'"' => return Some(at),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}
