//! What was done to a run, to be printed where it fails.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Instant;

/// Notes with their time. Clones are handles.
#[derive(Clone)]
pub(crate) struct Journal {
    began: Instant,
    notes: Arc<Mutex<Vec<String>>>,
}

impl Journal {
    /// Where one run is repeated, it has every message too, and what server and viewers tell.
    pub(crate) fn new() -> Self {
        let journal = Self {
            began: Instant::now(),
            notes: Arc::default(),
        };
        if std::env::var_os("SIDEKICK_SEED").is_some() {
            // The first of a process is the one.
            let _ = tracing::subscriber::set_global_default(journal.listener());
        }
        journal
    }

    /// Writes down what server and viewers tell, and which of these.
    fn listener(&self) -> impl tracing::Subscriber + Send + Sync + use<> {
        let writer = self.clone();
        tracing_subscriber::fmt()
            .with_env_filter("server=trace,faults=trace")
            .with_writer(move || writer.clone())
            .without_time()
            .with_ansi(false)
            .finish()
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

impl io::Write for Journal {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.note(String::from_utf8_lossy(line).trim().to_owned());
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_which_viewer_spoke() {
        let journal = Journal::new();
        tracing::subscriber::with_default(journal.listener(), || {
            let _viewer = crate::viewer::span("slow").entered();
            tracing::trace!(target: "server::viewer", "hears");
        });
        let text = journal.text();
        assert!(text.contains("slow") && text.contains("hears"), "{text}");
    }
}
