//! The messages themselves.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Cursor, Gap, LogBatch};
use crate::model::{
    Container, ContainerId, EngineStatus, Event, Member, MembersError, ResourceError, StatsSample,
    check_members,
};
use crate::time::{Millis, Nanos};

/// Name of the websocket subprotocol; its number is the version of the protocol.
pub const SUBPROTOCOL: &str = "sidekick.v4";

/// Both sides send something at least this often, in milliseconds; a side that heard nothing
/// for three times as long closes the connection.
pub const HEARTBEAT_MS: i64 = 10_000;

/// Payload that the server keeps in flight to one viewer without a [`ClientMessage::Credit`].
pub const WINDOW_BYTES: u64 = 1 << 20;

/// Entries of one container that a page without a resume point gets of its past, the newest
/// ones; fewer where their text passes [`BACKLOG_BYTES`].
pub const BACKLOG_ENTRIES: usize = 1000;

/// Text of one container's past that a page gets at most, in bytes.
pub const BACKLOG_BYTES: usize = 4 << 20;

/// Docker keeps longer lines in parts of so many bytes of text, and counts each part as a line.
pub const PART_BYTES: usize = 16 << 10;

/// Largest message that the server takes from a page, in bytes.
pub const MAX_CLIENT_MESSAGE_BYTES: usize = 64 << 10;

/// A subscription of one page, numbered by the page. A number is never used twice on a page, so
/// it is the generation too: what arrives for a number that is no longer wanted is ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SubId(pub u32);

/// One container within a subscription, numbered by the server from 0 in the order in which
/// they joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SourceId(pub u16);

/// What a subscription shows.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Target {
    /// The log of one container.
    Logs {
        /// Which one.
        container: ContainerId,
    },
    /// The logs of a Compose project, or of one of its services. Containers join and leave as
    /// the project changes.
    ProjectLogs {
        /// Name of the project.
        project: String,
        /// Only this service.
        service: Option<String>,
    },
    /// What the engine has of the log of one container now, without waiting for more: behind the
    /// last line the stream has [ended](StreamState::Ended).
    History {
        /// Which one.
        container: ContainerId,
    },
    /// The stats of one container.
    Stats {
        /// Which one.
        container: ContainerId,
    },
    /// The stats of all running containers of a project or service.
    ProjectStats {
        /// Name of the project.
        project: String,
        /// Only this service.
        service: Option<String>,
    },
    /// The logs of several containers or services. Containers join and leave as the names say.
    SeveralLogs {
        /// Which ones.
        members: Vec<Member>,
    },
    /// The stats of several containers or services.
    SeveralStats {
        /// Which ones.
        members: Vec<Member>,
    },
}

impl Target {
    /// Says whether it can be asked for.
    ///
    /// # Errors
    /// Where it names members that cannot be looked at together.
    pub fn check(&self) -> Result<(), MembersError> {
        match self {
            Self::SeveralLogs { members } | Self::SeveralStats { members } => {
                check_members(members)
            }
            _ => Ok(()),
        }
    }
}

/// Where the log of a container begins that the viewer has no resume point for.
///
/// Behind anything but [`Newest`](Self::Newest) comes every line: a viewer that is slow or was away
/// is waited for, and reads on from its place in the engine's log, however much that is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Start {
    /// With the newest entries that the server has at hand; one that is slow, or was away for long,
    /// is brought to the newest again, with a [`Gap`] before them.
    #[default]
    Newest,
    /// With the first line that the engine still has.
    First,
    /// With the newest so many lines.
    Tail(u64),
    /// With the first line that is not older than this.
    Since(Nanos),
}

/// Where a page stands in the log of one container.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResumePoint {
    /// The container.
    pub container: ContainerId,
    /// The last entry that the page holds.
    pub cursor: Cursor,
}

/// What the server did with log lines for one connection, in total since it was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Served {
    /// Lines that were sent.
    pub sent: u64,
    /// Lines that were let go because the page was slow; each is part of a gap.
    pub dropped: u64,
    /// Lines that were read from the engine for this page alone.
    pub replayed: u64,
    /// Lines that came in such readings and that the page had already.
    pub removed: u64,
    /// How long after it was printed the last line was sent, in milliseconds.
    pub lag_ms: Option<i64>,
}

