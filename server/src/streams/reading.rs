//! Reading from Docker for one viewer alone: what it lacks, or a container's log from its start.
//!
//! The entries go to the viewer as fast as it takes them: [`SourceSink::room`] is awaited before
//! more is sent, and while it is, nothing is read.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use sidekick::model::ContainerId;
use sidekick::protocol::{Cursor, CursorCounter, Gap, GapReason, LogBatch, Start, StreamState};
use sidekick::time::Nanos;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::batch::{SharedBatch, is_full, split};
use super::order::Order;
use super::outbound::SourceSink;
use super::resume::{self, MOST, Resumption, Step, TAILS};
use super::ring::RING_ENTRIES;
use crate::docker::{DockerClient, DockerError, LogOptions, Tail};
use crate::metrics::{Counter, Metrics, UpstreamKind};

/// How long Docker may be silent within one reading. Before the first line of a time, for which dockerd
/// reads the whole log (2.2 s a million lines), it is then asked whether it is still there.
const SILENCE: Duration = Duration::from_secs(10);

/// How long the newest lines of a followed log may take to show the place to go on.
const FOUND_WITHIN: Duration = Duration::from_secs(1);

/// How long entries of a followed log are gathered before they are sent.
const FLUSH_EVERY: Duration = Duration::from_millis(33);

