//! What waits to be sent to one viewer: bounded, in order, with credits.
//!
//! Managers push without ever waiting, so that one slow page cannot hold up a stream that
//! others look at. Payload (logs and stats) goes out only while less than
//! [`WINDOW_BYTES`](sidekick::protocol::WINDOW_BYTES) is on its way to the page; what does not
//! fit any more in the [`queue`] is dropped from its old end and becomes a [`Gap`] in that
//! place, for this viewer only.

mod queue;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use sidekick::model::{ContainerId, StatsSample};
use sidekick::protocol::{Gap, ServerMessage, SourceId, StreamState, SubId};
use tokio::sync::Notify;

use self::queue::{Item, Logs, Queue, Sent};
use super::batch::SharedBatch;
use crate::events::Happening;
use crate::metrics::{Counter, Flow, Meter, Metrics};
use crate::state::now;

/// The queue of one viewer. Clones are handles to the same queue.
#[derive(Clone)]
pub(crate) struct Outbound(Arc<Shared>);

struct Shared {
    queue: Mutex<Queue>,
    /// Something may be sendable.
    sendable: Notify,
    /// The queue shrank or was closed.
    drained: Notify,
    metrics: Arc<Metrics>,
    /// Of this viewer.
    meter: Arc<Meter>,
}

impl Outbound {
    pub(crate) fn new(metrics: Arc<Metrics>) -> Self {
        Self(Arc::new(Shared {
            queue: Mutex::new(Queue::default()),
            sendable: Notify::new(),
            drained: Notify::new(),
            meter: metrics.viewer(),
            metrics,
        }))
    }

    /// Lets a subscription send from now on.
    pub(crate) fn open(&self, sub: SubId) {
        self.lock().open(sub);
    }

    /// Ends a subscription: what waits is thrown away, what comes late is ignored.
    pub(crate) fn close(&self, sub: SubId) {
        self.lock().close(sub);
        self.0.drained.notify_waiters();
    }

    /// Ends the viewer.
    pub(crate) fn close_all(&self) {
        *self.lock() = Queue::closed();
        self.0.sendable.notify_one();
        self.0.drained.notify_waiters();
    }

    /// Takes the page's word on how many payload bytes it has processed in all. `false` when
    /// that is more than was sent.
    pub(crate) fn credit(&self, bytes: u64) -> bool {
        let taken = self.lock().credit(bytes);
        if taken {
            self.0.sendable.notify_one();
        }
        taken
    }

    /// The handle of one source of a subscription.
    pub(crate) fn source(&self, sub: SubId, source: SourceId) -> SourceSink {
        SourceSink {
            outbound: self.clone(),
            sub,
            source,
            meter: None,
        }
    }

    /// What became of the lines for this viewer.
    pub(crate) fn meter(&self) -> &Meter {
        &self.0.meter
    }

    /// Tells the page of a container that joined a subscription, or has a new name.
    pub(crate) fn announce(
        &self,
        sub: SubId,
        source: SourceId,
        container: ContainerId,
        name: String,
    ) {
        self.control(
            sub,
            &ServerMessage::Source {
                sub,
                source,
                container,
                name,
            },
        );
    }

    /// Tells the state of a whole subscription.
    pub(crate) fn sub_state(&self, sub: SubId, state: StreamState) {
        self.control(
            sub,
            &ServerMessage::Stream {
                sub,
                source: None,
                state,
            },
        );
    }

    /// The next message to send; waits for one, and for the window to have room for it.
    /// `None` when the viewer is closed.
    pub(crate) async fn next(&self) -> Option<Bytes> {
        loop {
            {
                let mut queue = self.lock();
                if queue.is_closed() {
                    return None;
                }
                if let Some(sent) = queue.pop() {
                    let room = queue.has_room();
                    drop(queue);
                    self.count(&sent);
                    if room {
                        self.0.drained.notify_waiters();
                    }
                    return Some(sent.bytes);
                }
            }
            self.0.sendable.notified().await;
        }
    }

