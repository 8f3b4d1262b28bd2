//! What the whole page knows, as signals. One [`Dashboard`] is given by context; components
//! take what they need from it and draw. Only `live` writes the engine's part of it.

mod initial;
mod log;
mod opened;
mod pinned;
#[cfg(any(feature = "hydrate", test))]
mod quiet;
mod requests;
mod target;

pub use initial::InitialState;
pub(crate) use initial::{Initial, first_route};
pub use log::{Column, Health, Landmark, Lanes, Past, Reading, Seek};
pub use opened::Opened;
pub use pinned::Pinned;

use crate::signal::{Memo, RwSignal, StoredValue, memo};
use leptos::prelude::*;
use sidekick::client::LinkState;
use sidekick::logs::LogSession;
use sidekick::model::{
    Container, ContainerId, EngineStatus, Event, Project, ResourceError, projects,
};
use sidekick::protocol::{StreamState, Target};
use sidekick::stats::StatsCollector;
use sidekick::time::Millis;

use crate::preferences::{self, Theme};
use crate::route::{Route, Selection, Tab};

/// How many of the engine's events the page keeps, newest last.
pub const MAX_EVENTS: usize = 200;

/// How many stats samples the page keeps for each container: an hour at one a second.
pub const STATS_SAMPLES: usize = 3600;

/// One container within the current subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceInfo {
    /// Its number in the session, which picks its colour too.
    pub source: u16,
    /// The container.
    pub container: ContainerId,
    /// Its name when it joined.
    pub name: String,
    /// How its stream is doing.
    pub state: StreamState,
}

/// What views and what they hold belong to: they start afresh when it changes, but not when a
/// container is renamed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// The selected container; `None` while it is unknown.
    Container(Option<ContainerId>),
    /// A snapshot, by its number among those that were opened; 0 while none is.
    Snapshot(u32),
    /// Any other selection.
    Group(Selection),
}

/// Which list the sidebar shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Panel {
    /// Containers, grouped by project.
    #[default]
    Containers,
    /// Compose projects and their services.
    Services,
}

/// The page's state. Cheap to copy: every field is a handle.
#[derive(Clone, Copy)]
pub struct Dashboard {
    /// How the server stands to its engine.
    pub engine: RwSignal<EngineStatus>,
    /// All containers, by name.
    pub containers: RwSignal<Vec<Container>>,
    /// What could not be refreshed.
    pub errors: RwSignal<Vec<ResourceError>>,
    /// Whether the engine's list was read at least once.
    pub listed: RwSignal<bool>,
    /// The connection to the server.
    pub link: RwSignal<LinkState>,
    /// Version of the server, once it said so.
    pub server_version: RwSignal<Option<String>>,
    /// Recent events of the engine, newest last, at most [`MAX_EVENTS`].
    pub events: RwSignal<Vec<Event>>,
    /// The server's clock, once a second.
    pub now: RwSignal<Millis>,

    /// The address.
    pub route: RwSignal<Route>,
    /// What is selected.
    pub selection: Memo<Selection>,
    /// Which view of it.
    pub tab: Memo<Tab>,
    /// The selected container; `None` where the selection is no container or is unknown.
    pub pinned: Memo<Option<Pinned>>,
    /// Whom the views belong to.
    pub subject: Memo<Subject>,
    /// What the page subscribes to.
    pub target: Memo<Option<Target>>,
    /// What it subscribes to beside that.
    pub companion: Memo<Option<Target>>,
    /// Whether curves of the stats stand below the timeline of a container's log.
    pub strip: RwSignal<bool>,

    /// Containers of the current subscription.
    pub sources: RwSignal<Vec<SourceInfo>>,
    /// State of the subscription as a whole, where the server spoke of it.
    pub stream: RwSignal<Option<StreamState>>,

