//! The only room that knows Docker.

pub mod demo;
pub mod docker;
