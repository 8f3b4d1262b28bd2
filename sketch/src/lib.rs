//! A line as one number in which values do not matter: the key of what is remembered about lines.
//!
//! A line consists of runs and of the cuts between them. A run that holds a digit is a value. Every
//! cut counts as itself and every other run by its hash; of a value only whether a digit comes
//! first. So lines of one sketch differ in nothing but values. They have one template, and one
//! severity where no rule looked into a value.
//!
//! What rules ask about values now and then is summed up in the [`Traits`] of the line.
//!
//! Cuts and digits are found for 64 bytes at once, eight by eight in the ordinary registers that
//! WASM has as well.
//!
//! This is a package of its own so that the page, which is compiled for size, has these few lines
//! compiled for speed: half of the work on a line of a log is done here.

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;
const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;

/// A set of things that are so in a line without being part of its sketch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traits(pub u8);

impl Traits {
    /// Its values are what they are: true of every line that has values. What depends on this
    /// holds for no other line.
    pub const VALUES: Self = Self(1);
    /// A value is `0`.
    pub const ZERO: Self = Self(2);
    /// A value may be a name that says a level, or of an exception (`DEBUG1`, `app2.ERROR`,
    /// `s3.S3Exception`, `ORA-00942`, `TCP_MISS/200`), or be drawn in lines: see [`is_named`].
    pub const NAMED: Self = Self(4);
    /// It is longer than the head of a line that is searched for a level.
    pub const LONG: Self = Self(8);

    /// These and the others.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether some of the others are among these.
    #[must_use]
    pub fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

/// The number of a line, and what that leaves out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sketch {
    /// The number, equal for lines that differ in nothing but values.
    pub key: u64,
    /// What is so in the line, apart from [`Traits::LONG`], which whoever searches it knows.
    pub traits: Traits,
    /// Whether there are control characters in the line, such as those of escape sequences.
    pub controls: bool,
}

const fn all(b: u8) -> u64 {
    ONES * b as u64
}

/// The high bits of eight bytes: of those that are cuts (`0x00..=0x2c`, `:;<=>?`, `[\]^{|}~`), of
/// those that are digits, and of control characters.
fn classes(word: u64) -> [u64; 3] {
    let seven = word & !HIGHS;
    // Sets the high bit of the bytes that are at least `low`; all are below 0x80.
    let at_least = |bytes: u64, low: u8| bytes + all(0x80 - low);
    let folded = seven | all(0x20);
    let colon = at_least(seven, b':');
    let middle = colon & !at_least(seven, b'@');
    let high = at_least(folded, b'{') & !at_least(folded, 0x7f);
    let ascii = !word & HIGHS;
    [
        (!at_least(seven, b'-') | middle | high) & ascii,
        at_least(seven, b'0') & !colon & ascii,
        !at_least(seven, b' ') & ascii,
    ]
}

