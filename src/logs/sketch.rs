//! A line as one number in which values do not matter: the key of what is remembered about lines.
//!
//! A line consists of runs and of the cuts between them. A run that holds a digit is a value. Every
//! cut counts as itself and every other run by its hash; of a value only whether a digit comes
//! first. So lines of one sketch differ in nothing but values. They have one template, and one
//! severity where no rule looked into a value.
//!
//! What rules ask about values now and then is summed up in the [`Traits`] of the line.
//!
//! Eight bytes are looked at at a time, in the ordinary registers that WASM has as well.

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;
const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;

/// A set of things that are so in a line without being part of its sketch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::logs) struct Traits(pub(in crate::logs) u8);

impl Traits {
    /// Its values are what they are: true of every line that has values. What depends on this
    /// holds for no other line.
    pub(in crate::logs) const VALUES: Self = Self(1);
    /// A value is `0`.
    pub(in crate::logs) const ZERO: Self = Self(2);
    /// A value may be a name that says a level, or of an exception (`DEBUG1`, `app2.ERROR`,
    /// `s3.S3Exception`, `ORA-00942`, `TCP_MISS/200`), or be drawn in lines: see [`is_named`].
    pub(in crate::logs) const NAMED: Self = Self(4);
    /// It is longer than the head of a line that is searched for a level.
    pub(in crate::logs) const LONG: Self = Self(8);

    pub(in crate::logs) fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(in crate::logs) fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

/// The number of a line, and what that leaves out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::logs) struct Sketch {
    pub(in crate::logs) key: u64,
    pub(in crate::logs) traits: Traits,
    /// Whether there are escape sequences in the line.
    pub(in crate::logs) escapes: bool,
}

const fn all(b: u8) -> u64 {
    ONES * b as u64
}

/// High bits of the bytes of `seven` (all below 0x80) that are at least `low`.
fn at_least(seven: u64, low: u8) -> u64 {
    (seven + all(0x80 - low)) & HIGHS
}

/// High bits of the bytes of a word that are cuts: `0x00..=0x2c`, `:;<=>?` and `[\]^{|}~`.
fn cuts(word: u64) -> u64 {
    let seven = word & !HIGHS;
    let folded = seven | all(0x20);
    let low = !at_least(seven, 0x2d);
    let middle = at_least(seven, 0x3a) & !at_least(seven, 0x40);
    let high = at_least(folded, 0x7b) & !at_least(folded, 0x7f);
    (low | middle | high) & !word & HIGHS
}

/// High bits of the bytes of a word that are digits.
fn digits(word: u64) -> u64 {
    let seven = word & !HIGHS;
    at_least(seven, 0x30) & !at_least(seven, 0x3a) & !word & HIGHS
}

/// Whether a byte stands between runs.
pub(in crate::logs) fn is_cut(byte: u8) -> bool {
    matches!(byte, 0..=0x2c | b':'..=b'?' | b'['..=b'^' | b'{'..=b'~')
}

/// The rest of the run at `at`.
pub(in crate::logs) fn run(line: &[u8], at: usize) -> &[u8] {
    let rest = line.get(at..).unwrap_or_default();
    let end = rest.iter().position(|&b| is_cut(b));
    &rest[..end.unwrap_or(rest.len())]
}

/// Whether what is left of a run makes it a value.
pub(in crate::logs) fn is_value(run: &[u8]) -> bool {
    run.iter().any(u8::is_ascii_digit)
}

/// Whether a value that starts with `first`, no digit, and ends with `last` can be one of
/// [`Traits::NAMED`]. Every name that severities are read from starts or ends in one of these ways.
pub(in crate::logs) fn is_named(first: u8, last: u8) -> bool {
    matches!(first | 0x20, b'd' | b't' | b'v' | b'o' | 0x80..)
        || matches!(last, b'A'..=b'Z' | b'r' | b'n' | b'g')
}

/// The first `8` bytes from `at` on, zeros behind the end: a zero is a cut.
fn load(line: &[u8], at: usize) -> u64 {
    match line.get(at..at + 8) {
        Some(eight) => eight.try_into().map_or(0, u64::from_le_bytes),
        None => {
            let rest = line.get(at..).unwrap_or_default();
            let mut word = 0;
            for (i, &b) in rest.iter().enumerate() {
                word |= u64::from(b) << (8 * i);
            }
            word
        }
    }
}

fn mix(hash: u64, word: u64) -> u64 {
    let product = (hash ^ word).wrapping_mul(0xff51_afd7_ed55_8ccd);
    (product ^ product >> 32).rotate_left(23)
}

impl Sketch {
    /// The sketch of a line.
    pub(in crate::logs) fn of(line: &[u8]) -> Self {
        let mut state = 0;
        let mut traits = Traits::VALUES;
        let mut escapes = false;
        let mut at = 0;
        while at < line.len() {
            // One run and the cut behind it.
            let start = at;
            let mut run = 0u64;
            let mut digit = 0;
            let cut = loop {
                let word = load(line, at);
                let cut = cuts(word);
                if cut != 0 {
                    let bits = cut.trailing_zeros() - 7;
                    let keep = (1u64 << bits) - 1;
                    digit |= digits(word) & keep;
                    run = (run ^ (word & keep)).wrapping_mul(MULTIPLIER);
                    at += bits as usize / 8;
                    break (word >> bits) as u8;
                }
                digit |= digits(word);
                run = (run ^ word).wrapping_mul(MULTIPLIER).rotate_left(29);
                at += 8;
            };
            if digit != 0 {
                let (first, last) = (line[start], line[at - 1]);
                run = if first.is_ascii_digit() {
                    if first == b'0' && at - start == 1 {
                        traits = traits.with(Traits::ZERO);
                    }
                    1
                } else {
                    if is_named(first, last) {
                        traits = traits.with(Traits::NAMED);
                    }
                    2
                };
            }
            escapes |= cut == 0x1b;
            // No cut is behind the end of a line, not even one of zero.
            let cut = if at < line.len() { cut } else { 0xff };
            state = mix(state, run ^ u64::from(cut) << 56);
            at += 1;
        }
        Self {
            key: state,
            traits,
            escapes,
        }
    }
}
