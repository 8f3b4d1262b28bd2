//! The Patterns tab.

use leptos::prelude::*;

/// What the Patterns tab shows.
#[component]
pub fn PatternsView() -> impl IntoView {
    view! { <section class="patterns-view"></section> }
}
