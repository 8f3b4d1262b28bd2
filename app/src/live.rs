//! The browser's side of the live protocol: it moves bytes and signals, and decides nothing.

pub(crate) mod history;

use crate::state::Dashboard;

/// Starts everything that makes the page live.
pub(crate) fn start(dashboard: Dashboard) {
    history::listen(dashboard);
}
