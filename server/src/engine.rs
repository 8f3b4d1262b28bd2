//! Keeps the server on an engine: finds one, watches it, notices when it goes away, goes on
//! looking, and changes over when another one is to be used.

mod source;

use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use sidekick::model::{Engine, EngineError, EngineErrorKind, EngineStatus, Event};
use tokio::sync::{Notify, watch};

use self::source::{Demo, Source};
use crate::config::EngineChoice;
use crate::docker::{DockerClient, DockerError};
use crate::events::Happening;
use crate::metrics::Metrics;
use crate::state::{Changes, DockerState, Refresher, now};
use crate::streams::{EventHandler, EventWatcher, Hub};

/// How often an engine is looked for while none answers.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// How long a lost engine is waited for before another one is looked for.
const STAY: Duration = Duration::from_secs(60);

/// Keeps the server on an engine. Clones are handles.
#[derive(Clone)]
pub(crate) struct EngineKeeper {
    state: Arc<DockerState>,
    hub: Arc<Hub>,
    metrics: Arc<Metrics>,
    refresher: Refresher,
    /// Whether the first look is over: a list was read, or no engine answered.
    looked: Arc<watch::Sender<bool>>,
    demo_wanted: Arc<Notify>,
}

impl EngineKeeper {
    pub(crate) fn new(state: Arc<DockerState>, hub: Arc<Hub>, metrics: Arc<Metrics>) -> Self {
        Self {
            state,
            hub,
            metrics,
            refresher: Refresher::new(),
            looked: Arc::new(watch::Sender::new(false)),
            demo_wanted: Arc::default(),
        }
    }

    /// Waits until it is known whether an engine answers and what it has.
    pub(crate) async fn looked(&self) {
        // The sender lives as long as `self`.
        let _ = self.looked.subscribe().wait_for(|looked| *looked).await;
    }

    /// Reads the list again.
    pub(crate) fn refresh(&self) {
        self.refresher.now();
    }

    /// Shows the demo engine until a real one answers.
    ///
    /// # Errors
    /// For people, when an engine answers already.
    pub(crate) fn start_demo(&self) -> Result<(), String> {
        if let EngineStatus::Connected(engine) = self.state.engine() {
            return Err(format!(
                "{} answers; the demo is for when none does",
                engine.endpoint
            ));
        }
        self.demo_wanted.notify_one();
        Ok(())
    }

    /// Runs for ever.
    pub(crate) async fn run(self, choice: EngineChoice) {
        let mut source = match choice {
            EngineChoice::Find(sources) => Source {
                sources: Some(sources),
                demo: None,
            },
            EngineChoice::Demo => Source {
                sources: None,
                demo: self.new_demo(),
            },
        };
        let mut next = None;
        loop {
            let found = match next.take() {
                Some(found) => Ok(found),
                None => source.look().await,
            };
            match found {
                Ok((client, engine)) => {
                    self.adopt(&client, engine);
                    next = self.stay(&client, &mut source).await;
                    if next.is_some() {
                        // A real engine took the place of the demo.
                        source.demo = None;
                    }
                }
                Err(error) => {
                    self.unreachable(error);
                    tokio::select! {
                        () = tokio::time::sleep(LOOK_EVERY) => {}
                        () = self.demo_wanted.notified() => source.demo = self.new_demo(),
                    }
                }
            }
        }
    }

    /// From now on this is the engine.
    fn adopt(&self, client: &DockerClient, engine: Engine) {
        let before = self.hub.client();
        if before.is_none_or(|before| before.endpoint().url() != client.endpoint().url()) {
            self.hub.switch(client.clone());
            self.state.clear();
        }
        // A wish from before an engine answered must not bring the demo later.
        let _ = self.demo_wanted.notified().now_or_never();
        self.connected(engine);
    }

