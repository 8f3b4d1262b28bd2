//! Older lines: what is said at the upper edge of the log, and the way to an instant, or to a line that
//! the filter lets through.

use crate::bind::{Erase, bound, click};
use crate::signal::{RwSignal, effect, memo};
use leptos::prelude::*;
use sidekick::logs::{Filter, LogSession, Towards, older::Before};

use super::controls::{Controls, Goal, controls};
use crate::charts::{Clock, plural};
use crate::state::{Dashboard, Landmark, Past, Seek};

/// Where the reader is.
#[derive(Clone, Copy)]
pub(crate) struct NearPast {
    /// The upper edge of what is held is in sight, or nearly.
    pub(super) near: RwSignal<bool>,
    /// All that is shown is in sight.
    pub(super) fits: RwSignal<bool>,
    /// The newest lines are followed.
    pub(super) following: RwSignal<bool>,
}

/// How the lines before those held are doing, while the reader is near them.
#[component]
pub(crate) fn PastStrip(near: NearPast) -> impl IntoView {
    let NearPast {
        near,
        fits,
        following,
    } = near;
    let controls = controls();
    let dashboard = controls.dashboard;
    effect(move || pursue(controls));
    let said = memo(move || {
        dashboard.logs_version.track();
        let past = dashboard.past.get();
        let seek = dashboard.seek.get();
        let reading = past == Past::Known(Before::Reading);
        let single = dashboard.pinned.with(Option::is_some);
        let more = single && !dashboard.logs.with_value(LogSession::is_whole);
        // Of a log that is in sight as a whole nothing is to be said: the rows would move below the
        // press that ends the following.
        let near = near.get() && if fits.get() { more } else { !following.get() };
        (reading || seek.is_some() || near).then(|| {
            let utc = dashboard.utc.get();
            let filtered = !controls.filter.with(Filter::is_all);
            dashboard.logs.with_value(|session| {
                let (text, offer) = say(session, &past, seek, single, utc);
                let offer = match offer {
                    Some(Offer::Load) if filtered => Some(Offer::Search),
                    other => other,
                };
                (text, offer)
            })
        })
    });
    let text = memo(move || said.get().map(|(text, _)| text).unwrap_or_default());
    let offer = memo(move || said.with(|said| said.as_ref().and_then(|(_, offer)| *offer)));
    view! {
        <div
            class="log-past"
            class:bare=move || text.with(String::is_empty)
            role="status"
            hidden=bound(move || said.with(Option::is_none))
        >
            <span>{move || text.get()}</span>
            <button
                type="button"
                class="button small"
                hidden=move || offer.get().is_none()
                on:click=click(move || {
                    if let Some(offer) = offer.get_untracked() {
                        take(dashboard, offer);
                    }
                })
            >
                {move || offer.get().map_or("", Offer::label)}
            </button>
        </div>
    }
    .erase()
}

/// What there is to be had by a click.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Offer {
    /// Older lines, a window of them.
    Load,
    /// As many as it takes for one that the filter lets through.
    Search,
    /// Older lines, while newer ones stay out.
    Keep,
    /// An end of the reading.
    Stop,
}

impl Offer {
    fn label(self) -> &'static str {
        match self {
            Self::Load => "Load older lines",
            Self::Search => "Search older lines",
            Self::Keep => "Keep these and load older lines",
            Self::Stop => "Stop",
        }
    }
}

fn take(dashboard: Dashboard, offer: Offer) {
    match offer {
        Offer::Load => dashboard.load_older(),
        Offer::Keep => dashboard.keep_and_load_older(),
        Offer::Stop => dashboard.stop_reading(),
        Offer::Search => {
            let first = dashboard.logs.with_value(|session| {
                let first = session.number_of(0);
                first.unwrap_or(session.store().first_row())
            });
            look_for(dashboard, Seek::Match(first));
        }
    }
}

/// Reads older lines until what is looked for is here, also where that failed before.
pub(super) fn look_for(dashboard: Dashboard, what: Seek) {
    if matches!(dashboard.past.get_untracked(), Past::Failed(_)) {
        dashboard.past.set(Past::default());
    }
    dashboard.seek.set(Some(what));
}

