//! Bytes found in text, letter case aside, eight by eight in the ordinary registers that WASM has
//! as well.
//!
//! Two bytes of what is looked for, its rarest ones in logs, are compared at eight places at once;
//! only where both stand is the rest looked at.
//!
//! This is a package of its own so that the page, which is compiled for size, has these few lines
//! compiled for speed: a search goes over all text that is held.

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;

/// Bytes that are looked at in one go.
const BLOCK: usize = 32;

/// The bytes that are frequent in logs, the most frequent first. All others are rare.
const FREQUENT: &[u8] = b" e0t1o2a-rins3:.4l5d6c7/\"8m9up=,h_gfbv[](){}+y;kwTEI";

/// How rare each byte is.
const RANKS: [u8; 128] = {
    let mut ranks = [u8::MAX; 128];
    let mut at = 0;
    while at < FREQUENT.len() {
        ranks[FREQUENT[at] as usize & 127] = at as u8;
        at += 1;
    }
    ranks
};

/// What is looked for: letters of ASCII in either case, all other bytes as they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Needle {
    lower: Box<[u8]>,
    /// Places of the two bytes that are looked for first.
    first: usize,
    second: usize,
}

/// A byte at eight places: as it is after the bits of `fold` were set.
#[derive(Clone, Copy)]
struct Pattern {
    fold: u64,
    byte: u64,
}

impl Pattern {
    fn new(lower: u8) -> Self {
        Self {
            fold: ONES * u64::from(fold(lower)),
            byte: ONES * u64::from(lower),
        }
    }

    /// Zero bytes where it stands.
    fn differs(self, word: u64) -> u64 {
        (word | self.fold) ^ self.byte
    }
}

/// What tells a lower-case letter from its capital.
fn fold(lower: u8) -> u8 {
    if lower.is_ascii_lowercase() { 0x20 } else { 0 }
}

fn word(bytes: &[u8; BLOCK], at: usize) -> u64 {
    bytes
        .get(at..)
        .and_then(<[u8]>::first_chunk::<8>)
        .map_or(0, |bytes| u64::from_le_bytes(*bytes))
}

impl Needle {
    /// Something to look for; `None` of no bytes.
    #[must_use]
    pub fn new(bytes: &[u8]) -> Option<Self> {
        let lower = bytes.to_ascii_lowercase().into_boxed_slice();
        let (mut first, mut second) = ((0, 0), (0, 0));
        for (at, byte) in lower.iter().enumerate() {
            // A byte that is no ASCII is one of few that follow each other in most such texts.
            let rank = RANKS[usize::from(byte & 127)]
                .saturating_add(1)
                .max(byte & 128);
            if rank > first.0 {
                (first, second) = ((rank, at), first);
            } else if rank > second.0 {
                second = (rank, at);
            }
        }
        if lower.is_empty() {
            return None;
        }
        let (first, second) = (first.1, if second.0 == 0 { first.1 } else { second.1 });
        Some(Self {
            lower,
            first,
            second,
        })
    }

    /// How many bytes it is long; not 0.
    #[must_use]
    #[allow(clippy::len_without_is_empty)]
    pub fn len(&self) -> usize {
        self.lower.len()
    }

    /// The first place at or behind `from` where it stands.
    #[must_use]
    pub fn find(&self, text: &[u8], from: usize) -> Option<usize> {
        let end = text.len().checked_sub(self.lower.len())? + 1;
        // Where the two bytes stand, for all places where the whole can begin.
        let first = text.get(from + self.first..end + self.first)?;
        let second = text.get(from + self.second..end + self.second)?;
        let patterns = (
            Pattern::new(self.lower[self.first]),
            Pattern::new(self.lower[self.second]),
        );
        let (blocks, rest) = first.as_chunks::<BLOCK>();
        let pairs = blocks.iter().zip(second.as_chunks::<BLOCK>().0);
        for (number, (a, b)) in pairs.enumerate() {
            let mut marks = [0u64; BLOCK / 8];
            let mut any = 0;
            for (i, mark) in marks.iter_mut().enumerate() {
                let differs =
                    patterns.0.differs(word(a, 8 * i)) | patterns.1.differs(word(b, 8 * i));
                // The lowest mark is right; one above it may be wrong, and is looked at in vain.
                *mark = differs.wrapping_sub(ONES) & !differs & HIGHS;
                any |= *mark;
            }
            if any == 0 {
                continue;
            }
            for (i, mut mark) in marks.into_iter().enumerate() {
                while mark != 0 {
                    let at = from + number * BLOCK + 8 * i + mark.trailing_zeros() as usize / 8;
                    if self.is_at(text, at) {
                        return Some(at);
                    }
                    mark &= mark - 1;
                }
            }
        }
        (end - rest.len()..end).find(|at| self.is_at(text, *at))
    }

