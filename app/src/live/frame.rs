//! Drawing at the pace of the screen: however many messages came, the version signals that the
//! views follow are bumped at most once per animation frame, and not at all in a hidden tab.

use std::cell::Cell;
use std::rc::Rc;

use leptos::prelude::*;

use crate::state::Dashboard;

/// How long a frame searches for lines that the filter lets through, in milliseconds.
const SLICE_MS: f64 = 6.0;

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
    logs: Cell<bool>,
    stats: Cell<bool>,
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
        if self.flags.logs.take() {
            // New lines are searched when they come, unless a search of all lines is under way.
            if !self.dashboard.search_slice(SLICE_MS) {
                self.mark(Dirty::Logs);
            }
            self.dashboard.logs_version.update(|version| *version += 1);
        }
        if self.flags.stats.take() {
            self.dashboard.stats_version.update(|version| *version += 1);
        }
    }
}
