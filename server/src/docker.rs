//! The client of a Docker engine: finds it, connects to it, and turns what it says into our own
//! types. Docker's wire format and bollard's types stop here.
//!
//! ```text
//! endpoint    which engine, and why: flag, DOCKER_HOST, DOCKER_CONTEXT, config, sockets
//! transport   one connection per request over a unix socket, TCP, TLS or ssh; closed on drop
//! client      DockerClient: version, list, inspect, and the three streams
//! logs        raw body -> lines; `logs::decoder` is the pure part
//! stats       one reading -> CPU, memory, network, block I/O as `docker stats` computes them
//! events      one record -> Event
//! ```
//!
//! Two rules hold everywhere. A record that cannot be read is skipped and counted, it never
//! fails a list nor ends a stream. And a stream owns its connection: dropping the stream, or
//! cancelling its token, closes it at once.

mod client;
mod containers;
mod endpoint;
mod error;
mod events;
#[cfg(test)]
pub(crate) mod fake;
mod inspect;
mod json;
mod logs;
#[cfg(test)]
mod recorded;
mod stats;
mod transport;
mod version;

pub use client::{DockerClient, DockerStream, EventFilters, Listing, LogOptions, Tail};
pub use endpoint::{Endpoint, EndpointSources};
pub use error::DockerError;
