//! The pure part of the state: what an event or a list changes, and the delta that says so.

use std::collections::{BTreeMap, VecDeque};

use sidekick::model::{
    Container, ContainerId, ContainerState, EngineStatus, Event, EventKind, Health, ResourceError,
};
use sidekick::protocol::{ServerMessage, Snapshot};
use sidekick::time::Millis;

/// Containers that are gone whose names are remembered.
const GONE: usize = 1000;

/// How long the engine's list may lag behind its events, in milliseconds. dockerd 20.10 was seen to
/// call a container running half a second after it had told that it died.
const LAG_MS: i64 = 5_000;

/// What a change means for the streams, and whether the list has to be read again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Changes {
    /// Containers whose run began.
    pub(crate) started: Vec<ContainerId>,
    /// Containers whose run ended.
    pub(crate) stopped: Vec<ContainerId>,
    /// Containers that are gone.
    pub(crate) removed: Vec<ContainerId>,
    /// The list has to be read again: the event told less than it would, or it does not know yet
    /// what an event told.
    pub(crate) refresh: bool,
}

#[derive(Debug)]
pub(super) struct Model {
    revision: u64,
    engine: EngineStatus,
    containers: BTreeMap<ContainerId, Container>,
    /// When an event told that a container is there, or that a run began or ended, since the last list but
    /// [`LAG_MS`].
    heard: BTreeMap<ContainerId, Millis>,
    /// Names of those that are gone, the latest last: pages still show their logs.
    gone: VecDeque<(ContainerId, String)>,
    errors: Vec<ResourceError>,
    refreshed: Option<Millis>,
}

impl Model {
    pub(super) fn new(endpoint: String) -> Self {
        Self {
            revision: 0,
            engine: EngineStatus::Connecting { endpoint },
            containers: BTreeMap::new(),
            heard: BTreeMap::new(),
            gone: VecDeque::new(),
            errors: Vec::new(),
            refreshed: None,
        }
    }

    pub(super) fn engine(&self) -> &EngineStatus {
        &self.engine
    }

    /// The name of a container, the last one where it is gone.
    pub(super) fn name(&self, id: &ContainerId) -> Option<&str> {
        let known = self.containers.get(id).map(|known| &known.name);
        let gone = || self.gone.iter().rev().find(|(gone, _)| gone == id);
        known.or_else(|| Some(&gone()?.1)).map(String::as_str)
    }

    fn remember(&mut self, gone: Container) {
        if self.gone.len() == GONE {
            self.gone.pop_front();
        }
        self.gone.push_back((gone.id, gone.name));
    }

    pub(super) fn snapshot(&self) -> Snapshot {
        let mut containers: Vec<_> = self.containers.values().cloned().collect();
        containers.sort_by(|a, b| a.name.cmp(&b.name));
        Snapshot {
            revision: self.revision,
            engine: self.engine.clone(),
            containers,
            errors: self.errors.clone(),
            refreshed: self.refreshed,
        }
    }

    pub(super) fn members(&self, has: impl Fn(&Container) -> bool) -> Vec<(ContainerId, String)> {
        let mut members: Vec<_> = self
            .containers
            .values()
            .filter(|it| has(it))
            .map(|c| (c.id.clone(), c.name.clone()))
            .collect();
        members.sort_by(|a, b| a.1.cmp(&b.1));
        members
    }

    pub(super) fn set_engine(&mut self, engine: EngineStatus) -> ServerMessage {
        self.engine = engine;
        self.delta(Vec::new(), Vec::new(), true, false)
    }

    /// Forgets what is known of the engine's containers; the snapshot has the next revision.
    pub(super) fn clear(&mut self) {
        self.revision += 1;
        for (_, container) in std::mem::take(&mut self.containers) {
            self.remember(container);
        }
        self.heard.clear();
        self.errors.clear();
        self.refreshed = None;
    }

