//! A line as one number in which values do not matter: the key of the signature cache.
//!
//! Every run of bytes without cuts counts by its hash, or just as "a value" if it holds a digit;
//! every cut counts as itself. Lines of one sketch differ in nothing but values, so they have one
//! template, and the scanner is needed only for the first of them.
//!
//! Eight bytes are looked at at a time, in the ordinary registers that WASM has as well.

use super::shape::mix;

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;

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

/// The sketch of a line.
pub(super) fn sketch(line: &[u8], seed: u64) -> u64 {
    let mut state = seed;
    let mut at = 0;
    while at < line.len() {
        // One run and the cut behind it.
        let mut run = 0u64;
        let mut digit = 0;
        let cut = loop {
            let word = load(line, at);
            let cut = cuts(word);
            if cut != 0 {
                let bits = cut.trailing_zeros() - 7;
                let keep = (1u64 << bits) - 1;
                digit |= digits(word) & keep;
                run = (run ^ (word & keep)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
                at += bits as usize / 8;
                break (word >> bits) as u8;
            }
            digit |= digits(word);
            run = (run ^ word)
                .wrapping_mul(0x9e37_79b9_7f4a_7c15)
                .rotate_left(29);
            at += 8;
        };
        if digit != 0 {
            run = 1;
        }
        state = mix(state, run ^ u64::from(cut) << 56);
        at += 1;
    }
    state
}
