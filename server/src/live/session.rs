//! What one page asked for: its subscriptions, and the answer to each of its messages.

use std::collections::HashMap;
use std::sync::Arc;

use sidekick::protocol::{ClientMessage, ResumePoint, ServerMessage, SubId};
use tokio::sync::mpsc;

use super::Answer;
use crate::App;
use crate::events::Happening;
use crate::streams::{Outbound, Subscription};

/// Subscriptions of one page at a time. A page shows one thing; a native viewer may show many.
const MAX_SUBSCRIPTIONS: usize = 64;

/// Resume points that one subscription names at most: it numbers no more containers.
const MAX_RESUME: usize = 4096;

/// Bytes of a container's id that are kept of a resume point; Docker's have 64.
const MAX_ID_BYTES: usize = 128;

/// A page whose messages are refused so often does not speak our language.
const MAX_REFUSED: u32 = 100;

pub(super) struct Session {
    app: Arc<App>,
    outbound: Outbound,
    answers: mpsc::Sender<Answer>,
    subscriptions: HashMap<SubId, Subscription>,
    /// The largest number so far: each is used once.
    last_sub: Option<SubId>,
    resume: Resume,
    refused: u32,
}

/// Resume points of the subscription that comes next.
#[derive(Default)]
struct Resume(Option<(SubId, Vec<ResumePoint>)>);

impl Resume {
    /// Keeps some of a subscription; of another one none any more. `false` where they are too many.
    fn keep(&mut self, sub: SubId, points: Vec<ResumePoint>) -> bool {
        let (of, kept) = self.0.get_or_insert_with(|| (sub, Vec::new()));
        if *of != sub {
            (*of, *kept) = (sub, Vec::new());
        }
        if kept.len() + points.len() > MAX_RESUME {
            self.0 = None;
            return false;
        }
        // What names no container would only be kept.
        kept.extend(points.into_iter().filter(is_nameable));
        true
    }

    /// These of a subscription that begins, and what was kept of it.
    fn take(&mut self, sub: SubId, mut points: Vec<ResumePoint>) -> Vec<ResumePoint> {
        let more = self.0.take().filter(|(of, _)| *of == sub);
        points.extend(more.into_iter().flat_map(|(_, points)| points));
        points.retain(is_nameable);
        points
    }
}

impl Session {
    pub(super) fn new(app: Arc<App>, outbound: Outbound, answers: mpsc::Sender<Answer>) -> Self {
        Self {
            app,
            outbound,
            answers,
            subscriptions: HashMap::new(),
            last_sub: None,
            resume: Resume::default(),
            refused: 0,
        }
    }

    /// Takes one message. `false` when the connection is to be closed.
    pub(super) async fn take(&mut self, bytes: &[u8]) -> bool {
        let Ok(message) = ClientMessage::decode(bytes) else {
            return self.refuse(None, "not a message of this protocol").await;
        };
        match message {
            ClientMessage::Subscribe {
                sub,
                target,
                resume,
                start,
            } => {
                let resume = self.resume.take(sub, resume);
                if self.last_sub.is_some_and(|last| sub <= last) {
                    return self
                        .refuse(Some(sub), "a number is used once, and each is larger")
                        .await;
                }
                self.last_sub = Some(sub);
                if let Err(error) = target.check() {
                    return self.refuse(Some(sub), &error.to_string()).await;
                }
                if self.subscriptions.len() >= MAX_SUBSCRIPTIONS {
                    return self
                        .refuse(Some(sub), "too many subscriptions at a time")
                        .await;
                }
                let subscription =
                    self.app
                        .hub
                        .subscribe(sub, target, resume, start, &self.outbound);
                self.subscriptions.insert(sub, subscription);
                true
            }
            ClientMessage::Resume { sub, resume } => {
                self.resume.keep(sub, resume)
                    || self.refuse(Some(sub), "too many resume points").await
            }
            ClientMessage::Unsubscribe { sub } => {
                // First the queue, so that nothing of it is sent any more.
                self.outbound.close(sub);
                match self.subscriptions.remove(&sub) {
                    Some(_) => true,
                    None => {
                        self.refuse(Some(sub), "there is no such subscription")
                            .await
                    }
                }
            }
            ClientMessage::Retry { sub } => match self.subscriptions.get(&sub) {
                Some(subscription) => {
                    subscription.retry();
                    true
                }
                None => {
                    self.refuse(Some(sub), "there is no such subscription")
                        .await
                }
            },
            ClientMessage::Credit { bytes } => {
                self.outbound.credit(bytes)
                    || self.refuse(None, "credit for more than was sent").await
            }
            ClientMessage::Refresh => {
                self.app.engine.refresh();
                self.answer(Answer::Snapshot).await
            }
            ClientMessage::StartDemo => match self.app.engine.start_demo() {
                Ok(()) => true,
                Err(reason) => self.refuse(None, &reason).await,
            },
            ClientMessage::Ping { nonce } => {
                self.answer(Answer::Message(Box::new(ServerMessage::Pong { nonce })))
                    .await
            }
            // That it came at all is what counts.
            ClientMessage::Pong { .. } => true,
        }
    }

    /// Says that a message is not taken. `false` when the connection is to be closed.
    pub(super) async fn refuse(&mut self, sub: Option<SubId>, reason: &str) -> bool {
        self.app
            .metrics
            .record(Happening::MessageRefused { reason });
        self.refused += 1;
        let refused = ServerMessage::Refused {
            sub,
            reason: reason.to_owned(),
        };
        self.answer(Answer::Message(Box::new(refused))).await && self.refused < MAX_REFUSED
    }

    async fn answer(&self, answer: Answer) -> bool {
        self.answers.send(answer).await.is_ok()
    }
}

/// Whether a resume point may be of a container.
fn is_nameable(point: &ResumePoint) -> bool {
    point.container.0.len() <= MAX_ID_BYTES
}

#[cfg(test)]
mod tests {
    use super::*;
    use sidekick::model::ContainerId;
    use sidekick::protocol::{Cursor, LogStream};
    use sidekick::time::Nanos;

    fn point(id: &str) -> ResumePoint {
        ResumePoint {
            container: ContainerId(id.to_owned()),
            cursor: Cursor {
                time: Nanos(1),
                stream: LogStream::Stdout,
                occurrence: 0,
            },
        }
    }

    #[test]
    fn what_is_kept_for_a_subscription_that_comes_is_bounded_in_number_and_in_bytes() {
        let mut resume = Resume::default();
        let long = point(&"x".repeat(60_000));
        assert!(resume.keep(SubId(1), vec![point("a"), long.clone()]));
        assert!(
            resume
                .0
                .as_ref()
                .is_some_and(|(_, kept)| kept == &[point("a")])
        );
        assert!(resume.keep(SubId(2), vec![point("b")]));
        let points = resume.take(SubId(2), vec![long, point("c")]);
        assert_eq!(points, [point("c"), point("b")]);
        assert!(resume.keep(SubId(3), vec![point("d"); MAX_RESUME]));
        assert!(!resume.keep(SubId(3), vec![point("d")]));
        assert!(resume.take(SubId(3), Vec::new()).is_empty());
    }
}
