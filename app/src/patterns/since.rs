//! The moment since when a pattern is called new.

use crate::bind::{Erase, on};
use crate::signal::{Memo, RwSignal, memo};
use leptos::prelude::*;
use sidekick::{logs::LogSession, time::Nanos};

use crate::{
    logs::instant,
    pulse::pulse,
    state::{Dashboard, dashboard},
};

/// How long before the time that Docker gives for a start a line of that run may be, in milliseconds: it takes
/// that time once the process runs. The run before ended earlier: Docker restarts after a tenth of a second.
const AHEAD_MS: i64 = 100;

/// Which moment is meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Kind {
    /// The page began to look at this log.
    #[default]
    Opened,
    /// The container was started last; of several, the last one that was.
    Started,
    /// Somebody chose this.
    Now,
    /// Somebody wrote a time.
    Time,
}

const KINDS: [(Kind, &str); 4] = [
    (Kind::Opened, "page opened"),
    (Kind::Started, "container started"),
    (Kind::Now, "this moment"),
    (Kind::Time, "a time…"),
];

/// The moment and how it is chosen.
#[derive(Clone, Copy)]
pub(super) struct Since {
    dashboard: Dashboard,
    kind: RwSignal<Kind>,
    /// The moment that was picked.
    picked: RwSignal<Option<Nanos>>,
    /// `None` where there is none.
    pub(super) at: Memo<Option<Nanos>>,
}

impl Since {
    pub(super) fn new() -> Self {
        let dashboard = dashboard();
        let kind = RwSignal::new(Kind::default());
        let picked = RwSignal::new(None);
        let version = pulse(dashboard.logs_version, super::REFRESH_MS);
        let at = memo(move || match kind.get() {
            Kind::Opened => {
                version.track();
                dashboard.logs.with_value(LogSession::opened)
            }
            Kind::Started => started(dashboard),
            Kind::Now | Kind::Time => picked.get(),
        });
        Self {
            dashboard,
            kind,
            picked,
            at,
        }
    }

    fn choose(self, label: &str) {
        let Some((kind, _)) = KINDS.into_iter().find(|(_, it)| *it == label) else {
            return;
        };
        if kind == Kind::Now {
            let now = self.dashboard.now.get_untracked();
            self.picked.set(Some(now.into()));
        }
        self.kind.set(kind);
    }
}

/// When the container was started last, or the last one of several; no line of that run is before it.
fn started(dashboard: Dashboard) -> Option<Nanos> {
    let ids = dashboard.sources.with(|all| {
        let ids = all.iter().map(|it| it.container.clone());
        ids.collect::<Vec<_>>()
    });
    dashboard.containers.with(|all| {
        let shown = all.iter().filter(|it| ids.contains(&it.id));
        let last = shown.filter_map(|it| it.started).max();
        last.map(|it| it.plus(-AHEAD_MS).into())
    })
}

/// The choice of the moment.
#[component]
pub(super) fn SinceChoice(since: Since) -> impl IntoView {
    let wrong = RwSignal::new(false);
    let read = move |event| {
        let text: String = event_target_value(&event);
        let dashboard = since.dashboard;
        let now = dashboard.now.get_untracked();
        let time = instant(text.trim(), now, dashboard.utc.get_untracked());
        wrong.set(!text.trim().is_empty() && time.is_none());
        since.picked.set(time.map(Nanos::from));
    };
    let options = KINDS.map(|(_, label)| view! { <option>{label}</option> }.erase());
    view! {
        <label class="switch">
            "New since"
            <select
                class="choice"
                on:change=on(move |event| since.choose(&event_target_value(&event)))
            >
                {Vec::from(options)}
            </select>
        </label>
        <input
            class="filter-input go-to"
            type="text"
            placeholder="10:15"
            aria-label="New since this time"
            title="A time such as 10:15 or 10:15:30, or 2026-01-31 10:15"
            hidden=move || since.kind.get() != Kind::Time
            aria-invalid=move || wrong.get().to_string()
            on:change=on(read)
        />
    }
}
