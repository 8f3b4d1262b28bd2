//! What requests, the clock and the control handle share.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use sidekick::time::Nanos;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::faults::Faults;
use super::world::World;

/// How often time passes for the containers.
const TICK: Duration = Duration::from_millis(100);

/// The world behind its lock, and the switches of tests.
#[derive(Debug)]
pub(crate) struct Engine {
    world: Mutex<World>,
    pub(crate) faults: Faults,
    /// Whether it listens; a test can turn the engine off and on.
    pub(crate) up: watch::Sender<bool>,
    /// Ends every open connection; replaced when used.
    hang_up: Mutex<CancellationToken>,
}

impl Engine {
    pub(crate) fn new(world: World) -> Self {
        Self {
            world: Mutex::new(world),
            faults: Faults::default(),
            up: watch::Sender::new(true),
            hang_up: Mutex::new(CancellationToken::new()),
        }
    }

    /// Looks at or changes the world, now. Never held across an await.
    pub(crate) fn with<T>(&self, f: impl FnOnce(&mut World, Nanos) -> T) -> T {
        let mut world = self.world.lock().unwrap_or_else(PoisonError::into_inner);
        f(&mut world, clock())
    }

    /// The token that ends the connections made from here on.
    pub(crate) fn connection_token(&self) -> CancellationToken {
        let token = self.hang_up.lock().unwrap_or_else(PoisonError::into_inner);
        token.child_token()
    }

    /// Ends every open connection.
    pub(crate) fn hang_up(&self) {
        let mut token = self.hang_up.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *token).cancel();
    }

    /// Lets time pass until cancelled.
    pub(crate) async fn live(&self) {
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tick.tick().await;
            self.with(World::advance);
        }
    }
}

/// The machine's clock.
pub(crate) fn clock() -> Nanos {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Nanos(i64::try_from(since.as_nanos()).unwrap_or(i64::MAX))
}
