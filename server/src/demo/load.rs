//! Load curves: cumulative counters as the kernel keeps them, with a wave over the day, slower
//! and faster ripples, and spikes. Everything follows from the seed and the time.

use std::f64::consts::TAU;

use sidekick::time::Nanos;

use super::rng::noise;
use super::spec::Load;

/// Processors of the pretended machine.
pub(crate) const CPUS: u64 = 4;
/// Memory of the pretended machine in bytes.
pub(crate) const MEMORY_BYTES: u64 = 16 * 1024 * 1024 * 1024;

const SECOND: i64 = 1_000_000_000;
/// Longest step of the integration, so that a sleeping machine costs no more than this.
const MAX_STEPS: i64 = 3_600;

/// The counters of one container.
#[derive(Clone, Debug)]
pub(crate) struct Meter {
    seed: u64,
    load: Load,
    at: Nanos,
    cpu_ns: f64,
    received: f64,
    sent: f64,
    read: f64,
    written: f64,
}

/// One reading of the counters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Reading {
    pub(crate) cpu_ns: u64,
    pub(crate) received: u64,
    pub(crate) sent: u64,
    pub(crate) read: u64,
    pub(crate) written: u64,
    /// Memory with page cache, in bytes.
    pub(crate) memory: u64,
    /// The part of it that is reclaimable page cache.
    pub(crate) cache: u64,
    pub(crate) pids: u64,
}

impl Meter {
    /// Counters at zero.
    pub(crate) fn new(seed: u64, load: Load, at: Nanos) -> Self {
        Self {
            seed,
            load,
            at,
            cpu_ns: 0.0,
            received: 0.0,
            sent: 0.0,
            read: 0.0,
            written: 0.0,
        }
    }

    /// Adds what a container that has run on average load for so many seconds would have.
    pub(crate) fn backdate(&mut self, seconds: f64) {
        // Two replicas never did exactly the same.
        let share = 0.85 + 0.3 * noise(self.seed, 4);
        self.add(self.load, seconds.max(0.0) * share);
    }

    /// Lets the container work until `now`.
    pub(crate) fn work(&mut self, now: Nanos) {
        let total = now.0.saturating_sub(self.at.0);
        if total <= 0 {
            return;
        }
        let step = SECOND.max(total / MAX_STEPS);
        let end = now.0;
        while self.at.0 < end {
            // Whole seconds are the grid, so that the sum does not depend on how often it is asked.
            let next = (self.at.0.div_euclid(step) + 1) * step;
            let next = next.min(end);
            let seconds = (next - self.at.0) as f64 / SECOND as f64;
            self.add(self.load_at(self.at), seconds);
            self.at = Nanos(next);
        }
    }

    /// Passes time without work: the container is frozen or not running.
    pub(crate) fn rest(&mut self, now: Nanos) {
        self.at = Nanos(self.at.0.max(now.0));
    }

    /// The counters now. `uptime_s` drives what grows while a program runs.
    pub(crate) fn read(&self, uptime_s: f64, limit: u64) -> Reading {
        let mib = 1024.0 * 1024.0;
        let warm = 1.0 - 0.6 * (-uptime_s / 40.0).exp();
        let saw = (self.seconds() / 47.0 + noise(self.seed, 1)).fract();
        let own = self.load.memory_mib * warm * (0.86 + 0.10 * saw + 0.08 * self.day());
        let cache = self.load.memory_mib * 0.22 * (1.0 - (-uptime_s / 900.0).exp());
        let limit = if limit == 0 { MEMORY_BYTES } else { limit };
        let cap = limit as f64 * 0.97;
        let memory = ((own + cache) * mib).min(cap);
        Reading {
            cpu_ns: self.cpu_ns as u64,
            received: self.received as u64,
            sent: self.sent as u64,
            read: (self.read as u64) / 4096 * 4096,
            written: (self.written as u64) / 4096 * 4096,
            memory: (memory as u64) / 4096 * 4096,
            cache: (cache * mib).min(memory) as u64 / 4096 * 4096,
            pids: 2 + (self.load.memory_mib / 24.0) as u64,
        }
    }

    fn add(&mut self, load: Load, seconds: f64) {
        self.cpu_ns += load.cpu_percent / 100.0 * seconds * SECOND as f64;
        self.received += load.network_bytes_per_s * seconds;
        self.sent += load.network_bytes_per_s * 1.35 * seconds;
        self.written += load.disk_bytes_per_s * seconds;
        self.read += load.disk_bytes_per_s / 3.0 * seconds;
    }

