//! What a process costs, from /proc.

use std::time::{Duration, Instant};

use anyhow::Context as _;

/// Ticks of the kernel's clock a second, as on every Linux of today.
const TICKS_PER_S: f64 = 100.0;

/// A look at a process.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Usage {
    at: Instant,
    cpu_s: f64,
    /// Memory that it holds, in bytes.
    pub(crate) memory: u64,
}

impl Usage {
    /// What a process has used so far.
    pub(crate) fn of(pid: u32) -> anyhow::Result<Self> {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))
            .with_context(|| format!("process {pid} is gone"))?;
        // The name, in parentheses, may hold spaces.
        let (_, fields) = stat.rsplit_once(')').context("/proc has another form")?;
        let fields: Vec<&str> = fields.split_whitespace().collect();
        let ticks = |at: usize| fields.get(at).and_then(|it| it.parse::<f64>().ok());
        let ticks = ticks(11).zip(ticks(12)).context("/proc has another form")?;
        let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
        let memory = status
            .lines()
            .find_map(|line| {
                line.strip_prefix("VmRSS:")?
                    .split_whitespace()
                    .next()?
                    .parse()
                    .ok()
            })
            .map_or(0, |kib: u64| kib * 1024);
        Ok(Self {
            at: Instant::now(),
            cpu_s: (ticks.0 + ticks.1) / TICKS_PER_S,
            memory,
        })
    }

    /// Processor time since an earlier look, in seconds.
    pub(crate) fn cpu_since(&self, before: &Self) -> f64 {
        self.cpu_s - before.cpu_s
    }

    /// The same as a share of one core, in per cent.
    pub(crate) fn percent_since(&self, before: &Self) -> f64 {
        let wall: Duration = self.at - before.at;
        100.0 * self.cpu_since(before) / wall.as_secs_f64()
    }
}

/// Bytes as MB with one decimal.
pub(crate) fn mb(bytes: u64) -> String {
    format!("{:.1}", bytes as f64 / 1e6)
}
