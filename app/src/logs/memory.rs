//! How much of a log the page holds: what somebody chose, kept in the browser, and what is held now.

use crate::bind::{Erase, bound, on};
use crate::signal::RwSignal;
use leptos::{ev, prelude::*};
use sidekick::logs::{LogSession, StoreLimits};

use super::{controls::controls, menu::Menu};
use crate::charts::{format_bytes, group_digits, plural};
use crate::preferences::{keep_limits, limits};
use crate::pulse::{TEXT_MS, pulse};

const LINES: [usize; 7] = [
    10_000, 50_000, 200_000, 500_000, 1_000_000, 2_000_000, 5_000_000,
];
const MEBIBYTES: [usize; 7] = [16, 32, 64, 128, 256, 512, 1024];

/// The button, and the choice.
#[component]
pub(super) fn Memory() -> impl IntoView {
    view! { <Menu label="Memory" draw=|_| view! { <Budget /> }.into_any() /> }
}

#[component]
fn Budget() -> impl IntoView {
    let dashboard = controls().dashboard;
    let version = pulse(dashboard.logs_version, TEXT_MS);
    let chosen = RwSignal::new(limits());
    let held = move || {
        version.track();
        dashboard.logs.with_value(held)
    };
    let choose = move |limits: StoreLimits| {
        keep_limits(limits);
        chosen.set(limits);
        dashboard.logs.update_value(|log| log.set_limits(limits));
        dashboard.redraw_logs();
    };
    let lines = move |event: ev::Event| {
        if let Ok(lines) = event_target_value(&event).parse() {
            let mebibytes = chosen.with_untracked(|it| it.max_bytes >> 20);
            choose(StoreLimits::of(lines, mebibytes));
        }
    };
    let bytes = move |event: ev::Event| {
        if let Ok(mebibytes) = event_target_value(&event).parse() {
            let lines = chosen.with_untracked(|it| it.max_lines);
            choose(StoreLimits::of(lines, mebibytes));
        }
    };
    let option = |value: usize, label: String, is: Box<dyn Fn() -> bool + Send + Sync>| {
        view! {
            <option value=value.to_string() prop:selected=bound(is)>
                {label}
            </option>
        }
        .erase()
    };
    let of_lines = LINES.map(|it| {
        let is = Box::new(move || chosen.with(|all| all.max_lines == it));
        option(it, group_digits(it as u64), is)
    });
    let of_bytes = MEBIBYTES.map(|it| {
        let is = Box::new(move || chosen.with(|all| all.max_bytes >> 20 == it));
        option(it, format!("{it} MiB"), is)
    });
    view! {
        <div class="menu-list" role="dialog" aria-label="Memory">
            <p class="memory-held" role="status">
                {bound(held)}
            </p>
            <label class="switch">
                "Hold at most" <select class="choice" on:change=on(lines)>
                    {Vec::from(of_lines)}
                </select> "lines"
            </label>
            <label class="switch">
                "or" <select class="choice" on:change=on(bytes)>
                    {Vec::from(of_bytes)}
                </select> "of text and columns"
            </label>
            <p class="dim">"Of each log, in this browser. The oldest lines go first."</p>
        </div>
    }
    .erase()
}

/// What is held of a log, and what went.
fn held(log: &LogSession) -> String {
    let store = log.store();
    let mut text = format!(
        "{} held in {}",
        plural(store.lines() as u64, "line", "lines"),
        format_bytes(store.heap_bytes() as f64),
    );
    let (older, newer) = log.let_go();
    if older + newer > 0 {
        text.push_str(&format!("; {} let go", group_digits(older + newer)));
    }
    text
}
