//! Tokens of a JSON line: one for each member, and words within the message.

use super::tokens::{Tokens, quoted};

/// Members whose text says what happened or by whom, and stays; other values are masked.
const KEPT: [&[u8]; 24] = [
    b"msg",
    b"message",
    b"@m",
    b"log",
    b"event",
    b"error",
    b"err",
    b"reason",
    b"level",
    b"lvl",
    b"severity",
    b"@l",
    b"loglevel",
    b"log.level",
    b"levelname",
    b"logger",
    b"name",
    b"component",
    b"module",
    b"service",
    b"method",
    b"type",
    b"action",
    b"operation",
];

/// Whether a line looks like a JSON object.
pub(super) fn is_object(bytes: &[u8]) -> bool {
    match bytes {
        [b'{', rest @ ..] => rest.trim_ascii_start().first() == Some(&b'"'),
        _ => false,
    }
}

/// Reads a JSON line; from where it stops being JSON, as plain text. False when there were too
/// many tokens.
pub(super) fn read(tokens: &mut Tokens, bytes: &[u8]) -> bool {
    let mut at = 0;
    let mut keep = false;
    while let Some(&byte) = bytes.get(at) {
        let rest = &bytes[at..];
        match byte {
            b'"' => {
                let Some(length) = quoted(rest, rest.len()) else {
                    return tokens.words(rest);
                };
                let behind = rest[length..].trim_ascii_start();
                if behind.first() == Some(&b':') {
                    // `{` belongs to the first member, whatever else to the member before.
                    if at > 1 && !tokens.end_token() {
                        return false;
                    }
                    tokens.plain(&rest[..length]);
                    tokens.plain(b":");
                    keep = KEPT.contains(&&rest[1..length - 1]);
                    at = bytes.len() - behind.len() + 1;
                    continue;
                }
                if keep {
                    tokens.plain(b"\"");
                    if !tokens.text_value(&rest[1..length - 1]) {
                        return false;
                    }
                    tokens.plain(b"\"");
                } else {
                    tokens.mask();
                }
                at += length;
            }
            b'{' | b'}' | b'[' | b']' | b',' => {
                tokens.plain(&rest[..1]);
                at += 1;
            }
            _ if byte.is_ascii_whitespace() => at += 1,
            _ => {
                // A number, true, false or null.
                tokens.mask();
                at += rest
                    .iter()
                    .position(|b| matches!(b, b',' | b'}' | b']' | b'"') || b.is_ascii_whitespace())
                    .unwrap_or(rest.len());
            }
        }
    }
    tokens.end_token()
}
