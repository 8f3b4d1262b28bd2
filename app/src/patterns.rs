//! The Patterns tab: the templates that the log's lines were mined into.

mod ranking;
mod row;

use crate::bind::{Erase, click, each, on};
use crate::signal::{Memo, RwSignal, memo};
use leptos::prelude::*;
use sidekick::logs::TemplateId;

use crate::{
    charts::plural,
    logs::StreamNotice,
    pulse::pulse,
    route::Tab,
    state::{Dashboard, dashboard},
};
use ranking::ranking;
use row::PatternRow;

/// How often the table is brought up to date, in milliseconds.
const REFRESH_MS: u64 = 500;
/// How many patterns are shown at first, and how many more at a time.
const PAGE: usize = 50;

/// What the Patterns tab shows.
#[component]
pub fn PatternsView() -> impl IntoView {
    let dashboard = dashboard();
    let version = pulse(dashboard.logs_version, REFRESH_MS);
    let limit = RwSignal::new(PAGE);
    let pointed = RwSignal::new(false);
    let templates = Memo::new(move |before: Option<&Vec<_>>| {
        version.track();
        let top = dashboard
            .logs
            .with_value(|session| session.templates().top(limit.get()));
        // Under the pointer the order stays, so that a click hits what it aims at.
        let before = before.filter(|_| pointed.get());
        ranking(before.map_or(&[], Vec::as_slice), top)
    });
    let sum = memo(move || {
        version.track();
        dashboard.logs.with_value(|session| {
            let engine = session.templates();
            (engine.len() as u64, engine.total_lines(), engine.evicted())
        })
    });
    let ids = move || templates.with(|all| all.iter().map(|it| it.id).collect::<Vec<_>>());
    let row = move |id| {
        view! {
            <PatternRow
                template=memo(move || {
                    templates.with(|all| all.iter().find(|it| it.id == id).cloned())
                })
                lines=memo(move || sum.get().1)
                on_pick=Callback::new(move |()| show_lines(dashboard, id))
            />
        }
        .into_any()
    };
    view! {
        <section class="patterns-view" tabindex="0" aria-label="Patterns">
            <StreamNotice what="log" />
            <p class="patterns-sum">{move || summary(sum.get())}</p>
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
                            <th scope="col"><span class="heard">"Example"</span></th>
                        </tr>
                    </thead>
                    {each(ids, |id| *id, row)}
                </table>
            </div>
            <button
                type="button"
                class="button"
                hidden=move || sum.get().0 <= limit.get() as u64
                on:click=click(move || limit.update(|limit| *limit += PAGE))
            >
                "Show more"
            </button>
        </section>
    }
    .erase()
}

/// Narrows the log to the lines of one template and goes there.
fn show_lines(dashboard: Dashboard, id: TemplateId) {
    dashboard.logs.update_value(|session| {
        let mut filter = session.filter().clone();
        filter.template = Some(id);
        session.set_filter(filter);
    });
    dashboard.redraw_logs();
    let route = dashboard
        .route
        .with_untracked(|route| route.with_tab(Tab::Logs));
    dashboard.select(route);
}

fn summary((patterns, lines, evicted): (u64, u64, u64)) -> String {
    if lines == 0 {
        return "Patterns are mined from the lines as they come; there are none yet.".to_owned();
    }
    let mut text = format!(
        "{} in {}",
        plural(patterns, "pattern", "patterns"),
        plural(lines, "line", "lines")
    );
    if evicted > 0 {
        text.push_str(&format!(
            "; {} let go",
            plural(evicted, "rare one was", "rare ones were")
        ));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_says_what_was_let_go() {
        assert!(summary((0, 0, 0)).contains("none yet"));
        assert_eq!(summary((3, 1200, 0)), "3 patterns in 1,200 lines");
        assert!(summary((3, 1200, 1)).ends_with("1 rare one was let go"));
    }
}
