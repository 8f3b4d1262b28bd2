//! What all streams have in common.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll, ready},
};

use futures::stream::{self, BoxStream, Peekable, Stream, StreamExt};
use tokio_util::sync::CancellationToken;

use super::super::DockerError;

/// A stream from the engine. It owns its connection: dropping it closes it.
///
/// It opens when it is first polled, ends silently when its token is cancelled, and ends after
/// its first error.
pub struct DockerStream<T> {
    signals: Peekable<BoxStream<'static, Signal<T>>>,
    open: bool,
}

/// What a stream goes through.
enum Signal<T> {
    /// The head of the engine's answer came.
    Opened,
    Item(Result<T, DockerError>),
}

impl<T> DockerStream<T> {
    /// Waits until the engine begins to answer, and takes no item. `false` when it does not: the
    /// stream then gives the error, or nothing where its token was cancelled.
    pub async fn opened(&mut self) -> bool {
        if !self.open {
            let first = Pin::new(&mut self.signals).peek().await;
            self.open = matches!(first, Some(Signal::Opened));
        }
        self.open
    }
}

impl<T> Stream for DockerStream<T> {
    type Item = Result<T, DockerError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            match ready!(self.signals.poll_next_unpin(context)) {
                Some(Signal::Opened) => self.open = true,
                Some(Signal::Item(item)) => return Poll::Ready(Some(item)),
                None => return Poll::Ready(None),
            }
        }
    }
}

impl<T> fmt::Debug for DockerStream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DockerStream")
            .field("open", &self.open)
            .finish_non_exhaustive()
    }
}

/// A stream that `open` opens, and `step` takes from item to item.
pub(super) fn streaming<S, T, Open, Next, Step>(
    open: Open,
    cancel: CancellationToken,
    step: Step,
) -> DockerStream<T>
where
    S: Send + 'static,
    T: Send + 'static,
    Open: Future<Output = Result<S, DockerError>> + Send + 'static,
    Next: Future<Output = Option<(Result<T, DockerError>, S)>> + Send + 'static,
    Step: Fn(S) -> Next + Clone + Send + 'static,
{
    enum Phase<Open, S> {
        Unopened(Open),
        Open(S),
        Ended,
    }
    let signals = stream::unfold(Phase::Unopened(open), move |phase| {
        let (cancel, step) = (cancel.clone(), step.clone());
        async move {
            let next = async move {
                let state = match phase {
                    Phase::Unopened(open) => {
                        return Some(match open.await {
                            Ok(state) => (Signal::Opened, Phase::Open(state)),
                            Err(error) => (Signal::Item(Err(error)), Phase::Ended),
                        });
                    }
                    Phase::Open(state) => state,
                    Phase::Ended => return None,
                };
                let (item, state) = step(state).await?;
                let phase = if item.is_ok() {
                    Phase::Open(state)
                } else {
                    Phase::Ended
                };
                Some((Signal::Item(item), phase))
            };
            tokio::select! {
                biased;
                () = cancel.cancelled() => None,
                next = next => next,
            }
        }
    });
    DockerStream {
        signals: signals.fuse().boxed().peekable(),
        open: false,
    }
}
