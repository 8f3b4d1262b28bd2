//! The engine's events: one stream for the whole server, tried again without limit.

use std::sync::Arc;

use futures::StreamExt;
use sidekick::model::Event;
use sidekick::time::Nanos;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::reconnect::ReconnectScheduler;
use crate::docker::{DockerClient, DockerError, EventFilters};
use crate::events::Happening;
use crate::metrics::{Counter, Metrics, UpstreamKind};

/// Who hears what the watcher sees. All calls come from one task, in order.
pub(crate) trait EventHandler: Send {
    /// An event; none comes twice.
    fn on_event(&mut self, event: Event);
    /// The stream broke. It will be tried again; events in between are asked for then.
    fn on_error(&mut self, error: DockerError);
    /// The engine began to answer (the first time too): what happens from now on comes as
    /// events, and what they may have missed should be looked up now. Comes before them.
    fn on_reconnect(&mut self);
}

/// Watches the events of one engine for as long as [`run`](Self::run) is polled.
pub(crate) struct EventWatcher<H> {
    client: DockerClient,
    metrics: Arc<Metrics>,
    handler: H,
    kick: Arc<Notify>,
    /// Time of the newest event and all events of that time, which come again on resuming.
    newest: Option<Nanos>,
    at_newest: Vec<Event>,
}

impl<H: EventHandler> EventWatcher<H> {
    pub(crate) fn new(client: DockerClient, metrics: Arc<Metrics>, handler: H) -> Self {
        Self {
            client,
            metrics,
            handler,
            kick: Arc::default(),
            newest: None,
            at_newest: Vec::new(),
        }
    }

    /// Notify it to try again now, where it waits.
    pub(crate) fn kick(&self) -> Arc<Notify> {
        Arc::clone(&self.kick)
    }

    /// Watches for ever.
    pub(crate) async fn run(mut self) {
        let mut scheduler = ReconnectScheduler::unlimited();
        loop {
            let (error, flowed) = self.watch().await;
            if flowed {
                scheduler.reset();
            }
            let Some(planned) = scheduler.schedule() else {
                return;
            };
            self.metrics.record(Happening::UpstreamBroke {
                kind: UpstreamKind::Events,
                container: None,
                reason: &error.to_string(),
                retry_in_ms: planned.delay_ms,
            });
            self.handler.on_error(error);
            tokio::select! {
                () = scheduler.due() => {}
                () = self.kick.notified() => scheduler.reset(),
            }
        }
    }

    async fn watch(&mut self) -> (DockerError, bool) {
        let _open = self.metrics.open_upstream(UpstreamKind::Events);
        let cancel = CancellationToken::new();
        let _cancelled = cancel.clone().drop_guard();
        let mut stream = self
            .client
            .stream_events(EventFilters::default(), self.newest, cancel);
        if stream.opened().await {
            self.handler.on_reconnect();
        }
        let mut flowed = false;
        while let Some(item) = stream.next().await {
            match item {
                Ok(event) => {
                    flowed = true;
                    self.take(event);
                }
                Err(error) => return (error, flowed),
            }
        }
        let error = DockerError::Interrupted("the event stream ended".to_owned());
        (error, flowed)
    }

    fn take(&mut self, event: Event) {
        if self.newest == Some(event.time) && self.at_newest.contains(&event) {
            return;
        }
        self.metrics.add(Counter::EventsRead, 1);
        if self.newest.is_none_or(|newest| event.time > newest) {
            self.newest = Some(event.time);
            self.at_newest.clear();
        }
        if self.newest == Some(event.time) {
            self.at_newest.push(event.clone());
        }
        self.handler.on_event(event);
    }
}

#[cfg(test)]
mod tests;
