//! Where an engine may be, and who answers there.

use std::os::unix::fs::DirBuilderExt as _;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use sidekick::model::{Engine, EngineError, EngineErrorKind};

use crate::demo::{DemoEngine, DemoOptions};
use crate::docker::{DockerClient, Endpoint, EndpointSources};

/// Where an engine may be.
pub(super) struct Source {
    /// How a real one is found; `None` where only the demo is wanted.
    pub(super) sources: Option<EndpointSources>,
    pub(super) demo: Option<Demo>,
}

impl Source {
    /// Whether the demo stands in for a real engine that does not answer.
    pub(super) fn is_substitute(&self) -> bool {
        self.demo.is_some() && self.sources.is_some()
    }

    /// The engine to use: the demo where it is wanted and no real one answers.
    pub(super) async fn look(&mut self) -> Result<(DockerClient, Engine), EngineError> {
        if self.is_substitute()
            && let Ok(found) = self.look_for_real().await
        {
            self.demo = None;
            return Ok(found);
        }
        match &self.demo {
            Some(demo) => connect(Endpoint::demo(&demo.socket)).await,
            None => self.look_for_real().await,
        }
    }

    /// The real engine, where one answers.
    pub(super) async fn look_for_real(&self) -> Result<(DockerClient, Engine), EngineError> {
        let Some(sources) = &self.sources else {
            return Err(EngineError {
                endpoint: "demo".to_owned(),
                kind: EngineErrorKind::Other,
                message: "the demo engine could not be started".to_owned(),
                advice: "Start without --demo to use a real engine.".to_owned(),
            });
        };
        connect(Endpoint::resolve(sources)?).await
    }
}

async fn connect(endpoint: Endpoint) -> Result<(DockerClient, Engine), EngineError> {
    let client =
        DockerClient::new(endpoint.clone()).map_err(|error| error.to_engine_error(&endpoint))?;
    match client.engine().await {
        Ok(engine) => Ok((client, engine)),
        Err(error) => Err(error.to_engine_error(&endpoint)),
    }
}

/// The demo engine on a socket in a folder of its own, which goes with it.
pub(super) struct Demo {
    socket: PathBuf,
    folder: PathBuf,
    _engine: DemoEngine,
}

impl Demo {
    pub(super) fn start() -> std::io::Result<Self> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!(
            "sidekick-docker-demo-{}-{number}",
            std::process::id()
        ));
        // Nobody else may look in.
        std::fs::DirBuilder::new().mode(0o700).create(&folder)?;
        let socket = folder.join("docker.sock");
        let engine = DemoEngine::start(&socket, DemoOptions::default())?;
        Ok(Self {
            socket,
            folder,
            _engine: engine,
        })
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        // What is left of it is an empty folder for temporary files.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
