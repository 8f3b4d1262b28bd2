//! What the state machine asks of its caller.

use crate::model::{ContainerId, Event, StatsSample};
use crate::protocol::{Gap, LogBatch, Served, StreamState, SubId};
use crate::time::Millis;

/// One thing for the caller to do; from [`Client::poll`](super::Client::poll).
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// Open a new websocket. There is at most one at a time: after this, nothing of an older one
    /// may be reported any more.
    Connect,
    /// Send these bytes as one binary message.
    Send(Vec<u8>),
    /// Close the websocket, also one that is still opening, and forget it: neither its messages
    /// nor its end may be reported afterwards.
    Close,
    /// Something to show.
    Update(Update),
}

/// Something changed that people see.
///
/// `sub` is what [`Client::subscribe`](super::Client::subscribe) returned. `source` numbers the
/// containers of that subscription from 0 in the order in which they first joined; a container
/// keeps its number however often the connection is made anew.
#[derive(Clone, Debug, PartialEq)]
pub enum Update {
    /// The connection to the server.
    Link(LinkState),
    /// The server said who it is; comes with every connection.
    Hello {
        /// Version of the server's program.
        version: String,
        /// The server's clock minus this machine's, in milliseconds, as far as a message of
        /// unknown delay can tell. Meaningful only where `now` is given in Unix time.
        clock_offset_ms: i64,
    },
    /// [`Client::snapshot`](super::Client::snapshot) changed.
    State,
    /// Something happened in the engine.
    Event(Event),
    /// A container joined the subscription, or its name changed. Comes before anything else of
    /// that source, and once more for each container that is still there when the subscription is
    /// [resumed](super::Client::resume).
    Source {
        /// The subscription.
        sub: SubId,
        /// Number of the container within it.
        source: u16,
        /// The container.
        container: ContainerId,
        /// Its name.
        name: String,
    },
    /// New entries of a source, in Docker's order, each exactly once.
    Logs {
        /// The subscription.
        sub: SubId,
        /// The container within it.
        source: u16,
        /// The entries; never empty.
        batch: LogBatch,
    },
    /// Entries of a source, or samples, are missing at this place.
    Gap {
        /// The subscription.
        sub: SubId,
        /// The container within it.
        source: u16,
        /// What is missing.
        gap: Gap,
    },
    /// New samples of a source, oldest first.
    Stats {
        /// The subscription.
        sub: SubId,
        /// The container within it.
        source: u16,
        /// The samples; never empty.
        samples: Vec<StatsSample>,
    },
    /// How a stream is doing.
    Stream {
        /// The subscription.
        sub: SubId,
        /// One container of it; `None` for the subscription as a whole.
        source: Option<u16>,
        /// Its state now.
        state: StreamState,
    },
    /// What the server did with log lines on this connection so far.
    Served(Served),
    /// The server refused something, for example a target that does not exist.
    Refused {
        /// The subscription it concerns; `None` where it concerns none.
        sub: Option<SubId>,
        /// Why, for people.
        reason: String,
    },
}

/// How the page stands to its server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkState {
    /// A websocket is being opened, or it is open and the server has not said hello.
    Connecting,
    /// Connected; subscriptions run.
    Live,
    /// No connection. The next attempt is at `retry_at`, or at once when the network comes back
    /// or the page becomes visible.
    Waiting {
        /// When, by the clock that the caller gives.
        retry_at: Millis,
    },
    /// Connected, but the page has been hidden for [`HIDDEN_MS`](super::HIDDEN_MS): its
    /// subscriptions are ended and start again, without loss, when it becomes visible. The
    /// state of the dashboard is kept current.
    Paused,
}
