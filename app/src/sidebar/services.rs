//! The list of Compose projects and their services.

use crate::bind::{Erase, bound, on};
use crate::signal::memo;
use leptos::{ev, prelude::*};
use sidekick::model::Replicas;

use super::order::words;
use crate::compare::{adds, members, toggle};
use crate::icons::{group_mark, mark};
use crate::route::{Route, Selection};
use crate::state::{Dashboard, dashboard};

/// One project or service.
#[derive(Clone, PartialEq, Eq)]
struct Entry {
    selection: Selection,
    counts: Replicas,
}

/// The listbox "Services".
#[component]
pub(super) fn ServiceList() -> impl IntoView {
    let dashboard = dashboard();
    let entries = memo(move || entries(dashboard));
    let options = move || {
        entries
            .get()
            .into_iter()
            .enumerate()
            .map(|(at, entry)| option(dashboard, entry, at == 0))
            .collect::<Vec<_>>()
    };
    view! {
        <div class="list" role="listbox" aria-multiselectable="true" aria-label="Services">
            {bound(options)}
        </div>
        {move || {
            entries
                .with(Vec::is_empty)
                .then(|| {
                    view! {
                        <p class="none">
                            "No Compose services. They come from the labels that docker compose gives its containers."
                        </p>
                    }
                    .erase()
                })
        }}
    }
    .erase()
}

fn entries(dashboard: Dashboard) -> Vec<Entry> {
    let words = words(&dashboard.search.get());
    let found = |text: &str| {
        let text = text.to_ascii_lowercase();
        words.iter().all(|word| text.contains(word.as_str()))
    };
    let mut entries = Vec::new();
    for project in dashboard.projects() {
        let services: Vec<Entry> = project
            .services
            .iter()
            .filter(|service| {
                found(&format!(
                    "{} {} {}",
                    project.name, service.name, service.image
                ))
            })
            .map(|service| Entry {
                selection: Selection::Service {
                    project: project.name.clone(),
                    service: service.name.clone(),
                },
                counts: service.counts(),
            })
            .collect();
        if services.is_empty() && !found(&project.name) {
            continue;
        }
        let counts = project.counts();
        entries.push(Entry {
            selection: Selection::Project(project.name.clone()),
            counts,
        });
        entries.extend(services);
    }
    entries
}

fn option(dashboard: Dashboard, entry: Entry, first: bool) -> AnyView {
    let Entry { selection, counts } = entry;
    // Who sees the list sees the project above its services; who hears it is told.
    let (prefix, text, class) = match &selection {
        Selection::Project(project) => (String::new(), project.clone(), "option project"),
        Selection::Service { project, service } => {
            (format!("{project}/"), service.clone(), "option service")
        }
        _ => return ().into_any(),
    };
    let Replicas { running, all, .. } = counts;
    let shape = group_mark(counts);
    // A project is no member: its services are.
    let member = members(&selection).pop();
    let selected = {
        let selection = selection.clone();
        let compared = member.clone();
        memo(move || {
            dashboard.selection.with(|now| match now {
                Selection::Several(all) => compared.as_ref().is_some_and(|it| all.contains(it)),
                now => *now == selection,
            })
        })
    };
    let join = move |event: ev::MouseEvent| {
        if let Some(member) = member.as_ref().filter(|_| adds(&event)) {
            event.prevent_default();
            toggle(dashboard, member);
        }
    };
    let href = move || {
        let route = Route {
            selection: selection.clone(),
            tab: dashboard.tab.get(),
        };
        route.path()
    };
    view! {
        <a
            role="option"
            class=class
            aria-description=format!("{running} of {all} running")
            aria-selected=move || selected.get().to_string()
            tabindex=move || if first || selected.get() { "0" } else { "-1" }
            href=bound(href)
            on:click=on(join)
        >
            {mark(move || shape)}
            <span class="name">
                <span class="heard">{prefix}</span>
                {text}
            </span>
            <span class="standing" aria-hidden="true">{format!("{running}/{all}")}</span>
        </a>
    }
    .erase()
}
