//! What reading cost, and numbers for people.

use std::io::{self, Write};
use std::time::Duration;

use super::miner::Miner;

/// Speed, memory and losses of one run.
pub(super) struct Stats {
    pub(super) seconds: f64,
    pub(super) lines: u64,
    pub(super) bytes: u64,
    /// Peak of the program's memory in bytes, where the system tells.
    pub(super) peak_memory_bytes: Option<u64>,
    /// Memory of templates and counters in bytes.
    pub(super) analytics_bytes: u64,
    pub(super) evicted_templates: u64,
    pub(super) evicted_lines: u64,
    pub(super) lossy_lines: u64,
    pub(super) cut_lines: u64,
}

impl Stats {
    pub(super) fn of(miner: &Miner, elapsed: Duration) -> Self {
        let templates = miner.pipeline().templates();
        Self {
            seconds: elapsed.as_secs_f64(),
            lines: miner.lines(),
            bytes: miner.bytes(),
            peak_memory_bytes: peak_memory(),
            analytics_bytes: miner.pipeline().heap_bytes() as u64,
            evicted_templates: templates.evicted(),
            evicted_lines: templates.evicted_lines(),
            lossy_lines: miner.lossy(),
            cut_lines: miner.cut(),
        }
    }

    /// Lines in a second.
    pub(super) fn lines_per_second(&self) -> u64 {
        (self.lines as f64 / self.seconds.max(1e-9)) as u64
    }

    /// Bytes in a second.
    pub(super) fn bytes_per_second(&self) -> u64 {
        (self.bytes as f64 / self.seconds.max(1e-9)) as u64
    }

    /// Writes them, one a line.
    pub(super) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let speed = grouped(self.lines_per_second());
        writeln!(out, "time         {:.3} s", self.seconds)?;
        writeln!(out, "lines        {}, {speed} lines/s", grouped(self.lines))?;
        let speed = bytes(self.bytes_per_second());
        writeln!(out, "bytes        {}, {speed}/s", bytes(self.bytes))?;
        match self.peak_memory_bytes {
            Some(peak) => writeln!(out, "peak memory  {}", bytes(peak))?,
            None => writeln!(out, "peak memory  not told by this system")?,
        }
        writeln!(out, "of it, analytics  {}", bytes(self.analytics_bytes))?;
        writeln!(
            out,
            "evicted      {} templates with {} lines",
            grouped(self.evicted_templates),
            grouped(self.evicted_lines)
        )?;
        writeln!(out, "not UTF-8    {} lines", grouped(self.lossy_lines))?;
        writeln!(
            out,
            "cut          {} lines of more than 1 MiB",
            grouped(self.cut_lines)
        )
    }
}

/// Linux tells the peak of a program's memory in a file.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kib: u64 = line.split_ascii_whitespace().nth(1)?.parse().ok()?;
    Some(kib * 1024)
}

/// A whole number with commas between thousands.
pub(super) fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Bytes in the unit that fits.
pub(super) fn bytes(n: u64) -> String {
    let mut value = n as f64;
    for unit in ["B", "kB", "MB", "GB"] {
        if value < 1000.0 {
            return match unit {
                "B" => format!("{n} B"),
                _ => format!("{value:.1} {unit}"),
            };
        }
        value /= 1000.0;
    }
    format!("{value:.1} TB")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_for_people() {
        for (n, text) in [
            (0, "0"),
            (999, "999"),
            (1000, "1,000"),
            (1_234_567, "1,234,567"),
        ] {
            assert_eq!(grouped(n), text);
        }
        for (n, text) in [
            (0, "0 B"),
            (999, "999 B"),
            (1500, "1.5 kB"),
            (2_000_000_000, "2.0 GB"),
            (u64::MAX, "18446744.1 TB"),
        ] {
            assert_eq!(bytes(n), text);
        }
    }
}
