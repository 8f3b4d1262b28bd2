//! A connection that whoever reads from it drives.
//!
//! dockerd sends each line of a log as a chunk of its own. Were the connection a task of its own, every
//! line would wake two tasks and go from one to the other, which costs more than decoding it.

use std::{
    future::{Future, poll_fn},
    pin::{Pin, pin},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
};

use tokio::{process::Child, task::AbortHandle};
use tokio_util::sync::CancellationToken;

type Driver = Pin<Box<dyn Future<Output = hyper::Result<()>> + Send>>;

/// What moves bytes, until the connection is closed.
struct Open {
    driver: Driver,
    /// The ssh process ends with the connection.
    _child: Option<Child>,
}

/// A connection; dropping it closes it.
pub(super) struct Connection {
    /// Shared with the task that closes it when it is cancelled.
    open: Arc<Mutex<Option<Open>>>,
    closer: AbortHandle,
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.closer.abort();
        close(&self.open);
    }
}

impl Connection {
    /// Takes what moves its bytes, which the methods below do. Cancelling the token closes the
    /// connection, also where nobody polls.
    pub(super) fn new(
        driver: impl Future<Output = hyper::Result<()>> + Send + 'static,
        child: Option<Child>,
        cancel: &CancellationToken,
    ) -> Self {
        let open = Arc::new(Mutex::new(Some(Open {
            driver: Box::pin(driver),
            _child: child,
        })));
        let cancelled = cancel.clone();
        let shared = Arc::clone(&open);
        let task = tokio::spawn(async move {
            cancelled.cancelled().await;
            close(&shared);
        });
        Self {
            open,
            closer: task.abort_handle(),
        }
    }

    /// Moves what bytes can be moved now. Ready when the connection is closed; what came before may
    /// still wait to be read.
    pub(super) fn poll(&self, cx: &mut Context<'_>) -> Poll<()> {
        let mut open = lock(&self.open);
        let Some(connection) = open.as_mut() else {
            return Poll::Ready(());
        };
        // Its error reaches whoever reads the body, or waits for the answer.
        let ended = connection.driver.as_mut().poll(cx).map(|_| ());
        if ended.is_ready() {
            *open = None;
        }
        ended
    }

    /// Waits for something that comes over this connection.
    pub(super) async fn beside<T>(&mut self, waited: impl Future<Output = T>) -> T {
        let mut waited = pin!(waited);
        poll_fn(|cx| {
            if let Poll::Ready(done) = waited.as_mut().poll(cx) {
                return Poll::Ready(done);
            }
            let _ = self.poll(cx);
            waited.as_mut().poll(cx)
        })
        .await
    }

    /// Moves bytes until the connection is closed.
    pub(super) async fn ended(self) {
        poll_fn(|cx| self.poll(cx)).await;
    }
}

/// Closes the connection at once. Whoever waits for what comes over it gets an error.
fn close(open: &Mutex<Option<Open>>) {
    let taken = lock(open).take();
    drop(taken);
}

fn lock(open: &Mutex<Option<Open>>) -> MutexGuard<'_, Option<Open>> {
    open.lock().unwrap_or_else(PoisonError::into_inner)
}
