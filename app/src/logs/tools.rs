//! Tools of the log that come behind the first load: what it is narrowed to, and the download.

use crate::bind::{bound, click};
use leptos::prelude::*;

use super::{
    address, beside::BesideSwitch, columns::Columns, controls::controls, download::Download,
    filter_box::TemplateChip, highlights::Highlights, memory::Memory,
    selection_menu::SelectionMenu, steps::Steps, views::Views,
};
use crate::{charts::plural, corrections, mutes::Mutes};

/// The pattern that is shown, how many are muted, and the download.
#[component]
pub(crate) fn LogTools() -> impl IntoView {
    let mutes = Mutes::keep();
    let controls = controls();
    let corrected = corrections::keep(controls.dashboard);
    address::keep();
    let muted = move || mutes.ids.with(Vec::len);
    let text = move || format!("{} muted ×", plural(muted() as u64, "pattern", "patterns"));
    view! {
        <TemplateChip />
        <button
            type="button"
            class="template-chip muted-chip"
            title="The lines of these patterns are left out. Click to show them again"
            hidden=move || muted() == 0
            on:click=click(move || mutes.clear())
        >
            {bound(text)}
        </button>
        <button
            type="button"
            class="template-chip muted-chip"
            title="The lines of these patterns count as something else than they say. Click to count them as they say"
            hidden=move || corrected.get() == 0
            on:click=click(move || corrections::clear(controls.dashboard))
        >
            {move || {
                let patterns = plural(corrected.get() as u64, "pattern", "patterns");
                format!("{patterns} counted otherwise ×")
            }}
        </button>
        <Steps />
        <SelectionMenu />
        <BesideSwitch />
        <Columns />
        <Highlights />
        <Memory />
        <Views />
        <Download />
    }
}
