//! Compose projects, derived from the labels of their containers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Container, ContainerId};

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
    /// Alive replicas and all replicas.
    #[must_use]
    pub fn replicas(&self) -> (usize, usize) {
        self.services.iter().fold((0, 0), |(up, all), service| {
            (up + service.running, all + service.replicas.len())
        })
    }

    /// How much of it runs.
    #[must_use]
    pub fn status(&self) -> ProjectStatus {
        match self.replicas() {
            (0, _) => ProjectStatus::Stopped,
            (up, all) if up == all => ProjectStatus::Running,
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
                    replicas.sort_by_key(|c| (!c.state.is_alive(), c.number, c.name.clone()));
                    Service {
                        name: name.to_owned(),
                        image: replicas
                            .first()
                            .map(|c| c.image.clone())
                            .unwrap_or_default(),
                        running: replicas.iter().filter(|c| c.state.is_alive()).count(),
                        replicas: replicas.into_iter().map(|c| c.id.clone()).collect(),
                    }
                })
                .collect(),
        })
        .collect()
}