/// What a page says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ClientMessage {
    /// Starts a subscription.
    Subscribe {
        /// A new number, larger than all before.
        sub: SubId,
        /// What to show.
        target: Target,
        /// Log targets: where the page stands.
        resume: Vec<ResumePoint>,
        /// Log targets: where containers begin that `resume` does not name.
        start: Start,
    },
    /// Ends a subscription.
    Unsubscribe {
        /// Which one.
        sub: SubId,
    },
    /// Tries failed or waiting streams of a subscription again now.
    Retry {
        /// Which one.
        sub: SubId,
    },
    /// How many bytes of `Logs` and `Stats` messages the page has processed on this connection
    /// so far, in total.
    Credit {
        /// Bytes of whole websocket messages since the connection opened.
        bytes: u64,
    },
    /// Asks for a fresh list of containers; answered by a [`ServerMessage::Snapshot`].
    Refresh,
    /// Asks the server to show the built-in demo engine; taken only while no daemon answers.
    StartDemo,
    /// Asks for a [`ServerMessage::Pong`] with the same number.
    Ping {
        /// Any number.
        nonce: u32,
    },
    /// Answers a [`ServerMessage::Ping`].
    Pong {
        /// The number of the ping.
        nonce: u32,
    },
    /// More of what the [`Subscribe`](Self::Subscribe) with this number will say in `resume`: so many
    /// containers that one message cannot name them all.
    Resume {
        /// Number of the subscription that is to come.
        sub: SubId,
        /// Where the page stands.
        resume: Vec<ResumePoint>,
    },
}

/// The whole state of the dashboard, apart from streams.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Grows by one with each change; a [`ServerMessage::Delta`] continues it.
    pub revision: u64,
    /// How the server stands to its engine.
    pub engine: EngineStatus,
    /// All containers, by name.
    pub containers: Vec<Container>,
    /// What could not be refreshed.
    pub errors: Vec<ResourceError>,
    /// When the list was last read from the engine; `None` before the first time.
    pub refreshed: Option<Millis>,
}

/// How one stream of a subscription is doing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum StreamState {
    /// Asked for; nothing came yet.
    Loading,
    /// Entries or samples flow, or would if there were any new ones.
    Live,
    /// Live, and the container has not printed anything so far.
    Empty,
    /// The container does not run; everything it printed is here. Goes on when it starts.
    Ended,
    /// The container was removed; what is here stays.
    Removed,
    /// The stream broke and is tried again.
    Reconnecting {
        /// Which attempt comes next, from 1.
        attempt: u32,
        /// Milliseconds until then, from the moment of this message.
        retry_in_ms: u32,
        /// Why it broke.
        reason: String,
    },
    /// Given up. `Retry` tries again, unless the cause is permanent.
    Failed {
        /// Why.
        reason: String,
        /// Trying again makes no sense: for example a logging driver that cannot be read.
        permanent: bool,
    },
    /// The container was renamed, and is no longer one of those that are shown. What it printed
    /// until then is here, what it prints from then on is not.
    Left {
        /// What it is called now.
        name: String,
    },
}

/// What the server says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ServerMessage {
    /// The first message of a connection.
    Hello {
        /// Version of the server's program.
        version: String,
        /// The server's clock.
        now: Millis,
    },
    /// The whole state; follows `Hello`, and comes again where deltas could not be kept up.
    Snapshot(Snapshot),
    /// What changed since the revision before.
    Delta {
        /// The revision this makes.
        revision: u64,
        /// New state of the engine, if it changed.
        engine: Option<EngineStatus>,
        /// New and changed containers.
        changed: Vec<Container>,
        /// Containers that are gone.
        removed: Vec<ContainerId>,
        /// What could not be refreshed, if that changed.
        errors: Option<Vec<ResourceError>>,
        /// When the list was last read.
        refreshed: Option<Millis>,
    },
    /// Something happened in the engine.
    Event(Event),
    /// A container joined a subscription. Comes before anything else from that source.
    Source {
        /// The subscription.
        sub: SubId,
        /// Its number there.
        source: SourceId,
        /// The container.
        container: ContainerId,
        /// Its name at that moment.
        name: String,
    },
    /// Entries of a source; the encoded [`LogBatch`] follows in the same websocket message.
    Logs {
        /// The subscription.
        sub: SubId,
        /// The container within it.
        source: SourceId,
        /// [`Cursor::occurrence`] of the batch's first entry of stdout and of stderr (0 where it
        /// has none): with it the batch alone tells the cursor of each of its entries. See
        /// [`CursorCounter::advance`](super::CursorCounter::advance).
        first: [u32; 2],
        /// The newest entries that were there when the subscription joined, without regard to a
        /// resume point: the page drops those that it holds. False for entries that follow the
        /// resume point or the message before.
        backlog: bool,
    },
    /// Lines of a source, or readings, are missing here.
    Gap {
        /// The subscription.
        sub: SubId,
        /// The container within it.
        source: SourceId,
        /// What is missing.
        gap: Gap,
    },
    /// Samples of a source, oldest first.
    Stats {
        /// The subscription.
        sub: SubId,
        /// The container within it.
        source: SourceId,
        /// The readings.
        samples: Vec<StatsSample>,
    },
    /// How a stream is doing: sent with each change, and always behind the last `Logs` message
    /// that is marked as backlog.
    Stream {
        /// The subscription.
        sub: SubId,
        /// One container of it; `None` for all of it (for example a project without containers).
        source: Option<SourceId>,
        /// Its state now.
        state: StreamState,
    },
    /// A message of the page was refused; the connection goes on.
    Refused {
        /// The subscription it spoke of, if any.
        sub: Option<SubId>,
        /// Why, for people.
        reason: String,
    },
    /// Asks for a [`ClientMessage::Pong`] with the same number.
    Ping {
        /// Any number.
        nonce: u32,
    },
    /// Answers a [`ClientMessage::Ping`].
    Pong {
        /// The number of the ping.
        nonce: u32,
    },
    /// What the server did for this connection so far: told now and then while log lines flow.
    Served(Served),
}

