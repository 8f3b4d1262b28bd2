//! Moves entries from the engine to the ring and the viewers: gathers them, and decides when a
//! log is empty, its backlog read, its place not found.

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use sidekick::protocol::{Gap, GapReason, LogBatch, Start, StreamState};
use tokio::time::Instant;

use super::{LogStore, Stand};
use crate::docker::DockerStream;
use crate::events::Happening;
use crate::metrics::{Counter, Flow, Meter};
use crate::state::now;
use crate::streams::batch::{SharedBatch, is_full, split};
use crate::streams::catch_up;
use crate::streams::reading::From;
use crate::streams::resume::{Resumption, Step};
use crate::streams::upstream::{Context, End, Upstream};

/// How long entries are gathered before they are sent.
const FLUSH_EVERY: Duration = Duration::from_millis(33);

/// How long the head of a log may take. Podman sends it only with the first line, so after this
/// a log without one is taken to be open: an engine that is there has answered by then, also
/// over ssh.
pub(super) const HEAD_AFTER: Duration = Duration::from_secs(15);

/// A log from which nothing came for so long after opening is shown as empty.
const EMPTY_AFTER: Duration = Duration::from_millis(400);

/// After so long a pause the lines that were there when the log was opened are all read.
const BACKLOG_PAUSE: Duration = Duration::from_millis(200);

/// How long after its first lines the backlog counts as read, even if lines keep coming.
const BACKLOG_LIMIT: Duration = Duration::from_secs(1);

/// How long the newest lines may take to show the entry after which to go on.
const UNDECIDED: Duration = Duration::from_secs(1);

/// After so long a pause in a reading by time, the engine has given all that it has.
const ALL_GIVEN: Duration = Duration::from_secs(5);

/// Why a reading stopped.
pub(super) enum Stop {
    /// The stream is over.
    End(End),
    /// It goes back: the place is to be looked for again.
    WentBack,
}

/// Moves entries from the engine to the ring and the viewers.
pub(super) struct Pump<'a> {
    up: &'a Arc<Upstream<LogStore>>,
    context: &'a Context,
    meter: Arc<Meter>,
    pending: LogBatch,
    /// What is missing before `pending`.
    gap: Option<Gap>,
    /// Whether anything new came.
    pub(super) flowed: bool,
}

impl<'a> Pump<'a> {
    pub(super) fn new(up: &'a Arc<Upstream<LogStore>>, context: &'a Context) -> Self {
        Self {
            up,
            context,
            meter: context.metrics.container(&up.container),
            pending: LogBatch::new(),
            gap: None,
            flowed: false,
        }
    }

    /// Pumps until the stream ends; `None` when the place to go on is not in what it gives.
    pub(super) async fn run(
        &mut self,
        mut stream: DockerStream<LogBatch>,
        mut resumption: Option<&mut Resumption>,
    ) -> Option<Stop> {
        // Each is armed while it has something to wait for.
        let mut flush_at: Option<Instant> = None;
        let mut primed_at: Option<Instant> = None;
        // Until the engine answers, nothing can be said of the log.
        let _ = tokio::time::timeout(HEAD_AFTER, stream.opened()).await;
        let mut quiet_at = Some(Instant::now() + EMPTY_AFTER);
        let mut undecided_at: Option<Instant> = None;
        // A busy container never pauses: the backlog counts as read after this at the latest.
        let mut primed_by: Option<Instant> = None;
        loop {
            tokio::select! {
                item = stream.next() => match item {
                    Some(Ok(batch)) => {
                        let step = match resumption.as_deref_mut() {
                            Some(resumption) => {
                                let step = resumption.feed(batch);
                                self.removed(resumption.take_again());
                                step
                            }
                            None => Step::After(batch),
                        };
                        let batch = match step {
                            Step::After(rest) => rest,
                            Step::Lost(rest) => {
                                self.lost(&rest);
                                rest
                            }
                            Step::NotCovered => return None,
                            Step::Before => {
                                let now = Instant::now();
                                undecided_at = match resumption.as_deref() {
                                    Some(it) if it.in_part() => undecided_at.or(Some(now + UNDECIDED)),
                                    _ => Some(now + ALL_GIVEN),
                                };
                                continue;
                            }
                        };
                        undecided_at = None;
                        let broken = {
                            let store = &mut self.up.board().store;
                            store.order.broken_at(&batch, store.ring.is_empty())
                        };
                        if let Some(broken) = broken {
                            match broken.at_front {
                                true => self.pending.clear(),
                                false => self.pending.append(&batch.head_to(broken.at)),
                            }
                            self.flush();
                            return Some(Stop::WentBack);
                        }
                        if self.pending.is_empty() {
                            self.pending = batch;
                        } else {
                            self.pending.append(&batch);
                        }
                        if self.pending.is_empty() {
                            // The last entry was found again and nothing is new so far.
                            self.up.set_state(StreamState::Live);
                        } else if is_full(&self.pending) {
                            self.flush();
                            flush_at = None;
                        } else {
                            flush_at.get_or_insert_with(|| Instant::now() + FLUSH_EVERY);
                        }
                        quiet_at = None;
                        let now = Instant::now();
                        let limit = *primed_by.get_or_insert(now + BACKLOG_LIMIT);
                        primed_at = (limit > now).then(|| limit.min(now + BACKLOG_PAUSE)).or(primed_at);
                    }
                    Some(Err(error)) => {
                        if self.is_at_front() {
                            // They come again.
                            self.pending.clear();
                        }
                        return Some(self.finish(End::Broke(error)));
                    }
                    None => {
                        if let Some(rest) = resumption.and_then(Resumption::at_end) {
                            self.lost(&rest);
                            self.pending.append(&rest);
                        }
                        return Some(self.finish(End::Closed));
                    }
                },
                () = at(flush_at) => {
                    flush_at = None;
                    if !self.is_at_front() {
                        self.flush();
                    }
                }
                () = at(primed_at) => {
                    primed_at = None;
                    self.flush();
                    flush_at = None;
                    self.primed();
                }
                () = at(quiet_at) => {
                    quiet_at = None;
                    let empty = self.up.board().store.ring.is_empty();
                    self.up.set_state(if empty { StreamState::Empty } else { StreamState::Live });
                    if empty {
                        self.primed();
                    }
                }
                () = at(undecided_at) => {
                    undecided_at = None;
                    let resumption = resumption.as_deref_mut()?;
                    if resumption.in_part() {
                        return None;
                    }
                    if let Some(rest) = resumption.at_end() {
                        self.lost(&rest);
                        self.pending.append(&rest);
                        self.flush();
                    }
                }
            }
        }
    }