    fn count(&self, sent: &Sent) {
        if sent.lines == 0 {
            return;
        }
        let lines = u64::from(sent.lines);
        self.0.metrics.add(Counter::LinesSent, lines);
        self.0.meter.add(Flow::Sent, lines);
        if let Some(printed) = sent.printed {
            self.0.meter.passed(printed, now());
        }
        if let Some(container) = &sent.container {
            container.add(Flow::Sent, lines);
        }
    }

    fn control(&self, sub: SubId, message: &ServerMessage) {
        self.push(Item::Control(sub, message.encode().into()));
    }

    fn push(&self, item: Item) {
        let (lines, samples) = self.lock().push(item);
        if lines > 0 {
            self.0.meter.add(Flow::Dropped, lines);
            self.0.metrics.record(Happening::LinesDropped { lines });
        }
        if samples > 0 {
            self.0.metrics.record(Happening::SamplesDropped { samples });
        }
        self.0.sendable.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        // No code panics while it holds the lock; if one did, the queue is still well formed.
        self.0.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where a manager puts what it has for one source of one viewer's subscription. Never waits.
#[derive(Clone)]
pub(crate) struct SourceSink {
    outbound: Outbound,
    sub: SubId,
    source: SourceId,
    /// Of its container, where this is a log.
    meter: Option<Arc<Meter>>,
}

impl SourceSink {
    /// Counts the lines as those of a container.
    pub(crate) fn of(self, container: &ContainerId) -> Self {
        let meter = self.outbound.0.metrics.container(container);
        Self {
            meter: Some(meter),
            ..self
        }
    }

    /// Counts lines that were read for this viewer alone, and those among them that it has already.
    pub(crate) fn replayed(&self, flow: Flow, lines: u64) {
        self.outbound.0.meter.add(flow, lines);
        if let Some(container) = &self.meter {
            container.add(flow, lines);
        }
    }

    /// Log entries; see [`ServerMessage::Logs`] for `backlog`.
    pub(crate) fn logs(&self, batch: &SharedBatch, backlog: bool) {
        if batch.lines > 0 {
            let lines = u64::from(batch.lines);
            self.outbound.0.meter.add(Flow::Read, lines);
            self.outbound.push(Item::Logs(Logs {
                sub: self.sub,
                source: self.source,
                batch: batch.clone(),
                backlog,
                meter: self.meter.clone(),
            }));
        }
    }

    /// Lines that nobody can deliver.
    pub(crate) fn gap(&self, gap: Gap) {
        self.outbound.control(
            self.sub,
            &ServerMessage::Gap {
                sub: self.sub,
                source: self.source,
                gap,
            },
        );
    }

    /// Stats samples, oldest first.
    pub(crate) fn stats(&self, samples: &[StatsSample]) {
        if samples.is_empty() {
            return;
        }
        let message = ServerMessage::Stats {
            sub: self.sub,
            source: self.source,
            samples: samples.to_vec(),
        };
        let count = u32::try_from(samples.len()).unwrap_or(u32::MAX);
        self.outbound.push(Item::Stats(
            self.sub,
            self.source,
            message.encode().into(),
            count,
        ));
    }

    /// How the stream is doing.
    pub(crate) fn state(&self, state: StreamState) {
        self.outbound.control(
            self.sub,
            &ServerMessage::Stream {
                sub: self.sub,
                source: Some(self.source),
                state,
            },
        );
    }

    /// Whether nobody takes anything here any more.
    pub(crate) fn is_closed(&self) -> bool {
        !self.outbound.lock().takes(self.sub)
    }

    /// Whether there is room for a bulk read.
    pub(crate) fn has_room(&self) -> bool {
        self.outbound.lock().has_room()
    }

    /// Whether the viewer is about to lose some of what waits for it.
    pub(crate) fn is_brimful(&self) -> bool {
        self.outbound.lock().is_brimful()
    }

    /// Waits until there is room for a bulk read. `false` when nobody takes anything any more.
    pub(crate) async fn room(&self) -> bool {
        loop {
            // Registered before looking, so that a change in between is not missed.
            let drained = self.outbound.0.drained.notified();
            tokio::pin!(drained);
            drained.as_mut().enable();
            if self.is_closed() {
                return false;
            }
            if self.has_room() {
                return true;
            }
            drained.await;
        }
    }
}

#[cfg(test)]
mod tests;
