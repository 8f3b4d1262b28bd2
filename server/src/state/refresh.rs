//! Reading the whole list: one reading at a time, wishes gathered, and again where events came
//! in between.

use std::sync::Arc;
use std::time::Duration;

use sidekick::time::Millis;
use tokio::sync::watch;
use tokio::time::Instant;

use super::{Changes, DockerState};
use crate::docker::{DockerClient, DockerError};
use crate::events::Happening;
use crate::metrics::Metrics;

/// Wishes are gathered for so long: a start is several events in a row.
const DEBOUNCE: Duration = Duration::from_millis(100);

/// Two readings begin at least so far apart, however many events come.
const SPACING: Duration = Duration::from_millis(400);

/// Without any event the list is read so often: events may be lost unnoticed.
const FALLBACK: Duration = Duration::from_secs(30);

/// A reading that takes longer has failed.
const TIMEOUT: Duration = Duration::from_secs(15);

/// A list that was outdated by events so often in a row is taken nevertheless: on an engine
/// where something happens all the time an old list is better than none.
const OUTDATED: u32 = 2;

/// Takes wishes for a reading.
#[derive(Clone, Debug)]
pub(crate) struct Refresher {
    wishes: Arc<watch::Sender<Wishes>>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Wishes {
    soon: u64,
    now: u64,
    /// Events that changed the state; a list that was under way may be older than they.
    events: u64,
}

impl Refresher {
    pub(crate) fn new() -> Self {
        Self {
            wishes: Arc::new(watch::Sender::new(Wishes::default())),
        }
    }

    /// Reads soon; many wishes are one reading.
    pub(crate) fn soon(&self) {
        self.wishes.send_modify(|w| w.soon += 1);
    }

    /// Reads at once.
    pub(crate) fn now(&self) {
        self.wishes.send_modify(|w| w.now += 1);
    }

    /// An event changed the state: a list that is being read does not know of it.
    pub(crate) fn outdate(&self) {
        self.wishes.send_modify(|w| w.events += 1);
    }

    /// Reads on wish and every 30 seconds, until dropped. `changed` hears what each list
    /// changed, `failed` why one could not be read.
    pub(crate) async fn run(
        &self,
        client: &DockerClient,
        state: &DockerState,
        metrics: &Metrics,
        changed: impl Fn(Changes),
        failed: impl Fn(DockerError),
    ) {
        let mut wishes = self.wishes.subscribe();
        let mut outdated = 0;
        loop {
            let before = *wishes.borrow_and_update();
            let began = Instant::now();
            let listing = tokio::time::timeout(TIMEOUT, client.list_containers()).await;
            match listing.unwrap_or_else(|_| {
                Err(DockerError::Timeout {
                    request: "the list of containers".to_owned(),
                    after: TIMEOUT,
                })
            }) {
                Ok(_) if wishes.borrow().events != before.events && outdated < OUTDATED => {
                    outdated += 1;
                    tokio::time::sleep(DEBOUNCE).await;
                    continue;
                }
                Ok(listing) => {
                    outdated = 0;
                    metrics.record(Happening::Refreshed {
                        containers: listing.containers.len(),
                    });
                    changed(state.replace(listing.containers, now()));
                }
                Err(error) => {
                    metrics.record(Happening::RefreshFailed {
                        reason: &error.to_string(),
                    });
                    state.failed("containers", error.to_string(), now());
                    failed(error);
                }
            }
            wish(&mut wishes, before).await;
            tokio::time::sleep_until(began + SPACING).await;
        }
    }
}

/// Waits until the list is to be read again.
async fn wish(wishes: &mut watch::Receiver<Wishes>, before: Wishes) {
    let urgent = |w: &Wishes| w.now != before.now;
    let urgent_already = {
        let any = async {
            let changed = wishes
                .wait_for(|w| urgent(w) || w.soon != before.soon || w.events != before.events)
                .await;
            changed.map(|w| urgent(&w)).ok()
        };
        match tokio::time::timeout(FALLBACK, any).await {
            Err(_) => return,
            Ok(Some(urgent)) => urgent,
            // The sender lives in `self`.
            Ok(None) => return std::future::pending().await,
        }
    };
    if !urgent_already {
        let _ = tokio::time::timeout(DEBOUNCE, wishes.wait_for(urgent)).await;
    }
}

/// The wall clock.
pub(crate) fn now() -> Millis {
    std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(Millis(0), |since| {
            Millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
        })
}
