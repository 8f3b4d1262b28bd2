//! The keyboard help, a dialog.

use crate::bind::{Erase, bound, click, on};
use crate::signal::effect;
use leptos::html::Dialog;
use leptos::prelude::*;

use crate::state::dashboard;

const KEYS: [(&str, &str); 17] = [
    ("j k ↓ ↑", "next, previous; in the log: scroll"),
    ("Enter", "from the list into the view"),
    ("Esc", "back to the list; clears the search there"),
    ("[ ]", "previous, next tab"),
    ("g G", "first, last; in the log: top, newest line"),
    ("/", "search the list; in the log: filter its lines"),
    ("e E", "in the log: next, previous error"),
    ("n N", "in the log: next, previous line with a marked text"),
    ("Shift ↓ ↑", "in the log: select lines; Ctrl+C copies them"),
    (
        "↓",
        "in the filter's box: what can be written there, with examples",
    ),
    ("Shift+click", "in the list: compare with what is shown"),
    ("1", "containers"),
    ("2", "Compose services"),
    ("t", "theme"),
    ("u", "UTC or local time"),
    ("w", "wrap long lines, or not"),
    ("?", "this help"),
];

/// The help.
#[component]
pub(crate) fn Help() -> impl IntoView {
    let dashboard = dashboard();
    let dialog = NodeRef::<Dialog>::new();
    effect(move || {
        let open = dashboard.help.get();
        if let Some(dialog) = dialog.get() {
            if open && !dialog.open() {
                // Refuses only where it is open already or not in the page.
                let _ = dialog.show_modal();
            } else if !open && dialog.open() {
                dialog.close();
            }
        }
    });
    let rows = KEYS.map(|(keys, meaning)| {
        let keys: Vec<_> = keys
            .split(' ')
            .map(|key| view! { <code>{key}</code> }.erase())
            .collect();
        view! {
            <dt>{keys}</dt>
            <dd>{meaning}</dd>
        }
        .erase()
    });
    let version = move || {
        let version = dashboard.server_version.get();
        version.map_or_else(String::new, |it| format!("Sidekick Docker {it}"))
    };
    view! {
        <dialog
            class="help"
            node_ref=dialog
            aria-labelledby="help-title"
            on:close=on(move |_| dashboard.help.set(false))
        >
            <h2 id="help-title">"Keyboard"</h2>
            <dl class="keys">{Vec::from(rows)}</dl>
            <p class="dim">{bound(version)}</p>
            <button class="button" on:click=click(move || dashboard.help.set(false))>
                "Close"
            </button>
        </dialog>
    }
    .erase()
}
