//! Fields of structured lines as columns before the message: which somebody chose, kept in the browser's
//! storage for each container or group, and what stands in them.

use crate::bind::{Erase, bound, each, on};
use crate::signal::effect;
use leptos::prelude::*;
use sidekick::logs::{LogSession, Row, ansi, fields};

use super::{
    controls::{Controls, controls},
    menu::Menu,
    suggest::field_names,
};
use crate::preferences::{read, write};
use crate::route::{Route, Tab};
use crate::state::{Column, Lanes};

/// Most columns.
const MAX_COLUMNS: usize = 12;
/// The narrowest and the widest column, in characters.
const WIDTHS: (usize, usize) = (4, 28);
/// How many of the newest rows a column's width is measured by.
const SAMPLED_ROWS: usize = 400;
/// Longest value that is shown, in bytes.
const MAX_BYTES: usize = 200;

/// What stands in the columns of a line, and the message behind them.
#[cfg_attr(
    not(any(feature = "hydrate", test)),
    expect(dead_code, reason = "the server draws no lines")
)]
pub(crate) struct Cells {
    pub(crate) values: Vec<String>,
    pub(crate) message: String,
}

/// A line in columns; `None` where it has none of these fields.
pub(crate) fn cells(line: &str, columns: &[Column]) -> Option<Cells> {
    let line = ansi::strip(line);
    let found = fields::parse(&line)?;
    let mut any = false;
    let values = columns.iter().map(|column| {
        let value = found.get(&column.name)?.text().into_owned();
        any = true;
        let end = value.floor_char_boundary(MAX_BYTES);
        Some(value[..end].to_owned())
    });
    let values = values.map(Option::unwrap_or_default).collect();
    let message = found.message().map(|it| it.text().into_owned());
    any.then(|| Cells {
        values,
        message: message.unwrap_or_else(|| line.clone().into_owned()),
    })
}

/// The button, and the fields to choose from.
#[component]
pub(super) fn Columns() -> impl IntoView {
    let controls = controls();
    let dashboard = controls.dashboard;
    effect(move || {
        dashboard.session.track();
        let kept = of_text(&read(&key(controls)).unwrap_or_default());
        if dashboard.columns.with_untracked(|it| *it != kept) {
            dashboard.columns.set(kept);
        }
    });
    view! { <Menu label="Columns" draw=|_| view! { <Fields /> }.into_any() /> }
}

#[component]
fn Fields() -> impl IntoView {
    let controls = controls();
    let dashboard = controls.dashboard;
    let chosen = dashboard.columns;
    // Those that are chosen first; the list stays as it is while it is open.
    let mut names: Vec<String> =
        chosen.with_untracked(|all| all.iter().map(|it| it.name.clone()).collect());
    for name in dashboard.logs.with_value(field_names) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let none = names.is_empty();
    let toggle = move |name: &str, on: bool| {
        let mut all = chosen.get_untracked();
        all.retain(|it| it.name != name);
        if on && all.len() < MAX_COLUMNS {
            let width = dashboard.logs.with_value(|log| width(log, name));
            all.push(Column {
                name: name.to_owned(),
                width,
            });
        }
        write(&key(controls), &to_text(&all));
        chosen.set(all);
    };
    let field = move |name: String| {
        let (own, label) = (name.clone(), name.clone());
        let checked = move || chosen.with(|all| all.iter().any(|it| it.name == own));
        view! {
            <li>
                <label class="switch">
                    <input
                        type="checkbox"
                        prop:checked=bound(checked)
                        on:change=on(move |event| toggle(&name, event_target_checked(&event)))
                    />
                    <span class="suggestion">{label}</span>
                </label>
            </li>
        }
        .erase()
    };
    let list = move || names.clone();
    view! {
        <div class="menu-list" role="dialog" aria-label="Columns">
            <p class="dim">
                {if none { "The newest lines have no fields." } else { "Fields before the message" }}
            </p>
            <p class="dim" hidden=move || dashboard.lanes.with(Lanes::is_empty)>
                "Side by side there is no room for columns of their own: each field stands in the line, with its name."
            </p>
            <ul class="view-list">{each(list, Clone::clone, field)}</ul>
            <label class="switch" title="Otherwise a line of JSON begins with its message">
                <input
                    type="checkbox"
                    prop:checked=bound(move || dashboard.as_printed.get())
                    on:change=on(move |event| {
                        dashboard.as_printed.set(event_target_checked(&event));
                    })
                />
                "JSON as it was printed"
            </label>
        </div>
    }
    .erase()
}

