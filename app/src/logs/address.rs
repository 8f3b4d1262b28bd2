//! The view of a log in the address: what it is filtered by, so that a link shows the same lines, and
//! the back button the view before.
//!
//! | part | says |
//! |---|---|
//! | `q=` | the query; a pattern that the log is narrowed to is a part of it, by its text |
//! | `level=error,warn` | the severities that are switched on; all without it |
//! | `mark=` | a text that is marked; once for each of the colours, empty for one that is free |
//! | `beside=1` | a merged log stands side by side |
//! | `at=2026-01-31T10:15:00.5Z` | where to go first; it is not kept up to date |

use sidekick::logs::query::Query;
#[cfg(any(feature = "hydrate", test))]
use sidekick::logs::query::{self, When};
use sidekick::logs::{Filter, MAX_HIGHLIGHTS, Severity, SeveritySet};
use sidekick::time::{Millis, Nanos};

use super::controls::{Controls, controls};
use super::past::look_for;
use crate::pulse::pulse;
use crate::route::{Route, Tab, decode, encode};
use crate::signal::effect;
use crate::state::Seek;

/// Shortest time between two changes of the address, in milliseconds: browsers refuse too many.
const WRITE_MS: u64 = 400;

/// Longest query in an address, in bytes as it stands there: servers refuse an address that is too long, and
/// then a reload would show no log.
const MAX_BYTES: usize = 16 << 10;

/// What a log is filtered by, as far as it can be told to others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct View {
    pub(crate) text: String,
    pub(crate) severities: SeveritySet,
    /// Texts that are marked, by their colours; an empty one leaves its colour free.
    pub(crate) highlights: Vec<String>,
    /// A merged log stands side by side.
    pub(crate) beside: bool,
}

impl View {
    /// The view of a filter, which may be narrowed to the template with the text `pattern`.
    pub(crate) fn of(filter: &Filter, pattern: Option<String>) -> Self {
        let text = match pattern {
            None => filter.text.clone(),
            Some(pattern) => {
                let rest = match filter.language {
                    Some(language) => language.query(&filter.text),
                    None if filter.text.is_empty() => Query::EVERYTHING,
                    None => Query::Text(filter.text.clone()),
                };
                Query::all(vec![Query::Patterns(vec![pattern]), rest]).to_text()
            }
        };
        Self {
            text,
            severities: filter.severities,
            highlights: Vec::new(),
            beside: false,
        }
    }

    /// Reads the query part of an address; what it does not know it leaves out.
    pub(crate) fn parse(search: &str) -> Self {
        let mut view = Self::default();
        for (name, value) in parameters(search) {
            match name {
                "q" => view.text = value,
                "beside" => view.beside = value == "1",
                "level" => {
                    let named = Severity::ALL
                        .into_iter()
                        .filter(|it| value.split(',').any(|word| word == it.word()));
                    let set = named.fold(SeveritySet::default(), |set, it| match set.is_all() {
                        true => SeveritySet::only(it),
                        false => set.with(it),
                    });
                    view.severities = set;
                }
                "mark" if view.highlights.len() < MAX_HIGHLIGHTS => view.highlights.push(value),
                _ => {}
            }
        }
        while view.highlights.last().is_some_and(String::is_empty) {
            view.highlights.pop();
        }
        view
    }

    /// The query part of an address, with its `?`; empty for everything.
    pub(crate) fn search(&self) -> String {
        let mut out = String::new();
        if !self.text.is_empty() {
            out.push_str("?q=");
            encode(&self.text, &mut out);
            if out.len() > MAX_BYTES {
                out.clear();
            }
        }
        if !self.severities.is_all() {
            out.push(if out.is_empty() { '?' } else { '&' });
            let named = Severity::ALL
                .into_iter()
                .filter(|it| self.severities.contains(*it));
            let words: Vec<_> = named.map(Severity::word).collect();
            out.push_str("level=");
            out.push_str(&words.join(","));
        }
        for text in &self.highlights {
            let before = out.len();
            out.push_str(if out.is_empty() { "?mark=" } else { "&mark=" });
            encode(text, &mut out);
            if out.len() > MAX_BYTES {
                // Its colour stays free.
                out.truncate(before + "?mark=".len());
            }
        }
        if self.beside {
            out.push(if out.is_empty() { '?' } else { '&' });
            out.push_str("beside=1");
        }
        out
    }
}

