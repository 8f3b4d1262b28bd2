//! The newest readings of each container, as series and as rates per second.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{ContainerId, StatsSample};
use crate::ring::RingBuffer;
use crate::time::Millis;

/// What a series shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Metric {
    /// CPU use in percent of one core.
    Cpu,
    /// Memory in percent of the limit.
    MemoryPercent,
    /// Memory in bytes.
    MemoryBytes,
    /// Processes and threads.
    Pids,
    /// Bytes received per second.
    NetworkRx,
    /// Bytes sent per second.
    NetworkTx,
    /// Bytes read from block devices per second.
    BlockRead,
    /// Bytes written to block devices per second.
    BlockWrite,
}

/// One value of a series.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// When it was read; a rate belongs to the later of its two readings.
    pub time: Millis,
    /// The value, in the metric's unit. Never negative, never NaN.
    pub value: f64,
}

/// How much older than its predecessor a reading must be to show that the engine's clock was set
/// back, rather than that it came late.
pub const CLOCK_SET_BACK_MS: i64 = 5_000;

/// A longer pause between two readings, in milliseconds, was not measured: nobody looked, or the
/// engine did not answer. A rate across it would be an average of long ago, not of now.
pub const PAUSE_MS: i64 = 10_000;

/// Keeps the newest readings of each container.
#[derive(Clone, Debug)]
pub struct StatsCollector {
    capacity: usize,
    containers: BTreeMap<ContainerId, RingBuffer<StatsSample>>,
}

