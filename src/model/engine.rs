//! The engine behind the page, and what is wrong with it where it does not answer.

use serde::{Deserialize, Serialize};

use crate::time::Millis;

/// A daemon that answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Engine {
    /// Where it listens, as a URL, such as `unix:///var/run/docker.sock`.
    pub endpoint: String,
    /// Why this endpoint was chosen, for people: `DOCKER_HOST`, `context "desktop"`, `default`.
    pub chosen_by: String,
    /// Engine version, such as `28.2.2`.
    pub version: String,
    /// API version, such as `1.50`.
    pub api_version: String,
    /// `linux/amd64` and the like.
    pub platform: String,
    /// Whether it is the demo engine that is built in.
    pub demo: bool,
}

/// How the server stands to its engine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum EngineStatus {
    /// First attempt under way.
    Connecting {
        /// Where it is looked for.
        endpoint: String,
    },
    /// It answers, its events flow.
    Connected(Engine),
    /// It does not answer. The server keeps looking.
    Unreachable(EngineError),
}

/// Why the engine does not answer, for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EngineError {
    /// Where it was looked for.
    pub endpoint: String,
    /// Class of the cause, which decides the advice.
    pub kind: EngineErrorKind,
    /// The cause in the system's words.
    pub message: String,
    /// What to do about it: one or two sentences, may name a command.
    pub advice: String,
}

/// Classes of causes for an engine that does not answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum EngineErrorKind {
    /// The socket does not exist: Docker is not installed or not started.
    NotFound,
    /// The user may not open the socket.
    PermissionDenied,
    /// Nobody listens.
    Refused,
    /// No answer in time, or no route.
    Timeout,
    /// TLS failed: certificate, host name or version.
    Tls,
    /// The ssh command failed.
    Ssh,
    /// It answered, but not as a Docker engine does.
    Protocol,
    /// The endpoint given by flag, environment or context makes no sense.
    Configuration,
    /// Anything else.
    Other,
}

/// A part of the state that could not be refreshed; the old data is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResourceError {
    /// What failed: `containers`, `events`.
    pub resource: String,
    /// The cause.
    pub message: String,
    /// When it failed.
    pub at: Millis,
}
