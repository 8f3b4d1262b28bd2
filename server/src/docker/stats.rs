//! One stats record -> one sample, computed as the docker command's `stats` computes it
//! (docker/cli, `cli/command/container/stats_helpers.go`), for Linux with cgroup v1 and v2, for
//! Windows and for Podman.

use serde_json::Value;
use sidekick::{
    model::StatsSample,
    time::{Millis, Nanos},
};

use super::json;

/// A limit beyond this is the kernel's word for "none" (2^63 less a page).
const LIMIT_MEANS_NONE: u64 = 1 << 60;

/// The kernel counts CPU time in ticks of some milliseconds; over less than this the figures are
/// noise.
const NEAREST_NS: i64 = 500_000_000;

/// Cumulative CPU figures of one reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct CpuTotals {
    /// Of the container: nanoseconds, on Windows units of 100 ns.
    used: u64,
    /// Of the whole machine over all cores, in nanoseconds; `None` where not told.
    system: Option<u64>,
    /// When it was read; `None` where not told.
    at: Option<Nanos>,
}

/// Turns the records of one stream into samples.
#[derive(Debug, Default)]
pub(super) struct StatsReader {
    before: Option<CpuTotals>,
}

/// What a record held.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Reading {
    /// A sample.
    Sample(StatsSample),
    /// The engine says that the container does not run: all zeros, at no time.
    NotRunning,
    /// Not a stats record.
    Malformed,
}

impl StatsReader {
    /// Reads one record; `now` stands in where it does not say when it was taken.
    pub(super) fn read(&mut self, record: &Value, now: Millis) -> Reading {
        let Some(cpu) = record.get("cpu_stats").filter(|cpu| cpu.is_object()) else {
            return Reading::Malformed;
        };
        if json::text(record, "read").starts_with("0001-01-01") {
            return Reading::NotRunning;
        }
        let at = json::time(record, "read");
        let windows = record
            .get("storage_stats")
            .is_some_and(|s| s.get("read_size_bytes").is_some());
        let online_cpus = online_cpus(record, cpu);
        let memory = record.get("memory_stats").unwrap_or(&Value::Null);
        let (network_rx_bytes, network_tx_bytes) = network(record);
        let (block_read_bytes, block_write_bytes) = block(record, windows);
        let cpu_percent = match totals(cpu, at) {
            Some(totals) => {
                let given = record.get("precpu_stats").and_then(|precpu| {
                    self::totals(precpu, json::time(record, "preread"))
                        .filter(|t| t.system.is_some() || (t.at.is_some() && t.used > 0))
                        .filter(|t| self.before.is_some() || !too_near(*t, totals))
                });
                let before = given.or(self.before);
                self.before = Some(totals);
                before.and_then(|before| cpu_percent(before, totals, online_cpus, windows))
            }
            None => None,
        };
        Reading::Sample(StatsSample {
            time: at.map_or(now, Nanos::millis),
            cpu_percent,
            online_cpus,
            memory_bytes: memory_bytes(memory, windows),
            memory_limit_bytes: json::number(memory, "limit")
                .filter(|&limit| limit < LIMIT_MEANS_NONE)
                .unwrap_or_default(),
            network_rx_bytes,
            network_tx_bytes,
            block_read_bytes,
            block_write_bytes,
            pids: pids(record),
        })
    }
}

fn totals(cpu: &Value, at: Option<Nanos>) -> Option<CpuTotals> {
    Some(CpuTotals {
        used: json::number(cpu.get("cpu_usage")?, "total_usage")?,
        system: json::number(cpu, "system_cpu_usage").filter(|&system| system > 0),
        at,
    })
}

/// Whether two readings are too near to each other to be compared, as those in the first record
/// of Podman are: it takes them when it is asked, a few milliseconds apart.
fn too_near(before: CpuTotals, now: CpuTotals) -> bool {
    match (before.at, now.at) {
        (Some(before), Some(now)) => now.0.saturating_sub(before.0) < NEAREST_NS,
        _ => false,
    }
}

