//! What the parts of the tab share. The session's filter is the truth (another log begins with
//! a fresh one, and the Patterns tab sets it too); the signal is its image.

use crate::signal::{RwSignal, effect};
use leptos::prelude::*;
use sidekick::{
    logs::{
        Filter, LogSession, Stretch, is_expression,
        query::{Here, Query, narrowed},
    },
    time::Millis,
};

use crate::{
    charts::Clock,
    later,
    state::{Dashboard, dashboard},
};

/// Handles that the tab gives to its parts by context.
#[derive(Clone, Copy)]
pub(crate) struct Controls {
    pub(crate) dashboard: Dashboard,
    /// What the log is filtered by.
    pub(crate) filter: RwSignal<Filter>,
    /// The texts that are marked in it, by their colours; an empty one leaves its colour free.
    pub(super) highlights: RwSignal<Vec<String>>,
    /// That there is no such line as the last step was to lead to, for people.
    pub(super) missed: RwSignal<Option<String>>,
    /// What to scroll to; the list takes it away again.
    pub(super) go_to: RwSignal<Option<Goal>>,
    /// The rows that are selected.
    pub(crate) stretch: RwSignal<Option<Stretch>>,
}

/// A place in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Goal {
    /// The first line at or after an instant.
    Time(Millis),
    /// The row with this number, or the next one.
    Row(u64),
    /// Likewise, which is marked and stands amid others.
    Marked(u64),
    /// The first line at or after an instant, until [`Back`](Self::Back) or another goal.
    Glance(Millis),
    /// Where somebody read before the glances.
    Back,
}

impl Controls {
    /// Makes the handles and gives them to the components below.
    pub(crate) fn provide() -> Self {
        let dashboard = dashboard();
        let filter = dashboard
            .logs
            .with_value(|session| session.filter().clone());
        let highlights = dashboard.logs.with_value(marked);
        let controls = Self {
            dashboard,
            filter: RwSignal::new(filter),
            highlights: RwSignal::new(highlights),
            missed: RwSignal::new(None),
            go_to: RwSignal::new(None),
            stretch: RwSignal::new(None),
        };
        provide_context(controls);
        controls.take_language();
        effect(move || {
            dashboard.logs_version.track();
            let filter = dashboard
                .logs
                .with_value(|session| session.filter().clone());
            if controls.filter.with_untracked(|before| *before != filter) {
                controls.filter.set(filter);
            }
            let highlights = dashboard.logs.with_value(marked);
            if controls
                .highlights
                .with_untracked(|before| *before != highlights)
            {
                controls.highlights.set(highlights);
            }
        });
        controls
    }

    /// Reads the text anew where what reads it came, or is still on its way, since another view set the filter.
    fn take_language(self) {
        let filter = self.filter.get_untracked();
        let now = later::rest().map(|rest| rest.language);
        let lacks = filter
            .language
            .is_some_and(|language| language.lacks_engine(&filter.text));
        if !filter.text.is_empty() && now.is_some() && (lacks || filter.language != now) {
            self.set_filter(filter);
        }
    }

    /// Changes the filter of the session and everything that shows it.
    pub(crate) fn change_filter(self, change: impl FnOnce(&mut Filter)) {
        let mut filter = self.filter.get_untracked();
        change(&mut filter);
        self.set_filter(filter);
    }

    /// Adds a condition to the query.
    pub(crate) fn narrow(self, query: Query) {
        self.change_filter(|filter| {
            filter.text = narrowed(&filter.text, &query);
        });
    }

    /// Reads the times of the query anew, which may mean others now.
    pub(super) fn read_anew(self) {
        self.set_filter(self.filter.get_untracked());
    }

    /// Marks these texts in the log, and no others.
    pub(super) fn highlight(self, texts: Vec<String>) {
        let language = later::rest().map(|rest| rest.language);
        let lacks = |it: &String| {
            is_expression(it) && language.is_some_and(|language| language.lacks_engine(it))
        };
        if texts.iter().any(lacks) {
            later::bring_expressions(move || {
                if let Some(texts) = self.highlights.try_get_untracked() {
                    self.highlight(texts);
                }
            });
        }
        self.dashboard.set_highlights(&texts, language);
        self.highlights.set(self.dashboard.logs.with_value(marked));
    }

    fn set_filter(self, mut filter: Filter) {
        filter.language = later::rest().map(|rest| rest.language);
        if filter.language.is_none() && !filter.text.is_empty() {
            // What is typed before the language is here is read anew once it is.
            later::bring(move || {
                if let Some(filter) = self.filter.try_get_untracked() {
                    self.set_filter(filter);
                }
            });
        }
        if filter
            .language
            .is_some_and(|language| language.lacks_engine(&filter.text))
        {
            later::bring_expressions(move || {
                if let Some(filter) = self.filter.try_get_untracked() {
                    self.set_filter(filter);
                }
            });
        }
        let now = self.dashboard.now.get_untracked();
        filter.here = Here {
            now,
            ahead_ms: Clock::new(self.dashboard.utc.get_untracked()).offset_ms(now),
        };
        self.filter.set(filter.clone());
        self.dashboard.set_filter(filter);
    }
}

/// The texts that are marked, by their places.
fn marked(session: &LogSession) -> Vec<String> {
    let texts = session.highlights().map(|(text, _)| text.to_owned());
    texts.collect()
}

/// The handles of the tab around.
pub(super) fn controls() -> Controls {
    expect_context()
}
