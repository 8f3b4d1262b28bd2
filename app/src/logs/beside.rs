//! Side by side: each container or member of a merged log has a column of its own, in which its lines
//! stand. The rows stay in the order of time, so what stands near each other happened together.

use crate::bind::{Erase, bound, each, on};
use crate::signal::{Memo, effect};
use leptos::prelude::*;
use sidekick::model::{Container, MAX_MEMBERS, MIN_MEMBERS, Member};
use sidekick::sort::sort_by;

use crate::charts::source_color;
use crate::route::Selection;
use crate::state::{Lanes, dashboard};

/// The switch, where there are as many columns as can be read.
#[component]
pub(super) fn BesideSwitch() -> impl IntoView {
    let dashboard = dashboard();
    let possible = Memo::new(move |before: Option<&(u64, Lanes)>| {
        let session = dashboard.session.get();
        dashboard.sources.track();
        let named: Vec<(u16, String)> = dashboard.logs.with_value(|log| {
            let name = |source| Some((source, log.source_name(source)?.to_owned()));
            log.sources().filter_map(name).collect()
        });
        let known = before.filter(|(of, _)| *of == session);
        let lanes = dashboard.selection.with(|selection| {
            dashboard.containers.with(|containers| {
                lanes(selection, &named, containers, known.map(|(_, lanes)| lanes))
            })
        });
        (session, lanes)
    });
    // Asked for, by the address or before one more came, and there are more than can be read.
    let too_many = move || {
        let many = dashboard.sources.with(|it| it.len() > MAX_MEMBERS);
        many && dashboard.beside.get() && possible.with(|(_, lanes)| lanes.is_empty())
    };
    effect(move || {
        let shown = match dashboard.beside.get() {
            true => possible.with(|(_, lanes)| lanes.clone()),
            false => Lanes::default(),
        };
        if dashboard.lanes.with_untracked(|before| *before != shown) {
            dashboard.lanes.set(shown);
        }
    });
    view! {
        <label
            class="switch beside-switch"
            title="A column for each, in one order of time"
            hidden=move || !too_many() && possible.with(|(_, lanes)| lanes.is_empty())
        >
            <input
                type="checkbox"
                prop:checked=move || dashboard.beside.get()
                on:change=on(move |event| dashboard.beside.set(event_target_checked(&event)))
            />
            {move || if too_many() { "Side by side: four at most" } else { "Side by side" }}
        </label>
    }
    .erase()
}

/// The names of the columns, above the lines.
#[component]
pub(crate) fn LaneHead() -> impl IntoView {
    let lanes = dashboard().lanes;
    let named = move || {
        lanes.with(|lanes| {
            let first = |at| lanes.of.iter().find(|(_, lane)| *lane == at);
            let names = lanes.names.iter().enumerate();
            names
                .map(|(at, name)| (at, name.clone(), first(at).map(|(source, _)| *source)))
                .collect::<Vec<_>>()
        })
    };
    let cell = |(_, name, source): (usize, String, Option<u16>)| {
        // One without a line has no colour.
        let class = source.map_or_else(String::new, |it| {
            format!("lane-name source-{}", source_color(it))
        });
        view! { <span class=class>{name}</span> }.erase()
    };
    // A reader of the rows hears the name with each line.
    view! {
        <div class="lane-head" aria-hidden="true" hidden=bound(move || lanes.with(Lanes::is_empty))>
            <span>"time"</span>
            {each(named, Clone::clone, cell)}
        </div>
    }
    .erase()
}

/// The columns of a selection's log, whose sources have these names. Who had a column keeps it, also where
/// the container is gone and nobody knows any more what service it was of.
fn lanes(
    selection: &Selection,
    named: &[(u16, String)],
    containers: &[Container],
    known: Option<&Lanes>,
) -> Lanes {
    if let Selection::Several(members) = selection {
        let of = named.iter().filter_map(|(source, name)| {
            let before = known.and_then(|it| it.lane(*source));
            Some((
                *source,
                before.or_else(|| place(members, name, containers))?,
            ))
        });
        return Lanes {
            names: members.iter().map(Member::to_string).collect(),
            of: of.collect(),
        };
    }
    let prefix = match selection {
        Selection::Project(project) | Selection::Service { project, .. } => format!("{project}-"),
        _ => return Lanes::default(),
    };
    let short = |name: &str| name.strip_prefix(&prefix).unwrap_or(name).to_owned();
    let gone = |column: &String| {
        !containers.is_empty() && !containers.iter().any(|it| short(&it.name) == *column)
    };
    let mut names = known.map_or_else(Vec::new, |it| it.names.clone());
    let mut new: Vec<String> = named.iter().map(|(_, name)| short(name)).collect();
    new.retain(|name| !names.contains(name));
    sort_by(&mut new, |a, b| (gone(a), a).cmp(&(gone(b), b)));
    new.dedup();
    for name in new {
        if names.len() < MAX_MEMBERS {
            names.push(name);
        } else if !gone(&name) {
            // It takes the place of one that went, whose lines stand without a column then.
            match names.iter_mut().find(|it| gone(it)) {
                Some(column) => *column = name,
                None => return Lanes::default(),
            }
        }
    }
    if names.len() < MIN_MEMBERS {
        return Lanes::default();
    }
    let of = named.iter().filter_map(|(source, name)| {
        let name = short(name);
        Some((*source, names.iter().position(|it| *it == name)?))
    });
    Lanes {
        of: of.collect(),
        names,
    }
}

