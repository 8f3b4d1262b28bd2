//! One group as a row of the table.

use crate::bind::{Erase, bound, click};
use crate::signal::{Memo, memo};
use leptos::prelude::*;
use sidekick::logs::groups::Key;

use super::{
    Grouped,
    choice::{Column, Kind},
    live::{Line, Of},
    narrow::show,
    tell::told,
};
use crate::charts::{fixed, source_color};

/// What a part of the view knows of one row.
#[derive(Clone)]
pub(super) struct Cells {
    pub(super) it: Grouped,
    pub(super) of: Of,
    pub(super) line: Memo<Option<Line>>,
}

impl Cells {
    pub(super) fn new(it: Grouped, of: Of) -> Self {
        let own = of.clone();
        let line = memo(move || it.shown.with(|shown| shown.line(&own).cloned()));
        Self { it, of, line }
    }

    /// The text of a column.
    pub(super) fn text(&self, column: Column) -> impl Fn() -> String + Send + Sync + 'static {
        let (it, line) = (self.it, self.line);
        let nothing = column.is_measured() && self.of == Of::None;
        move || {
            if nothing {
                return String::new();
            }
            let (measure, lines) = it.shown.with(|shown| (shown.measure, shown.lines));
            let told = |line: &Line| told(&line.sum, column, measure, lines);
            line.with(|line| line.as_ref().map(told).unwrap_or_default())
        }
    }

    /// The width of a bar for a column.
    pub(super) fn width(&self, column: Column) -> impl Fn() -> String + Send + Sync + 'static {
        let (it, line) = (self.it, self.line);
        move || {
            let most = it.shown.with(|shown| shown.most(column));
            let value = line.with(|line| {
                let sum = line.as_ref().map(|line| &line.sum);
                sum.and_then(|sum| super::live::figure(sum, column))
            });
            let percent = 100.0 * value.unwrap_or_default().max(0.0) / most.max(f64::MIN_POSITIVE);
            format!("{}%", fixed(percent.min(100.0), 1))
        }
    }

    /// What the group is called, and whether it can be shown.
    pub(super) fn name(&self) -> (impl Fn() -> String + Send + Sync + 'static, bool) {
        let line = self.line;
        let kind = self.it.choice.with_untracked(|it| it.kind);
        let can = match self.of {
            Of::Group(_) => true,
            Of::None => kind == Kind::Field,
            Of::Others => false,
        };
        let name =
            move || line.with(|line| line.as_ref().map(|it| it.name.clone()).unwrap_or_default());
        (name, can)
    }

    /// The colour that the group is known by elsewhere.
    pub(super) fn class(&self, base: &str) -> String {
        match &self.of {
            Of::Group(Key::Severity(severity)) => format!("{base} sev-{}", severity.word()),
            Of::Group(Key::Source(source)) => format!("{base} source-{}", source_color(*source)),
            Of::Group(_) => base.to_owned(),
            Of::Others | Of::None => format!("{base} rest"),
        }
    }
}

/// A group.
#[component]
pub(super) fn GroupRow(it: Grouped, of: Of, measured: Memo<bool>) -> impl IntoView {
    let cells = Cells::new(it, of.clone());
    let (name, can) = cells.name();
    let number = |column: Column| {
        let text = cells.text(column);
        let class = match column {
            Column::Distinct | Column::Min => "number wide-only",
            _ => "number",
        };
        let hidden = move || column.is_measured() && !measured.get();
        view! {
            <td class=class hidden=hidden>
                {bound(text)}
            </td>
        }
        .erase()
    };
    let figures = Column::ALL.map(|column| match column {
        Column::Group => ().into_any(),
        Column::Count => {
            let (text, width) = (cells.text(column), cells.width(column));
            view! {
                <td class="number counted">
                    <span class="value-bar" style:width=bound(width)></span>
                    <span class="value-text">{bound(text)}</span>
                </td>
            }
            .erase()
        }
        other => number(other),
    });
    let named = memo(name);
    let name = move || named.get();
    view! {
        <tr class=cells.class("group-row")>
            <th scope="row" class="group-cell">
                <button
                    type="button"
                    class="pattern"
                    disabled=!can
                    title=move || if can { format!("Show its lines: {}", named.get()) } else { String::new() }
                    on:click=click(move || show(it, &of))
                >
                    {bound(name)}
                </button>
            </th>
            {Vec::from(figures)}
        </tr>
    }
    .erase()
}
