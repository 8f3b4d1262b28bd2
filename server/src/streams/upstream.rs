//! What all upstreams of a container share: their viewers, their state, and when they are
//! opened, tried again and closed.
//!
//! An [`Upstream`] is one task. It exists while somebody looks, and [`LINGER`] longer, so that
//! going from A to B and back does not read everything anew. What it does with what the engine
//! sends is the business of an [`Attempt`]; what it keeps for those who join is a [`Store`].

mod attempts;
mod manager;

use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use sidekick::model::ContainerId;
use sidekick::protocol::{Cursor, Start, StreamState};
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::outbound::SourceSink;
use super::reconnect::Planned;
use crate::docker::{DockerClient, DockerError};
use crate::metrics::{Metrics, UpstreamKind};

pub(crate) use manager::{StreamManager, Viewing};

/// How long an upstream stays open after its last viewer left.
pub(crate) const LINGER: Duration = Duration::from_millis(300);

/// What all managers need: the engine in use, and where to count.
#[derive(Debug, Default)]
pub(crate) struct Context {
    client: RwLock<Option<DockerClient>>,
    pub(crate) metrics: Arc<Metrics>,
}

impl Context {
    pub(crate) fn new(metrics: Arc<Metrics>) -> Self {
        Self {
            client: RwLock::default(),
            metrics,
        }
    }

    /// The client of the engine in use; `None` before one was found.
    pub(crate) fn client(&self) -> Option<DockerClient> {
        self.client
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Uses another engine from now on.
    pub(crate) fn set_client(&self, client: Option<DockerClient>) {
        *self.client.write().unwrap_or_else(PoisonError::into_inner) = client;
    }
}

/// Where a viewer that joins wants to begin.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Ask {
    /// Behind this entry, if its page holds any.
    pub(crate) cursor: Option<Cursor>,
    /// Else here; also tells whether it wants every line.
    pub(crate) start: Start,
}

/// What an upstream keeps for viewers that join.
pub(crate) trait Store: Default + Send + 'static {
    /// How one viewer stands to it.
    type Seat: Send + 'static;

    /// Gives a new viewer what is there.
    fn welcome(&mut self, sink: &SourceSink, ask: Ask) -> Self::Seat;

    /// Whether a viewer still lacks some of what came so far: it hears of the end only behind that.
    fn lacks(&self, _seat: &Self::Seat) -> bool {
        false
    }

    /// Up to where a viewer has everything, where it can be named.
    fn place(&self, _seat: &Self::Seat) -> Option<Cursor> {
        None
    }
}

/// How an attempt at streaming ended.
#[derive(Debug)]
pub(crate) enum End {
    /// The engine ended the stream in good order.
    Closed,
    /// The container does not run, so there is nothing to stream.
    NotRunning,
    /// It failed.
    Broke(DockerError),
}

/// Opens the stream and takes what comes, until it ends.
pub(crate) trait Attempt: Send + 'static {
    /// What it fills.
    type Store: Store;
    /// The kind it counts as.
    const KIND: UpstreamKind;

    /// Streams until the end. The flag tells whether anything new came.
    fn run(
        up: &Arc<Upstream<Self::Store>>,
        context: &Context,
        client: &DockerClient,
    ) -> impl Future<Output = (End, bool)> + Send;

    /// A viewer joined.
    fn joined(_up: &Arc<Upstream<Self::Store>>, _context: &Context) {}

    /// The stream is over for now and nothing will come before the container's next start.
    fn settled(_up: &Arc<Upstream<Self::Store>>, _context: &Context) {}
}

/// One container's stream and those who look at it.
pub(crate) struct Upstream<S: Store> {
    pub(crate) container: ContainerId,
    board: Mutex<Board<S>>,
    signals: watch::Sender<Signals>,
    /// Ends the task and everything that it started.
    pub(crate) cancel: CancellationToken,
}

/// What the lock of an upstream protects. It is never held across an await.
pub(crate) struct Board<S: Store> {
    pub(crate) store: S,
    pub(crate) viewers: Vec<Viewer<S::Seat>>,
    status: Status,
}

