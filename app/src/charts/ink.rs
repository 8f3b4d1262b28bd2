//! The colours of a chart, by name. Their values are the page's CSS custom properties, so the
//! theme stays in one place.

/// A colour of the page's theme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// Axis labels.
    Label,
    /// Grid lines.
    Grid,
    /// The main curve of a chart.
    Brand,
    /// A second curve beside it.
    Second,
    /// What is well.
    Well,
    /// A severity, by its index from fatal (0) to unknown (6).
    Severity(u8),
    /// One of the colours that tell sources apart; wraps round after [`SOURCES`].
    Source(u16),
}

/// How many colours tell sources apart.
pub const SOURCES: u16 = 8;

/// Colour number of a source, 0 to [`SOURCES`] - 1: also the suffix of its CSS class.
#[must_use]
pub fn source_color(source: u16) -> u16 {
    source % SOURCES
}

const SEVERITIES: [&str; 7] = [
    "--fatal",
    "--error",
    "--warn",
    "--info",
    "--debug",
    "--trace",
    "--unknown",
];
const SOURCE_NAMES: [&str; SOURCES as usize] = [
    "--source-0",
    "--source-1",
    "--source-2",
    "--source-3",
    "--source-4",
    "--source-5",
    "--source-6",
    "--source-7",
];

impl Ink {
    /// The CSS custom property that holds the colour.
    #[must_use]
    pub fn property(self) -> &'static str {
        match self {
            Self::Label => "--dim",
            Self::Grid => "--line",
            Self::Brand => "--brand",
            Self::Second => "--warn",
            Self::Well => "--ok",
            Self::Severity(index) => SEVERITIES[usize::from(index).min(SEVERITIES.len() - 1)],
            Self::Source(source) => SOURCE_NAMES[usize::from(source_color(source))],
        }
    }
}

#[cfg(any(feature = "hydrate", test))]
/// Reads a colour as a custom property holds it: `#rgb` or `#rrggbb`.
#[must_use]
pub(super) fn parse_color(text: &str) -> Option<(u8, u8, u8)> {
    let digits = text.trim().strip_prefix('#')?;
    if !digits.is_ascii() {
        return None;
    }
    let byte = |from: usize, len: usize| u8::from_str_radix(digits.get(from..from + len)?, 16).ok();
    match digits.len() {
        3 => Some((byte(0, 1)? * 17, byte(1, 1)? * 17, byte(2, 1)? * 17)),
        6 => Some((byte(0, 2)?, byte(2, 2)?, byte(4, 2)?)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_of_the_stylesheet_are_read() {
        assert_eq!(parse_color(" #6ea8ff"), Some((0x6e, 0xa8, 0xff)));
        assert_eq!(parse_color("#fff"), Some((255, 255, 255)));
        for text in ["", "red", "#12", "#12345g", "#é1234"] {
            assert_eq!(parse_color(text), None, "{text}");
        }
    }

    #[test]
    fn every_source_has_a_colour() {
        for source in [0, 7, 8, u16::MAX] {
            assert!(Ink::Source(source).property().starts_with("--source-"));
        }
    }
}
