//! Slowing signals down to what an eye can read.

use crate::signal::RwSignal;

/// The shortest time between two changes of text with numbers, in milliseconds.
pub(crate) const TEXT_MS: u64 = 100;

/// Follows `source`, but changes at most once per `every_ms`; the last change always arrives.
pub(crate) fn pulse<T>(source: RwSignal<T>, every_ms: u64) -> RwSignal<T>
where
    T: Clone + PartialEq + Send + Sync + 'static,
{
    let slow = RwSignal::new(source.get_untracked());
    #[cfg(feature = "hydrate")]
    {
        use crate::signal::{StoredValue, effect};
        use leptos::prelude::set_timeout;
        use std::time::Duration;
        let resting = StoredValue::new(false);
        let pass = move || {
            // The scope may be gone when the timer fires.
            if let (Some(now), Some(before)) =
                (source.try_get_untracked(), slow.try_get_untracked())
                && now != before
            {
                slow.set(now);
                return true;
            }
            false
        };
        fn rest(resting: StoredValue<bool>, every: Duration, pass: impl Fn() -> bool + 'static) {
            if resting.try_update_value(|it| *it = true).is_none() {
                return;
            }
            set_timeout(
                move || {
                    if pass() {
                        rest(resting, every, pass);
                    } else {
                        resting.set_value(false);
                    }
                },
                every,
            );
        }
        effect(move || {
            source.track();
            if !resting.get_value() && pass() {
                rest(resting, Duration::from_millis(every_ms), pass);
            }
        });
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = every_ms;
    slow
}
