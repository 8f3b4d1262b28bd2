//! Snapshots: a log with its stats and events as one file, for somebody who was not there. The page
//! that opens one needs no server for it.

#[cfg(feature = "hydrate")]
mod open;
#[cfg(feature = "hydrate")]
mod save;

use leptos::{ev, html, prelude::*};

use crate::bind::{Erase, bound, click, on, when};
use crate::charts::{Clock, plural};
use crate::signal::{RwSignal, memo};
use crate::state::{Dashboard, dashboard};
#[cfg(feature = "hydrate")]
pub(crate) use save::save;

/// Takes snapshots that are dropped anywhere on the page, and says what became of those that are none.
#[component]
pub(crate) fn DropTarget() -> impl IntoView {
    let dashboard = dashboard();
    let over = RwSignal::new(false);
    let refused = RwSignal::new(None::<String>);
    #[cfg(feature = "hydrate")]
    open::listen(dashboard, over, refused);
    #[cfg(not(feature = "hydrate"))]
    let _ = dashboard;
    view! {
        <div class="drop-target" hidden=move || !over.get() aria-hidden="true">
            <p>"Drop a snapshot to open it"</p>
        </div>
        {when(
            move || refused.with(Option::is_some),
            move || {
                view! {
                    <div class="banner bad refused" role="alert">
                        <span>{move || refused.get().unwrap_or_default()}</span>
                        <button class="button small" on:click=click(move || refused.set(None))>
                            "Close"
                        </button>
                    </div>
                }
                .erase()
            },
        )}
    }
    .erase()
}

/// The button that opens a file.
#[component]
pub(crate) fn OpenSnapshot() -> impl IntoView {
    let dashboard = dashboard();
    let input = NodeRef::<html::Input>::new();
    let chosen = move |event: ev::Event| {
        #[cfg(feature = "hydrate")]
        open::chosen(dashboard, &event);
        #[cfg(not(feature = "hydrate"))]
        let _ = (dashboard, event);
    };
    view! {
        <input
            type="file"
            accept=".sidekick"
            hidden
            aria-hidden="true"
            tabindex="-1"
            node_ref=input
            on:change=on(chosen)
        />
        <button
            type="button"
            class="button"
            on:click=click(move || {
                if let Some(input) = input.get_untracked() {
                    press(&input);
                }
            })
        >
            "Open a snapshot"
        </button>
    }
    .erase()
}

#[cfg(feature = "hydrate")]
fn press(input: &web_sys::HtmlInputElement) {
    // The same file may be chosen again.
    input.set_value("");
    input.click();
}

#[cfg(not(feature = "hydrate"))]
fn press<E>(_: &E) {}

/// The address of a snapshot where none is open: a page that was loaded anew has no file any more.
#[component]
pub(crate) fn NoSnapshot() -> impl IntoView {
    view! {
        <section class="screen">
            <h1>"No snapshot is open"</h1>
            <p>
                "Drop a file that ends in " <code>".sidekick"</code> " on this page, or choose one:"
            </p>
            <p>
                <OpenSnapshot />
            </p>
            <p class="dim">
                "“Save a snapshot”, under a log’s Download, makes such a file of its lines, stats and events, to look at
                later or to give to somebody else. It is read in this browser and sent nowhere."
            </p>
        </section>
    }
    .erase()
}

/// Whose log it is, that it is none that goes on, and what is missing of it.
#[component]
pub(crate) fn SnapshotHead() -> impl IntoView {
    let dashboard = dashboard();
    let opened = dashboard.opened;
    let problem = memo(move || opened.with(|it| it.problem.clone()));
    let state = move || {
        opened.with(|it| match (&it.problem, &it.end) {
            (Some(_), _) => "in part",
            (None, None) => "opening…",
            (None, Some(_)) => "snapshot",
        })
    };
    view! {
        <div class="who">
            <h1>{move || opened.with(|it| it.head.name.clone())}</h1>
            <span class="fact" role="status">{bound(state)}</span>
            <span class="fact dim">{move || format!("saved {}", saved(dashboard))}</span>
        </div>
        {when(
            move || problem.with(Option::is_some),
            move || {
                view! {
                    <div class="banner warn" role="alert">
                        {move || problem.get().unwrap_or_default()}
                    </div>
                }
                .erase()
            },
        )}
    }
    .erase()
}

/// The Details tab of a snapshot.
#[component]
pub(crate) fn SnapshotFacts() -> impl IntoView {
    let dashboard = dashboard();
    let facts = move || {
        dashboard.logs_version.track();
        let opened = dashboard.opened.get();
        let (lines, evicted) = dashboard
            .logs
            .with_value(|logs| (logs.store().lines() as u64, logs.evicted()));
        let names: Vec<_> = opened
            .head
            .sources
            .iter()
            .map(|it| it.name.clone())
            .collect();
        let mut facts = vec![
            ("File", opened.file),
            ("Saved", saved(dashboard)),
            ("Containers", names.join(", ")),
            ("Lines", plural(lines, "line", "lines")),
        ];
        let gone = opened.end.map_or(0, |end| end.gone) + opened.head.let_go.0;
        for (count, what) in [
            (gone, "Let go by the page that saved it"),
            (opened.head.let_go.1, "Newer lines that it had let go"),
            (evicted, "Let go by this page, which holds less"),
        ] {
            if count > 0 {
                facts.push((what, plural(count, "line", "lines")));
            }
        }
        facts
            .into_iter()
            .map(|(name, value)| {
                view! {
                    <dt>{name}</dt>
                    <dd>{value}</dd>
                }
                .erase()
            })
            .collect::<Vec<_>>()
    };
    view! {
        <div class="details" tabindex="0" role="group" aria-label="Details">
            <dl class="facts">{bound(facts)}</dl>
            <p>
                <OpenSnapshot />
            </p>
        </div>
    }
    .erase()
}

/// When it was saved.
fn saved(dashboard: Dashboard) -> String {
    let mut clock = Clock::new(dashboard.utc.get());
    let at = dashboard.opened.with(|it| it.head.saved);
    let full = clock.full(at.into());
    full.get(..19).unwrap_or_default().replace('T', " ")
}
