//! The client: what the rest of the server asks of an engine.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use futures::stream::{self, BoxStream, StreamExt};
use sidekick::{
    model::{Container, ContainerId, Details, Engine, Event, StatsSample},
    protocol::LogBatch,
    time::Nanos,
};
use tokio_util::sync::CancellationToken;

use super::{DockerError, Endpoint};

/// A stream from the engine. It owns its connection: dropping it closes it.
pub type DockerStream<T> = BoxStream<'static, Result<T, DockerError>>;

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

/// A client of one engine. Clones share everything and are cheap.
#[derive(Clone, Debug)]
pub struct DockerClient {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    endpoint: Endpoint,
    skipped: Arc<AtomicU64>,
}

impl DockerClient {
    /// A client for this endpoint. Connects to nothing yet; only reads TLS files.
    ///
    /// # Errors
    /// [`DockerError::Configuration`] or [`DockerError::Tls`] when TLS files cannot be used.
    pub fn new(endpoint: Endpoint) -> Result<Self, DockerError> {
        Ok(Self {
            inner: Arc::new(Inner {
                endpoint,
                skipped: Arc::default(),
            }),
        })
    }

    /// Where it connects to.
    #[must_use]
    pub fn endpoint(&self) -> &Endpoint {
        &self.inner.endpoint
    }

    /// How many records of any kind could not be read so far, over all clones.
    #[must_use]
    pub fn skipped_records(&self) -> u64 {
        self.inner.skipped.load(Ordering::Relaxed)
    }

    /// Asks who answers, within 5 seconds.
    ///
    /// # Errors
    /// Any [`DockerError`]; its kind says what to advise.
    pub async fn engine(&self) -> Result<Engine, DockerError> {
        Err(DockerError::Configuration("not connected".to_owned()))
    }

    /// All containers, also stopped ones, in the engine's order.
    ///
    /// # Errors
    /// Any [`DockerError`]; a record that cannot be read is no error.
    pub async fn list_containers(&self) -> Result<Listing, DockerError> {
        Err(DockerError::Configuration("not connected".to_owned()))
    }

    /// Everything about one container, environment values included.
    ///
    /// # Errors
    /// [`DockerError::is_not_found`] when there is no such container; others.
    pub async fn inspect(&self, id_or_name: &str) -> Result<Details, DockerError> {
        Err(DockerError::Configuration(format!(
            "not connected: {id_or_name}"
        )))
    }

    /// The log of a container. Each item holds the lines that one piece of the answer completed.
    #[must_use]
    pub fn stream_logs(
        &self,
        id: &ContainerId,
        options: LogOptions,
        cancel: CancellationToken,
    ) -> DockerStream<LogBatch> {
        let _ = (id, options, cancel);
        stream::empty().boxed()
    }

    /// Readings of a container's resources, about one a second.
    #[must_use]
    pub fn stream_stats(
        &self,
        id: &ContainerId,
        cancel: CancellationToken,
    ) -> DockerStream<StatsSample> {
        let _ = (id, cancel);
        stream::empty().boxed()
    }

    /// The engine's events, from `since` (inclusive) or from now on.
    #[must_use]
    pub fn stream_events(
        &self,
        filters: EventFilters,
        since: Option<Nanos>,
        cancel: CancellationToken,
    ) -> DockerStream<Event> {
        let _ = (filters, since, cancel);
        stream::empty().boxed()
    }
}