/// The names of the columns above them; not side by side, where they stand in the lines.
#[component]
pub(crate) fn ColumnHead() -> impl IntoView {
    let dashboard = crate::state::dashboard();
    let columns = dashboard.columns;
    let is_hidden = move || columns.with(Vec::is_empty) || !dashboard.lanes.with(Lanes::is_empty);
    let cell = |column: Column| {
        let width = format!("{}ch", column.width);
        view! {
            <span class="cell" style:width=move || width.clone()>
                {column.name}
            </span>
        }
        .erase()
    };
    view! {
        <div class="log-head" aria-hidden="true" hidden=bound(is_hidden)>
            <div class="log-row">
                <span class="gutter"></span>
                <span class="stamp">"time"</span>
                <span class="stream"></span>
                <span class="source">"container"</span>
                {each(move || columns.get(), |it| (it.name.clone(), it.width), cell)}
                <span class="text">"message"</span>
            </div>
        </div>
    }
    .erase()
}

/// How wide a column has to be for the values of the newest lines.
fn width(log: &LogSession, name: &str) -> usize {
    let rows = log.store().len();
    let mut widest = name.chars().count();
    for index in rows.saturating_sub(SAMPLED_ROWS)..rows {
        if let Some(Row::Entry { entry, .. }) = log.store().row(index)
            && let Some(line) = fields::parse(&ansi::strip(entry.text))
            && let Some(value) = line.get(name)
        {
            widest = widest.max(value.text().chars().take(WIDTHS.1).count());
        }
    }
    widest.max(WIDTHS.0).min(WIDTHS.1)
}

fn key(controls: Controls) -> String {
    let selection = controls.dashboard.selection.get_untracked();
    let route = Route {
        selection,
        tab: Tab::Logs,
    };
    format!("columns:{}", route.path())
}

/// One column a line: its width, a tab, and its name.
fn to_text(columns: &[Column]) -> String {
    let lines = columns
        .iter()
        .map(|it| format!("{}\t{}", it.width, it.name));
    lines.collect::<Vec<_>>().join("\n")
}

/// Reads [`to_text`]; lines that are no columns are left out.
fn of_text(text: &str) -> Vec<Column> {
    let columns = text.lines().filter_map(|line| {
        let (width, name) = line.split_once('\t')?;
        let width = width.parse::<usize>().ok()?;
        let name = name.to_owned();
        (!name.is_empty()).then_some(Column {
            name,
            width: width.max(WIDTHS.0).min(WIDTHS.1),
        })
    });
    columns.take(MAX_COLUMNS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(names: &[&str]) -> Vec<Column> {
        let column = |it: &&str| Column {
            name: (*it).to_owned(),
            width: 6,
        };
        names.iter().map(column).collect()
    }

    #[test]
    fn a_structured_line_stands_in_columns_with_its_message_last() {
        let told = |line: &str| {
            let cells = cells(line, &columns(&["status", "http.user"]))?;
            Some(format!("{} | {}", cells.values.join(" "), cells.message))
        };
        let json = r#"{"status":200,"http":{"user":"zoe"},"msg":"paid"}"#;
        assert_eq!(told(json).as_deref(), Some("200 zoe | paid"));
        let logfmt = "level=info msg=\"paid it\" status=500";
        assert_eq!(told(logfmt).as_deref(), Some("500  | paid it"));
        let words = "GET /a \x1b[31mstatus=404\x1b[0m";
        assert_eq!(told(words).as_deref(), Some("404  | GET /a status=404"));
        assert_eq!(told("msg=none of them user=x"), None);
        assert_eq!(told("ready"), None);
    }

    #[test]
    fn columns_are_read_back_from_their_text() {
        let all = columns(&["status", "a b"]);
        assert_eq!(of_text(&to_text(&all)), all);
        assert_eq!(of_text("x\ty\n7\t\nnothing"), []);
        assert_eq!(of_text("999\ta")[0].width, WIDTHS.1);
    }
}
