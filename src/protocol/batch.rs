//! Log entries in columns: one blob of text and one column per attribute.
//!
//! The same type is what the server's decoder fills, what travels, and what the browser keeps
//! as its storage chunk, so that no stage allocates per line.

use std::fmt;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::time::Nanos;

/// Upper bound of entries in one batch; larger ones are refused when decoding. Senders stay far
/// below: they flush every 33 ms or 32 KiB.
pub const MAX_BATCH_ENTRIES: usize = 1 << 20;

/// Upper bound of text in one batch in bytes; larger ones are refused when decoding.
pub const MAX_BATCH_TEXT: usize = 16 << 20;

/// Bytes that the columns of one entry take on the wire at most.
const MAX_ENTRY_BYTES: usize = 10 + 1 + 5;

/// Where a line was printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum LogStream {
    /// Standard output; also everything of a container with a terminal.
    Stdout,
    /// Standard error.
    Stderr,
}

impl LogStream {
    /// 0 for stdout, 1 for stderr.
    #[must_use]
    pub fn index(self) -> usize {
        match self {
            Self::Stdout => 0,
            Self::Stderr => 1,
        }
    }
}

const FLAG_STDERR: u8 = 1;
const FLAG_TRUNCATED: u8 = 2;
const FLAG_UNTIMED: u8 = 4;
const FLAG_LOSSY: u8 = 8;

/// Consecutive entries of one container in Docker's order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogBatch {
    times: Vec<i64>,
    flags: Vec<u8>,
    /// End of each entry's text in `text`.
    ends: Vec<u32>,
    text: String,
}

/// One entry of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntryRef<'a> {
    /// Docker's timestamp; for a line without one, that of the line before (see `untimed`).
    pub time: Nanos,
    /// Where it was printed.
    pub stream: LogStream,
    /// The line was longer than the cap and is cut here.
    pub truncated: bool,
    /// The engine gave no readable timestamp for this line.
    pub untimed: bool,
    /// The line held bytes that are no UTF-8; each bad sequence is U+FFFD here.
    pub lossy: bool,
    /// The line without its line end.
    pub text: &'a str,
}

impl LogBatch {
    /// An empty batch.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Number of entries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Bytes of all texts together.
    #[must_use]
    pub fn text_bytes(&self) -> usize {
        self.text.len()
    }