    /// Takes a list that was read at `now`. Where it contradicts what an event told right before,
    /// the event is right: the list is to be read again.
    pub(super) fn replace(
        &mut self,
        containers: Vec<Container>,
        now: Millis,
    ) -> (Changes, ServerMessage) {
        let mut changes = Changes::default();
        let mut changed = Vec::new();
        let mut before = std::mem::take(&mut self.containers);
        // A clock that was set back tells nothing.
        let fresh = 0..LAG_MS;
        self.heard.retain(|_, at| fresh.contains(&now.since(*at)));
        for mut container in containers {
            let old = before.remove(&container.id);
            if let Some(old) = &old {
                let heard = self.heard.contains_key(&container.id);
                if heard && is_up(&old.state) != is_up(&container.state) {
                    container = old.clone();
                    changes.refresh = true;
                }
                keep_what_the_list_lacks(old, &mut container);
            }
            note(old.as_ref(), &container, &mut changes);
            if old.as_ref() != Some(&container) {
                changed.push(container.clone());
            }
            self.containers.insert(container.id.clone(), container);
        }
        for (id, container) in before {
            if self.heard.contains_key(&id) {
                changes.refresh = true;
                self.containers.insert(id, container);
                continue;
            }
            changes.removed.push(id);
            self.remember(container);
        }
        self.refreshed = Some(now);
        let errors = self.errors.len();
        self.errors.retain(|error| error.resource != "containers");
        let removed = changes.removed.clone();
        let delta = self.delta(changed, removed, false, errors != self.errors.len());
        (changes, delta)
    }

    pub(super) fn failed(
        &mut self,
        resource: &str,
        message: String,
        now: Millis,
    ) -> Option<ServerMessage> {
        if let Some(known) = self.errors.iter_mut().find(|e| e.resource == resource) {
            if known.message == message {
                return None;
            }
            known.message = message;
            known.at = now;
        } else {
            self.errors.push(ResourceError {
                resource: resource.to_owned(),
                message,
                at: now,
            });
        }
        Some(self.delta(Vec::new(), Vec::new(), false, true))
    }

    pub(super) fn recovered(&mut self, resource: &str) -> Option<ServerMessage> {
        let before = self.errors.len();
        self.errors.retain(|error| error.resource != resource);
        if before == self.errors.len() {
            return None;
        }
        // Containers may have been started anew while no event told; the list does not say
        // exactly when, so that its words count from now on.
        let mut changed = Vec::new();
        if resource == "events" {
            for container in self.containers.values_mut() {
                let told = (container.started.take(), container.finished.take());
                if told != (None, None) {
                    changed.push(container.clone());
                }
            }
        }
        Some(self.delta(changed, Vec::new(), false, true))
    }

    /// What an event tells right away; the list tells the rest. Events of health checks and of
    /// `docker exec` change nothing that is shown. It came at `now`, by the clock of the lists.
    pub(super) fn process_event(
        &mut self,
        event: &Event,
        now: Millis,
    ) -> (Changes, Option<ServerMessage>) {
        let mut changes = Changes::default();
        if event.kind != EventKind::Container {
            return (changes, None);
        }
        let id = ContainerId(event.id.clone());
        let action = event.action.split(':').next().unwrap_or_default();
        if action == "destroy" {
            let delta = self.containers.remove(&id).map(|gone| {
                self.remember(gone);
                changes.removed.push(id.clone());
                self.heard.remove(&id);
                self.delta(Vec::new(), vec![id], false, false)
            });
            return (changes, delta);
        }
        let old = self.containers.get(&id).cloned();
        let Some(mut new) = old.clone().or_else(|| created(event)) else {
            changes.refresh = !is_noise(action);
            return (changes, None);
        };
        changes.refresh = !is_noise(action);
        apply(action, event, &mut new);
        // A quick restart leaves the same state, but its streams have to go on.
        match action {
            "start" => changes.started.push(id.clone()),
            "die" => changes.stopped.push(id.clone()),
            _ => {}
        }
        if matches!(action, "create" | "start" | "die" | "stop") {
            self.heard.insert(id.clone(), now);
        }
        if old.as_ref() == Some(&new) {
            return (changes, None);
        }
        self.containers.insert(id, new.clone());
        (
            changes,
            Some(self.delta(vec![new], Vec::new(), false, false)),
        )
    }

