//! One pattern of the table, with its example below when it is opened.

use std::rc::Rc;

use crate::bind::{Erase, bound, click, when};
use crate::signal::{Memo, RwSignal, memo};
use leptos::prelude::*;
use sidekick::{
    logs::{
        Kind, Severity, SeverityCounts, Template, TemplateId,
        fields::{MessagePlace, message_place},
    },
    time::Nanos,
};

use super::{Lines, compared::Compare, values::PatternValues};
use crate::{
    charts::{Clock, Ink, Sparkline, format_percent, group_digits, plural},
    state::dashboard,
};

/// A row, as a table body of its own so that the example belongs to it.
#[component]
pub(super) fn PatternRow(
    id: TemplateId,
    /// The template; `None` once it was let go.
    template: Memo<Option<Template>>,
    /// All lines, for the share.
    total: Memo<u64>,
    /// Since when a pattern is new.
    since: Memo<Option<Nanos>>,
    compare: Compare,
    lines: Lines,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let with = move |draw: fn(&Template) -> String| {
        template.with(|it| it.as_ref().map(draw).unwrap_or_default())
    };
    let count = move || template.with(|it| it.as_ref().map_or(0, |it| it.count));
    let share = move || format_percent(100.0 * count() as f64 / total.get().max(1) as f64);
    let severity = memo(move || {
        template.with(|it| {
            it.as_ref()
                .and_then(|it| it.severities.dominant())
                .unwrap_or(Severity::Unknown)
        })
    });
    let worse = memo(move || with(|it| worse(&it.severities)));
    let pattern = memo(move || with(|it| it.pattern.clone()));
    let rate = move || {
        template.with(|it| {
            it.as_ref()
                .map(|it| minutes(it).map(|n| n as f64).collect())
                .unwrap_or_default()
        })
    };
    let rate_label = memo(move || {
        let (sum, last) = template.with(|it| {
            it.as_ref().map_or((0, 0), |it| {
                let last = minutes(it).last().unwrap_or_default();
                (minutes(it).sum(), last)
            })
        });
        format!(
            "{} in the last hour, {} in the newest minute",
            plural(sum, "line", "lines"),
            group_digits(last)
        )
    });
    let new = memo(move || {
        let first = template.with(|it| it.as_ref().map(|it| it.first_seen));
        first
            .zip(since.get())
            .is_some_and(|(first, since)| first >= since)
    });
    let change = memo(move || compare.change(id));
    let change_class = move || format!("tag change {}", change.with(|it| it.class));
    let change_title = move || change.with(|it| it.title.clone());
    let muted = memo(move || lines.mutes.ids.with(|ids| ids.contains(&id)));
    // Roles, since on narrow screens the table is laid out as none.
    view! {
        <tbody role="rowgroup" class:muted=move || muted.get()>
            <tr role="row">
                <td role="cell" class="number">{move || group_digits(count())}</td>
                <td role="cell" class="number">{bound(share)}</td>
                <td role="cell">
                    <span class=move || {
                        format!("tag sev-{}", severity.get().word())
                    }>{move || severity.get().word()}</span>
                    <span class="worse" hidden=move || worse.with(String::is_empty)>
                        {move || worse.get()}
                    </span>
                </td>
                <td role="cell" class="wide-only">
                    <Sparkline
                        label=rate_label
                        ink=memo(move || Ink::Severity(severity.get().index() as u8))
                        data=Rc::new(rate)
                    />
                </td>
                <td role="cell" class="pattern-cell"><div class="pattern-line">
                    <span
                        class=bound(change_class)
                        title=bound(change_title)
                        hidden=move || change.with(|it| it.text.is_empty())
                    >
                        {move || change.with(|it| it.text.clone())}
                    </span>
                    <span class="tag new-mark" hidden=move || !new.get()>"new"</span>
                    <button
                        type="button"
                        class="pattern"
                        title="Show the lines of this pattern"
                        on:click=click(move || lines.show(id, None))
                    >
                        {move || pattern.with(|pattern| drawn(pattern))}
                    </button>
                </div></td>
                <td role="cell" class="pattern-tools">
                    <button
                        type="button"
                        class="button mute"
                        title="Leave the lines of this pattern out of the log"
                        aria-pressed=move || muted.get().to_string()
                        on:click=click(move || lines.mutes.toggle(id))
                    >
                        {move || if muted.get() { "Muted" } else { "Mute" }}
                    </button>
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
            {when(move || open.get(), move || view! { <PatternExample template lines /> }.erase())}
        </tbody>
    }
    .erase()
}

#[component]
fn PatternExample(template: Memo<Option<Template>>, lines: Lines) -> impl IntoView {
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
        <tr role="row" class="example-row">
            <td role="cell" colspan="6">
                <pre class="example">
                    {move || with(|it| it.examples.join("\n"))}
                </pre>
                <PatternValues template lines />
                <p class="example-facts">{bound(mix)} " · " {bound(seen)}</p>
            </td>
        </tr>
    }
    .erase()
}

/// The lines of each minute of the last hour, oldest first.
fn minutes(template: &Template) -> impl Iterator<Item = u64> {
    let buckets = template.rate.chunks(6);
    buckets.map(|minute| minute.iter().map(|&n| u64::from(n)).sum())
}

/// How many lines are worse than most of them, each severity by itself; empty where none is.
fn worse(all: &SeverityCounts) -> String {
    let most = all.dominant().unwrap_or(Severity::Unknown);
    let worse = all
        .iter()
        .filter(|(it, count)| it.index() < most.index() && *count > 0);
    let told = worse.map(|(it, count)| format!("{} {}", group_digits(count), it.word()));
    told.collect::<Vec<_>>().join(", ")
}

/// The pattern; that of lines of JSON with its message first, as these stand in the log.
fn drawn(pattern: &str) -> Vec<AnyView> {
    let Some(MessagePlace { text, member }) = message_place(pattern) else {
        return parts(pattern);
    };
    let mut all = parts(&pattern[text]);
    let mut rest = parts(&pattern[..member.start]);
    rest.extend(parts(&pattern[member.end..]));
    all.push(view! { <span class="rest">" " {rest}</span> }.erase());
    all
}

/// A text with its placeholders set apart.
fn parts(pattern: &str) -> Vec<AnyView> {
    let mut parts = Vec::new();
    let mut rest = pattern;
    while let Some((before, hole, after)) = next_hole(rest) {
        parts.push(before.to_owned().into_any());
        parts.push(view! { <span class="hole">{hole.to_owned()}</span> }.erase());
        rest = after;
    }
    parts.push(rest.to_owned().into_any());
    parts
}

/// The text up to the next placeholder, it, and what follows.
fn next_hole(pattern: &str) -> Option<(&str, &str, &str)> {
    let mut from = 0;
    loop {
        let start = from + pattern[from..].find('<')?;
        let rest = &pattern[start..];
        if let Some(hole) = Kind::ALL
            .iter()
            .map(|kind| kind.wildcard())
            .find(|it| rest.starts_with(it))
        {
            return Some((&pattern[..start], hole, &rest[hole.len()..]));
        }
        from = start + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_found_among_other_angle_brackets() {
        assert_eq!(next_hole("a <b> <num> c"), Some(("a <b> ", "<num>", " c")));
        assert_eq!(next_hole("a < b <ok>"), None);
    }
}
