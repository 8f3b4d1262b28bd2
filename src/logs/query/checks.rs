//! The checks that a plain filter is made of, besides text.

use super::columns::{Columns, STDERR, counted};
use super::plan::Check;
use super::rows::Rows;
use crate::logs::severity::SeveritySet;
use crate::protocol::LogStream;

/// Of one of these severities.
pub(in crate::logs) struct Levels(pub(in crate::logs) SeveritySet);

/// Printed there.
pub(in crate::logs) struct Stream(pub(in crate::logs) LogStream);

/// Of one of these templates, whose numbers are in order.
pub(in crate::logs) struct Templates(pub(in crate::logs) Vec<u32>);

/// Of none of these templates, whose numbers are in order.
pub(in crate::logs) struct OtherTemplates(pub(in crate::logs) Vec<u32>);

impl Check for Levels {
    fn narrow(&self, columns: &Columns<'_>, rows: &mut Rows) {
        rows.retain(&mut |row| {
            let severity = columns.severities.get(row).map(|it| counted(*it));
            severity.is_some_and(|it| self.0.contains(it))
        });
    }
}

impl Check for Stream {
    fn narrow(&self, columns: &Columns<'_>, rows: &mut Rows) {
        let stderr = self.0 == LogStream::Stderr;
        rows.retain(&mut |row| columns.flags.get(row).is_some_and(|it| it & STDERR != 0) == stderr);
    }
}

impl Check for Templates {
    fn narrow(&self, columns: &Columns<'_>, rows: &mut Rows) {
        rows.retain(&mut |row| {
            let id = columns.templates.get(row);
            id.is_some_and(|it| self.0.binary_search(it).is_ok())
        });
    }
}

impl Check for OtherTemplates {
    fn narrow(&self, columns: &Columns<'_>, rows: &mut Rows) {
        rows.retain(&mut |row| {
            let id = columns.templates.get(row);
            id.is_none_or(|it| self.0.binary_search(it).is_err())
        });
    }
}
