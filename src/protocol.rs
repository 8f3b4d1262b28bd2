//! The live protocol: what the page and the server say to each other over one websocket.
//!
//! Every websocket message is binary and holds one [`ServerMessage`] or [`ClientMessage`] in
//! postcard. [`ServerMessage::Logs`] is followed, in the same websocket message, by one encoded
//! [`LogBatch`]: that part is encoded once and shared by all viewers. docs/protocol.md describes
//! every message and the order in which they come.

mod batch;
mod cursor;
mod message;

pub use batch::{BatchError, EntryRef, LogBatch, LogStream, MAX_BATCH_ENTRIES, MAX_BATCH_TEXT};
pub use cursor::{Cursor, CursorCounter, Gap, GapReason};
pub use message::{
    BACKLOG_BYTES, BACKLOG_ENTRIES, ClientMessage, DecodeError, HEARTBEAT_MS,
    MAX_CLIENT_MESSAGE_BYTES, PART_BYTES, ResumePoint, SUBPROTOCOL, Served, ServerFrame,
    ServerMessage, Snapshot, SourceId, Start, StreamState, SubId, Target, WINDOW_BYTES,
};