/// The words, and what is offered.
fn say(
    session: &LogSession,
    past: &Past,
    seek: Option<Seek>,
    single: bool,
    utc: bool,
) -> (String, Option<Offer>) {
    let (text, offer) = match past {
        Past::Failed(reason) => {
            let text = format!("Older lines cannot be read: {reason}");
            return (text, Some(Offer::Load));
        }
        _ if seek.is_some() || *past == Past::Known(Before::Reading) => {
            let time = session.first_time().unwrap_or_default();
            let before = Clock::new(utc).full(time);
            let before = before.get(..19).unwrap_or(&before).replace('T', " ");
            let text = match seek {
                Some(Seek::Match(from) | Seek::Step(_, from)) => {
                    let searched = from.saturating_sub(session.store().first_row());
                    let searched = plural(searched, "line", "lines");
                    format!("Searching lines before {before}… {searched} searched")
                }
                _ => format!("Loading older lines, before {before}…"),
            };
            return (text, seek.map(|_| Offer::Stop));
        }
        Past::Known(Before::Gone) => ("Docker no longer has the lines before these.", None),
        Past::Known(Before::Outrun) => (
            "Newer lines push these out before older ones come.",
            Some(Offer::Keep),
        ),
        Past::Known(_) if session.is_whole() => ("Beginning of the log", None),
        Past::Known(_) if single => ("", Some(Offer::Load)),
        Past::Known(_) => ("Older lines are in the log of each container.", None),
    };
    (text.to_owned(), offer)
}

/// What to do next for what is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    Wait,
    Load,
    /// Load, and keep what is held from being let go meanwhile.
    Keep,
    /// Begin with the newest lines: it is behind those held, where newer ones were let go.
    Anew,
    /// It is here, or as near as it can be had.
    Arrive(Option<Goal>),
}

fn next(session: &LogSession, past: &Past, seek: Seek, single: bool) -> Next {
    let (here, goal) = match seek {
        Seek::Time(time) => {
            let Some((first, last)) = session.first_time().zip(session.last_time()) else {
                return Next::Wait;
            };
            if session.is_cut() && last.millis() < time {
                return Next::Anew;
            }
            (first.millis() <= time, Some(Goal::Time(time)))
        }
        Seek::Match(_) if !is_searched(session, seek) => return Next::Wait,
        Seek::Match(from) => {
            // The one right before what was shown.
            let found = session.index_of(from).checked_sub(1);
            let found = found.and_then(|index| session.number_of(index));
            (found.is_some(), found.map(Goal::Row))
        }
        Seek::Step(..) if !is_searched(session, seek) => return Next::Wait,
        Seek::Step(what, before) => {
            let found = what.next(session, Towards::Older(before));
            (found.is_some(), found.map(Goal::Marked))
        }
    };
    match past {
        _ if here || session.is_whole() || !single => Next::Arrive(goal),
        Past::Known(Before::Reading) => Next::Wait,
        Past::Known(Before::Unknown | Before::Beginning) => Next::Load,
        Past::Known(Before::Outrun) => Next::Keep,
        Past::Known(Before::Gone) | Past::Failed(_) => Next::Arrive(goal),
    }
}

/// Whether all lines held were searched for what is looked for.
fn is_searched(session: &LogSession, seek: Seek) -> bool {
    let is_marked = !matches!(seek, Seek::Step(Landmark::Marked, _)) || session.is_marked_through();
    is_marked && session.search_progress().is_done()
}

/// Goes on towards what is looked for.
fn pursue(controls: Controls) {
    let dashboard = controls.dashboard;
    let past = dashboard.past.get();
    let Some(seek) = dashboard.seek.get() else {
        return;
    };
    let single = dashboard.pinned.with_untracked(Option::is_some);
    let next = dashboard.logs.with_value(|session| {
        if session.store().is_empty() || !is_searched(session, seek) {
            dashboard.logs_version.track();
        }
        next(session, &past, seek, single)
    });
    match next {
        Next::Wait => {}
        Next::Load => dashboard.load_older(),
        Next::Keep => dashboard.keep_and_load_older(),
        Next::Anew => {
            dashboard.begin_anew();
            dashboard.seek.set(Some(seek));
        }
        Next::Arrive(goal) => {
            dashboard.seek.set(None);
            match (goal, seek) {
                (None, Seek::Step(what, _)) => controls.missed.set(Some(what.missed(false))),
                (None, _) => {}
                _ => controls.go_to.set(goal),
            }
        }
    }
}

#[cfg(test)]
mod tests;
