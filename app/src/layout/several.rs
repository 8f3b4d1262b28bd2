//! The head over what is compared: who is, how each is, and the way to leave one out.

use crate::bind::{Erase, bound};
use leptos::prelude::*;
use sidekick::model::{Member, Replicas};

use crate::compare::toggled;
use crate::icons::{REMOVED_MARK, group_mark, mark};
use crate::route::{Route, Selection, names, of_member};
use crate::state::{Dashboard, dashboard};

/// The members, each with its state.
pub(super) fn several_head(dashboard: Dashboard, members: Vec<Member>) -> AnyView {
    let name = names(&members);
    let selection = Selection::Several(members.clone());
    let chips: Vec<_> = members
        .into_iter()
        .map(|member| {
            let rest = toggled(&selection, &member);
            view! { <MemberChip member rest /> }.erase()
        })
        .collect();
    let utterance = move || {
        let count = dashboard.selection.with(|it| match it {
            Selection::Several(members) => members.len(),
            _ => 0,
        });
        format!("{count} compared")
    };
    view! {
        <div class="who">
            <h1 class="heard">{name}</h1>
            <span class="members" role="list" aria-label="Compared">
                {chips}
            </span>
            <span class="fact dim">{bound(utterance)}</span>
        </div>
    }
    .erase()
}

/// One of them: a link to its own page, and one to all the others without it.
#[component]
fn MemberChip(member: Member, rest: Option<Selection>) -> impl IntoView {
    let dashboard = dashboard();
    let name = member.to_string();
    let href = of_member(&member).path();
    let counts = crate::signal::Memo::new(move |_| {
        dashboard
            .containers
            .with(|all| Replicas::of(all.iter().filter(|it| member.has(it))))
    });
    let shape = move || match counts.get() {
        Replicas { all: 0, .. } => REMOVED_MARK,
        counts => group_mark(counts),
    };
    let standing = move || match counts.get() {
        Replicas { all: 0, .. } => "missing".to_owned(),
        Replicas { running, all, .. } if (running, all) != (1, 1) => format!("{running}/{all}"),
        _ => String::new(),
    };
    let leave = rest.map(|selection| {
        let href = move || {
            let tab = dashboard.tab.get();
            let selection = selection.clone();
            Route { selection, tab }.path()
        };
        view! {
            <a class="leave" href=bound(href) aria-label=format!("Leave out {name}") title="Leave out">
                "×"
            </a>
        }
        .erase()
    });
    view! {
        <span class="member chip" role="listitem">
            {mark(shape)} <a class="name" href=href>{name}</a>
            <span class="standing">{bound(standing)}</span> {leave}
        </span>
    }
    .erase()
}