    /// The load at one moment.
    fn load_at(&self, at: Nanos) -> Load {
        let second = at.0.div_euclid(SECOND);
        let minutes = second as f64 / 60.0;
        let phase = noise(self.seed, 2);
        let ripple = 1.0
            + 0.18 * (TAU * (minutes / 11.0 + phase)).sin()
            + 0.10 * (TAU * (minutes / 2.3 + phase * 3.0)).sin();
        let jitter = 0.82 + 0.36 * noise(self.seed ^ 0x51, second);
        let spike = self.spike(second);
        let busy = self.day() * ripple * jitter;
        // Disks are written in bursts: nothing in most seconds, then all of it at once.
        let burst = if noise(self.seed ^ 0x77, second) > 0.7 {
            3.2
        } else {
            0.05
        };
        let cpu = (self.load.cpu_percent * busy * spike).min(CPUS as f64 * 95.0);
        Load {
            cpu_percent: cpu.max(0.0),
            memory_mib: self.load.memory_mib,
            network_bytes_per_s: (self.load.network_bytes_per_s * busy * spike.sqrt()).max(0.0),
            disk_bytes_per_s: (self.load.disk_bytes_per_s * busy * burst).max(0.0),
        }
    }

    /// A factor from 1 to about 4: some minutes hold a bell-shaped spike.
    fn spike(&self, second: i64) -> f64 {
        let slot = second.div_euclid(90);
        let height = noise(self.seed ^ 0x99, slot);
        if height < 0.86 {
            return 1.0;
        }
        let x = (second.rem_euclid(90) as f64 - 45.0) / 14.0;
        1.0 + (height - 0.80) * 15.0 * (-x * x).exp()
    }

    /// From about 0.55 at night to 1.25 in the afternoon (UTC).
    fn day(&self) -> f64 {
        0.9 + 0.35 * (TAU * (self.seconds() / 86_400.0 - 0.375)).sin()
    }

    fn seconds(&self) -> f64 {
        self.at.0 as f64 / SECOND as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOAD: Load = Load {
        cpu_percent: 40.0,
        memory_mib: 200.0,
        network_bytes_per_s: 10_000.0,
        disk_bytes_per_s: 50_000.0,
    };

    fn start() -> Nanos {
        Nanos(1_700_000_000 * SECOND)
    }

    fn later(seconds: i64) -> Nanos {
        Nanos(start().0 + seconds * SECOND)
    }

    #[test]
    fn counters_do_not_depend_on_how_often_they_are_asked() {
        let mut often = Meter::new(5, LOAD, start());
        let mut once = Meter::new(5, LOAD, start());
        for s in 1..=100 {
            often.work(later(s));
        }
        once.work(later(100));
        assert_eq!(often.read(100.0, 0), once.read(100.0, 0));
    }

    #[test]
    fn counters_only_grow_and_come_near_the_average_over_a_day() {
        let mut meter = Meter::new(11, LOAD, start());
        let mut last = meter.read(0.0, 0);
        for minute in 1..=24 * 60 {
            meter.work(later(minute * 60));
            let now = meter.read(minute as f64 * 60.0, 0);
            assert!(now.cpu_ns > last.cpu_ns && now.received > last.received);
            assert!(now.read >= last.read && now.written >= last.written);
            assert!(now.cache < now.memory);
            last = now;
        }
        let percent = last.cpu_ns as f64 / (86_400.0 * SECOND as f64) * 100.0;
        assert!((28.0..60.0).contains(&percent), "{percent}");
    }

    #[test]
    fn a_resting_container_uses_no_processor_time() {
        let mut meter = Meter::new(5, LOAD, start());
        meter.work(later(10));
        let before = meter.read(10.0, 0).cpu_ns;
        meter.rest(later(500));
        assert_eq!(meter.read(500.0, 0).cpu_ns, before);
        meter.work(later(501));
        let one_second = meter.read(501.0, 0).cpu_ns - before;
        assert!(one_second < 4 * SECOND as u64);
    }

    #[test]
    fn memory_stays_below_its_limit() {
        let mut meter = Meter::new(5, LOAD, start());
        meter.work(later(4000));
        let limit = 64 * 1024 * 1024;
        assert!(meter.read(4000.0, limit).memory < limit);
    }
}
