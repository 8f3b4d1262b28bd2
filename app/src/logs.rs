//! The Logs tab.

use leptos::prelude::*;

/// What the Logs tab shows.
#[component]
pub fn LogsView() -> impl IntoView {
    view! { <section class="logs-view"></section> }
}
