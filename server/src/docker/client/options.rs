//! What can be asked of the engine.

use sidekick::{model::Container, time::Nanos};

use super::super::{logs::seconds, transport::segment};

/// How much of a log to begin with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tail {
    /// All that the engine has.
    #[default]
    All,
    /// The newest lines.
    Lines(u64),
}

/// What to read of a container's log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LogOptions {
    /// How much to begin with.
    pub tail: Tail,
    /// Only lines from this instant on (inclusive).
    pub since: Option<Nanos>,
    /// Only lines up to this instant. The engine takes `tail` first and then filters.
    pub until: Option<Nanos>,
    /// Stay and wait for more, until the container stops.
    pub follow: bool,
}

/// Which events to receive; empty lists mean all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventFilters {
    /// Kinds of objects: `container`, `image`.
    pub types: Vec<String>,
    /// Actions: `start`, `die`.
    pub actions: Vec<String>,
}

/// All containers of the engine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// Those that could be read.
    pub containers: Vec<Container>,
    /// How many records could not.
    pub skipped: u64,
}

impl EventFilters {
    pub(super) fn path(&self, since: Option<Nanos>) -> String {
        let mut filters = serde_json::Map::new();
        for (key, words) in [("type", &self.types), ("event", &self.actions)] {
            if !words.is_empty() {
                filters.insert(key.to_owned(), words.clone().into());
            }
        }
        let mut query = Vec::new();
        if !filters.is_empty() {
            query.push(format!(
                "filters={}",
                segment(&serde_json::Value::from(filters).to_string())
            ));
        }
        if let Some(since) = since {
            query.push(format!("since={}", seconds(since)));
        }
        format!("/events?{}", query.join("&"))
    }
}
