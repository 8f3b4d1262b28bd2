//! Why the engine refuses a request.

use thiserror::Error;

/// A refusal with dockerd's status code and words.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{status}: {message}")]
pub struct Refusal {
    /// HTTP status code.
    pub status: u16,
    /// The text of the `message` field.
    pub message: String,
}

impl Refusal {
    pub(crate) fn new(status: u16, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
        }
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(400, message)
    }

    pub(crate) fn no_such_container(name: &str) -> Self {
        Self::new(404, format!("No such container: {name}"))
    }

    pub(crate) fn conflict(message: impl Into<String>) -> Self {
        Self::new(409, message)
    }
}
