//! How far reading is: one line on a terminal, gone when it ends.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use super::stats::{bytes, grouped};

/// How often it is drawn.
const EVERY: Duration = Duration::from_millis(150);
/// Cells of the bar.
const CELLS: u64 = 24;

/// A line on standard error.
pub(super) struct Progress {
    size: Option<u64>,
    started: Instant,
    drawn: Option<Instant>,
}

impl Progress {
    /// `size` is that of the whole input in bytes, where it is known.
    pub(super) fn new(size: Option<u64>) -> Self {
        Self {
            size: size.filter(|&size| size > 0),
            started: Instant::now(),
            drawn: None,
        }
    }

    /// Says how many bytes and lines were read so far.
    pub(super) fn tick(&mut self, read: u64, lines: u64) {
        let now = Instant::now();
        let before = self.drawn.unwrap_or(self.started);
        if now.duration_since(before) < EVERY {
            return;
        }
        self.drawn = Some(now);
        let text = line(self.size, read, lines, self.started.elapsed());
        // A terminal that went away is no reason to stop.
        let _ = write!(io::stderr(), "\r\x1b[K{text}");
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.drawn.is_some() {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }
}

fn line(size: Option<u64>, read: u64, lines: u64, elapsed: Duration) -> String {
    let speed = lines as f64 / elapsed.as_secs_f64().max(1e-9);
    let speed = format!(
        "{} lines, {} lines/s",
        grouped(lines),
        grouped(speed as u64)
    );
    let Some(size) = size else {
        return format!("{}, {speed}", bytes(read));
    };
    let share = read.min(size) as f64 / size as f64;
    let done = (share * CELLS as f64) as usize;
    let left = elapsed.as_secs_f64() * (1.0 - share) / share.max(1e-9);
    format!(
        "[{}{}] {:.0} % of {}, {speed}, {left:.0} s left",
        "#".repeat(done),
        " ".repeat(CELLS as usize - done),
        share * 100.0,
        bytes(size),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_shows_its_share_and_a_pipe_only_what_came() {
        let second = Duration::from_secs(1);
        assert_eq!(
            line(Some(2_000_000), 500_000, 4000, second),
            "[######                  ] 25 % of 2.0 MB, 4,000 lines, 4,000 lines/s, 3 s left"
        );
        assert_eq!(line(None, 999, 1, second), "999 B, 1 lines, 1 lines/s");
        // A file that grows while it is read.
        assert!(line(Some(10), 20, 1, second).contains("100 %"));
    }
}
