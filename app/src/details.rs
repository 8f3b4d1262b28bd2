//! The Details tab: what the engine knows of a container, and the services of a project.

mod container;
mod fetch;
mod project;
mod secret;

pub(crate) use container::ContainerDetails;
pub(crate) use project::ProjectDetails;
