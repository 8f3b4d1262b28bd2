//! A container as the list shows it.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::time::Millis;

/// Docker's full container id (64 hexadecimal digits; whatever the engine says).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ContainerId(pub String);

impl ContainerId {
    /// The first 12 characters, as `docker ps` prints it.
    #[must_use]
    pub fn short(&self) -> &str {
        self.0.get(..12).unwrap_or(&self.0)
    }
}

impl fmt::Display for ContainerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One container, from the engine's list and kept current by its events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Container {
    /// Full id.
    pub id: ContainerId,
    /// First name, without the leading slash; the short id where the engine gives none.
    pub name: String,
    /// Image as it was named at creation.
    pub image: String,
    /// Life-cycle state.
    pub state: ContainerState,
    /// The engine's status text, such as `Up 3 hours (healthy)`.
    pub status: String,
    /// Health, where the container has a health check.
    pub health: Option<Health>,
    /// Published and exposed ports; IPv4 and IPv6 bindings of one port are one entry.
    pub ports: Vec<Port>,
    /// When it was created.
    pub created: Option<Millis>,
    /// When its current run began; known where the engine was asked or an event told.
    pub started: Option<Millis>,
    /// When its last run ended; `None` while it runs or where unknown.
    pub finished: Option<Millis>,
    /// Exit code of the last run; `None` while it runs or where unknown.
    pub exit_code: Option<i32>,
    /// Compose project (label `com.docker.compose.project`).
    pub project: Option<String>,
    /// Compose service (label `com.docker.compose.service`).
    pub service: Option<String>,
    /// Number within the service (label `com.docker.compose.container-number`).
    pub number: Option<u32>,
}

impl Container {
    /// A container that has just been created and of which no more is known.
    #[must_use]
    pub fn created(id: ContainerId, name: String) -> Self {
        Self {
            id,
            name,
            image: String::new(),
            state: ContainerState::Created,
            status: "Created".to_owned(),
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
}

/// The states of the engine's API, and one for those it may add.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ContainerState {
    /// Created, never started.
    Created,
    /// Running.
    Running,
    /// Paused: processes frozen.
    Paused,
    /// Between two runs, by restart policy or command.
    Restarting,
    /// Being removed.
    Removing,
    /// Ended (`exited`, and Podman's `stopped`).
    Exited,
    /// Half removed; cannot be started again.
    Dead,
    /// A word this version does not know, kept as the engine gave it.
    Other(String),
}

impl ContainerState {
    /// Reads the engine's word; unknown words are kept, never an error.
    #[must_use]
    pub fn parse(word: &str) -> Self {
        match word {
            "created" => Self::Created,
            "running" => Self::Running,
            "paused" => Self::Paused,
            "restarting" => Self::Restarting,
            "removing" => Self::Removing,
            "exited" | "stopped" => Self::Exited,
            "dead" => Self::Dead,
            other => Self::Other(other.to_owned()),
        }
    }

    /// The word that people read.
    #[must_use]
    pub fn word(&self) -> &str {
        match self {
            Self::Created => "created",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Restarting => "restarting",
            Self::Removing => "removing",
            Self::Exited => "exited",
            Self::Dead => "dead",
            Self::Other(word) => word,
        }
    }

    /// Whether its processes exist: running, paused or between two runs.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        matches!(self, Self::Running | Self::Paused | Self::Restarting)
    }
}

/// Result of the container's health check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Health {
    /// No verdict yet.
    Starting,
    /// The last checks passed.
    Healthy,
    /// Too many checks failed in a row.
    Unhealthy,
}

impl Health {
    /// Reads the health that the engine writes into the status text of its list:
    /// `(healthy)`, `(unhealthy)`, `(health: starting)`.
    #[must_use]
    pub fn from_status(status: &str) -> Option<Self> {
        if status.contains("(healthy)") {
            Some(Self::Healthy)
        } else if status.contains("(unhealthy)") {
            Some(Self::Unhealthy)
        } else if status.contains("(health: starting)") {
            Some(Self::Starting)
        } else {
            None
        }
    }

    /// The word that people read.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Healthy => "healthy",
            Self::Unhealthy => "unhealthy",
        }
    }
}

/// One port of a container.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Port {
    /// Port inside the container.
    pub container: u16,
    /// Port on the host; `None` where it is only exposed.
    pub host: Option<u16>,
    /// `tcp`, `udp` or `sctp`, as the engine says.
    pub protocol: String,
}
