//! Input in blocks of whole lines, in a buffer that is made once.

use std::io::{self, Read};

/// Longest line in bytes; of a longer one the beginning is taken and the rest passed over.
pub(super) const LONGEST_LINE: usize = 1 << 20;

/// Reads blocks.
pub(super) struct Blocks<R> {
    input: R,
    buffer: Vec<u8>,
    /// What is read but not given out.
    start: usize,
    end: usize,
    /// Whether the rest of a line that was too long is being passed over.
    skipping: bool,
    /// Bytes that were passed over since somebody asked.
    passed: u64,
}

impl<R: Read> Blocks<R> {
    pub(super) fn new(input: R) -> Self {
        Self::with_buffer(input, LONGEST_LINE)
    }

    fn with_buffer(input: R, bytes: usize) -> Self {
        Self {
            input,
            buffer: vec![0; bytes],
            start: 0,
            end: 0,
            skipping: false,
            passed: 0,
        }
    }

    /// Bytes of lines that are too long, and were passed over since this was asked last.
    pub(super) fn take_passed(&mut self) -> u64 {
        std::mem::take(&mut self.passed)
    }

    /// The next lines, in whole: the last byte is a newline, but for the last line of an input
    /// that ends without one and for a line that is too long. `None` at the end.
    pub(super) fn next(&mut self) -> io::Result<Option<&[u8]>> {
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        loop {
            if self.end == self.buffer.len() {
                self.skipping = true;
                return Ok(Some(self.give(self.end)));
            }
            let read = match self.input.read(&mut self.buffer[self.end..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                other => other?,
            };
            if read == 0 {
                let rest = self.end;
                return Ok((rest > 0).then(|| self.give(rest)));
            }
            let mut fresh = self.end;
            self.end += read;
            if self.skipping {
                // Nothing is held while a line is passed over: what is read lies at the start.
                let Some(newline) = memchr::memchr(b'\n', &self.buffer[..self.end]) else {
                    self.passed += self.end as u64;
                    self.end = 0;
                    continue;
                };
                self.skipping = false;
                self.passed += newline as u64 + 1;
                self.buffer.copy_within(newline + 1..self.end, 0);
                self.end -= newline + 1;
                fresh = 0;
            }
            if let Some(last) = memchr::memrchr(b'\n', &self.buffer[fresh..self.end]) {
                return Ok(Some(self.give(fresh + last + 1)));
            }
        }
    }

    fn give(&mut self, length: usize) -> &[u8] {
        self.start = length;
        &self.buffer[..length]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Reads at most `step` bytes at once.
    struct Slow<'a>(&'a [u8], usize);

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let n = self.1.min(buffer.len()).min(self.0.len());
            buffer[..n].copy_from_slice(&self.0[..n]);
            self.0 = &self.0[n..];
            Ok(n)
        }
    }

    /// The lines, and all bytes of them.
    fn lines(input: &[u8], step: usize, buffer: usize) -> (Vec<String>, u64) {
        let mut blocks = Blocks::with_buffer(Slow(input, step), buffer);
        let mut lines = Vec::new();
        let mut bytes = 0;
        while let Some(block) = blocks.next().unwrap() {
            bytes += block.len() as u64;
            let block = block.strip_suffix(b"\n").unwrap_or(block);
            let text = |it: &[u8]| String::from_utf8_lossy(it).into_owned();
            lines.extend(block.split(|&b| b == b'\n').map(text));
        }
        (lines, bytes + blocks.take_passed())
    }

    proptest! {
        #[test]
        fn every_line_comes_once_and_long_ones_cut(
            input in "[ab\n]{0,80}",
            step in 1usize..20,
            buffer in 8usize..20,
        ) {
            let wanted: Vec<String> = input.lines().map(|it| it.chars().take(buffer).collect()).collect();
            let (lines, bytes) = lines(input.as_bytes(), step, buffer);
            prop_assert_eq!(lines, wanted);
            prop_assert_eq!(bytes, input.len() as u64);
        }
    }
}
