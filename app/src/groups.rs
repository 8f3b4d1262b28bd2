//! The Groups tab: the lines that the filter lets through, put in groups by a field or something else, with
//! what a field amounts to in each. It is live: lines that come are counted as they come.

mod address;
mod bars;
mod choice;
mod live;
mod narrow;
mod row;
mod tell;

use crate::bind::{Erase, bound, click, each, on, when};
use crate::signal::{Memo, RwSignal, memo};
use leptos::prelude::*;

use crate::{
    charts::plural,
    corrections,
    logs::{Controls, FilterBox, SeverityChips, StreamNotice},
    mutes::Mutes,
};
use bars::GroupBars;
use choice::{Choice, Column};
use live::{Live, Of, Shown};
use row::GroupRow;

/// How many groups are shown at first, and how many more at a time.
const PAGE: usize = 50;

/// What the parts of the view share.
#[derive(Clone, Copy)]
struct Grouped {
    controls: Controls,
    choice: RwSignal<Choice>,
    shown: Memo<Shown>,
}

/// What the Groups tab shows.
#[component]
pub fn GroupsView() -> impl IntoView {
    let controls = Controls::provide();
    let _kept = (Mutes::keep(), corrections::keep(controls.dashboard));
    let choice = address::keep(controls);
    let limit = RwSignal::new(PAGE);
    let pointed = RwSignal::new(false);
    let shown = Live::start(controls.dashboard, choice, limit, pointed);
    let it = Grouped {
        controls,
        choice,
        shown,
    };
    let is_chart = memo(move || choice.with(|it| it.chart));
    let said = move || shown.with(summary);
    let more = move || shown.with(|it| it.groups > it.listed);
    view! {
        <section class="groups-view" tabindex="0" aria-label="Groups">
            <div class="log-toolbar">
                <SeverityChips />
                <FilterBox />
            </div>
            <StreamNotice what="log" />
            <div class="groups-bar">
                <choice::Choices choice dashboard=controls.dashboard />
                <p class="groups-sum" role="status">
                    {bound(said)}
                </p>
            </div>
            <div
                class="groups-body"
                on:pointerenter=on(move |_| pointed.set(true))
                on:pointerleave=on(move |_| pointed.set(false))
            >
                {when(move || is_chart.get(), move || view! { <GroupBars it /> }.into_any())}
                {when(move || !is_chart.get(), move || view! { <GroupTable it /> }.into_any())}
            </div>
            <button
                type="button"
                class="button"
                hidden=move || !more()
                on:click=click(move || limit.update(|limit| *limit += PAGE))
            >
                "Show more"
            </button>
        </section>
    }
    .erase()
}

/// The groups, one a row.
#[component]
fn GroupTable(it: Grouped) -> impl IntoView {
    let measured = memo(move || it.choice.with(|it| !it.measure.is_empty()));
    let head = move |column: Column| {
        let sorted = memo(move || {
            it.choice.with(|it| match (it.sort == column, it.up) {
                (false, _) => "none",
                (true, true) => "ascending",
                (true, false) => "descending",
            })
        });
        let class = match column {
            Column::Group => "",
            Column::Distinct | Column::Min => "number wide-only",
            _ => "number",
        };
        view! {
            <th
                scope="col"
                class=class
                aria-sort=move || sorted.get()
                hidden=move || column.is_measured() && !measured.get()
            >
                <button
                    type="button"
                    on:click=click(move || it.choice.update(|it| it.sort_by(column)))
                >
                    {column.label()}
                    <span aria-hidden="true">
                        {move || match sorted.get() {
                            "ascending" => " ↑",
                            "descending" => " ↓",
                            _ => "",
                        }}
                    </span>
                </button>
            </th>
        }
        .erase()
    };
    let keys = move || {
        it.shown
            .with(|it| it.rows.iter().map(|it| it.of.clone()).collect())
    };
    let row = move |of: Of| view! { <GroupRow it of measured /> }.into_any();
    view! {
        <table role="table" aria-label="Groups">
            <thead>
                <tr>{Vec::from(Column::ALL.map(head))}</tr>
            </thead>
            <tbody>{each(keys, |of| format!("{of:?}"), row)}</tbody>
        </table>
    }
    .erase()
}

/// What all groups are together.
fn summary(shown: &Shown) -> String {
    let mut text = format!(
        "{} in {}",
        plural(shown.lines, "line", "lines"),
        plural(shown.groups as u64, "group", "groups")
    );
    if let Some(percent) = shown.searched {
        text.push_str(&format!("; {percent} % counted"));
    }
    text
}
