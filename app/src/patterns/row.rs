//! One pattern of the table, with its example below when it is opened.

use std::rc::Rc;

use crate::bind::{Erase, bound, click, when};
use crate::signal::{Memo, RwSignal, memo};
use leptos::prelude::*;
use sidekick::logs::{Severity, Template};

use crate::{
    charts::{Clock, Ink, Sparkline, format_percent, group_digits, plural},
    state::dashboard,
};

/// A row, as a table body of its own so that the example belongs to it.
#[component]
pub(super) fn PatternRow(
    /// The template; `None` once it was let go.
    template: Memo<Option<Template>>,
    /// All lines, for the share.
    lines: Memo<u64>,
    /// Shows the lines of this pattern.
    on_pick: Callback<()>,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let with = move |draw: fn(&Template) -> String| {
        template.with(|it| it.as_ref().map(draw).unwrap_or_default())
    };
    let count = move || template.with(|it| it.as_ref().map_or(0, |it| it.count));
    let share = move || format_percent(100.0 * count() as f64 / lines.get().max(1) as f64);
    let severity = memo(move || {
        template.with(|it| {
            it.as_ref()
                .and_then(|it| it.severities.dominant())
                .unwrap_or(Severity::Unknown)
        })
    });
    let pattern = memo(move || with(|it| it.pattern.clone()));
    let rate = move || {
        template.with(|it| {
            it.as_ref()
                .map(|it| it.rate.iter().map(|&n| f64::from(n)).collect())
                .unwrap_or_default()
        })
    };
    let rate_label = memo(move || {
        let (sum, last) = template.with(|it| {
            it.as_ref().map_or((0, 0), |it| {
                let sum = it.rate.iter().map(|&n| u64::from(n)).sum();
                (sum, u64::from(it.rate.last().copied().unwrap_or(0)))
            })
        });
        format!(
            "{} in the last hour, {} in the newest minute",
            plural(sum, "line", "lines"),
            group_digits(last)
        )
    });
    view! {
        <tbody>
            <tr>
                <td class="number">{move || group_digits(count())}</td>
                <td class="number">{bound(share)}</td>
                <td>
                    <span class=move || {
                        format!("tag sev-{}", severity.get().word())
                    }>{move || severity.get().word()}</span>
                </td>
                <td class="wide-only">
                    <Sparkline
                        label=rate_label
                        ink=memo(move || Ink::Severity(severity.get().index() as u8))
                        data=Rc::new(rate)
                    />
                </td>
                <td class="pattern-cell">
                    <button
                        type="button"
                        class="pattern"
                        title="Show the lines of this pattern"
                        on:click=click(move || on_pick.run(()))
                    >
                        {move || pattern.with(|pattern| parts(pattern))}
                    </button>
                </td>
                <td>
                    <button
                        type="button"
                        class="button expand"
                        aria-expanded=move || open.get().to_string()
                        aria-label="Example"
                        on:click=click(move || open.update(|open| *open = !*open))
                    >
                        {move || if open.get() { "▾" } else { "▸" }}
                    </button>
                </td>
            </tr>
            {when(move || open.get(), move || view! { <PatternExample template /> }.erase())}
        </tbody>
    }
    .erase()
}

#[component]
fn PatternExample(template: Memo<Option<Template>>) -> impl IntoView {
    let utc = dashboard().utc;
    let with = move |draw: fn(&Template) -> String| {
        template.with(|it| it.as_ref().map(draw).unwrap_or_default())
    };
    let seen = move || {
        let mut clock = Clock::new(utc.get());
        template.with(|it| {
            it.as_ref().map_or_else(String::new, |it| {
                let first = clock.full(it.first_seen);
                format!("first seen {first}, last seen {}", clock.full(it.last_seen))
            })
        })
    };
    let mix = move || {
        with(|it| {
            let parts: Vec<String> = it
                .severities
                .iter()
                .filter(|(_, count)| *count > 0)
                .map(|(severity, count)| format!("{} {}", severity.word(), group_digits(count)))
                .collect();
            parts.join(", ")
        })
    };
    view! {
        <tr class="example-row">
            <td colspan="6">
                <pre class="example">
                    {move || with(|it| it.example.clone())}
                </pre>
                <p class="example-facts">{bound(mix)} " · " {bound(seen)}</p>
            </td>
        </tr>
    }
    .erase()
}

/// The pattern with its placeholders set apart.
fn parts(pattern: &str) -> Vec<AnyView> {
    let mut parts = Vec::new();
    for (i, text) in pattern.split("<*>").enumerate() {
        if i > 0 {
            parts.push(view! { <span class="hole">"<*>"</span> }.erase());
        }
        parts.push(text.to_owned().into_any());
    }
    parts
}
