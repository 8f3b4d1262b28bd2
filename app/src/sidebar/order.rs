//! Which containers the list shows, in which order.

use sidekick::model::{Container, ContainerId};
use sidekick::sort::{sort_by, sort_by_key};

/// Containers of one Compose project, or those that belong to none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Group {
    pub(super) project: Option<String>,
    /// Alive ones first, then by name.
    pub(super) ids: Vec<ContainerId>,
    pub(super) running: usize,
}

/// The groups of the containers that a search finds: projects by name, then the rest.
pub(super) fn groups(containers: &[Container], search: &str) -> Vec<Group> {
    let words = words(search);
    let mut found: Vec<&Container> = containers
        .iter()
        .filter(|container| matches(container, &words))
        .collect();
    sort_by(&mut found, |a, b| {
        let key = |c: &Container| (c.project.is_none(), c.project.clone(), !c.state.is_alive());
        key(a).cmp(&key(b)).then_with(|| a.name.cmp(&b.name))
    });
    let mut groups: Vec<Group> = Vec::new();
    for container in found {
        let running = usize::from(container.state.is_alive());
        match groups.last_mut() {
            Some(group) if group.project == container.project => {
                group.ids.push(container.id.clone());
                group.running += running;
            }
            _ => groups.push(Group {
                project: container.project.clone(),
                ids: vec![container.id.clone()],
                running,
            }),
        }
    }
    groups
}

/// `now` in the order of `before`, for a list that a pointer is over: what was there keeps its
/// place, what is new comes last in its group.
pub(super) fn hold(before: &[Group], mut now: Vec<Group>) -> Vec<Group> {
    let place = |project: &Option<String>| before.iter().position(|g| g.project == *project);
    for group in &mut now {
        if let Some(old) = place(&group.project).map(|at| &before[at]) {
            sort_by_key(&mut group.ids, |id| {
                let at = old.ids.iter().position(|known| known == id);
                at.unwrap_or(usize::MAX)
            });
        }
    }
    sort_by_key(&mut now, |group| {
        place(&group.project).unwrap_or(usize::MAX)
    });
    now
}

/// The words of a search, in lower case. Names of containers, images and projects are ASCII; the
/// tables of all of Unicode's letters would cost the page's download 5 KB.
pub(super) fn words(search: &str) -> Vec<String> {
    search
        .split_whitespace()
        .map(str::to_ascii_lowercase)
        .collect()
}

/// Whether every word occurs in what people know of a container.
fn matches(container: &Container, words: &[String]) -> bool {
    if words.is_empty() {
        return true;
    }
    let mut text = format!("{} {}", container.name, container.image).to_ascii_lowercase();
    for part in [&container.project, &container.service]
        .into_iter()
        .flatten()
    {
        text.push(' ');
        text.push_str(&part.to_ascii_lowercase());
    }
    // State and health match as whole words or beginnings: "healthy" is not "unhealthy".
    let state = container.state.word();
    let health = container.health.map_or("", |health| health.word());
    words.iter().all(|word| {
        text.contains(word.as_str())
            || state.starts_with(word.as_str())
            || health.starts_with(word.as_str())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_data::container;
    use sidekick::model::{ContainerState, Health};

    fn list() -> Vec<Container> {
        let mut api = container("1", "shop-api-1");
        api.project = Some("shop".into());
        api.health = Some(Health::Unhealthy);
        let mut job = container("2", "shop-a-job-1");
        job.project = Some("shop".into());
        job.state = ContainerState::Exited;
        vec![container("3", "redis"), job, api, container("4", "adminer")]
    }

    fn shape(groups: &[Group]) -> Vec<(Option<&str>, Vec<&str>)> {
        groups
            .iter()
            .map(|g| {
                let ids = g.ids.iter().map(|id| id.0.as_str()).collect();
                (g.project.as_deref(), ids)
            })
            .collect()
    }

    #[test]
    fn projects_come_first_and_what_runs_comes_first_within() {
        assert_eq!(
            shape(&groups(&list(), "")),
            [(Some("shop"), vec!["1", "2"]), (None, vec!["4", "3"])]
        );
    }

    #[test]
    fn a_search_finds_names_images_states_and_health() {
        let find = |search: &str| {
            let mut ids: Vec<String> = groups(&list(), search)
                .into_iter()
                .flat_map(|g| g.ids)
                .map(|id| id.0)
                .collect();
            ids.sort();
            ids.concat()
        };
        assert_eq!(find("SHOP api"), "1");
        assert_eq!(find("busybox"), "1234");
        assert_eq!(find("exited"), "2");
        assert_eq!(find("unhealthy"), "1");
        assert_eq!(find("healthy"), "");
        assert_eq!(find("nothing of the kind"), "");
    }

    #[test]
    fn a_held_list_keeps_its_places() {
        let before = groups(&list(), "");
        let mut changed = list();
        changed[2].state = ContainerState::Exited;
        changed[1].state = ContainerState::Running;
        changed.push(container("5", "aaa"));
        let held = hold(&before, groups(&changed, ""));
        assert_eq!(
            shape(&held),
            [(Some("shop"), vec!["1", "2"]), (None, vec!["4", "3", "5"])]
        );
    }
}
