//! What is compared, and the ways there: from the page of a container or service by a menu, from the
//! list by a click with Shift.

use crate::bind::{Erase, bound, click, on, when};
use crate::signal::{RwSignal, memo};
use leptos::{ev, prelude::*};
use sidekick::model::{Container, MAX_MEMBERS, Member};
use sidekick::sort::sort_by;

use crate::logs::Menu;
use crate::route::{Route, Selection};
use crate::state::{Dashboard, dashboard};

/// Most that the menu offers at a time; whoever looks for another one types a part of its name.
const MAX_OFFERED: usize = 100;

/// The members of a selection: none where it cannot be compared.
pub(crate) fn members(selection: &Selection) -> Vec<Member> {
    match selection {
        Selection::Container(name) => vec![Member::Container(name.clone())],
        Selection::Service { project, service } => vec![Member::Service {
            project: project.clone(),
            service: service.clone(),
        }],
        Selection::Several(members) => members.clone(),
        _ => Vec::new(),
    }
}

/// The selection with one more member, or without one that it has; alone where one is left. `None` where
/// there is no room for another, or nobody would be left.
pub(crate) fn toggled(selection: &Selection, member: &Member) -> Option<Selection> {
    let mut all = members(selection);
    let before = all.len();
    all.retain(|it| it != member);
    if all.len() == before {
        if before == MAX_MEMBERS {
            return None;
        }
        all.push(member.clone());
    }
    match all.as_slice() {
        [] => None,
        [Member::Container(name)] => Some(Selection::Container(name.clone())),
        [Member::Service { project, service }] => Some(Selection::Service {
            project: project.clone(),
            service: service.clone(),
        }),
        _ => Some(Selection::Several(all)),
    }
}

/// Adds one of the list to what is selected, or leaves it out.
pub(crate) fn toggle(dashboard: Dashboard, member: &Member) {
    let selection = dashboard
        .selection
        .with_untracked(|now| toggled(now, member));
    if let Some(selection) = selection {
        let tab = dashboard.tab.get_untracked();
        dashboard.select(Route { selection, tab });
    }
}

