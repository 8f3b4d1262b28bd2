//! A walk over the members of a JSON object.

use super::{Field, Key, Value};

/// Whether the text begins like a JSON object: with a member's name, or empty.
pub(super) fn is_object(text: &str) -> bool {
    let mut walk = Members::new(text);
    match walk.skip_space() {
        Some(b'"') => walk.name().is_some(),
        end => end == Some(b'}'),
    }
}

/// The members of an object, and those of objects in it. Ends where the text is no JSON.
pub(super) struct Members<'a> {
    text: &'a str,
    at: usize,
    outer: Option<&'a str>,
}

impl<'a> Members<'a> {
    /// A walk over an object, which `text` begins with.
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 1,
            outer: None,
        }
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// The next byte that is no white space.
    fn skip_space(&mut self) -> Option<u8> {
        while self.byte()?.is_ascii_whitespace() {
            self.at += 1;
        }
        self.byte()
    }

    /// The inside of the string that begins here.
    fn string(&mut self) -> Option<&'a str> {
        let start = self.at + 1;
        let end = string_end(self.text.as_bytes(), start)?;
        self.at = end + 1;
        self.text.get(start..end)
    }

    /// The name that begins here, with its colon.
    fn name(&mut self) -> Option<&'a str> {
        let name = self.string()?;
        if self.skip_space()? != b':' {
            return None;
        }
        self.at += 1;
        Some(name)
    }

    /// The value that begins here, if it is no object to walk into.
    fn value(&mut self) -> Option<Value<'a>> {
        let start = self.at;
        match self.byte()? {
            b'"' => return self.string().map(Value::quoted),
            b'{' | b'[' => self.at = nested_end(self.text.as_bytes(), start)?,
            _ => {
                let ends = |b: u8| matches!(b, b',' | b'}' | b']') || b.is_ascii_whitespace();
                let length = self.text[start..].bytes().position(ends);
                self.at = length.map_or(self.text.len(), |length| start + length);
            }
        }
        let raw = self.text.get(start..self.at)?;
        (!raw.is_empty()).then(|| Value::bare(raw))
    }

    fn member(&mut self) -> Option<Field<'a>> {
        loop {
            match self.skip_space()? {
                b',' => self.at += 1,
                b'}' => {
                    self.outer.take()?;
                    self.at += 1;
                }
                b'"' => {
                    let name = self.name()?;
                    if self.skip_space()? == b'{' && self.outer.is_none() {
                        self.outer = Some(name);
                        self.at += 1;
                        continue;
                    }
                    let key = Key {
                        outer: self.outer,
                        name,
                    };
                    let value = self.value()?;
                    return Some(Field { key, value });
                }
                _ => return None,
            }
        }
    }
}

impl<'a> Iterator for Members<'a> {
    type Item = Field<'a>;

    fn next(&mut self) -> Option<Field<'a>> {
        let member = self.member();
        if member.is_none() {
            self.at = self.text.len();
        }
        member
    }
}

/// Where the string whose inside starts at `at` has its closing quote.
fn string_end(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        match bytes.get(at)? {
            b'"' => return Some(at),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

/// Where the object or list that starts at `at` ends. No recursion: a line may nest as deep as it
/// is long.
fn nested_end(bytes: &[u8], mut at: usize) -> Option<usize> {
    let mut depth = 0usize;
    loop {
        match bytes.get(at)? {
            b'"' => at = string_end(bytes, at + 1)?,
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
        at += 1;
    }
}
