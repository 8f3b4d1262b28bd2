//! The Stats tab.

use leptos::prelude::*;

/// What the Stats tab shows.
#[component]
pub fn StatsView() -> impl IntoView {
    view! { <section class="stats-view"></section> }
}
