//! What the dashboard knows of the engine: one list of containers, kept current by events and
//! corrected by full reads, told to all pages as a snapshot and then deltas.
//!
//! [`model`] is the pure part. [`refresh`] reads the list, one reading at a time.

mod model;
mod refresh;

use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use sidekick::model::{Container, ContainerId, EngineStatus, Event};
use sidekick::protocol::{ServerMessage, Snapshot};
use sidekick::time::Millis;
use tokio::sync::{broadcast, watch};

pub(crate) use model::Changes;
use model::Model;
pub(crate) use refresh::{Refresher, now};

/// Updates that a page may lag behind before it gets a fresh snapshot instead.
const UPDATES: usize = 512;

/// The state of the dashboard. Shared by everything that runs in the server.
#[derive(Debug)]
pub(crate) struct DockerState {
    model: Mutex<Model>,
    updates: broadcast::Sender<Bytes>,
    revision: watch::Sender<u64>,
}

impl DockerState {
    /// Knows nothing yet of the engine at `endpoint`.
    pub(crate) fn new(endpoint: String) -> Self {
        Self {
            model: Mutex::new(Model::new(endpoint)),
            updates: broadcast::Sender::new(UPDATES),
            revision: watch::Sender::new(0),
        }
    }

    /// The whole state now.
    pub(crate) fn snapshot(&self) -> Snapshot {
        self.lock().snapshot()
    }

    /// The whole state now, and what changes from then on: encoded messages that follow the
    /// snapshot without hole or overlap.
    pub(crate) fn subscribe(&self) -> (Snapshot, broadcast::Receiver<Bytes>) {
        let model = self.lock();
        (model.snapshot(), self.updates.subscribe())
    }

    /// The revision, to wait for changes.
    pub(crate) fn revisions(&self) -> watch::Receiver<u64> {
        self.revision.subscribe()
    }

    /// How the server stands to its engine.
    pub(crate) fn engine(&self) -> EngineStatus {
        self.lock().engine().clone()
    }

    /// The name of a container, also of one that is gone.
    pub(crate) fn name(&self, id: &ContainerId) -> Option<String> {
        self.lock().name(id).map(str::to_owned)
    }

    /// The containers that a rule names, by name.
    pub(crate) fn members(&self, has: impl Fn(&Container) -> bool) -> Vec<(ContainerId, String)> {
        self.lock().members(has)
    }

    /// The engine's standing changed.
    pub(crate) fn set_engine(&self, engine: EngineStatus) {
        let mut model = self.lock();
        if *model.engine() != engine {
            let delta = model.set_engine(engine);
            self.publish(delta);
        }
    }

    /// Forgets all containers, because another engine is used from now on, whose list has not
    /// been read yet.
    pub(crate) fn clear(&self) {
        let mut model = self.lock();
        model.clear();
        self.publish(ServerMessage::Snapshot(model.snapshot()));
    }

    /// Applies an event of the engine and tells the pages of it.
    pub(crate) fn process_event(&self, event: &Event) -> Changes {
        let mut model = self.lock();
        let (changes, delta) = model.process_event(event, now());
        if let Some(delta) = delta {
            self.publish(delta);
        }
        if !event.action.starts_with("exec_") {
            // Nobody may be connected; that is no error.
            let _ = self
                .updates
                .send(ServerMessage::Event(event.clone()).encode().into());
        }
        changes
    }

    /// Takes a full list, read at `now`.
    pub(crate) fn replace(&self, containers: Vec<Container>, now: Millis) -> Changes {
        let mut model = self.lock();
        let (changes, delta) = model.replace(containers, now);
        self.publish(delta);
        changes
    }

    /// A part of the state could not be read; the old data stays.
    pub(crate) fn failed(&self, resource: &str, message: String, now: Millis) {
        let mut model = self.lock();
        if let Some(delta) = model.failed(resource, message, now) {
            self.publish(delta);
        }
    }

    /// A part of the state can be read again.
    pub(crate) fn recovered(&self, resource: &str) {
        let mut model = self.lock();
        if let Some(delta) = model.recovered(resource) {
            self.publish(delta);
        }
    }

    /// Called with the model locked, so that updates leave in the order of their revisions.
    fn publish(&self, update: ServerMessage) {
        if let ServerMessage::Delta { revision, .. }
        | ServerMessage::Snapshot(Snapshot { revision, .. }) = &update
        {
            self.revision.send_replace(*revision);
        }
        // Nobody may be connected; that is no error.
        let _ = self.updates.send(update.encode().into());
    }

    fn lock(&self) -> MutexGuard<'_, Model> {
        // No code panics while it holds the lock; if one did, the next list corrects it.
        self.model.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