    /// Memory that it holds in bytes, spare capacity included.
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        self.times.capacity() * 8
            + self.flags.capacity()
            + self.ends.capacity() * 4
            + self.text.capacity()
    }

    /// Gives spare capacity back; for a batch that will be kept.
    pub fn shrink_to_fit(&mut self) {
        self.times.shrink_to_fit();
        self.flags.shrink_to_fit();
        self.ends.shrink_to_fit();
        self.text.shrink_to_fit();
    }

    /// Appends an entry.
    ///
    /// A batch holds at most 4 GiB of text; callers flush long before (32 KiB). Text beyond
    /// that is cut and marked as truncated.
    pub fn push(&mut self, entry: EntryRef<'_>) {
        let room = (u32::MAX as usize).saturating_sub(self.text.len());
        let cut = if entry.text.len() > room {
            entry.text.floor_char_boundary(room)
        } else {
            entry.text.len()
        };
        self.text.push_str(&entry.text[..cut]);
        self.times.push(entry.time.0);
        let mut flags = 0;
        if entry.stream == LogStream::Stderr {
            flags |= FLAG_STDERR;
        }
        if entry.truncated || cut < entry.text.len() {
            flags |= FLAG_TRUNCATED;
        }
        if entry.untimed {
            flags |= FLAG_UNTIMED;
        }
        if entry.lossy {
            flags |= FLAG_LOSSY;
        }
        self.flags.push(flags);
        self.ends.push(self.text.len() as u32);
    }

    /// Appends a plain entry: timestamp, stream and text.
    pub fn push_line(&mut self, time: Nanos, stream: LogStream, text: &str) {
        self.push(EntryRef {
            time,
            stream,
            truncated: false,
            untimed: false,
            lossy: false,
            text,
        });
    }

    /// The entry at `index`, `None` past the end.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<EntryRef<'_>> {
        (index < self.len()).then(|| self.entry(index))
    }

    /// The entry at `index`; past the end an empty one.
    fn entry(&self, index: usize) -> EntryRef<'_> {
        let end = |index: usize| self.ends.get(index).map_or(0, |&end| end as usize);
        let start = index.checked_sub(1).map_or(0, end);
        let flags = self.flags.get(index).copied().unwrap_or_default();
        EntryRef {
            time: self.time(index).unwrap_or_default(),
            stream: if flags & FLAG_STDERR == 0 {
                LogStream::Stdout
            } else {
                LogStream::Stderr
            },
            truncated: flags & FLAG_TRUNCATED != 0,
            untimed: flags & FLAG_UNTIMED != 0,
            lossy: flags & FLAG_LOSSY != 0,
            text: self.text.get(start..end(index)).unwrap_or_default(),
        }
    }

    /// Timestamp of the entry at `index`, without touching its text.
    #[must_use]
    pub fn time(&self, index: usize) -> Option<Nanos> {
        self.times.get(index).copied().map(Nanos)
    }

    /// The text of all entries, where each one's ends, their times in nanoseconds, and their flags, of
    /// which the lowest bit is standard error's.
    pub(crate) fn columns(&self) -> (&str, &[u32], &[i64], &[u8]) {
        (&self.text, &self.ends, &self.times, &self.flags)
    }

    /// The entries in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = EntryRef<'_>> + ExactSizeIterator {
        (0..self.len()).map(|index| self.entry(index))
    }

    /// A copy of the entries before `end`; all of them when `end` is past the last.
    #[must_use]
    pub fn head_to(&self, end: usize) -> Self {
        let mut out = Self::new();
        for entry in self.iter().take(end) {
            out.push(entry);
        }
        out
    }

    /// A copy of the entries from `first` on; empty when `first` is past the end.
    #[must_use]
    pub fn tail_from(&self, first: usize) -> Self {
        let mut out = Self::new();
        for entry in self.iter().skip(first) {
            out.push(entry);
        }
        out
    }

    /// Copies all entries of `other` to the end of this batch.
    pub fn append(&mut self, other: &Self) {
        self.append_range(other, 0..other.len());
    }

    /// Copies some entries of `other` to the end of this batch; those of the range that there are.
    pub fn append_range(&mut self, other: &Self, range: Range<usize>) {
        let range = range.start.min(other.len())..range.end.min(other.len());
        if range.is_empty() {
            return;
        }
        let (from, to) = (other.start(range.start), other.start(range.end));
        if to - from + self.text.len() > u32::MAX as usize {
            for entry in other.iter().take(range.end).skip(range.start) {
                self.push(entry);
            }
            return;
        }
        let base = self.text.len() as u32;
        self.text.push_str(&other.text[from..to]);
        self.times.extend_from_slice(&other.times[range.clone()]);
        self.flags.extend_from_slice(&other.flags[range.clone()]);
        let ends = other.ends[range].iter();
        self.ends.extend(ends.map(|end| end - from as u32 + base));
    }

    /// Where the text of an entry begins; of the one behind the last, where all texts end.
    #[must_use]
    pub fn start(&self, index: usize) -> usize {
        let before = index.min(self.len()).checked_sub(1);
        before.map_or(0, |before| self.ends[before] as usize)
    }

    /// Drops all entries from `len` on and keeps their memory.
    pub fn truncate(&mut self, len: usize) {
        if len >= self.len() {
            return;
        }
        let end = self.start(len);
        self.times.truncate(len);
        self.flags.truncate(len);
        self.ends.truncate(len);
        self.text.truncate(end);
    }

    /// Empties it and keeps its memory.
    pub fn clear(&mut self) {
        self.times.clear();
        self.flags.clear();
        self.ends.clear();
        self.text.clear();
    }

    /// The wire form: [`Wire`] as postcard writes it, without the columns in between.
    ///
    /// Times travel as differences to the entry before and lengths as variable-length integers:
    /// about six bytes a line beside its text.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.text.len() + self.len() * 8 + 16);
        let mut before = 0i64;
        put(&mut out, self.times.len() as u64);
        for &time in &self.times {
            let delta = time.wrapping_sub(before);
            before = time;
            // Zigzag, so that small numbers are short on both sides of zero.
            put(&mut out, ((delta << 1) ^ (delta >> 63)) as u64);
        }
        put(&mut out, self.flags.len() as u64);
        out.extend_from_slice(&self.flags);
        let mut start = 0;
        put(&mut out, self.ends.len() as u64);
        for &end in &self.ends {
            put(&mut out, u64::from(end - start));
            start = end;
        }
        put(&mut out, self.text.len() as u64);
        out.extend_from_slice(self.text.as_bytes());
        out
    }

    /// Reads the wire form back.
    ///
    /// # Errors
    /// [`BatchError`] when the bytes are no batch or more than one, or its columns do not fit
    /// together, or it is larger than [`MAX_BATCH_ENTRIES`] or [`MAX_BATCH_TEXT`]. Never panics.
    ///
    /// Memory stays in proportion to the bytes that really came: lengths are checked first, and
    /// a claimed length reserves no more than serde's cautious 1 MiB in advance.
    pub fn decode(bytes: &[u8]) -> Result<Self, BatchError> {
        if bytes.len() > MAX_BATCH_TEXT + MAX_BATCH_ENTRIES * MAX_ENTRY_BYTES {
            return Err(BatchError::TooLarge);
        }
        // The times come first, so that this is the number of entries.
        let (claimed, _): (u64, _) =
            postcard::take_from_bytes(bytes).map_err(|_| BatchError::Malformed)?;
        if claimed > MAX_BATCH_ENTRIES as u64 {
            return Err(BatchError::TooLarge);
        }
        let wire: Wire<'_> = match postcard::take_from_bytes(bytes) {
            Ok((wire, [])) => wire,
            _ => return Err(BatchError::Malformed),
        };
        let n = wire.lengths.len();
        if n > MAX_BATCH_ENTRIES || wire.text.len() > MAX_BATCH_TEXT {
            return Err(BatchError::TooLarge);
        }
        if wire.deltas_ns.len() != n || wire.flags.len() != n {
            return Err(BatchError::Columns);
        }
        let mut time = 0i64;
        let times = wire
            .deltas_ns
            .iter()
            .map(|&delta| {
                time = time.wrapping_add(delta);
                time
            })
            .collect();
        let mut end = 0usize;
        let mut ends = Vec::with_capacity(n);
        for &length in &wire.lengths {
            end = end.saturating_add(length as usize);
            if !wire.text.is_char_boundary(end) {
                return Err(BatchError::Columns);
            }
            ends.push(end as u32);
        }
        if end != wire.text.len() {
            return Err(BatchError::Columns);
        }
        Ok(Self {
            times,
            flags: wire.flags.to_vec(),
            ends,
            text: wire.text.to_owned(),
        })
    }
}