impl StatsCollector {
    /// Keeps `capacity` readings a container.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self {
            capacity,
            containers: BTreeMap::new(),
        }
    }

    /// Adds a reading. One that is not newer than the last of its container (a repeated or
    /// late one) is ignored, and the answer is false. One that is older by more than
    /// [`CLOCK_SET_BACK_MS`] shows that the engine's clock was set back: it starts the history
    /// anew, instead of being ignored until the clock has caught up.
    pub fn push(&mut self, id: &ContainerId, sample: StatsSample) -> bool {
        let samples = match self.containers.get_mut(id) {
            Some(samples) => samples,
            None => self
                .containers
                .entry(id.clone())
                .or_insert_with(|| RingBuffer::new(self.capacity)),
        };
        if let Some(last) = samples.last() {
            if last.time.since(sample.time) > CLOCK_SET_BACK_MS {
                samples.clear();
            } else if sample.time <= last.time {
                return false;
            }
        }
        samples.push(sample);
        true
    }

    /// The readings of a container, oldest first; none for an unknown one.
    pub fn samples(&self, id: &ContainerId) -> impl DoubleEndedIterator<Item = &StatsSample> {
        self.containers
            .get(id)
            .into_iter()
            .flat_map(RingBuffer::iter)
    }

    /// The newest reading of a container.
    #[must_use]
    pub fn latest(&self, id: &ContainerId) -> Option<&StatsSample> {
        self.containers.get(id)?.last()
    }

    /// Containers with readings.
    pub fn ids(&self) -> impl Iterator<Item = &ContainerId> {
        self.containers.keys()
    }

    /// A series with its times, oldest first.
    ///
    /// Gauges have a point for each reading (CPU: for each that knows it, see
    /// [`StatsSample::cpu_percent`]); rates one for each pair of neighbours not more than
    /// [`PAUSE_MS`] apart, 0 where the counter went back because the container started again.
    #[must_use]
    pub fn points(&self, id: &ContainerId, metric: Metric) -> Vec<Point> {
        self.points_since(id, metric, Millis(i64::MIN))
    }

    /// The points of [`points`](Self::points) from `since` on. Readings before that cost nothing.
    #[must_use]
    pub fn points_since(&self, id: &ContainerId, metric: Metric, since: Millis) -> Vec<Point> {
        let Some(samples) = self.containers.get(id) else {
            return Vec::new();
        };
        let first = samples.partition_point(|sample| sample.time < since);
        let mut before = first.checked_sub(1).and_then(|at| samples.get(at));
        samples
            .iter_from(first)
            .filter_map(|sample| metric.point(before.replace(sample), sample))
            .collect()
    }

    /// The newest point of [`points`](Self::points), without computing the others. `None` where
    /// the newest reading gives none: it does not know the CPU, or is the only one and the metric
    /// a rate.
    #[must_use]
    pub fn last_point(&self, id: &ContainerId, metric: Metric) -> Option<Point> {
        let samples = self.containers.get(id)?;
        let before = samples.len().checked_sub(2).and_then(|at| samples.get(at));
        metric.point(before, samples.last()?)
    }

    /// CPU use in percent of one core.
    #[must_use]
    pub fn cpu_series(&self, id: &ContainerId) -> Vec<f64> {
        self.values(id, Metric::Cpu)
    }

    /// Memory in percent of the limit.
    #[must_use]
    pub fn memory_series(&self, id: &ContainerId) -> Vec<f64> {
        self.values(id, Metric::MemoryPercent)
    }

    /// Bytes received per second; one value fewer than readings, less the pauses.
    #[must_use]
    pub fn network_rx_rate_series(&self, id: &ContainerId) -> Vec<f64> {
        self.values(id, Metric::NetworkRx)
    }

    /// Bytes sent per second; one value fewer than readings, less the pauses.
    #[must_use]
    pub fn network_tx_rate_series(&self, id: &ContainerId) -> Vec<f64> {
        self.values(id, Metric::NetworkTx)
    }

    /// Bytes read from block devices per second; one value fewer than readings, less the pauses.
    #[must_use]
    pub fn block_read_rate_series(&self, id: &ContainerId) -> Vec<f64> {
        self.values(id, Metric::BlockRead)
    }

    /// Bytes written to block devices per second; one value fewer than readings, less the pauses.
    #[must_use]
    pub fn block_write_rate_series(&self, id: &ContainerId) -> Vec<f64> {
        self.values(id, Metric::BlockWrite)
    }

    /// Forgets all containers but the `active` ones.
    pub fn prune(&mut self, active: &BTreeSet<ContainerId>) {
        self.containers.retain(|id, _| active.contains(id));
    }

    /// Forgets one container.
    pub fn remove(&mut self, id: &ContainerId) {
        self.containers.remove(id);
    }

    /// Forgets all containers.
    pub fn clear(&mut self) {
        self.containers.clear();
    }

    fn values(&self, id: &ContainerId, metric: Metric) -> Vec<f64> {
        self.points(id, metric).iter().map(|p| p.value).collect()
    }
}

impl Metric {
    /// The value at `sample`; `None` where it is unknown, as a rate without a reading `before`.
    fn point(self, before: Option<&StatsSample>, sample: &StatsSample) -> Option<Point> {
        let rate = |counter: fn(&StatsSample) -> u64| {
            let before = before?;
            let elapsed = sample.time.since(before.time);
            if elapsed > PAUSE_MS {
                return None;
            }
            let seconds = elapsed as f64 / 1000.0;
            let grown = counter(sample).saturating_sub(counter(before));
            Some(if seconds > 0.0 {
                grown as f64 / seconds
            } else {
                0.0
            })
        };
        let value = match self {
            Self::Cpu => sample.cpu_percent,
            Self::MemoryPercent => Some(sample.memory_percent()),
            Self::MemoryBytes => Some(sample.memory_bytes as f64),
            Self::Pids => Some(sample.pids as f64),
            Self::NetworkRx => rate(|s| s.network_rx_bytes),
            Self::NetworkTx => rate(|s| s.network_tx_bytes),
            Self::BlockRead => rate(|s| s.block_read_bytes),
            Self::BlockWrite => rate(|s| s.block_write_bytes),
        };
        Some(Point {
            time: sample.time,
            value: value.filter(|value| value.is_finite())?.max(0.0),
        })
    }
}

