//! What a row says that is no line: that lines are missing, that a container ended.

use sidekick::{
    logs::Note,
    protocol::{Gap, GapReason},
    time::Nanos,
};

use crate::charts::plural;

/// What a row says that is no line, and its instant.
pub(super) fn note_text(note: &Note) -> (String, Option<Nanos>) {
    let (text, at) = match note {
        Note::Missing(gap) => return (gap_text(gap), gap.after.or(gap.before)),
        Note::Started { at } => ("started again".to_owned(), at),
        Note::Replaced { at } => ("a new container of this name begins".to_owned(), at),
        Note::Ended { at, code: None } => ("ended".to_owned(), at),
        Note::Ended {
            at,
            code: Some(code),
        } => (format!("ended, exit {code}"), at),
    };
    (text, Some(*at))
}

/// What a row for missing lines says.
fn gap_text(gap: &Gap) -> String {
    let lines = gap
        .lines
        .map_or_else(|| "lines".to_owned(), |n| plural(n, "line", "lines"));
    let why = match gap.reason {
        GapReason::Rotated => "Docker no longer has them",
        GapReason::SlowViewer => "this page was too slow to take them",
        GapReason::Unavailable => "the server could not get them back",
        GapReason::Skipped => "too many were printed meanwhile to bring all of them",
    };
    format!("{lines} missing here: {why}")
}
