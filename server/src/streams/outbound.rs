//! What waits to be sent to one viewer: bounded, in order, with credits.
//!
//! Managers push without ever waiting, so that one slow page cannot hold up a stream that
//! others look at. Payload (logs and stats) goes out only while less than
//! [`WINDOW_BYTES`] is on its way to the page; what does not fit any more in the queue is
//! dropped from its old end and becomes a [`Gap`] in that place, for this viewer only.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use sidekick::model::{ContainerId, StatsSample};
use sidekick::protocol::{
    Gap, GapReason, ServerMessage, SourceId, StreamState, SubId, WINDOW_BYTES,
};
use sidekick::time::Nanos;
use tokio::sync::Notify;

use super::batch::SharedBatch;
use crate::events::Happening;
use crate::metrics::{Counter, Metrics};

/// Payload that waits for one viewer at most, in bytes.
pub(crate) const QUEUE_BYTES: usize = 8 << 20;

/// Below this much waiting payload, a bulk read for this viewer goes on.
const ROOM_BYTES: usize = QUEUE_BYTES / 4;

/// Messages that wait for one viewer at most. Only a page that reads nothing at all reaches
/// it; its connection is closed and the page resumes on a new one.
const QUEUE_MESSAGES: usize = 100_000;

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
}

#[derive(Default)]
struct Queue {
    items: VecDeque<Item>,
    /// Absolute position of `items[0]`, so that `oldest_payload` stays valid when items leave.
    base: u64,
    /// No payload item lies before this absolute position.
    oldest_payload: u64,
    payload_bytes: usize,
    /// Subscriptions that may still send.
    subs: HashSet<SubId>,
    /// Gaps whose mark is in the queue.
    gaps: HashMap<(SubId, SourceId), Gap>,
    /// Timestamp of the last line that each source sent, to say where a gap begins.
    last_sent: HashMap<(SubId, SourceId), Nanos>,
    sent: u64,
    credited: u64,
    closed: bool,
}

enum Item {
    Control(SubId, Bytes),
    /// The flag is the message's `backlog`.
    Logs(SubId, SourceId, SharedBatch, bool),
    /// The number is how many readings there are in it.
    Stats(SubId, SourceId, Bytes, u32),
    /// Here lines or readings were dropped; what is missing is in `gaps`.
    GapMark(SubId, SourceId),
    /// Was dropped without a trace of its own.
    Hole,
}

impl Outbound {
    pub(crate) fn new(metrics: Arc<Metrics>) -> Self {
        Self(Arc::new(Shared {
            queue: Mutex::new(Queue::default()),
            sendable: Notify::new(),
            drained: Notify::new(),
            metrics,
        }))
    }

    /// Lets a subscription send from now on.
    pub(crate) fn open(&self, sub: SubId) {
        self.lock().subs.insert(sub);
    }

    /// Ends a subscription: what waits is thrown away, what comes late is ignored.
    pub(crate) fn close(&self, sub: SubId) {
        let mut queue = self.lock();
        queue.subs.remove(&sub);
        queue.purge(sub);
        drop(queue);
        self.0.drained.notify_waiters();
    }

    /// Ends the viewer.
    pub(crate) fn close_all(&self) {
        let mut queue = self.lock();
        *queue = Queue {
            closed: true,
            ..Queue::default()
        };
        drop(queue);
        self.0.sendable.notify_one();
        self.0.drained.notify_waiters();
    }

    /// Takes the page's word on how many payload bytes it has processed in all. `false` when
    /// that is more than was sent.
    pub(crate) fn credit(&self, bytes: u64) -> bool {
        let mut queue = self.lock();
        if bytes > queue.sent {
            return false;
        }
        // A smaller number than before is an old message; the newer one counts.
        queue.credited = queue.credited.max(bytes);
        drop(queue);
        self.0.sendable.notify_one();
        true
    }