impl Default for StatsCollector {
    /// 60 readings: a minute at Docker's pace.
    fn default() -> Self {
        Self::new(60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn id(name: &str) -> ContainerId {
        ContainerId(name.to_owned())
    }

    fn sample(time: i64, bytes: u64) -> StatsSample {
        StatsSample {
            time: Millis(time),
            network_rx_bytes: bytes,
            network_tx_bytes: bytes * 2,
            block_read_bytes: bytes * 3,
            block_write_bytes: bytes * 4,
            ..StatsSample::default()
        }
    }

    #[test]
    fn a_rate_across_a_pause_is_not_told_as_one_of_now() {
        let mut stats = StatsCollector::default();
        for s in [
            sample(0, 0),
            sample(PAUSE_MS, 10),
            sample(601_000, 10_000_000),
        ] {
            assert!(stats.push(&id("a"), s));
        }
        assert_eq!(stats.network_rx_rate_series(&id("a")), [1.0]);
        assert_eq!(stats.last_point(&id("a"), Metric::NetworkRx), None);
        assert!(stats.push(&id("a"), sample(602_000, 10_000_500)));
        let now = stats.last_point(&id("a"), Metric::NetworkRx);
        assert_eq!(now.map(|point| point.value), Some(500.0));
    }

    #[test]
    fn a_rate_is_the_growth_per_second_between_two_readings() {
        let mut stats = StatsCollector::default();
        for s in [sample(1000, 100), sample(3000, 500), sample(3500, 500)] {
            assert!(stats.push(&id("a"), s));
        }
        assert_eq!(stats.network_rx_rate_series(&id("a")), [200.0, 0.0]);
        assert_eq!(stats.network_tx_rate_series(&id("a")), [400.0, 0.0]);
        assert_eq!(stats.block_read_rate_series(&id("a")), [600.0, 0.0]);
        assert_eq!(stats.block_write_rate_series(&id("a")), [800.0, 0.0]);
    }

    #[test]
    fn a_counter_that_started_again_gives_zero_and_no_spike() {
        let mut stats = StatsCollector::default();
        stats.push(&id("a"), sample(1000, 5_000_000));
        stats.push(&id("a"), sample(2000, 10));
        stats.push(&id("a"), sample(3000, 30));
        assert_eq!(stats.network_rx_rate_series(&id("a")), [0.0, 20.0]);
    }

    #[test]
    fn a_clock_that_was_set_back_starts_the_history_anew() {
        let mut stats = StatsCollector::new(60);
        let at = |s: i64| StatsSample {
            time: Millis(s * 1000),
            ..StatsSample::default()
        };
        assert!(stats.push(&id("a"), at(100)));
        assert!(!stats.push(&id("a"), at(96)));
        assert!(stats.push(&id("a"), at(50)));
        assert!(stats.push(&id("a"), at(51)));
        assert_eq!(stats.samples(&id("a")).count(), 2);
    }

    #[test]
    fn repeated_and_late_readings_are_ignored() {
        let mut stats = StatsCollector::default();
        assert!(stats.push(&id("a"), sample(2000, 1)));
        assert!(!stats.push(&id("a"), sample(2000, 9)));
        assert!(!stats.push(&id("a"), sample(1000, 9)));
        assert_eq!(stats.samples(&id("a")).count(), 1);
    }

    #[test]
    fn the_first_reading_has_no_cpu_value() {
        let mut stats = StatsCollector::default();
        stats.push(&id("a"), sample(1000, 0));
        let second = StatsSample {
            cpu_percent: Some(250.0),
            memory_bytes: 1,
            memory_limit_bytes: 4,
            ..sample(2000, 0)
        };
        stats.push(&id("a"), second);
        assert_eq!(stats.cpu_series(&id("a")), [250.0]);
        assert_eq!(stats.memory_series(&id("a")), [0.0, 25.0]);
        assert_eq!(stats.latest(&id("a")), Some(&second));
    }

    #[test]
    fn pruning_keeps_only_what_is_active() {
        let mut stats = StatsCollector::default();
        for name in ["a", "b", "c"] {
            stats.push(&id(name), sample(1, 1));
        }
        stats.prune(&BTreeSet::from([id("b"), id("x")]));
        assert_eq!(stats.ids().collect::<Vec<_>>(), [&id("b")]);
        stats.remove(&id("b"));
        assert!(stats.latest(&id("b")).is_none());
        assert!(stats.cpu_series(&id("b")).is_empty());
    }

    #[test]
    fn a_container_with_one_reading_has_no_rate_yet() {
        let mut stats = StatsCollector::default();
        assert_eq!(stats.last_point(&id("a"), Metric::NetworkRx), None);
        stats.push(&id("a"), sample(1000, 7));
        assert_eq!(stats.last_point(&id("a"), Metric::NetworkRx), None);
        stats.push(&id("a"), sample(2000, 9));
        let rate = Point {
            time: Millis(2000),
            value: 2.0,
        };
        assert_eq!(stats.last_point(&id("a"), Metric::NetworkRx), Some(rate));
    }

    #[test]
    fn a_curve_that_begins_amid_the_readings_knows_the_rate_at_its_first_point() {
        let mut stats = StatsCollector::default();
        for at in 1..=3 {
            stats.push(&id("a"), sample(at * 1000, at as u64 * 10));
        }
        let since = stats.points_since(&id("a"), Metric::NetworkRx, Millis(2000));
        let times: Vec<_> = since.iter().map(|p| (p.time.0, p.value)).collect();
        assert_eq!(times, [(2000, 10.0), (3000, 10.0)]);
    }

    proptest! {
        #[test]
        fn a_part_of_a_series_is_what_the_whole_series_has_there(
            steps in proptest::collection::vec((1i64..3000, 0u64..1000, any::<bool>()), 0..40),
            capacity in 1usize..30,
            since in 0i64..60_000,
        ) {
            let mut stats = StatsCollector::new(capacity);
            let mut time = 0;
            for (step, bytes, known) in steps {
                time += step;
                let cpu_percent = known.then_some(bytes as f64);
                stats.push(&id("a"), StatsSample { cpu_percent, ..sample(time, bytes) });
            }
            for metric in [Metric::Cpu, Metric::MemoryBytes, Metric::NetworkRx, Metric::BlockWrite] {
                let all = stats.points(&id("a"), metric);
                let newest = stats.latest(&id("a")).map(|it| it.time);
                let last = all.last().copied().filter(|it| Some(it.time) == newest);
                prop_assert_eq!(stats.last_point(&id("a"), metric), last);
                let part = all.iter().copied().filter(|it| it.time.0 >= since).collect::<Vec<_>>();
                prop_assert_eq!(stats.points_since(&id("a"), metric, Millis(since)), part);
            }
        }

        #[test]
        fn a_collector_is_bounded_and_its_rates_are_sane(
            readings in proptest::collection::vec((prop_oneof![any::<i64>(), -20_000i64..20_000], any::<u64>()), 0..60),
            capacity in 1usize..20,
        ) {
            let mut stats = StatsCollector::new(capacity);
            let mut taken = 0usize;
            for &(time, bytes) in &readings {
                let reading = StatsSample { network_rx_bytes: bytes, ..sample(time, 0) };
                let last = stats.latest(&id("a")).map(|last| last.time);
                if last.is_some_and(|last| last.since(reading.time) > CLOCK_SET_BACK_MS) {
                    taken = 0;
                }
                taken += usize::from(stats.push(&id("a"), reading));
            }
            let times: Vec<Millis> = stats.samples(&id("a")).map(|it| it.time).collect();
            prop_assert_eq!(times.len(), taken.min(capacity));
            let rates = stats.network_rx_rate_series(&id("a"));
            let near = times.windows(2).filter(|pair| pair[1].since(pair[0]) <= PAUSE_MS);
            prop_assert_eq!(rates.len(), near.count());
            prop_assert!(rates.iter().all(|r| r.is_finite() && *r >= 0.0));
        }
    }
}
