//! What happens inside the server, each thing once: its log line and its metric in one place.
//!
//! Code says *what* happened; how loud that is and what it counts is decided here.

use sidekick::model::ContainerId;

use crate::metrics::{Counter, Metrics, UpstreamKind};

/// Something that happened inside the server.
#[derive(Debug)]
pub enum Happening<'a> {
    /// An upstream broke or ended while its container runs; it is tried again.
    UpstreamBroke {
        /// Its kind.
        kind: UpstreamKind,
        /// Its container; `None` for the events of the engine.
        container: Option<&'a ContainerId>,
        /// Why.
        reason: &'a str,
        /// Milliseconds until the next attempt.
        retry_in_ms: u64,
    },
    /// An upstream is given up until somebody asks for it again.
    UpstreamGivenUp {
        /// Its kind.
        kind: UpstreamKind,
        /// Its container.
        container: &'a ContainerId,
        /// Why.
        reason: &'a str,
    },
    /// Docker no longer had lines that should have come next.
    LinesRotatedAway {
        /// The container.
        container: &'a ContainerId,
    },
    /// A slow viewer lost lines; it is shown a gap.
    LinesDropped {
        /// How many.
        lines: u64,
    },
    /// A slow viewer lost stats samples.
    SamplesDropped {
        /// How many.
        samples: u64,
    },
    /// The container list could not be read; the old one is kept.
    RefreshFailed {
        /// Why.
        reason: &'a str,
    },
    /// The container list was read.
    Refreshed {
        /// How many containers it has.
        containers: usize,
    },
    /// An engine answered.
    EngineFound {
        /// Where.
        endpoint: &'a str,
        /// Why that endpoint.
        chosen_by: &'a str,
        /// Its version.
        version: &'a str,
    },
    /// The engine does not answer.
    EngineLost {
        /// Where.
        endpoint: &'a str,
        /// Why.
        reason: &'a str,
    },
    /// A page's message made no sense or is not allowed now.
    MessageRefused {
        /// Why.
        reason: &'a str,
    },
    /// A request was turned away for its Host or Origin.
    RequestForbidden {
        /// Why.
        reason: &'a str,
    },
    /// A page did not keep up with the state and got a fresh snapshot.
    UpdatesSkipped {
        /// How many updates it replaces.
        updates: u64,
    },
}

impl Metrics {
    /// Logs a happening and counts it.
    pub fn record(&self, happening: Happening<'_>) {
        match happening {
            Happening::UpstreamBroke {
                kind,
                container,
                reason,
                retry_in_ms,
            } => {
                self.add(Counter::UpstreamsBroken, 1);
                let container = container.map_or("-", |id| id.short());
                tracing::warn!(
                    kind = kind.word(),
                    container,
                    retry_in_ms,
                    "stream broke: {reason}"
                );
            }
            Happening::UpstreamGivenUp {
                kind,
                container,
                reason,
            } => {
                self.add(Counter::UpstreamsBroken, 1);
                let container = container.short();
                tracing::warn!(kind = kind.word(), container, "stream given up: {reason}");
            }
            Happening::LinesRotatedAway { container } => {
                tracing::warn!(container = container.short(), "log lines were rotated away");
            }
            Happening::LinesDropped { lines } => {
                self.add(Counter::LinesDropped, lines);
                tracing::debug!(lines, "a slow viewer lost lines");
            }
            Happening::SamplesDropped { samples } => {
                self.add(Counter::SamplesDropped, samples);
                tracing::debug!(samples, "a slow viewer lost samples");
            }
            Happening::RefreshFailed { reason } => {
                self.add(Counter::RefreshesFailed, 1);
                tracing::warn!("the container list could not be read: {reason}");
            }
            Happening::Refreshed { containers } => {
                self.add(Counter::Refreshes, 1);
                tracing::debug!(containers, "container list read");
            }
            Happening::EngineFound {
                endpoint,
                chosen_by,
                version,
            } => {
                tracing::info!(endpoint, version, "engine found (by {chosen_by})");
            }
            Happening::EngineLost { endpoint, reason } => {
                tracing::warn!(endpoint, "engine does not answer: {reason}");
            }
            Happening::MessageRefused { reason } => {
                self.add(Counter::MessagesRefused, 1);
                tracing::debug!("message of a page refused: {reason}");
            }
            Happening::RequestForbidden { reason } => {
                self.add(Counter::RequestsForbidden, 1);
                tracing::info!("request forbidden: {reason}");
            }
            Happening::UpdatesSkipped { updates } => {
                self.add(Counter::UpdatesSkipped, updates);
                tracing::debug!(updates, "a slow viewer gets a fresh snapshot");
            }
        }
    }
}
