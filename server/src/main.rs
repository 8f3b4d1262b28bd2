//! The `sidekick-docker` program.

fn main() {}
