//! Older lines: what is said at the upper edge of the log, and the way to an instant.

use crate::bind::{Erase, bound, click, on};
use crate::signal::{RwSignal, effect, memo};
use leptos::prelude::*;
use sidekick::logs::{LogSession, Row, older::Before};
use sidekick::time::{Millis, Nanos};

use super::controls::{Controls, controls};
use crate::charts::Clock;
use crate::state::Past;

/// How the lines before those held are doing, while the reader is near them.
#[component]
pub(super) fn PastStrip(
    /// The upper edge of what is held is in sight, or nearly.
    near: RwSignal<bool>,
    /// The newest lines are followed.
    following: RwSignal<bool>,
) -> impl IntoView {
    let controls = controls();
    let dashboard = controls.dashboard;
    effect(move || seek(controls));
    let said = memo(move || {
        dashboard.logs_version.track();
        let past = dashboard.past.get();
        let reading = past == Past::Known(Before::Reading);
        let shown = reading || dashboard.seek.get().is_some() || (near.get() && !following.get());
        let single = dashboard.pinned.with(Option::is_some);
        shown.then(|| {
            let utc = dashboard.utc.get();
            dashboard
                .logs
                .with_value(|session| say(session, &past, single, utc))
        })
    });
    let offer = memo(move || said.with(|said| said.as_ref().and_then(|(_, offer)| *offer)));
    view! {
        <div class="log-past" role="status" hidden=bound(move || said.with(Option::is_none))>
            <span>{move || said.get().map(|(text, _)| text).unwrap_or_default()}</span>
            <button
                type="button"
                class="button small"
                hidden=move || offer.get().is_none()
                on:click=click(move || match offer.get_untracked() {
                    Some(Offer::Keep) => dashboard.keep_and_load_older(),
                    _ => dashboard.load_older(),
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
    Load,
    /// Only where newer lines stay out.
    Keep,
}

impl Offer {
    fn label(self) -> &'static str {
        match self {
            Self::Load => "Load older lines",
            Self::Keep => "Keep these and load older lines",
        }
    }
}

/// The words, and what is offered.
fn say(session: &LogSession, past: &Past, single: bool, utc: bool) -> (String, Option<Offer>) {
    let (text, offer) = match past {
        Past::Failed(reason) => {
            let text = format!("Older lines cannot be read: {reason}");
            return (text, Some(Offer::Load));
        }
        Past::Known(Before::Reading) => {
            let time = first_time(session).unwrap_or_default();
            let before = Clock::new(utc).full(time);
            let before = before.get(..19).unwrap_or(&before).replace('T', " ");
            return (format!("Loading older lines, before {before}…"), None);
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

/// Goes on towards the instant that is looked for: there, once its lines are here.
fn seek(controls: Controls) {
    let dashboard = controls.dashboard;
    let past = dashboard.past.get();
    let Some(time) = dashboard.seek.get() else {
        return;
    };
    let first = dashboard.logs.with_value(first_time);
    let here = first.is_none_or(|first| first.millis() <= time)
        || dashboard.logs.with_value(LogSession::is_whole)
        || dashboard.pinned.with_untracked(Option::is_none);
    match past {
        Past::Known(Before::Reading) => {}
        Past::Known(Before::Unknown | Before::Beginning) if !here => dashboard.load_older(),
        Past::Known(Before::Outrun) if !here => dashboard.keep_and_load_older(),
        _ => {
            dashboard.seek.set(None);
            controls.go_to.set(Some(time));
        }
    }
}

/// When the first line held was printed.
fn first_time(session: &LogSession) -> Option<Nanos> {
    session.store().iter_from(0).find_map(|row| match row {
        Row::Entry { entry, .. } => Some(entry.time),
        Row::Note { .. } => None,
    })
}

/// A box for an instant, which the log is scrolled to.
#[component]
pub(super) fn GoTo() -> impl IntoView {
    let controls = controls();
    let dashboard = controls.dashboard;
    let wrong = RwSignal::new(false);
    let go = move |event| {
        let text = event_target_value(&event);
        let text = text.trim();
        let time = instant(
            text,
            dashboard.now.get_untracked(),
            dashboard.utc.get_untracked(),
        );
        wrong.set(!text.is_empty() && time.is_none());
        if time.is_some() {
            if matches!(dashboard.past.get_untracked(), Past::Failed(_)) {
                dashboard.past.set(Past::default());
            }
            dashboard.seek.set(time);
        }
    };
    view! {
        <input
            class="filter-input go-to"
            type="text"
            inputmode="numeric"
            placeholder="Go to 10:15"
            aria-label="Go to time"
            title="A time such as 10:15 or 10:15:30, or 2026-01-31 10:15"
            aria-invalid=move || wrong.get().to_string()
            on:change=on(go)
        />
    }
    .erase()
}

/// The instant that a text names: `10:15`, `10:15:30`, or with a date before it. Without one it is
/// the last such time.
fn instant(text: &str, now: Millis, utc: bool) -> Option<Millis> {
    let (date, time) = match text.split_once([' ', 'T']) {
        Some((date, time)) => (Some(date), time.trim()),
        None => (None, text),
    };
    let time = match time.split_once(':') {
        Some((hour, rest)) if hour.len() == 1 => format!("0{hour}:{rest}"),
        _ => time.to_owned(),
    };
    match date {
        Some(date) => parse(&format!("{date}T{time}"), utc),
        None => {
            let today = Clock::new(utc).full(now.into());
            let at = parse(&format!("{}T{time}", today.get(..10)?), utc)?;
            Some(if at > now { at.plus(-86_400_000) } else { at })
        }
    }
}

#[cfg(feature = "hydrate")]
fn parse(text: &str, utc: bool) -> Option<Millis> {
    let ms = js_sys::Date::parse(&format!("{text}{}", if utc { "Z" } else { "" }));
    (!ms.is_nan()).then_some(Millis(ms as i64))
}

/// Only the browser is asked for an instant.
#[cfg(not(feature = "hydrate"))]
fn parse(_: &str, _: bool) -> Option<Millis> {
    None
}