    /// Lines and analytics of the [`subject`](Self::subject)'s log. Not a signal: follow
    /// [`logs_version`](Self::logs_version).
    pub logs: StoredValue<LogSession>,
    /// Grows when `logs` changed, at most once per animation frame.
    pub logs_version: RwSignal<u64>,
    /// How well lines come. Not a signal: look at it with [`now`](Self::now).
    pub health: StoredValue<Health>,
    /// What is known of the lines before those held.
    pub past: RwSignal<Past>,
    /// What of the log is looked for: older lines come until it is here.
    pub seek: RwSignal<Option<Seek>>,
    /// The view of the log that the address asks for, until it is shown: a query as in a URL.
    pub asked: RwSignal<Option<String>>,
    /// Patterns that count as less than they say. Not a signal: the session knows.
    pub(crate) corrected: StoredValue<crate::corrections::Corrected>,
    /// Fields that are shown as columns of the log.
    pub columns: RwSignal<Vec<Column>>,
    /// Whether lines of JSON stand as they were printed, instead of with their message first.
    pub as_printed: RwSignal<bool>,
    /// Whether long lines are wrapped, so that all of a line is in sight.
    pub wraps: RwSignal<bool>,
    /// Whether a merged log is to be shown side by side.
    pub beside: RwSignal<bool>,
    /// The columns in which it is shown so.
    pub lanes: RwSignal<Lanes>,
    /// What lines are put in groups by, as a query in a URL.
    pub grouping: RwSignal<String>,
    /// Where somebody reads, for the next view of the same log. Not a signal: the view knows.
    pub reading: StoredValue<Option<Reading>>,
    /// Samples of the subject's stats. Not a signal: follow
    /// [`stats_version`](Self::stats_version).
    pub stats: StoredValue<StatsCollector>,
    /// Grows when `stats` changed, at most once per animation frame.
    pub stats_version: RwSignal<u64>,
    /// Readings of the subject that this page was too slow to take.
    pub stats_lost: RwSignal<u64>,
    /// The snapshot that was opened last.
    pub opened: RwSignal<Opened>,
    /// Grows with each new subject, whose `logs` and `stats` begin empty.
    pub session: RwSignal<u64>,

    /// Times in UTC instead of the browser's zone.
    pub utc: RwSignal<bool>,
    /// The chosen theme.
    pub theme: RwSignal<Theme>,
    /// Whether the system asks for dark pages.
    pub system_dark: RwSignal<bool>,
    /// Whether the page is drawn dark now.
    pub dark: Memo<bool>,
    /// Which list the sidebar shows.
    pub panel: RwSignal<Panel>,
    /// Text in the sidebar's search box.
    pub search: RwSignal<String>,
    /// Whether the list is open as a drawer (narrow screens).
    pub drawer: RwSignal<bool>,
    /// Whether the help is open.
    pub help: RwSignal<bool>,
    accepted: RwSignal<u32>,
    #[cfg(feature = "hydrate")]
    pub(crate) wire: crate::signal::LocalValue<Option<crate::live::Wire>>,
}

impl Dashboard {
    /// The state of a page that opens at `route` with what the server knew.
    pub(crate) fn new(initial: Initial, route: Route) -> Self {
        let route = RwSignal::new(route);
        let selection = memo(move || route.with(|route| route.selection.clone()));
        let tab = memo(move || route.with(|route| route.tab));
        let snapshot = initial.snapshot;
        let engine = RwSignal::new(snapshot.engine);
        let containers = RwSignal::new(snapshot.containers);
        let accepted = RwSignal::new(0);
        let listed = RwSignal::new(snapshot.refreshed.is_some());
        let pinned = Memo::new(move |before: Option<&Option<Pinned>>| {
            let selection = selection.get();
            let Selection::Container(name) = &selection else {
                return None;
            };
            let connected = engine.with(|engine| matches!(engine, EngineStatus::Connected(_)));
            let known = connected && listed.get();
            let accepted = accepted.get();
            let before = before.and_then(Option::as_ref);
            containers.with(|list| Pinned::next(before, name, list, known, accepted))
        });
        let opened = RwSignal::new(Opened::default());
        let subject = memo(move || match selection.get() {
            Selection::Snapshot => Subject::Snapshot(opened.with(|it| it.number)),
            Selection::Container(_) => {
                Subject::Container(pinned.with(|pin| pin.as_ref().map(|pin| pin.id().clone())))
            }
            group => Subject::Group(group),
        });
        let target = memo(move || target::target(subject.get(), tab.get()));
        let strip = RwSignal::new(false);
        let companion = memo(move || target::companion(target.get(), tab.get(), strip.get()));
        let theme = RwSignal::new(Theme::default());
        let system_dark = RwSignal::new(false);
        Self {
            engine,
            containers,
            errors: RwSignal::new(snapshot.errors),
            listed,
            link: RwSignal::new(LinkState::Connecting),
            server_version: RwSignal::new(None),
            events: RwSignal::new(Vec::new()),
            now: RwSignal::new(initial.now),
            route,
            selection,
            tab,
            pinned,
            subject,
            target,
            companion,
            strip,
            sources: RwSignal::new(Vec::new()),
            stream: RwSignal::new(None),
            logs: StoredValue::new(LogSession::new(preferences::limits())),
            logs_version: RwSignal::new(0),
            health: StoredValue::new(Health::default()),
            past: RwSignal::new(Past::default()),
            seek: RwSignal::new(None),
            asked: RwSignal::new(None),
            corrected: StoredValue::new(crate::corrections::Corrected::default()),
            columns: RwSignal::new(Vec::new()),
            as_printed: RwSignal::new(false),
            wraps: RwSignal::new(false),
            beside: RwSignal::new(false),
            lanes: RwSignal::new(Lanes::default()),
            grouping: RwSignal::new(String::new()),
            reading: StoredValue::new(None),
            stats: StoredValue::new(StatsCollector::new(STATS_SAMPLES)),
            stats_version: RwSignal::new(0),
            stats_lost: RwSignal::new(0),
            opened,
            session: RwSignal::new(0),
            utc: RwSignal::new(false),
            theme,
            system_dark,
            dark: memo(move || match theme.get() {
                Theme::System => system_dark.get(),
                Theme::Light => false,
                Theme::Dark => true,
            }),
            panel: RwSignal::new(Panel::default()),
            search: RwSignal::new(String::new()),
            drawer: RwSignal::new(false),
            help: RwSignal::new(false),
            accepted,
            #[cfg(feature = "hydrate")]
            wire: crate::signal::LocalValue::new(None),
        }
    }

