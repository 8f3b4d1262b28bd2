//! Which rows a scrolled view draws. No row is less tall than a line, so there are enough whatever they hold.

use std::ops::Range;

use super::row_heights::ROW_PX;

/// Rows kept ready above and below the visible ones.
pub(super) const OVERSCAN: usize = 12;

/// How many row slots a view of this height needs.
pub(super) fn slots(height_px: f64) -> usize {
    (height_px.max(0.0) / ROW_PX).ceil() as usize + 1 + 2 * OVERSCAN
}

/// The rows, of `rows` in all, to draw with that many slots where the one at `top` is at the upper edge.
pub(super) fn window(top: usize, rows: usize, slots: usize) -> Range<usize> {
    let first = top.saturating_sub(OVERSCAN).min(rows.saturating_sub(slots));
    first..rows.min(first + slots)
}

/// How slots go over from one window to the next without drawing again what stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// The same window.
    Stay,
    /// So many slots go from the top to the bottom.
    Down(usize),
    /// So many slots go from the bottom to the top.
    Up(usize),
    /// Nothing stays.
    All,
}

/// The turn from a window that starts at the row with index `from` to one that starts at `to`.
pub(super) fn turn(from: usize, to: usize, slots: usize) -> Turn {
    let distance = from.abs_diff(to);
    match distance {
        0 => Turn::Stay,
        _ if distance >= slots => Turn::All,
        _ if to > from => Turn::Down(distance),
        _ => Turn::Up(distance),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_short_log_is_drawn_whole() {
        assert_eq!(window(0, 3, slots(600.0)), 0..3);
        assert_eq!(window(0, 0, slots(600.0)), 0..0);
    }

    #[test]
    fn rows_that_stay_are_not_drawn_again() {
        assert_eq!(turn(5, 5, 40), Turn::Stay);
        assert_eq!(turn(5, 8, 40), Turn::Down(3));
        assert_eq!(turn(8, 5, 40), Turn::Up(3));
        assert_eq!(turn(0, 40, 40), Turn::All);
        assert_eq!(turn(usize::MAX, 0, 40), Turn::All);
    }

    proptest! {
        #[test]
        fn every_visible_row_is_drawn(
            height in 0.0f64..3000.0,
            rows in 0usize..100_000,
            part in 0.0f64..=1.0,
        ) {
            let top = (rows as f64 * ROW_PX - height).max(0.0) * part;
            let slots = slots(height);
            let first = (top / ROW_PX).floor() as usize;
            let drawn = window(first, rows, slots);
            prop_assert!(drawn.len() <= slots && drawn.end <= rows);
            let last = (((top + height) / ROW_PX).ceil() as usize).min(rows);
            prop_assert!(drawn.start <= first && drawn.end >= last, "{drawn:?} {first}..{last}");
        }
    }
}
