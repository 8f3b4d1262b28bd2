//! The page's side of the live protocol: a state machine without I/O.

mod output;

pub use output::{LinkState, Output, Update};

use std::collections::VecDeque;

use crate::protocol::{Snapshot, SubId, Target};
use crate::time::Millis;

/// A page that is hidden for this long, in milliseconds, ends its subscriptions until it is seen.
pub const HIDDEN_MS: i64 = 10_000;

/// The page's side of the live protocol.
#[derive(Debug)]
pub struct Client {
    link: LinkState,
    snapshot: Option<Snapshot>,
    outputs: VecDeque<Output>,
    next_sub: u32,
}

impl Client {
    /// A client that wants to connect at once: its first output is [`Output::Connect`].
    #[must_use]
    pub fn new(_now: Millis) -> Self {
        Self {
            link: LinkState::Connecting,
            snapshot: None,
            outputs: VecDeque::from([Output::Connect]),
            next_sub: 0,
        }
    }
    /// The next thing to do.
    pub fn poll(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }
    /// The whole state, `None` before the first one came.
    #[must_use]
    pub fn snapshot(&self) -> Option<&Snapshot> {
        self.snapshot.as_ref()
    }
    /// How the page stands to its server.
    #[must_use]
    pub fn link(&self) -> LinkState {
        self.link
    }
    /// Starts a subscription.
    pub fn subscribe(&mut self, _target: Target) -> SubId {
        self.next_sub += 1;
        SubId(self.next_sub)
    }
    /// Ends a subscription; nothing of it comes out of `poll` any more.
    pub fn unsubscribe(&mut self, _sub: SubId) {}
    /// Tries failed or waiting streams of a subscription again now.
    pub fn retry(&mut self, _sub: SubId) {}
    /// Asks for a fresh list of containers. Does nothing while there is no connection.
    pub fn refresh(&mut self) {}
    /// Asks for the demo engine. Does nothing while there is no connection.
    pub fn start_demo(&mut self) {}
    /// The websocket is open.
    pub fn on_open(&mut self, _now: Millis) {}
    /// The websocket ended, or could not be opened. `jitter` is a random number from 0 to 1.
    pub fn on_close(&mut self, _now: Millis, _jitter: f64) {}
    /// A binary message came. `jitter` as in `on_close`.
    pub fn on_message(&mut self, _bytes: &[u8], _now: Millis, _jitter: f64) {}
    /// Lets time pass: call about once a second, or at [`next_deadline`](Self::next_deadline).
    pub fn tick(&mut self, _now: Millis, _jitter: f64) {}
    /// When `tick` has something to do next.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Millis> {
        None
    }
    /// The network came back.
    pub fn online(&mut self, _now: Millis) {}
    /// The page became visible or hidden.
    pub fn visible(&mut self, _visible: bool, _now: Millis) {}
}
