//! Which containers the names on the command line mean.

use sidekick::model::{Container, ContainerId};
use sidekick::protocol::Target;

/// Fewest characters of an id that stand for it.
const SHORTEST_ID: usize = 4;

/// What to subscribe to for one name; following it, or reading what there is.
///
/// # Errors
/// What to say to somebody who named nothing that is there, or several things at once.
pub(super) fn targets(
    name: &str,
    containers: &[Container],
    follow: bool,
) -> Result<Vec<Target>, String> {
    let of = |container: &Container| {
        let container = container.id.clone();
        match follow {
            true => Target::Logs { container },
            false => Target::History { container },
        }
    };
    if let Some(container) = containers.iter().find(|it| it.name == name) {
        return Ok(vec![of(container)]);
    }
    if name.len() >= SHORTEST_ID {
        let mut by_id = containers.iter().filter(|it| it.id.0.starts_with(name));
        match (by_id.next(), by_id.next()) {
            (Some(container), None) => return Ok(vec![of(container)]),
            (Some(_), Some(_)) => {
                return Err(format!(
                    "{name} begins the ids of several containers: give more of it"
                ));
            }
            _ => {}
        }
    }
    let members: Vec<_> = containers
        .iter()
        .filter(|it| it.project.as_deref() == Some(name))
        .collect();
    if members.is_empty() {
        return Err(format!(
            "no container or project is named {name}{}",
            known(containers)
        ));
    }
    Ok(match follow {
        // Containers may join later.
        true => vec![Target::ProjectLogs {
            project: name.to_owned(),
            service: None,
        }],
        false => members.into_iter().map(of).collect(),
    })
}

/// Leaves out containers that are shown with their project already: no line comes twice.
pub(super) fn drop_covered(targets: &mut Vec<Target>, containers: &[Container]) {
    let projects: Vec<_> = targets
        .iter()
        .filter_map(|target| match target {
            Target::ProjectLogs { project, .. } => Some(project.clone()),
            _ => None,
        })
        .collect();
    let is_covered = |id: &ContainerId| {
        let container = containers.iter().find(|it| it.id == *id);
        container.is_some_and(|it| it.project.as_ref().is_some_and(|it| projects.contains(it)))
    };
    targets.retain(|target| !matches!(target, Target::Logs { container } if is_covered(container)));
}

/// The pasts of all containers that are shown where `targets` are followed.
pub(super) fn pasts(targets: &[Target], containers: &[Container]) -> Vec<Target> {
    let shown = |container: &Container| {
        targets.iter().any(|target| match target {
            Target::Logs { container: id } => container.id == *id,
            Target::ProjectLogs { project, .. } => container.project.as_ref() == Some(project),
            _ => false,
        })
    };
    let past = |it: &Container| Target::History {
        container: it.id.clone(),
    };
    containers.iter().filter(|it| shown(it)).map(past).collect()
}

/// What could have been named.
fn known(containers: &[Container]) -> String {
    const SHOWN: usize = 20;
    let mut names: Vec<_> = containers.iter().map(|it| it.name.as_str()).collect();
    names.sort_unstable();
    let mut projects: Vec<_> = containers
        .iter()
        .filter_map(|it| it.project.as_deref())
        .collect();
    projects.sort_unstable();
    projects.dedup();
    let first = |names: &[&str]| match names.len() {
        n if n > SHOWN => format!("{} and {} more", names[..SHOWN].join(", "), n - SHOWN),
        _ => names.join(", "),
    };
    match (names.len(), projects.len()) {
        (0, _) => ": there are no containers".to_owned(),
        (_, 0) => format!("; there are {}", first(&names)),
        _ => format!(
            "; there are {}, and the projects {}",
            first(&names),
            first(&projects)
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sidekick::model::ContainerId;

    fn containers() -> Vec<Container> {
        [
            ("aaaa1", "web", Some("shop")),
            ("aaaa2", "db", Some("shop")),
            ("bbbb3", "shop-old", None),
        ]
        .into_iter()
        .map(|(id, name, project)| Container {
            project: project.map(str::to_owned),
            ..Container::created(ContainerId(id.to_owned()), name.to_owned())
        })
        .collect()
    }

    fn logs(id: &str) -> Target {
        Target::Logs {
            container: ContainerId(id.to_owned()),
        }
    }

    #[test]
    fn a_name_is_a_container_an_id_or_a_project() {
        let all = containers();
        assert_eq!(targets("web", &all, true), Ok(vec![logs("aaaa1")]));
        assert_eq!(targets("bbbb", &all, true), Ok(vec![logs("bbbb3")]));
        assert!(matches!(
            &targets("shop", &all, true).unwrap()[..],
            [Target::ProjectLogs { .. }]
        ));
        let history = targets("shop", &all, false).unwrap();
        assert_eq!(history.len(), 2);
        assert!(
            history
                .iter()
                .all(|it| matches!(it, Target::History { .. }))
        );
    }

    #[test]
    fn a_wrong_name_is_told_what_there_is() {
        let all = containers();
        assert_eq!(
            targets("wbe", &all, true).unwrap_err(),
            "no container or project is named wbe; there are db, shop-old, web, and the projects shop"
        );
        assert!(targets("aaaa", &all, true).unwrap_err().contains("several"));
        assert!(
            targets("web", &[], true)
                .unwrap_err()
                .ends_with("there are no containers")
        );
    }
}
