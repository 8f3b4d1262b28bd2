//! When to try again: delays that double from a base to a cap, for a limited number of attempts.
//!
//! A plain value: it neither sleeps nor knows the time. The server's streams use
//! [`ReconnectPolicy::limited`], its event watcher [`ReconnectPolicy::unlimited`], the page's
//! link [`ReconnectPolicy::link`] with jitter.

/// Delay before the first attempt of a stream, in milliseconds.
pub const BASE_MS: u64 = 2_000;

/// Longest delay, in milliseconds.
pub const CAP_MS: u64 = 30_000;

/// Attempts of a stream before it is given up.
pub const MAX_ATTEMPTS: u32 = 10;

/// Delays between attempts, doubling from a base to a cap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReconnectPolicy {
    base_ms: u64,
    cap_ms: u64,
    /// `None` never gives up.
    max_attempts: Option<u32>,
    attempts: u32,
}

impl ReconnectPolicy {
    /// Delays from `base_ms` doubling to `cap_ms`, for `max_attempts` attempts or without limit.
    #[must_use]
    pub fn new(base_ms: u64, cap_ms: u64, max_attempts: Option<u32>) -> Self {
        Self {
            base_ms,
            cap_ms,
            max_attempts,
            attempts: 0,
        }
    }

    /// 2, 4, 8, 16, then six times 30 seconds, then no more.
    #[must_use]
    pub fn limited() -> Self {
        Self::new(BASE_MS, CAP_MS, Some(MAX_ATTEMPTS))
    }

    /// The same delays without an end.
    #[must_use]
    pub fn unlimited() -> Self {
        Self::new(BASE_MS, CAP_MS, None)
    }

    /// The page's link to the server: with jitter 0.5 to 1 second at first, 15 to 30 in the end.
    #[must_use]
    pub fn link() -> Self {
        Self::new(1_000, CAP_MS, None)
    }

    /// Counts an attempt and returns how long to wait before it, in milliseconds; `None` when
    /// there are no attempts left.
    pub fn next_delay(&mut self) -> Option<u64> {
        if self.max_attempts.is_some_and(|max| self.attempts >= max) {
            return None;
        }
        let factor = 1u64.checked_shl(self.attempts).unwrap_or(u64::MAX);
        self.attempts = self.attempts.saturating_add(1);
        Some(self.base_ms.saturating_mul(factor).min(self.cap_ms))
    }

    /// Like [`next_delay`](Self::next_delay), shortened by chance to between half and all of the
    /// delay, so that many pages do not come back at the same moment. `jitter` is a random number
    /// from 0 to 1; anything else counts as the nearer of the two.
    pub fn next_delay_jittered(&mut self, jitter: f64) -> Option<u64> {
        let delay = self.next_delay()?;
        let half = delay / 2;
        // The conversion turns NaN into 0.
        Some(half + ((delay - half) as f64 * jitter.clamp(0.0, 1.0)) as u64)
    }

    /// Starts over, because data flows again.
    pub fn reset(&mut self) {
        self.attempts = 0;
    }

    /// Attempts since the start or the last [`reset`](Self::reset).
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.attempts
    }
}

impl Default for ReconnectPolicy {
    /// [`ReconnectPolicy::limited`].
    fn default() -> Self {
        Self::limited()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_stream_waits_2_to_30_seconds_ten_times_and_then_gives_up() {
        let mut policy = ReconnectPolicy::limited();
        let delays: Vec<_> = std::iter::from_fn(|| policy.next_delay()).collect();
        assert_eq!(
            delays,
            [2, 4, 8, 16, 30, 30, 30, 30, 30, 30].map(|s| s * 1000)
        );
        assert_eq!(policy.attempts(), 10);
        assert_eq!(policy.next_delay(), None);
    }

    #[test]
    fn a_reset_starts_over() {
        let mut policy = ReconnectPolicy::limited();
        while policy.next_delay().is_some() {}
        policy.reset();
        assert_eq!(policy.attempts(), 0);
        assert_eq!(policy.next_delay(), Some(2_000));
    }

    #[test]
    fn an_unlimited_policy_stays_at_the_cap() {
        let mut policy = ReconnectPolicy::unlimited();
        for _ in 0..200 {
            policy.next_delay();
        }
        assert_eq!(policy.next_delay(), Some(30_000));
    }

    proptest! {
        #[test]
        fn jitter_stays_between_half_and_all_of_the_delay(jitter in any::<f64>(), before in 0u32..80) {
            let mut policy = ReconnectPolicy::link();
            for _ in 0..before {
                policy.next_delay();
            }
            let full = policy.clone().next_delay().unwrap();
            let delay = policy.next_delay_jittered(jitter).unwrap();
            prop_assert!((full / 2..=full).contains(&delay), "{delay} of {full}");
            prop_assert!((500..=30_000).contains(&delay));
        }
    }
}
