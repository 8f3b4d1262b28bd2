//! The lines themselves.

use crate::bind::{Erase, bound, click, on};
use crate::signal::{RwSignal, memo};
use leptos::{ev, html, prelude::*};
use sidekick::logs::{LogSession, Severity};
use sidekick::{protocol::LogStream, time::Nanos};

use super::{controls::controls, notice::EmptyNotice, past::NearPast};
use crate::{
    charts::plural,
    later::{Part, part_at_last},
    route::{Selection, names},
    state::Lanes,
};

/// A line that was clicked, to be shown in full.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Inspected {
    /// Of its row.
    pub(crate) number: u64,
    pub(crate) time: Nanos,
    pub(crate) untimed: bool,
    pub(crate) stream: LogStream,
    /// What it counts as, and what it says.
    pub(crate) severity: Severity,
    pub(crate) said: Severity,
    pub(crate) source_number: u16,
    pub(crate) source: String,
    pub(crate) template: Option<sidekick::logs::TemplateId>,
    pub(crate) truncated: bool,
    pub(crate) lossy: bool,
    /// Without escape sequences.
    pub(crate) text: String,
}

/// The rows of the log, and the button that leads back to the newest.
#[component]
pub(super) fn LogList(inspected: RwSignal<Option<Inspected>>) -> impl IntoView {
    let controls = controls();
    let dashboard = controls.dashboard;
    let scroller = NodeRef::<html::Div>::new();
    let spacer = NodeRef::<html::Div>::new();
    let rows = NodeRef::<html::Div>::new();
    let following = RwSignal::new(true);
    let near_top = RwSignal::new(false);
    let fits = RwSignal::new(false);
    let new_rows = RwSignal::new(0u64);
    let new_text = crate::pulse::pulse(new_rows, crate::pulse::TEXT_MS);
    let cut = memo(move || {
        dashboard.logs_version.track();
        dashboard.logs.with_value(LogSession::is_cut)
    });
    let name = memo(move || dashboard.selection.with(selection_name));
    let merged = move || {
        dashboard.selection.with(|it| match it {
            Selection::Container(_) => false,
            Selection::Snapshot => dashboard.sources.with(|it| it.len() > 1),
            _ => true,
        })
    };
    let beside = move || !dashboard.lanes.with(Lanes::is_empty);
    #[cfg(feature = "hydrate")]
    let actions = live::start(live::Parts {
        controls,
        nodes: (scroller, spacer, rows),
        following,
        near_top,
        fits,
        new_rows,
        inspected,
    });
    #[cfg(not(feature = "hydrate"))]
    let actions = live::start(new_rows, inspected);
    view! {
        <div
            class="log-list"
            class:merged=bound(merged)
            class:beside=bound(beside)
            class:roomy=move || fits.get()
        >
            {part_at_last(Part::Columns)}
            <div
                class="log-scroll"
                role="log"
                aria-label=move || format!("Log of {}", name.get())
                aria-live="off"
                tabindex="0"
                node_ref=scroller
                on:scroll=on(move |_| actions.scrolled())
                on:pointerdown=on(move |event| actions.pressed(&event))
                on:pointermove=on(move |event| actions.dragged(&event))
                on:pointerup=on(move |_| actions.dropped())
                on:pointercancel=on(move |_| actions.dropped())
                on:mousedown=on(move |event| actions.keep_text(&event))
                on:click=on(move |event| actions.clicked(&event))
                on:keydown=on(move |event: ev::KeyboardEvent| {
                    if actions.key(&event) {
                        event.prevent_default();
                    }
                })
                on:mouseover=on(move |event| actions.hovered(&event))
            >
                <div class="log-spacer" node_ref=spacer>
                    <div class="log-rows" node_ref=rows></div>
                </div>
            </div>
            <EmptyNotice />
            {part_at_last(Part::Stretch)}
            {part_at_last(Part::Past(NearPast {
                near: near_top,
                fits,
                following,
            }))}
            <button
                type="button"
                class="log-new"
                hidden=move || following.get() && !cut.get()
                on:click=click(move || {
                    if cut.get_untracked() {
                        dashboard.begin_anew();
                    } else {
                        actions.to_end();
                    }
                })
            >
                {move || match new_text.get() {
                    _ if cut.get() => "Newer lines were let go: load the newest".to_owned(),
                    0 => "Follow the newest line".to_owned(),
                    n => plural(n, "new line", "new lines"),
                }}
                <span aria-hidden="true">" ↓"</span>
            </button>
        </div>
    }
    .erase()
}

/// What a selection is called.
pub(crate) fn selection_name(selection: &Selection) -> String {
    match selection {
        Selection::Container(name) | Selection::Project(name) => name.clone(),
        Selection::Service { project, service } => format!("{project}/{service}"),
        Selection::Several(members) => names(members),
        Selection::Snapshot => "snapshot".to_owned(),
        Selection::Overview | Selection::Nowhere(_) => String::new(),
    }
}

#[cfg(feature = "hydrate")]
#[path = "live.rs"]
mod live;

/// The server draws no rows.
#[cfg(not(feature = "hydrate"))]
mod live {
    use super::*;

    #[derive(Clone, Copy)]
    pub(super) struct Actions;

    pub(super) fn start(_: RwSignal<u64>, _: RwSignal<Option<Inspected>>) -> Actions {
        Actions
    }

    impl Actions {
        pub(super) fn scrolled(self) {}
        pub(super) fn clicked<E>(self, _: &E) {}
        pub(super) fn pressed<E>(self, _: &E) {}
        pub(super) fn dragged<E>(self, _: &E) {}
        pub(super) fn dropped(self) {}
        pub(super) fn keep_text<E>(self, _: &E) {}
        pub(super) fn key<E>(self, _: &E) -> bool {
            false
        }
        pub(super) fn hovered<E>(self, _: &E) {}
        pub(super) fn to_end(self) {}
    }
}
