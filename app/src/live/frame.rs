//! Drawing at the pace of the screen: however many messages came, the version signals that the
//! views follow are bumped at most once per animation frame, and not at all in a hidden tab. Those of the
//! log are bumped at every second one at most, and so that no more than half of the time is drawn: laying
//! out and painting the rows of a flood costs several times as much as reading its lines, which wait for it.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use leptos::prelude::*;

use super::clock::precise_ms;
use crate::state::Dashboard;

/// How long a frame searches for lines that the filter lets through, in milliseconds.
const SLICE_MS: f64 = 6.0;

/// The same for one in which the log is not drawn, where the frame before came in time: nobody scrolls then who
/// would miss one.
const LONG_SLICE_MS: f64 = 12.0;

/// A frame that comes so long after another one came too late, in milliseconds, on a screen that has 60 a second.
const LATE_MS: f64 = 18.0;

/// The log is drawn no more often than this, in milliseconds: a little less than two frames, which are not
/// of one length. The server gathers lines for 33, so that only a flood comes more often.
const DRAW_EVERY_MS: f64 = 28.0;

/// Nor less often than this because it takes long, in milliseconds.
const MOST_APART_MS: f64 = 200.0;

/// Something that views draw from changed.
#[derive(Clone, Copy)]
pub(crate) enum Dirty {
    Logs,
    Stats,
}

/// The page's one animation frame callback.
#[derive(Clone)]
pub(crate) struct Frame {
    dashboard: Dashboard,
    flags: Rc<Flags>,
}

#[derive(Default)]
struct Flags {
    asked: Cell<bool>,
    /// When the last frame began.
    began_ms: Cell<f64>,
    logs: Cell<bool>,
    stats: Cell<bool>,
    /// When the log was drawn last, and how long that took.
    drawn_ms: Cell<f64>,
    took_ms: Cell<f64>,
}

impl Frame {
    pub(crate) fn new(dashboard: Dashboard) -> Self {
        Self {
            dashboard,
            flags: Rc::default(),
        }
    }

    /// Has the views draw with the next frame.
    pub(crate) fn mark(&self, dirty: Dirty) {
        match dirty {
            Dirty::Logs => self.flags.logs.set(true),
            Dirty::Stats => self.flags.stats.set(true),
        }
        if !self.flags.asked.replace(true) {
            let frame = self.clone();
            request_animation_frame(move || frame.draw());
        }
    }

    fn draw(&self) {
        self.flags.asked.set(false);
        let begin_ms = precise_ms();
        let late = begin_ms - self.flags.began_ms.replace(begin_ms) > LATE_MS;
        if self.flags.logs.take() {
            let rest_ms = (2.0 * self.flags.took_ms.get()).min(MOST_APART_MS);
            let due = begin_ms - self.flags.drawn_ms.get() >= rest_ms.max(DRAW_EVERY_MS);
            // New lines are searched when they come, unless a search of all lines is under way.
            let slice_ms = if due || late { SLICE_MS } else { LONG_SLICE_MS };
            let searched = self.dashboard.search_slice(slice_ms);
            if !searched || !due {
                self.mark(Dirty::Logs);
            }
            if due {
                let now_ms = precise_ms();
                self.flags.drawn_ms.set(now_ms);
                self.dashboard.logs_version.update(|version| *version += 1);
                // Behind what the views do, and behind layout and painting.
                let flags = Rc::clone(&self.flags);
                let measure = move || flags.took_ms.set(precise_ms() - now_ms);
                set_timeout(measure, Duration::ZERO);
            }
        }
        if self.flags.stats.take() {
            self.dashboard.stats_version.update(|version| *version += 1);
        }
    }
}
