//! Resource readings over time.

pub mod collector;

pub use collector::{Metric, Point, StatsCollector};