    /// Whether the log was just opened and its newest line shares its time with the first of its
    /// stream. Others of that time may be before them: who stood there could not be told where it
    /// goes on in another reading. So more is waited for, until the backlog is read.
    fn is_at_front(&self) -> bool {
        let board = self.up.board();
        let Some(last) = self.pending.iter().next_back() else {
            return false;
        };
        let mut of_stream = self.pending.iter().filter(|it| it.stream == last.stream);
        let is_first = of_stream.next().is_some_and(|it| it.time == last.time);
        is_first && !board.store.primed && board.store.ring.is_empty()
    }

    fn finish(&mut self, end: End) -> Stop {
        self.flush();
        Stop::End(end)
    }

    /// Entries before these are gone from Docker.
    fn lost(&mut self, next: &LogBatch) {
        self.context.metrics.record(Happening::LinesRotatedAway {
            container: &self.up.container,
        });
        self.gap = Some(Gap {
            lines: None,
            after: self.up.board().store.ring.last().map(|last| last.time),
            before: next.time(0),
            reason: GapReason::Rotated,
        });
    }

    /// Lines came once more.
    fn removed(&self, lines: u64) {
        self.context.metrics.add(Counter::LinesRemoved, lines);
        self.meter.add(Flow::Removed, lines);
    }

    fn primed(&mut self) {
        let fresh = self.up.board().store.prime();
        if fresh {
            self.settle();
        }
    }

    fn flush(&mut self) {
        let pending = std::mem::take(&mut self.pending);
        for piece in split(pending) {
            self.pending = piece;
            self.flush_piece();
        }
    }

    fn flush_piece(&mut self) {
        self.flowed = true;
        let lines = self.pending.len() as u64;
        self.context.metrics.add(Counter::LinesRead, lines);
        self.meter.add(Flow::Read, lines);
        let last = self.pending.len().checked_sub(1);
        if let Some(printed) = last.and_then(|last| self.pending.time(last)) {
            self.meter.passed(printed, now());
        }
        let mut searching = false;
        {
            let mut board = self.up.board();
            let gap = self.gap.take();
            let before = board
                .store
                .ring
                .last()
                .map_or(From::Start(Start::First), From::After);
            let occurrences = board.store.ring.push(&self.pending, gap);
            let shared = SharedBatch::counted(&self.pending, occurrences);
            for viewer in &mut board.viewers {
                let seat = &mut viewer.seat;
                let waits = matches!(seat.stand, Stand::Live) && seat.is_to_wait(&viewer.sink);
                match viewer.seat.stand {
                    Stand::Live if waits => {
                        viewer.seat.stand = Stand::behind(before);
                        searching = true;
                    }
                    Stand::Live => {
                        if let Some(gap) = gap {
                            viewer.sink.gap(gap);
                        }
                        viewer.sink.logs(&shared, false);
                    }
                    Stand::Behind { .. } => searching = true,
                    Stand::CatchingUp { .. } => {}
                }
            }
            board.set_state(StreamState::Live);
        }
        self.pending.clear();
        if searching {
            self.settle();
        }
    }

    fn settle(&self) {
        catch_up::settle_with(self.up, self.context.client(), &self.context.metrics);
    }
}

async fn at(instant: Option<Instant>) {
    match instant {
        Some(instant) => tokio::time::sleep_until(instant).await,
        None => std::future::pending().await,
    }
}
