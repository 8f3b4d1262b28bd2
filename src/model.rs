//! What Docker has, in our own types. Docker's and bollard's types stop in the server; these
//! are what the websocket carries and what the page draws.

mod container;
mod details;
mod engine;
mod event;
mod member;
mod project;
mod stats;

pub use container::{Container, ContainerId, ContainerState, Health, Port};
pub use details::{
    DETAILS_TYPE, Details, EnvVar, HealthCheck, Limits, Mount, PortBinding, looks_secret,
};
pub use engine::{Engine, EngineError, EngineErrorKind, EngineStatus, ResourceError};
pub use event::{Event, EventKind};
pub use member::{MAX_MEMBERS, MAX_NAME_BYTES, MIN_MEMBERS, Member, MembersError, check_members};
pub use project::{Project, ProjectStatus, Replicas, Service, projects};
pub use stats::StatsSample;
