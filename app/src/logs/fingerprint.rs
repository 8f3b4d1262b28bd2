//! A number for what stands in a row, so that rows which look the same are not written again.

use sidekick::{logs::Filter, logs::Severity, protocol::EntryRef};

/// A number that differs, for practical purposes, whenever the row would look different.
///
/// `text` is what is shown of the entry; `from` is the source's number and name, where rows say
/// where they come from; the line may go on another's event; the filter's text is highlighted, and times may be in UTC.
pub(super) fn fingerprint(
    entry: &EntryRef<'_>,
    text: &str,
    (severity, goes_on): (Severity, bool),
    from: Option<(u16, &str)>,
    (filter, utc): (&Filter, bool),
) -> u64 {
    let (source, name) = from.unwrap_or_default();
    let flags = u64::from(entry.truncated)
        | u64::from(entry.untimed) << 1
        | u64::from(utc) << 2
        | u64::from(from.is_some()) << 3
        | (entry.stream.index() as u64) << 4
        | (severity.index() as u64) << 5
        | u64::from(goes_on) << 24
        | u64::from(source) << 8;
    let seed = (entry.time.0 as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ flags;
    let seed = hash(filter.text.bytes(), hash(name.bytes(), seed));
    hash(text.bytes(), seed) ^ entry.text.len() as u64
}

/// FNV-1a, started from `seed`; never 0.
pub(super) fn hash(bytes: impl Iterator<Item = u8>, seed: u64) -> u64 {
    let start = 0xcbf2_9ce4_8422_2325 ^ seed;
    bytes
        .fold(start, |sum, byte| {
            (sum ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
        })
        .max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use sidekick::{protocol::LogStream, time::Nanos};

    #[test]
    fn a_row_is_written_again_whenever_it_would_look_different() {
        let entry = EntryRef {
            time: Nanos(5),
            stream: LogStream::Stdout,
            truncated: false,
            untimed: false,
            lossy: false,
            text: "hello",
        };
        let all = Filter::default();
        let text = Filter {
            text: "he".to_owned(),
            ..Filter::default()
        };
        let late = EntryRef {
            time: Nanos(6),
            ..entry
        };
        let info = (Severity::Info, false);
        let prints = [
            fingerprint(&entry, "hello", info, None, (&all, false)),
            fingerprint(&entry, "hello", info, Some((0, "web")), (&all, false)),
            fingerprint(&entry, "hello", info, Some((0, "renamed")), (&all, false)),
            fingerprint(&entry, "hello", info, Some((1, "web")), (&all, false)),
            fingerprint(&entry, "hello", info, None, (&all, true)),
            fingerprint(&entry, "hello", info, None, (&text, false)),
            fingerprint(
                &entry,
                "hello",
                (Severity::Warn, false),
                None,
                (&all, false),
            ),
            fingerprint(&entry, "hello", (Severity::Info, true), None, (&all, false)),
            fingerprint(&late, "hello", info, None, (&all, false)),
        ];
        let different: std::collections::BTreeSet<_> = prints.iter().collect();
        assert_eq!(different.len(), prints.len(), "{prints:?}");
    }
}