/// Percent of one core between two readings; `None` where they cannot be compared: the counter
/// began anew, or no time went by.
fn cpu_percent(before: CpuTotals, now: CpuTotals, online_cpus: u32, windows: bool) -> Option<f64> {
    let used = now.used.checked_sub(before.used)? as f64;
    let wall_ns = || match (before.at, now.at) {
        (Some(before), Some(now)) => Some(now.0.checked_sub(before.0)?).filter(|&ns| ns > 0),
        _ => None,
    };
    if windows {
        return Some(used * 100.0 / wall_ns()? as f64 * 100.0);
    }
    match (before.system, now.system) {
        (Some(before), Some(now)) => {
            let system = now.checked_sub(before).filter(|&delta| delta > 0)?;
            Some(used / system as f64 * f64::from(online_cpus) * 100.0)
        }
        // Podman and some old kernels tell no machine total: compare with the clock.
        _ => Some(used / wall_ns()? as f64 * 100.0),
    }
}

fn online_cpus(record: &Value, cpu: &Value) -> u32 {
    let listed = || {
        cpu.get("cpu_usage")
            .map(|usage| json::list(usage, "percpu_usage").len() as u64)
            .filter(|&n| n > 0)
    };
    json::number(cpu, "online_cpus")
        .filter(|&n| n > 0)
        .or_else(listed)
        .or_else(|| json::number(record, "num_procs").filter(|&n| n > 0))
        .and_then(|n| n.try_into().ok())
        .unwrap_or(1)
}

/// Use without page cache: cgroup v1 tells it as `total_inactive_file`, v2 as `inactive_file`.
fn memory_bytes(memory: &Value, windows: bool) -> u64 {
    if windows {
        return json::number(memory, "privateworkingset").unwrap_or_default();
    }
    let none = Value::Null;
    let stats = memory.get("stats").unwrap_or(&none);
    let usage = json::number(memory, "usage").unwrap_or_default();
    if usage == 0 {
        // Some kernels tell no total: the anonymous memory is the part that counts.
        let parts = ["anon", "total_rss", "rss"];
        return parts
            .iter()
            .find_map(|key| json::number(stats, key))
            .unwrap_or_default();
    }
    ["total_inactive_file", "inactive_file"]
        .iter()
        .filter_map(|key| json::number(stats, key))
        .find(|&cache| cache < usage)
        .map_or(usage, |cache| usage - cache)
}

/// Sums over all interfaces; `network` is the single one of very old engines.
fn network(record: &Value) -> (u64, u64) {
    let sum = |key| {
        json::members(record, "networks")
            .map(|(_, interface)| interface)
            .chain(record.get("network"))
            .filter_map(|interface| json::number(interface, key))
            .fold(0u64, u64::saturating_add)
    };
    (sum("rx_bytes"), sum("tx_bytes"))
}

fn block(record: &Value, windows: bool) -> (u64, u64) {
    let none = Value::Null;
    if windows {
        let storage = record.get("storage_stats").unwrap_or(&none);
        return (
            json::number(storage, "read_size_bytes").unwrap_or_default(),
            json::number(storage, "write_size_bytes").unwrap_or_default(),
        );
    }
    let blkio = record.get("blkio_stats").unwrap_or(&none);
    let sum = |op: &str| {
        json::list(blkio, "io_service_bytes_recursive")
            .iter()
            .filter(|entry| json::text(entry, "op").eq_ignore_ascii_case(op))
            .filter_map(|entry| json::number(entry, "value"))
            .fold(0u64, u64::saturating_add)
    };
    (sum("read"), sum("write"))
}

fn pids(record: &Value) -> u64 {
    record
        .get("pids_stats")
        .and_then(|pids| json::number(pids, "current"))
        .or_else(|| json::number(record, "num_procs"))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests;
