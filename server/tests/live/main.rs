//! The server as a viewer sees it: over a real websocket, on a demo engine that can be cut,
//! stopped and flooded.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "the helpers of tests fail by panicking"
)]

mod engine;
mod logs;
mod projects;
mod real_daemon;
mod rules;
mod support;
mod whole;
