//! Which rows of a log are shown.

use std::ops::Range;

use super::ansi;
use super::fields;
use super::severity::SeveritySet;
use super::store::Row;
use super::template::TemplateId;
use crate::protocol::LogStream;

/// What a row must be to be shown; the default shows everything.
///
/// Rows that stand for missing lines are always shown: what is missing could have matched.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Text that the line holds, letter case and escape sequences aside; empty for any.
    pub text: String,
    /// Severities to show.
    pub severities: SeveritySet,
    /// Only lines of this template.
    pub template: Option<TemplateId>,
    /// Only lines of this stream.
    pub stream: Option<LogStream>,
    /// Only structured lines whose fields have these values, all of them.
    pub fields: Vec<FieldCondition>,
}

/// What a field of a structured line must be.
///
/// It brings the reader of structured lines along, so that a page that never makes a condition
/// does not have to download it.
#[derive(Clone, Debug)]
pub struct FieldCondition {
    key: String,
    value: String,
    holds: fn(&Self, &str) -> bool,
}

impl FieldCondition {
    /// The field `key` (letter case aside; `outer.inner` for a member of an object in an object)
    /// has this value, letter case aside.
    pub fn new(key: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            key: key.into(),
            value: value.into(),
            holds: |it, line| {
                fields::parse(line)
                    .and_then(|found| found.get(&it.key).map(|value| value.is(&it.value)))
                    .unwrap_or(false)
            },
        }
    }
}

impl PartialEq for FieldCondition {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key && self.value == other.value
    }
}

impl Eq for FieldCondition {}

impl Filter {
    /// Whether it shows everything.
    #[must_use]
    pub fn is_all(&self) -> bool {
        self.text.is_empty()
            && self.severities.is_all()
            && self.template.is_none()
            && self.stream.is_none()
            && self.fields.is_empty()
    }

    /// Whether `row` is shown.
    #[must_use]
    pub fn matches(&self, row: &Row<'_>) -> bool {
        let Row::Entry {
            entry,
            severity,
            template,
            ..
        } = row
        else {
            return true;
        };
        self.severities.contains(*severity)
            && (self.template.is_none() || self.template == *template)
            && self.stream.is_none_or(|stream| stream == entry.stream)
            && (self.text.is_empty() || contains(&ansi::strip(entry.text), &self.text))
            && (self.fields.is_empty() || self.fields_match(&ansi::strip(entry.text)))
    }

    /// Whether the fields of a line without escape sequences are those that were asked for.
    fn fields_match(&self, line: &str) -> bool {
        self.fields.iter().all(|it| (it.holds)(it, line))
    }

    /// Where the text stands in `stripped`, a line without escape sequences: byte ranges that do
    /// not overlap, for highlighting. None when the filter has no text.
    pub fn ranges<'a>(&'a self, stripped: &'a str) -> impl Iterator<Item = Range<usize>> + 'a {
        let mut from = 0;
        std::iter::from_fn(move || {
            if self.text.is_empty() {
                return None;
            }
            let found = find(stripped.get(from..)?, &self.text)?;
            let range = from + found.start..from + found.end;
            from = range.end;
            Some(range)
        })
    }
}

/// Whether `text` holds `needle`, letter case aside.
fn contains(text: &str, needle: &str) -> bool {
    find(text, needle).is_some()
}

/// The first place where `needle`, which is not empty, stands in `text`, letter case aside.
/// Nothing is allocated.
fn find(text: &str, needle: &str) -> Option<Range<usize>> {
    if needle.is_ascii() {
        find_ascii(text.as_bytes(), needle.as_bytes())
    } else {
        text.char_indices().find_map(|(at, _)| {
            let length = prefix_ignoring_case(&text[at..], needle)?;
            Some(at..at + length)
        })
    }
}

fn find_ascii(text: &[u8], needle: &[u8]) -> Option<Range<usize>> {
    let (&first, rest) = needle.split_first()?;
    let (lower, upper) = (first.to_ascii_lowercase(), first.to_ascii_uppercase());
    let last_start = text.len().checked_sub(needle.len())?;
    let starts = &text[..=last_start];
    let mut from = 0;
    loop {
        let at = from
            + starts[from..]
                .iter()
                .position(|&b| b == lower || b == upper)?;
        if text[at + 1..at + needle.len()].eq_ignore_ascii_case(rest) {
            return Some(at..at + needle.len());
        }
        from = at + 1;
    }
}

