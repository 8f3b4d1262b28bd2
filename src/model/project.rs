//! Compose projects, derived from the labels of their containers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Container, ContainerId, Health};
use crate::sort::sort_by;

/// A Compose project: all containers with the same `com.docker.compose.project` label.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Project {
    /// Name of the project.
    pub name: String,
    /// Its services, by name.
    pub services: Vec<Service>,
}

/// A service of a project, with its replicas.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    /// Name of the service.
    pub name: String,
    /// Image of its first replica.
    pub image: String,
    /// Its containers: alive ones first, then by number and name.
    pub replicas: Vec<ContainerId>,
    /// How many of them are alive.
    pub running: usize,
    /// Whether one of these is unhealthy.
    pub unhealthy: bool,
}

/// How many of a group of containers are alive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Replicas {
    /// Those that are alive.
    pub running: usize,
    /// All.
    pub all: usize,
    /// Whether one of those that are alive is unhealthy.
    pub unhealthy: bool,
}

impl Replicas {
    /// Counts containers.
    pub fn of<'a>(containers: impl IntoIterator<Item = &'a Container>) -> Self {
        let mut sum = Self::default();
        for container in containers {
            let alive = container.state.is_alive();
            sum.running += usize::from(alive);
            sum.all += 1;
            sum.unhealthy |= alive && container.health == Some(Health::Unhealthy);
        }
        sum
    }
}

impl Service {
    /// Its replicas, counted.
    #[must_use]
    pub fn counts(&self) -> Replicas {
        Replicas {
            running: self.running,
            all: self.replicas.len(),
            unhealthy: self.unhealthy,
        }
    }
}

/// How much of a project runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ProjectStatus {
    /// Every replica of every service is alive.
    Running,
    /// Some are.
    Partial,
    /// None is.
    Stopped,
}

impl Project {
    /// The replicas of all its services, counted.
    #[must_use]
    pub fn counts(&self) -> Replicas {
        let mut sum = Replicas::default();
        for service in &self.services {
            let counts = service.counts();
            sum.running += counts.running;
            sum.all += counts.all;
            sum.unhealthy |= counts.unhealthy;
        }
        sum
    }

    /// How much of it runs.
    #[must_use]
    pub fn status(&self) -> ProjectStatus {
        let Replicas { running, all, .. } = self.counts();
        match running {
            0 => ProjectStatus::Stopped,
            _ if running == all => ProjectStatus::Running,
            _ => ProjectStatus::Partial,
        }
    }
}

/// The projects of these containers, by name. A container without both labels belongs to none.
#[must_use]
pub fn projects(containers: &[Container]) -> Vec<Project> {
    let mut found: BTreeMap<&str, BTreeMap<&str, Vec<&Container>>> = BTreeMap::new();
    for container in containers {
        if let (Some(project), Some(service)) = (&container.project, &container.service) {
            found
                .entry(project)
                .or_default()
                .entry(service)
                .or_default()
                .push(container);
        }
    }
    found
        .into_iter()
        .map(|(name, services)| Project {
            name: name.to_owned(),
            services: services
                .into_iter()
                .map(|(name, mut replicas)| {
                    sort_by(&mut replicas, |a, b| {
                        let key = |c: &Container| (!c.state.is_alive(), c.number);
                        key(a).cmp(&key(b)).then_with(|| a.name.cmp(&b.name))
                    });
                    let counts = Replicas::of(replicas.iter().copied());
                    Service {
                        name: name.to_owned(),
                        image: replicas
                            .first()
                            .map(|c| c.image.clone())
                            .unwrap_or_default(),
                        running: counts.running,
                        unhealthy: counts.unhealthy,
                        replicas: replicas.into_iter().map(|c| c.id.clone()).collect(),
                    }
                })
                .collect(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ContainerState;
    use proptest::prelude::*;

    fn container(index: usize, labels: (Option<u8>, Option<u8>), number: Option<u32>) -> Container {
        let id = ContainerId(format!("id-{index}"));
        Container {
            state: if index.is_multiple_of(3) {
                ContainerState::Exited
            } else {
                ContainerState::Running
            },
            project: labels.0.map(|n| format!("project-{n}")),
            service: labels.1.map(|n| format!("service-{n}")),
            number,
            ..Container::created(id, format!("name-{}", index % 5))
        }
    }

    fn containers() -> impl Strategy<Value = Vec<Container>> {
        let label = || proptest::option::weighted(0.8, 0u8..3);
        let one = ((label(), label()), proptest::option::of(0u32..4));
        proptest::collection::vec(one, 0..30).prop_map(|list| {
            list.into_iter()
                .enumerate()
                .map(|(index, (labels, number))| container(index, labels, number))
                .collect()
        })
    }

    proptest! {
        #[test]
        fn every_container_with_both_labels_is_a_replica_of_exactly_its_service(
            containers in containers(),
        ) {
            let mut found = Vec::new();
            for project in projects(&containers) {
                for service in &project.services {
                    for id in &service.replicas {
                        found.push((id.clone(), project.name.clone(), service.name.clone()));
                    }
                }
            }
            let mut expected: Vec<_> = containers
                .iter()
                .filter_map(|c| Some((c.id.clone(), c.project.clone()?, c.service.clone()?)))
                .collect();
            found.sort();
            expected.sort();
            prop_assert_eq!(found, expected);
        }

        #[test]
        fn projects_and_services_are_sorted_and_replicas_alive_first_by_number_and_name(
            containers in containers(),
        ) {
            let projects = projects(&containers);
            prop_assert!(projects.is_sorted_by(|a, b| a.name < b.name));
            for service in projects.iter().flat_map(|p| &p.services) {
                let replicas: Vec<_> = service
                    .replicas
                    .iter()
                    .map(|id| containers.iter().find(|c| c.id == *id).unwrap())
                    .collect();
                prop_assert!(replicas.is_sorted_by_key(|c| (!c.state.is_alive(), c.number, &c.name)));
                prop_assert_eq!(&service.image, &replicas[0].image);
                let alive = replicas.iter().filter(|c| c.state.is_alive()).count();
                prop_assert_eq!(service.running, alive);
            }
            for project in &projects {
                prop_assert!(project.services.is_sorted_by(|a, b| a.name < b.name));
                let Replicas { running: up, all, .. } = project.counts();
                let expected = if up == 0 {
                    ProjectStatus::Stopped
                } else if up == all {
                    ProjectStatus::Running
                } else {
                    ProjectStatus::Partial
                };
                prop_assert_eq!(project.status(), expected);
            }
        }

        #[test]
        fn the_order_of_the_list_does_not_matter(containers in containers()) {
            let mut reversed = containers.clone();
            reversed.reverse();
            let of = |list: &[Container]| {
                projects(list)
                    .into_iter()
                    .map(|p| (p.name.clone(), p.counts(), p.services.len()))
                    .collect::<Vec<_>>()
            };
            prop_assert_eq!(of(&containers), of(&reversed));
        }
    }
}
