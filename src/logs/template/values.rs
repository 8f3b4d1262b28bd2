//! What stood in the places of a template that vary.
//!
//! The commonest values are found with "space saving" (Metwally et al., 2005): a value that finds
//! no place takes over that of the rarest one, and its count. Numbers also keep their extremes and
//! a sample for the median: a reservoir whose choices come from the count, not from chance.

use super::shape::mix;

/// Most values that are told apart.
const TOP: usize = 8;
/// Longest value kept, in bytes.
const VALUE_BYTES: usize = 39;
/// Numbers in the sample.
const SAMPLE: usize = 32;

#[derive(Clone, Copy, Debug)]
struct Seen {
    count: u64,
    /// How many of these may have been of values whose place it took.
    over: u64,
    /// How often it was seen: once says little where one line stands for many.
    looks: u64,
    length: u8,
    text: [u8; VALUE_BYTES],
}

impl Seen {
    fn text(&self) -> &[u8] {
        &self.text[..self.length as usize]
    }
}

/// The smallest, the middle and the largest of the numbers in one place of a template. The middle
/// one is that of a sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Numbers {
    /// The smallest.
    pub min: f64,
    /// The median of a sample.
    pub median: f64,
    /// The largest.
    pub max: f64,
}

/// The values of one place.
#[derive(Clone, Debug, Default)]
pub(super) struct Values {
    top: Vec<Seen>,
    numbers: Vec<f64>,
    min: f64,
    max: f64,
    /// How many values were seen.
    count: u64,
    /// The lines that the values stand for.
    lines: u64,
    /// Whether a value was no number.
    text: bool,
}

/// The values of one of several places.
pub(super) fn at(places: &mut Vec<Values>, at: usize) -> &mut Values {
    if places.len() <= at {
        places.reserve_exact(at + 1 - places.len());
        places.resize_with(at + 1, Values::default);
    }
    &mut places[at]
}

/// Adds a value to one of several places: see [`Values::add`]. Returns how much more memory they take
/// since.
pub(super) fn add(
    places: &mut Vec<Values>,
    at: usize,
    value: &[u8],
    (weight, looks): (u64, u64),
) -> isize {
    let boxes = places.capacity();
    let values = self::at(places, at);
    let before = values.heap_bytes();
    values.add(value, weight, looks);
    let grown = values.heap_bytes() as isize - before as isize;
    grown + ((places.capacity() - boxes) * size_of::<Values>()) as isize
}

impl Values {
    /// Takes a value that stands for `weight` lines, and was seen in so many of them.
    pub(super) fn add(&mut self, value: &[u8], weight: u64, looks: u64) {
        if weight == 0 {
            return;
        }
        self.count += looks;
        self.lines += weight;
        if !self.text {
            match number(value) {
                Some(number) => self.add_number(number, weight),
                None => {
                    self.text = true;
                    self.numbers = Vec::new();
                }
            }
        }
        self.add_text(value, weight, 0, looks);
    }

    /// Takes a number that stands for the last `weight` of [`lines`](Self::lines). Each line has the same
    /// chance to be in the sample (Chao, 1982: a reservoir of things that weigh differently).
    fn add_number(&mut self, number: f64, weight: u64) {
        let first = self.numbers.is_empty();
        self.min = if first { number } else { self.min.min(number) };
        self.max = if first { number } else { self.max.max(number) };
        if self.numbers.len() < SAMPLE {
            if self.numbers.len() == self.numbers.capacity() {
                // A line or two need little room.
                let room = if first {
                    2
                } else {
                    SAMPLE - self.numbers.len()
                };
                self.numbers.reserve_exact(room);
            }
            self.numbers.push(number);
            return;
        }
        let others = (self.lines / weight.max(1)).max(SAMPLE as u64);
        let place = mix(0x5eed, self.lines) % others;
        if let Some(old) = self.numbers.get_mut(place as usize) {
            *old = number;
        }
    }

    fn add_text(&mut self, value: &[u8], weight: u64, over: u64, looks: u64) {
        let mut cut = value.len().min(VALUE_BYTES);
        while cut < value.len() && cut > 0 && value[cut] & 0xc0 == 0x80 {
            cut -= 1;
        }
        let value = &value[..cut];
        if let Some(seen) = self.top.iter_mut().find(|seen| seen.text() == value) {
            seen.count += weight;
            seen.over += over;
            seen.looks += looks;
            return;
        }
        let mut new = Seen {
            count: weight,
            over,
            looks,
            length: cut as u8,
            text: [0; VALUE_BYTES],
        };
        new.text[..cut].copy_from_slice(value);
        if self.top.len() < TOP {
            // At once, so that a hot template allocates no more.
            self.top.reserve_exact(TOP - self.top.len());
            self.top.push(new);
        } else if let Some(rarest) = self.top.iter_mut().min_by_key(|seen| seen.count) {
            new.count += rarest.count;
            new.over += rarest.count;
            *rarest = new;
        }
    }

