//! An event of the engine.

use serde::{Deserialize, Serialize};

use crate::time::Nanos;

/// Something happened to an object of the engine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// When, by the engine's clock.
    pub time: Nanos,
    /// Kind of object.
    pub kind: EventKind,
    /// The engine's word: `start`, `die`, `health_status: healthy`.
    pub action: String,
    /// Id of the object (for images and volumes their name).
    pub id: String,
    /// Name of the container, where the engine gives it.
    pub name: Option<String>,
    /// All attributes, sorted by key: `exitCode`, `oldName`, labels.
    pub attributes: Vec<(String, String)>,
}

impl Event {
    /// The value of an attribute.
    #[must_use]
    pub fn attribute(&self, key: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(k, _)| k == key)
            .map(|(_, v)| v.as_str())
    }
}

/// Kinds of objects that events speak of.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum EventKind {
    /// A container.
    Container,
    /// An image.
    Image,
    /// A volume.
    Volume,
    /// A network.
    Network,
    /// The daemon itself.
    Daemon,
    /// A kind this version does not know, as the engine named it.
    Other(String),
}

impl EventKind {
    /// Reads the engine's word; unknown words are kept.
    #[must_use]
    pub fn parse(word: &str) -> Self {
        match word {
            "container" => Self::Container,
            "image" => Self::Image,
            "volume" => Self::Volume,
            "network" => Self::Network,
            "daemon" => Self::Daemon,
            other => Self::Other(other.to_owned()),
        }
    }
}