    /// The handle of one source of a subscription.
    pub(crate) fn source(&self, sub: SubId, source: SourceId) -> SourceSink {
        SourceSink {
            outbound: self.clone(),
            sub,
            source,
        }
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
                if queue.closed {
                    return None;
                }
                if let Some((bytes, lines)) = queue.pop() {
                    let room = queue.payload_bytes < ROOM_BYTES;
                    drop(queue);
                    if lines > 0 {
                        self.0.metrics.add(Counter::LinesSent, u64::from(lines));
                    }
                    if room {
                        self.0.drained.notify_waiters();
                    }
                    return Some(bytes);
                }
            }
            self.0.sendable.notified().await;
        }
    }

    fn control(&self, sub: SubId, message: &ServerMessage) {
        self.push(Item::Control(sub, message.encode().into()));
    }

    fn push(&self, item: Item) {
        let mut queue = self.lock();
        if queue.closed || !item.sub().is_some_and(|sub| queue.subs.contains(&sub)) {
            return;
        }
        queue.payload_bytes += item.payload();
        queue.items.push_back(item);
        let (lines, samples) = queue.drop_oldest();
        if queue.items.len() > QUEUE_MESSAGES {
            *queue = Queue {
                closed: true,
                ..Queue::default()
            };
        }
        drop(queue);
        if lines > 0 {
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

impl Queue {
    /// Takes the first message if the window has room for it, with its number of log lines.
    fn pop(&mut self) -> Option<(Bytes, u32)> {
        loop {
            let first = self.items.front()?;
            if first.payload() > 0 {
                let in_flight = self.sent - self.credited;
                let size = first.payload() as u64;
                if in_flight > 0 && in_flight + size > WINDOW_BYTES {
                    return None;
                }
            }
            let item = self.items.pop_front()?;
            self.base += 1;
            self.payload_bytes -= item.payload();
            match item {
                Item::Hole => {}
                Item::Control(_, bytes) => return Some((bytes, 0)),
                Item::Stats(_, _, bytes, _) => {
                    self.sent += bytes.len() as u64;
                    return Some((bytes, 0));
                }
                Item::Logs(sub, source, batch, backlog) => {
                    let message = ServerMessage::Logs {
                        sub,
                        source,
                        first: batch.occurrences,
                        backlog,
                    };
                    let bytes = message.encode_with(&batch.bytes);
                    self.sent += bytes.len() as u64;
                    if let Some(last) = batch.last {
                        self.last_sent.insert((sub, source), last);
                    }
                    return Some((bytes.into(), batch.lines));
                }
                Item::GapMark(sub, source) => {
                    if let Some(mut gap) = self.gaps.remove(&(sub, source)) {
                        gap.after = self.last_sent.get(&(sub, source)).copied();
                        gap.before = self.items.iter().find_map(|item| match item {
                            Item::Logs(s, o, batch, _) if (*s, *o) == (sub, source) => batch.first,
                            _ => None,
                        });
                        let message = ServerMessage::Gap { sub, source, gap };
                        return Some((message.encode().into(), 0));
                    }
                }
            }
        }
    }

    /// Makes the queue fit its bound. Returns how many lines and readings went.
    fn drop_oldest(&mut self) -> (u64, u64) {
        let (mut lines, mut samples) = (0, 0);
        self.oldest_payload = self.oldest_payload.max(self.base);
        while self.payload_bytes > QUEUE_BYTES {
            let index = (self.oldest_payload - self.base) as usize;
            // The newest item always stays: a bound smaller than one message would starve.
            if index + 1 >= self.items.len() {
                break;
            }
            self.oldest_payload += 1;
            let Some(item) = self.items.get_mut(index) else {
                break;
            };
            self.payload_bytes -= item.payload();
            let (key, count) = match item {
                Item::Stats(sub, source, _, count) => {
                    samples += u64::from(*count);
                    ((*sub, *source), *count)
                }
                Item::Logs(sub, source, batch, _) => {
                    lines += u64::from(batch.lines);
                    ((*sub, *source), batch.lines)
                }
                Item::Control(..) | Item::GapMark(..) | Item::Hole => continue,
            };
            // Everything earlier of this source that waits is dropped already, so its mark, if
            // it has one, lies before and speaks of it.
            let fresh = !self.gaps.contains_key(&key);
            *item = if fresh {
                Item::GapMark(key.0, key.1)
            } else {
                Item::Hole
            };
            let gap = self.gaps.entry(key).or_insert(Gap {
                lines: Some(0),
                after: None,
                before: None,
                reason: GapReason::SlowViewer,
            });
            gap.lines = gap.lines.map(|n| n + u64::from(count));
        }
        (lines, samples)
    }

    fn purge(&mut self, sub: SubId) {
        for item in &mut self.items {
            if item.sub() == Some(sub) {
                self.payload_bytes -= item.payload();
                *item = Item::Hole;
            }
        }
        self.gaps.retain(|(of, _), _| *of != sub);
        self.last_sent.retain(|(of, _), _| *of != sub);
    }
}

impl Item {
    fn sub(&self) -> Option<SubId> {
        match self {
            Self::Control(sub, _)
            | Self::Logs(sub, ..)
            | Self::Stats(sub, ..)
            | Self::GapMark(sub, _) => Some(*sub),
            Self::Hole => None,
        }
    }

    /// Bytes that count against window and bound. The few bytes of a `Logs` message's head are
    /// left out here; what was sent is counted exactly.
    fn payload(&self) -> usize {
        match self {
            Self::Logs(_, _, batch, _) => batch.bytes.len(),
            Self::Stats(_, _, bytes, _) => bytes.len(),
            Self::Control(..) | Self::GapMark(..) | Self::Hole => 0,
        }
    }
}

/// Where a manager puts what it has for one source of one viewer's subscription. Never waits.
#[derive(Clone)]
pub(crate) struct SourceSink {
    outbound: Outbound,
    sub: SubId,
    source: SourceId,
}

impl SourceSink {
    /// Log entries; see [`ServerMessage::Logs`] for `backlog`.
    pub(crate) fn logs(&self, batch: &SharedBatch, backlog: bool) {
        if batch.lines > 0 {
            self.outbound
                .push(Item::Logs(self.sub, self.source, batch.clone(), backlog));
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
        let queue = self.outbound.lock();
        queue.closed || !queue.subs.contains(&self.sub)
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
            if self.outbound.lock().payload_bytes < ROOM_BYTES {
                return true;
            }
            drained.await;
        }
    }
}

#[cfg(test)]
mod tests;