    /// Takes the values of another place in.
    pub(super) fn merge(&mut self, other: &Self) {
        for seen in &other.top {
            self.add_text(seen.text(), seen.count, seen.over, seen.looks);
        }
        let before = self.lines;
        if other.count > 0 {
            if self.count > 0 && (self.text || other.text) {
                self.text = true;
                self.numbers = Vec::new();
            } else {
                let (min, max) = match self.count {
                    0 => (other.min, other.max),
                    _ => (self.min.min(other.min), self.max.max(other.max)),
                };
                let weight = other.lines / (other.numbers.len() as u64).max(1);
                for &number in &other.numbers {
                    self.lines += weight;
                    self.add_number(number, weight);
                }
                (self.min, self.max) = (min, max);
            }
            self.text |= other.text;
            self.count += other.count;
        }
        self.lines = before + other.lines;
    }

    /// The lines that the values stand for.
    pub(super) fn lines(&self) -> u64 {
        self.lines
    }

    /// How many of them were looked at.
    pub(super) fn looked(&self) -> u64 {
        self.count
    }

    /// The commonest values with how many of [`lines`](Self::lines) have them, commonest first: at
    /// least so many where every line was looked at, else about so many. Those that were seen
    /// once among lines that stand for others are left out.
    pub(super) fn top(&self) -> Vec<(String, u64)> {
        let every = self.count == self.lines;
        let mut top: Vec<(String, u64)> = self
            .top
            .iter()
            .filter(|seen| every || seen.looks > 1)
            .map(|seen| (seen, seen.count.saturating_sub(seen.over)))
            .filter(|(_, count)| *count > 0)
            .map(|(seen, count)| (String::from_utf8_lossy(seen.text()).into_owned(), count))
            .collect();
        crate::sort::sort_by_key(&mut top, |(_, count)| std::cmp::Reverse(*count));
        top
    }

    /// The range of the values, if all are numbers.
    pub(super) fn numbers(&self) -> Option<Numbers> {
        if self.text || self.numbers.is_empty() {
            return None;
        }
        let order = crate::sort::order(self.numbers.len(), &mut |a, b| {
            self.numbers[a].total_cmp(&self.numbers[b])
        });
        let median = self.numbers[order[order.len() / 2]];
        Some(Numbers {
            min: self.min,
            median,
            max: self.max,
        })
    }

    pub(super) fn heap_bytes(&self) -> usize {
        self.top.capacity() * size_of::<Seen>() + self.numbers.capacity() * 8
    }
}

/// A decimal number, without the standard library's parser, which is large.
fn number(text: &[u8]) -> Option<f64> {
    let (sign, digits) = match text {
        [b'-', rest @ ..] => (-1.0, rest),
        [b'+', rest @ ..] => (1.0, rest),
        _ => (1.0, text),
    };
    if digits.is_empty() || digits.len() > 18 {
        return None;
    }
    let (mut whole, mut scale, mut point) = (0u64, 1u64, false);
    for &b in digits {
        match b {
            b'0'..=b'9' => {
                whole = whole * 10 + u64::from(b - b'0');
                scale *= if point { 10 } else { 1 };
            }
            b'.' if !point => point = true,
            _ => return None,
        }
    }
    Some(sign * whole as f64 / scale as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_value_is_said_to_be_on_more_lines_than_it_was(
            first in proptest::collection::vec((0u8..30, 1u64..4), 0..200),
            second in proptest::collection::vec((0u8..30, 1u64..4), 0..200),
        ) {
            let mut truth = [0u64; 30];
            let mut all = [Values::default(), Values::default()];
            for (values, added) in all.iter_mut().zip([&first, &second]) {
                for (value, weight) in added {
                    values.add(format!("v{value}").as_bytes(), *weight, *weight);
                    truth[usize::from(*value)] += weight;
                }
            }
            let [mut values, other] = all;
            values.merge(&other);
            prop_assert_eq!(values.lines(), truth.iter().sum::<u64>());
            for (value, count) in values.top() {
                let number: usize = value[1..].parse().unwrap();
                prop_assert!(count <= truth[number], "{} {} of {}", value, count, truth[number]);
            }
        }
    }
}
