//! Between the places of a list and those of its scrollbar. Browsers cap how tall an element can be, and a list
//! of more than a million rows is taller: its scrollbar then stands for more pixels than it has.
//!
//! Small steps (wheel, keys, touch) move the list by as much as the scrollbar, whatever that stands for; far
//! ones (the thumb dragged, a jump) go where the scrollbar points to. Near both ends the two are the same, so
//! that an end of the one is that of the other. What small steps add up to is evened out before somebody sees it.
//!
//! Likewise where lines are wrapped: how tall the rows are that nobody has seen is a guess, so that the list gets
//! taller and shorter as it is scrolled, and its scrollbar does not.

/// Height of an element in CSS pixels that all browsers let be: Firefox, the strictest, takes 17.8 million.
const TALLEST_PX: f64 = 16_200_000.0;

/// So near an end list and scrollbar move alike, in CSS pixels.
const END_PX: f64 = 200_000.0;

/// So far may the scrollbar be from where it belongs, in CSS pixels: of one as high as a screen that is half a
/// hundredth. Less than [`END_PX`], so that small steps never come to its end before that of the list.
const SLACK_PX: f64 = 80_000.0;

/// Of the way that is left to an end, the part by which a scrollbar may be off where places are guesses.
const GUESSED: f64 = 0.125;

/// Most heights of the view that are a small step, at least: a page that is busy is told of several at once.
const STEP_VIEWS: f64 = 3.0;

/// The place of a scrollbar, and what it stands for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Scale {
    tallest_px: f64,
    /// Where the scrollbar is.
    bar_px: f64,
}

/// How tall a list and its view are, in CSS pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Heights {
    pub(super) list_px: f64,
    /// How tall the list is for its scrollbar.
    pub(super) bar_px: f64,
    /// The two are the same but for the height that an element can have.
    pub(super) known: bool,
    pub(super) view_px: f64,
}

/// Where the list is after its scrollbar was moved.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Moved {
    pub(super) top_px: f64,
    /// That is an end of the list, wherever it turns out to be.
    pub(super) is_end: bool,
    /// The scrollbar is not where it belongs: it is to be [placed](Scale::place).
    pub(super) is_off: bool,
}

impl Scale {
    pub(super) fn new() -> Self {
        Self::with(TALLEST_PX)
    }

    fn with(tallest_px: f64) -> Self {
        Self {
            tallest_px,
            bar_px: 0.0,
        }
    }

    /// How tall the element is that is scrolled.
    pub(super) fn height_px(&self, heights: Heights) -> f64 {
        heights.bar_px.min(self.tallest_px)
    }

    /// Whether the places of the list are those of the scrollbar.
    fn is_same(&self, heights: Heights) -> bool {
        heights.known && heights.list_px <= self.tallest_px
    }

    /// Brings the scrollbar to where it belongs with the list at `top_px`. Returns that, in whole pixels.
    pub(super) fn place(&mut self, top_px: f64, heights: Heights) -> f64 {
        self.bar_px = self.bar_of(top_px, heights);
        self.bar_px
    }

    /// How far the places of a list at `top_px` are below those of the element that is scrolled.
    pub(super) fn shift_px(&self, top_px: f64, heights: Heights) -> f64 {
        match self.is_same(heights) {
            true => 0.0,
            false => top_px - self.bar_px,
        }
    }

    /// Whether the scrollbar is far from where it belongs.
    pub(super) fn is_off(&self, top_px: f64, heights: Heights) -> bool {
        let off = self.bar_px - self.bar_of(top_px, heights);
        let ends = self.ends(heights);
        let left = |at: f64, end: f64| at.min(end - at);
        let left_px = left(self.bar_px, ends.1).min(left(top_px, ends.0));
        let slack_px = match (self.is_same(heights), heights.known) {
            (true, _) => 1.0,
            (false, true) if left_px < END_PX => 1.0,
            (false, true) => SLACK_PX,
            (false, false) => (GUESSED * left_px).clamp(0.0, SLACK_PX),
        };
        off.abs() > slack_px
    }

    /// Somebody moved the scrollbar to `bar_px`, with the list at `top_px` before.
    pub(super) fn moved(&mut self, bar_px: f64, top_px: f64, heights: Heights) -> Moved {
        let (list_end, bar_end) = self.ends(heights);
        let step = bar_px - self.bar_px;
        self.bar_px = bar_px;
        if self.is_same(heights) {
            return Moved {
                top_px: bar_px,
                is_end: false,
                is_off: false,
            };
        }
        let is_end = bar_px <= 0.0 || bar_px >= bar_end - 1.0;
        if !heights.known && is_end && step.abs() > heights.view_px {
            // The way to the end may be longer than that of the scrollbar.
            return Moved {
                top_px: if bar_px <= 0.0 { 0.0 } else { list_end },
                is_end,
                is_off: false,
            };
        }
        let top_px = match step.abs() <= self.small_px(heights) {
            // An end that is a guess is none.
            true if !heights.known => top_px + step,
            true => (top_px + step).min(list_end).max(0.0),
            false => self.list_of(bar_px, heights),
        };
        Moved {
            top_px,
            is_end: false,
            is_off: self.is_off(top_px, heights),
        }
    }

