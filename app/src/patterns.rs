//! The Patterns tab: the templates that the log's lines were mined into.

mod compared;
mod ranking;
mod row;
mod since;
mod values;

use crate::bind::{Erase, bound, click, each, on};
use crate::signal::{Memo, RwSignal, memo};
use leptos::prelude::*;
use sidekick::logs::{Template, TemplateId};

use crate::{
    charts::{group_digits, plural},
    later::rest,
    logs::StreamNotice,
    mutes::Mutes,
    pulse::pulse,
    route::Tab,
    state::{Dashboard, dashboard},
};
use compared::{Compare, CompareChoice, ComparedText};
use ranking::{Order, ranking};
use row::PatternRow;
use since::{Since, SinceChoice};

/// How often the table is brought up to date, in milliseconds.
const REFRESH_MS: u64 = 500;
/// How many patterns are shown at first, and how many more at a time.
const PAGE: usize = 50;

/// What is shown, and of which choice.
#[derive(Clone, Debug, Default, PartialEq)]
struct Shown {
    rows: Vec<Template>,
    order: Order,
    only_new: bool,
    sum: Sum,
}

/// The patterns in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Sum {
    patterns: u64,
    lines: u64,
    evicted: u64,
    new: u64,
    muted: u64,
    muted_lines: u64,
}

