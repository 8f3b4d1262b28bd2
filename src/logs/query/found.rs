//! Numbers of rows, a bit for each row around them, with their ranks.

use std::collections::VecDeque;
use std::ops::Range;

/// Rows of a block, as a power of two.
const BLOCK_BITS: u32 = 12;
const WORDS: usize = 1 << (BLOCK_BITS - 6);

/// A set of numbers that grows at both ends, and is cut at both.
#[derive(Clone, Debug, Default)]
pub(super) struct Found {
    /// In order; those without a number are not there.
    blocks: VecDeque<Block>,
}

#[derive(Clone, Debug)]
struct Block {
    /// Its numbers are `at << BLOCK_BITS` and those behind it.
    at: u64,
    /// How many there are before this block, less what that is of the first block. It counts on from
    /// where it began, and may be less than nothing.
    before: i64,
    count: u32,
    words: Box<[u64; WORDS]>,
}

impl Block {
    fn new(at: u64, before: i64) -> Self {
        Self {
            at,
            before,
            count: 0,
            words: Box::new([0; WORDS]),
        }
    }

    fn end(&self) -> i64 {
        self.before + i64::from(self.count)
    }

    fn set(&mut self, number: u64) {
        let (word, bit) = place(number);
        self.words[word] |= 1 << bit;
        self.count += 1;
    }

    /// How many are smaller than a number of this block.
    fn rank(&self, number: u64) -> u32 {
        let (word, bit) = place(number);
        let whole: u32 = self.words[..word].iter().map(|it| it.count_ones()).sum();
        whole + (self.words[word] & ((1 << bit) - 1)).count_ones()
    }

    /// The number that so many are smaller than.
    fn nth(&self, mut rank: u32) -> Option<u64> {
        for (at, &word) in self.words.iter().enumerate() {
            let count = word.count_ones();
            if rank >= count {
                rank -= count;
                continue;
            }
            let left = (0..rank).fold(word, |left, _| left & (left - 1));
            let bit = u64::from(left.trailing_zeros());
            return Some((self.at << BLOCK_BITS) + at as u64 * 64 + bit);
        }
        None
    }

    /// Keeps the numbers of a range, which are numbers of this block, or all to one side.
    fn keep(&mut self, range: &Range<u64>) {
        let first = self.at << BLOCK_BITS;
        let mut count = 0;
        for (at, word) in self.words.iter_mut().enumerate() {
            let start = first + at as u64 * 64;
            let below = |number: u64| match number.saturating_sub(start) {
                bits @ 0..64 => (1u64 << bits) - 1,
                _ => u64::MAX,
            };
            *word &= below(range.end) & !below(range.start);
            count += word.count_ones();
        }
        self.count = count;
    }
}

/// Word and bit of a number in its block.
fn place(number: u64) -> (usize, u32) {
    let within = number as usize % (WORDS * 64);
    (within / 64, within as u32 % 64)
}

impl Found {
    pub(super) fn len(&self) -> usize {
        let ends = self.blocks.front().zip(self.blocks.back());
        ends.map_or(0, |(first, last)| (last.end() - first.before) as usize)
    }

    /// Adds a number greater than all that are there.
    pub(super) fn push_back(&mut self, number: u64) {
        let at = number >> BLOCK_BITS;
        let before = self.blocks.back().map_or(0, Block::end);
        if self.blocks.back().is_none_or(|it| it.at != at) {
            self.blocks.push_back(Block::new(at, before));
        }
        if let Some(last) = self.blocks.back_mut() {
            last.set(number);
        }
    }

    /// Adds a number smaller than all that are there.
    pub(super) fn push_front(&mut self, number: u64) {
        let at = number >> BLOCK_BITS;
        let before = self.blocks.front().map_or(0, |it| it.before);
        if self.blocks.front().is_none_or(|it| it.at != at) {
            self.blocks.push_front(Block::new(at, before));
        }
        if let Some(first) = self.blocks.front_mut() {
            first.before -= 1;
            first.set(number);
        }
    }

