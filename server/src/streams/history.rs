//! A container's log as far as it goes now, for one viewer: nothing is followed and nothing shared.

use std::sync::Arc;

use sidekick::model::ContainerId;
use sidekick::protocol::{Gap, GapReason, StreamState};
use tokio::sync::Notify;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::outbound::SourceSink;
use super::reading::{From, Outcome, Reading};
use super::upstream::{Ask, Context};
use crate::docker::{DockerClient, DockerError};

/// Reads until all is delivered, or this is dropped.
pub(crate) struct HistoryStream {
    again: Arc<Notify>,
    _reading: DropGuard,
}

impl HistoryStream {
    /// Delivers what Docker has of a container's log to `sink`, and then says that it ended. Where
    /// Docker cannot be asked it says so, and goes on when it is told to.
    pub(crate) fn start(
        context: Arc<Context>,
        container: ContainerId,
        ask: Ask,
        sink: SourceSink,
    ) -> Self {
        let again = Arc::new(Notify::new());
        let cancel = CancellationToken::new();
        let history = History {
            context,
            container,
            sink,
            again: Arc::clone(&again),
            cancel: cancel.clone(),
        };
        let from = ask.cursor.map_or(From::Start(ask.start), From::After);
        let reading = cancel.clone();
        tokio::spawn(async move { cancel.run_until_cancelled(history.run(from)).await });
        Self {
            again,
            _reading: reading.drop_guard(),
        }
    }

    /// Goes on where Docker could not be asked.
    pub(crate) fn retry(&self) {
        self.again.notify_one();
    }
}

struct History {
    context: Arc<Context>,
    container: ContainerId,
    sink: SourceSink,
    again: Arc<Notify>,
    cancel: CancellationToken,
}

impl History {
    async fn run(&self, mut from: From) {
        self.sink.state(StreamState::Loading);
        loop {
            let outcome = match self.context.client() {
                Some(client) => self.read(&client, from).await,
                None => Outcome::Failed(from, None),
            };
            let error = match outcome {
                Outcome::UpTo(_) => return self.sink.state(StreamState::Ended),
                Outcome::Rotated | Outcome::TooFar => {
                    self.lost(from);
                    return self.sink.state(StreamState::Ended);
                }
                Outcome::WentBack(reached) => {
                    from = reached;
                    continue;
                }
                Outcome::Abandoned => return,
                Outcome::Failed(reached, error) => {
                    from = reached;
                    error
                }
            };
            if error.as_ref().is_some_and(DockerError::is_not_found) {
                return self.sink.state(StreamState::Removed);
            }
            let permanent = error.as_ref().is_some_and(DockerError::is_permanent);
            let reason = error.map_or_else(|| "no engine answers".to_owned(), |it| it.to_string());
            self.sink.state(StreamState::Failed { reason, permanent });
            if permanent {
                return;
            }
            self.again.notified().await;
            self.sink.state(StreamState::Loading);
        }
    }

    async fn read(&self, client: &DockerClient, from: From) -> Outcome {
        let reading = Reading {
            client,
            container: &self.container,
            metrics: &self.context.metrics,
            sink: &self.sink,
            cancel: &self.cancel,
            whole: true,
        };
        reading.past(from).await
    }

    /// Docker does not have the place any more, and nothing behind it.
    fn lost(&self, from: From) {
        if let From::After(cursor) = from {
            self.sink.gap(Gap {
                lines: None,
                after: Some(cursor.time),
                before: None,
                reason: GapReason::Rotated,
            });
        }
    }
}

#[cfg(test)]
mod tests;
