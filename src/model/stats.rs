//! One reading of a container's resources.

use serde::{Deserialize, Serialize};

use crate::time::Millis;

/// One stats reading. Counters are cumulative, as the engine gives them; rates are computed by
/// whoever looks (see `stats::collector`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StatsSample {
    /// When the engine took it.
    pub time: Millis,
    /// CPU use since the previous reading in percent of one core: 250 is two and a half cores.
    /// `None` for the first reading, which has nothing to compare with.
    pub cpu_percent: Option<f64>,
    /// Cores the container may see.
    pub online_cpus: u32,
    /// Memory in use, page cache subtracted as `docker stats` does, in bytes.
    pub memory_bytes: u64,
    /// Memory limit in bytes; 0 where there is none or it is unknown.
    pub memory_limit_bytes: u64,
    /// Received over all network interfaces since the start, in bytes.
    pub network_rx_bytes: u64,
    /// Sent over all network interfaces since the start, in bytes.
    pub network_tx_bytes: u64,
    /// Read from block devices since the start, in bytes.
    pub block_read_bytes: u64,
    /// Written to block devices since the start, in bytes.
    pub block_write_bytes: u64,
    /// Processes and threads.
    pub pids: u64,
}

impl StatsSample {
    /// Memory in use in percent of the limit; 0 without a limit.
    #[must_use]
    pub fn memory_percent(&self) -> f64 {
        if self.memory_limit_bytes == 0 {
            0.0
        } else {
            self.memory_bytes as f64 / self.memory_limit_bytes as f64 * 100.0
        }
    }
}