    /// The number that so many are smaller than.
    pub(super) fn get(&self, index: usize) -> Option<u64> {
        let rank = self.blocks.front()?.before + index as i64;
        let block = self.blocks.partition_point(|it| it.end() <= rank);
        let block = self.blocks.get(block)?;
        block.nth((rank - block.before) as u32)
    }

    pub(super) fn contains(&self, number: u64) -> bool {
        let at = number >> BLOCK_BITS;
        let block = self.blocks.partition_point(|it| it.at < at);
        let (word, bit) = place(number);
        let block = self.blocks.get(block).filter(|it| it.at == at);
        block.is_some_and(|it| it.words[word] >> bit & 1 == 1)
    }

    /// How many are smaller than a number.
    pub(super) fn index_of(&self, number: u64) -> usize {
        let at = number >> BLOCK_BITS;
        let block = self.blocks.partition_point(|it| it.at < at);
        let rank = match self.blocks.get(block) {
            None => return self.len(),
            Some(block) if block.at == at => block.before + i64::from(block.rank(number)),
            Some(block) => block.before,
        };
        let first = self.blocks.front().map_or(0, |it| it.before);
        (rank - first) as usize
    }

    /// Keeps those in a range.
    pub(super) fn keep(&mut self, range: &Range<u64>) {
        while self
            .blocks
            .pop_back_if(|it| it.at << BLOCK_BITS >= range.end)
            .is_some()
        {}
        let over = |it: &mut Block| (it.at + 1) << BLOCK_BITS <= range.start;
        while self.blocks.pop_front_if(over).is_some() {}
        // The first keeps its end, the last its beginning.
        if let Some(last) = self.blocks.back_mut() {
            let own = 0..range.end;
            last.keep(&own);
        }
        if let Some(first) = self.blocks.front_mut() {
            let end = first.end();
            first.keep(range);
            first.before = end - i64::from(first.count);
        }
        while self.blocks.pop_back_if(|it| it.count == 0).is_some() {}
        while self.blocks.pop_front_if(|it| it.count == 0).is_some() {}
    }

    /// Memory that it holds in bytes.
    pub(super) fn heap_bytes(&self) -> usize {
        self.blocks.capacity() * size_of::<Block>() + self.blocks.len() * WORDS * 8
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_does_what_a_list_of_numbers_does(
            steps in proptest::collection::vec((0u8..4, 1u64..3000, 0u64..9000), 0..60),
        ) {
            let (mut found, mut list) = (Found::default(), VecDeque::new());
            let middle = 1 << 40;
            for (what, by, cut) in steps {
                match what {
                    0 | 1 => {
                        let number = list.back().map_or(middle, |it| it + by);
                        found.push_back(number);
                        list.push_back(number);
                    }
                    2 => {
                        let number = list.front().map_or(middle, |it| it - by);
                        found.push_front(number);
                        list.push_front(number);
                    }
                    _ => {
                        let (first, last) = (list.front().copied(), list.back().copied());
                        let range = first.unwrap_or(middle) + cut % 4000
                            ..last.map_or(middle, |it| it.saturating_sub(cut / 4)) + 1;
                        found.keep(&range);
                        list.retain(|it| range.contains(it));
                    }
                }
                prop_assert_eq!(found.len(), list.len());
                let all: Vec<_> = (0..list.len() + 1).filter_map(|at| found.get(at)).collect();
                prop_assert_eq!(&list, &all);
                for number in all.iter().flat_map(|it| [it - 1, *it, it + 1]).chain([middle + cut]) {
                    let index = list.partition_point(|it| *it < number);
                    prop_assert_eq!(found.index_of(number), index);
                    prop_assert_eq!(found.contains(number), list.get(index) == Some(&number));
                }
            }
        }
    }

    #[test]
    fn a_row_that_passes_costs_a_bit() {
        let mut found = Found::default();
        (0..1_000_000).for_each(|number| found.push_back(number));
        assert!(found.heap_bytes() < 200_000, "{}", found.heap_bytes());
    }
}
