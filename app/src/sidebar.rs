//! The list of containers, or of Compose projects and their services.

mod containers;
mod order;
mod services;

use crate::bind::{Erase, click, on};
use leptos::prelude::*;

use crate::state::{Panel, dashboard};
use containers::ContainerList;
use services::ServiceList;

/// The sidebar; a drawer on narrow screens.
#[component]
pub(crate) fn Sidebar() -> impl IntoView {
    let dashboard = dashboard();
    let panel = |panel: Panel, label: &'static str, key: &'static str| {
        view! {
            <button
                aria-pressed=move || (dashboard.panel.get() == panel).to_string()
                title=format!("{label} ({key})")
                on:click=click(move || dashboard.panel.set(panel))
            >
                {label}
            </button>
        }
    };
    view! {
        <nav id="list" class="sidebar" aria-label="Containers and services">
            <div class="panels" role="group" aria-label="Lists">
                {panel(Panel::Containers, "Containers", "1")}
                {panel(Panel::Services, "Services", "2")}
            </div>
            <div class="search">
                <input
                    id="search"
                    type="search"
                    placeholder="Search"
                    title="Name, image, state, health, project or service (/)"
                    aria-label="Search containers"
                    autocomplete="off"
                    spellcheck="false"
                    prop:value=move || dashboard.search.get()
                    on:input=on(move |event| dashboard.search.set(event_target_value(&event)))
                />
            </div>
            {move || match dashboard.panel.get() {
                Panel::Containers => view! { <ContainerList /> }.erase(),
                Panel::Services => view! { <ServiceList /> }.erase(),
            }}
        </nav>
    }
    .erase()
}
