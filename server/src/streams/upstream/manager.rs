//! What all stream managers are: the upstreams of one kind, joining and leaving them, and the
//! task that each of them is.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use sidekick::model::ContainerId;
use sidekick::protocol::Cursor;
use tokio_util::sync::CancellationToken;

use super::attempts::drive;
use super::{Ask, Attempt, Context, LINGER, Signals, Store, Upstream, Viewer};
use crate::streams::outbound::SourceSink;

/// The streams of one kind, of all containers that somebody looks at.
pub(crate) struct StreamManager<A: Attempt> {
    inner: Arc<Inner<A>>,
}

struct Inner<A: Attempt> {
    context: Arc<Context>,
    upstreams: Mutex<HashMap<ContainerId, Arc<Upstream<A::Store>>>>,
    next_viewer: AtomicU64,
    /// Ends all upstreams with the manager.
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

impl<A: Attempt> StreamManager<A> {
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

    /// Looks at a container: opens its upstream, or joins the one that is open.
    pub(crate) fn join(
        &self,
        container: &ContainerId,
        ask: Ask,
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
            board.viewers.push(Viewer {
                id,
                sink,
                seat,
                unaware: true,
                loading: false,
            });
            board.tell_state();
        }
        up.signal(|s| s.viewers += 1);
        drop(upstreams);
        A::joined(&up, &self.inner.context);
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
        self.signal(container, |s| s.removals += 1);
    }

    /// Waiting and failed streams of all containers are tried now.
    pub(crate) fn retry_all(&self) {
        for up in self.inner.upstreams().values() {
            up.signal(|s| s.retries += 1);
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

    /// Whether some of what came so far is still to be given to it.
    pub(crate) fn lacks(&self) -> bool {
        let board = self.up.board();
        let mut seats = board.viewers.iter().filter(|it| it.id == self.id);
        seats.any(|it| board.store.lacks(&it.seat))
    }

    /// Up to where it has everything, where that can be named.
    pub(crate) fn place(&self) -> Option<Cursor> {
        let board = self.up.board();
        let seat = board.viewers.iter().find(|it| it.id == self.id)?;
        board.store.place(&seat.seat)
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
async fn live<A: Attempt>(up: Arc<Upstream<A::Store>>, manager: Weak<Inner<A>>) {
    let Some(context) = manager.upgrade().map(|inner| Arc::clone(&inner.context)) else {
        return;
    };
    tokio::select! {
        () = up.cancel.cancelled() => {}
        () = drive::<A>(&up, &context) => {}
        () = deserted::<A>(&up, &manager) => {}
    }
    // What was started for its viewers ends with it.
    up.cancel.cancel();
}

/// Returns when nobody looks any more, after taking the upstream out of the manager.
async fn deserted<A: Attempt>(up: &Arc<Upstream<A::Store>>, manager: &Weak<Inner<A>>) {
    let mut signals = up.signals.subscribe();
    loop {
        let _ = signals.wait_for(|now| now.viewers == 0).await;
        tokio::time::sleep(LINGER).await;
        let Some(inner) = manager.upgrade() else {
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
