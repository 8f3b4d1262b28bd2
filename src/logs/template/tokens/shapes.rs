//! Recognises the pieces of a line by their bytes.

/// Whether a token looks like a level: capitals only.
pub(super) fn is_level(token: &[u8]) -> bool {
    (3..=8).contains(&token.len()) && token.iter().all(u8::is_ascii_uppercase)
}

pub(super) fn is_month(token: &[u8]) -> bool {
    const MONTHS: [&[u8; 3]; 12] = [
        b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov",
        b"Dec",
    ];
    MONTHS.iter().any(|month| *month == token)
}

pub(super) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// Length of the quotation at the start of `rest`, marks included. A closing apostrophe does
/// not stand before a letter, so that `'t` in a word opens nothing.
pub(in crate::logs::template) fn quoted(rest: &[u8], limit: usize) -> Option<usize> {
    let mark = *rest.first()?;
    let mut at = 1;
    while at < rest.len().min(limit) {
        match rest[at] {
            b'\\' => at += 1,
            b if b == mark => {
                let next = rest.get(at + 1).copied().unwrap_or(b' ');
                if mark == b'"' || !is_word(next) {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
        at += 1;
    }
    None
}

/// Length of a path or URL: up to white space or a closing mark, without the punctuation of the
/// sentence around it.
pub(super) fn resource(rest: &[u8]) -> usize {
    let length = rest
        .iter()
        .position(|b| {
            b.is_ascii_whitespace()
                || matches!(
                    b,
                    b'"' | b'\'' | b'`' | b')' | b']' | b'}' | b'<' | b'>' | b'|' | b',' | b';'
                )
        })
        .unwrap_or(rest.len());
    rest[..length]
        .iter()
        .rposition(|b| !matches!(b, b'.' | b':' | b'!' | b'?'))
        .map_or(length, |last| last + 1)
}

/// Length of the UUID at the start.
pub(super) fn uuid(rest: &[u8]) -> Option<usize> {
    let text = rest.get(..36)?;
    let fits = text.iter().enumerate().all(|(i, b)| match i {
        8 | 13 | 18 | 23 => *b == b'-',
        _ => b.is_ascii_hexdigit(),
    });
    (fits && !rest.get(36).copied().is_some_and(is_word)).then_some(36)
}

/// Length of the IPv6 or MAC address at the start: groups of at most four hexadecimal digits
/// between at least two colons, with a digit among them.
pub(super) fn address(rest: &[u8]) -> Option<usize> {
    let (mut colons, mut group, mut digit) = (0, 0, false);
    let mut length = 0;
    for &b in rest.iter().take(45) {
        match b {
            b':' => {
                colons += 1;
                group = 0;
            }
            b'.' if digit => group = 0,
            _ if b.is_ascii_hexdigit() => {
                group += 1;
                digit |= b.is_ascii_digit();
                if group > 4 {
                    return None;
                }
            }
            _ if is_word(b) => return None,
            _ => break,
        }
        length += 1;
    }
    // The colon behind the address belongs to the sentence.
    let end = rest[..length].iter().rposition(|b| b.is_ascii_hexdigit())? + 1;
    (colons >= 2 && digit).then_some(end)
}

/// A 64-bit hash of a token, always odd; quick and the same everywhere, not for hostile keys: two
/// tokens that collide would only share a template.
pub(super) fn hash(bytes: &[u8]) -> u64 {
    const K: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut h = K ^ bytes.len() as u64;
    let (words, tail) = bytes.as_chunks::<8>();
    for word in words {
        h = (h ^ u64::from_le_bytes(*word)).wrapping_mul(K);
        h ^= h >> 29;
    }
    let mut last = 0u64;
    for &b in tail {
        last = last << 8 | u64::from(b);
    }
    h = (h ^ last).wrapping_mul(K);
    h ^= h >> 32;
    h.wrapping_mul(K) | 1
}