/// After so long a pause in a followed log it is asked again whether it is still needed.
const ASK_EVERY: Duration = Duration::from_secs(1);

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
            From::Start(Start::Tail(lines)) if lines <= RING_ENTRIES as u64 => {
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
        }
        // Too far behind: what Docker has now, and then once more.
        self.since(cursor).await
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
        let delivery = Delivery {
            caught_up,
            not_before: match start {
                Start::Since(time) => Some(time),
                _ => None,
            },
            ..self.delivery(From::Start(start), GapReason::Rotated)
        };
        let outcome = self.pass(options, None, delivery).await;
        outcome.unwrap_or(Outcome::UpTo(From::Start(start)))
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

    /// Whether a silent reading is to be waited for: one that `looks` for the first line of a time, while
    /// Docker answers.
    async fn is_working(&self, looks: bool) -> Result<(), DockerError> {
        match looks {
            true => self.client.ping().await,
            false => Err(silent()),
        }
    }

    /// Delivers what one request gives behind the place; `None` when that is not in it.
    async fn pass(
        &self,
        options: LogOptions,
        mut place: Option<&mut Resumption>,
        mut delivery: Delivery<'_>,
    ) -> Option<Outcome> {
        let cancel = self.cancel.child_token();
        // What is read once and for all is taken as it is.
        let mut order = options.follow.then(|| match delivery.from {
            From::After(cursor) => Order::after(cursor),
            From::Start(_) => Order::default(),
        });
        let mut stream = self.client.stream_logs(self.container, options, cancel);
        let began = Instant::now();
        let mut came = false;
        loop {
            // A followed log has no end at which it were sure that the place is not in it.
            let searching = options.follow && place.as_ref().is_some_and(|it| !it.found());
            if searching && began.elapsed() >= FOUND_WITHIN {
                return None;
            }
            let patience = match (options.follow, delivery.pending.is_empty()) {
                (false, _) => SILENCE,
                (true, true) => ASK_EVERY,
                (true, false) => FLUSH_EVERY,
            };
            let batch = match tokio::time::timeout(patience, stream.next()).await {
                Err(_) if options.follow => {
                    if !delivery.flush().await {
                        return Some(Outcome::Abandoned);
                    }
                    continue;
                }
                Err(_) => match self.is_working(options.since.is_some() && !came).await {
                    Ok(()) => {
                        if let From::Start(_) = delivery.from {
                            // It was told that before, and is told that it still is so.
                            self.sink.state(StreamState::Loading);
                        }
                        continue;
                    }
                    Err(error) => return Some(delivery.failed(Some(error)).await),
                },
                Ok(Some(Err(error))) => return Some(delivery.failed(Some(error)).await),
                Ok(None) => {
                    if let Some(rest) = place.as_deref_mut().and_then(Resumption::at_end) {
                        delivery.lost(&rest);
                    }
                    if !delivery.flush().await {
                        return Some(Outcome::Abandoned);
                    }
                    let found = place.is_none_or(|place| place.found());
                    return found.then(|| Outcome::UpTo(delivery.reached()));
                }
                Ok(Some(Ok(batch))) => batch,
            };
            came = true;
            let batch = delivery.begin_with(batch);
            let passed = (order.is_some() && place.as_ref().is_some_and(|it| !it.found()))
                .then(|| batch.clone());
            let step = match place.as_deref_mut() {
                Some(place) => place.feed(batch),
                None => Step::After(batch),
            };
            if let (Some(order), Some(passed)) = (&mut order, &passed) {
                let after = match &step {
                    Step::After(rest) => rest.len(),
                    _ => 0,
                };
                order.pass_over(&passed.head_to(passed.len() - after));
            }
            let (rest, lost) = match step {
                Step::Before => continue,
                Step::NotCovered => return None,
                Step::Lost(rest) => (rest, true),
                Step::After(rest) => {
                    if let Some(counter) = place.as_deref_mut().and_then(Resumption::take_counter) {
                        delivery.counter = counter;
                    }
                    (rest, false)
                }
            };
            let again = matches!(delivery.from, From::After(_));
            let back = order.as_mut().and_then(|it| it.broken_at(&rest, again));
            let rest = match back {
                Some(index) => rest.head_to(index),
                None => rest,
            };
            match lost {
                true => delivery.lost(&rest),
                false => delivery.pending.append(&rest),
            }
            if back.is_some() {
                // Whoever asked goes on from there by another reading.
                let goes_on = delivery.flush().await;
                return Some(match goes_on {
                    true => Outcome::WentBack(delivery.reached()),
                    false => Outcome::Abandoned,
                });
            }
            if is_full(&delivery.pending) && !delivery.flush().await {
                return Some(Outcome::Abandoned);
            }
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

/// What one request gives, on its way to the viewer.
struct Delivery<'a> {
    to: &'a Reading<'a>,
    from: From,
    /// Why lines are missing where the request begins behind the place.
    missing: GapReason,
    counter: CursorCounter,
    pending: LogBatch,
    /// It begins with the first line that is not older.
    not_before: Option<Nanos>,
    /// Asked behind everything that was sent whether this is to go on.
    caught_up: Option<CaughtUp<'a>>,
}

impl Delivery<'_> {
    /// What of a batch does not come too early.
    fn begin_with(&mut self, batch: LogBatch) -> LogBatch {
        let Some(begin) = self.not_before else {
            return batch;
        };
        let first = batch.iter().position(|entry| entry.time >= begin);
        self.counter
            .advance(&batch.head_to(first.unwrap_or(batch.len())));
        match first {
            Some(first) => {
                self.not_before = None;
                batch.tail_from(first)
            }
            None => LogBatch::new(),
        }
    }

    /// These come after the cursor, but not right after it.
    fn lost(&mut self, next: &LogBatch) {
        if let From::After(cursor) = self.from {
            self.to.sink.gap(Gap {
                lines: None,
                after: Some(cursor.time),
                before: next.time(0),
                reason: self.missing,
            });
        }
        self.counter = CursorCounter::default();
        self.pending.append(next);
    }

    /// Sends what is gathered, when the viewer has room for it. `false` when it is gone, or needs
    /// no more.
    async fn flush(&mut self) -> bool {
        let pending = std::mem::take(&mut self.pending);
        self.to
            .metrics
            .add(Counter::LinesReplayed, pending.len() as u64);
        for piece in split(pending) {
            if !self.to.sink.room().await {
                return false;
            }
            let batch = SharedBatch::new(&piece, &mut self.counter);
            self.to.sink.logs(&batch, false);
        }
        !self.caught_up.is_some_and(|it| it(self.reached()))
    }

    /// Up to where everything was sent.
    fn reached(&self) -> From {
        let last = self.counter.last().filter(|_| self.not_before.is_none());
        last.map_or(self.from, From::After)
    }

    /// Docker could not be asked any further.
    async fn failed(mut self, error: Option<DockerError>) -> Outcome {
        match self.flush().await {
            true => Outcome::Failed(self.reached(), error),
            false => Outcome::Abandoned,
        }
    }
}

#[cfg(test)]
mod tests;
