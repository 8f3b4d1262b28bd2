//! One attempt after the other, and what each end of a stream means.

use std::sync::Arc;
use std::time::Duration;

use sidekick::model::{ContainerId, ContainerState};
use sidekick::protocol::StreamState;
use tokio::sync::watch;

use super::{Attempt, Context, End, Signals, Status, Store, Upstream};
use crate::docker::DockerClient;
use crate::events::Happening;
use crate::streams::reconnect::ReconnectScheduler;

/// How long we wait for the engine to tell whether a container still runs.
const INSPECT_TIMEOUT: Duration = Duration::from_secs(10);

/// What is to be done after an attempt.
enum Verdict {
    /// It does not run: wait for its start.
    Stopped,
    Removed,
    /// Trying the same again makes no sense.
    Permanent(String),
    Again(String),
}

/// Runs attempts for ever, as the state of the container and the policy say.
pub(super) async fn drive<A: Attempt>(up: &Arc<Upstream<A::Store>>, context: &Arc<Context>) {
    let mut signals = up.signals.subscribe();
    let mut scheduler = ReconnectScheduler::limited();
    loop {
        let seen = *signals.borrow_and_update();
        let verdict = match context.client() {
            None => Verdict::Again("no engine answers".to_owned()),
            Some(client) => {
                let (end, flowed) = A::run(up, context, &client).await;
                if flowed {
                    scheduler.reset();
                }
                let closed = matches!(end, End::Closed);
                let verdict = judge(end, &client, &up.container).await;
                let now = *signals.borrow();
                let turned = now.starts != seen.starts || now.stops != seen.stops;
                if closed && turned && matches!(verdict, Verdict::Again(_)) {
                    // It was restarted: nothing broke.
                    continue;
                }
                verdict
            }
        };
        let planned = match verdict {
            Verdict::Stopped if signals.borrow().starts != seen.starts => continue,
            Verdict::Stopped => {
                up.set_state(StreamState::Ended);
                A::settled(up, context);
                None
            }
            Verdict::Removed => {
                up.set_state(StreamState::Removed);
                A::settled(up, context);
                None
            }
            Verdict::Permanent(reason) => {
                give_up::<A>(up, context, reason, true);
                None
            }
            Verdict::Again(reason) => match scheduler.schedule() {
                None => {
                    give_up::<A>(up, context, reason, false);
                    None
                }
                Some(planned) => {
                    context.metrics.record(Happening::UpstreamBroke {
                        kind: A::KIND,
                        container: Some(&up.container),
                        reason: &reason,
                        retry_in_ms: planned.delay_ms,
                    });
                    up.board().set_status(Status::Waiting(planned, reason));
                    Some(planned)
                }
            },
        };
        // Until it is due, the container starts, or somebody asks.
        tokio::select! {
            () = scheduler.due(), if planned.is_some() => {}
            () = asked(&mut signals, seen, up) => scheduler.reset(),
        }
        up.board().begin_again();
    }
}

/// Waits for a reason to try now. A removal while nothing streams is told on the way.
async fn asked<S: Store>(signals: &mut watch::Receiver<Signals>, seen: Signals, up: &Upstream<S>) {
    let mut removals = seen.removals;
    loop {
        let Ok(now) = signals
            .wait_for(|now| {
                now.starts != seen.starts || now.retries != seen.retries || now.removals != removals
            })
            .await
            .map(|now| *now)
        else {
            // The sender lives as long as `up`.
            return std::future::pending().await;
        };
        if now.starts != seen.starts || now.retries != seen.retries {
            return;
        }
        removals = now.removals;
        up.set_state(StreamState::Removed);
    }
}

async fn judge(end: End, client: &DockerClient, container: &ContainerId) -> Verdict {
    let error = match end {
        End::NotRunning => return Verdict::Stopped,
        End::Broke(error) => error,
        End::Closed => {
            match tokio::time::timeout(INSPECT_TIMEOUT, client.inspect(&container.0)).await {
                Err(_) => return Verdict::Again("the engine does not answer".to_owned()),
                Ok(Ok(details)) => {
                    return if matches!(
                        details.state,
                        ContainerState::Running | ContainerState::Paused
                    ) {
                        Verdict::Again("the stream ended while the container runs".to_owned())
                    } else {
                        Verdict::Stopped
                    };
                }
                Ok(Err(error)) => error,
            }
        }
    };
    if error.is_not_found() {
        Verdict::Removed
    } else if error.is_permanent() {
        Verdict::Permanent(error.to_string())
    } else {
        Verdict::Again(error.to_string())
    }
}

fn give_up<A: Attempt>(
    up: &Upstream<A::Store>,
    context: &Context,
    reason: String,
    permanent: bool,
) {
    context.metrics.record(Happening::UpstreamGivenUp {
        kind: A::KIND,
        container: &up.container,
        reason: &reason,
    });
    up.set_state(StreamState::Failed { reason, permanent });
}
