//! Reading engines' JSON leniently: what is missing or of another type is empty, never an error.
//! Engines of ten years and Podman differ in which fields they send and how.

use bytes::Bytes;
use serde_json::Value;
use sidekick::time::Nanos;

/// Longest record of a stream of records; a longer one is skipped and counted.
const RECORD_CAP_BYTES: usize = 4 << 20;

/// The text under `key`, or empty.
pub(super) fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// The text under `key` as an own string, or empty.
pub(super) fn string(value: &Value, key: &str) -> String {
    text(value, key).to_owned()
}

/// A number that is not negative, also when written as a float or a text.
pub(super) fn as_u64(value: &Value) -> Option<u64> {
    value
        .as_u64()
        .or_else(|| value.as_str()?.parse().ok())
        .or_else(|| {
            let float = value.as_f64()?;
            (float >= 0.0 && float < u64::MAX as f64).then_some(float as u64)
        })
}

/// The number under `key`.
pub(super) fn number(value: &Value, key: &str) -> Option<u64> {
    value.get(key).and_then(as_u64)
}

/// The signed number under `key`.
pub(super) fn signed(value: &Value, key: &str) -> Option<i64> {
    let value = value.get(key)?;
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}

/// The flag under `key`, false where missing.
pub(super) fn flag(value: &Value, key: &str) -> bool {
    value.get(key).and_then(Value::as_bool).unwrap_or_default()
}

/// The timestamp under `key`; Go's zero time is none.
pub(super) fn time(value: &Value, key: &str) -> Option<Nanos> {
    Nanos::parse_rfc3339(text(value, key).as_bytes())
}

/// The items of the list under `key`; empty for null and for anything else.
pub(super) fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value
        .get(key)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

/// The texts of the list under `key`; a single text counts as a list of one.
pub(super) fn strings(value: &Value, key: &str) -> Vec<String> {
    match value.get(key) {
        Some(Value::String(one)) => vec![one.clone()],
        _ => list(value, key)
            .iter()
            .filter_map(|item| item.as_str().map(str::to_owned))
            .collect(),
    }
}

/// The members of the object under `key`, sorted by name.
pub(super) fn members<'a>(
    value: &'a Value,
    key: &str,
) -> impl Iterator<Item = (&'a String, &'a Value)> {
    value
        .get(key)
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
}

/// Splits a body into its records, one JSON value a line, however its bytes are split.
#[derive(Debug, Default)]
pub(super) struct RecordSplitter {
    held: Vec<u8>,
    /// The record under way is over the cap: drop the rest of it.
    skipping: bool,
}

impl RecordSplitter {
    /// Takes the next bytes; gives the records that they complete and how many were too long or
    /// no JSON.
    pub(super) fn push(&mut self, bytes: &Bytes) -> (Vec<Value>, u64) {
        let mut records = Vec::new();
        let mut bad = 0;
        for piece in bytes.split_inclusive(|&b| b == b'\n') {
            if !self.skipping {
                self.held.extend_from_slice(piece);
            }
            let complete = piece.ends_with(b"\n");
            if self.held.len() > RECORD_CAP_BYTES {
                self.held = Vec::new();
                self.skipping = true;
                bad += 1;
            }
            if complete {
                bad += self.take(&mut records);
            }
        }
        (records, bad)
    }

    /// The body ended: a last record without newline.
    pub(super) fn finish(&mut self) -> (Vec<Value>, u64) {
        let mut records = Vec::new();
        let bad = self.take(&mut records);
        (records, bad)
    }

    fn take(&mut self, records: &mut Vec<Value>) -> u64 {
        self.skipping = false;
        // 0x1e begins a record of the JSON text sequences (RFC 7464) that API 1.52 may send.
        let line = self.held.strip_prefix(b"\x1e").unwrap_or(&self.held);
        let bad = if line.trim_ascii().is_empty() {
            0
        } else if let Ok(record) = serde_json::from_slice(line) {
            records.push(record);
            0
        } else {
            1
        };
        self.held.clear();
        bad
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_malformed_record_is_counted_and_the_next_one_is_read() {
        let mut splitter = RecordSplitter::default();
        let (records, bad) = splitter.push(&Bytes::from_static(
            b"{\"a\":1}\n{\"a\":\n\n\x1e{\"a\":2}\n{\"a\":3}",
        ));
        assert_eq!((records.len(), bad), (2, 1));
        let (last, bad) = splitter.finish();
        assert_eq!((last.len(), bad), (1, 0));
    }

    #[test]
    fn a_record_without_end_is_dropped_and_the_next_one_is_read() {
        let mut splitter = RecordSplitter::default();
        let piece = Bytes::from(vec![b'x'; 1 << 20]);
        let bad: u64 = (0..20).map(|_| splitter.push(&piece).1).sum();
        assert_eq!(bad, 1);
        assert!(splitter.held.len() <= RECORD_CAP_BYTES + (1 << 20));
        let (records, bad) = splitter.push(&Bytes::from_static(b"xx\n{}\n"));
        assert_eq!((records.len(), bad), (1, 0));
    }

    proptest! {
        #[test]
        fn any_split_gives_the_same_records(cuts in proptest::collection::vec(0usize..60, 0..8)) {
            let body = Bytes::from_static(b"{\"n\":1}\nnot json\n{\"n\":\"\xc3\xa4\"}\n\n[]\n{\"n\":4}");
            let mut whole = RecordSplitter::default();
            let (mut expected, mut expected_bad) = whole.push(&body);
            let (rest, bad) = whole.finish();
            expected.extend(rest);
            expected_bad += bad;

            let mut cuts: Vec<usize> = cuts.into_iter().map(|c| c.min(body.len())).collect();
            cuts.extend([0, body.len()]);
            cuts.sort_unstable();
            let mut split = RecordSplitter::default();
            let (mut got, mut got_bad) = (Vec::new(), 0);
            for pair in cuts.windows(2) {
                let (records, bad) = split.push(&body.slice(pair[0]..pair[1]));
                got.extend(records);
                got_bad += bad;
            }
            let (rest, bad) = split.finish();
            got.extend(rest);
            prop_assert_eq!((got, got_bad + bad), (expected, expected_bad));
        }
    }
}
