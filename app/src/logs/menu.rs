//! A button of the toolbar with what it opens below itself.

use crate::bind::{Erase, click, on, when};
use crate::signal::RwSignal;
use leptos::{ev, prelude::*};

/// The button, and what is drawn while it is open; Escape closes it.
#[component]
pub(crate) fn Menu(label: &'static str, draw: fn(RwSignal<bool>) -> AnyView) -> impl IntoView {
    let open = RwSignal::new(false);
    let close = move |event: ev::KeyboardEvent| {
        if event.key() == "Escape" && open.get_untracked() {
            open.set(false);
            event.prevent_default();
            event.stop_propagation();
        }
    };
    view! {
        <span class="tool-menu" on:keydown=on(close)>
            <button
                type="button"
                class="button"
                aria-expanded=move || open.get().to_string()
                on:click=click(move || open.update(|it| *it = !*it))
            >
                {label}
            </button>
            {when(move || open.get(), move || draw(open))}
        </span>
    }
    .erase()
}
