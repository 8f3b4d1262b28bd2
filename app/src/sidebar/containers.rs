//! The list of containers: grouped by Compose project, then the rest.

use crate::bind::{Erase, bound, click, each, on};
use crate::signal::{Memo, RwSignal, StoredValue, memo};
use leptos::{ev, prelude::*};
use sidekick::model::{Container, ContainerId, Health, Member};

use super::order::{Group, groups, hold};
use crate::compare::{adds, toggle};
use crate::icons::{mark, state_mark};
use crate::route::{Route, Selection, Tab};
use crate::state::{Dashboard, dashboard};
use crate::text;

/// The listbox "Containers".
#[component]
pub(super) fn ContainerList() -> impl IntoView {
    let dashboard = dashboard();
    let held = RwSignal::new(false);
    let groups = Memo::new(move |before: Option<&Vec<Group>>| {
        let search = dashboard.search.get();
        let now = dashboard.containers.with(|list| groups(list, &search));
        match before {
            Some(before) if held.get() => hold(before, now),
            _ => now,
        }
    });
    let keys = move || {
        groups.with(|groups| {
            let keys = groups.iter().map(|group| group.project.clone());
            keys.collect::<Vec<_>>()
        })
    };
    // One option can be reached by Tab: the selected one, else the first.
    let first = memo(move || {
        let selected = dashboard
            .pinned
            .with(|pin| pin.as_ref().map(|pin| pin.id().clone()));
        groups.with(|groups| {
            let mut ids = groups.iter().flat_map(|group| &group.ids);
            match selected {
                Some(id) if ids.clone().any(|known| *known == id) => Some(id),
                _ => ids.next().cloned(),
            }
        })
    });
    view! {
        <div
            class="list"
            role="listbox"
            aria-multiselectable="true"
            aria-label="Containers"
            on:pointerenter=on(move |_| held.set(true))
            on:pointerleave=on(move |_| held.set(false))
        >
            {each(
                keys,
                Clone::clone,
                move |project| view! { <ContainerGroup project groups first /> }.into_any(),
            )}
        </div>
        {move || empty(dashboard, groups)}
    }
    .erase()
}

fn empty(dashboard: Dashboard, groups: Memo<Vec<Group>>) -> Option<AnyView> {
    if !groups.with(Vec::is_empty) {
        return None;
    }
    let search = dashboard.search.get();
    let text = if search.trim().is_empty() {
        "No containers.".to_owned()
    } else {
        format!("Nothing matches “{search}”. Esc clears the search.")
    };
    Some(view! { <p class="none">{text}</p> }.erase())
}

#[component]
fn ContainerGroup(
    project: Option<String>,
    groups: Memo<Vec<Group>>,
    first: Memo<Option<ContainerId>>,
) -> impl IntoView {
    let dashboard = dashboard();
    let own = {
        let project = project.clone();
        memo(move || {
            groups.with(|groups| {
                let own = groups.iter().find(|group| group.project == project);
                own.map(|group| (group.ids.clone(), group.running))
                    .unwrap_or_default()
            })
        })
    };
    let count = move || {
        let (ids, running) = own.get();
        format!("{running}/{}", ids.len())
    };
    let label = project.clone().unwrap_or_else(|| "no project".to_owned());
    let route = project.clone().map(|name| Route::project(&name, Tab::Logs));
    let chosen = {
        let project = project.clone();
        move || {
            dashboard.selection.with(|now| {
                matches!((now, &project), (Selection::Project(now), Some(project)) if now == project)
            })
        }
    };
    view! {
        <div role="group" aria-label=label.clone()>
            // A shortcut for the mouse; the list of services is the way for the keyboard.
            <div
                class="group-head"
                class:leads=route.is_some()
                class:chosen=bound(chosen)
                role="presentation"
                on:click=click(move || {
                    if let Some(route) = &route {
                        dashboard.select(route.with_tab(dashboard.tab.get_untracked()));
                    }
                })
            >
                <span class="name">{label.clone()}</span>
                <span class="count">{bound(count)}</span>
            </div>
            {each(
                move || own.get().0,
                Clone::clone,
                move |id| view! { <ContainerOption id first /> }.into_any(),
            )}
        </div>
    }
    .erase()
}

/// What one row shows.
#[derive(Clone, PartialEq)]
struct Row {
    name: String,
    mark: (&'static str, &'static str),
    standing: String,
    condition: String,
    class: &'static str,
}

impl Row {
    fn of(container: &Container, now: sidekick::time::Millis) -> Self {
        Self {
            name: container.name.clone(),
            mark: state_mark(container),
            standing: match text::shown_health(container) {
                Some(Health::Unhealthy) => "unhealthy".to_owned(),
                _ => text::standing(container, now),
            },
            condition: text::condition(container, now),
            class: if text::in_trouble(container) {
                "option trouble"
            } else if container.state.is_alive() {
                "option"
            } else {
                "option stopped"
            },
        }
    }
}

#[component]
fn ContainerOption(id: ContainerId, first: Memo<Option<ContainerId>>) -> impl IntoView {
    let dashboard = dashboard();
    let id = StoredValue::new(id);
    let row = Memo::new(move |before: Option<&Option<Row>>| {
        let now = dashboard.now.get();
        let found = dashboard.containers.with(|list| {
            let own = id.with_value(|id| list.iter().find(|c| c.id == *id));
            own.map(|container| Row::of(container, now))
        });
        // A row that is about to go keeps its text.
        found.or_else(|| before.cloned().flatten())
    });
    let field =
        move |draw: fn(&Row) -> String| row.with(|row| row.as_ref().map(draw).unwrap_or_default());
    let compared = move || {
        row.with(|row| {
            let member = Member::Container(row.as_ref()?.name.clone());
            let has =
                |now: &Selection| matches!(now, Selection::Several(all) if all.contains(&member));
            Some(dashboard.selection.with(has))
        })
    };
    let selected = memo(move || {
        let pinned = dashboard.pinned.with(|pin| {
            pin.as_ref()
                .is_some_and(|pin| id.with_value(|id| pin.id() == id))
        });
        pinned || compared() == Some(true)
    });
    let join = move |event: ev::MouseEvent| {
        if adds(&event) {
            event.prevent_default();
            let name = row.with_untracked(|row| row.as_ref().map(|row| row.name.clone()));
            if let Some(name) = name {
                toggle(dashboard, &Member::Container(name));
            }
        }
    };
    let reachable = move || first.with(|first| first.as_ref() == Some(&id.get_value()));
    view! {
        <a
            role="option"
            class=move || row.with(|row| row.as_ref().map_or("option", |row| row.class))
            aria-selected=move || selected.get().to_string()
            aria-description=move || field(|row| row.condition.clone())
            title=move || field(|row| format!("{}\n{}", row.name, row.condition))
            tabindex=move || if reachable() { "0" } else { "-1" }
            on:click=on(join)
            href=move || {
                let tab = dashboard.tab.get();
                row.with(|row| {
                    row.as_ref().map(|row| Route::container(&row.name, tab).path())
                })
            }
        >
            {mark(move || row.with(|row| row.as_ref().map_or(("mark", ""), |row| row.mark)))}
            <span class="name">{move || field(|row| row.name.clone())}</span>
            // In words in the description: the option is named by the name alone.
            <span class="standing" aria-hidden="true">{move || field(|row| row.standing.clone())}</span>
        </a>
    }
    .erase()
}
