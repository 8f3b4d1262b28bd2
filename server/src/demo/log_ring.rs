//! The log of one container: the newest records, bounded by count and bytes.

use std::collections::VecDeque;

use sidekick::protocol::LogStream;
use sidekick::time::Nanos;

/// dockerd's copier hands on what a program prints in parts of at most this many bytes.
pub(crate) const PART_BYTES: usize = 16 * 1024;

/// What dockerd stores as one record: a line, or a part of a long one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Record {
    /// Parts of one line share the time of its first part.
    pub(crate) time: Nanos,
    pub(crate) stream: LogStream,
    /// Without the newline.
    pub(crate) text: Box<[u8]>,
    /// More of the same line follows.
    pub(crate) partial: bool,
}

/// A bounded log. Positions count all records ever written, so a reader's position stays right
/// when old records are let go.
#[derive(Debug)]
pub(crate) struct LogRing {
    records: VecDeque<Record>,
    first: u64,
    bytes: usize,
    max_records: usize,
    max_bytes: usize,
}

impl LogRing {
    pub(crate) fn new(max_records: usize, max_bytes: usize) -> Self {
        Self {
            records: VecDeque::new(),
            first: 0,
            bytes: 0,
            max_records,
            max_bytes,
        }
    }

    /// Appends one line (without its newline), in parts where it is long.
    pub(crate) fn push_line(&mut self, time: Nanos, stream: LogStream, line: &[u8]) {
        let mut parts = line.chunks(PART_BYTES).peekable();
        if parts.peek().is_none() {
            self.push(time, stream, &[], false);
        }
        while let Some(part) = parts.next() {
            // A line that fills its last part exactly is known to be complete only by an empty
            // record that carries the newline; dockerd writes it so too.
            let full = part.len() == PART_BYTES;
            self.push(time, stream, part, full);
            if full && parts.peek().is_none() {
                self.push(time, stream, &[], false);
            }
        }
    }

    /// The position after the newest record.
    pub(crate) fn end(&self) -> u64 {
        self.first + self.records.len() as u64
    }

    /// The time of the newest record.
    pub(crate) fn last_time(&self) -> Option<Nanos> {
        self.records.back().map(|r| r.time)
    }

    /// The position from which the last `n` records are read.
    pub(crate) fn tail(&self, n: u64) -> u64 {
        self.first.max(self.end().saturating_sub(n))
    }

    /// The record at a position, or the oldest one held after it; with the next position.
    pub(crate) fn at(&self, position: u64) -> Option<(&Record, u64)> {
        let position = position.max(self.first);
        let record = self.records.get((position - self.first) as usize)?;
        Some((record, position + 1))
    }

    fn push(&mut self, time: Nanos, stream: LogStream, text: &[u8], partial: bool) {
        self.bytes += text.len();
        self.records.push_back(Record {
            time,
            stream,
            text: text.into(),
            partial,
        });
        while self.records.len() > self.max_records
            || (self.bytes > self.max_bytes && self.records.len() > 1)
        {
            let Some(old) = self.records.pop_front() else {
                break;
            };
            self.bytes -= old.text.len();
            self.first += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(max_records: usize, max_bytes: usize) -> LogRing {
        LogRing::new(max_records, max_bytes)
    }

    #[test]
    fn positions_survive_eviction() {
        let mut log = ring(3, 1 << 20);
        for n in 0..10u8 {
            log.push_line(Nanos(i64::from(n)), LogStream::Stdout, &[n]);
        }
        assert_eq!(log.end(), 10);
        assert_eq!(log.tail(2), 8);
        assert_eq!(log.tail(100), 7);
        let (record, next) = log.at(0).expect("the oldest held");
        assert_eq!((&*record.text, next), (&[7u8][..], 8));
        assert!(log.at(10).is_none());
    }

    #[test]
    fn bytes_are_bounded_too() {
        let mut log = ring(1000, 100);
        for _ in 0..50 {
            log.push_line(Nanos(0), LogStream::Stderr, &[b'x'; 30]);
        }
        assert!(log.records.len() <= 3);
        assert!(log.bytes <= 100);
    }

    #[test]
    fn long_lines_are_stored_in_parts_that_share_a_time() {
        for (len, want) in [
            (0, vec![0]),
            (PART_BYTES - 1, vec![PART_BYTES - 1]),
            (PART_BYTES, vec![PART_BYTES, 0]),
            (PART_BYTES * 2 + 5, vec![PART_BYTES, PART_BYTES, 5]),
        ] {
            let mut log = ring(100, 1 << 20);
            log.push_line(Nanos(9), LogStream::Stdout, &vec![b'a'; len]);
            let parts: Vec<usize> = log.records.iter().map(|r| r.text.len()).collect();
            assert_eq!(parts, want, "{len}");
            let marks: Vec<bool> = log.records.iter().map(|r| r.partial).collect();
            let last = marks.len() - 1;
            assert!(marks.iter().enumerate().all(|(i, &m)| m == (i < last)));
            assert!(log.records.iter().all(|r| r.time == Nanos(9)));
        }
    }
}
