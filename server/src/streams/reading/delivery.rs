//! Lines on their way from one request to the viewer.

use sidekick::protocol::{CursorCounter, Gap, GapReason, LogBatch};
use sidekick::time::Nanos;

use super::{CaughtUp, From, Outcome, Reading};
use crate::docker::DockerError;
use crate::metrics::{Counter, Flow};
use crate::streams::batch::{SharedBatch, split};

/// What one request gives, on its way to the viewer.
pub(super) struct Delivery<'a> {
    pub(super) to: &'a Reading<'a>,
    pub(super) from: From,
    /// Why lines are missing where the request begins behind the place.
    pub(super) missing: GapReason,
    pub(super) counter: CursorCounter,
    pub(super) pending: LogBatch,
    /// It begins with the first line that is not older.
    pub(super) not_before: Option<Nanos>,
    /// Asked behind everything that was sent whether this is to go on.
    pub(super) caught_up: Option<CaughtUp<'a>>,
}

impl Delivery<'_> {
    /// What of a batch does not come too early.
    pub(super) fn begin_with(&mut self, batch: LogBatch) -> LogBatch {
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
    pub(super) fn lost(&mut self, next: &LogBatch) {
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
    pub(super) async fn flush(&mut self) -> bool {
        for piece in split(std::mem::take(&mut self.pending)) {
            if !self.to.sink.room().await {
                return false;
            }
            let lines = piece.len() as u64;
            self.to.metrics.add(Counter::LinesReplayed, lines);
            self.to.sink.replayed(Flow::Replayed, lines);
            let batch = SharedBatch::new(&piece, &mut self.counter);
            self.to.sink.logs(&batch, false);
        }
        !self.caught_up.is_some_and(|it| it(self.reached()))
    }

    /// Up to where everything was sent.
    pub(super) fn reached(&self) -> From {
        let last = self.counter.last().filter(|_| self.not_before.is_none());
        last.map_or(self.from, From::After)
    }

    /// Docker could not be asked any further.
    pub(super) async fn failed(mut self, error: Option<DockerError>) -> Outcome {
        match self.flush().await {
            true => Outcome::Failed(self.reached(), error),
            false => Outcome::Abandoned,
        }
    }
}
