//! How the streams are doing, said where their lines or curves stand.

use crate::bind::{Erase, bound, click};
use crate::signal::{Memo, memo};
use leptos::prelude::*;
use sidekick::{
    logs::{Filter, LogSession},
    protocol::StreamState,
    time::Millis,
};

use super::{controls::controls, list::selection_name};
use crate::state::{Dashboard, SourceInfo, dashboard};

/// One thing to say about a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Notice {
    text: String,
    /// Trying again now makes sense.
    retry: bool,
}

/// The states that need a word, above what is shown; with the way out of them.
#[component]
pub(crate) fn StreamNotice(
    /// What flows: `log` or `stats`.
    what: &'static str,
) -> impl IntoView {
    let dashboard = dashboard();
    // The wait counts from the moment the state came.
    let since = Memo::new(
        move |before: Option<&(Vec<(String, StreamState)>, Millis)>| {
            let states = states(dashboard);
            match before {
                Some((same, at)) if *same == states => (states, *at),
                _ => (states, dashboard.now.get_untracked()),
            }
        },
    );
    let notices = memo(move || {
        since.with(|(states, at)| {
            let waiting = states
                .iter()
                .any(|(_, state)| matches!(state, StreamState::Reconnecting { .. }));
            let passed = if waiting {
                dashboard.now.get().since(*at)
            } else {
                0
            };
            states
                .iter()
                .filter_map(|(name, state)| notice(name, state, what, passed))
                .collect::<Vec<_>>()
        })
    });
    let strip = move |notice: Notice| {
        view! {
            <div class="stream-notice" role="status">
                <span class="stream-notice-text">{notice.text}</span>
                {notice
                    .retry
                    .then(|| {
                        view! {
                            <button
                                type="button"
                                class="button"
                                on:click=click(move || dashboard.retry())
                            >
                                "Retry"
                            </button>
                        }
                        .erase()
                    })}
            </div>
        }
        .erase()
    };
    bound(move || notices.get().into_iter().map(strip).collect::<Vec<_>>())
}

/// What stands in place of the lines while there are none.
#[component]
pub(super) fn EmptyNotice() -> impl IntoView {
    let controls = controls();
    let dashboard = controls.dashboard;
    let held = memo(move || {
        dashboard.logs_version.track();
        dashboard.logs.with_value(Held::of)
    });
    let text = move || match held.get() {
        Held::Shown => None,
        Held::Sought => Some("Searching…".to_owned()),
        Held::Hidden => Some("No line matches the filter.".to_owned()),
        Held::Nothing => Some(empty(
            &dashboard.selection.with(selection_name),
            &states(dashboard),
        )),
    };
    view! {
        <div class="log-empty" hidden=move || text().is_none() role="status">
            <p>{move || text().unwrap_or_default()}</p>
            <button
                type="button"
                class="button"
                hidden=move || held.get() != Held::Hidden
                on:click=click(move || controls.change_filter(|filter| {
                    *filter = Filter {
                        muted: std::mem::take(&mut filter.muted),
                        ..Filter::default()
                    };
                }))
            >
                "Clear the filter"
            </button>
        </div>
    }
    .erase()
}

/// What there is to see of the lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Held {
    /// Lines, or at least the word that there were some.
    Shown,
    /// Lines that the filter hides, all of them.
    Hidden,
    /// Lines of which none matched yet.
    Sought,
    /// Nothing at all.
    Nothing,
}

impl Held {
    fn of(session: &LogSession) -> Self {
        if session.visible_lines() > 0 {
            Self::Shown
        } else if !session.search_progress().is_done() {
            Self::Sought
        } else if session.store().lines() > 0 {
            Self::Hidden
        } else if session.store().is_empty() {
            Self::Nothing
        } else {
            Self::Shown
        }
    }
}

/// Every stream of the subscription by name; the subscription itself under an empty one.
fn states(dashboard: Dashboard) -> Vec<(String, StreamState)> {
    let whole = dashboard.stream.get().map(|state| (String::new(), state));
    let name_and_state = |source: &SourceInfo| (source.name.clone(), source.state.clone());
    dashboard.sources.with(|sources| {
        let told = sources.iter().filter(|it| !came_back(it, sources));
        whole.into_iter().chain(told.map(name_and_state)).collect()
    })
}

/// Whether a source is of a container that left what is shown, and has joined again as another source since.
fn came_back(it: &SourceInfo, sources: &[SourceInfo]) -> bool {
    let again = |other: &SourceInfo| other.container == it.container && other.source > it.source;
    matches!(it.state, StreamState::Left { .. }) && sources.iter().any(again)
}

