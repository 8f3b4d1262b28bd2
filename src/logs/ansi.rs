//! Terminal escape sequences in log lines: removed for reading and searching, or turned into
//! styled spans for drawing.
//!
//! Known are CSI (`ESC [`), whose `m` form (SGR) carries the colours, OSC (`ESC ]`, ended by BEL
//! or `ESC \`) and the short two- and three-byte escapes. Both views walk the same pieces, so
//! that the spans' texts together always equal the stripped line.

use std::borrow::Cow;

const ESC: u8 = 0x1b;
const BEL: u8 = 0x07;

/// A colour of a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Color {
    /// One of the terminal's 256: 0 to 7 plain, 8 to 15 bright (the theme decides), 16 to 231
    /// the 6x6x6 cube, 232 to 255 greys.
    Indexed(u8),
    /// Red, green, blue.
    Rgb(u8, u8, u8),
}

/// How a span looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Style {
    /// Colour of the text; `None` is the default one.
    pub fg: Option<Color>,
    /// Colour behind the text; `None` is the default one.
    pub bg: Option<Color>,
    /// Bold.
    pub bold: bool,
    /// Fainter than normal.
    pub dim: bool,
    /// Italic.
    pub italic: bool,
    /// Underlined.
    pub underline: bool,
    /// Text and background colours exchanged.
    pub inverse: bool,
}

/// Whether `line` holds an escape character.
#[must_use]
pub fn has_escapes(line: &str) -> bool {
    line.as_bytes().contains(&ESC)
}

/// The line without escape sequences; borrowed when it has none.
#[must_use]
pub fn strip(line: &str) -> Cow<'_, str> {
    if !has_escapes(line) {
        return Cow::Borrowed(line);
    }
    let mut out = String::with_capacity(line.len());
    strip_into(line, &mut out);
    Cow::Owned(out)
}

/// Appends the line without escape sequences to `out`: [`strip`] for loops that keep a buffer.
pub fn strip_into(line: &str, out: &mut String) {
    for piece in Pieces(line) {
        if let Piece::Text(text) = piece {
            out.push_str(text);
        }
    }
}

/// The line as styled spans without empty ones. Each line starts in the default style.
pub fn spans(line: &str) -> impl Iterator<Item = (Style, &str)> {
    let mut style = Style::default();
    Pieces(line).filter_map(move |piece| match piece {
        Piece::Text(text) => Some((style, text)),
        Piece::Sgr(params) => {
            style.apply(params);
            None
        }
        Piece::Other => None,
    })
}

enum Piece<'a> {
    Text(&'a str),
    /// Parameters of a `CSI ... m`.
    Sgr(&'a str),
    Other,
}

/// Splits a line into text and escape sequences.
struct Pieces<'a>(&'a str);

impl<'a> Iterator for Pieces<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        let rest = self.0;
        let bytes = rest.as_bytes();
        match bytes.iter().position(|&b| b == ESC) {
            None if rest.is_empty() => None,
            None => {
                self.0 = "";
                Some(Piece::Text(rest))
            }
            Some(0) => {
                let (piece, length) = escape(rest);
                self.0 = rest.get(length..).unwrap_or("");
                Some(piece)
            }
            Some(at) => {
                let (text, tail) = rest.split_at(at);
                self.0 = tail;
                Some(Piece::Text(text))
            }
        }
    }
}

/// Reads the sequence at the start of `rest`, which begins with ESC; its length in bytes ends on
/// a character boundary. What is no sequence loses only the ESC itself.
fn escape(rest: &str) -> (Piece<'_>, usize) {
    let bytes = rest.as_bytes();
    match bytes.get(1) {
        Some(b'[') => {
            let params = bytes[2..]
                .iter()
                .take_while(|b| (0x20..=0x3f).contains(*b))
                .count();
            match bytes.get(2 + params) {
                Some(b'm') => (Piece::Sgr(&rest[2..2 + params]), params + 3),
                Some(0x40..=0x7e) => (Piece::Other, params + 3),
                // Cut off, or something that does not belong there: keep what follows.
                _ => (Piece::Other, params + 2),
            }
        }
        Some(b']') => {
            let end = bytes[2..].iter().position(|&b| b == BEL || b == ESC);
            match end.map(|n| n + 2) {
                Some(at) if bytes[at] == BEL => (Piece::Other, at + 1),
                Some(at) if bytes.get(at + 1) == Some(&b'\\') => (Piece::Other, at + 2),
                Some(at) => (Piece::Other, at),
                None => (Piece::Other, 1),
            }
        }
        Some(0x20..=0x2f) if matches!(bytes.get(2), Some(0x30..=0x7e)) => (Piece::Other, 3),
        Some(0x30..=0x7e) => (Piece::Other, 2),
        _ => (Piece::Other, 1),
    }
}

impl Style {
    /// Applies the parameters of one SGR sequence.
    fn apply(&mut self, params: &str) {
        if params.is_empty() {
            *self = Self::default();
        }
        let mut list = params.split(';');
        while let Some(param) = list.next() {
            if param.contains(':') {
                self.apply_colons(param);
                continue;
            }
            match number(param) {
                Some(38) => {
                    if let Some(color) = extended(&mut list) {
                        self.fg = Some(color);
                    }
                }
                Some(48) => {
                    if let Some(color) = extended(&mut list) {
                        self.bg = Some(color);
                    }
                }
                Some(code) => self.apply_code(code),
                None => {}
            }
        }
    }

