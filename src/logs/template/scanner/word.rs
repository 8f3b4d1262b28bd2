//! What a run of bytes or a quoted text is: a value, or a word and of which class.

use super::{Class, Part};
use crate::logs::template::classify::{Kind, is_month, is_weekday, kind_of};

const METHODS: [&[u8]; 9] = [
    b"GET",
    b"POST",
    b"PUT",
    b"HEAD",
    b"DELETE",
    b"PATCH",
    b"OPTIONS",
    b"CONNECT",
    b"PROPFIND",
];

/// `GET /path HTTP/1.1` and its like: its words are mined.
pub(super) fn is_request(text: &[u8]) -> bool {
    let end = text.iter().position(|&b| b == b' ').unwrap_or(0);
    METHODS.contains(&&text[..end])
}

/// Whether a statement of SQL starts here, in capitals or in small letters throughout. The rest of
/// the message is its text.
pub(super) fn is_statement(rest: &[u8]) -> bool {
    const STARTS: [(&[u8], &[u8]); 4] = [
        (b"SELECT ", b" FROM "),
        (b"INSERT INTO ", b"("),
        (b"UPDATE ", b" SET "),
        (b"DELETE FROM ", b" WHERE "),
    ];
    let may = rest
        .first()
        .is_some_and(|b| matches!(b & !0x20, b'S' | b'I' | b'U' | b'D'));
    may && STARTS.iter().any(|(start, then)| {
        let Some(own) = rest.get(..start.len()) else {
            return false;
        };
        let then = || {
            rest.windows(then.len())
                .any(|it| it.eq_ignore_ascii_case(then))
        };
        own == *start && (own != STARTS[2].0 || then())
            || own.iter().zip(*start).all(|(a, b)| *a == b | 0x20) && then()
    })
}

pub(super) fn quoted_part(text: &[u8]) -> Part {
    if text.is_empty() || text == b"-" {
        return Part::Empty;
    }
    if text.contains(&b' ') {
        return match text.iter().any(u8::is_ascii_digit) {
            true => Part::Value(Kind::Any),
            false => Part::Word(Class::Value),
        };
    }
    if text.iter().any(u8::is_ascii_digit) {
        return Part::Value(kind_of(text));
    }
    if text.iter().filter(|&&b| b == b'/').count() > 1 || text[0] == b'/' {
        return Part::Value(Kind::Path);
    }
    Part::Word(class_of(text))
}

/// Whether a word is what programs print for a value.
pub(super) fn is_constant_value(word: &[u8]) -> bool {
    // Nearly all words begin otherwise.
    let may = |first: &u8| matches!(first | 0x20, b't' | b'f' | b'n' | b'u');
    word.first().is_some_and(may)
        && matches!(
            word,
            b"true"
                | b"false"
                | b"null"
                | b"nil"
                | b"none"
                | b"None"
                | b"True"
                | b"False"
                | b"NULL"
                | b"undefined"
        )
}

/// Whether a word is a method of HTTP.
pub(super) fn is_method(word: &[u8]) -> bool {
    // The second letter of an ordinary word is a small one.
    word.len() > 2 && word[1].is_ascii_uppercase() && METHODS.contains(&word)
}

/// The class of a word without digits.
pub(super) fn class_of(word: &[u8]) -> Class {
    if is_constant_value(word) {
        return Class::Value;
    }
    if is_method(word) {
        return Class::Method;
    }
    let last = word
        .iter()
        .rposition(|&b| matches!(b, b'.' | b'/' | b'\\' | b'$'))
        .map_or(0, |i| i + 1);
    let tail = &word[last..];
    let upper = tail.iter().filter(|b| b.is_ascii_uppercase()).count();
    let lower = tail.iter().filter(|b| b.is_ascii_lowercase()).count();
    if upper >= 2 && lower == 0 {
        return Class::Constant;
    }
    let inner = word.iter().any(|b| {
        matches!(
            b,
            b'.' | b'_' | b'-' | b'$' | b'/' | b'\\' | b'@' | b'#' | b'%'
        )
    });
    let camel = word
        .windows(2)
        .any(|two| two[0].is_ascii_lowercase() && two[1].is_ascii_uppercase());
    match inner || camel {
        true => Class::Name,
        false => Class::Plain,
    }
}

/// Whether a word is the name of a day or month.
pub(in crate::logs::template) fn is_calendar(word: &[u8]) -> bool {
    is_month(word) || is_weekday(word)
}