/// Who can join what is selected: beside a service other services, else containers and services with more
/// than one replica; those of the same project first.
fn candidates(selection: &Selection, containers: &[Container]) -> Vec<Member> {
    let now = members(selection);
    let of_service = |it: &Container| {
        Some(Member::Service {
            project: it.project.clone()?,
            service: it.service.clone()?,
        })
    };
    let service_first = matches!(now.first(), Some(Member::Service { .. }));
    let project = containers
        .iter()
        .find(|it| now.iter().any(|member| member.has(it)))
        .and_then(|it| it.project.clone());
    let far = |it: &Container| project.is_none() || it.project != project;
    // One for each replica; those of the same service stand together once they are sorted.
    let mut services: Vec<(bool, String, Member)> = Vec::new();
    let mut all = Vec::new();
    for container in containers {
        let service = of_service(container);
        if !service_first || service.is_none() {
            let member = Member::Container(container.name.clone());
            all.push((far(container), container.name.clone(), member));
        }
        if let Some(service) = service {
            services.push((far(container), service.to_string(), service));
        }
    }
    sort_by(&mut services, |a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
    let replicas = services.chunk_by(|a, b| a.2 == b.2);
    let offered = replicas.filter(|it| service_first || it.len() > 1);
    all.extend(offered.filter_map(|it| it.first().cloned()));
    all.retain(|(_, _, member)| !now.contains(member));
    sort_by(&mut all, |a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
    all.into_iter().map(|(_, _, member)| member).collect()
}

/// The button "Compare", where there is somebody to compare and room for another; where there is none, a word
/// about that.
#[component]
pub(crate) fn Compare() -> impl IntoView {
    let dashboard = dashboard();
    let now = memo(move || dashboard.selection.with(|it| members(it).len()));
    let button = when(
        move || (1..MAX_MEMBERS).contains(&now.get()),
        || {
            view! { <Menu label="Compare" draw=|open| view! { <Choice open /> }.erase() /> }
                .into_any()
        },
    );
    let full = when(
        move || now.get() >= MAX_MEMBERS,
        || view! { <span class="dim">"four at most"</span> }.into_any(),
    );
    (button, full)
}

/// Whether a click in the list adds to what is compared. With another key it opens a tab or a window.
pub(crate) fn adds(event: &ev::MouseEvent) -> bool {
    event.shift_key() && !event.ctrl_key() && !event.meta_key() && !event.alt_key()
}

/// Who can be added, as links.
#[component]
fn Choice(open: RwSignal<bool>) -> impl IntoView {
    let dashboard = dashboard();
    let search = RwSignal::new(String::new());
    let found = memo(move || {
        let wanted = search.get().trim().to_lowercase();
        let selection = dashboard.selection.get();
        let all = dashboard
            .containers
            .with(|list| candidates(&selection, list));
        all.into_iter()
            .filter(|it| it.to_string().to_lowercase().contains(&wanted))
            .take(MAX_OFFERED)
            .collect::<Vec<_>>()
    });
    let item = move |member: Member| {
        let selection = dashboard.selection.with(|now| toggled(now, &member))?;
        let tab = dashboard.tab.get();
        let href = Route { selection, tab }.path();
        let kind = match &member {
            Member::Service { .. } => "service",
            Member::Container(_) => "",
        };
        Some(
            view! {
                <li>
                    <a href=href on:click=click(move || open.set(false))>
                        {member.to_string()}
                        <span class="dim">{kind}</span>
                    </a>
                </li>
            }
            .erase(),
        )
    };
    let items = move || found.get().into_iter().filter_map(item).collect::<Vec<_>>();
    view! {
        <div class="menu-list compare-list" role="dialog" aria-label="Compare with">
            <input
                type="search"
                placeholder="Compare with…"
                aria-label="Search what to compare with"
                autocomplete="off"
                spellcheck="false"
                on:input=on(move |event| search.set(event_target_value(&event)))
            />
            <ul class="view-list">{bound(items)}</ul>
            <p class="dim" hidden=move || found.with(|it| !it.is_empty())>
                "Nothing else matches."
            </p>
            <p class="dim">"Or Shift and a click in the list."</p>
        </div>
    }
    .erase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_data::container;

    fn named(name: &str) -> Member {
        Member::Container(name.to_owned())
    }

    fn service(project: &str, service: &str) -> Member {
        Member::Service {
            project: project.to_owned(),
            service: service.to_owned(),
        }
    }

    #[test]
    fn members_come_and_go_and_one_that_is_left_is_shown_alone() {
        let one = Selection::Container("a".into());
        let two = toggled(&one, &service("shop", "api"));
        let members = vec![named("a"), service("shop", "api")];
        assert_eq!(two, Some(Selection::Several(members)));
        let two = two.unwrap_or_default();
        assert_eq!(toggled(&two, &service("shop", "api")), Some(one.clone()));
        let alone = Selection::Service {
            project: "shop".into(),
            service: "api".into(),
        };
        assert_eq!(toggled(&two, &named("a")), Some(alone));
        assert_eq!(toggled(&one, &named("a")), None);
        let full = ["b", "c"].iter().fold(two, |it, name| {
            toggled(&it, &named(name)).unwrap_or_default()
        });
        assert_eq!(toggled(&full, &named("d")), None, "four are the most");
        assert_eq!(
            toggled(&Selection::Overview, &named("d")),
            Some(Selection::Container("d".into()))
        );
    }

    #[test]
    fn who_can_join_is_offered_with_the_same_project_first() {
        let member = |name: &str, project: &str, service: &str| {
            let mut it = container(name, name);
            it.project = Some(project.into());
            it.service = Some(service.into());
            it
        };
        let all = [
            container("alone", "alone"),
            member("blog-db-1", "blog", "db"),
            member("shop-api-1", "shop", "api"),
            member("shop-web-1", "shop", "web"),
            member("shop-web-2", "shop", "web"),
        ];
        let names = |selection: &Selection| {
            let members = candidates(selection, &all);
            members.iter().map(Member::to_string).collect::<Vec<_>>()
        };
        assert_eq!(
            names(&Selection::Container("shop-api-1".into())),
            ["shop-web-1", "shop-web-2", "shop/web", "alone", "blog-db-1"]
        );
        let web = Selection::Service {
            project: "shop".into(),
            service: "web".into(),
        };
        assert_eq!(names(&web), ["shop/api", "alone", "blog/db"]);
    }
}
