//! When a stream that broke is tried again: the policy of the core, with a clock.

use std::time::Duration;

use sidekick::reconnect::ReconnectPolicy;
use tokio::time::Instant;

/// Waits between the attempts of one stream.
#[derive(Debug)]
pub(crate) struct ReconnectScheduler {
    policy: ReconnectPolicy,
    due: Option<Instant>,
}

/// An attempt that is planned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Planned {
    /// Its number, from 1, since data last flowed.
    pub(crate) attempt: u32,
    /// Milliseconds until then.
    pub(crate) delay_ms: u64,
    /// When.
    pub(crate) at: Instant,
}

impl ReconnectScheduler {
    /// With the delays of a stream: 2 seconds doubling to 30, ten attempts.
    pub(crate) fn limited() -> Self {
        Self {
            policy: ReconnectPolicy::limited(),
            due: None,
        }
    }

    /// The same delays without an end.
    pub(crate) fn unlimited() -> Self {
        Self {
            policy: ReconnectPolicy::unlimited(),
            due: None,
        }
    }

    /// Plans the next attempt; `None` when there are no more.
    pub(crate) fn schedule(&mut self) -> Option<Planned> {
        let delay_ms = self.policy.next_delay()?;
        let at = Instant::now() + Duration::from_millis(delay_ms);
        self.due = Some(at);
        Some(Planned {
            attempt: self.policy.attempts(),
            delay_ms,
            at,
        })
    }

    /// Waits for the planned attempt; for ever when none is planned.
    pub(crate) async fn due(&mut self) {
        match self.due {
            Some(at) => tokio::time::sleep_until(at).await,
            None => std::future::pending().await,
        }
        self.due = None;
    }

    /// Starts over with the delays: data flowed, or somebody asked for an attempt now.
    pub(crate) fn reset(&mut self) {
        self.policy.reset();
        self.due = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn ten_attempts_come_after_2_to_30_seconds_and_then_none() {
        let mut scheduler = ReconnectScheduler::limited();
        let mut waited = Vec::new();
        while scheduler.schedule().is_some() {
            let before = Instant::now();
            scheduler.due().await;
            waited.push(before.elapsed().as_millis());
        }
        assert_eq!(
            waited,
            [2, 4, 8, 16, 30, 30, 30, 30, 30, 30].map(|s| s * 1000)
        );
        scheduler.reset();
        assert_eq!(
            scheduler.schedule().map(|p| (p.attempt, p.delay_ms)),
            Some((1, 2000))
        );
    }
}
