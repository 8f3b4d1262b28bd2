//! Which rows of a log are shown.

use std::ops::Range;
use std::sync::Arc;

use super::query::checks::{Levels, OtherTemplates, Stream, Templates};
use super::query::phrase::Phrase;
use super::query::{Here, Known, Language, Plan};
use super::severity::SeveritySet;
use super::template::TemplateId;
use crate::protocol::LogStream;

/// What a row must be to be shown; the default shows everything.
///
/// Rows that stand for missing lines are always shown: what is missing could have matched.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// What somebody wrote: text that the line holds, letter case and escape sequences aside, or with
    /// a language a query. Empty for any.
    pub text: String,
    /// Severities to show.
    pub severities: SeveritySet,
    /// Only lines of this template.
    pub template: Option<TemplateId>,
    /// Without the lines of these templates, unless one template alone is asked for.
    pub muted: Vec<TemplateId>,
    /// Only lines of this stream.
    pub stream: Option<LogStream>,
    /// What reads the text; without one all text is plain.
    pub language: Option<Language>,
    /// The clock that times in the text are read by.
    pub here: Here,
}

impl Filter {
    /// Whether it shows everything.
    #[must_use]
    pub fn is_all(&self) -> bool {
        self.text.is_empty()
            && self.severities.is_all()
            && self.template.is_none()
            && self.muted.is_empty()
            && self.stream.is_none()
    }

    /// All of it, bound to what is known.
    #[must_use]
    pub fn plan(&self, known: &Known<'_>) -> Plan {
        let mut plan = self.of_text(known);
        if !self.severities.is_all() {
            plan.add(Arc::new(Levels(self.severities)));
        }
        if let Some(id) = self.template {
            let all = known.family(&[id]);
            plan.name_templates(&all);
            plan.add(Arc::new(Templates(all)));
        } else if !self.muted.is_empty() {
            let all = known.family(&self.muted);
            plan.name_templates(&all);
            plan.add(Arc::new(OtherTemplates(all)));
        }
        if let Some(stream) = self.stream {
            plan.add(Arc::new(Stream(stream)));
        }
        plan
    }

    fn of_text(&self, known: &Known<'_>) -> Plan {
        let mut plan = Plan::default();
        match self.language {
            _ if self.text.trim().is_empty() => {}
            Some(language) => language.bind(&self.text, known, &mut plan),
            None => plan.add(Arc::new(Phrase::new(self.text.trim()))),
        }
        plan
    }

    /// What to do about what cannot be read of the text; while somebody is `typing` it, not about what is only
    /// half there.
    #[must_use]
    pub fn advice(&self, typing: bool) -> Option<String> {
        self.language?.advice(&self.text, typing)
    }

    /// Where the text, or what a query looks for, stands in `stripped`, a line without escape
    /// sequences: byte ranges in order that do not overlap, for highlighting.
    pub fn ranges(&self, stripped: &str) -> impl Iterator<Item = Range<usize>> + use<> {
        self.of_text(&Known::default()).marks(stripped).into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(text: &str) -> Filter {
        Filter {
            text: text.to_owned(),
            ..Filter::default()
        }
    }

    #[test]
    fn text_is_a_query_only_with_a_language() {
        let plain = text("status=500 OR");
        let query = Filter {
            language: Some(Language::QUERIES),
            ..plain.clone()
        };
        assert!(plain != query && plain.advice(false).is_none() && query.advice(true).is_none());
        assert_eq!(plain.ranges("x status=500 or y").next(), Some(2..15));
        assert_eq!(query.ranges("x status=500 or y").next(), None);
        let advice = |text: &str, typing| {
            let text = text.to_owned();
            Filter {
                text,
                ..query.clone()
            }
            .advice(typing)
        };
        assert!(advice("level:erro", true).is_none(), "half typed");
        for (text, typing) in [("level:erro", false), ("level:erro x", true)] {
            assert!(advice(text, typing).is_some_and(|it| it.contains("fatal, error")));
        }
        for text in ["took>=500MS", "after:yesterday"] {
            assert!(advice(text, false).is_some(), "{text}");
        }
        assert!(advice("/a+/", true).is_some());
        assert!(Filter::default().is_all() && !plain.is_all());
    }

    #[test]
    fn highlights_do_not_overlap() {
        let ranges: Vec<_> = text("aA").ranges("aaaa baab").collect();
        assert_eq!(ranges, [0..2, 2..4, 6..8]);
        assert_eq!(text("").ranges("abc").count(), 0);
    }

    proptest! {
        #[test]
        fn highlights_are_cut_at_character_boundaries(line in "\\PC{0,20}", needle in "\\PC{1,2}") {
            for range in text(&needle).ranges(&line) {
                prop_assert!(line.get(range).is_some());
            }
        }
    }
}
