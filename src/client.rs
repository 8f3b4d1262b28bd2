//! The page's side of the live protocol: a state machine without I/O.
//!
//! A caller owns a websocket, a clock and a source of random numbers. It tells the [`Client`]
//! what happens to them and to the page, and does what [`Client::poll`] asks for. The client
//! owns the rules: when to connect, what to subscribe again, what is new and what was there
//! already, what the server may send next. docs/protocol.md describes both sides.
//!
//! ```
//! use sidekick::client::{Client, Output};
//! use sidekick::time::Millis;
//!
//! let mut client = Client::new(Millis(0));
//! assert_eq!(client.poll(), Some(Output::Connect));
//! // The caller opens a websocket with the subprotocol `sidekick::protocol::SUBPROTOCOL`, calls
//! // on_open, on_message and on_close as they happen, tick about once a second, and polls until
//! // None after each of these.
//! client.on_open(Millis(20));
//! ```
//!
//! # Time and chance
//! `now` should come from a clock that does not jump, such as the browser's `performance.now()`.
//! `jitter` is a random number from 0 to 1.
//!
//! # Memory
//! Outputs wait in a queue until they are polled. Log and stats payload in it is bounded by the
//! server's window ([`WINDOW_BYTES`](crate::protocol::WINDOW_BYTES) for each connection), because
//! credit is given only for what was polled. A caller that stops polling altogether loses the
//! connection before the page loses its memory: from 16,384 updates or 32 MiB on. Nothing in
//! the queue is thrown away then, except what waits for a subscription that the caller ended.
//! Poll after every call and not only when the page is drawn: a hidden page is not drawn, but
//! must answer the server's pings.

mod link;
mod mirror;
mod output;
mod queue;
mod reorder;
mod search;
mod subscription;

pub use link::{CONNECT_TIMEOUT_MS, HIDDEN_MS, PROBE_MS, STABLE_MS};
pub use output::{LinkState, Output, Update};
pub use reorder::{Piece, QUIET_MS, Reorder, ReorderLimits, SILENT_MS};

use std::collections::BTreeMap;

use crate::few::Few;
use crate::protocol::{
    ClientMessage, ResumePoint, ServerFrame, ServerMessage, Snapshot, Start, SubId, Target,
};
use crate::time::Millis;
use link::{Link, Need};
use mirror::{Applied, Delta, Mirror};
use queue::Queue;
use subscription::{Entries, Subscription};

/// A snapshot that was asked for and does not come is asked for again after this long, in
/// milliseconds.
const ASK_AGAIN_MS: i64 = 10_000;

/// Credit for less than 256 KiB waits at most this long, in milliseconds.
const CREDIT_DELAY_MS: i64 = 1_000;

/// The page's side of the live protocol.
#[derive(Debug)]
pub struct Client {
    link: Link,
    mirror: Mirror,
    out: Queue,
    /// By the caller's number.
    subs: BTreeMap<SubId, Subscription>,
    /// The caller's number by that of this connection.
    wires: Few<SubId, SubId>,
    last_sub: u32,
    last_wire: u32,
    /// When a snapshot was last asked for because of a hole.
    asked: Option<Millis>,
    /// When credit was last looked at.
    credited: Millis,
    ignored: u64,
}

impl Client {
    /// A client that wants to connect at once: its first output is [`Output::Connect`].
    #[must_use]
    pub fn new(now: Millis) -> Self {
        let mut out = Queue::default();
        Self {
            link: Link::new(now, &mut out),
            mirror: Mirror::default(),
            out,
            subs: BTreeMap::new(),
            wires: Few::default(),
            last_sub: 0,
            last_wire: 0,
            asked: None,
            credited: now,
            ignored: 0,
        }
    }

    /// The next thing to do; `None` when there is nothing before the next call of another method.
    pub fn poll(&mut self) -> Option<Output> {
        let output = self.out.pop();
        if matches!(output, Some(Output::Send(_))) {
            self.link.sent();
        }
        output
    }

    /// The next thing to do with the socket, for a caller that cannot take updates now: what waits
    /// is bounded by the server's window, and the connection is kept alive.
    pub fn poll_command(&mut self) -> Option<Output> {
        let output = self.out.pop_command();
        if matches!(output, Some(Output::Send(_))) {
            self.link.sent();
        }
        output
    }