    /// Stays with an engine; returns the one to change over to, or `None` to look anew.
    async fn stay(
        &self,
        client: &DockerClient,
        source: &mut Source,
    ) -> Option<(DockerClient, Engine)> {
        let lost = Arc::new(Notify::new());
        let handler = Handler {
            keeper: self.clone(),
            lost: Arc::clone(&lost),
            gap: false,
        };
        let watcher = EventWatcher::new(client.clone(), Arc::clone(&self.metrics), handler);
        let kick = watcher.kick();
        let changed = |changes: Changes| {
            self.hub.apply(&changes);
            if changes.refresh {
                self.refresher.soon();
            }
            self.looked.send_replace(true);
        };
        let failed = |_: DockerError| {
            self.looked.send_replace(true);
            lost.notify_one();
        };
        tokio::select! {
            () = watcher.run() => None,
            () = self.refresher.run(client, &self.state, &self.metrics, changed, failed) => None,
            next = self.guard(client, source, &lost, &kick) => next,
        }
    }

    async fn guard(
        &self,
        client: &DockerClient,
        source: &mut Source,
        lost: &Notify,
        kick: &Notify,
    ) -> Option<(DockerClient, Engine)> {
        loop {
            tokio::select! {
                () = lost.notified() => {}
                () = tokio::time::sleep(LOOK_EVERY), if source.is_substitute() => {
                    if let Ok(found) = source.look_for_real().await {
                        return Some(found);
                    }
                    continue;
                }
            }
            // Perhaps only that stream broke.
            let Err(error) = client.engine().await else {
                continue;
            };
            self.unreachable(error.to_engine_error(client.endpoint()));
            let lost_at = tokio::time::Instant::now();
            loop {
                tokio::select! {
                    () = tokio::time::sleep(LOOK_EVERY) => {}
                    () = self.demo_wanted.notified() => {
                        source.demo = self.new_demo();
                        return None;
                    }
                }
                // The same one first, and for a while only that one: beside a daemon that is
                // restarted there may be another, which was not asked for.
                let found = match client.engine().await {
                    Ok(engine) => Ok((client.clone(), engine)),
                    Err(error) if !source.is_substitute() && lost_at.elapsed() < STAY => {
                        Err(error.to_engine_error(client.endpoint()))
                    }
                    Err(_) => source.look().await,
                };
                match found {
                    Ok((found, engine)) if found.endpoint().url() == client.endpoint().url() => {
                        self.connected(engine);
                        kick.notify_one();
                        self.refresher.now();
                        self.hub.retry_all();
                        break;
                    }
                    Ok(found) => return Some(found),
                    Err(error) => self.unreachable(error),
                }
            }
        }
    }

    fn connected(&self, engine: Engine) {
        self.metrics.record(Happening::EngineFound {
            endpoint: &engine.endpoint,
            chosen_by: &engine.chosen_by,
            version: &engine.version,
        });
        self.state.set_engine(EngineStatus::Connected(engine));
    }

    fn unreachable(&self, error: EngineError) {
        let status = EngineStatus::Unreachable(error);
        if self.state.engine() != status
            && let EngineStatus::Unreachable(error) = &status
        {
            self.metrics.record(Happening::EngineLost {
                endpoint: &error.endpoint,
                reason: &error.message,
            });
        }
        self.state.set_engine(status);
        self.looked.send_replace(true);
    }

    fn new_demo(&self) -> Option<Demo> {
        match Demo::start() {
            Ok(demo) => Some(demo),
            Err(error) => {
                self.unreachable(EngineError {
                    endpoint: "demo".to_owned(),
                    kind: EngineErrorKind::Other,
                    message: error.to_string(),
                    advice: "The demo engine needs a writable folder for temporary files (TMPDIR)."
                        .to_owned(),
                });
                None
            }
        }
    }
}

/// Carries what the watcher sees to state and streams.
struct Handler {
    keeper: EngineKeeper,
    lost: Arc<Notify>,
    /// Events may have been missed since the stream broke.
    gap: bool,
}

impl EventHandler for Handler {
    fn on_event(&mut self, event: Event) {
        let changes = self.keeper.state.process_event(&event);
        self.keeper.hub.apply(&changes);
        if changes != Changes::default() {
            self.keeper.refresher.outdate();
        }
        if changes.refresh {
            self.keeper.refresher.soon();
        }
    }

    fn on_error(&mut self, error: DockerError) {
        self.keeper.state.failed("events", error.to_string(), now());
        self.gap = true;
        self.lost.notify_one();
    }

    fn on_reconnect(&mut self) {
        self.keeper.state.recovered("events");
        self.keeper.refresher.now();
        if std::mem::take(&mut self.gap) {
            self.keeper.hub.retry_all();
        }
    }
}