    fn delta(
        &mut self,
        changed: Vec<Container>,
        removed: Vec<ContainerId>,
        engine: bool,
        errors: bool,
    ) -> ServerMessage {
        self.revision += 1;
        ServerMessage::Delta {
            revision: self.revision,
            engine: engine.then(|| self.engine.clone()),
            changed,
            removed,
            errors: errors.then(|| self.errors.clone()),
            refreshed: self.refreshed,
        }
    }
}

/// Events after which the list reads as before.
fn is_noise(action: &str) -> bool {
    action.starts_with("exec_")
        || matches!(
            action,
            "attach"
                | "detach"
                | "top"
                | "resize"
                | "copy"
                | "archive-path"
                | "extract-to-dir"
                | "export"
                | "commit"
                | "kill"
        )
}

fn apply(action: &str, event: &Event, container: &mut Container) {
    let at = Some(event.time.millis());
    match action {
        "start" => {
            container.state = ContainerState::Running;
            "Up just now".clone_into(&mut container.status);
            container.started = at;
            container.finished = None;
            container.exit_code = None;
        }
        "unpause" => {
            container.state = ContainerState::Running;
            container.status = container.status.replace(" (Paused)", "");
        }
        "pause" => {
            container.state = ContainerState::Paused;
            if !container.status.contains("(Paused)") {
                container.status.push_str(" (Paused)");
            }
        }
        "die" => {
            container.state = ContainerState::Exited;
            container.health = None;
            container.finished = at;
            container.exit_code = event
                .attribute("exitCode")
                .and_then(|code| code.parse().ok());
            container.status = match container.exit_code {
                Some(code) => format!("Exited ({code}) just now"),
                None => "Exited".to_owned(),
            };
        }
        "stop" if container.state.is_alive() => {
            container.state = ContainerState::Exited;
            container.finished = at;
            "Exited".clone_into(&mut container.status);
        }
        "rename" => {
            if let Some(name) = event.attribute("name").or(event.name.as_deref()) {
                name.trim_start_matches('/').clone_into(&mut container.name);
            }
        }
        "health_status" => {
            container.health = match event.action.split(':').nth(1).map(str::trim) {
                Some("healthy") => Some(Health::Healthy),
                Some("unhealthy") => Some(Health::Unhealthy),
                Some("starting") => Some(Health::Starting),
                // Podman puts it into an attribute; the list will tell.
                _ => container.health,
            };
        }
        _ => {}
    }
}

/// A container as far as the event of its creation tells.
fn created(event: &Event) -> Option<Container> {
    if event.action != "create" {
        return None;
    }
    let id = ContainerId(event.id.clone());
    let name = event.name.as_deref().or(event.attribute("name"))?;
    let label = |key| event.attribute(key).map(str::to_owned);
    Some(Container {
        image: label("image").unwrap_or_default(),
        created: Some(event.time.millis()),
        project: label("com.docker.compose.project"),
        service: label("com.docker.compose.service"),
        number: label("com.docker.compose.container-number").and_then(|n| n.parse().ok()),
        ..Container::created(id, name.trim_start_matches('/').to_owned())
    })
}

/// The list says since when only in words; what events told exactly stays while it still holds.
fn keep_what_the_list_lacks(old: &Container, new: &mut Container) {
    if old.state.is_alive() == new.state.is_alive() {
        new.started = new.started.or(old.started);
        new.finished = new.finished.or(old.finished);
        new.exit_code = new.exit_code.or(old.exit_code);
    }
}

fn note(old: Option<&Container>, new: &Container, changes: &mut Changes) {
    let was = old.is_some_and(|c| is_up(&c.state));
    match (was, is_up(&new.state)) {
        (false, true) => changes.started.push(new.id.clone()),
        (true, false) => changes.stopped.push(new.id.clone()),
        _ => {}
    }
}

fn is_up(state: &ContainerState) -> bool {
    matches!(state, ContainerState::Running | ContainerState::Paused)
}

#[cfg(test)]
mod tests;
