//! A run of rows as the columns that the store holds.

use crate::logs::severity::Severity;

/// Marks a row that is no line, in the column of severities.
pub(in crate::logs) const NOTE: u8 = u8::MAX;
/// Set beside the severity of a line that goes on the event of the line before.
pub(in crate::logs) const GOES_ON: u8 = 0x40;
/// The bits of a severity.
const SEVERITY: u8 = 7;
/// Where the bits begin that the severity which a line says and the one which it counts as differ in.
const SAID: u32 = 3;

/// The severity that a line counts as, of its byte in the column.
pub(in crate::logs) fn counted(byte: u8) -> Severity {
    Severity::from_index((byte & SEVERITY).into())
}

/// The severity that a line says itself.
pub(in crate::logs) fn said(byte: u8) -> Severity {
    Severity::from_index(((byte >> SAID ^ byte) & SEVERITY).into())
}

/// The byte of a line that says one severity and counts as another.
pub(in crate::logs) fn severity_byte(said: Severity, counted: Severity, goes_on: bool) -> u8 {
    let (said, counted) = (said as u8, counted as u8);
    let goes_on = if goes_on { GOES_ON } else { 0 };
    counted | (said ^ counted) << SAID | goes_on
}

/// Bit of a line's flags: it is of standard error.
pub(in crate::logs) const STDERR: u8 = 1;

/// A run of rows; all columns are equally long.
#[derive(Clone, Copy, Debug)]
pub(in crate::logs) struct Columns<'a> {
    /// The texts of all rows, without anything between them.
    pub(in crate::logs) text: &'a str,
    /// Where the text of each row ends.
    pub(in crate::logs) ends: &'a [u32],
    /// Nanoseconds since the epoch.
    pub(in crate::logs) times: &'a [i64],
    /// [`STDERR`] and others.
    pub(in crate::logs) flags: &'a [u8],
    /// See [`counted`], [`said`] and [`GOES_ON`]; or [`NOTE`].
    pub(in crate::logs) severities: &'a [u8],
    /// Number of the template; one that no template has for a blank line.
    pub(in crate::logs) templates: &'a [u32],
    /// Number of the container.
    pub(in crate::logs) sources: &'a [u16],
}

impl<'a> Columns<'a> {
    pub(in crate::logs) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Where the text of a row begins.
    pub(in crate::logs) fn start(&self, row: usize) -> usize {
        row.checked_sub(1).map_or(0, |before| self.end(before))
    }

    /// Where it ends.
    pub(in crate::logs) fn end(&self, row: usize) -> usize {
        self.ends
            .get(row)
            .map_or(self.text.len(), |end| *end as usize)
    }

    /// The text of a row.
    pub(in crate::logs) fn line(&self, row: usize) -> &'a str {
        self.text
            .get(self.start(row)..self.end(row))
            .unwrap_or_default()
    }
}