/// What the Patterns tab shows.
#[component]
pub fn PatternsView() -> impl IntoView {
    let dashboard = dashboard();
    let version = pulse(dashboard.logs_version, REFRESH_MS);
    let lines = Lines {
        dashboard,
        mutes: Mutes::keep(),
    };
    let limit = RwSignal::new(PAGE);
    let order = RwSignal::new(Order::default());
    let only_new = RwSignal::new(false);
    let pointed = RwSignal::new(false);
    let since = Since::new();
    let compare = Compare::new(since.at, order);
    let shown = Memo::new(move |before: Option<&Shown>| {
        version.track();
        let (order, only_new, since) = (order.get(), only_new.get(), since.at.get());
        let muted = lines.mutes.ids.get();
        let limit = limit.get();
        let (rows, sum) = dashboard.logs.with_value(|session| {
            let engine = session.templates();
            let mut all = engine.standings();
            let is_new = |first| since.is_some_and(|since| first >= since);
            let of_muted = all.iter().filter(|it| muted.contains(&it.id));
            let sum = Sum {
                patterns: all.len() as u64,
                lines: engine.total_lines(),
                evicted: engine.evicted(),
                new: all.iter().filter(|it| is_new(it.first_seen)).count() as u64,
                muted: of_muted.clone().count() as u64,
                muted_lines: of_muted.map(|it| it.count).sum(),
            };
            all.retain(|it| !only_new || is_new(it.first_seen));
            compare.comparison.with(|it| {
                let compared = it.as_ref();
                all.retain(|it| compared.is_none_or(|all| all.get(it.id).is_some()));
                order.sort(&mut all, compared);
            });
            all.truncate(limit);
            let rows = all.iter().filter_map(|it| engine.get(it.id));
            (rows.collect::<Vec<_>>(), sum)
        });
        // Under the pointer the order stays, so that a click hits what it aims at.
        let same =
            |before: &&Shown| pointed.get() && before.order == order && before.only_new == only_new;
        let before = before.filter(same);
        Shown {
            rows: ranking(before.map_or(&[], |it| it.rows.as_slice()), rows),
            order,
            only_new,
            sum,
        }
    });
    let sum = memo(move || shown.with(|it| it.sum));
    let total = memo(move || sum.get().lines);
    let ids = move || shown.with(|it| it.rows.iter().map(|it| it.id).collect::<Vec<_>>());
    let row = move |id| {
        let find = move |shown: &Shown| shown.rows.iter().find(|it| it.id == id).cloned();
        let template = memo(move || shown.with(find));
        view! { <PatternRow id template total since=since.at compare lines /> }.into_any()
    };
    let more = move || {
        let sum = sum.get();
        let compared = compare
            .comparison
            .with(|it| it.as_ref().map(|it| it.patterns().len()));
        let all = if let Some(compared) = compared {
            compared as u64
        } else if only_new.get() {
            sum.new
        } else {
            sum.patterns
        };
        all > limit.get() as u64
    };
    let choose = move |event| {
        let label: String = event_target_value(&event);
        let chosen = Order::ALL.into_iter().find(|(_, it)| *it == label);
        order.set(chosen.map_or(Order::Count, |(order, _)| order));
    };
    let orders = Order::ALL.map(|(_, label)| view! { <option>{label}</option> }.erase());
    view! {
        <section class="patterns-view" tabindex="0" aria-label="Patterns">
            <StreamNotice what="log" />
            <div class="patterns-bar">
                <p class="patterns-sum">{move || summary(sum.get())}</p>
                <label class="switch">
                    "Sort by" <select
                        class="choice"
                        prop:value=move || order.get().label()
                        on:change=on(choose)
                    >
                        {Vec::from(orders)}
                    </select>
                </label>
                <SinceChoice since />
                <CompareChoice compare />
                <label class="switch">
                    <input
                        type="checkbox"
                        prop:checked=move || only_new.get()
                        on:change=on(move |event| only_new.set(event_target_checked(&event)))
                    />
                    "Only new: "
                    <span class="new-count">{bound(move || group_digits(sum.get().new))}</span>
                </label>
                <ComparedText compare />
            </div>
            <div
                class="patterns-table"
                on:pointerenter=on(move |_| pointed.set(true))
                on:pointerleave=on(move |_| pointed.set(false))
            >
                <table role="table" aria-label="Patterns">
                    <thead>
                        <tr>
                            <th scope="col" class="number">"Count"</th>
                            <th scope="col" class="number">"Share"</th>
                            <th scope="col">"Severity"</th>
                            <th
                                scope="col"
                                class="wide-only"
                                title="Up to now; up to the newest line where the stream is not live"
                            >
                                "Last hour"
                            </th>
                            <th scope="col">"Pattern"</th>
                            <th scope="col"><span class="heard">"Mute, example"</span></th>
                        </tr>
                    </thead>
                    {each(ids, |id| *id, row)}
                </table>
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

/// The lines that the patterns were mined from.
#[derive(Clone, Copy)]
struct Lines {
    dashboard: Dashboard,
    mutes: Mutes,
}

impl Lines {
    /// Narrows the log to the lines of one template, and of those to what a query asks for, and goes
    /// there.
    fn show(self, id: TemplateId, query: Option<String>) {
        let dashboard = self.dashboard;
        let mut filter = dashboard
            .logs
            .with_value(|session| session.filter().clone());
        filter.template = Some(id);
        if let Some(query) = query {
            filter.text = query;
            filter.language = rest().map(|rest| rest.language);
        }
        dashboard.set_filter(filter);
        let route = dashboard
            .route
            .with_untracked(|route| route.with_tab(Tab::Logs));
        dashboard.select(route);
    }
}

fn summary(sum: Sum) -> String {
    if sum.lines == 0 {
        return "Patterns are mined from the lines as they come; there are none yet.".to_owned();
    }
    let mut text = format!(
        "{} in {}",
        plural(sum.patterns, "pattern", "patterns"),
        plural(sum.lines, "line", "lines")
    );
    if sum.muted > 0 {
        text.push_str(&format!(
            "; {} muted, {}",
            group_digits(sum.muted),
            plural(sum.muted_lines, "line", "lines")
        ));
    }
    if sum.evicted > 0 {
        text.push_str(&format!(
            "; {} let go",
            plural(sum.evicted, "rare one was", "rare ones were")
        ));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_says_what_was_let_go_and_what_is_muted() {
        let mut sum = Sum::default();
        assert!(summary(sum).contains("none yet"));
        (sum.patterns, sum.lines) = (3, 1200);
        assert_eq!(summary(sum), "3 patterns in 1,200 lines");
        (sum.muted, sum.muted_lines) = (1, 1);
        assert_eq!(summary(sum), "3 patterns in 1,200 lines; 1 muted, 1 line");
        sum.evicted = 1;
        assert!(summary(sum).ends_with("1 rare one was let go"));
    }
}