    /// Whether it stands at `at`.
    fn is_at(&self, text: &[u8], at: usize) -> bool {
        let there = text.get(at..at + self.lower.len());
        there.is_some_and(|there| {
            let pairs = there.iter().zip(&self.lower);
            pairs
                .into_iter()
                .all(|(byte, lower)| byte | fold(*lower) == *lower)
        })
    }
}

/// The first place at or behind `from` of a byte that is no ASCII.
#[must_use]
pub fn find_non_ascii(text: &[u8], from: usize) -> Option<usize> {
    let rest = text.get(from..)?;
    let (blocks, tail) = rest.as_chunks::<BLOCK>();
    let high = |block: &[u8; BLOCK]| {
        (0..BLOCK / 8).fold(0, |any, i| any | word(block, 8 * i)) & HIGHS != 0
    };
    let clean = blocks.iter().take_while(|it| !high(it)).count();
    let from = from + clean * BLOCK;
    let until = text.len().min(from + BLOCK).max(text.len() - tail.len());
    (from..until).find(|at| !text[*at].is_ascii())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn naive(text: &[u8], needle: &[u8], from: usize) -> Option<usize> {
        let mut places = from..(text.len() + 1).saturating_sub(needle.len());
        places.find(|at| text[*at..at + needle.len()].eq_ignore_ascii_case(needle))
    }

    #[test]
    fn letters_are_found_in_either_case_and_nothing_else_is() {
        let find =
            |text: &str, needle: &str| Needle::new(needle.as_bytes())?.find(text.as_bytes(), 0);
        assert_eq!(find("an ERROR", "error"), Some(3));
        assert_eq!(find("[{", "{["), None);
        assert_eq!(find("{", "["), None);
        assert_eq!(find("`", "@"), None);
        assert_eq!(find("É", "é"), None);
        assert_eq!(find("é", "é"), Some(0));
        assert_eq!(find("x", "xx"), None);
        assert_eq!(Needle::new(b""), None);
    }

    fn bytes(most: usize) -> impl Strategy<Value = Vec<u8>> {
        let byte = prop_oneof![
            8 => prop_oneof![Just(b'a'), Just(b'A'), Just(b'b'), Just(b'B'), Just(b'@'), Just(b'`')],
            1 => any::<u8>(),
        ];
        proptest::collection::vec(byte, 0..most)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        #[test]
        fn a_needle_is_found_where_the_naive_way_finds_it(
            text in bytes(200), needle in bytes(6), from in 0usize..220,
        ) {
            if let Some(it) = Needle::new(&needle) {
                prop_assert_eq!(it.find(&text, from), naive(&text, &needle, from));
            }
        }

        #[test]
        fn a_needle_of_the_text_is_found_in_it(text in bytes(300), at in 0usize..300, length in 1usize..40) {
            if let Some(needle) = text.get(at..at + length) {
                let found = Needle::new(needle).and_then(|it| it.find(&text, 0));
                prop_assert_eq!(found, naive(&text, needle, 0));
            }
        }

        #[test]
        fn the_first_byte_beyond_ascii_is_found(text in bytes(200), from in 0usize..220) {
            let naive = (from..text.len()).find(|at| !text[*at].is_ascii());
            prop_assert_eq!(find_non_ascii(&text, from), naive);
        }
    }
}