fn notice(name: &str, state: &StreamState, what: &str, passed_ms: i64) -> Option<Notice> {
    let of = if name.is_empty() {
        format!("The {what}")
    } else {
        format!("The {what} of {name}")
    };
    match state {
        StreamState::Reconnecting {
            attempt,
            retry_in_ms,
            reason,
        } => {
            let left = (i64::from(*retry_in_ms) - passed_ms).max(0);
            let when = match (left + 999) / 1000 {
                0 => "now".to_owned(),
                s => format!("in {s} s"),
            };
            Some(Notice {
                text: format!("{of} broke off: {reason}. Attempt {attempt} {when}."),
                retry: true,
            })
        }
        StreamState::Failed { reason, permanent } => Some(Notice {
            text: if *permanent {
                format!("{of} cannot be read: {reason}")
            } else {
                format!("{of} failed: {reason}")
            },
            retry: !permanent,
        }),
        StreamState::Left { name: now } => Some(Notice {
            text: format!("{name} is called {now} now, and is not part of this any more."),
            retry: false,
        }),
        _ => None,
    }
}

fn empty(name: &str, states: &[(String, StreamState)]) -> String {
    let all = |test: fn(&StreamState) -> bool| {
        !states.is_empty() && states.iter().all(|(_, state)| test(state))
    };
    let over = |state: &StreamState| matches!(state, StreamState::Ended | StreamState::Removed);
    if all(over) {
        format!("{name} printed nothing.")
    } else if all(|state| matches!(state, StreamState::Failed { .. })) {
        "There are no lines to show.".to_owned()
    } else if states.is_empty()
        || states
            .iter()
            .any(|(_, state)| *state == StreamState::Loading)
    {
        format!("Reading the log of {name}…")
    } else {
        format!("{name} has not printed anything yet. Its lines appear here at once.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sidekick::model::ContainerId;
    use sidekick::protocol::{Gap, GapReason, LogBatch, LogStream};
    use sidekick::time::Nanos;

    #[test]
    fn a_broken_stream_counts_down_to_the_next_attempt() {
        let state = StreamState::Reconnecting {
            attempt: 3,
            retry_in_ms: 8000,
            reason: "connection reset".into(),
        };
        let at = |passed| notice("web", &state, "log", passed).unwrap().text;
        assert_eq!(
            at(0),
            "The log of web broke off: connection reset. Attempt 3 in 8 s."
        );
        assert!(at(7_100).ends_with("Attempt 3 in 1 s."));
        assert!(at(9_000).ends_with("Attempt 3 now."));
    }

    #[test]
    fn a_container_that_left_what_is_shown_is_named_with_its_new_name() {
        let left = StreamState::Left { name: "old".into() };
        let told = notice("web", &left, "log", 0).unwrap();
        assert!(told.text.starts_with("web is called old now,"));
        assert!(!told.retry);
    }

    #[test]
    fn a_container_that_left_and_came_back_is_told_of_no_more() {
        let source = |source, container: &str, state| SourceInfo {
            source,
            container: ContainerId(container.to_owned()),
            name: "web".to_owned(),
            state,
        };
        let left = || StreamState::Left { name: "old".into() };
        let mut all = vec![source(0, "a", left()), source(1, "b", StreamState::Live)];
        assert!(!came_back(&all[0], &all));
        all.push(source(2, "a", StreamState::Live));
        assert!(came_back(&all[0], &all));
        all[2].state = left();
        assert!(came_back(&all[0], &all), "the last one tells it");
        assert!(!came_back(&all[2], &all));
    }

    #[test]
    fn only_what_may_heal_offers_another_try() {
        let failed = |permanent| StreamState::Failed {
            reason: "driver".into(),
            permanent,
        };
        assert!(notice("", &failed(false), "log", 0).unwrap().retry);
        let permanent = notice("", &failed(true), "log", 0).unwrap();
        assert!(!permanent.retry);
        for fine in [StreamState::Live, StreamState::Ended] {
            assert_eq!(notice("", &fine, "log", 0), None);
        }
    }

    #[test]
    fn a_filter_that_nothing_matches_says_so_also_beside_a_gap() {
        let mut session = LogSession::default();
        assert_eq!(Held::of(&session), Held::Nothing);
        let gap = Gap {
            lines: None,
            after: None,
            before: None,
            reason: GapReason::Rotated,
        };
        session.gap(0, gap);
        assert_eq!(Held::of(&session), Held::Shown);
        let mut batch = LogBatch::new();
        batch.push_line(Nanos(1), LogStream::Stdout, "hello");
        session.ingest(0, batch);
        session.set_filter(Filter {
            text: "nowhere".to_owned(),
            ..Filter::default()
        });
        assert_eq!(Held::of(&session), Held::Hidden);
        session.set_filter(Filter::default());
        assert_eq!(Held::of(&session), Held::Shown);
    }

    #[test]
    fn an_empty_log_says_why() {
        let of = |state| empty("web", &[(String::new(), state)]);
        assert_eq!(empty("web", &[]), "Reading the log of web…");
        assert_eq!(of(StreamState::Loading), "Reading the log of web…");
        assert_eq!(of(StreamState::Ended), "web printed nothing.");
        assert!(of(StreamState::Empty).contains("not printed anything yet"));
    }
}
