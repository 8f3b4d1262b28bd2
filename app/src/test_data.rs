//! Containers for tests.

use sidekick::model::{Container, ContainerId, ContainerState};

/// A running container that belongs to no project.
pub(crate) fn container(id: &str, name: &str) -> Container {
    Container {
        image: "busybox".to_owned(),
        state: ContainerState::Running,
        status: "Up 3 hours".to_owned(),
        ..Container::created(ContainerId(id.to_owned()), name.to_owned())
    }
}
