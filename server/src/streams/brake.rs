//! Keeps what may be done again at once from being done again and again.

use std::time::Duration;

use tokio::time::{Instant, sleep};

/// The first pause, and the longest.
const PAUSES: [Duration; 2] = [Duration::from_millis(10), Duration::from_secs(1)];

/// So long after the last time, the next is a first one.
const CALM: Duration = Duration::from_secs(5);

/// Pauses before each repetition: none before the first, and then ones that double.
#[derive(Debug, Default)]
pub(crate) struct Brake {
    pause: Duration,
    last: Option<Instant>,
}

impl Brake {
    /// Waits as long as there is reason to.
    pub(crate) async fn hold(&mut self) {
        let [first, longest] = PAUSES;
        self.pause = match self.last {
            Some(last) if last.elapsed() < CALM => (self.pause * 2).clamp(first, longest),
            _ => Duration::ZERO,
        };
        sleep(self.pause).await;
        self.last = Some(Instant::now());
    }
}
