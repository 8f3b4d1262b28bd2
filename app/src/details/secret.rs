//! An environment variable's value that looks secret: it stays on the server until asked for.

use crate::bind::Erase;
use crate::signal::RwSignal;
use leptos::prelude::*;

use super::fetch::{self, Answer};

/// Dots and a button; the value after a click, and dots again after the next.
#[component]
pub(super) fn Secret(container: String, key: String) -> impl IntoView {
    let answer = RwSignal::new(None::<Answer>);
    let shown = move || matches!(answer.get(), Some(Answer::Here(_)));
    let name = key.clone();
    let toggle = move |_| {
        if shown() {
            answer.set(None);
        } else {
            fetch::secret(&container, &key, answer);
        }
    };
    view! {
        <code class:masked=move || !shown()>
            {move || match answer.get() {
                None => "••••••••".to_owned(),
                Some(Answer::Waiting) => "asking…".to_owned(),
                Some(Answer::Here(value)) => value,
                Some(Answer::Failed(error)) => error,
            }}
        </code>
        <button
            class="button small"
            aria-label=move || {
                format!("{} {name}", if shown() { "Hide" } else { "Reveal" })
            }
            on:click=toggle
        >
            {move || if shown() { "Hide" } else { "Reveal" }}
        </button>
    }
    .erase()
}