    /// Goes to an address; the back button returns.
    pub fn select(self, route: Route) {
        self.drawer.set(false);
        // Whoever chooses the name of a removed container means the one that has it now; whoever
        // only looks at another tab does not.
        if self.tab.get_untracked() == route.tab
            && self
                .successor()
                .is_some_and(|name| route.selection == Selection::Container(name))
        {
            self.accepted.update(|n| *n += 1);
        }
        self.go(route, true);
    }

    /// Goes to a view whose address has this query part; the back button returns.
    pub(crate) fn select_view(self, route: Route, search: &str) {
        #[cfg(feature = "hydrate")]
        crate::live::history::write_path(&format!("{}{search}", route.path()), true);
        #[cfg(not(feature = "hydrate"))]
        let _ = search;
        self.route.set(route);
    }

    /// Goes to an address in place of the current one.
    pub fn replace(self, route: Route) {
        self.go(route, false);
    }

    /// Shows the container that took the place of the removed one.
    pub fn accept_successor(self) {
        let name = self.successor();
        self.accepted.update(|n| *n += 1);
        if let Some(name) = name {
            self.replace(Route::container(&name, self.tab.get_untracked()));
        }
    }

    /// Name of the container that took the place of the one shown, which was removed.
    fn successor(self) -> Option<String> {
        self.pinned.with_untracked(|pin| {
            let pin = pin.as_ref().filter(|pin| pin.gone)?;
            self.containers
                .with_untracked(|list| pin.successor(list).map(|c| c.name.clone()))
        })
    }

    /// Until when the log is known to have no other lines than came: now, while lines of one
    /// container at least would come at once; `Some(None)` where all have ended. `None` where
    /// nobody can know, because the connection or the streams are broken.
    #[cfg(feature = "hydrate")]
    pub(crate) fn live_until(self, now: Millis) -> Option<Option<Millis>> {
        if self.link.get_untracked() != LinkState::Live || !self.tab.get_untracked().is_of_log() {
            return None;
        }
        self.sources
            .with_untracked(|all| quiet::live_until(all, now))
    }

    /// Has the views of the log draw again, for a change that they made to the session, such as
    /// a filter.
    pub fn redraw_logs(self) {
        self.logs_version.update(|version| *version += 1);
    }

    /// Forgets how the streams of the current subscription are doing, for another one to tell.
    #[cfg(feature = "hydrate")]
    pub(crate) fn forget_streams(self) {
        self.sources.set(Vec::new());
        self.stream.set(None);
    }

    /// Empties everything that belongs to one subject, for another one to begin.
    #[cfg(feature = "hydrate")]
    pub(crate) fn begin_session(self) {
        self.logs.set_value(LogSession::new(preferences::limits()));
        self.stats.set_value(StatsCollector::new(STATS_SAMPLES));
        self.stats_lost.set(0);
        self.past.set(Past::default());
        self.seek.set(None);
        self.reading.set_value(None);
        self.beside.set(false);
        let asked = crate::live::history::asked_view();
        let asked = (self.tab.get_untracked().has_filter() && !asked.is_empty()).then_some(asked);
        self.asked.set(asked);
        self.session.update(|session| *session += 1);
        self.logs_version.update(|version| *version += 1);
        self.stats_version.update(|version| *version += 1);
    }

    /// The Compose projects of all containers.
    #[must_use]
    pub fn projects(self) -> Vec<Project> {
        self.containers.with(|list| projects(list))
    }

    /// Whether the built-in demo engine is shown.
    #[must_use]
    pub fn is_demo(self) -> bool {
        self.engine
            .with(|engine| matches!(engine, EngineStatus::Connected(engine) if engine.demo))
    }

    fn go(self, route: Route, push: bool) {
        if self.route.with_untracked(|now| *now == route) {
            return;
        }
        #[cfg(feature = "hydrate")]
        crate::live::history::write(&route, push);
        #[cfg(not(feature = "hydrate"))]
        let _ = push;
        self.route.set(route);
    }
}

/// The page's state, from context.
///
/// Outside of [`App`](crate::App) there is none; that is a mistake in the program, and the
/// message says so.
#[must_use]
pub fn dashboard() -> Dashboard {
    expect_context()
}
