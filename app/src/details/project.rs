//! Details of a Compose project, of one of its services, or of what is compared: the containers and how
//! they are.

use crate::bind::Erase;
use leptos::prelude::*;
use sidekick::model::{Container, ContainerId, Member, Service};

use crate::icons::{group_mark, mark, state_mark};
use crate::route::{Route, Selection, Tab, of_member};
use crate::state::{Dashboard, dashboard};
use crate::text;

/// The Details tab of a project or service.
#[component]
pub(crate) fn ProjectDetails() -> impl IntoView {
    let dashboard = dashboard();
    view! { <div class="details" tabindex="0" role="group" aria-label="Details">{move || services(dashboard)}</div> }
}

fn services(dashboard: Dashboard) -> Vec<AnyView> {
    let (project, only) = match dashboard.selection.get() {
        Selection::Project(project) => (project, None),
        Selection::Service { project, service } => (project, Some(service)),
        Selection::Several(members) => {
            let table = |member| member_table(dashboard, member);
            return members.into_iter().map(table).collect();
        }
        _ => return Vec::new(),
    };
    dashboard
        .projects()
        .into_iter()
        .filter(|known| known.name == project)
        .flat_map(|known| known.services)
        .filter(|service| only.as_ref().is_none_or(|only| service.name == *only))
        .map(|service| service_table(dashboard, &project, service))
        .collect()
}

/// The containers of one that is compared, by name.
fn member_table(dashboard: Dashboard, member: Member) -> AnyView {
    let href = of_member(&member).path();
    let rows: Vec<_> = dashboard
        .containers
        .get()
        .into_iter()
        .filter(|it| member.has(it))
        .map(|container| replica(dashboard, container))
        .collect();
    let missing = rows
        .is_empty()
        .then(|| view! { <p class="dim">"It is not there; it joins when it appears."</p> }.erase());
    view! {
        <section>
            <h2>
                <a href=href>{member.to_string()}</a>
            </h2>
            {missing}
            <ul class="rows">{rows}</ul>
        </section>
    }
    .erase()
}

fn service_table(dashboard: Dashboard, project: &str, service: Service) -> AnyView {
    let all = service.replicas.len();
    let shape = group_mark(service.counts());
    let href = Route::service(project, &service.name, Tab::Logs).path();
    let replicas: Vec<Container> = dashboard.containers.with(|list| {
        let find = |id: &ContainerId| list.iter().find(|c| c.id == *id).cloned();
        service.replicas.iter().filter_map(find).collect()
    });
    let rows: Vec<_> = replicas
        .into_iter()
        .map(|container| replica(dashboard, container))
        .collect();
    view! {
        <section>
            <h2>
                {mark(move || shape)} <a href=href>{service.name}</a>
                <span class="dim">{format!(" {} of {all} running", service.running)}</span>
            </h2>
            <p class="dim">{service.image}</p>
            <ul class="rows">{rows}</ul>
        </section>
    }
    .erase()
}

fn replica(dashboard: Dashboard, container: Container) -> AnyView {
    let href = Route::container(&container.name, Tab::Logs).path();
    let shape = state_mark(&container);
    let ports: Vec<String> = container
        .ports
        .iter()
        .filter(|port| port.host.is_some())
        .map(text::port)
        .collect();
    let ports = ports.join(" ");
    let condition = text::condition(&container, dashboard.now.get());
    view! {
        <li>
            <a href=href>
                {mark(move || shape)} <span class="name">{container.name}</span>
                <span>{condition}</span> <span class="dim">{ports}</span>
            </a>
        </li>
    }
    .erase()
}