/// The high bits of eight bytes as eight bits.
fn gather(highs: u64) -> u64 {
    (highs >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
}

/// Which of the 64 bytes from `at` on are cuts, and which are digits; and whether some are control
/// characters. The end of the line is a cut; nothing is known behind it.
fn block(line: &[u8], at: usize) -> (u64, u64, bool) {
    let (mut cuts, mut digits, mut controls) = (0, 0, 0);
    if let Some(block) = line.get(at..).and_then(<[u8]>::first_chunk::<64>) {
        for (i, word) in block.as_chunks::<8>().0.iter().enumerate() {
            let [cut, digit, control] = classes(u64::from_le_bytes(*word));
            cuts |= gather(cut) << (8 * i);
            digits |= gather(digit) << (8 * i);
            controls |= control;
        }
        return (cuts, digits, controls != 0);
    }
    for bit in (0..=line.len() - at).step_by(8) {
        let rest = line.len() - at - bit;
        let [cut, digit, control] = classes(load(line, at + bit));
        cuts |= gather(cut) << bit;
        digits |= gather(digit) << bit;
        // What is behind the end is no control character.
        controls |= match rest {
            0 => 0,
            1..8 => control & u64::MAX >> (64 - 8 * rest),
            _ => control,
        };
    }
    (cuts, digits, controls != 0)
}

/// The cuts, one bit each.
const CUTS: [u64; 4] = {
    let mut bits = [0; 4];
    let mut byte = 0;
    while byte < 0x80 {
        if matches!(byte, 0..=0x2c | b':'..=b'?' | b'['..=b'^' | b'{'..=b'~') {
            bits[(byte >> 6) as usize] |= 1 << (byte & 63);
        }
        byte += 1;
    }
    bits
};

/// Whether a byte stands between runs.
#[must_use]
pub fn is_cut(byte: u8) -> bool {
    CUTS[usize::from(byte >> 6)] >> (byte & 63) & 1 != 0
}

/// The rest of the run at `at`.
#[must_use]
pub fn run(line: &[u8], at: usize) -> &[u8] {
    let rest = line.get(at..).unwrap_or_default();
    let end = rest.iter().position(|&b| is_cut(b));
    &rest[..end.unwrap_or(rest.len())]
}

/// Whether what is left of a run makes it a value.
#[must_use]
pub fn is_value(run: &[u8]) -> bool {
    run.iter().any(u8::is_ascii_digit)
}

/// Whether a value that starts with `first`, no digit, and ends with `last` can be one of
/// [`Traits::NAMED`]. Every name that severities are read from starts or ends in one of these ways.
#[must_use]
pub fn is_named(first: u8, last: u8) -> bool {
    matches!(first | 0x20, b'd' | b't' | b'v' | b'o' | 0x80..)
        || matches!(last, b'A'..=b'Z' | b'r' | b'n' | b'g')
}

/// The eight bytes from `at` on, zeros behind the end: a zero is a cut.
#[inline]
fn load(line: &[u8], at: usize) -> u64 {
    let rest = line.get(at..).unwrap_or_default();
    match rest.first_chunk() {
        Some(word) => u64::from_le_bytes(*word),
        None => load_end(line, rest.len()),
    }
}

/// The last bytes of a line, fewer than eight.
fn load_end(line: &[u8], bytes: usize) -> u64 {
    match line.last_chunk() {
        _ if bytes == 0 => 0,
        Some(word) => u64::from_le_bytes(*word) >> (64 - 8 * bytes),
        None => {
            let bytes = line[line.len() - bytes..].iter().rev();
            bytes.fold(0, |word, &b| word << 8 | u64::from(b))
        }
    }
}

/// A run of more than seven bytes, and the cut behind it, as a number.
fn long(line: &[u8], start: usize, end: usize) -> u64 {
    let mut hash = (end - start) as u64;
    let mut at = start;
    while end - at > 7 {
        hash = (hash ^ load(line, at)).wrapping_mul(MULTIPLIER);
        hash ^= hash >> 29;
        at += 8;
    }
    hash ^ short(line, at, end)
}

/// A run of up to seven bytes, and the cut behind it, as a number: the bytes themselves.
#[inline]
fn short(line: &[u8], start: usize, end: usize) -> u64 {
    load(line, start) & u64::MAX >> (56 - 8 * (end - start))
}

/// What stands for a value that a digit comes first in, and for another one, behind a zero, with
/// which no run starts that has something behind it.
const NUMBER: u64 = 0x0100;
const NAME: u64 = 0x0200;

/// What the number of a line starts from. From zero, a zero that comes first would change nothing.
const START: u64 = MULTIPLIER;

fn mix(hash: u64, word: u64) -> u64 {
    let product = (hash ^ word).wrapping_mul(0xff51_afd7_ed55_8ccd);
    (product ^ product >> 32).rotate_left(23)
}

impl Sketch {
    /// The sketch of a line.
    #[must_use]
    pub fn of(line: &[u8]) -> Self {
        let mut state = START;
        let mut traits = Traits::VALUES;
        let mut controls = false;
        // Where the run starts, and whether a digit was in it before this block of bytes.
        let mut start = 0;
        let mut value = false;
        for from in (0..=line.len()).step_by(64) {
            let (mut cuts, mut digits, control) = block(line, from);
            controls |= control;
            while cuts != 0 {
                let bit = cuts.trailing_zeros();
                cuts &= cuts - 1;
                let at = from + bit as usize;
                let own = digits & ((1 << bit) - 1);
                let run = if value || own != 0 {
                    digits ^= own;
                    value = false;
                    let (first, last) = (line[start], line[at - 1]);
                    let cut = u64::from(line.get(at).copied().unwrap_or(0)) << 16;
                    if first.is_ascii_digit() {
                        if first == b'0' && at - start == 1 {
                            traits = traits.with(Traits::ZERO);
                        }
                        NUMBER | cut
                    } else {
                        if is_named(first, last) {
                            traits = traits.with(Traits::NAMED);
                        }
                        NAME | cut
                    }
                } else if at - start <= 7 {
                    short(line, start, at)
                } else {
                    long(line, start, at)
                };
                // The end of a line is a cut of zero, and one that no other follows.
                state = mix(state, run);
                if at >= line.len() {
                    break;
                }
                start = at + 1;
            }
            value |= digits != 0;
        }
        Self {
            key: state,
            traits,
            controls,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A run, or what stands for a value, and the cut behind it.
    type Part = (Vec<u8>, Option<u8>);

    /// A line as the sketch has it, byte by byte; and the traits.
    fn read(line: &[u8]) -> (Vec<Part>, Traits) {
        let mut parts = Vec::new();
        let mut traits = Traits::VALUES;
        let mut rest = line;
        loop {
            let run = run(rest, 0);
            let cut = rest.get(run.len()).copied();
            parts.push(match (is_value(run), run.first()) {
                (true, Some(first)) if first.is_ascii_digit() => (b"1".to_vec(), cut),
                (true, _) => (b"a1".to_vec(), cut),
                _ => (run.to_vec(), cut),
            });
            if run == b"0" {
                traits = traits.with(Traits::ZERO);
            }
            if is_value(run) && !run[0].is_ascii_digit() && is_named(run[0], run[run.len() - 1]) {
                traits = traits.with(Traits::NAMED);
            }
            if cut.is_none() {
                return (parts, traits);
            }
            rest = &rest[run.len() + 1..];
        }
    }

    #[test]
    fn words_tell_the_bytes_that_is_cut_and_is_ascii_digit_tell() {
        for byte in 0..=255u8 {
            let (cuts, digits, controls) = block(&[byte; 8], 0);
            assert_eq!(controls, byte < 0x20);
            assert_eq!(cuts & 0xff, if is_cut(byte) { 0xff } else { 0 }, "{byte}");
            let digit = byte.is_ascii_digit();
            assert_eq!(digits & 0xff, if digit { 0xff } else { 0 }, "{byte}");
        }
    }

    #[test]
    fn a_zero_that_comes_first_counts() {
        assert_ne!(Sketch::of(b"\0a0").key, Sketch::of(b"aa0").key);
        assert_ne!(Sketch::of(b"\0").key, Sketch::of(b"").key);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn lines_share_a_sketch_where_they_differ_in_values_alone(
            line in "([a-z]{0,9}|[A-Z.é-]{0,20}|[0-9]{1,3}|[a-f0-9]{60,70}|[ :=\\[\\]\"\u{0}\u{1b}]{0,3}){0,30}",
            other in "[a-z0-9 =]{1,3}",
            at in any::<prop::sample::Index>(),
            bytes in 0usize..3,
        ) {
            let line = line.as_bytes();
            let mut changed = line.to_vec();
            let at = at.index(line.len() + 1);
            changed.splice(at..(at + bytes).min(line.len()), other.bytes());
            let (one, another) = (Sketch::of(line), Sketch::of(&changed));
            prop_assert_eq!(one.key == another.key, read(line).0 == read(&changed).0);
            prop_assert_eq!(one.traits, read(line).1);
            prop_assert_eq!(one.controls, line.iter().any(|&b| b < 0x20));
        }
    }
}
