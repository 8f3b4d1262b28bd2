//! What all streams have in common.

use futures::stream::{self, BoxStream, StreamExt};
use tokio_util::sync::CancellationToken;

use super::super::DockerError;

/// A stream from the engine. It owns its connection: dropping it closes it.
pub type DockerStream<T> = BoxStream<'static, Result<T, DockerError>>;

/// What every stream has in common: it opens when first polled, ends silently when the token is
/// cancelled, and ends after its first error.
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
    stream::unfold(Phase::Unopened(open), move |phase| {
        let (cancel, step) = (cancel.clone(), step.clone());
        async move {
            let next = async move {
                let state = match phase {
                    Phase::Unopened(open) => match open.await {
                        Ok(state) => state,
                        Err(error) => return Some((Err(error), Phase::Ended)),
                    },
                    Phase::Open(state) => state,
                    Phase::Ended => return None,
                };
                let (item, state) = step(state).await?;
                let phase = if item.is_ok() {
                    Phase::Open(state)
                } else {
                    Phase::Ended
                };
                Some((item, phase))
            };
            tokio::select! {
                biased;
                () = cancel.cancelled() => None,
                next = next => next,
            }
        }
    })
    .fuse()
    .boxed()
}
