//! Through all lines that the filter lets through.

use super::LogSession;
use crate::logs::query::columns::NOTE;

impl LogSession {
    /// Tells the source, the time in nanoseconds and the number of the template of each visible line, oldest
    /// first. The template of a blank line is one that there is not.
    pub(in crate::logs) fn each_visible_line(&self, tell: &mut dyn FnMut(u16, i64, u32)) {
        let mut next = self.store.first_row();
        while let Some((start, columns)) = self.store.columns_at(next) {
            for row in 0..columns.len() {
                if columns.severities[row] != NOTE && self.is_visible(start + row as u64) {
                    let source = columns.sources[row];
                    tell(source, columns.times[row], columns.templates[row]);
                }
            }
            next = start + columns.len() as u64;
        }
    }

    /// Whether the filter lets a row that is held through.
    pub(super) fn is_visible(&self, number: u64) -> bool {
        self.filter.is_all() || self.view.has(number)
    }
}