/// Which member a container of this name belongs to: the one with its name, or the one of its service.
fn place(members: &[Member], name: &str, containers: &[Container]) -> Option<usize> {
    let is_name = |it: &Member| matches!(it, Member::Container(known) if known == name);
    members.iter().position(is_name).or_else(|| {
        let container = containers.iter().find(|it| it.name == name)?;
        members.iter().position(|it| it.has(container))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_data::container;

    fn named(names: &[&str]) -> Vec<(u16, String)> {
        let numbered = names.iter().enumerate();
        numbered
            .map(|(at, name)| (at as u16, (*name).to_owned()))
            .collect()
    }

    fn replica(name: &str) -> Container {
        let mut it = container(name, name);
        it.project = Some("shop".into());
        it.service = Some("api".into());
        it
    }

    fn compared() -> Selection {
        Selection::Several(vec![
            Member::Container("db".into()),
            Member::Service {
                project: "shop".into(),
                service: "api".into(),
            },
        ])
    }

    #[test]
    fn each_member_has_a_column_and_the_replicas_of_a_service_share_one() {
        let containers = [replica("shop-api-1"), replica("shop-api-2")];
        let names = named(&["db", "shop-api-1", "shop-api-2", "db", "unheard-of"]);
        let lanes = lanes(&compared(), &names, &containers, None);
        assert_eq!(lanes.names, ["db", "shop/api"]);
        let places: Vec<_> = (0..5).map(|source| lanes.lane(source)).collect();
        assert_eq!(places, [Some(0), Some(1), Some(1), Some(0), None]);
    }

    #[test]
    fn a_container_that_is_gone_or_has_another_name_keeps_its_column() {
        let first = lanes(
            &compared(),
            &named(&["shop-api-1", "db"]),
            &[replica("shop-api-1")],
            None,
        );
        let later = named(&["shop-api-1", "0123_db"]);
        let later = lanes(&compared(), &later, &[], Some(&first));
        assert_eq!([later.lane(0), later.lane(1)], [Some(1), Some(0)]);
    }

    #[test]
    fn who_comes_later_takes_no_column_of_those_that_are_there() {
        let project = Selection::Project("shop".into());
        let of = |names: &[&str], there: &[&str], known: Option<&Lanes>| {
            let there: Vec<_> = there.iter().map(|it| replica(it)).collect();
            lanes(&project, &named(names), &there, known)
        };
        let two = of(&["shop-c", "shop-b"], &["shop-b", "shop-c"], None);
        assert_eq!(two.names, ["b", "c"]);
        let three = ["shop-c", "shop-b", "shop-a"];
        let three = of(&three, &three, Some(&two));
        assert_eq!(three.names, ["b", "c", "a"]);
        let five = ["shop-c", "shop-b", "shop-a", "shop-d", "shop-e"];
        let four = of(&five[..4], &five[..4], Some(&three));
        assert!(of(&five, &five, Some(&four)).is_empty());
        let later = of(
            &five,
            &["shop-c", "shop-a", "shop-d", "shop-e"],
            Some(&four),
        );
        assert_eq!(later.names, ["e", "c", "a", "d"]);
        assert_eq!(later.lane(1), None, "it went");
        let before = of(&five, &five[1..], None);
        assert_eq!(
            before.names,
            ["a", "b", "d", "e"],
            "of those that are there"
        );
    }

    #[test]
    fn a_service_has_a_column_for_each_replica_where_they_are_few() {
        let service = Selection::Service {
            project: "shop".into(),
            service: "api".into(),
        };
        let two = lanes(
            &service,
            &named(&["shop-api-2", "shop-api-1", "shop-api-2"]),
            &[],
            None,
        );
        assert_eq!(two.names, ["api-1", "api-2"]);
        assert_eq!(
            [0, 1, 2].map(|it| two.lane(it)),
            [Some(1), Some(0), Some(1)]
        );
        assert!(lanes(&service, &named(&["a"]), &[], None).is_empty());
        let five = ["a", "b", "c", "d", "e"];
        assert!(lanes(&service, &named(&five), &five.map(replica), None).is_empty());
        let alone = Selection::Container("a".into());
        assert!(lanes(&alone, &named(&["a", "b"]), &[], None).is_empty());
    }
}
