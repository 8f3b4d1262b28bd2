//! What can be done with the lines that are selected: copied, all of them, also where they are not in the
//! document.

use std::rc::Rc;

use crate::bind::{Erase, bound, click, when};
use crate::signal::memo;
use leptos::prelude::*;
use sidekick::logs::{StretchText, export::Form};

use super::{
    controls::{Controls, controls},
    copy::CopyButton,
};
use crate::charts::plural;

/// Most bytes that are copied: a clipboard is no place for more.
const MAX_BYTES: usize = 64 << 20;

/// How many lines are selected, and the buttons.
#[component]
pub(crate) fn StretchBar() -> impl IntoView {
    let controls = controls();
    #[cfg(feature = "hydrate")]
    listen(controls);
    let is_some = move || controls.stretch.with(Option::is_some);
    when(is_some, move || view! { <Bar /> }.into_any())
}

#[component]
fn Bar() -> impl IntoView {
    let controls = controls();
    let dashboard = controls.dashboard;
    let said = memo(move || {
        dashboard.logs_version.track();
        controls.filter.track();
        let stretch = controls.stretch.get()?;
        Some(dashboard.logs.with_value(|session| {
            let rows = plural(stretch.rows(session) as u64, "line", "lines");
            let cut = match stretch.is_cut(session) {
                true => ", others were let go",
                false => "",
            };
            format!("{rows} selected{cut}")
        }))
    });
    let copy = move |form| Rc::new(move || copied(controls, form));
    view! {
        <div class="stretch-bar" role="toolbar" aria-label="Selected lines">
            <span role="status">{bound(move || said.get().unwrap_or_default())}</span>
            <CopyButton label="Copy lines" text=copy(Form::Lines) />
            <CopyButton label="As NDJSON" text=copy(Form::Ndjson) />
            <button
                type="button"
                class="button"
                title="Escape"
                on:click=click(move || controls.stretch.set(None))
            >
                "Clear"
            </button>
        </div>
    }
    .erase()
}

/// The text of the selected lines, and what to say of it.
fn copied(controls: Controls, form: Form) -> (String, String) {
    let dashboard = controls.dashboard;
    dashboard.search_to_end();
    let Some(stretch) = controls.stretch.get_untracked() else {
        return (String::new(), "No line is selected".to_owned());
    };
    let text = dashboard
        .logs
        .with_value(|session| stretch.text(session, form, MAX_BYTES));
    match text {
        Some(it) => {
            let said = copied_of(&it);
            (it.text, said)
        }
        None => {
            let said =
                "Nothing was copied: these are more than 64 MiB. Filter them and take Download";
            (String::new(), said.to_owned())
        }
    }
}

fn copied_of(it: &StretchText) -> String {
    let lines = plural(it.lines, "line", "lines");
    match it.notes {
        0 => format!("Copied {lines}"),
        n => format!("Copied {lines} and {}", plural(n, "note", "notes")),
    }
}

/// The browser's own way to copy has the selected lines, unless a text is selected.
#[cfg(feature = "hydrate")]
fn listen(controls: Controls) {
    use leptos::ev;

    crate::bind::on_window_here(ev::copy, move |event: web_sys::ClipboardEvent| {
        let own = window().get_selection().ok().flatten();
        let is_text = own.is_some_and(|it| !it.is_collapsed());
        let typing = document()
            .active_element()
            .is_some_and(|it| matches!(it.tag_name().as_str(), "INPUT" | "TEXTAREA"));
        // The page outlives the log's tab.
        let stretch = controls.stretch.try_get_untracked().flatten();
        if is_text || typing || stretch.is_none() {
            return;
        }
        let (text, _) = copied(controls, Form::Lines);
        if let Some(data) = event.clipboard_data().filter(|_| !text.is_empty())
            && data.set_data("text/plain", &text).is_ok()
        {
            event.prevent_default();
        }
    });
}
