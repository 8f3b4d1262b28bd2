//! Counters and gauges of the server, as Prometheus text.
//!
//! Plain atomics: the hot path adds to them without a lock, and nobody needs a registry for
//! two dozen numbers whose names are all in this file.

mod meter;

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use sidekick::model::ContainerId;

pub use self::meter::{Flow, Meter};
use self::meter::{Meters, escaped};

/// Kinds of upstreams, that is, of streams from the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UpstreamKind {
    /// The log of one container.
    Logs,
    /// The stats of one container.
    Stats,
    /// The engine's events.
    Events,
}

impl UpstreamKind {
    /// All kinds, in the order of their numbers.
    pub const ALL: [Self; 3] = [Self::Logs, Self::Stats, Self::Events];

    /// The label in the metrics.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Logs => "logs",
            Self::Stats => "stats",
            Self::Events => "events",
        }
    }

    fn index(self) -> usize {
        match self {
            Self::Logs => 0,
            Self::Stats => 1,
            Self::Events => 2,
        }
    }
}

/// Numbers that only grow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counter {
    /// Log lines read from the engine.
    LinesRead,
    /// Log lines read from the engine once more, for one viewer alone.
    LinesReplayed,
    /// Log lines that the engine gave once more, and that were left out.
    LinesRemoved,
    /// Log lines handed to viewers, counted once a viewer.
    LinesSent,
    /// Log lines that a slow viewer did not get; each is part of a gap that it was shown.
    LinesDropped,
    /// Stats samples read from the engine.
    SamplesRead,
    /// Stats samples that a slow viewer did not get.
    SamplesDropped,
    /// Events read from the engine.
    EventsRead,
    /// Updates of the state that a slow viewer got as a fresh snapshot instead.
    UpdatesSkipped,
    /// Streams from the engine that broke.
    UpstreamsBroken,
    /// Full reads of the container list.
    Refreshes,
    /// Full reads that failed.
    RefreshesFailed,
    /// Messages of pages that were refused.
    MessagesRefused,
    /// Requests turned away for their Host or Origin.
    RequestsForbidden,
}

const COUNTERS: [(Counter, &str, &str); 14] = [
    (
        Counter::LinesRead,
        "sidekick_log_lines_read_total",
        "Log lines read from the engine.",
    ),
    (
        Counter::LinesReplayed,
        "sidekick_log_lines_replayed_total",
        "Log lines read from the engine once more, for one viewer alone.",
    ),
    (
        Counter::LinesRemoved,
        "sidekick_log_lines_removed_total",
        "Log lines that the engine gave once more, and that were left out.",
    ),
    (
        Counter::LinesSent,
        "sidekick_log_lines_sent_total",
        "Log lines sent, counted once a viewer.",
    ),
    (
        Counter::LinesDropped,
        "sidekick_log_lines_dropped_total",
        "Log lines that a slow viewer did not get (shown there as a gap).",
    ),
    (
        Counter::SamplesRead,
        "sidekick_stats_samples_read_total",
        "Stats samples read from the engine.",
    ),
    (
        Counter::SamplesDropped,
        "sidekick_stats_samples_dropped_total",
        "Stats samples that a slow viewer did not get.",
    ),
    (
        Counter::EventsRead,
        "sidekick_events_read_total",
        "Events read from the engine.",
    ),
    (
        Counter::UpdatesSkipped,
        "sidekick_state_updates_skipped_total",
        "State updates that a slow viewer got as a fresh snapshot instead.",
    ),
    (
        Counter::UpstreamsBroken,
        "sidekick_upstreams_broken_total",
        "Streams from the engine that broke.",
    ),
    (
        Counter::Refreshes,
        "sidekick_refreshes_total",
        "Full reads of the container list.",
    ),
    (
        Counter::RefreshesFailed,
        "sidekick_refreshes_failed_total",
        "Full reads of the container list that failed.",
    ),
    (
        Counter::MessagesRefused,
        "sidekick_messages_refused_total",
        "Messages of pages that were refused.",
    ),
    (
        Counter::RequestsForbidden,
        "sidekick_requests_forbidden_total",
        "Requests turned away for their Host or Origin.",
    ),
];

/// All numbers of one server.
#[derive(Debug, Default)]
pub struct Metrics {
    upstreams: [AtomicI64; 3],
    viewers: AtomicI64,
    counters: [AtomicU64; COUNTERS.len()],
    /// Of containers whose log is open.
    container_meters: Meters<ContainerId>,
    /// Of connections, by number.
    viewer_meters: Meters<u64>,
    last_viewer: AtomicU64,
}

impl Metrics {
    /// Adds to a counter.
    pub fn add(&self, counter: Counter, n: u64) {
        self.counters[counter as usize].fetch_add(n, Ordering::Relaxed);
    }

    /// Value of a counter.
    #[must_use]
    pub fn get(&self, counter: Counter) -> u64 {
        self.counters[counter as usize].load(Ordering::Relaxed)
    }

