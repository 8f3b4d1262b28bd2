//! The tabs of a selection. They are links: each has an address.

use crate::bind::Erase;
use leptos::prelude::*;

use crate::route::Tab;
use crate::state::dashboard;

/// The tab list.
#[component]
pub(crate) fn Tabs() -> impl IntoView {
    let dashboard = dashboard();
    let tabs = Tab::ALL.map(|tab| {
        let selected = move || dashboard.tab.get() == tab;
        view! {
            <a
                role="tab"
                id=format!("tab-{}", tab.word())
                aria-controls="view"
                aria-selected=move || selected().to_string()
                tabindex=move || if selected() { "0" } else { "-1" }
                href=move || dashboard.route.with(|route| route.with_tab(tab).path())
            >
                {tab.label()}
            </a>
        }
        .erase()
    });
    view! {
        <div class="tabs" role="tablist" aria-label="Views">
            {Vec::from(tabs)}
        </div>
    }
    .erase()
}
