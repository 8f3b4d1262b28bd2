//! `sidekick-docker tail`, the program itself.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests fail by panicking"
)]

mod breaks;
mod ending;
mod printing;
mod stub;
mod support;