    /// How many upstreams of a kind are open, pending requests included.
    #[must_use]
    pub fn upstreams_open(&self, kind: UpstreamKind) -> i64 {
        self.upstreams[kind.index()].load(Ordering::Relaxed)
    }

    /// Counts an upstream as open until the guard is dropped.
    #[must_use]
    pub fn open_upstream(self: &Arc<Self>, kind: UpstreamKind) -> GaugeGuard {
        self.upstreams[kind.index()].fetch_add(1, Ordering::Relaxed);
        GaugeGuard {
            metrics: Arc::clone(self),
            kind: Some(kind),
        }
    }

    /// Counts a viewer (a page's connection) until the guard is dropped.
    #[must_use]
    pub fn open_viewer(self: &Arc<Self>) -> GaugeGuard {
        self.viewers.fetch_add(1, Ordering::Relaxed);
        GaugeGuard {
            metrics: Arc::clone(self),
            kind: None,
        }
    }

    /// Counts what becomes of a container's log lines, for as long as somebody holds this.
    #[must_use]
    pub fn container(&self, container: &ContainerId) -> Arc<Meter> {
        self.container_meters.get(container)
    }

    /// Counts what becomes of the log lines of another viewer, for as long as somebody holds this.
    #[must_use]
    pub fn viewer(&self) -> Arc<Meter> {
        let number = self.last_viewer.fetch_add(1, Ordering::Relaxed) + 1;
        self.viewer_meters.get(&number)
    }

    /// Everything in Prometheus's text format. `skipped_records` is what the engine's client
    /// could not read so far; `name` tells that of a container.
    #[must_use]
    pub fn render(
        &self,
        skipped_records: u64,
        name: impl Fn(&ContainerId) -> Option<String>,
    ) -> String {
        let mut out = String::with_capacity(4096);
        // Writing to a String has no way to fail.
        let _ = writeln!(
            out,
            "# HELP sidekick_upstreams_open Streams from the engine that are open now.\n\
             # TYPE sidekick_upstreams_open gauge"
        );
        for kind in UpstreamKind::ALL {
            let _ = writeln!(
                out,
                "sidekick_upstreams_open{{kind=\"{}\"}} {}",
                kind.word(),
                self.upstreams_open(kind)
            );
        }
        let _ = writeln!(
            out,
            "# HELP sidekick_viewers Pages that are connected now.\n\
             # TYPE sidekick_viewers gauge\n\
             sidekick_viewers {}",
            self.viewers.load(Ordering::Relaxed)
        );
        for (counter, name, help) in COUNTERS {
            let _ = writeln!(
                out,
                "# HELP {name} {help}\n# TYPE {name} counter\n{name} {}",
                self.get(counter)
            );
        }
        let _ = writeln!(
            out,
            "# HELP sidekick_records_skipped_total Records of the engine that could not be read.\n\
             # TYPE sidekick_records_skipped_total counter\n\
             sidekick_records_skipped_total {skipped_records}"
        );
        self.container_meters.render(&mut out, "container", |id| {
            let name = name(id).unwrap_or_default();
            format!(
                "container=\"{}\",id=\"{}\"",
                escaped(&name),
                escaped(id.short())
            )
        });
        self.viewer_meters
            .render(&mut out, "viewer", |number| format!("viewer=\"{number}\""));
        out
    }
}

/// Keeps a gauge up until it is dropped.
#[derive(Debug)]
pub struct GaugeGuard {
    metrics: Arc<Metrics>,
    /// `None` is the gauge of viewers.
    kind: Option<UpstreamKind>,
}

impl Drop for GaugeGuard {
    fn drop(&mut self) {
        let gauge = match self.kind {
            Some(kind) => &self.metrics.upstreams[kind.index()],
            None => &self.metrics.viewers,
        };
        gauge.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_three_gauges_are_there_from_the_start() {
        let text = Metrics::default().render(0, |_| None);
        for kind in ["logs", "stats", "events"] {
            assert!(text.contains(&format!("sidekick_upstreams_open{{kind=\"{kind}\"}} 0\n")));
        }
    }

    #[test]
    fn a_gauge_falls_when_its_guard_is_dropped() {
        let metrics = Arc::new(Metrics::default());
        let guard = metrics.open_upstream(UpstreamKind::Logs);
        assert_eq!(metrics.upstreams_open(UpstreamKind::Logs), 1);
        drop(guard);
        assert_eq!(metrics.upstreams_open(UpstreamKind::Logs), 0);
    }

    #[test]
    fn each_counter_is_rendered_under_its_own_name() {
        let metrics = Metrics::default();
        for (n, (counter, ..)) in COUNTERS.into_iter().enumerate() {
            metrics.add(counter, n as u64 + 100);
        }
        let text = metrics.render(7, |_| None);
        for (n, (_, name, _)) in COUNTERS.into_iter().enumerate() {
            assert!(text.contains(&format!("{name} {}\n", n + 100)), "{name}");
        }
        assert!(text.contains("sidekick_records_skipped_total 7\n"));
    }
}
