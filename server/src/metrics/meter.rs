//! What became of log lines, of one container or for one viewer.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use sidekick::time::{Millis, Nanos};

/// What can become of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// Read from the engine; of a viewer: handed to it.
    Read,
    /// Sent to a viewer.
    Sent,
    /// Not sent, because a viewer was slow.
    Dropped,
    /// Read once more, for one viewer alone.
    Replayed,
    /// Left out, because it had come before.
    Removed,
}

/// Its label in the metrics.
const FLOWS: [(Flow, &str); 5] = [
    (Flow::Read, "read"),
    (Flow::Sent, "sent"),
    (Flow::Dropped, "dropped"),
    (Flow::Replayed, "replayed"),
    (Flow::Removed, "removed"),
];

/// Numbers of one container or one viewer.
#[derive(Debug, Default)]
pub struct Meter {
    lines: [AtomicU64; FLOWS.len()],
    /// Milliseconds plus one; 0 before the first line.
    lag: AtomicI64,
}

impl Meter {
    /// Counts lines.
    pub fn add(&self, flow: Flow, lines: u64) {
        self.lines[flow as usize].fetch_add(lines, Ordering::Relaxed);
    }

    /// How many there were.
    #[must_use]
    pub fn get(&self, flow: Flow) -> u64 {
        self.lines[flow as usize].load(Ordering::Relaxed)
    }

    /// A line that was printed at a time has come so far now.
    pub fn passed(&self, printed: Nanos, now: Millis) {
        let lag = now.since(printed.millis()).max(0);
        self.lag.store(lag.saturating_add(1), Ordering::Relaxed);
    }

    /// How long after it was printed the last line came, in milliseconds: read from the engine, or of a
    /// viewer sent to it. By two clocks, where the engine runs on another machine.
    #[must_use]
    pub fn lag_ms(&self) -> Option<i64> {
        let lag = self.lag.load(Ordering::Relaxed);
        (lag > 0).then(|| lag - 1)
    }
}

/// The meters that somebody holds, by key.
#[derive(Debug)]
pub(super) struct Meters<K>(Mutex<BTreeMap<K, Weak<Meter>>>);

impl<K> Default for Meters<K> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Ord + Clone> Meters<K> {
    /// The meter of a key, which is a new one where nobody holds it any more.
    pub(super) fn get(&self, key: &K) -> Arc<Meter> {
        let mut held = self.lock();
        if let Some(meter) = held.get(key).and_then(Weak::upgrade) {
            return meter;
        }
        held.retain(|_, meter| meter.strong_count() > 0);
        let meter = Arc::new(Meter::default());
        held.insert(key.clone(), Arc::downgrade(&meter));
        meter
    }

    /// Writes two families, `{what}_log_lines_total` and `{what}_log_lag_ms`, with the labels that belong
    /// to a key.
    pub(super) fn render(&self, out: &mut String, what: &str, labels: impl Fn(&K) -> String) {
        let held = self.lock();
        let held = held
            .iter()
            .filter_map(|(key, meter)| Some((labels(key), meter.upgrade()?)));
        let held: Vec<_> = held.collect();
        let name = format!("sidekick_{what}_log_lines_total");
        // Writing to a String has no way to fail.
        let _ = writeln!(
            out,
            "# HELP {name} Log lines of each {what} while it is open, by what became of them.\n\
             # TYPE {name} counter"
        );
        for (labels, meter) in &held {
            for (flow, word) in FLOWS {
                let _ = writeln!(
                    out,
                    "{name}{{{labels},flow=\"{word}\"}} {}",
                    meter.get(flow)
                );
            }
        }
        let name = format!("sidekick_{what}_log_lag_ms");
        let _ = writeln!(
            out,
            "# HELP {name} How long after it was printed the last line came, in milliseconds.\n\
             # TYPE {name} gauge"
        );
        for (labels, meter) in &held {
            if let Some(lag) = meter.lag_ms() {
                let _ = writeln!(out, "{name}{{{labels}}} {lag}");
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<K, Weak<Meter>>> {
        // No code panics while it holds the lock; if one did, the map is still well formed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A label's value, as Prometheus wants it.
pub(super) fn escaped(value: &str) -> String {
    value
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_meter_is_told_while_somebody_holds_it() {
        let meters = Meters::default();
        let [first, second] = [meters.get(&1), meters.get(&2)];
        assert!(Arc::ptr_eq(&meters.get(&1), &first));
        first.add(Flow::Dropped, 7);
        first.passed(Nanos(5_000_000), Millis(25));
        drop(second);
        let mut text = String::new();
        meters.render(&mut text, "viewer", |key| format!("viewer=\"{key}\""));
        assert!(
            text.contains("sidekick_viewer_log_lines_total{viewer=\"1\",flow=\"dropped\"} 7\n")
        );
        assert!(text.contains("sidekick_viewer_log_lag_ms{viewer=\"1\"} 20\n"));
        assert!(!text.contains("viewer=\"2\""), "{text}");
        drop(first);
        assert_eq!(meters.get(&1).get(Flow::Dropped), 0);
    }

    #[test]
    fn a_line_of_a_clock_that_is_ahead_has_no_lag() {
        let meter = Meter::default();
        assert_eq!(meter.lag_ms(), None);
        meter.passed(Nanos(9_000_000), Millis(3));
        assert_eq!(meter.lag_ms(), Some(0));
    }
}
