//! Cuts a line into tokens and masks what varies: the step before the tree.
//!
//! One pass over the bytes, without regular expressions. Numbers (with units, dates, times and
//! addresses made of them), hexadecimal ids, UUIDs, IPv6 and MAC addresses, URLs, absolute paths
//! and quoted text become `<*>`, also inside a token: `id=17` is `id=<*>`. In a JSON line each
//! member is a token, so that members, not words, are compared.

mod shapes;

use super::json;
pub(super) use shapes::quoted;
use shapes::{address, hash, is_level, is_month, is_word, resource, uuid};

/// What stands for a masked part.
pub(super) const MASK: &[u8] = b"<*>";
/// Bytes of a line that are looked at; what follows counts as one masked token.
const MAX_SCAN_BYTES: usize = 4096;
/// Tokens of a line; what follows counts as one masked token.
pub(super) const MAX_TOKENS: usize = 128;
/// Most tokens of a header.
const MAX_HEADER_TOKENS: usize = 14;
/// How far the end of a quotation is looked for, and how often in vain in one line: a line full
/// of opening marks costs no more than another one.
const MAX_QUOTED_BYTES: usize = 1024;
const MAX_UNCLOSED: u32 = 4;

/// The masked tokens of one line. Kept from line to line for its memory.
#[derive(Clone, Debug, Default)]
pub(super) struct Tokens {
    /// All tokens, one behind the other.
    text: Vec<u8>,
    /// End of each token in `text`.
    ends: Vec<u32>,
    /// Hash of each token, odd.
    pub(super) hashes: Vec<u64>,
    /// End of the last mask in `text`, 0 when none was written.
    mask_end: usize,
    /// Quotations of this line that did not end.
    unclosed: u32,
}

impl Tokens {
    /// Reads a line.
    pub(super) fn read(&mut self, line: &str) {
        self.text.clear();
        self.ends.clear();
        self.hashes.clear();
        self.mask_end = 0;
        self.unclosed = 0;
        let cut = line.len() > MAX_SCAN_BYTES;
        let scanned = match cut {
            true => &line[..line.floor_char_boundary(MAX_SCAN_BYTES)],
            false => line,
        };
        let bytes = scanned.trim_ascii().as_bytes();
        let done = match json::is_object(bytes) {
            true => json::read(self, bytes),
            false => self.words(bytes),
        };
        if cut || !done {
            self.text.truncate(self.start());
            self.mask_end = 0;
            self.mask();
            self.end_token();
        }
    }

    pub(super) fn len(&self) -> usize {
        self.hashes.len()
    }

    /// Text of all tokens and the end of each.
    pub(super) fn columns(&self) -> (&[u8], &[u32]) {
        (&self.text, &self.ends)
    }

    pub(super) fn token(&self, index: usize) -> &[u8] {
        let start = match index {
            0 => 0,
            _ => self.ends.get(index - 1).map_or(0, |&end| end as usize),
        };
        let end = self.ends.get(index).map_or(start, |&end| end as usize);
        &self.text[start..end]
    }

    /// How many tokens at the start are the header that programs put before their message:
    /// timestamps, numbers, levels, names in brackets and names that end in a colon. At least one
    /// token is left.
    pub(super) fn header(&self) -> usize {
        let mut header = 0;
        for i in 0..self.len().min(MAX_HEADER_TOKENS + 1) - 1 {
            let token = self.token(i);
            let (name, behind) = match token {
                [name @ .., b':' | b']' | b'|'] if !name.is_empty() => (name, true),
                _ => (token, false),
            };
            let counts = if behind {
                // A plain word before a colon may be the start of the message, unless it stands
                // right behind the header or its host name: `Jun 14 15:16:01 combo kernel: text`.
                let plain = name.iter().all(u8::is_ascii_alphabetic);
                !plain || i <= header + usize::from(header > 0)
            } else {
                let value = token == MASK || token == b"-" || is_level(token) || is_month(token);
                i == header && value
            };
            if counts {
                header = i + 1;
            }
        }
        header
    }

    /// Start of the token that is being written.
    fn start(&self) -> usize {
        self.ends.last().map_or(0, |&end| end as usize)
    }

    /// Closes the token that is being written, if it has any text. False when there is no room
    /// for another one.
    pub(super) fn end_token(&mut self) -> bool {
        let start = self.start();
        if start < self.text.len() {
            self.hashes.push(hash(&self.text[start..]));
            self.ends.push(self.text.len() as u32);
        }
        self.ends.len() < MAX_TOKENS
    }

    pub(super) fn plain(&mut self, bytes: &[u8]) {
        self.text.extend_from_slice(bytes);
    }