    /// The whole state of the dashboard, `None` before the first came. It stays, possibly
    /// outdated, while there is no connection.
    #[must_use]
    pub fn snapshot(&self) -> Option<&Snapshot> {
        self.mirror.get()
    }

    /// How the page stands to its server.
    #[must_use]
    pub fn link(&self) -> LinkState {
        self.link.state()
    }

    /// Server messages that were ignored because they broke the protocol without harm, such as
    /// entries of a source that was never named.
    #[must_use]
    pub fn ignored(&self) -> u64 {
        self.ignored
    }

    /// Starts a subscription and returns its number, which is never used again. It outlives
    /// connections until [`unsubscribe`](Self::unsubscribe). Logs begin with their newest entries.
    pub fn subscribe(&mut self, target: Target) -> SubId {
        self.subscribe_from(target, Start::Newest)
    }

    /// Like [`subscribe`](Self::subscribe); says where logs begin.
    pub fn subscribe_from(&mut self, target: Target, start: Start) -> SubId {
        self.subscribe_behind(target, start, Vec::new())
    }

    /// Like [`subscribe_from`](Self::subscribe_from), for a caller that `holds` everything of some
    /// containers up to an entry: of these comes what is behind it.
    pub fn subscribe_behind(
        &mut self,
        target: Target,
        start: Start,
        holds: Vec<ResumePoint>,
    ) -> SubId {
        self.last_sub = self.last_sub.wrapping_add(1);
        let id = SubId(self.last_sub);
        let mut subscription = Subscription::new(id, target, start);
        for point in holds {
            subscription.hold(point);
        }
        self.subs.insert(id, subscription);
        if self.link.may_subscribe() {
            self.start(id);
        }
        id
    }

    /// The last entries that came of a subscription's containers; of more than 4096, of those that were
    /// active last.
    #[must_use]
    pub fn places(&self, sub: SubId) -> Vec<ResumePoint> {
        let subscription = self.subs.get(&sub);
        subscription.map_or_else(Vec::new, Subscription::resume_points)
    }

    /// Ends a subscription; nothing of it comes out of [`poll`](Self::poll) any more. Unknown
    /// numbers are ignored.
    pub fn unsubscribe(&mut self, sub: SubId) {
        let Some(subscription) = self.subs.remove(&sub) else {
            return;
        };
        self.out.purge(sub);
        if let Some(wire) = subscription.wire() {
            self.wires.remove(wire);
            self.out.send(&ClientMessage::Unsubscribe { sub: wire });
        }
    }

    /// Leaves a subscription alone until [`resume`](Self::resume): at the server it ends, here the
    /// place where it stands is kept. What came before and waits still comes out of
    /// [`poll`](Self::poll), and then nothing more. Unknown numbers are ignored.
    pub fn pause(&mut self, sub: SubId) {
        let Some(subscription) = self.subs.get_mut(&sub) else {
            return;
        };
        let wire = subscription.wire();
        subscription.pause();
        if let Some(wire) = wire {
            self.wires.remove(wire);
            self.out.send(&ClientMessage::Unsubscribe { sub: wire });
        }
    }

    /// Takes a paused subscription up where it stands: entries that were printed meanwhile come,
    /// or a gap in their place. Each container is named again as it joins, by the number that it
    /// had; one that is not was removed. Does nothing to subscriptions that are not paused.
    pub fn resume(&mut self, sub: SubId) {
        if let Some(subscription) = self.subs.get_mut(&sub)
            && subscription.is_paused()
        {
            subscription.resume();
            if self.link.may_subscribe() {
                self.start(sub);
            }
        }
    }

    /// Tries failed or waiting streams of a subscription again now. Does nothing while it is not
    /// subscribed at the server: then it starts anew anyhow.
    pub fn retry(&mut self, sub: SubId) {
        if let Some(wire) = self.subs.get(&sub).and_then(Subscription::wire) {
            self.out.send(&ClientMessage::Retry { sub: wire });
        }
    }

