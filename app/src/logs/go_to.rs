//! The box for an instant.

use crate::bind::on;
use crate::signal::RwSignal;
use leptos::prelude::*;
use sidekick::time::Millis;

use super::{controls::controls, past::look_for};
use crate::charts::Clock;
use crate::state::Seek;

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
        if let Some(time) = time {
            look_for(dashboard, Seek::Time(time));
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
            aria-describedby="go-to-problem"
            on:change=on(go)
        />
        <span id="go-to-problem" class="let-go" role="status" hidden=move || !wrong.get()>
            "Write 10:15, 10:15:30 or 2026-01-31 10:15"
        </span>
    }
}

/// The instant that a text names: `10:15`, `10:15:30`, or with a date before it. Without one it is
/// the last such time.
pub(crate) fn instant(text: &str, now: Millis, utc: bool) -> Option<Millis> {
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
