//! The filter's box, what cannot be read in it, how many lines match, and the template that the
//! log is narrowed to.

use crate::bind::{Erase, bound, click, on, when};
use crate::signal::{RwSignal, memo};
use leptos::{ev, html, prelude::*};
use sidekick::logs::{Filter, LogSession};

use super::{controls::controls, go_to::GoTo};
use crate::{
    charts::plural,
    later::{Part, part_at_last},
    pulse::{TEXT_MS, pulse},
};

/// The filter's text box with the number of matching lines.
#[component]
pub(crate) fn FilterBox() -> impl IntoView {
    let controls = controls();
    let dashboard = controls.dashboard;
    let version = pulse(dashboard.logs_version, TEXT_MS);
    let text = move || controls.filter.with(|filter| filter.text.clone());
    let searched = memo(move || {
        version.track();
        // With a new filter at once: what was found so far is not all of it.
        controls.filter.track();
        dashboard.logs.with_value(searched)
    });
    let searched = move || searched.get();
    let lines = move || {
        version.track();
        let all = controls.filter.with(Filter::is_all);
        if let Some(searched) = searched() {
            let found = dashboard.logs.with_value(LogSession::visible_lines);
            return format!(
                "{} found, {searched} % searched",
                crate::charts::group_digits(found as u64)
            );
        }
        let (shown, lines) = dashboard.logs.with_value(|session| {
            (
                session.visible_lines() as u64,
                session.store().lines() as u64,
            )
        });
        if all {
            plural(lines, "line", "lines")
        } else {
            format!(
                "{} of {}",
                crate::charts::group_digits(shown),
                plural(lines, "line", "lines")
            )
        }
    };
    let let_go = move || {
        version.track();
        let_go(dashboard.logs.with_value(LogSession::let_go))
    };
    let typing = RwSignal::new(false);
    let problem = memo(move || controls.filter.with(|it| it.advice(typing.get())));
    let input = NodeRef::<html::Input>::new();
    let set = move |text: String| controls.change_filter(|filter| filter.text = text);
    view! {
        <div class="filter-box">
            <input
                type="text"
                class="filter-input"
                role="combobox"
                aria-autocomplete="list"
                aria-expanded="false"
                aria-controls="filter-suggestions"
                node_ref=input
                aria-label="Filter"
                placeholder="Filter lines"
                title="Show only lines that contain this text, or match a query: level>=warn, status=500, -debug, a OR b"
                aria-invalid=bound(move || problem.with(Option::is_some).to_string())
                aria-describedby="filter-problem"
                autocomplete="off"
                spellcheck="false"
                prop:value=bound(text)
                on:input=on(move |event| {
                    typing.set(true);
                    set(event_target_value(&event));
                })
                on:blur=on(move |_| typing.set(false))
                on:keydown=on(move |event: ev::KeyboardEvent| {
                    if event.key() == "Escape" {
                        set(String::new());
                    }
                })
            />
            {part_at_last(Part::Suggestions(input))}
            <GoTo />
            <span class="filter-count">{bound(lines)}</span>
            <progress
                class="filter-progress"
                aria-label="Search in the log"
                max="100"
                hidden=move || searched().is_none()
                value=move || searched().unwrap_or_default().to_string()
            ></progress>
        </div>
        <span id="filter-problem" class="let-go" role="status">
            {bound(move || problem.get())}
        </span>
        <span class="let-go" title="How much is held is chosen under Memory">
            {bound(let_go)}
        </span>
    }
    .erase()
}

/// How much of the log was searched, in percent; `None` where all was.
fn searched(session: &LogSession) -> Option<u64> {
    let progress = session.search_progress();
    (!progress.is_done()).then(|| progress.searched * 100 / progress.held.max(1))
}

/// What is said of lines that were let go before and behind those held.
fn let_go((older, newer): (u64, u64)) -> Option<String> {
    match (older, newer) {
        (0, 0) => None,
        (n, 0) => Some(plural(n, "older line let go", "older lines let go")),
        (0, n) => Some(plural(n, "newer line let go", "newer lines let go")),
        (a, b) => Some(format!(
            "{} older and {} newer lines let go",
            crate::charts::group_digits(a),
            crate::charts::group_digits(b)
        )),
    }
}

/// The template that the log is narrowed to, with a button that ends it.
#[component]
pub(super) fn TemplateChip() -> impl IntoView {
    let controls = controls();
    let dashboard = controls.dashboard;
    let pattern = memo(move || {
        let id = controls.filter.with(|filter| filter.template)?;
        let found = dashboard
            .logs
            .with_value(|session| session.templates().get(id));
        Some(found.map_or_else(|| format!("pattern {}", id.0), |it| it.pattern))
    });
    let chip = move || {
        view! {
            <button
                type="button"
                class="template-chip"
                title="Show all patterns again"
                on:click=click(move || controls.change_filter(|filter| filter.template = None))
            >
                <span class="template-chip-text">{move || pattern.get().unwrap_or_default()}</span>
                <span aria-hidden="true">" ×"</span>
            </button>
        }
        .erase()
    };
    when(move || pattern.with(Option::is_some), chip)
}
