//! The selected container, project or service: who it is, its tabs, and the view of the tab.

use crate::bind::{Erase, bound, click, each};
use crate::signal::Memo;
use leptos::prelude::*;
use sidekick::model::Replicas;

use super::several::several_head;
use super::tabs::Tabs;
use crate::icons::{REMOVED_MARK, group_mark, mark, state_mark};
use crate::later::{Part, part, part_at_last};
use crate::logs::LogsView;
use crate::route::{Route, Selection, Tab};
use crate::state::{Dashboard, Pinned, Subject, dashboard};
use crate::text;

/// The detail pane.
#[component]
pub(crate) fn Detail() -> impl IntoView {
    let dashboard = dashboard();
    let subject = dashboard.subject;
    view! {
        <header class="head">
            {move || match subject.get() {
                Subject::Container(_) => container_head(dashboard),
                Subject::Snapshot(_) => part(Part::SnapshotHead),
                Subject::Group(Selection::Several(members)) => several_head(dashboard, members),
                Subject::Group(group) => group_head(dashboard, group),
            }} <div class="head-tools">{part_at_last(Part::Compare)}</div> <Tabs />
        </header>
        {move || gone(dashboard)}
        <div
            id="view"
            class="view"
            role="tabpanel"
            aria-labelledby=move || format!("tab-{}", dashboard.tab.get().word())
        >
            // A list of one: with another key the view is made anew. Drawing over the old one
            // would leave what it put into the page by itself, such as rows.
            {each(
                move || vec![(dashboard.tab.get(), subject.get())],
                Clone::clone,
                |(tab, subject)| view_of(tab, &subject),
            )}
        </div>
    }
    .erase()
}

fn view_of(tab: Tab, subject: &Subject) -> AnyView {
    match (tab, subject) {
        (Tab::Logs, _) => view! { <LogsView /> }.erase(),
        (Tab::Stats, _) => part(Part::Stats),
        (Tab::Patterns, _) => part(Part::Patterns),
        (Tab::Groups, _) => part(Part::Groups),
        (Tab::Details, Subject::Container(_)) => part(Part::Container),
        (Tab::Details, Subject::Snapshot(_)) => part(Part::SnapshotFacts),
        (Tab::Details, Subject::Group(_)) => part(Part::Project),
    }
}

fn container_head(dashboard: Dashboard) -> AnyView {
    let with = move |draw: fn(&Pinned) -> String| {
        dashboard
            .pinned
            .with(|pin| pin.as_ref().map(draw).unwrap_or_default())
    };
    let shape = move || {
        dashboard.pinned.with(|pin| match pin {
            Some(pin) if pin.gone => REMOVED_MARK,
            Some(pin) => state_mark(&pin.container),
            None => ("mark off", ""),
        })
    };
    let condition = move || {
        let now = dashboard.now.get();
        dashboard.pinned.with(|pin| match pin {
            Some(pin) if pin.gone => "removed".to_owned(),
            Some(pin) => text::condition(&pin.container, now),
            None => String::new(),
        })
    };
    let service = move || {
        dashboard.pinned.with(|pin| {
            let container = &pin.as_ref()?.container;
            let (project, service) = (container.project.clone()?, container.service.clone()?);
            let href = Route::service(&project, &service, Tab::Logs).path();
            Some(
                view! {
                    <a class="fact" href=href title="Compose service">
                        {format!("{project}/{service}")}
                    </a>
                }
                .erase(),
            )
        })
    };
    let ports = move || {
        with(|pin| {
            let published: Vec<String> = pin
                .container
                .ports
                .iter()
                .filter(|port| port.host.is_some())
                .map(text::port)
                .collect();
            published.join(" ")
        })
    };
    view! {
        <div class="who">
            {mark(shape)} <h1>{move || with(|pin| pin.container.name.clone())}</h1>
            <span class="fact">{bound(condition)}</span> {bound(service)}
            <span class="fact dim" title="Image">
                {move || with(|pin| pin.container.image.clone())}
            </span> <span class="fact dim" title="Published ports, host:container">
                {bound(ports)}
            </span>
        </div>
    }
    .erase()
}

fn group_head(dashboard: Dashboard, group: Selection) -> AnyView {
    let (project, service) = match group {
        Selection::Project(project) => (project, None),
        Selection::Service { project, service } => (project, Some(service)),
        _ => return ().into_any(),
    };
    let name = match &service {
        Some(service) => format!("{project}/{service}"),
        None => project.clone(),
    };
    let kind = if service.is_some() {
        "service"
    } else {
        "project"
    };
    let members = Memo::new({
        let (project, service) = (project.clone(), service.clone());
        move |_| {
            dashboard.containers.with(|list| {
                let of = list.iter().filter(|c| {
                    c.project.as_ref() == Some(&project)
                        && c.service.is_some()
                        && (service.is_none() || c.service == service)
                });
                Replicas::of(of)
            })
        }
    });
    let shape = move || group_mark(members.get());
    let parent = service.is_some().then(|| {
        let href = Route::project(&project, Tab::Logs).path();
        view! {
            <a class="fact" href=href>
                {format!("project {project}")}
            </a>
        }
        .erase()
    });
    let chips = service
        .is_none()
        .then(|| view! { <ServiceChips project=project.clone() /> }.erase());
    view! {
        <div class="who">
            {mark(shape)} <h1>{name}</h1> <span class="fact">{kind}</span>
            <span class="fact">
                {move || {
                    let Replicas { running, all, .. } = members.get();
                    format!("{running} of {all} running")
                }}
            </span> {parent} {chips}
        </div>
    }
    .erase()
}

/// The services of a project, each with its replicas, as links.
#[component]
fn ServiceChips(project: String) -> impl IntoView {
    let dashboard = dashboard();
    let chips = move || {
        let services = dashboard
            .projects()
            .into_iter()
            .find(|known| known.name == project)
            .map(|known| known.services)
            .unwrap_or_default();
        let chips: Vec<_> = services
            .into_iter()
            .map(|service| {
                let href = Route::service(&project, &service.name, dashboard.tab.get()).path();
                let (running, all) = (service.running, service.replicas.len());
                let class = if running == 0 {
                    "chip off"
                } else if running < all {
                    "chip part"
                } else {
                    "chip"
                };
                view! {
                    <a class=class href=href>
                        <span>{service.name}</span>
                        <span class="count">{format!("{running}/{all}")}</span>
                    </a>
                }
                .erase()
            })
            .collect();
        view! { <span class="chips">{chips}</span> }.erase()
    };
    bound(chips)
}

/// Says that the container was removed, and offers its successor.
fn gone(dashboard: Dashboard) -> Option<AnyView> {
    let successor = dashboard.pinned.with(|pin| {
        let pin = pin.as_ref().filter(|pin| pin.gone)?;
        Some(
            dashboard
                .containers
                .with(|list| pin.successor(list).map(|c| c.name.clone())),
        )
    })?;
    let offer = successor.map(|name| {
        view! {
            <button class="button small" on:click=click(move || dashboard.accept_successor())>
                {format!("Show the new {name}")}
            </button>
        }
        .erase()
    });
    Some(
        view! {
            <div class="banner warn" role="status">
                <span class="title">"This container was removed."</span>
                " Its lines stay here until you leave. "
                {offer}
            </div>
        }
        .erase(),
    )
}
