//! Resource readings over time.

pub mod collector;

pub use collector::{Metric, PAUSE_MS, Point, StatsCollector};
