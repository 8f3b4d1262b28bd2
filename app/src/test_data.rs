//! Containers for tests.

use sidekick::model::{Container, ContainerId, ContainerState};

/// A running container that belongs to no project.
pub(crate) fn container(id: &str, name: &str) -> Container {
    Container {
        id: ContainerId(id.to_owned()),
        name: name.to_owned(),
        image: "busybox".to_owned(),
        state: ContainerState::Running,
        status: "Up 3 hours".to_owned(),
        health: None,
        ports: Vec::new(),
        created: None,
        started: None,
        finished: None,
        exit_code: None,
        project: None,
        service: None,
        number: None,
    }
}
