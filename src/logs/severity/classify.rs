//! Reads the severity off a line.

use super::Severity;
use super::words::severity_of;

/// The severity that a line names.
#[must_use]
pub fn classify(line: &str) -> Severity {
    line.split(|c: char| !c.is_ascii_alphabetic())
        .take(24)
        .find_map(|word| severity_of(word.as_bytes()))
        .unwrap_or_default()
}
