//! One container: what it is made from and what state it is in.

use sidekick::time::Nanos;
use tokio::sync::watch;

use super::load::Meter;
use super::log_ring::LogRing;
use super::rng::Rng;
use super::spec::{Health, Spec};
use super::voice::Speaker;

/// Seconds that a health check says `starting`.
const HEALTH_START_S: i64 = 15;
const SECOND: i64 = 1_000_000_000;

/// The engine's words for the state of a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Created,
    Running,
    Paused,
    Restarting,
    Exited,
}

impl State {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Restarting => "restarting",
            Self::Exited => "exited",
        }
    }

    /// A process exists.
    pub(crate) fn is_up(self) -> bool {
        matches!(self, Self::Running | Self::Paused)
    }
}

/// A container of the demo engine.
#[derive(Debug)]
pub(crate) struct Unit {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) spec: Spec,
    pub(crate) state: State,
    pub(crate) created: Nanos,
    pub(crate) started: Option<Nanos>,
    pub(crate) finished: Option<Nanos>,
    pub(crate) exit_code: i64,
    pub(crate) oom_killed: bool,
    pub(crate) restarts: u64,
    pub(crate) pid: u64,
    /// `starting`, `healthy`, `unhealthy`; `None` without a health check.
    pub(crate) health: Option<&'static str>,
    pub(crate) failing_streak: u64,
    pub(crate) next_health: Option<Nanos>,
    pub(crate) next_line: Option<Nanos>,
    pub(crate) next_crash: Option<Nanos>,
    pub(crate) restart_at: Option<Nanos>,
    /// Counts starts; a follower belongs to one run and ends with it.
    pub(crate) run: u64,
    /// Log position where the newest run began.
    pub(crate) run_began: u64,
    /// How often its followers were sent back, and by how many records.
    pub(crate) sent_back: (u64, u64),
    pub(crate) meter: Meter,
    pub(crate) log: LogRing,
    pub(crate) speaker: Speaker,
    pub(crate) rng: Rng,
    /// Wakes followers; dropping it tells them that the container is gone.
    pub(crate) changed: watch::Sender<()>,
}

impl Unit {
    /// Marks the start of a run. Counters begin at zero, as those of a new cgroup do.
    pub(crate) fn begin_run(&mut self, now: Nanos) {
        self.state = State::Running;
        self.started = Some(now);
        self.exit_code = 0;
        self.oom_killed = false;
        self.restart_at = None;
        self.run += 1;
        self.run_began = self.log.end();
        self.pid = self.rng.range(2_000, 60_000);
        self.meter = Meter::new(self.rng.next(), self.spec.load, now);
        self.failing_streak = 0;
        (self.health, self.next_health) = match self.spec.health {
            Health::None => (None, None),
            Health::Healthy | Health::Unhealthy => (
                Some("starting"),
                Some(Nanos(now.0 + HEALTH_START_S * SECOND)),
            ),
        };
        self.plan_line(now);
        self.plan_crash(now);
        self.changed.send_replace(());
    }

    /// Marks the end of a run.
    pub(crate) fn end_run(&mut self, now: Nanos, exit_code: i64) {
        self.meter.work(now);
        self.state = State::Exited;
        self.finished = Some(now);
        self.exit_code = exit_code;
        self.pid = 0;
        self.next_line = None;
        self.next_crash = None;
        self.next_health = None;
        if self.health.is_some() {
            self.health = Some("unhealthy");
        }
        self.changed.send_replace(());
    }

    /// Chooses when the next line comes.
    pub(crate) fn plan_line(&mut self, now: Nanos) {
        self.next_line = (self.spec.lines_per_minute > 0.0).then(|| {
            let mean = 60.0 / self.spec.lines_per_minute;
            let wait = self.rng.exponential(mean).clamp(0.002, mean * 6.0);
            Nanos(now.0 + (wait * SECOND as f64) as i64)
        });
    }

    /// Seconds it has run.
    pub(crate) fn uptime_s(&self, now: Nanos) -> f64 {
        match self.started {
            Some(at) if self.state.is_up() => (now.0 - at.0).max(0) as f64 / SECOND as f64,
            _ => 0.0,
        }
    }

    /// A label's value.
    pub(crate) fn label(&self, key: &str) -> Option<&str> {
        self.spec
            .labels
            .iter()
            .find(|(k, _)| k == key)
            .map(|(_, v)| v.as_str())
    }

    /// The network it is attached to.
    pub(crate) fn network(&self) -> String {
        self.label("com.docker.compose.project")
            .map_or_else(|| "bridge".to_owned(), |p| format!("{p}_default"))
    }

    fn plan_crash(&mut self, now: Nanos) {
        self.next_crash = self.spec.crash_every_s.map(|every| {
            let wait = f64::from(every) * (0.6 + 0.8 * self.rng.unit());
            Nanos(now.0 + (wait * SECOND as f64) as i64)
        });
    }
}