/// Length in bytes of the start of `text` that equals `needle` in lower case. Characters are
/// compared whole, because lower case may have another length.
fn prefix_ignoring_case(text: &str, needle: &str) -> Option<usize> {
    let mut rest = text.chars();
    let mut wanted = needle.chars();
    loop {
        let Some(want) = wanted.next() else {
            return Some(text.len() - rest.as_str().len());
        };
        let have = rest.next()?;
        if have != want && !have.to_lowercase().eq(want.to_lowercase()) {
            return None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logs::severity::Severity;
    use crate::protocol::EntryRef;
    use crate::time::Nanos;
    use proptest::prelude::*;

    fn row(text: &str) -> Row<'_> {
        Row::Entry {
            entry: EntryRef {
                time: Nanos(0),
                stream: LogStream::Stdout,
                truncated: false,
                untimed: false,
                lossy: false,
                text,
            },
            severity: Severity::Info,
            template: Some(TemplateId(3)),
            source: 0,
            goes_on: false,
        }
    }

    fn text(needle: &str) -> Filter {
        Filter {
            text: needle.to_owned(),
            ..Filter::default()
        }
    }

    fn field(key: &str, value: &str) -> FieldCondition {
        FieldCondition::new(key, value)
    }

    #[test]
    fn fields_are_compared_whole_and_all_of_them() {
        let line = r#"{"http":{"status":500},"user":"Zo\u00eb","path":"/a"}"#;
        let matches = |conditions: &[(&str, &str)]| {
            let fields = conditions.iter().map(|(key, value)| field(key, value));
            let filter = Filter {
                fields: fields.collect(),
                ..Filter::default()
            };
            assert!(!filter.is_all());
            filter.matches(&row(line))
        };
        assert!(matches(&[("http.status", "500")]));
        assert!(matches(&[("http.status", "500"), ("User", "zoë")]));
        assert!(!matches(&[("http.status", "50")]));
        assert!(!matches(&[("status", "500")]));
        assert!(!matches(&[("http.status", "500"), ("path", "/b")]));
    }

    #[test]
    fn letter_case_and_colours_do_not_matter_to_the_text() {
        assert!(text("ERROR").matches(&row("an error here")));
        assert!(text("straße").matches(&row("Große STRAßE 5")));
        assert!(text("ÄRGER").matches(&row("so ein ärger")));
        assert!(text("red line").matches(&row("a \x1b[31mred\x1b[0m line")));
        assert!(!text("[31m").matches(&row("a \x1b[31mred\x1b[0m line")));
        assert!(!text("errors").matches(&row("an error")));
    }

    #[test]
    fn every_condition_must_hold() {
        let all = Filter {
            text: "x".to_owned(),
            severities: SeveritySet::only(Severity::Info),
            template: Some(TemplateId(3)),
            stream: Some(LogStream::Stdout),
            fields: vec![field("status", "500")],
        };
        assert!(all.matches(&row("x status=500")));
        for filter in [
            text("y"),
            Filter {
                severities: SeveritySet::ALL.without(Severity::Info),
                ..Filter::default()
            },
            Filter {
                template: Some(TemplateId(4)),
                ..Filter::default()
            },
            Filter {
                stream: Some(LogStream::Stderr),
                ..Filter::default()
            },
        ] {
            assert!(!filter.matches(&row("x status=500")), "{filter:?}");
        }
        assert!(!all.matches(&row("x status=200")));
        assert!(Filter::default().is_all() && !all.is_all());
    }

    #[test]
    fn highlights_do_not_overlap() {
        let ranges: Vec<_> = text("aA").ranges("aaaa baab").collect();
        assert_eq!(ranges, [0..2, 2..4, 6..8]);
        assert_eq!(text("").ranges("abc").count(), 0);
    }

    proptest! {
        #[test]
        fn finding_equals_the_naive_way_for_ascii(line in "[a-cA-C ]{0,30}", needle in "[a-cA-C]{1,4}") {
            let naive = line.to_lowercase().find(&needle.to_lowercase());
            prop_assert_eq!(find(&line, &needle).map(|r| r.start), naive);
        }

        #[test]
        fn highlights_are_cut_at_character_boundaries(line in "\\PC{0,20}", needle in "\\PC{1,2}") {
            for range in text(&needle).ranges(&line) {
                prop_assert!(line.get(range).is_some());
            }
        }
    }
}