    /// The form of ISO 8613-6, `38:2::255:0:0`.
    fn apply_colons(&mut self, param: &str) {
        let mut parts = param.split(':');
        let target = parts.next().and_then(number);
        let color = match parts.next().and_then(number) {
            Some(5) => parts.next().and_then(number).map(Color::Indexed),
            Some(2) => {
                // An optional colour space stands before the three channels.
                let channels = parts.clone().count();
                let mut rgb = parts.skip(usize::from(channels > 3)).map(number);
                rgb_from(|| rgb.next().flatten())
            }
            // 4:3 and the like: a style of underline; 4:0 is none.
            style => {
                if target == Some(4) {
                    self.underline = style != Some(0);
                }
                return;
            }
        };
        match target {
            Some(38) => self.fg = color.or(self.fg),
            Some(48) => self.bg = color.or(self.bg),
            _ => {}
        }
    }

    fn apply_code(&mut self, code: u8) {
        match code {
            0 => *self = Self::default(),
            1 => self.bold = true,
            2 => self.dim = true,
            3 => self.italic = true,
            4 | 21 => self.underline = true,
            7 => self.inverse = true,
            22 => (self.bold, self.dim) = (false, false),
            23 => self.italic = false,
            24 => self.underline = false,
            27 => self.inverse = false,
            30..=37 => self.fg = Some(Color::Indexed(code - 30)),
            39 => self.fg = None,
            40..=47 => self.bg = Some(Color::Indexed(code - 40)),
            49 => self.bg = None,
            90..=97 => self.fg = Some(Color::Indexed(code - 90 + 8)),
            100..=107 => self.bg = Some(Color::Indexed(code - 100 + 8)),
            _ => {}
        }
    }
}

/// The colour behind a 38 or 48: `5;n` or `2;r;g;b`.
fn extended<'a>(list: &mut impl Iterator<Item = &'a str>) -> Option<Color> {
    match list.next().and_then(number)? {
        5 => list.next().and_then(number).map(Color::Indexed),
        2 => rgb_from(|| list.next().and_then(number)),
        _ => None,
    }
}

fn rgb_from(mut channel: impl FnMut() -> Option<u8>) -> Option<Color> {
    let (r, g, b) = (channel(), channel(), channel());
    Some(Color::Rgb(r?, g?, b?))
}

/// An omitted parameter is 0; one above 255 is unknown.
fn number(param: &str) -> Option<u8> {
    if param.is_empty() {
        return Some(0);
    }
    param.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn one(line: &str) -> Style {
        spans(line).last().map(|(style, _)| style).unwrap()
    }

    #[test]
    fn a_line_without_escapes_is_borrowed() {
        assert!(matches!(strip("plain"), Cow::Borrowed("plain")));
        assert_eq!(
            spans("plain").collect::<Vec<_>>(),
            [(Style::default(), "plain")]
        );
        assert_eq!(spans("").count(), 0);
    }

    #[test]
    fn sequences_of_every_kind_are_removed() {
        for (line, text) in [
            ("\x1b[31mred\x1b[0m", "red"),
            ("a\x1b[2Kb\x1b[1;1Hc", "abc"),
            ("\x1b]0;title\x07x", "x"),
            ("\x1b]8;;http://a\x1b\\link\x1b]8;;\x1b\\", "link"),
            ("\x1b(Bx\x1b7y", "xy"),
            ("cut \x1b[31", "cut "),
            ("cut \x1b", "cut "),
            ("\x1b]never ended", "]never ended"),
            ("\x1bé", "é"),
            ("\x1b[é", "é"),
        ] {
            assert_eq!(strip(line), text, "{line:?}");
        }
    }

    #[test]
    fn colours_of_every_form_are_read() {
        assert_eq!(one("\x1b[31mx").fg, Some(Color::Indexed(1)));
        assert_eq!(one("\x1b[92mx").fg, Some(Color::Indexed(10)));
        assert_eq!(one("\x1b[44mx").bg, Some(Color::Indexed(4)));
        assert_eq!(one("\x1b[38;5;208mx").fg, Some(Color::Indexed(208)));
        assert_eq!(one("\x1b[48;2;1;2;3mx").bg, Some(Color::Rgb(1, 2, 3)));
        assert_eq!(one("\x1b[38:2::1:2:3mx").fg, Some(Color::Rgb(1, 2, 3)));
        assert_eq!(one("\x1b[38:2:1:2:3mx").fg, Some(Color::Rgb(1, 2, 3)));
        assert_eq!(one("\x1b[38:5:9mx").fg, Some(Color::Indexed(9)));
        assert_eq!(one("\x1b[31;39mx"), Style::default());
        assert_eq!(one("\x1b[1;31m\x1b[mx"), Style::default());
    }

    #[test]
    fn attributes_are_set_and_cleared() {
        let style = one("\x1b[1;3;4;7mx");
        assert!(style.bold && style.italic && style.underline && style.inverse);
        assert_eq!(one("\x1b[1;2;3;4;7m\x1b[22;23;24;27mx"), Style::default());
        assert!(one("\x1b[4:3mx").underline && !one("\x1b[4m\x1b[4:0mx").underline);
    }

    proptest! {
        #[test]
        fn the_spans_together_are_the_stripped_line(
            line in "([a-zé]|\x1b|\x1b\\[[0-9;:]{0,8}[mKH]?|\x1b\\][a-z]{0,3}(\x07|\x1b\\\\)?|\\PC){0,20}",
        ) {
            let joined: String = spans(&line).map(|(_, text)| text).collect();
            prop_assert_eq!(&joined, &*strip(&line));
            prop_assert!(!has_escapes(&joined));
            prop_assert!(spans(&line).all(|(_, text)| !text.is_empty()));
        }
    }
}
