//! The queue of one viewer: bounded, with a window of what is on its way, and gaps in the place
//! of what did not fit.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

use bytes::Bytes;
use sidekick::protocol::{Gap, GapReason, ServerMessage, SourceId, SubId, WINDOW_BYTES};
use sidekick::time::Nanos;

use crate::metrics::{Flow, Meter};
use crate::streams::batch::SharedBatch;

/// Payload that waits for one viewer at most, in bytes.
const QUEUE_BYTES: usize = 8 << 20;

/// Below this much waiting payload, a bulk read for this viewer goes on.
const ROOM_BYTES: usize = QUEUE_BYTES / 4;

/// From this much waiting payload on a viewer is about to lose some.
const BRIM_BYTES: usize = QUEUE_BYTES / 8 * 7;

/// Messages that wait for one viewer at most. Only a page that reads nothing at all reaches
/// it; its connection is closed and the page resumes on a new one.
const QUEUE_MESSAGES: usize = 100_000;

/// The queue. Pure: whoever holds it wakes whoever waits.
#[derive(Default)]
pub(super) struct Queue {
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
    /// Payload bytes that went out, and how many of them the page has processed.
    pub(super) sent: u64,
    credited: u64,
    closed: bool,
}

/// A message that waits.
pub(super) enum Item {
    Control(SubId, Bytes),
    Logs(Logs),
    /// The number is how many readings there are in it.
    Stats(SubId, SourceId, Bytes, u32),
    /// Here lines or readings were dropped; what is missing is in `gaps`.
    GapMark(SubId, SourceId),
    /// Was dropped without a trace of its own.
    Hole,
}

/// Log lines that wait.
pub(super) struct Logs {
    pub(super) sub: SubId,
    pub(super) source: SourceId,
    pub(super) batch: SharedBatch,
    /// See [`ServerMessage::Logs`].
    pub(super) backlog: bool,
    /// Of their container.
    pub(super) meter: Option<Arc<Meter>>,
}

/// A message on its way.
pub(super) struct Sent {
    pub(super) bytes: Bytes,
    /// Log lines in it.
    pub(super) lines: u32,
    /// When the last of them was printed.
    pub(super) printed: Option<Nanos>,
    /// The meter of their container.
    pub(super) container: Option<Arc<Meter>>,
}

impl Sent {
    fn other(bytes: Bytes) -> Self {
        Self {
            bytes,
            lines: 0,
            printed: None,
            container: None,
        }
    }
}

impl Queue {
    /// A queue that takes and gives nothing any more.
    pub(super) fn closed() -> Self {
        Self {
            closed: true,
            ..Self::default()
        }
    }

    pub(super) fn is_closed(&self) -> bool {
        self.closed
    }

    /// Lets a subscription send.
    pub(super) fn open(&mut self, sub: SubId) {
        self.subs.insert(sub);
    }

    /// Ends a subscription: what waits is thrown away, what comes late is ignored.
    pub(super) fn close(&mut self, sub: SubId) {
        self.subs.remove(&sub);
        self.purge(sub);
    }

    /// Whether a subscription may send.
    pub(super) fn takes(&self, sub: SubId) -> bool {
        !self.closed && self.subs.contains(&sub)
    }

    /// Whether a bulk read may go on.
    pub(super) fn has_room(&self) -> bool {
        self.payload_bytes < ROOM_BYTES
    }

    /// Whether little more fits in.
    pub(super) fn is_brimful(&self) -> bool {
        self.payload_bytes >= BRIM_BYTES
    }

    /// See [`Outbound::credit`](super::Outbound::credit).
    pub(super) fn credit(&mut self, bytes: u64) -> bool {
        if bytes > self.sent {
            return false;
        }
        // A smaller number than before is an old message; the newer one counts.
        self.credited = self.credited.max(bytes);
        true
    }

    /// Appends a message, unless its subscription has ended, and makes room for it. Returns how
    /// many lines and stats messages were dropped.
    pub(super) fn push(&mut self, item: Item) -> (u64, u64) {
        if !item.sub().is_some_and(|sub| self.takes(sub)) {
            return (0, 0);
        }
        self.payload_bytes += item.payload();
        self.items.push_back(item);
        let dropped = self.drop_oldest();
        if self.items.len() > QUEUE_MESSAGES {
            *self = Self::closed();
        }
        dropped
    }

    /// Takes the first message if the window has room for it.
    pub(super) fn pop(&mut self) -> Option<Sent> {
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
                Item::Control(_, bytes) => return Some(Sent::other(bytes)),
                Item::Stats(_, _, bytes, _) => {
                    self.sent += bytes.len() as u64;
                    return Some(Sent::other(bytes));
                }
                Item::Logs(logs) => {
                    let Logs {
                        sub,
                        source,
                        batch,
                        backlog,
                        meter,
                    } = logs;
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
                    return Some(Sent {
                        bytes: bytes.into(),
                        lines: batch.lines,
                        printed: batch.last,
                        container: meter,
                    });
                }
                Item::GapMark(sub, source) => {
                    if let Some(mut gap) = self.gaps.remove(&(sub, source)) {
                        gap.after = self.last_sent.get(&(sub, source)).copied();
                        gap.before = self.items.iter().find_map(|item| match item {
                            Item::Logs(it) if (it.sub, it.source) == (sub, source) => {
                                it.batch.first
                            }
                            _ => None,
                        });
                        let message = ServerMessage::Gap { sub, source, gap };
                        return Some(Sent::other(message.encode().into()));
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
                Item::Logs(logs) => {
                    let count = u64::from(logs.batch.lines);
                    lines += count;
                    if let Some(container) = &logs.meter {
                        container.add(Flow::Dropped, count);
                    }
                    ((logs.sub, logs.source), logs.batch.lines)
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
            Self::Logs(logs) => Some(logs.sub),
            Self::Control(sub, _) | Self::Stats(sub, ..) | Self::GapMark(sub, _) => Some(*sub),
            Self::Hole => None,
        }
    }

    /// Bytes that count against window and bound. The few bytes of a `Logs` message's head are
    /// left out here; what was sent is counted exactly.
    fn payload(&self) -> usize {
        match self {
            Self::Logs(logs) => logs.batch.bytes.len(),
            Self::Stats(_, _, bytes, _) => bytes.len(),
            Self::Control(..) | Self::GapMark(..) | Self::Hole => 0,
        }
    }
}
