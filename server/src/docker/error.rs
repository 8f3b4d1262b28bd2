//! What can go wrong between us and the engine, and what to tell people about it.

use std::time::Duration;

use sidekick::model::{EngineError, EngineErrorKind};
use thiserror::Error;

use super::Endpoint;

/// Why a request or a stream failed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DockerError {
    /// No connection to the engine.
    #[error("cannot connect to {endpoint}: {message}")]
    Connect {
        /// Where, as a URL.
        endpoint: String,
        /// Class of the cause.
        kind: EngineErrorKind,
        /// The system's words.
        message: String,
    },
    /// No answer in time.
    #[error("no answer to {request} within {} s", after.as_secs_f32())]
    Timeout {
        /// What was asked.
        request: String,
        /// How long we waited.
        after: Duration,
    },
    /// The TLS handshake or the certificate files are at fault.
    #[error("TLS: {0}")]
    Tls(String),
    /// The ssh command failed; the text is what it printed.
    #[error("ssh: {0}")]
    Ssh(String),
    /// The engine answered with an error.
    #[error("{message} (HTTP {status})")]
    Status {
        /// HTTP status.
        status: u16,
        /// The engine's own message.
        message: String,
    },
    /// What answered does not speak as a Docker engine does.
    #[error("unexpected answer: {0}")]
    Protocol(String),
    /// The connection broke in the middle of an answer.
    #[error("connection lost: {0}")]
    Interrupted(String),
    /// The engine wrote an error into a log stream.
    #[error("the engine reports: {0}")]
    Engine(String),
    /// The endpoint makes no sense, or its files cannot be read.
    #[error("{0}")]
    Configuration(String),
}

impl DockerError {
    /// Class of the cause, which decides the advice.
    #[must_use]
    pub fn kind(&self) -> EngineErrorKind {
        match self {
            Self::Connect { kind, .. } => *kind,
            Self::Timeout { .. } => EngineErrorKind::Timeout,
            Self::Tls(_) => EngineErrorKind::Tls,
            Self::Ssh(_) => EngineErrorKind::Ssh,
            Self::Protocol(_) => EngineErrorKind::Protocol,
            Self::Configuration(_) => EngineErrorKind::Configuration,
            Self::Interrupted(_) | Self::Status { .. } | Self::Engine(_) => EngineErrorKind::Other,
        }
    }

    /// Whether trying the same again makes no sense: the logging driver cannot be read, the
    /// container is gone, or the configuration is wrong.
    #[must_use]
    pub fn is_permanent(&self) -> bool {
        match self {
            Self::Status { status, message } => {
                matches!(status, 400 | 404 | 410 | 501) || is_unreadable_driver(message)
            }
            Self::Engine(message) => is_unreadable_driver(message),
            Self::Configuration(_) => true,
            _ => false,
        }
    }

    /// Whether the engine does not know the container.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::Status { status: 404, .. })
    }

    /// The error with advice for people.
    #[must_use]
    pub fn to_engine_error(&self, endpoint: &Endpoint) -> EngineError {
        EngineError {
            endpoint: endpoint.url().to_owned(),
            kind: self.kind(),
            message: match self {
                Self::Connect { message, .. } => message.clone(),
                other => other.to_string(),
            },
            advice: advice(self.kind(), endpoint.url(), endpoint.chosen_by()),
        }
    }
}

/// Docker's wordings, and Podman's, for a logging driver without a readable history.
fn is_unreadable_driver(message: &str) -> bool {
    let wordings = [
        "does not support reading",
        "none log driver",
        "is not logging output",
    ];
    wordings.iter().any(|words| message.contains(words))
}

/// What to do about a cause of this class.
pub(super) fn advice(kind: EngineErrorKind, url: &str, chosen_by: &str) -> String {
    match kind {
        EngineErrorKind::NotFound => format!(
            "There is no socket at {url} (chosen by {chosen_by}). Install or start Docker \
             (`sudo systemctl start docker`, or open Docker Desktop), or name another engine \
             with --docker-host or DOCKER_HOST."
        ),
        EngineErrorKind::PermissionDenied => "Your user may not open Docker's socket. Add it to \
             the group with `sudo usermod -aG docker $USER` and log in again, or use rootless \
             Docker."
            .to_owned(),
        EngineErrorKind::Refused => format!(
            "Nobody listens at {url} (chosen by {chosen_by}). Start the engine: `sudo systemctl \
             start docker`, or open Docker Desktop."
        ),
        EngineErrorKind::Timeout => format!(
            "{url} does not answer. Check the network, a firewall on the way, and whether the \
             engine hangs (`docker version`)."
        ),
        EngineErrorKind::Tls => "Check DOCKER_CERT_PATH (ca.pem, cert.pem, key.pem), that the \
             engine's certificate names this host, and that the port speaks TLS (usually 2376)."
            .to_owned(),
        EngineErrorKind::Ssh => "Try the same by hand: `ssh HOST docker system dial-stdio` must \
             connect without asking for a password (use a key and ssh-agent)."
            .to_owned(),
        EngineErrorKind::Protocol => format!(
            "What answers at {url} does not speak the Docker API. Check the address and port, \
             and whether it expects TLS (DOCKER_TLS_VERIFY=1)."
        ),
        EngineErrorKind::Configuration => format!(
            "Correct the setting that chose it ({chosen_by}), or name an engine with \
             --docker-host, such as unix:///var/run/docker.sock."
        ),
        EngineErrorKind::Other => {
            "Look into the engine's own log (`journalctl -u docker`). We keep trying.".to_owned()
        }
    }
}
