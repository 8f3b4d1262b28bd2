//! A text that is looked for in lines, letter case aside.
//!
//! A text of ASCII is found by bytes, its letters in either case. In any other text, characters
//! are compared whole and by their lower case. There the bytes that every match has in common, the
//! *anchor*, find the lines that come into question.

use std::ops::Range;

use scan::Needle;

/// A text to look for.
#[derive(Clone, Debug)]
pub(in crate::logs) struct Phrase {
    text: String,
    /// Bytes that stand in every match; all of the text where it is ASCII.
    anchor: Option<Needle>,
}

impl Phrase {
    /// A text to look for, which is not empty.
    pub(in crate::logs) fn new(text: &str) -> Self {
        let anchor = match text.is_ascii() {
            true => text.as_bytes(),
            false => fixed(text),
        };
        Self {
            anchor: Needle::new(anchor),
            text: text.to_owned(),
        }
    }

    /// Bytes that stand in every match, if there are such.
    pub(super) fn anchor(&self) -> Option<&Needle> {
        self.anchor.as_ref()
    }

    /// Whether the anchor is all of it.
    pub(super) fn is_ascii(&self) -> bool {
        self.text.is_ascii()
    }

    /// The first place at or behind `from` where it stands in `line`.
    pub(in crate::logs) fn find(&self, line: &str, from: usize) -> Option<Range<usize>> {
        if self.is_ascii() {
            let at = self.anchor.as_ref()?.find(line.as_bytes(), from)?;
            return Some(at..at + self.text.len());
        }
        // Most lines have nothing that could be it.
        if let Some(anchor) = &self.anchor {
            anchor.find(line.as_bytes(), from)?;
        }
        let behind = line.get(from..)?;
        let mut starts = behind.char_indices().map(|(at, _)| from + at);
        starts.find_map(|at| Some(at..at + self.length_at(&line[at..])?))
    }

    /// Whether it stands in `line`.
    pub(in crate::logs) fn is_in(&self, line: &str) -> bool {
        self.find(line, 0).is_some()
    }

    /// Whether it is all of `text`.
    pub(super) fn is(&self, text: &str) -> bool {
        match self.is_ascii() {
            true => self.text.eq_ignore_ascii_case(text),
            false => self.length_at(text) == Some(text.len()),
        }
    }

    /// Length in bytes of the start of `text` that equals this in lower case. Characters are compared
    /// whole, because lower case may have another length.
    fn length_at(&self, text: &str) -> Option<usize> {
        let mut rest = text.chars();
        for want in self.text.chars() {
            let have = rest.next()?;
            if have != want && !have.to_lowercase().eq(want.to_lowercase()) {
                return None;
            }
        }
        Some(text.len() - rest.as_str().len())
    }
}

/// The longest part of a text whose bytes are the same in everything that equals it in lower case, but
/// for the case of letters of ASCII.
fn fixed(text: &str) -> &[u8] {
    let mut longest = 0..0;
    let mut start = 0;
    for (at, it) in text.char_indices().chain([(text.len(), 'k')]) {
        if !is_fixed(it) {
            if at - start > longest.len() {
                longest = start..at;
            }
            start = at + it.len_utf8();
        }
    }
    &text.as_bytes()[longest]
}

/// Whether no other character has this one's lower case, but for the other case of a letter of ASCII.
/// (The Kelvin sign's is `k`.) Of the others only the large blocks of scripts without case are told,
/// for a table of all is several kilobytes.
fn is_fixed(it: char) -> bool {
    match it {
        'k' | 'K' => false,
        '\0'..='\x7f' => true,
        // Hebrew to Myanmar, Ethiopic; from the radicals of CJK to Yi; Hangul, and ideographs.
        '\u{590}'..='\u{109f}' | '\u{1100}'..='\u{139f}' => true,
        '\u{2e80}'..='\u{a63f}' | '\u{ac00}'..='\u{faff}' => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// All places, as the naive way finds them.
    fn naive(line: &str, text: &str) -> Option<Range<usize>> {
        if text.is_ascii() {
            let (line, text) = (line.to_ascii_lowercase(), text.to_ascii_lowercase());
            return line.find(&text).map(|at| at..at + text.len());
        }
        let lower = |it: char| it.to_lowercase().collect::<String>();
        let want: Vec<_> = text.chars().map(lower).collect();
        let have: Vec<_> = line
            .char_indices()
            .map(|(at, it)| (at, lower(it)))
            .collect();
        let first = have
            .windows(want.len())
            .find(|it| it.iter().map(|it| &it.1).eq(&want))?;
        let end = have
            .iter()
            .find(|it| it.0 > first[want.len() - 1].0)
            .map_or(line.len(), |it| it.0);
        Some(first[0].0..end)
    }

    #[test]
    fn characters_that_are_fixed_have_no_other_with_their_lower_case() {
        for it in (0..=0x10_ffff).filter_map(char::from_u32) {
            let mut lower = it.to_lowercase();
            if let (Some(lower), None) = (lower.next(), lower.next())
                && lower != it
            {
                assert!(
                    it.is_ascii() || !is_fixed(it) && !is_fixed(lower),
                    "{it} {lower}"
                );
            }
        }
        assert!(is_fixed('中') && is_fixed('한') && is_fixed('a') && !is_fixed('é'));
    }

    #[test]
    fn a_text_is_all_of_another_only_from_start_to_end() {
        for (text, other, is) in [
            ("abc", "ABC", true),
            ("abc", "abcd", false),
            ("zoë", "ZOË", true),
            ("zoë", "zoë!", false),
            ("k", "\u{212a}", false),
            ("ék", "É\u{212a}", true),
        ] {
            assert_eq!(Phrase::new(text).is(other), is, "{text} {other}");
        }
    }

    proptest! {
        #[test]
        fn it_is_found_where_the_naive_way_finds_it(
            line in "[a-cA-CkKéÉß\u{1e9e}\u{212a}дД中 ]{0,30}", text in "[a-ckKéÉßдД中]{1,3}",
        ) {
            let phrase = Phrase::new(&text);
            let found = phrase.find(&line, 0);
            prop_assert_eq!(&found, &naive(&line, &text));
            prop_assert_eq!(phrase.is_in(&line), found.is_some());
            // The anchor stands in every line that matches.
            let anchored = phrase.anchor().is_none_or(|it| it.find(line.as_bytes(), 0).is_some());
            prop_assert!(found.is_none() || anchored);
            prop_assert_eq!(phrase.is(&line), found == Some(0..line.len()) && !line.is_empty());
        }

        #[test]
        fn any_text_is_found_in_itself(text in "\\PC{1,8}", before in "\\PC{0,8}") {
            let phrase = Phrase::new(&text);
            let line = before + &text.to_uppercase().to_lowercase() + &text;
            let found = phrase.find(&line, 0);
            prop_assert!(found.is_some_and(|it| line.get(it).is_some()));
        }
    }
}
