//! What is told on standard error.

use std::io::Write as _;

use sidekick::protocol::{Gap, GapReason};

/// What a gap says.
pub(super) fn missing(gap: &Gap) -> String {
    let lines = gap
        .lines
        .map_or_else(|| "lines".to_owned(), |n| format!("{n} lines"));
    let why = match gap.reason {
        GapReason::Rotated => "Docker no longer has them",
        GapReason::SlowViewer => "they were not taken in time",
        GapReason::Unavailable => "the server could not get them back",
        GapReason::Skipped => "there were too many",
    };
    let mut text = format!("{lines} are missing here");
    if let Some(after) = gap.after {
        text.push_str(&format!(", after {}", after.to_rfc3339()));
    }
    if let Some(before) = gap.before {
        text.push_str(&format!(", before {}", before.to_rfc3339()));
    }
    format!("{text}: {why}")
}

/// What is said of lines that were printed out of order.
pub(super) fn late(lines: u64) -> String {
    let stand = match lines {
        1 => "1 line stands".to_owned(),
        n => format!("{n} lines stand"),
    };
    format!("{stand} behind younger ones of other containers, which did not wait for so long")
}

/// Without standard error there is nobody to tell.
pub(super) fn tell(text: &str) {
    let _ = writeln!(std::io::stderr(), "sidekick-docker: {text}");
}
