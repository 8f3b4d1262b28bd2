//! The connection: when to open, when to give it up, when to try again, and whether the page is
//! looked at.

use super::output::{LinkState, Output, Update};
use super::queue::Queue;
use crate::protocol::{ClientMessage, HEARTBEAT_MS};
use crate::reconnect::ReconnectPolicy;
use crate::time::Millis;

/// A page that is hidden for this long, in milliseconds, ends its subscriptions until it is seen.
pub const HIDDEN_MS: i64 = 10_000;

/// A websocket that does not open, or a server that does not say hello, within this many
/// milliseconds is given up.
pub const CONNECT_TIMEOUT_MS: i64 = 15_000;

/// After waking up, a connection on which nothing is heard for this many milliseconds is given up.
pub const PROBE_MS: i64 = 5_000;

/// A connection that lasted this many milliseconds was a good one: the next attempts begin with
/// the shortest delay again.
pub const STABLE_MS: i64 = 5_000;

/// A side that heard nothing for this long, in milliseconds, closes the connection.
const DEAD_MS: i64 = 3 * HEARTBEAT_MS;

/// The connection as the page sees it.
#[derive(Debug)]
pub(super) struct Link {
    phase: Phase,
    policy: ReconnectPolicy,
    state: LinkState,
    hidden: Hidden,
    /// The newest time and chance that the caller told, for calls that tell none.
    now: Millis,
    jitter: f64,
    heard: Millis,
    sent: Millis,
    /// Since when an answer is waited for after waking up.
    probed: Option<Millis>,
    nonce: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// The websocket is being opened.
    Opening { since: Millis },
    /// It is open, the server has not said hello.
    Open { since: Millis },
    /// The server said hello.
    Greeted { since: Millis },
    /// No websocket.
    Down { retry_at: Millis },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hidden {
    No,
    /// Hidden, subscriptions still run.
    Since(Millis),
    /// Hidden for so long that they do not.
    Paused,
}

/// What the client must do after a tick.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Need {
    /// The connection is gone.
    Disconnected,
    /// End all subscriptions at the server.
    Pause,
}

impl Link {
    /// A link that opens its first connection.
    pub(super) fn new(now: Millis, out: &mut Queue) -> Self {
        let mut link = Self {
            phase: Phase::Down { retry_at: now },
            policy: ReconnectPolicy::link(),
            state: LinkState::Connecting,
            hidden: Hidden::No,
            now,
            jitter: 0.5,
            heard: now,
            sent: now,
            probed: None,
            nonce: 0,
        };
        link.connect(now, out);
        link
    }

    pub(super) fn state(&self) -> LinkState {
        self.state
    }

    /// Whether messages can be sent.
    pub(super) fn is_open(&self) -> bool {
        matches!(self.phase, Phase::Open { .. } | Phase::Greeted { .. })
    }

    /// Whether the server said hello.
    pub(super) fn is_greeted(&self) -> bool {
        matches!(self.phase, Phase::Greeted { .. })
    }

    /// Whether subscriptions run.
    pub(super) fn may_subscribe(&self) -> bool {
        self.is_open() && self.hidden != Hidden::Paused
    }

    /// The websocket is open. True when subscriptions are to start.
    pub(super) fn opened(&mut self, now: Millis) -> bool {
        self.now = now;
        if !matches!(self.phase, Phase::Opening { .. }) {
            return false;
        }
        self.phase = Phase::Open { since: now };
        self.heard = now;
        self.sent = now;
        self.may_subscribe()
    }

    /// The server said hello.
    pub(super) fn greeted(&mut self, now: Millis, out: &mut Queue) {
        if matches!(self.phase, Phase::Open { .. }) {
            self.phase = Phase::Greeted { since: now };
        }
        self.show_state(out);
    }

    /// Something came.
    pub(super) fn heard(&mut self, now: Millis) {
        self.now = now;
        self.heard = now;
        self.probed = None;
    }

    /// Something was sent.
    pub(super) fn sent(&mut self) {
        self.sent = self.now;
    }

    /// The websocket ended. False where there was none.
    pub(super) fn closed(&mut self, now: Millis, jitter: f64, out: &mut Queue) -> bool {
        self.now = now;
        self.jitter = jitter;
        if matches!(self.phase, Phase::Down { .. }) {
            return false;
        }
        if let Phase::Greeted { since } = self.phase
            && now.since(since) >= STABLE_MS
        {
            self.policy.reset();
        }
        // The policy of a link never ends.
        let delay = self.policy.next_delay_jittered(jitter).unwrap_or(0);
        let retry_at = now.plus(i64::try_from(delay).unwrap_or(i64::MAX));
        self.phase = Phase::Down { retry_at };
        self.probed = None;
        out.disconnect();
        self.show_state(out);
        true
    }

