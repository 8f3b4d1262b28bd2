//! The Stats tab: what a container, or each container of a project, uses.

mod address;
mod cards;
mod range;
mod series;
mod strip;
mod table;
mod zoom;

use crate::bind::{Erase, when};
use crate::signal::{Memo, RwSignal, memo};
use leptos::prelude::*;
use sidekick::{model::ContainerId, protocol::StreamState, sort::sort_by, time::Millis};

use crate::{
    charts::{Pointing, plural},
    logs::{Controls, Span, StreamNotice, span},
    pulse::pulse,
    route::{Selection, Tab},
    state::{Dashboard, Seek, Subject, dashboard},
};
pub(crate) use strip::StatsStrip;

use cards::Cards;
use range::{Range, RangeSwitch};
use table::StatsTable;
use zoom::ZoomOut;

/// The shortest time between two drawings, in milliseconds. Each container is read once a second,
/// but those of a project at different moments.
const REDRAW_MS: u64 = 500;

/// A container whose readings are shown.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Member {
    id: ContainerId,
    name: String,
    /// Its number in the subscription, which picks its colour.
    source: u16,
    /// Whether its newest reading still tells of now: not when it has stopped.
    live: bool,
}

/// What the parts of the tab share.
#[derive(Clone, Copy)]
struct Shown {
    dashboard: Dashboard,
    /// Follows the collector at a pace that can be read.
    version: RwSignal<u64>,
    members: Memo<Vec<Member>>,
    /// More than one container, or a group that could have more.
    group: Memo<bool>,
    range: RwSignal<Range>,
    /// What the log is filtered by, of which the stretch of time is a part.
    controls: Controls,
    /// The stretch of time that the query is narrowed to.
    span: Memo<Span>,
    /// All charts show the same instant; a click shows the log there, and a stretch that is dragged over is
    /// shown alone, by all of them and by the log.
    pointing: Pointing,
}

/// What the Stats tab shows.
#[component]
pub fn StatsView() -> impl IntoView {
    let dashboard = dashboard();
    let controls = Controls::provide();
    address::keep(controls);
    let shown = Shown {
        dashboard,
        version: pulse(dashboard.stats_version, REDRAW_MS),
        members: memo(move || members(dashboard)),
        group: memo(move || {
            dashboard
                .selection
                .with(|it| !matches!(it, Selection::Container(_)))
        }),
        range: RwSignal::new(Range::default()),
        controls,
        span: memo(move || controls.filter.with(span)),
        pointing: Pointing {
            cursor: RwSignal::new(None),
            on_pick: Callback::new(move |at| show_log(dashboard, at)),
            on_range: Some(Callback::new(move |range| controls.show_span(range))),
        },
    };
    let idle = memo(move || idle(shown).or_else(|| zoom::unmeasured(shown)));
    let idle_class = move || match idle.with(Option::is_some) {
        true => "stats-idle told",
        false => "stats-idle",
    };
    view! {
        <section class="stats-view" tabindex="0" aria-label="Stats">
            <StreamNotice what="stats" />
            <div class="stats-head">
                <p class=idle_class role="status">
                    {move || idle.get().unwrap_or_default()}
                </p>
                <span class="let-go" title="This page was too slow to take them">
                    {move || lost(dashboard.stats_lost.get())}
                </span>
                <ZoomOut shown />
                <RangeSwitch shown />
            </div>
            <Cards shown />
            {when(move || shown.group.get(), move || view! { <StatsTable shown /> }.erase())}
        </section>
    }
    .erase()
}

impl Shown {
    /// The newest reading's time of all members; `None` before the first one.
    fn newest(self) -> Option<Millis> {
        self.version.track();
        self.dashboard.stats.with_value(|stats| {
            self.members.with(|members| {
                let times = members.iter().filter_map(|it| stats.latest(&it.id));
                times.map(|sample| sample.time).max()
            })
        })
    }

    /// Right edge of the curves: the newest reading, before the first one the present.
    fn end(self) -> Millis {
        self.newest().unwrap_or_else(|| self.dashboard.now.get())
    }

    /// Whether the curves show another stretch of time than the newest one.
    fn zoomed(self) -> bool {
        self.span.get() != (None, None)
    }

    /// From when to when the curves go.
    fn stretch(self) -> (Millis, Millis) {
        zoom::stretch(self.span.get(), self.range.get(), self.end())
    }
}

/// Shows the log at an instant.
fn show_log(dashboard: Dashboard, at: Millis) {
    let logs = dashboard.route.with_untracked(|it| it.with_tab(Tab::Logs));
    dashboard.select(logs);
    dashboard.seek.set(Some(Seek::Time(at)));
}

/// The selected container, or those of the subscription by name.
fn members(dashboard: Dashboard) -> Vec<Member> {
    if let Some(pin) = dashboard.pinned.get() {
        return vec![Member {
            id: pin.id().clone(),
            name: pin.container.name,
            source: 0,
            // Its last reading stays, under a note that it is not running.
            live: true,
        }];
    }
    // In a snapshot nothing goes on, and all of it is to be seen.
    let saved = matches!(dashboard.subject.get(), Subject::Snapshot(_));
    let mut members: Vec<_> = dashboard.sources.with(|sources| {
        sources
            .iter()
            .filter(|source| source.state != StreamState::Removed)
            .map(|source| Member {
                id: source.container.clone(),
                name: source.name.clone(),
                source: source.source,
                live: saved
                    || !matches!(
                        source.state,
                        StreamState::Ended | StreamState::Failed { .. }
                    ),
            })
            .collect()
    });
    sort_by(&mut members, |a: &Member, b| a.name.cmp(&b.name));
    members
}

/// What is said of readings that the page did not get.
fn lost(readings: u64) -> String {
    match readings {
        0 => String::new(),
        n => plural(n, "reading lost", "readings lost"),
    }
}

/// Why there is nothing new to see, if so.
fn idle(shown: Shown) -> Option<String> {
    let read = shown.newest().is_some();
    if let Some(pin) = shown.dashboard.pinned.get() {
        let name = &pin.container.name;
        return match (pin.gone || !pin.container.state.is_alive(), read) {
            (true, true) => Some(format!("{name} is not running any more.")),
            (true, false) => Some(format!("{name} is not running, so it uses nothing.")),
            (false, true) => None,
            (false, false) => Some(format!("Waiting for the first reading of {name}…")),
        };
    }
    (!read).then(|| {
        if matches!(shown.dashboard.subject.get(), Subject::Snapshot(_)) {
            return "The page that saved it had not looked at its stats.".to_owned();
        }
        if shown.members.with(Vec::is_empty) {
            "No container of it is running.".to_owned()
        } else {
            "Waiting for the first readings…".to_owned()
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readings_that_did_not_come_are_counted() {
        assert_eq!(lost(0), "");
        assert_eq!(lost(1), "1 reading lost");
        assert_eq!(lost(1200), "1,200 readings lost");
    }
}