    /// The longest small step. The thumb has the height of the view at most to go all the way: dragged by a pixel
    /// it moves the scrollbar by twice as much as this.
    fn small_px(&self, heights: Heights) -> f64 {
        let (_, bar_end) = self.ends(heights);
        let half_px = bar_end / heights.view_px.max(1.0) / 2.0;
        half_px.max(STEP_VIEWS * heights.view_px)
    }

    /// The lowest places of the list and of the scrollbar.
    fn ends(&self, heights: Heights) -> (f64, f64) {
        let end = |height: f64| (height - heights.view_px).max(0.0);
        (end(heights.list_px), end(self.height_px(heights)))
    }

    fn bar_of(&self, top_px: f64, heights: Heights) -> f64 {
        let (list_end, bar_end) = self.ends(heights);
        between(top_px, list_end, bar_end).round()
    }

    fn list_of(&self, bar_px: f64, heights: Heights) -> f64 {
        let (list_end, bar_end) = self.ends(heights);
        between(bar_px, bar_end, list_end).round()
    }
}

/// What a place between 0 and `end` is between 0 and `other`: as far from an end where it is near, and as far in
/// between elsewhere.
fn between(at: f64, end: f64, other: f64) -> f64 {
    // Where the list is short there is as much between the ends as they have together.
    let end_px = END_PX.min(end / 4.0).min(other / 4.0);
    if end == other || at <= end_px {
        at
    } else if at >= end - end_px {
        other - (end - at)
    } else {
        end_px + (at - end_px) * (other - 2.0 * end_px) / (end - 2.0 * end_px)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const VIEW_PX: f64 = 700.0;

    fn heights(list_px: f64) -> Heights {
        Heights {
            list_px,
            bar_px: list_px,
            known: true,
            view_px: VIEW_PX,
        }
    }

    #[test]
    fn a_list_that_an_element_can_be_as_tall_as_is_scrolled_as_it_is() {
        let mut scale = Scale::new();
        let it = heights(900_000.0 * 18.0);
        assert_eq!(scale.height_px(it), it.list_px);
        assert_eq!(scale.place(5_000_000.0, it), 5_000_000.0);
        let moved = scale.moved(7.0, 5_000_000.0, it);
        assert_eq!((moved.top_px, moved.is_off), (7.0, false));
        assert_eq!(scale.shift_px(9.0, it), 0.0);
    }

    #[test]
    fn a_list_that_a_filter_made_short_has_its_scrollbar_brought_to_its_place() {
        let (tall, short) = (heights(1_000_000.0 * 18.0), heights(800_000.0 * 18.0));
        let mut scale = Scale::new();
        let top = 5_400_000.0;
        assert!(scale.place(top, tall) < top - 100_000.0);
        assert!(!scale.is_off(top, tall));
        assert!(scale.is_off(top, short));
        assert_eq!(scale.place(top, short), top);
        assert!(!scale.is_off(top, short));
    }

    proptest! {
        #[test]
        fn both_ends_are_the_same_and_far_moves_go_where_the_scrollbar_points_to(
            lines in 900_001.0f64..5_000_000.0,
            part in 0.0f64..=1.0,
        ) {
            let it = heights(lines.floor() * 18.0);
            let mut scale = Scale::new();
            let bar_end = scale.height_px(it) - VIEW_PX;
            let list_end = it.list_px - VIEW_PX;
            prop_assert_eq!(scale.place(0.0, it), 0.0);
            prop_assert_eq!(scale.place(list_end, it), bar_end);
            // From the end, and from the beginning.
            let bar = (bar_end * part).round();
            for (from, top) in [(bar_end, list_end), (0.0, 0.0)] {
                let mut scale = Scale { bar_px: from, ..scale };
                let moved = scale.moved(bar, top, it);
                let is_far = (bar - from).abs() > scale.small_px(it);
                prop_assert!(!moved.is_off || !is_far);
                if is_far {
                    // One pixel of the scrollbar is several of the list.
                    prop_assert!((scale.place(moved.top_px, it) - bar).abs() <= 1.0);
                }
            }
        }

        #[test]
        fn small_steps_are_exact_and_come_to_every_line(
            lines in 900_001.0f64..5_000_000.0,
            start in 0.0f64..=1.0,
            steps in prop::collection::vec((-9000i32..9000, 1usize..200), 1..40),
        ) {
            let it = heights(lines.floor() * 18.0);
            let list_end = it.list_px - VIEW_PX;
            let mut scale = Scale::new();
            let bar_end = scale.height_px(it) - VIEW_PX;
            let mut top = (list_end * start).round();
            scale.place(top, it);
            for (step, times) in steps {
                for _ in 0..times {
                    let before = top;
                    // As browsers do: not beyond the ends of the scrollbar.
                    let bar = (scale.bar_px + f64::from(step)).clamp(0.0, bar_end);
                    let moved = scale.moved(bar, top, it);
                    top = moved.top_px;
                    if moved.is_off {
                        scale.place(top, it);
                    }
                    let wanted = (before + f64::from(step)).clamp(0.0, list_end);
                    prop_assert!((top - wanted).abs() <= 1.0, "{} to {}, not {}", before, top, wanted);
                    prop_assert!(!scale.is_off(top, it));
                }
            }
        }
    }
}
