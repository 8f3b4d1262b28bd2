//! What fills the page beside the list: the selection, or a clear word why there is none.

use crate::bind::Erase;
use crate::signal::{Memo, memo};
use leptos::prelude::*;
use sidekick::model::EngineStatus;

use super::detail::Detail;
use super::overview::Overview;
use super::screens::{Banners, Connecting, NoContainers, NoDaemon, Unknown};
use crate::later::{Part, part};
use crate::route::Selection;
use crate::snapshot::NoSnapshot;
use crate::state::{Dashboard, dashboard};

/// What can fill the page beside the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Screen {
    NoDaemon,
    Connecting,
    NoContainers,
    NoSnapshot,
    Unknown,
    Overview,
    Selected,
}

/// The stage.
#[component]
pub(crate) fn Stage() -> impl IntoView {
    let dashboard = dashboard();
    let screen = Memo::new(move |before: Option<&(Selection, Screen)>| {
        let selection = dashboard.selection.get();
        let before = before.filter(|(seen, _)| *seen == selection && *seen != Selection::Snapshot);
        let screen = match before {
            // What was shown once stays, with its lines, whatever becomes of it.
            Some((_, Screen::Selected)) => Screen::Selected,
            _ => choose(dashboard, &selection),
        };
        (selection, screen)
    });
    let screen = memo(move || screen.with(|(_, screen)| *screen));
    #[cfg(feature = "hydrate")]
    crate::signal::effect(move || {
        let there = screen.get() != Screen::Unknown;
        document().set_title(&dashboard.route.with(|route| route.title(there)));
    });
    view! {
        <Banners />
        {move || match screen.get() {
            Screen::Selected => view! { <Detail /> }.erase(),
            other => part(Part::Screen(other)),
        }}
    }
    .erase()
}

/// What stands in place of a selection.
pub(crate) fn screen(which: Screen) -> AnyView {
    match which {
        Screen::NoDaemon => view! { <NoDaemon /> }.erase(),
        Screen::Connecting => view! { <Connecting /> }.erase(),
        Screen::NoContainers => view! { <NoContainers /> }.erase(),
        Screen::NoSnapshot => view! { <NoSnapshot /> }.erase(),
        Screen::Unknown => view! { <Unknown /> }.erase(),
        Screen::Overview => view! { <Overview /> }.erase(),
        Screen::Selected => ().into_any(),
    }
}

fn choose(dashboard: Dashboard, selection: &Selection) -> Screen {
    if matches!(selection, Selection::Nowhere(_)) {
        return Screen::Unknown;
    }
    if *selection == Selection::Snapshot {
        return match dashboard.opened.with(|it| it.number) {
            0 => Screen::NoSnapshot,
            _ => Screen::Selected,
        };
    }
    let empty = dashboard.containers.with(Vec::is_empty);
    if empty {
        let screen = dashboard.engine.with(|engine| match engine {
            EngineStatus::Unreachable(_) => Some(Screen::NoDaemon),
            EngineStatus::Connecting { .. } => Some(Screen::Connecting),
            EngineStatus::Connected(_) => None,
        });
        if let Some(screen) = screen {
            return screen;
        }
        if !dashboard.listed.get() {
            return Screen::Connecting;
        }
    }
    let found = |test: &dyn Fn(&sidekick::model::Container) -> bool| {
        dashboard.containers.with(|list| list.iter().any(test))
    };
    let known = match selection {
        Selection::Overview if empty => return Screen::NoContainers,
        Selection::Overview => return Screen::Overview,
        Selection::Nowhere(_) | Selection::Snapshot => false,
        Selection::Container(_) => dashboard.pinned.with(Option::is_some),
        Selection::Project(project) => {
            found(&|c| c.service.is_some() && c.project.as_ref() == Some(project))
        }
        Selection::Service { project, service } => {
            found(&|c| c.project.as_ref() == Some(project) && c.service.as_ref() == Some(service))
        }
        Selection::Several(members) => found(&|c| members.iter().any(|member| member.has(c))),
    };
    if known {
        Screen::Selected
    } else {
        Screen::Unknown
    }
}
