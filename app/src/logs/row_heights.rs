//! How tall the rows are, and so which of them a scrolled view shows. Where lines are not wrapped every row is as
//! tall as the others and this is arithmetic. Where they are, the drawn rows are measured and all others taken for as
//! tall as rows were so far: the places of rows that are not drawn are guesses, and whoever stands on a row stays on
//! it when a guess becomes known.

use std::ops::Range;

/// Height of a row in CSS pixels; of a wrapped one, of each of its lines. The stylesheet says the same.
pub(super) const ROW_PX: f64 = 18.0;

/// As many rows make what rows are usually as tall as; older ones count less and less.
const LEARNT_ROWS: f64 = 1024.0;

/// By so much of itself the usual height must be wrong before another one is taken: the scrollbar moves for that.
const WRONG: f64 = 0.125;

/// Where the rows of a view stand, in CSS pixels below the upper edge of the first one.
#[derive(Clone, Debug)]
pub(super) struct RowHeights {
    /// Index of the first measured row.
    first: usize,
    /// The lower edges of the measured rows, below the upper edge of the first of them.
    edges: Vec<f64>,
    /// What a row is taken for that is not measured.
    usual_px: f64,
    /// What was measured so far: pixels, and rows.
    learnt: (f64, f64),
}

impl RowHeights {
    pub(super) fn new() -> Self {
        Self {
            first: 0,
            edges: Vec::new(),
            usual_px: ROW_PX,
            learnt: (0.0, 0.0),
        }
    }

    /// The rows are other ones: what was measured is of none of them, but they may be as tall.
    pub(super) fn forget(&mut self) {
        self.edges.clear();
    }

    /// Rows went or came in front of the measured ones, the first of which is at `first` now.
    pub(super) fn rebase(&mut self, first: usize) {
        self.first = first;
    }

    /// The rows from `first` on are so tall, in pixels; of no other row it is known any more.
    pub(super) fn measure(&mut self, first: usize, heights_px: impl Iterator<Item = f64>) {
        let mut edge = 0.0;
        let edges: Vec<f64> = heights_px
            .map(|height_px| {
                edge += height_px.max(1.0);
                edge
            })
            .collect();
        if (first, &edges) == (self.first, &self.edges) {
            return;
        }
        let (px, rows) = self.learnt;
        let weight = (1.0 - edges.len() as f64 / LEARNT_ROWS).max(0.0);
        let keep = if rows > LEARNT_ROWS { weight } else { 1.0 };
        self.learnt = (px * keep + edge, rows * keep + edges.len() as f64);
        let mean_px = self.learnt.0 / self.learnt.1.max(1.0);
        if (mean_px - self.usual_px).abs() > WRONG * self.usual_px {
            self.usual_px = mean_px.max(ROW_PX);
        }
        (self.first, self.edges) = (first, edges);
    }

    /// The measured rows.
    pub(super) fn measured(&self) -> Range<usize> {
        self.first..self.first + self.edges.len()
    }

    /// The upper edge of the row at `index`, which is the lower edge of the one before: whole pixels.
    pub(super) fn top_px(&self, index: usize) -> f64 {
        match index.checked_sub(self.first) {
            None | Some(0) => self.usually_px(index),
            Some(at) => {
                let (known, unknown) = match self.edges.get(at - 1) {
                    Some(edge) => (*edge, 0),
                    None => (self.known_px(), at - self.edges.len()),
                };
                self.usually_px(self.first) + known + self.usually_px(unknown)
            }
        }
    }

    /// The row that is at a place of `px`, which may be behind the last one.
    pub(super) fn index_at(&self, px: f64) -> usize {
        let below = px - self.usually_px(self.first);
        if below < 0.0 {
            return self.usually_at(px);
        }
        match below < self.known_px() {
            true => self.first + self.edges.partition_point(|edge| *edge <= below),
            false => self.measured().end + self.usually_at(below - self.known_px()),
        }
    }

    /// How tall a list of so many rows is as far as anybody knows who has not drawn them: that does not change with
    /// what is drawn, unless that is all.
    pub(super) fn list_px(&self, rows: usize) -> f64 {
        match self.measured() == (0..rows) {
            true => self.top_px(rows),
            false => self.usually_px(rows),
        }
    }

    /// Whether the places of so many rows are no guesses.
    pub(super) fn are_known(&self, rows: usize) -> bool {
        self.edges.is_empty() || self.measured() == (0..rows)
    }

    fn known_px(&self) -> f64 {
        self.edges.last().copied().unwrap_or_default()
    }

    fn usually_px(&self, rows: usize) -> f64 {
        (rows as f64 * self.usual_px).floor()
    }

    /// The reverse of [`usually_px`](Self::usually_px).
    fn usually_at(&self, px: f64) -> usize {
        let rows = ((px.max(0.0) + 1.0) / self.usual_px) as usize;
        match self.usually_px(rows) > px {
            true => rows.saturating_sub(1),
            false => rows,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn rows_of_one_height_are_arithmetic() {
        let rows = RowHeights::new();
        assert_eq!(rows.top_px(1_000_000), 18_000_000.0);
        assert_eq!(rows.list_px(7), 126.0);
        assert_eq!(rows.index_at(17.0), 0);
        assert_eq!(rows.index_at(18.0), 1);
        assert_eq!(rows.index_at(-5.0), 0);
    }

    #[test]
    fn a_list_that_was_measured_whole_is_as_tall_as_its_rows() {
        let mut rows = RowHeights::new();
        rows.measure(0, [18.0, 54.0, 36.0].into_iter());
        assert_eq!(rows.list_px(3), 108.0);
        rows.forget();
        assert_eq!(rows.list_px(3), 108.0, "as tall as rows were");
    }

    proptest! {
        #[test]
        fn places_and_rows_are_the_reverse_of_each_other(
            runs in prop::collection::vec((0usize..3000, prop::collection::vec(1u32..40, 0..90)), 0..6),
            index in 0usize..2_000_000,
            near in 0usize..100,
            within in 0.0f64..1.0,
        ) {
            let mut rows = RowHeights::new();
            for (first, lines) in runs {
                rows.measure(first, lines.iter().map(|it| f64::from(*it) * ROW_PX));
            }
            for index in [index, rows.measured().start + near] {
                let (top, bottom) = (rows.top_px(index), rows.top_px(index + 1));
                prop_assert!(top < bottom && top.fract() == 0.0);
                let px = (top + (bottom - top) * within).floor();
                prop_assert_eq!(rows.index_at(px), index);
            }
        }

        #[test]
        fn what_is_usual_follows_what_is_seen(lines in 1u32..30, before in 1u32..30) {
            let mut rows = RowHeights::new();
            for (first, lines) in [(0, before), (1000, lines)].into_iter().flat_map(|(first, lines)| {
                (0..200).map(move |at| (first + at * 50, lines))
            }) {
                rows.measure(first, [f64::from(lines) * ROW_PX; 50].into_iter());
            }
            let seen = f64::from(lines) * ROW_PX;
            let usual = rows.top_px(1_000_001) - rows.top_px(1_000_000);
            prop_assert!((usual - seen).abs() <= 2.0 * WRONG * seen + 1.0, "{} {}", usual, seen);
        }
    }
}