    /// Gives the websocket up.
    pub(super) fn fail(&mut self, now: Millis, out: &mut Queue) {
        if self.closed(now, self.jitter, out) {
            out.close();
        }
    }

    /// Lets time pass.
    pub(super) fn tick(&mut self, now: Millis, jitter: f64, out: &mut Queue) -> Option<Need> {
        self.now = now;
        self.jitter = jitter;
        match self.phase {
            Phase::Down { retry_at } if now >= retry_at => self.connect(now, out),
            Phase::Opening { since } | Phase::Open { since }
                if now.since(since) >= CONNECT_TIMEOUT_MS =>
            {
                self.fail(now, out);
                return Some(Need::Disconnected);
            }
            Phase::Greeted { .. } if self.is_dead(now) => {
                self.fail(now, out);
                return Some(Need::Disconnected);
            }
            Phase::Greeted { .. } if now.since(self.sent) >= HEARTBEAT_MS => self.ping(out),
            _ => {}
        }
        if let Hidden::Since(since) = self.hidden
            && now.since(since) >= HIDDEN_MS
        {
            self.hidden = Hidden::Paused;
            self.show_state(out);
            return Some(Need::Pause);
        }
        None
    }

    /// When `tick` has something to do.
    pub(super) fn deadline(&self) -> Option<Millis> {
        let phase = match self.phase {
            Phase::Down { retry_at } => retry_at,
            Phase::Opening { since } | Phase::Open { since } => since.plus(CONNECT_TIMEOUT_MS),
            Phase::Greeted { .. } => {
                let beat = self.sent.plus(HEARTBEAT_MS).min(self.heard.plus(DEAD_MS));
                self.probed.map_or(beat, |at| beat.min(at.plus(PROBE_MS)))
            }
        };
        match self.hidden {
            Hidden::Since(since) => Some(phase.min(since.plus(HIDDEN_MS))),
            Hidden::No | Hidden::Paused => Some(phase),
        }
    }

    /// Something happened that makes a connection likely to work now, or an old one to be dead
    /// without anybody knowing.
    pub(super) fn wake(&mut self, now: Millis, out: &mut Queue) {
        self.now = now;
        match self.phase {
            Phase::Down { .. } => {
                self.policy.reset();
                self.connect(now, out);
            }
            Phase::Greeted { .. } if self.probed.is_none() => {
                self.probed = Some(now);
                self.ping(out);
            }
            _ => {}
        }
    }

    /// The page is hidden.
    pub(super) fn hide(&mut self, now: Millis) {
        self.now = now;
        if self.hidden == Hidden::No {
            self.hidden = Hidden::Since(now);
        }
    }

    /// The page is visible. True when subscriptions are to start.
    pub(super) fn show(&mut self, now: Millis, out: &mut Queue) -> bool {
        let before = std::mem::replace(&mut self.hidden, Hidden::No);
        if before != Hidden::No {
            self.wake(now, out);
        }
        self.show_state(out);
        before == Hidden::Paused && self.is_open()
    }

    fn connect(&mut self, now: Millis, out: &mut Queue) {
        self.phase = Phase::Opening { since: now };
        out.command(Output::Connect);
        self.show_state(out);
    }

    fn ping(&mut self, out: &mut Queue) {
        self.nonce = self.nonce.wrapping_add(1);
        self.sent = self.now;
        out.send(&ClientMessage::Ping { nonce: self.nonce });
    }

    fn is_dead(&self, now: Millis) -> bool {
        now.since(self.heard) >= DEAD_MS || self.probed.is_some_and(|at| now.since(at) >= PROBE_MS)
    }

    fn show_state(&mut self, out: &mut Queue) {
        let state = match self.phase {
            Phase::Opening { .. } | Phase::Open { .. } => LinkState::Connecting,
            Phase::Down { retry_at } => LinkState::Waiting { retry_at },
            Phase::Greeted { .. } if self.hidden == Hidden::Paused => LinkState::Paused,
            Phase::Greeted { .. } => LinkState::Live,
        };
        if state != self.state {
            self.state = state;
            out.update(Update::Link(state));
        }
    }
}
