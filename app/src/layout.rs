//! The page: top bar, list, and what is selected.

use leptos::prelude::*;

use crate::state::{Dashboard, Initial, first_route};

/// The application, the same on the server and in the browser.
#[component]
pub fn App() -> impl IntoView {
    let dashboard = Dashboard::new(Initial::shared(), first_route());
    provide_context(dashboard);
    #[cfg(feature = "hydrate")]
    crate::live::start(dashboard);
    view! { <main id="main"></main> }
}
