//! The only room that knows Docker.

pub mod docker;
