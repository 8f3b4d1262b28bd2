//! One pattern of the table, with its example below when it is opened.

use std::rc::Rc;

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
    let severity = Memo::new(move |_| {
        template.with(|it| {
            it.as_ref()
                .and_then(|it| it.severities.dominant())
                .unwrap_or(Severity::Unknown)
        })
    });
    let pattern = Memo::new(move |_| with(|it| it.pattern.clone()));
    let rate = move || {
        template.with(|it| {
            it.as_ref()
                .map(|it| it.rate.iter().map(|&n| f64::from(n)).collect())
                .unwrap_or_default()
        })
    };
    let rate_label = Signal::derive(move || {
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
                <td class="number">{share}</td>
                <td>
                    <span class=move || {
                        format!("tag sev-{}", severity.get().word())
                    }>{move || severity.get().word()}</span>
                </td>
                <td class="wide-only">
                    <Sparkline
                        label=rate_label
                        ink=Signal::derive(move || Ink::Severity(severity.get().index() as u8))
                        data=Rc::new(rate)
                    />
                </td>
                <td class="pattern-cell">
                    <button
                        type="button"
                        class="pattern"
                        title="Show the lines of this pattern"
                        on:click=move |_| on_pick.run(())
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
                        on:click=move |_| open.update(|open| *open = !*open)
                    >
                        {move || if open.get() { "▾" } else { "▸" }}
                    </button>
                </td>
            </tr>
            <Show when=move || open.get()>
                <PatternExample template />
            </Show>
        </tbody>
    }
    .into_any()
}

#[component]
fn PatternExample(template: Memo<Option<Template>>) -> impl IntoView {
    let utc = dashboard().utc;
    let seen = move || {
        let mut clock = Clock::new(utc.get());
        template.with(|it| {
            it.as_ref().map(|it| {
                let first = clock.full(it.first_seen);
                format!("first seen {first}, last seen {}", clock.full(it.last_seen))
            })
        })
    };
    let mix = move || {
        template.with(|it| {
            let counts = &it.as_ref()?.severities;
            let parts: Vec<String> = counts
                .iter()
                .filter(|(_, count)| *count > 0)
                .map(|(severity, count)| format!("{} {}", severity.word(), group_digits(count)))
                .collect();
            Some(parts.join(", "))
        })
    };
    view! {
        <tr class="example-row">
            <td colspan="6">
                <pre class="example">
                    {move || template.with(|it| it.as_ref().map(|it| it.example.clone()))}
                </pre>
                <p class="example-facts">{mix} " · " {seen}</p>
            </td>
        </tr>
    }
    .into_any()
}

/// The pattern with its placeholders set apart.
fn parts(pattern: &str) -> impl IntoView + use<> {
    pattern
        .split("<*>")
        .enumerate()
        .map(|(i, text)| {
            let hole = (i > 0).then(|| view! { <span class="hole">"<*>"</span> });
            view! { {hole} {text.to_owned()} }
        })
        .collect_view()
}