    /// Writes a mask, or lets the one before stretch over the single mark between them:
    /// `10.0.0.1:80` is one value.
    pub(super) fn mask(&mut self) {
        let start = self.start();
        if self.mask_end > start {
            match &self.text[self.mask_end..] {
                [] => return,
                [b'.' | b':' | b'-' | b'+' | b'/' | b',' | b'_'] => {
                    self.text.truncate(self.mask_end);
                    return;
                }
                _ => {}
            }
        }
        self.text.extend_from_slice(MASK);
        self.mask_end = self.text.len();
    }

    /// Reads text as words between white space, to its end; false when there were too many.
    pub(super) fn words(&mut self, bytes: &[u8]) -> bool {
        let done = self.text_value(bytes);
        self.end_token();
        done
    }

    /// Reads text as words and leaves the last one open.
    pub(super) fn text_value(&mut self, bytes: &[u8]) -> bool {
        let mut at = 0;
        // Whether a value could begin here: at the start of a word or behind `=`, `(` and so on.
        let mut fresh = true;
        while let Some(&byte) = bytes.get(at) {
            let rest = &bytes[at..];
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' | 0x0b | 0x0c => {
                    if !self.end_token() {
                        return false;
                    }
                    fresh = true;
                    at += 1;
                }
                b'"' | b'\'' | b'`' if fresh && self.unclosed < MAX_UNCLOSED => {
                    let end = quoted(rest, MAX_QUOTED_BYTES);
                    self.unclosed += u32::from(end.is_none());
                    match end {
                        Some(length) if !self.keeps_words(&rest[1..]) => {
                            self.mask();
                            at += length;
                        }
                        _ => {
                            self.plain(&rest[..1]);
                            at += 1;
                        }
                    }
                    fresh = false;
                }
                b'/' if fresh && rest.get(1).is_some_and(|&b| is_word(b) || b == b'.') => {
                    self.mask();
                    at += resource(rest);
                    fresh = false;
                }
                b'-' | b'+' if fresh && rest.get(1).is_some_and(u8::is_ascii_digit) => at += 1,
                _ if is_word(byte) => {
                    at += self.word(rest);
                    fresh = false;
                }
                _ => {
                    self.plain(&rest[..1]);
                    fresh = matches!(
                        byte,
                        b'=' | b'(' | b'[' | b'{' | b'<' | b':' | b',' | b'|' | b'@' | b'"' | b'\''
                    );
                    at += 1;
                }
            }
        }
        true
    }

    /// Whether the quotation that starts here is the message itself: that of a `msg=` member or
    /// a request line.
    fn keeps_words(&self, inside: &[u8]) -> bool {
        let written = &self.text[self.start()..];
        let message = [&b"msg="[..], b"message=", b"level=", b"error=", b"err="];
        let request = [
            &b"GET "[..],
            b"POST ",
            b"PUT ",
            b"DELETE ",
            b"HEAD ",
            b"PATCH ",
            b"OPTIONS ",
        ];
        message.contains(&written) || request.iter().any(|method| inside.starts_with(method))
    }

    /// Writes the word at the start of `rest`, masked where it varies, and returns its length.
    fn word(&mut self, rest: &[u8]) -> usize {
        let mut length = 0;
        let (mut digits, mut digit_runs, mut hex) = (0usize, 0usize, true);
        let mut before_digit = false;
        while let Some(&b) = rest.get(length) {
            if !is_word(b) {
                break;
            }
            let digit = b.is_ascii_digit();
            digits += usize::from(digit);
            digit_runs += usize::from(digit && !before_digit);
            hex &= b.is_ascii_hexdigit();
            before_digit = digit;
            length += 1;
        }
        let (word, behind) = rest.split_at(length);
        if behind.starts_with(b"://") {
            self.mask();
            return resource(rest);
        }
        if hex && let Some(length) = uuid(rest).or_else(|| address(rest)) {
            self.mask();
            return length;
        }
        if digits == 0 {
            if hex && length >= 8 {
                self.mask();
            } else {
                self.plain(word);
            }
        } else if word[0].is_ascii_digit()
            || hex && length >= 8
            || digits >= 2 && length >= 6 && (hex || digit_runs >= 2)
        {
            self.mask();
        } else if before_digit {
            // `worker12`, `eth0`: the name stays.
            let name = word.iter().rposition(|b| !b.is_ascii_digit());
            self.plain(&word[..name.map_or(0, |at| at + 1)]);
            self.mask();
        } else {
            self.plain(word);
        }
        length
    }
}

#[cfg(test)]
mod tests;
