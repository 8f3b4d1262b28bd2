//! Time in the page: its clocks, and what is done each second.

use leptos::prelude::*;
use sidekick::time::Millis;

use super::Wire;
use super::frame::Dirty;

/// The time of day jumps ahead by this much, in milliseconds, between two ticks: the machine
/// slept, or its clock was set.
const SLEPT_MS: i64 = 5_000;

/// The browser's clock for intervals: Unix time as it was when the page was loaded, and what has
/// passed since. Nobody can set it, but it may stand still while the machine sleeps.
pub(crate) fn now() -> Millis {
    match window().performance() {
        Some(clock) => Millis((clock.time_origin() + clock.now()) as i64),
        None => wall_clock(),
    }
}

/// The same in milliseconds since the page was loaded, for what lasts less than one.
pub(crate) fn precise_ms() -> f64 {
    window().performance().map_or(0.0, |it| it.now())
}

/// The machine's time of day, which may be set.
pub(super) fn wall_clock() -> Millis {
    Millis(js_sys::Date::now() as i64)
}

impl Wire {
    pub(super) fn tick(&self) {
        let ahead_ms = wall_clock().since(now());
        let before = std::mem::replace(&mut self.inner.borrow_mut().ahead_ms, ahead_ms);
        if ahead_ms - before > SLEPT_MS {
            // The connection may be dead without anybody knowing.
            self.act(|client| client.online(now()));
        }
        self.act(|client| client.tick(now(), jitter()));
        self.dashboard.now.set(self.server_now());
        self.note_quiet();
    }

    /// The server's clock, as far as this machine can tell.
    pub(super) fn server_now(&self) -> Millis {
        now().plus(self.inner.borrow().clock_offset_ms)
    }

    /// While a log is live, time without lines is known to be quiet: the timeline goes on.
    pub(super) fn note_quiet(&self) {
        let Some(until) = self.dashboard.live_until(self.server_now()) else {
            return;
        };
        let logs = self.dashboard.logs;
        if logs.try_update_value(|logs| logs.live_until(until)) == Some(true) {
            self.frame.mark(Dirty::Logs);
        }
    }
}

/// A random share, for waits that differ from page to page.
pub(super) fn jitter() -> f64 {
    js_sys::Math::random()
}
