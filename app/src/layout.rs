//! The page: top bar, list, and what is selected.

mod detail;
mod help;
mod overview;
mod screens;
mod several;
mod stage;
mod tabs;
mod top_bar;

use crate::bind::click;
use leptos::prelude::*;

use crate::later::{Part, part_at_last};
use crate::sidebar::Sidebar;
use crate::state::{Dashboard, Initial, first_route};
pub(crate) use help::Help;
use stage::Stage;
pub(crate) use stage::{Screen, screen};
use top_bar::TopBar;
pub(crate) use top_bar::health as tell_health;

/// The application, the same on the server and in the browser.
#[component]
pub fn App() -> impl IntoView {
    let dashboard = Dashboard::new(Initial::shared(), first_route());
    provide_context(dashboard);
    #[cfg(feature = "hydrate")]
    {
        crate::live::start(dashboard);
        crate::keyboard::listen(dashboard);
        crate::preferences::keep(dashboard);
    }
    view! {
        <a class="skip" href="#main">
            "Skip to the selected container"
        </a>
        <TopBar />
        <div class="workspace" class:drawer-open=move || dashboard.drawer.get()>
            <Sidebar />
            <button
                class="scrim"
                tabindex="-1"
                aria-label="Close the list"
                on:click=click(move || dashboard.drawer.set(false))
            ></button>
            <main id="main" tabindex="-1">
                <Stage />
            </main>
        </div>
        {part_at_last(Part::Help)}
        {part_at_last(Part::Drop)}
    }
}