    /// Asks for a fresh list of containers. Does nothing while there is no connection.
    pub fn refresh(&mut self) {
        if self.link.is_open() {
            self.out.send(&ClientMessage::Refresh);
        }
    }

    /// Asks the server to show the demo engine, which it does only while no daemon answers. Does
    /// nothing while there is no connection.
    pub fn start_demo(&mut self) {
        if self.link.is_open() {
            self.out.send(&ClientMessage::StartDemo);
        }
    }

    /// The websocket that [`Output::Connect`] asked for is open.
    pub fn on_open(&mut self, now: Millis) {
        if !self.out.awaits_connect() && self.link.opened(now) {
            self.start_all();
        }
    }

    /// The websocket ended, or could not be opened.
    pub fn on_close(&mut self, now: Millis, jitter: f64) {
        if !self.out.awaits_connect() && self.link.closed(now, jitter, &mut self.out) {
            self.disconnected();
        }
    }

    /// A binary message came. Bytes that are no message of this protocol, or come out of order,
    /// end the connection; the next one is made as after any other end.
    pub fn on_message(&mut self, bytes: &[u8], now: Millis) {
        if !self.link.is_open() {
            return;
        }
        self.link.heard(now);
        if self.out.is_overfull() {
            return self.fail(now);
        }
        let Ok(frame) = ServerFrame::decode(bytes) else {
            return self.fail(now);
        };
        let hello = matches!(frame.message, ServerMessage::Hello { .. });
        if !hello && !self.link.is_greeted() {
            return self.fail(now);
        }
        if !self.take(frame, bytes.len() as u64, now) {
            self.ignored += 1;
        }
    }

    /// Lets time pass: call about once a second, or at [`next_deadline`](Self::next_deadline).
    pub fn tick(&mut self, now: Millis, jitter: f64) {
        match self.link.tick(now, jitter, &mut self.out) {
            Some(Need::Disconnected) => self.disconnected(),
            Some(Need::Pause) => self.stop_all(),
            None => {}
        }
        for subscription in self.subs.values_mut() {
            subscription.tick(now, &mut self.out);
        }
        if self.link.is_open() {
            self.credited = now;
            self.out.send_credit();
            if self.asked.is_some_and(|at| now.since(at) >= ASK_AGAIN_MS) {
                self.ask(now);
            }
        }
    }

    /// When [`tick`](Self::tick) has something to do next; earlier or later calls do no harm.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Millis> {
        let credit = (self.link.is_open() && self.out.has_credit())
            .then(|| self.credited.plus(CREDIT_DELAY_MS));
        let ask = self.asked.map(|at| at.plus(ASK_AGAIN_MS));
        let searches = self.subs.values().filter_map(Subscription::deadline).min();
        [self.link.deadline(), credit, ask, searches]
            .into_iter()
            .flatten()
            .min()
    }

    /// The network came back: connects at once, or makes sure that the connection still works.
    pub fn online(&mut self, now: Millis) {
        self.link.wake(now, &mut self.out);
    }

    /// The page became visible or hidden. A visible page is assumed until told otherwise.
    pub fn visible(&mut self, visible: bool, now: Millis) {
        if !visible {
            self.link.hide(now);
        } else if self.link.show(now, &mut self.out) {
            self.start_all();
        }
    }
}

