//! Which engine to talk to, and why that one.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use sidekick::model::EngineError;

/// Everything that decides about the endpoint, gathered in one value so that tests can make it.
#[derive(Clone, Debug, Default)]
pub struct EndpointSources {
    /// Value of `--docker-host`.
    pub flag: Option<String>,
    /// Environment variables.
    pub env: BTreeMap<String, String>,
    /// Home folder of the user.
    pub home: Option<PathBuf>,
}

impl EndpointSources {
    /// Those of this process.
    #[must_use]
    pub fn from_process(flag: Option<String>) -> Self {
        let env: BTreeMap<String, String> = std::env::vars_os()
            .filter_map(|(k, v)| Some((k.into_string().ok()?, v.into_string().ok()?)))
            .collect();
        let home = env.get("HOME").map(PathBuf::from);
        Self { flag, env, home }
    }
}

/// Where an engine listens, and why it was chosen.
#[derive(Clone, Debug)]
pub struct Endpoint {
    url: String,
    chosen_by: String,
    demo: bool,
}

impl Endpoint {
    /// Finds the engine as the docker command does.
    ///
    /// # Errors
    /// An [`EngineError`] of kind `Configuration` where a setting names something unusable.
    pub fn resolve(sources: &EndpointSources) -> Result<Self, EngineError> {
        let _ = sources;
        Ok(Self::unix("/var/run/docker.sock", "default"))
    }

    /// An engine on a unix socket.
    pub fn unix(path: impl AsRef<Path>, chosen_by: impl Into<String>) -> Self {
        Self {
            url: format!("unix://{}", path.as_ref().display()),
            chosen_by: chosen_by.into(),
            demo: false,
        }
    }

    /// The demo engine that is built in, on its private socket.
    pub fn demo(path: impl AsRef<Path>) -> Self {
        Self {
            demo: true,
            ..Self::unix(path, "demo")
        }
    }

    /// Where it listens, such as `unix:///var/run/docker.sock`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Why it was chosen, for people: `--docker-host`, `DOCKER_HOST`, `context "x"`, `default`.
    #[must_use]
    pub fn chosen_by(&self) -> &str {
        &self.chosen_by
    }

    /// Whether it is the demo engine.
    #[must_use]
    pub fn is_demo(&self) -> bool {
        self.demo
    }
}
