//! What the timestamps before the parts of a line tell: who wrote them, and whether the line
//! goes on.

use sidekick::time::Nanos;

/// Whether a part belongs to the line whose last part began with the timestamp `before`. Docker
/// gives all parts the line's own. Podman gives each its own, in whole seconds; a program that
/// is writing a line is not expected to pause for longer.
pub(super) fn goes_on(before: &[u8], stamp: &[u8], time: Nanos) -> bool {
    let passed = || Some(time.0.saturating_sub(Nanos::parse_rfc3339(before)?.0));
    before == stamp
        || (whole_seconds(before)
            && whole_seconds(stamp)
            && passed().is_some_and(|ns| (0..=1_000_000_000).contains(&ns)))
}

/// Whether a timestamp has no fraction. Podman's have none, Docker's always nine digits.
pub(super) fn whole_seconds(written: &[u8]) -> bool {
    !written.contains(&b'.')
}

/// Whether `head` and this byte begin a timestamp of whole seconds.
pub(super) fn may_be_stamp(head: &[u8], byte: u8) -> bool {
    match b"0000-00-00T00:00:00".get(head.len()) {
        Some(b'0') => byte.is_ascii_digit(),
        Some(&mark) => byte == mark,
        // `Z` or an offset such as `+02:00`.
        None => head.len() < 25 && (byte.is_ascii_digit() || b"Z+-:".contains(&byte)),
    }
}
