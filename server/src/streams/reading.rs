//! Reading from Docker for one viewer alone: what it lacks, or a container's log from its start.
//!
//! The entries go to the viewer as fast as it takes them: [`SourceSink::room`] is awaited before
//! more is sent, and while it is, nothing is read.

mod delivery;
mod pass;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use sidekick::model::ContainerId;
use sidekick::protocol::{Cursor, CursorCounter, GapReason, LogBatch, Start};
use sidekick::time::Nanos;
use tokio_util::sync::CancellationToken;

use self::delivery::Delivery;
use super::order::Order;
use super::outbound::SourceSink;
use super::resume::{self, MOST, Resumption, TAILS};
use crate::docker::{DockerClient, DockerError, LogOptions, Tail};
use crate::metrics::{Metrics, UpstreamKind};

/// How long Docker may be silent within one reading. Before the first line of a time, for which dockerd
/// reads the whole log (2.2 s a million lines), it is then asked whether it is still there.
const SILENCE: Duration = Duration::from_secs(10);

/// So many of the newest lines are counted before they are read: the engine counts a long one as several.
/// Of more than these a viewer gets as many as the engine says.
pub(crate) const LOCATED: u64 = 64_000;

/// Whether a viewer that has everything up to here needs a reading of its own no longer.
pub(crate) type CaughtUp<'a> = &'a (dyn Fn(From) -> bool + Sync);

/// Where a viewer stands in a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum From {
    /// Nowhere yet: it wants to begin here.
    Start(Start),
    /// It has everything up to this entry.
    After(Cursor),
}

/// One viewer's reading of one container's log.
pub(crate) struct Reading<'a> {
    pub(crate) client: &'a DockerClient,
    pub(crate) container: &'a ContainerId,
    pub(crate) metrics: &'a Arc<Metrics>,
    pub(crate) sink: &'a SourceSink,
    pub(crate) cancel: &'a CancellationToken,
    /// Every line is wanted, however many there are.
    pub(crate) whole: bool,
}

/// How a reading ended.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// Everything up to here was delivered, or a gap in its place; Docker had no more.
    UpTo(From),
    /// Delivered up to here; then Docker went back in the log.
    WentBack(From),
    /// More than a page is brought was printed since.
    TooFar,
    /// Docker has neither the place to go on any more nor anything behind it.
    Rotated,
    /// Docker could not be asked, or was silent; delivered up to here.
    Failed(From, Option<DockerError>),
    /// The viewer is gone, or needs it no longer.
    Abandoned,
}

