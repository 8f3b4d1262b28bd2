//! What stands above the log: severities, filter, and what can be done with the lines.

use std::rc::Rc;

use crate::bind::{Erase, on};
use leptos::prelude::*;
use sidekick::logs::{Row, ansi};

use super::{chips::SeverityChips, controls::controls, copy::CopyButton, filter_box::FilterBox};
use crate::{
    charts::plural,
    later::{Part, part_at_last},
    preferences,
    state::Dashboard,
};

/// Severities, filter, and switches of the log.
#[component]
pub(super) fn LogToolbar() -> impl IntoView {
    let controls = controls();
    let dashboard = controls.dashboard;
    view! {
        <div class="log-toolbar">
            <SeverityChips />
            <FilterBox />
            <span class="log-tools">
                <label class="switch">
                    <input
                        type="checkbox"
                        prop:checked=move || dashboard.utc.get()
                        on:change=on(move |event| dashboard.utc.set(event_target_checked(&event)))
                    />
                    "UTC"
                </label>
                <label class="switch" title="Shows all of a long line, on several">
                    <input
                        type="checkbox"
                        prop:checked=move || dashboard.wraps.get()
                        on:change=on(move |event| {
                            preferences::wrap(dashboard, event_target_checked(&event));
                        })
                    />
                    "Wrap"
                </label>
                <CopyButton label="Copy" text=Rc::new(move || copied(dashboard)) />
                {part_at_last(Part::LogTools)}
            </span>
        </div>
    }
    .erase()
}

/// The text of all lines that the filter lets through, and what to say of it.
fn copied(dashboard: Dashboard) -> (String, String) {
    dashboard.search_to_end();
    dashboard.logs.with_value(|session| {
        let mut text = String::new();
        let mut lines = 0;
        for index in 0..session.visible_len() {
            if let Some(Row::Entry { entry, .. }) = session.visible(index) {
                ansi::strip_into(entry.text, &mut text);
                text.push('\n');
                lines += 1;
            }
        }
        let saying = format!("Copied {}", plural(lines, "line", "lines"));
        (text, saying)
    })
}