/// The names and values in the query part of an address.
pub(crate) fn parameters(search: &str) -> impl Iterator<Item = (&str, String)> {
    search
        .trim_start_matches('?')
        .split('&')
        .filter_map(|part| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            Some((name, decode(&value.replace('+', " "))?))
        })
}

/// The instant that an address leads to.
fn at(search: &str) -> Option<Millis> {
    let mut parts = search.trim_start_matches('?').split('&');
    let text = decode(parts.find_map(|part| part.strip_prefix("at="))?)?;
    Some(Nanos::parse_rfc3339(text.as_bytes())?.millis())
}

impl Controls {
    /// A link to what is shown, at an instant.
    pub(super) fn link(self, time: Nanos) -> String {
        let path = self.dashboard.route.with_untracked(Route::path);
        let search = self.view().search();
        let sign = if search.is_empty() { '?' } else { '&' };
        format!("{}{path}{search}{sign}at={}", origin(), time.to_rfc3339())
    }

    /// The view that is shown.
    pub(crate) fn view(self) -> View {
        let of_filter = self.filter.with_untracked(|filter| {
            let pattern = filter.template.and_then(|id| {
                let logs = self.dashboard.logs;
                logs.with_value(|session| session.templates().pattern(id))
            });
            View::of(filter, pattern)
        });
        View {
            highlights: self.highlights.get_untracked(),
            beside: self.dashboard.beside.get_untracked(),
            ..of_filter
        }
    }

    /// Shows a view. Muted patterns stay so.
    pub(crate) fn show_view(self, view: View) {
        self.highlight(view.highlights);
        self.dashboard.beside.set(view.beside);
        self.change_filter(|filter| {
            filter.text = view.text;
            filter.severities = view.severities;
            filter.template = None;
        });
    }
}

/// Shows the view that the address asks for, and keeps the address on what is shown, as long as the
/// log's tab lives.
pub(super) fn keep() {
    let controls = controls();
    let dashboard = controls.dashboard;
    effect(move || {
        let asked = dashboard.asked.get();
        // What comes next may be another tab, which asks for itself.
        let own = dashboard.route.with_untracked(|it| it.tab) == Tab::Logs;
        if let Some(search) = asked.filter(|_| own) {
            dashboard.asked.set(None);
            controls.show_view(View::parse(&search));
            if let Some(time) = at(&search) {
                look_for(dashboard, Seek::Time(time));
            }
        }
    });
    let of = dashboard.subject.get_untracked();
    let settled = pulse(controls.filter, WRITE_MS);
    let marked = pulse(controls.highlights, WRITE_MS);
    effect(move || {
        settled.track();
        marked.track();
        dashboard.beside.track();
        let tab = dashboard.route.with(|route| route.tab);
        let same = dashboard.subject.with_untracked(|now| *now == of);
        if same && tab == Tab::Logs && dashboard.asked.get().is_none() {
            write(controls);
        }
    });
    controls.follow_clock();
}

/// Writes what is shown into the address: what was chosen by a click as a step that the back button
/// takes back, what was typed in place of what was there.
#[cfg(feature = "hydrate")]
fn write(controls: Controls) {
    use crate::live::history;

    let (view, before) = (controls.view(), View::parse(&history::asked_view()));
    if view != before {
        let path = controls
            .dashboard
            .route
            .with_untracked(|route| route.path());
        let typed = view.text != before.text && !is_stretch(&before.text, &view.text);
        history::write_path(&format!("{path}{}", view.search()), !typed);
    }
}

/// Whether a text differs from the one before by a stretch of time as charts name it: nobody types that.
#[cfg(any(feature = "hydrate", test))]
fn is_stretch(before: &str, text: &str) -> bool {
    let bare = |text: &str| query::with_span(text, (None, None));
    let span = query::parse(text, None).query.span();
    matches!(span, (Some(When::At(_)), Some(When::At(_)))) && bare(before) == bare(text)
}

