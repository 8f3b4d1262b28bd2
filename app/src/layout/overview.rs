//! The page without a selection: what needs somebody to look, and what happened last.

use crate::bind::Erase;
use leptos::prelude::*;
use sidekick::model::{Container, Event, EventKind, Replicas};
use sidekick::sort::sort_by_key;

use crate::icons::{group_mark, mark, state_mark};
use crate::route::{Route, Tab};
use crate::snapshot::OpenSnapshot;
use crate::state::{Dashboard, dashboard};
use crate::text;

/// How many events are shown.
const SHOWN_EVENTS: usize = 30;

/// The overview.
#[component]
pub(crate) fn Overview() -> impl IntoView {
    let dashboard = dashboard();
    view! {
        <section class="overview" tabindex="0" aria-label="Overview">
            <h1>"Overview"</h1>
            {move || trouble(dashboard)}
            {move || projects(dashboard)}
            {move || events(dashboard)}
            <p class="dim">
                "Choose a container to see its log. " <span class="wide-only">"Press ? for the keys."</span>
            </p>
            <p>
                <OpenSnapshot />
            </p>
        </section>
    }
    .erase()
}

fn trouble(dashboard: Dashboard) -> AnyView {
    let now = dashboard.now.get();
    let mut troubled: Vec<Container> = dashboard.containers.with(|list| {
        list.iter()
            .filter(|c| text::in_trouble(c))
            .cloned()
            .collect()
    });
    if troubled.is_empty() {
        return view! { <p class="calm">"Nothing needs attention."</p> }.erase();
    }
    // What runs badly comes before what ended badly, and that by how lately it ended.
    sort_by_key(&mut troubled, |c| {
        (!c.state.is_alive(), c.finished.map_or(0, |at| -at.0))
    });
    let rows: Vec<_> = troubled
        .into_iter()
        .map(|container| {
            let href = Route::container(&container.name, Tab::Logs).path();
            let shape = state_mark(&container);
            let when = match container.finished {
                Some(at) if !container.state.is_alive() && now.0 > 0 => {
                    format!("{} ago", text::span(now.since(at)))
                }
                _ => String::new(),
            };
            let condition = text::condition(&container, now);
            view! {
                <li>
                    <a href=href>
                        {mark(move || shape)} <span class="name">{container.name}</span>
                        <span>{condition}</span> <span class="dim">{when}</span>
                    </a>
                </li>
            }
            .erase()
        })
        .collect();
    view! {
        <h2>"Needs attention"</h2>
        <ul class="rows">{rows}</ul>
    }
    .erase()
}

fn projects(dashboard: Dashboard) -> Option<AnyView> {
    let projects = dashboard.projects();
    if projects.is_empty() {
        return None;
    }
    let rows: Vec<_> = projects
        .into_iter()
        .map(|project| {
            let counts = project.counts();
            let Replicas { running, all, .. } = counts;
            let shape = group_mark(counts);
            let href = Route::project(&project.name, Tab::Logs).path();
            let services: Vec<&str> = project.services.iter().map(|s| s.name.as_str()).collect();
            let services = services.join(", ");
            view! {
                <li>
                    <a href=href>
                        {mark(move || shape)} <span class="name">{project.name}</span>
                        <span>{format!("{running} of {all} running")}</span>
                        <span class="dim">{services}</span>
                    </a>
                </li>
            }
            .erase()
        })
        .collect();
    Some(
        view! {
            <h2>"Compose projects"</h2>
            <ul class="rows">{rows}</ul>
        }
        .erase(),
    )
}

fn events(dashboard: Dashboard) -> Option<AnyView> {
    let now = dashboard.now.get();
    let recent: Vec<Event> = dashboard.events.with(|events| {
        let spoken_of = events.iter().rev().filter(|event| is_news(event));
        spoken_of.take(SHOWN_EVENTS).cloned().collect()
    });
    if recent.is_empty() {
        return None;
    }
    let rows: Vec<_> = recent
        .into_iter()
        .map(|event| {
            let ago = text::span(now.since(event.time.millis()));
            let name = event.name.clone().unwrap_or_else(|| event.id.clone());
            let exit = event
                .attribute("exitCode")
                .map(|code| format!("exit {code}"))
                .unwrap_or_default();
            let line = view! {
                <span class="name">{name.clone()}</span>
                <span>{format!("{} {exit}", event.action)}</span>
                <span class="dim">{format!("{ago} ago")}</span>
            };
            if event.kind == EventKind::Container {
                let href = Route::container(&name, Tab::Logs).path();
                view! {
                    <li>
                        <a href=href><span></span>{line}</a>
                    </li>
                }
                .erase()
            } else {
                view! { <li class="plain"><span></span>{line}</li> }.erase()
            }
        })
        .collect();
    Some(
        view! {
            <h2>"Just happened"</h2>
            <ul class="rows">{rows}</ul>
        }
        .erase(),
    )
}

/// Health checks run commands all the time; that is no news.
fn is_news(event: &Event) -> bool {
    event.kind == EventKind::Container && !event.action.starts_with("exec_")
}
