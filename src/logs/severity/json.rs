//! Levels in JSON lines.
