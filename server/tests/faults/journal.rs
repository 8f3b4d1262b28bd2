//! What was done to a run, to be printed where it fails.

use std::sync::{Arc, Mutex};
use std::time::Instant;

/// Notes with their time. Clones are handles.
#[derive(Clone)]
pub(crate) struct Journal {
    began: Instant,
    notes: Arc<Mutex<Vec<String>>>,
}

impl Journal {
    pub(crate) fn new() -> Self {
        Self {
            began: Instant::now(),
            notes: Arc::default(),
        }
    }

    /// Whether there is room for every message: where one run is repeated.
    pub(crate) fn is_full(&self) -> bool {
        std::env::var_os("SIDEKICK_SEED").is_some()
    }

    pub(crate) fn note(&self, what: String) {
        let at = self.began.elapsed().as_millis();
        self.notes
            .lock()
            .unwrap()
            .push(format!("{at:6} ms  {what}"));
    }

    pub(crate) fn text(&self) -> String {
        self.notes.lock().unwrap().join("\n")
    }
}
