//! A line cut into pieces of one look each: terminal colours, and the places where the filter's
//! text or a marked one stands.

use std::ops::Range;

#[cfg(any(feature = "hydrate", test))]
use sidekick::logs::Filter;
use sidekick::logs::{
    MAX_HIGHLIGHTS,
    ansi::{self, Color, Style},
};

/// A stretch of a line with one look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Piece<'a> {
    pub(super) style: Style,
    /// The CSS class of what stands here, where that is marked.
    pub(super) mark: Option<&'static str>,
    pub(super) text: &'a str,
}

/// A place of a line without escape sequences that is marked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) range: Range<usize>,
    /// CSS class.
    pub(super) class: &'static str,
}

/// The classes of marked texts, by their places.
const COLORS: [&str; MAX_HIGHLIGHTS] = ["hl-0", "hl-1", "hl-2", "hl-3", "hl-4", "hl-5"];

/// Where a line is marked: in order, without overlaps. A text that was marked stands above those that were marked
/// later, and all of them above what the filter looks for.
pub(super) fn marks(marked: Vec<Vec<Range<usize>>>, filtered: Vec<Range<usize>>) -> Vec<Mark> {
    let layers = marked.into_iter().zip(COLORS);
    let layers = layers.chain(std::iter::once((filtered, "match")));
    layers.fold(Vec::new(), |above, (ranges, class)| {
        below(above, ranges, class)
    })
}

/// Puts ranges under marks, where these leave room.
fn below(above: Vec<Mark>, ranges: Vec<Range<usize>>, class: &'static str) -> Vec<Mark> {
    if above.is_empty() {
        let marks = ranges.into_iter().map(|range| Mark { range, class });
        return marks.collect();
    }
    let mut out = Vec::new();
    let mut above = above.into_iter().peekable();
    for range in ranges {
        // What stands above may reach over from the range before.
        let reached = out.last().map_or(0, |it: &Mark| it.range.end);
        let mut at = range.start.max(reached);
        while let Some(mark) = above.next_if(|mark| mark.range.start < range.end) {
            if at < mark.range.start {
                let range = at..mark.range.start;
                out.push(Mark { range, class });
            }
            at = at.max(mark.range.end);
            out.push(mark);
        }
        if at < range.end {
            let range = at..range.end;
            out.push(Mark { range, class });
        }
    }
    out.extend(above);
    out
}

/// Most bytes of a line that a row shows; the rest is shown when the line is opened.
pub(super) const SHOWN_BYTES: usize = 2000;

/// What a row shows of a line, and how many bytes it leaves out.
pub(super) fn shown(text: &str) -> (&str, usize) {
    if text.len() <= SHOWN_BYTES {
        return (text, 0);
    }
    let cut = text.floor_char_boundary(SHOWN_BYTES);
    (&text[..cut], text.len() - cut)
}

#[cfg(feature = "hydrate")]
/// Whether the line is one piece in the default look, the common case; `marks` are other texts to be marked.
pub(super) fn is_plain(text: &str, filter: &Filter, marks: usize) -> bool {
    filter.text.is_empty() && marks == 0 && !ansi::has_escapes(text)
}

/// The pieces of a line, from where `marks` says that it is marked without its escape sequences. Their texts together are the line without escape sequences.
pub(super) fn pieces<'a>(text: &'a str, marks: impl FnOnce(&str) -> Vec<Mark>) -> Vec<Piece<'a>> {
    let stripped = ansi::strip(text);
    let mut marks = marks(&stripped).into_iter().peekable();
    let mut out = Vec::new();
    let mut at = 0;
    for (style, mut rest) in ansi::spans(text) {
        while !rest.is_empty() {
            while marks.next_if(|mark| mark.range.end <= at).is_some() {}
            let (mark, until) = match marks.peek() {
                Some(mark) if mark.range.start <= at => (Some(mark.class), mark.range.end),
                Some(mark) => (None, mark.range.start),
                None => (None, usize::MAX),
            };
            let (text, tail) = rest.split_at(rest.len().min(until - at));
            out.push(Piece { style, mark, text });
            at += text.len();
            rest = tail;
        }
    }
    out
}

/// The CSS classes of a look; `None` for the default one. Colours outside of the theme's sixteen
/// come by [`rgb`] instead.
pub(super) fn classes(piece: &Piece<'_>) -> Option<String> {
    let style = piece.style;
    let mut out = String::new();
    let mut add = |class: &str| {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(class);
    };
    let (fg, bg) = colors(style);
    if let Some(Color::Indexed(n @ 0..16)) = fg {
        add(&format!("a-f{}", n % 8));
    }
    if let Some(Color::Indexed(n @ 0..16)) = bg {
        add(&format!("a-b{}", n % 8));
    }
    for (on, class) in [
        (style.inverse && style.bg.is_none(), "a-fbg"),
        (style.inverse && style.fg.is_none(), "a-btext"),
        (style.bold, "a-bold"),
        (style.dim, "a-dim"),
        (style.italic, "a-italic"),
        (style.underline, "a-underline"),
        (piece.mark.is_some(), piece.mark.unwrap_or_default()),
    ] {
        if on {
            add(class);
        }
    }
    (!out.is_empty()).then_some(out)
}