/// A server message as it came, with the batch of a `Logs` message.
#[derive(Clone, Debug, PartialEq)]
pub struct ServerFrame {
    /// The message.
    pub message: ServerMessage,
    /// Entries; empty for all messages but `Logs`.
    pub batch: LogBatch,
}

impl ClientMessage {
    /// The wire form.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        encode(self, 0)
    }

    /// Reads the wire form back.
    ///
    /// # Errors
    /// [`DecodeError`] when the bytes are no client message or more than one, or more than
    /// [`MAX_CLIENT_MESSAGE_BYTES`].
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        if bytes.len() > MAX_CLIENT_MESSAGE_BYTES {
            return Err(DecodeError);
        }
        match postcard::take_from_bytes(bytes) {
            Ok((message, [])) => Ok(message),
            _ => Err(DecodeError),
        }
    }
}

impl ServerMessage {
    /// The wire form. For `Logs` the encoded batch must follow: see
    /// [`encode_with`](Self::encode_with).
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        encode(self, 0)
    }

    /// The wire form followed by an encoded [`LogBatch`].
    #[must_use]
    pub fn encode_with(&self, batch: &[u8]) -> Vec<u8> {
        let mut out = encode(self, batch.len());
        out.extend_from_slice(batch);
        out
    }
}

impl ServerFrame {
    /// Reads one websocket message.
    ///
    /// # Errors
    /// [`DecodeError`] when the bytes are no server message, when something follows a message
    /// that ends there, or when the batch of a `Logs` message is malformed.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let (message, rest): (ServerMessage, &[u8]) =
            postcard::take_from_bytes(bytes).map_err(|_| DecodeError)?;
        let batch = match message {
            ServerMessage::Logs { .. } => LogBatch::decode(rest).map_err(|_| DecodeError)?,
            _ if rest.is_empty() => LogBatch::new(),
            _ => return Err(DecodeError),
        };
        Ok(Self { message, batch })
    }
}

/// Our messages are plain data of known length, which memory has no way to refuse. If one could
/// not be written it would be empty, which is no message to whoever reads it.
fn encode<T: Serialize>(message: &T, room: usize) -> Vec<u8> {
    postcard::to_extend(message, Vec::with_capacity(64 + room)).unwrap_or_default()
}

/// Bytes that are no message of this version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecodeError;

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not a message of {SUBPROTOCOL}")
    }
}

impl std::error::Error for DecodeError {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::LogStream;
    use crate::time::Nanos;
    use proptest::prelude::*;

    #[test]
    fn a_logs_message_carries_its_batch() {
        let mut batch = LogBatch::new();
        batch.push_line(Nanos(5), LogStream::Stderr, "boom");
        let message = ServerMessage::Logs {
            sub: SubId(7),
            source: SourceId(1),
            first: [0, 3],
            backlog: true,
        };
        let bytes = message.encode_with(&batch.encode());
        assert_eq!(
            ServerFrame::decode(&bytes),
            Ok(ServerFrame { message, batch })
        );
    }

    #[test]
    fn trailing_bytes_are_refused() {
        let mut bytes = ClientMessage::Refresh.encode();
        bytes.push(0);
        assert_eq!(ClientMessage::decode(&bytes), Err(DecodeError));
        let mut bytes = ServerMessage::Ping { nonce: 1 }.encode();
        bytes.push(0);
        assert_eq!(ServerFrame::decode(&bytes), Err(DecodeError));
    }

    #[test]
    fn a_message_above_the_cap_is_refused() {
        let message = |length| ClientMessage::Subscribe {
            sub: SubId(1),
            target: Target::Logs {
                container: ContainerId("x".repeat(length)),
            },
            resume: vec![],
            start: Start::Newest,
        };
        let fits = message(MAX_CLIENT_MESSAGE_BYTES - 8).encode();
        assert!(fits.len() <= MAX_CLIENT_MESSAGE_BYTES);
        assert!(ClientMessage::decode(&fits).is_ok());
        let large = message(MAX_CLIENT_MESSAGE_BYTES).encode();
        assert_eq!(ClientMessage::decode(&large), Err(DecodeError));
    }

    proptest! {
        #[test]
        fn no_bytes_make_decoding_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = ClientMessage::decode(&bytes);
            let _ = ServerFrame::decode(&bytes);
        }
    }
}