impl Client {
    /// Takes a message. False where it was ignored.
    fn take(&mut self, frame: ServerFrame, bytes: u64, now: Millis) -> bool {
        let ServerFrame { message, batch } = frame;
        match message {
            ServerMessage::Hello {
                version,
                now: server,
            } => {
                let clock_offset_ms = server.since(now);
                self.out.update(Update::Hello {
                    version,
                    clock_offset_ms,
                });
                self.link.greeted(now, &mut self.out);
            }
            ServerMessage::Snapshot(snapshot) => {
                self.asked = None;
                self.mirror.replace(snapshot);
                self.out.update(Update::State);
            }
            ServerMessage::Delta {
                revision,
                engine,
                changed,
                removed,
                errors,
                refreshed,
            } => self.delta(
                Delta {
                    revision,
                    engine,
                    changed,
                    removed,
                    errors,
                    refreshed,
                },
                now,
            ),
            ServerMessage::Event(event) => self.out.update(Update::Event(event)),
            ServerMessage::Source {
                sub,
                source,
                container,
                name,
            } => {
                if let Some((sub, out)) = self.of_wire(sub) {
                    sub.source(source, container, name, out);
                }
            }
            ServerMessage::Logs {
                sub,
                source,
                first,
                backlog,
            } => {
                let entries = Entries {
                    batch,
                    first,
                    backlog,
                    payload: bytes,
                };
                let taken = self
                    .of_wire(sub)
                    .map(|(sub, out)| sub.logs(source, entries, now, out));
                return self.settle(taken, bytes);
            }
            ServerMessage::Gap { sub, source, gap } => {
                return self
                    .of_wire(sub)
                    .is_none_or(|(sub, out)| sub.gap(source, gap, now, out));
            }
            ServerMessage::Stats {
                sub,
                source,
                samples,
            } => {
                let taken = self
                    .of_wire(sub)
                    .map(|(sub, out)| sub.stats(source, samples, bytes, out));
                return self.settle(taken, bytes);
            }
            ServerMessage::Stream { sub, source, state } => {
                return self
                    .of_wire(sub)
                    .is_none_or(|(sub, out)| sub.stream(source, state, out));
            }
            ServerMessage::Refused { sub: None, reason } => {
                self.out.update(Update::Refused { sub: None, reason });
            }
            ServerMessage::Refused {
                sub: Some(wire),
                reason,
            } => {
                if let Some(&sub) = self.wires.get(wire) {
                    let sub = Some(sub);
                    self.out.update(Update::Refused { sub, reason });
                }
            }
            ServerMessage::Ping { nonce } => self.out.send(&ClientMessage::Pong { nonce }),
            ServerMessage::Pong { .. } => {}
            ServerMessage::Served(served) => self.out.update(Update::Served(served)),
        }
        true
    }

    /// The subscription behind a number of this connection; `None` where it was ended, which is
    /// no fault: the message crossed the `Unsubscribe`.
    fn of_wire(&mut self, wire: SubId) -> Option<(&mut Subscription, &mut Queue)> {
        let sub = self.subs.get_mut(self.wires.get(wire)?)?;
        Some((sub, &mut self.out))
    }

    /// Payload that nobody took counts as processed.
    fn settle(&mut self, taken: Option<bool>, bytes: u64) -> bool {
        if taken != Some(true) {
            self.out.processed(bytes);
        }
        taken.unwrap_or(true)
    }

    fn delta(&mut self, delta: Delta, now: Millis) {
        match self.mirror.apply(delta) {
            Applied::Yes => self.out.update(Update::State),
            Applied::Old => {}
            Applied::Hole => {
                if self.asked.is_none() {
                    self.ask(now);
                }
            }
        }
    }

    fn ask(&mut self, now: Millis) {
        self.asked = Some(now);
        self.out.send(&ClientMessage::Refresh);
    }

    fn start(&mut self, sub: SubId) {
        let Some(subscription) = self.subs.get_mut(&sub) else {
            return;
        };
        self.last_wire = self.last_wire.wrapping_add(1);
        let wire = SubId(self.last_wire);
        self.wires.insert(wire, sub);
        for message in subscription.start(wire) {
            self.out.send(&message);
        }
    }

    fn start_all(&mut self) {
        let running = self.subs.iter().filter(|(_, it)| !it.is_paused());
        let running: Vec<_> = running.map(|(&sub, _)| sub).collect();
        for sub in running {
            self.start(sub);
        }
    }

    fn stop_all(&mut self) {
        self.wires.clear();
        for subscription in self.subs.values_mut() {
            if let Some(sub) = subscription.wire() {
                self.out.send(&ClientMessage::Unsubscribe { sub });
            }
            subscription.stop();
        }
    }

    /// The server broke the protocol, or the caller does not poll.
    fn fail(&mut self, now: Millis) {
        self.link.fail(now, &mut self.out);
        self.disconnected();
    }

    /// The connection is gone.
    fn disconnected(&mut self) {
        self.asked = None;
        self.wires.clear();
        self.mirror.disconnect();
        for subscription in self.subs.values_mut() {
            subscription.stop();
        }
    }
}