/// Somebody who looks.
pub(crate) struct Viewer<Seat> {
    pub(crate) id: u64,
    pub(crate) sink: SourceSink,
    pub(crate) seat: Seat,
    /// It is still to be told the state.
    pub(crate) unaware: bool,
    /// It was told last that it is to wait for lines.
    pub(crate) loading: bool,
}

#[derive(Clone, Debug, PartialEq)]
enum Status {
    Is(StreamState),
    Waiting(Planned, String),
}

/// What happens around an upstream; counters, so that nothing is missed between two looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Signals {
    viewers: usize,
    starts: u64,
    stops: u64,
    retries: u64,
    /// The list of containers may lack one for a moment that is there.
    removals: u64,
}

/// How often a container stopped, and was gone.
pub(crate) type Ends = (u64, u64);

impl Signals {
    fn ends(self) -> Ends {
        (self.stops, self.removals)
    }
}

impl<S: Store> Upstream<S> {
    fn new(container: ContainerId, cancel: CancellationToken) -> Self {
        Self {
            container,
            board: Mutex::new(Board {
                store: S::default(),
                viewers: Vec::new(),
                status: Status::Is(StreamState::Loading),
            }),
            signals: watch::Sender::new(Signals::default()),
            cancel,
        }
    }

    pub(crate) fn board(&self) -> MutexGuard<'_, Board<S>> {
        // No code panics while it holds the lock; if one did, the data is still well formed.
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells all viewers the state, if it is a new one.
    pub(crate) fn set_state(&self, state: StreamState) {
        self.board().set_status(Status::Is(state));
    }

    /// Waits until the container stops, or is gone, after the moment of `seen`.
    pub(crate) async fn stopped_after(&self, seen: Ends) {
        let mut signals = self.signals.subscribe();
        // The sender lives as long as `self`.
        let _ = signals.wait_for(|now| now.ends() != seen).await;
    }

    /// How often the container stopped or was gone so far.
    pub(crate) fn ends(&self) -> Ends {
        self.signals.borrow().ends()
    }

    fn signal(&self, change: impl FnOnce(&mut Signals)) {
        self.signals.send_modify(change);
    }
}

impl<S: Store> Board<S> {
    /// Tells all viewers the state, if it is a new one.
    pub(crate) fn set_state(&mut self, state: StreamState) {
        self.set_status(Status::Is(state));
    }

    /// The state as a viewer is told it now.
    pub(crate) fn state(&self) -> StreamState {
        self.status.as_state()
    }

    /// Whether the container does not run any more and all it printed was read.
    pub(crate) fn has_ended(&self) -> bool {
        matches!(
            self.status,
            Status::Is(StreamState::Ended | StreamState::Removed)
        )
    }

    /// Tells the state to those who are still to hear it. That all is here, or that it was the last, is
    /// told behind the last line only: who lacks some is told when it has them.
    pub(crate) fn tell_state(&mut self) {
        let state = self.state();
        let waits = matches!(state, StreamState::Live | StreamState::Empty);
        let complete = waits || self.has_ended();
        for viewer in self.viewers.iter_mut().filter(|it| it.unaware) {
            if !complete || !self.store.lacks(&viewer.seat) {
                viewer.unaware = false;
                viewer.loading = state == StreamState::Loading;
                viewer.sink.state(state.clone());
            } else if waits && !viewer.loading {
                viewer.loading = true;
                viewer.sink.state(StreamState::Loading);
            }
        }
    }

    /// What was given up is tried again. A stream that waits or has ended stays so in the eyes
    /// of its viewers until something comes.
    fn begin_again(&mut self) {
        if matches!(self.status, Status::Is(StreamState::Failed { .. })) {
            self.set_state(StreamState::Loading);
        }
    }

    fn set_status(&mut self, status: Status) {
        if self.status != status {
            self.status = status;
            for viewer in &mut self.viewers {
                viewer.unaware = true;
            }
            self.tell_state();
        }
    }
}

impl Status {
    fn as_state(&self) -> StreamState {
        match self {
            Self::Is(state) => state.clone(),
            Self::Waiting(planned, reason) => {
                let left = planned.at.saturating_duration_since(Instant::now());
                StreamState::Reconnecting {
                    attempt: planned.attempt,
                    retry_in_ms: u32::try_from(left.as_millis()).unwrap_or(u32::MAX),
                    reason: reason.clone(),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