#[cfg(feature = "hydrate")]
fn origin() -> String {
    leptos::prelude::location().origin().unwrap_or_default()
}

/// The server has no address.
#[cfg(not(feature = "hydrate"))]
fn origin() -> String {
    String::new()
}

/// The server has no address to write.
#[cfg(not(feature = "hydrate"))]
fn write(controls: Controls) {
    let _ = controls.view().search();
}

#[cfg(test)]
mod tests {
    use super::*;
    use sidekick::logs::query::{Language, parse};

    #[test]
    fn a_stretch_of_a_chart_is_told_from_what_is_typed() {
        const TIMES: &str = "after:2026-01-31T10:15:00Z before:2026-01-31T10:16:00Z";
        let timed = |text: &str| format!("{text} {TIMES}");
        assert!(is_stretch("", TIMES));
        assert!(is_stretch("level:bogus x", &timed("level:bogus x")));
        assert!(is_stretch("x after:15m", &timed("x")));
        assert!(!is_stretch("x", &timed("xy")));
        assert!(!is_stretch("x", "x after:10:15"));
        assert!(!is_stretch(TIMES, ""));
    }

    #[test]
    fn a_view_is_read_back_from_its_address() {
        let two = SeveritySet::only(Severity::Error).with(Severity::Warn);
        for (text, severities) in [
            ("", SeveritySet::ALL),
            ("level>=warn path=/a b&c=d \"ü + 1\" 100%", SeveritySet::ALL),
            ("", two),
            ("timeout", two),
        ] {
            for highlights in [
                vec![],
                vec!["a&b ü".to_owned(), String::new(), "/x+/i".to_owned()],
            ] {
                let view = View {
                    text: text.to_owned(),
                    severities,
                    highlights,
                    beside: !text.is_empty(),
                };
                assert_eq!(View::parse(&view.search()), view);
            }
        }
        assert_eq!(View::default().search(), "");
    }

    #[test]
    fn a_text_that_no_server_takes_is_left_out() {
        let mut view = View {
            text: "ü".repeat(1000),
            severities: SeveritySet::only(Severity::Error),
            ..View::default()
        };
        assert_eq!(View::parse(&view.search()), view);
        view.text = "ü".repeat(10_000);
        assert_eq!(view.search(), "?level=error");
        view.highlights = vec!["ü".repeat(10_000), "b".to_owned()];
        assert_eq!(view.search(), "?level=error&mark=&mark=b");
    }

    #[test]
    fn what_an_address_should_not_hold_is_left_out() {
        for search in ["?", "?x=1&level=loud&q=%zz", "?level=", "?mark=&mark="] {
            assert_eq!(View::parse(search), View::default(), "{search}");
        }
        assert_eq!(View::parse("?q=a+b&level=error").text, "a b");
    }

    #[test]
    fn an_address_leads_to_an_instant() {
        let time = Nanos(1_700_000_000_123_456_789);
        let search = format!("?q=a&at={}", time.to_rfc3339());
        assert_eq!(at(&search), Some(time.millis()));
        assert_eq!(at("?at=soon"), None);
        assert_eq!(View::parse(&search).search(), "?q=a");
    }

    #[test]
    fn a_pattern_is_told_by_its_text_with_what_else_is_asked() {
        let filter = Filter {
            text: "status=500 or status=404".to_owned(),
            language: Some(Language::QUERIES),
            ..Filter::default()
        };
        let view = View::of(&filter, Some("GET <path> took \"<num>\"".to_owned()));
        let read = parse(&view.text, None);
        let Query::All(parts) = read.query else {
            unreachable!("{}", view.text)
        };
        let pattern = Query::Patterns(vec!["GET <path> took \"<num>\"".to_owned()]);
        assert!(
            read.problems.is_empty() && parts[0] == pattern,
            "{}",
            view.text
        );
        assert_eq!(parts[1], parse(&filter.text, None).query);
    }
}
