//! What all upstreams of a container share: their viewers, their state, and when they are
//! opened, tried again and closed.
//!
//! An [`Upstream`] is one task. It exists while somebody looks, and [`LINGER`] longer, so that
//! going from A to B and back does not read everything anew. What it does with what the engine
//! sends is the business of an [`Attempt`]; what it keeps for those who join is a [`Store`].

use std::collections::HashMap;
use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use sidekick::model::{ContainerId, ContainerState};
use sidekick::protocol::{Cursor, StreamState};
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::outbound::SourceSink;
use super::reconnect::{Planned, ReconnectScheduler};
use crate::docker::{DockerClient, DockerError};
use crate::events::Happening;
use crate::metrics::{Metrics, UpstreamKind};

/// How long an upstream stays open after its last viewer left.
pub(crate) const LINGER: Duration = Duration::from_millis(300);

/// How long we wait for the engine to tell whether a container still runs.
const INSPECT_TIMEOUT: Duration = Duration::from_secs(10);

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

/// What an upstream keeps for viewers that join.
pub(crate) trait Store: Default + Send + 'static {
    /// How one viewer stands to it.
    type Seat: Send + 'static;

    /// Gives a new viewer what is there. `ask` is where its page stands in the log.
    fn welcome(&mut self, sink: &SourceSink, ask: Option<Cursor>) -> Self::Seat;
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

    /// The stream is over for now and nothing will come before the container's next start.
    fn settled(up: &Arc<Upstream<Self::Store>>, context: &Arc<Context>);
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
    removed: bool,
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

    /// Waits until the container stops after the moment of `seen`.
    pub(crate) async fn stopped_after(&self, seen: u64) {
        let mut signals = self.signals.subscribe();
        // The sender lives as long as `self`.
        let _ = signals
            .wait_for(|now| now.stops != seen || now.removed)
            .await;
    }

    /// How often the container stopped so far.
    pub(crate) fn stops(&self) -> u64 {
        self.signals.borrow().stops
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
            for viewer in &self.viewers {
                viewer.sink.state(self.status.as_state());
            }
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

/// All upstreams of one kind.
pub(crate) struct Registry<A: Attempt> {
    inner: Arc<Inner<A>>,
}

struct Inner<A: Attempt> {
    context: Arc<Context>,
    upstreams: Mutex<HashMap<ContainerId, Arc<Upstream<A::Store>>>>,
    next_viewer: AtomicU64,
    /// Ends all upstreams with the registry.
    cancel: CancellationToken,
}

impl<A: Attempt> Drop for Inner<A> {
    fn drop(&mut self) {
        self.cancel.cancel();
    }
}

impl<A: Attempt> Inner<A> {
    fn upstreams(&self) -> MutexGuard<'_, HashMap<ContainerId, Arc<Upstream<A::Store>>>> {
        self.upstreams
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl<A: Attempt> Registry<A> {
    pub(crate) fn new(context: Arc<Context>) -> Self {
        Self {
            inner: Arc::new(Inner {
                context,
                upstreams: Mutex::default(),
                next_viewer: AtomicU64::new(0),
                cancel: CancellationToken::new(),
            }),
        }
    }

    pub(crate) fn context(&self) -> &Arc<Context> {
        &self.inner.context
    }

    /// Looks at a container: opens its upstream, or joins the one that is open.
    pub(crate) fn join(
        &self,
        container: &ContainerId,
        ask: Option<Cursor>,
        sink: SourceSink,
    ) -> Viewing<A::Store> {
        // The lock is held until the viewer is counted, so that an upstream cannot close
        // between being found and being joined.
        let mut upstreams = self.inner.upstreams();
        let up = upstreams.entry(container.clone()).or_insert_with(|| {
            let up = Arc::new(Upstream::new(
                container.clone(),
                self.inner.cancel.child_token(),
            ));
            tokio::spawn(live::<A>(Arc::clone(&up), Arc::downgrade(&self.inner)));
            up
        });
        let up = Arc::clone(up);
        let id = self.inner.next_viewer.fetch_add(1, Ordering::Relaxed);
        {
            let mut board = up.board();
            let seat = board.store.welcome(&sink, ask);
            sink.state(board.status.as_state());
            board.viewers.push(Viewer { id, sink, seat });
        }
        up.signal(|s| s.viewers += 1);
        drop(upstreams);
        Viewing { up, id }
    }

    /// The container started.
    pub(crate) fn started(&self, container: &ContainerId) {
        self.signal(container, |s| s.starts += 1);
    }

    /// The container stopped.
    pub(crate) fn stopped(&self, container: &ContainerId) {
        self.signal(container, |s| s.stops += 1);
    }

    /// The container was removed.
    pub(crate) fn removed(&self, container: &ContainerId) {
        self.signal(container, |s| s.removed = true);
    }

    /// Waiting and failed streams of all containers are tried now.
    pub(crate) fn retry_all(&self) {
        for up in self.inner.upstreams().values() {
            up.signal(|s| s.retries += 1);
        }
    }

    /// Ends everything, because another engine is used from now on.
    pub(crate) fn close_all(&self) {
        for (_, up) in self.inner.upstreams().drain() {
            up.cancel.cancel();
            up.set_state(StreamState::Removed);
        }
    }

    fn signal(&self, container: &ContainerId, change: impl FnOnce(&mut Signals)) {
        if let Some(up) = self.inner.upstreams().get(container) {
            up.signal(change);
        }
    }
}

/// Somebody looks at an upstream until this is dropped.
pub(crate) struct Viewing<S: Store> {
    pub(crate) up: Arc<Upstream<S>>,
    id: u64,
}

impl<S: Store> Viewing<S> {
    /// Tries again now, if it waits or has failed.
    pub(crate) fn retry(&self) {
        self.up.signal(|s| s.retries += 1);
    }
}

impl<S: Store> Drop for Viewing<S> {
    fn drop(&mut self) {
        self.up
            .board()
            .viewers
            .retain(|viewer| viewer.id != self.id);
        self.up.signal(|s| s.viewers -= 1);
    }
}

/// The task of an upstream.
async fn live<A: Attempt>(up: Arc<Upstream<A::Store>>, registry: std::sync::Weak<Inner<A>>) {
    let Some(context) = registry.upgrade().map(|inner| Arc::clone(&inner.context)) else {
        return;
    };
    tokio::select! {
        () = up.cancel.cancelled() => {}
        () = drive::<A>(&up, &context) => {}
        () = deserted::<A>(&up, &registry) => {}
    }
    // What was started for its viewers ends with it.
    up.cancel.cancel();
}

/// Returns when nobody looks any more, after taking the upstream out of the registry.
async fn deserted<A: Attempt>(up: &Arc<Upstream<A::Store>>, registry: &std::sync::Weak<Inner<A>>) {
    let mut signals = up.signals.subscribe();
    loop {
        let _ = signals.wait_for(|now| now.viewers == 0).await;
        tokio::time::sleep(LINGER).await;
        let Some(inner) = registry.upgrade() else {
            return;
        };
        let mut upstreams = inner.upstreams();
        if up.signals.borrow().viewers == 0 {
            if upstreams
                .get(&up.container)
                .is_some_and(|held| Arc::ptr_eq(held, up))
            {
                upstreams.remove(&up.container);
            }
            return;
        }
    }
}

/// What is to be done after an attempt.
enum Verdict {
    /// It does not run: wait for its start.
    Stopped,
    Removed,
    /// Trying the same again makes no sense.
    Permanent(String),
    Again(String),
}

async fn drive<A: Attempt>(up: &Arc<Upstream<A::Store>>, context: &Arc<Context>) {
    let mut signals = up.signals.subscribe();
    let mut scheduler = ReconnectScheduler::limited();
    loop {
        let seen = *signals.borrow_and_update();
        let verdict = match context.client() {
            None => Verdict::Again("no engine answers".to_owned()),
            Some(client) => {
                let (end, flowed) = A::run(up, context, &client).await;
                if flowed {
                    scheduler.reset();
                }
                judge(end, &client, &up.container).await
            }
        };
        let planned = match verdict {
            Verdict::Stopped if signals.borrow().starts != seen.starts => continue,
            Verdict::Stopped => {
                up.set_state(StreamState::Ended);
                A::settled(up, context);
                None
            }
            Verdict::Removed => {
                up.set_state(StreamState::Removed);
                A::settled(up, context);
                None
            }
            Verdict::Permanent(reason) => {
                give_up::<A>(up, context, reason, true);
                None
            }
            Verdict::Again(reason) => match scheduler.schedule() {
                None => {
                    give_up::<A>(up, context, reason, false);
                    None
                }
                Some(planned) => {
                    context.metrics.record(Happening::UpstreamBroke {
                        kind: A::KIND,
                        container: Some(&up.container),
                        reason: &reason,
                        retry_in_ms: planned.delay_ms,
                    });
                    up.board().set_status(Status::Waiting(planned, reason));
                    Some(planned)
                }
            },
        };
        // Until it is due, the container starts, or somebody asks.
        tokio::select! {
            () = scheduler.due(), if planned.is_some() => {}
            () = asked(&mut signals, seen, up) => scheduler.reset(),
        }
        up.board().begin_again();
    }
}

/// Waits for a reason to try now. A removal while nothing streams is told on the way.
async fn asked<S: Store>(signals: &mut watch::Receiver<Signals>, seen: Signals, up: &Upstream<S>) {
    let mut removed = seen.removed;
    loop {
        let Ok(now) = signals
            .wait_for(|now| {
                now.starts != seen.starts || now.retries != seen.retries || now.removed != removed
            })
            .await
            .map(|now| *now)
        else {
            // The sender lives as long as `up`.
            return std::future::pending().await;
        };
        if now.starts != seen.starts || now.retries != seen.retries {
            return;
        }
        removed = now.removed;
        up.set_state(StreamState::Removed);
    }
}

async fn judge(end: End, client: &DockerClient, container: &ContainerId) -> Verdict {
    let error = match end {
        End::NotRunning => return Verdict::Stopped,
        End::Broke(error) => error,
        End::Closed => {
            match tokio::time::timeout(INSPECT_TIMEOUT, client.inspect(&container.0)).await {
                Err(_) => return Verdict::Again("the engine does not answer".to_owned()),
                Ok(Ok(details)) => {
                    return if matches!(
                        details.state,
                        ContainerState::Running | ContainerState::Paused
                    ) {
                        Verdict::Again("the stream ended while the container runs".to_owned())
                    } else {
                        Verdict::Stopped
                    };
                }
                Ok(Err(error)) => error,
            }
        }
    };
    if error.is_not_found() {
        Verdict::Removed
    } else if error.is_permanent() {
        Verdict::Permanent(error.to_string())
    } else {
        Verdict::Again(error.to_string())
    }
}

fn give_up<A: Attempt>(
    up: &Upstream<A::Store>,
    context: &Context,
    reason: String,
    permanent: bool,
) {
    context.metrics.record(Happening::UpstreamGivenUp {
        kind: A::KIND,
        container: &up.container,
        reason: &reason,
    });
    up.set_state(StreamState::Failed { reason, permanent });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::streams::log::LogReading;
    use crate::streams::outbound::Outbound;
    use sidekick::protocol::{ServerFrame, ServerMessage, SourceId, SubId};

    const SUB: SubId = SubId(1);

    async fn state(outbound: &Outbound) -> StreamState {
        let bytes = outbound.next().await.unwrap();
        match ServerFrame::decode(&bytes).unwrap().message {
            ServerMessage::Stream { state, .. } => state,
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn without_an_engine_a_stream_is_tried_ten_times_then_given_up_until_asked_for() {
        let context = Arc::new(Context::default());
        let outbound = Outbound::new(Arc::clone(&context.metrics));
        outbound.open(SUB);
        let registry = Registry::<LogReading>::new(context);
        let container = ContainerId("c".to_owned());
        let viewing = registry.join(&container, None, outbound.source(SUB, SourceId(0)));
        let began = Instant::now();
        assert_eq!(state(&outbound).await, StreamState::Loading);
        let delays = [2, 4, 8, 16, 30, 30, 30, 30, 30, 30];
        for (n, seconds) in (1..).zip(delays) {
            match state(&outbound).await {
                StreamState::Reconnecting {
                    attempt,
                    retry_in_ms,
                    ..
                } => assert_eq!((attempt, retry_in_ms), (n, seconds * 1000)),
                other => panic!("{other:?}"),
            }
        }
        assert!(matches!(
            state(&outbound).await,
            StreamState::Failed {
                permanent: false,
                ..
            }
        ));
        assert_eq!(began.elapsed().as_secs(), 210);
        viewing.retry();
        assert_eq!(state(&outbound).await, StreamState::Loading);
        assert!(matches!(
            state(&outbound).await,
            StreamState::Reconnecting { attempt: 1, .. }
        ));
        // The start of the container is a reason to try at once as well.
        tokio::time::sleep(Duration::from_secs(1)).await;
        let before = Instant::now();
        registry.started(&container);
        assert!(matches!(
            state(&outbound).await,
            StreamState::Reconnecting { attempt: 1, .. }
        ));
        assert_eq!(before.elapsed().as_millis(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn an_upstream_outlives_its_last_viewer_by_the_linger_and_is_joined_again_before() {
        let context = Arc::new(Context::default());
        let outbound = Outbound::new(Arc::clone(&context.metrics));
        outbound.open(SUB);
        let registry = Registry::<LogReading>::new(context);
        let container = ContainerId("c".to_owned());
        let join = || registry.join(&container, None, outbound.source(SUB, SourceId(0)));
        let first = join();
        let up = Arc::clone(&first.up);
        drop(first);
        tokio::time::sleep(LINGER / 2).await;
        let second = join();
        assert!(Arc::ptr_eq(&up, &second.up));
        tokio::time::sleep(LINGER * 2).await;
        assert!(!up.cancel.is_cancelled());
        drop(second);
        tokio::time::sleep(LINGER * 2).await;
        assert!(up.cancel.is_cancelled());
        assert!(!Arc::ptr_eq(&up, &join().up));
    }
}
