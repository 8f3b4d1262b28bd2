//! The groups as bars: lying ones in their order, or for spans of time one beside the other.

use crate::bind::{Erase, bound, click, each, on};
use crate::signal::memo;
use leptos::{ev, prelude::*};

use super::{
    Grouped,
    choice::{Column, Kind},
    live::Of,
    narrow::show,
    row::Cells,
};

/// The bars, of the column that the table is sorted by unless another one is chosen.
#[component]
pub(super) fn GroupBars(it: Grouped) -> impl IntoView {
    let column = memo(move || it.choice.with(|it| drawn(it.sort)));
    let measured = memo(move || it.choice.with(|it| it.measure.clone()));
    let standing = memo(move || it.choice.with(|it| it.kind == Kind::Time));
    let option = move |of: Column| {
        let hidden = move || of.is_measured() && measured.with(String::is_empty);
        view! {
            <option
                value=of.label()
                hidden=hidden
                prop:selected=move || column.get() == of
            >
                {of.label()}
            </option>
        }
        .erase()
    };
    let drawable = Column::ALL.into_iter().filter(|it| drawn(*it) == *it);
    let choose = move |event: ev::Event| {
        let label = event_target_value(&event);
        let chosen = Column::ALL.into_iter().find(|it| it.label() == label);
        it.choice.update(|it| {
            let time = it.kind == Kind::Time;
            (it.sort, it.up) = match chosen {
                // What stands in the order of time stays so.
                Some(Column::Count) if time => (Column::Group, true),
                chosen => (chosen.unwrap_or_default(), false),
            };
        });
    };
    let rows = move || {
        it.shown.with(|shown| {
            let rows = shown.rows.iter().filter(|it| it.of != Of::None);
            let mut rows: Vec<_> = rows.map(|it| it.of.clone()).collect();
            if standing.get() {
                sidekick::sort::sort_by(&mut rows, |a, b| match (a, b) {
                    (Of::Group(a), Of::Group(b)) => a.cmp(b),
                    // The others are older.
                    (a, b) => (*b == Of::Others).cmp(&(*a == Of::Others)),
                });
            }
            rows
        })
    };
    let bar = move |(of, column, standing): (Of, Column, bool)| {
        let cells = Cells::new(it, of.clone());
        let (name, can) = cells.name();
        let (name, text, width) = (
            memo(name),
            memo(cells.text(column)),
            memo(cells.width(column)),
        );
        let title = move || format!("{}: {}", name.get(), text.get());
        let (high, wide) = if standing {
            ("value-high", "")
        } else {
            ("", "value-bar")
        };
        let size = move || width.get();
        view! {
            <li>
                <button
                    type="button"
                    class=cells.class("value")
                    disabled=!can
                    title=bound(title)
                    on:click=click(move || show(it, &of))
                >
                    <span
                        class=if standing { high } else { wide }
                        style:height=move || standing.then(size)
                        style:width=move || (!standing).then(size)
                    ></span>
                    <span class="value-text">{move || name.get()}</span>
                    <span class="value-share">{move || text.get()}</span>
                </button>
            </li>
        }
        .erase()
    };
    let end = move |last: bool| {
        let rows = rows();
        let of = if last { rows.last() } else { rows.first() };
        it.shown.with(|shown| {
            let line = of.and_then(|of| shown.line(of));
            line.map(|it| it.name.clone())
        })
    };
    let items = move || {
        let (column, standing) = (column.get(), standing.get());
        let rows = rows().into_iter();
        rows.map(|of| (of, column, standing)).collect::<Vec<_>>()
    };
    view! {
        <div class="group-bars">
            <label class="switch">
                "Bars show" <select class="choice" on:change=on(choose)>
                    {drawable.map(option).collect::<Vec<_>>()}
                </select>
            </label>
            <ul class="values" class:standing=move || standing.get() aria-label="Groups">
                {each(items, |it| format!("{it:?}"), bar)}
            </ul>
            <p class="group-axis" hidden=move || !standing.get()>
                <span>{move || end(false)}</span>
                <span>{move || end(true)}</span>
            </p>
        </div>
    }
    .erase()
}

/// The column that bars are drawn of.
fn drawn(sort: Column) -> Column {
    match sort {
        Column::Group | Column::Share => Column::Count,
        other => other,
    }
}