/// Foreground and background after `inverse`.
pub(super) fn colors(style: Style) -> (Option<Color>, Option<Color>) {
    if style.inverse {
        (style.bg, style.fg)
    } else {
        (style.fg, style.bg)
    }
}

/// Red, green and blue of a colour outside of the theme's sixteen.
pub(super) fn rgb(color: Color) -> Option<(u8, u8, u8)> {
    match color {
        Color::Rgb(r, g, b) => Some((r, g, b)),
        Color::Indexed(0..16) => None,
        Color::Indexed(n @ 16..232) => {
            let level = |part: u8| if part == 0 { 0 } else { 55 + 40 * part };
            let n = n - 16;
            Some((level(n / 36), level(n / 6 % 6), level(n % 6)))
        }
        Color::Indexed(n) => {
            let grey = 8 + 10 * (n - 232);
            Some((grey, grey, grey))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str, filter: &str, expect: &[(&str, Option<&str>)]) {
        let filter = Filter {
            text: filter.to_owned(),
            ..Filter::default()
        };
        let pieces = pieces(text, |it| marks(vec![], filter.ranges(it).collect()));
        let found: Vec<_> = pieces.iter().map(|p| (p.text, classes(p))).collect();
        let expect: Vec<_> = expect
            .iter()
            .map(|(text, class)| (*text, class.map(str::to_owned)))
            .collect();
        assert_eq!(found, expect, "{text:?}");
    }

    #[test]
    fn colours_become_classes_and_matches_are_marked() {
        check("plain", "", &[("plain", None)]);
        check(
            "\x1b[31mred\x1b[0m off",
            "",
            &[("red", Some("a-f1")), (" off", None)],
        );
        check(
            "\x1b[1;93mWARN\x1b[0mING",
            "ning",
            &[
                ("WAR", Some("a-f3 a-bold")),
                ("N", Some("a-f3 a-bold match")),
                ("ING", Some("match")),
            ],
        );
        check("\x1b[7minverse", "", &[("inverse", Some("a-fbg a-btext"))]);
        check(
            "aXbx",
            "x",
            &[
                ("a", None),
                ("X", Some("match")),
                ("b", None),
                ("x", Some("match")),
            ],
        );
    }

    #[test]
    fn the_colour_cube_is_the_terminals() {
        assert_eq!(rgb(Color::Indexed(1)), None);
        assert_eq!(rgb(Color::Indexed(16)), Some((0, 0, 0)));
        assert_eq!(rgb(Color::Indexed(208)), Some((255, 135, 0)));
        assert_eq!(rgb(Color::Indexed(255)), Some((238, 238, 238)));
    }

    #[test]
    fn a_long_line_is_cut_between_characters() {
        let text = "é".repeat(2000);
        let (head, left_out) = shown(&text);
        assert_eq!(head.len() + left_out, text.len());
        assert!(head.len() <= SHOWN_BYTES);
    }

    #[test]
    fn a_text_that_was_marked_first_stands_above() {
        let found = marks(
            vec![vec![2..4, 20..21], vec![0..3, 6..8]],
            vec![3..7, 9..10],
        );
        let found: Vec<_> = found.into_iter().map(|it| (it.range, it.class)).collect();
        assert_eq!(
            found,
            [
                (0..2, "hl-1"),
                (2..4, "hl-0"),
                (4..6, "match"),
                (6..8, "hl-1"),
                (9..10, "match"),
                (20..21, "hl-0"),
            ]
        );
    }

    /// Disjoint ranges in order.
    fn some_ranges() -> impl Strategy<Value = Vec<Range<usize>>> {
        prop::collection::vec((0usize..4, 1usize..5), 0..8).prop_map(|steps| {
            let mut at = 0;
            let range = |(gap, len): (usize, usize)| {
                let start = at + gap;
                at = start + len;
                start..at
            };
            steps.into_iter().map(range).collect()
        })
    }

    proptest! {
        #[test]
        fn each_place_is_marked_as_the_uppermost_text_there(
            layers in prop::collection::vec(some_ranges(), 3),
            filtered in some_ranges(),
        ) {
            let found = marks(layers.clone(), filtered.clone());
            prop_assert!(found.windows(2).all(|it| it[0].range.end <= it[1].range.start), "{:?}", found);
            for at in 0..80 {
                let here = found.iter().find(|it| it.range.contains(&at)).map(|it| it.class);
                let has = |ranges: &Vec<Range<usize>>| ranges.iter().any(|it| it.contains(&at));
                let expected = match layers.iter().position(has) {
                    Some(layer) => Some(COLORS[layer]),
                    None => has(&filtered).then_some("match"),
                };
                prop_assert_eq!(here, expected, "{} of {:?}", at, found);
            }
        }

        #[test]
        fn the_pieces_together_are_the_stripped_line(
            text in "(\\x1b\\[[0-9;]{0,5}m|[a-bA-Bé ]){0,30}",
            filter in "[a-bé]{0,2}",
        ) {
            let filter = Filter { text: filter, ..Filter::default() };
            let whole: String = pieces(&text, |it| marks(vec![], filter.ranges(it).collect())).iter().map(|p| p.text).collect();
            prop_assert_eq!(whole, ansi::strip(&text));
        }
    }
}