/// Appends a number as postcard writes it: seven bits a byte, the lowest first.
fn put(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// A batch on the wire.
#[derive(Deserialize)]
#[cfg_attr(test, derive(Serialize))]
struct Wire<'a> {
    deltas_ns: Vec<i64>,
    #[serde(borrow)]
    flags: &'a [u8],
    lengths: Vec<u32>,
    #[serde(borrow)]
    text: &'a str,
}

/// Why bytes are not a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BatchError {
    /// Not the wire form of a batch.
    Malformed,
    /// The columns contradict each other.
    Columns,
    /// More entries or text than a batch may hold.
    TooLarge,
}

impl fmt::Display for BatchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "not a log batch",
            Self::Columns => "a log batch whose columns do not fit together",
            Self::TooLarge => "a log batch larger than allowed",
        })
    }
}

impl std::error::Error for BatchError {}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn batches() -> impl Strategy<Value = LogBatch> {
        proptest::collection::vec(
            (any::<i64>(), any::<bool>(), any::<bool>(), ".{0,20}"),
            0..50,
        )
        .prop_map(|lines| {
            let mut batch = LogBatch::new();
            for (time, stderr, truncated, text) in &lines {
                batch.push(EntryRef {
                    time: Nanos(*time),
                    stream: if *stderr {
                        LogStream::Stderr
                    } else {
                        LogStream::Stdout
                    },
                    truncated: *truncated,
                    untimed: false,
                    lossy: false,
                    text,
                });
            }
            batch
        })
    }

    proptest! {
        #[test]
        fn a_batch_survives_the_wire(batch in batches()) {
            prop_assert_eq!(LogBatch::decode(&batch.encode()), Ok(batch));
        }

        #[test]
        fn the_wire_form_is_what_postcard_writes(batch in batches()) {
            let times = [0].iter().chain(&batch.times);
            let ends = [0].iter().chain(&batch.ends);
            let wire = Wire {
                deltas_ns: times.zip(&batch.times).map(|(a, b)| b.wrapping_sub(*a)).collect(),
                flags: &batch.flags,
                lengths: ends.zip(&batch.ends).map(|(a, b)| b - a).collect(),
                text: &batch.text,
            };
            prop_assert_eq!(batch.encode(), postcard::to_stdvec(&wire).unwrap());
        }

        #[test]
        fn no_bytes_make_decoding_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = LogBatch::decode(&bytes);
        }

        #[test]
        fn a_damaged_batch_is_refused_or_well_formed(batch in batches(), at in any::<prop::sample::Index>(), with in any::<u8>()) {
            let mut bytes = batch.encode();
            let at = at.index(bytes.len());
            bytes[at] = with;
            if let Ok(batch) = LogBatch::decode(&bytes) {
                prop_assert_eq!(batch.iter().count(), batch.len());
            }
        }

        #[test]
        fn appending_equals_pushing_one_by_one(a in batches(), b in batches()) {
            let mut appended = a.clone();
            appended.append(&b);
            let both: Vec<_> = a.iter().chain(b.iter()).collect();
            prop_assert_eq!(appended.iter().collect::<Vec<_>>(), both);
            prop_assert_eq!(appended.tail_from(a.len()), b);
            appended.truncate(a.len());
            prop_assert_eq!(appended, a);
        }
    }

    #[test]
    fn bytes_behind_a_batch_are_refused() {
        let mut bytes = LogBatch::new().encode();
        bytes.push(0);
        assert_eq!(LogBatch::decode(&bytes), Err(BatchError::Malformed));
    }

    #[test]
    fn a_claimed_length_alone_costs_no_memory() {
        // Each claims far more entries than there are bytes; reserving them would abort.
        for claimed in [MAX_BATCH_ENTRIES as u64, 1 << 40, u64::MAX] {
            let mut bytes = Vec::new();
            let mut rest = claimed;
            while rest >= 0x80 {
                bytes.push(rest as u8 | 0x80);
                rest >>= 7;
            }
            bytes.push(rest as u8);
            assert!(LogBatch::decode(&bytes).is_err());
            // The same length for the second column.
            let second: Vec<u8> = [0].into_iter().chain(bytes).collect();
            assert!(LogBatch::decode(&second).is_err());
        }
        let mut many = LogBatch::new();
        for _ in 0..=MAX_BATCH_ENTRIES {
            many.push_line(Nanos(0), LogStream::Stdout, "");
        }
        assert_eq!(LogBatch::decode(&many.encode()), Err(BatchError::TooLarge));
    }

    #[test]
    fn a_line_costs_few_bytes_beside_its_text() {
        let mut batch = LogBatch::new();
        for i in 0..1000 {
            batch.push_line(
                Nanos(1_700_000_000_000_000_000 + i * 10_000),
                LogStream::Stdout,
                "GET /health 200",
            );
        }
        assert!(batch.encode().len() < batch.text_bytes() + 1000 * 6);
    }
}