impl Reading<'_> {
    /// Delivers what Docker has behind `from` now.
    pub(crate) async fn past(&self, from: From) -> Outcome {
        let _open = self.metrics.open_upstream(UpstreamKind::Logs);
        let from = match from {
            From::Start(Start::Tail(lines)) if lines <= LOCATED => {
                match self.before_newest(lines).await {
                    Outcome::UpTo(place) => place,
                    other => return other,
                }
            }
            from => from,
        };
        let cursor = match from {
            From::Start(start) => return self.begin(start, None).await,
            From::After(cursor) => cursor,
        };
        // The ring holds the newest thousand already: begin with the next larger.
        for tail in TAILS.into_iter().skip(1) {
            let mut place = Resumption::in_tail(cursor, tail);
            let delivery = self.delivery(from, GapReason::Rotated);
            let outcome = self.pass(newest(tail), Some(&mut place), delivery).await;
            if let Some(outcome) = outcome {
                return outcome;
            }
            if !place.begins_later() {
                return self.since(cursor).await;
            }
        }
        if self.whole {
            return self.since(cursor).await;
        }
        let mut place = Resumption::before(cursor);
        let delivery = self.delivery(from, GapReason::Skipped);
        let outcome = self.pass(newest(MOST), Some(&mut place), delivery).await;
        outcome.unwrap_or(Outcome::Rotated)
    }

    /// Delivers what Docker has behind `from` and follows the log until the viewer has `caught_up`,
    /// which is asked behind everything that was sent.
    pub(crate) async fn follow(&self, from: From, caught_up: CaughtUp<'_>) -> Outcome {
        let _open = self.metrics.open_upstream(UpstreamKind::Logs);
        let cursor = match from {
            From::Start(start) => return self.begin(start, Some(caught_up)).await,
            From::After(cursor) => cursor,
        };
        for tail in TAILS.into_iter().skip(1) {
            let mut place = Resumption::in_tail(cursor, tail);
            let delivery = Delivery {
                caught_up: Some(caught_up),
                ..self.delivery(from, GapReason::Rotated)
            };
            let options = LogOptions {
                follow: true,
                ..newest(tail)
            };
            let outcome = self.pass(options, Some(&mut place), delivery).await;
            if let Some(outcome) = outcome {
                return outcome;
            }
            if !place.begins_later() {
                return self.since(cursor).await;
            }
        }
        match self.whole {
            // What Docker has now, and then once more.
            true => self.since(cursor).await,
            false => Outcome::TooFar,
        }
    }

    /// Finds out what comes right before the newest so many lines, so that they stay the same for all
    /// that is read from here on. Where there are no more than these, that is nothing.
    pub(crate) async fn locate(&self, lines: u64) -> Outcome {
        let _open = self.metrics.open_upstream(UpstreamKind::Logs);
        self.before_newest(lines).await
    }

    async fn before_newest(&self, lines: u64) -> Outcome {
        let start = From::Start(Start::Tail(lines));
        // Lines that share a timestamp are counted from the first of them; long ones are in parts.
        let windows = [1, 8, 64].map(|times| lines.saturating_add(times * TAILS[0]));
        let mut place = start;
        for window in windows {
            let cancel = self.cancel.child_token();
            let mut stream = self
                .client
                .stream_logs(self.container, newest(window), cancel);
            let mut counter = CursorCounter::default();
            let mut last = VecDeque::new();
            let mut records = 0;
            loop {
                let batch = match tokio::time::timeout(SILENCE, stream.next()).await {
                    Err(_) => return Outcome::Failed(start, Some(silent())),
                    Ok(Some(Err(error))) => return Outcome::Failed(start, Some(error)),
                    Ok(Some(Ok(batch))) => batch,
                    Ok(None) => break,
                };
                for entry in batch.iter() {
                    last.push_back(counter.next(entry.time, entry.stream));
                    if last.len() as u64 > lines.saturating_add(1) {
                        last.pop_front();
                    }
                    // Nobody knows the parts of one that was cut.
                    records += match entry.truncated {
                        true => window,
                        false => resume::records(&entry) as u64,
                    };
                }
            }
            if last.len() as u64 <= lines && records < window {
                return Outcome::UpTo(From::Start(Start::First));
            }
            place = last.front().map_or(place, |&first| From::After(first));
            if last.len() as u64 > lines {
                break;
            }
        }
        Outcome::UpTo(place)
    }

    async fn begin(&self, start: Start, caught_up: Option<CaughtUp<'_>>) -> Outcome {
        let options = match start {
            Start::Newest => newest(TAILS[0]),
            Start::First => LogOptions::default(),
            Start::Tail(lines) => newest(lines),
            Start::Since(time) => since(resume::well_before(time)),
        };
        let options = LogOptions {
            follow: caught_up.is_some(),
            ..options
        };
        let from = From::Start(start);
        let mut order = Order::default();
        loop {
            let delivery = Delivery {
                caught_up,
                not_before: match start {
                    Start::Since(time) => Some(time),
                    _ => None,
                },
                ..self.delivery(from, GapReason::Rotated)
            };
            match self.pass_in(&mut order, options, None, delivery).await {
                Some(Outcome::WentBack(reached)) if reached == from => order = order.again(),
                outcome => return outcome.unwrap_or(Outcome::UpTo(from)),
            }
        }
    }

    async fn since(&self, cursor: Cursor) -> Outcome {
        let mut place = Resumption::since(cursor);
        let delivery = self.delivery(From::After(cursor), GapReason::Rotated);
        let options = since(resume::since(cursor));
        let outcome = self.pass(options, Some(&mut place), delivery).await;
        outcome.unwrap_or(Outcome::Rotated)
    }

    fn delivery(&self, from: From, missing: GapReason) -> Delivery<'_> {
        Delivery {
            to: self,
            from,
            missing,
            counter: match from {
                From::Start(_) => CursorCounter::default(),
                From::After(cursor) => CursorCounter::after(cursor),
            },
            pending: LogBatch::new(),
            not_before: None,
            caught_up: None,
        }
    }
}

fn silent() -> DockerError {
    let seconds = SILENCE.as_secs();
    DockerError::Interrupted(format!("nothing came for {seconds} s amid the log"))
}

fn newest(lines: u64) -> LogOptions {
    LogOptions {
        tail: Tail::Lines(lines),
        ..LogOptions::default()
    }
}

fn since(time: Nanos) -> LogOptions {
    LogOptions {
        since: Some(time),
        ..LogOptions::default()
    }
}

#[cfg(test)]
mod tests;
