//! The HTML document around the page.

use leptos::config::LeptosOptions;
use leptos::prelude::*;

use crate::layout::App;
use crate::state::{InitialState, first_route};

/// The whole document, for the server. The theme script runs before the first paint, so that
/// a chosen theme does not flash; everything is addressed absolutely, since pages lie at any
/// depth.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    let route = first_route();
    let there = use_context::<InitialState>().is_none_or(|state| route.exists(&state.0));
    // A child would bring a marker for the browser along, which is text in a title.
    let title = route
        .title(there)
        .replace('&', "&amp;")
        .replace('<', "&lt;");
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <title inner_html=title></title>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <link rel="stylesheet" href="/pkg/sidekick.css" />
                <script src="/theme.js"></script>
                <AutoReload options=options.clone() />
                <HydrationScripts options root="" />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}
