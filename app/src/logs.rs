//! The Logs tab: severity counts, timeline and filter above, the lines below.
//!
//! The lines live in the session, outside of the reactive system. What the tab draws of them is
//! a pool of rows, about as many as fit the screen, which are written again when the version
//! of the session grows or the view scrolls.

mod address;
mod beside;
mod chips;
mod columns;
mod controls;
mod copy;
mod download;
mod entry;
mod events;
mod filter_box;
#[cfg(any(feature = "hydrate", test))]
mod fingerprint;
mod go_to;
mod highlights;
mod inspector;
mod list;
mod memory;
mod menu;
mod notice;
mod past;
#[cfg(any(feature = "hydrate", test))]
mod pieces;
#[cfg(any(feature = "hydrate", test))]
mod place;
#[cfg(any(feature = "hydrate", test))]
mod row_heights;
#[cfg(any(feature = "hydrate", test))]
mod said;
#[cfg(any(feature = "hydrate", test))]
mod scale;
mod selection_menu;
mod span;
mod steps;
mod stretch;
mod suggest;
mod timeline;
mod toolbar;
mod tools;
mod views;
#[cfg(any(feature = "hydrate", test))]
mod window;

#[cfg(feature = "hydrate")]
mod pool;
#[cfg(feature = "hydrate")]
mod slot;
#[cfg(feature = "hydrate")]
mod viewport;

use crate::bind::{Erase, on, when};
use crate::later::{Part, part, part_at_last};
use crate::signal::RwSignal;
use leptos::{ev, prelude::*};

pub(crate) use address::{View, parameters};
pub(crate) use beside::LaneHead;
pub(crate) use chips::SeverityChips;
pub(crate) use columns::{Cells, ColumnHead, cells};
pub(crate) use controls::Controls;
pub(crate) use copy::CopyButton;
pub(crate) use filter_box::FilterBox;
pub(crate) use go_to::instant;
pub(crate) use inspector::LineInspector;
pub(crate) use list::Inspected;
pub(crate) use menu::Menu;
pub(crate) use notice::StreamNotice;
pub(crate) use past::{NearPast, PastStrip};
pub(crate) use span::{Span, span};
pub(crate) use stretch::StretchBar;
pub(crate) use suggest::{Suggestions, field_names};
pub(crate) use timeline::LogTimeline;
pub(crate) use tools::LogTools;

/// What the Logs tab shows.
#[component]
pub fn LogsView() -> impl IntoView {
    let stretch = Controls::provide().stretch;
    let inspected = RwSignal::new(None::<Inspected>);
    view! {
        <section
            class="logs-view"
            on:keydown=on(move |event: ev::KeyboardEvent| {
                if event.key() != "Escape" {
                    return;
                }
                if stretch.with_untracked(Option::is_some) {
                    stretch.set(None);
                } else if inspected.with_untracked(Option::is_some) {
                    inspected.set(None);
                } else {
                    return;
                }
                event.prevent_default();
            })
        >
            <toolbar::LogToolbar />
            <div class="timeline-place">{part_at_last(Part::Timeline)}</div>
            <StreamNotice what="log" />
            <list::LogList inspected />
            {when(
                move || inspected.with(Option::is_some),
                move || part(Part::Inspector(inspected)),
            )}
        </section>
    }
    .erase()
}
