//! The client: what the rest of the server asks of an engine.

mod options;
mod rest;
mod streaming;

use std::{
    collections::VecDeque,
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde_json::Value;
use sidekick::{
    model::{ContainerId, Details, Engine, Event, StatsSample},
    protocol::{CursorCounter, LogBatch},
    time::{Millis, Nanos},
};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::{
    DockerError, Endpoint, containers, events, inspect,
    json::RecordSplitter,
    logs::{self, LogReader},
    stats::{Reading, StatsReader},
    transport::{AnswerBody, Transport, segment, timed_out},
    version,
};

use self::streaming::streaming;
pub use self::{
    options::{EventFilters, Listing, LogOptions, Tail},
    streaming::DockerStream,
};

/// How long a single answer may take; a list of thousands of containers is slow on some engines.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(20);

/// A client of one engine. Clones share everything and are cheap.
#[derive(Clone)]
pub struct DockerClient {
    inner: Arc<Inner>,
}

struct Inner {
    endpoint: Endpoint,
    transport: Arc<Transport>,
    skipped: AtomicU64,
}

impl fmt::Debug for DockerClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("DockerClient")
            .field(&self.inner.endpoint.url())
            .finish()
    }
}

impl DockerClient {
    /// A client for this endpoint. Connects to nothing yet; only reads TLS files.
    ///
    /// # Errors
    /// [`DockerError::Configuration`] or [`DockerError::Tls`] when TLS files cannot be used.
    pub fn new(endpoint: Endpoint) -> Result<Self, DockerError> {
        let transport = Arc::new(Transport::new(&endpoint)?);
        Ok(Self {
            inner: Arc::new(Inner {
                endpoint,
                transport,
                skipped: AtomicU64::new(0),
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

    /// Asks who answers. Takes at most 5 seconds, over ssh 15.
    ///
    /// # Errors
    /// Any [`DockerError`]; its kind says what to advise.
    pub async fn engine(&self) -> Result<Engine, DockerError> {
        version::engine(&self.inner.transport, &self.inner.endpoint).await
    }

    /// Asks whether the engine answers. Takes at most 20 seconds.
    ///
    /// # Errors
    /// Any [`DockerError`].
    pub async fn ping(&self) -> Result<(), DockerError> {
        const PATH: &str = "/_ping";
        let cancel = CancellationToken::new();
        let asked = self.inner.transport.get(PATH, &cancel);
        match timeout(ANSWER_TIMEOUT, asked).await {
            Ok(answer) => answer.map(drop),
            Err(_) => Err(timed_out(PATH, ANSWER_TIMEOUT)),
        }
    }

    /// All containers, also stopped ones, in the engine's order.
    ///
    /// # Errors
    /// Any [`DockerError`]; a record that cannot be read is no error.
    pub async fn list_containers(&self) -> Result<Listing, DockerError> {
        let answer = self.get_json("/containers/json?all=1").await?;
        let listing = containers::listing(&answer)
            .ok_or_else(|| DockerError::Protocol("the list of containers is no list".to_owned()))?;
        self.count_skipped(listing.skipped);
        Ok(listing)
    }

    /// Everything about one container, environment values included.
    ///
    /// # Errors
    /// [`DockerError::is_not_found`] when there is no such container; others.
    pub async fn inspect(&self, id_or_name: &str) -> Result<Details, DockerError> {
        let answer = self.inspect_json(id_or_name).await?;
        inspect::details(&answer)
            .ok_or_else(|| DockerError::Protocol("a container without an id".to_owned()))
    }

    /// The log of a container. Each item holds the lines that one piece of the answer completed,
    /// in Docker's order; an item is never empty.
    ///
    /// Ends when Docker ends it (without `follow`, or when the container stops), after an error,
    /// or when the token is cancelled. When a followed log ends, what Docker left out at its end
    /// is fetched and comes as the last item.
    #[must_use]
    pub fn stream_logs(
        &self,
        id: &ContainerId,
        options: LogOptions,
        cancel: CancellationToken,
    ) -> DockerStream<LogBatch> {
        struct Open {
            client: DockerClient,
            id: String,
            tty: bool,
            reader: LogReader,
            error: Option<DockerError>,
            delivered: CursorCounter,
            /// Whether to look at the end for what is missing.
            look_again: bool,
        }
        let client = self.clone();
        let id = segment(&id.0);
        let (token, again) = (cancel.clone(), cancel.clone());
        let open = async move {
            let answer = client.get_json(&format!("/containers/{id}/json")).await?;
            let tty = answer.pointer("/Config/Tty").and_then(Value::as_bool);
            let tty = tty.unwrap_or_default();
            let path = logs::path(&id, &options);
            let body = client.inner.transport.get(&path, &token).await?;
            Ok(Open {
                client,
                id,
                tty,
                reader: LogReader::new(body, tty),
                error: None,
                delivered: CursorCounter::default(),
                look_again: options.follow && options.until.is_none(),
            })
        };
        streaming(open, cancel, move |mut open| {
            let again = again.clone();
            async move {
                if let Some(error) = open.error.take() {
                    return Some((Err(error), open));
                }
                while let Some(piece) = open.reader.next().await {
                    open.client.count_skipped(piece.malformed);
                    match (piece.batch.is_empty(), piece.error) {
                        (false, error) => {
                            open.error = error;
                            for entry in piece.batch.iter() {
                                open.delivered.next(entry.time, entry.stream);
                            }
                            return Some((Ok(piece.batch), open));
                        }
                        (true, Some(error)) => return Some((Err(error), open)),
                        (true, None) => {}
                    }
                }
                if !std::mem::take(&mut open.look_again) {
                    return None;
                }
                let transport = &open.client.inner.transport;
                let (id, tty) = (&open.id, open.tty);
                let rest = rest::read(transport, id, tty, &options, &open.delivered, &again);
                match rest.await {
                    Ok(rest) if !rest.is_empty() => Some((Ok(rest), open)),
                    Ok(_) => None,
                    Err(error) => {
                        // Usual where it was removed: there is nothing more to be had.
                        tracing::debug!(container = %id, %error, "cannot look for last lines");
                        None
                    }
                }
            }
        })
    }

    /// Readings of a container's resources, about one a second. While it does not run, nothing
    /// comes.
    ///
    /// Ends when Docker ends it (the container was removed), after an error, or when the token
    /// is cancelled.
    #[must_use]
    pub fn stream_stats(
        &self,
        id: &ContainerId,
        cancel: CancellationToken,
    ) -> DockerStream<StatsSample> {
        let path = format!("/containers/{}/stats?stream=1", segment(&id.0));
        let mut stats = StatsReader::default();
        self.records(path, cancel, move |record| {
            match stats.read(record, now()) {
                Reading::Sample(sample) => Ok(Some(sample)),
                Reading::NotRunning => Ok(None),
                Reading::Malformed => Err(Malformed),
            }
        })
    }

    /// The engine's events, from `since` (inclusive) or from now on.
    ///
    /// Ends when Docker ends it, after an error, or when the token is cancelled.
    #[must_use]
    pub fn stream_events(
        &self,
        filters: EventFilters,
        since: Option<Nanos>,
        cancel: CancellationToken,
    ) -> DockerStream<Event> {
        self.records(filters.path(since), cancel, |record| {
            events::event(record, now()).map(Some).ok_or(Malformed)
        })
    }

    /// A stream of records, one JSON value a line. `read` turns one into an item, into nothing,
    /// or says that it is malformed.
    fn records<T: Send + 'static>(
        &self,
        path: String,
        cancel: CancellationToken,
        read: impl FnMut(&Value) -> Result<Option<T>, Malformed> + Send + 'static,
    ) -> DockerStream<T> {
        struct Open<T, F> {
            client: DockerClient,
            body: AnswerBody,
            splitter: RecordSplitter,
            ready: VecDeque<T>,
            ended: bool,
            read: F,
        }
        let client = self.clone();
        let token = cancel.clone();
        let open = async move {
            let body = client.inner.transport.get(&path, &token).await?;
            Ok(Open {
                client,
                body,
                splitter: RecordSplitter::default(),
                ready: VecDeque::new(),
                ended: false,
                read,
            })
        };
        streaming(open, cancel, |mut open| async move {
            loop {
                if let Some(item) = open.ready.pop_front() {
                    return Some((Ok(item), open));
                }
                if open.ended {
                    return None;
                }
                let (records, mut bad) = match open.body.chunk().await {
                    Some(Ok(bytes)) => open.splitter.push(&bytes),
                    Some(Err(error)) => {
                        open.ended = true;
                        return Some((Err(error), open));
                    }
                    None => {
                        open.ended = true;
                        open.splitter.finish()
                    }
                };
                for record in &records {
                    match (open.read)(record) {
                        Ok(item) => open.ready.extend(item),
                        Err(Malformed) => bad += 1,
                    }
                }
                open.client.count_skipped(bad);
            }
        })
    }

    async fn inspect_json(&self, id_or_name: &str) -> Result<Value, DockerError> {
        self.get_json(&format!("/containers/{}/json", segment(id_or_name)))
            .await
    }

    async fn get_json(&self, path: &str) -> Result<Value, DockerError> {
        self.inner.transport.get_json(path, ANSWER_TIMEOUT).await
    }

    fn count_skipped(&self, records: u64) {
        if records > 0 {
            self.inner.skipped.fetch_add(records, Ordering::Relaxed);
            tracing::debug!(records, "skipped records that could not be read");
        }
    }
}

/// A record that is no record of its kind.
struct Malformed;

fn now() -> Millis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    Millis(since.map_or(0, |since| since.as_millis().try_into().unwrap_or(i64::MAX)))
}

#[cfg(test)]
mod tests;
