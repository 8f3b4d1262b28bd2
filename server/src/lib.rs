//! The only room that knows Docker.
