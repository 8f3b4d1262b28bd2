//! What one request to the engine gives, up to its end.

use std::time::Duration;

use futures::StreamExt;
use sidekick::protocol::StreamState;
use tokio::time::Instant;

use super::delivery::Delivery;
use super::{From, Outcome, Reading, SILENCE, silent};
use crate::docker::{DockerError, LogOptions};
use crate::metrics::{Counter, Flow};
use crate::streams::batch::is_full;
use crate::streams::order::Order;
use crate::streams::resume::{Resumption, Step};

/// How long the newest lines of a followed log may take to show the place to go on.
const FOUND_WITHIN: Duration = Duration::from_secs(1);

/// How long entries of a followed log are gathered before they are sent.
const FLUSH_EVERY: Duration = Duration::from_millis(33);

/// After so long a pause in a followed log it is asked again whether it is still needed.
const ASK_EVERY: Duration = Duration::from_secs(1);

impl Reading<'_> {
    /// Lines came that the viewer has.
    fn removed(&self, lines: u64) {
        self.metrics.add(Counter::LinesRemoved, lines);
        self.sink.replayed(Flow::Removed, lines);
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
    pub(super) async fn pass(
        &self,
        options: LogOptions,
        place: Option<&mut Resumption>,
        delivery: Delivery<'_>,
    ) -> Option<Outcome> {
        let mut order = match delivery.from {
            From::After(cursor) => Order::after(cursor),
            From::Start(_) => Order::default(),
        };
        self.pass_in(&mut order, options, place, delivery).await
    }

    /// Like [`Reading::pass`], where lines of a followed log come in this order. Where it went back before
    /// anything was delivered, that is to be read again.
    pub(super) async fn pass_in(
        &self,
        order: &mut Order,
        options: LogOptions,
        mut place: Option<&mut Resumption>,
        mut delivery: Delivery<'_>,
    ) -> Option<Outcome> {
        let cancel = self.cancel.child_token();
        // What is read once and for all is taken as it is.
        let mut order = options.follow.then_some(order);
        let mut stream = self.client.stream_logs(self.container, options, cancel);
        let began = Instant::now();
        let mut heard = began;
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
                // There may be nothing to follow just now. But who has all that was printed is caught up soon.
                Err(_) if options.follow && heard.elapsed() < SILENCE => {
                    if !delivery.flush().await {
                        return Some(Outcome::Abandoned);
                    }
                    continue;
                }
                Err(_) => match self.is_working(options.since.is_some() && !came).await {
                    Ok(()) => {
                        heard = Instant::now();
                        if let From::Start(_) = delivery.reached() {
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
            heard = Instant::now();
            let batch = delivery.begin_with(batch);
            let passed = (order.is_some() && place.as_ref().is_some_and(|it| !it.found()))
                .then(|| batch.clone());
            let step = match place.as_deref_mut() {
                Some(place) => {
                    let step = place.feed(batch);
                    self.removed(place.take_again());
                    step
                }
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
            let at_front = matches!(delivery.reached(), From::Start(_));
            let back = order.as_mut().and_then(|it| it.broken_at(&rest, at_front));
            let rest = match back {
                Some(back) if back.at_front => return Some(Outcome::WentBack(delivery.from)),
                Some(back) => rest.head_to(back.at),
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
