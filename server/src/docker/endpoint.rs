//! Which engine to talk to, and why that one.
//!
//! The order is that of the docker command: an explicit host, `DOCKER_HOST`, `DOCKER_CONTEXT`,
//! the current context of `config.json`, and then the sockets where engines usually listen.

mod context;
mod sockets;
mod url;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use sidekick::model::{EngineError, EngineErrorKind};

use super::{DockerError, error::advice};

/// Everything that decides about the endpoint, gathered in one value so that tests can make it.
#[derive(Clone, Debug)]
pub struct EndpointSources {
    /// Value of `--docker-host`.
    pub flag: Option<String>,
    /// Environment variables.
    pub env: BTreeMap<String, String>,
    /// Home folder of the user.
    pub home: Option<PathBuf>,
    /// Root of the file system that is searched for sockets: `/` outside of tests.
    pub root: PathBuf,
}

/// Where an engine listens, and why it was chosen.
#[derive(Clone, Debug)]
pub struct Endpoint {
    url: String,
    chosen_by: String,
    demo: bool,
    target: Target,
    base_path: String,
}

/// What to connect to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    Unix(PathBuf),
    Tcp {
        host: String,
        port: u16,
        tls: Option<TlsFiles>,
    },
    Ssh(SshTarget),
}

/// The files of a TLS connection; `None` where there is no such file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct TlsFiles {
    pub(super) ca: Option<PathBuf>,
    pub(super) cert: Option<PathBuf>,
    pub(super) key: Option<PathBuf>,
    /// Check the engine's certificate.
    pub(super) verify: bool,
}

/// The other end of an ssh connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SshTarget {
    /// The ssh command itself.
    pub(super) program: PathBuf,
    pub(super) user: Option<String>,
    pub(super) host: String,
    pub(super) port: Option<u16>,
    /// Path of the engine's socket over there; empty for that machine's default.
    pub(super) path: String,
}

impl EndpointSources {
    /// Those of this process.
    #[must_use]
    pub fn from_process(flag: Option<String>) -> Self {
        let env: BTreeMap<String, String> = std::env::vars_os()
            .filter_map(|(key, value)| Some((key.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        let home = env.get("HOME").map(PathBuf::from);
        Self {
            flag,
            env,
            home,
            root: PathBuf::from("/"),
        }
    }

    /// A variable that is set and not empty; the docker command takes an empty one for unset.
    fn var(&self, name: &str) -> Option<&str> {
        self.env
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    /// The folder of Docker's configuration.
    fn config_dir(&self) -> Option<PathBuf> {
        match self.var("DOCKER_CONFIG") {
            Some(dir) => Some(PathBuf::from(dir)),
            None => self.home.as_ref().map(|home| home.join(".docker")),
        }
    }

    /// TLS by the environment: on with DOCKER_TLS_VERIFY or DOCKER_TLS, checked with the first.
    fn tls(&self) -> Option<TlsFiles> {
        let verify = self.var("DOCKER_TLS_VERIFY").is_some();
        (verify || self.var("DOCKER_TLS").is_some()).then(|| self.tls_files(verify))
    }

    fn tls_files(&self, verify: bool) -> TlsFiles {
        let dir = self
            .var("DOCKER_CERT_PATH")
            .map(PathBuf::from)
            .or_else(|| self.config_dir());
        dir.map_or_else(TlsFiles::default, |dir| TlsFiles::in_folder(&dir, verify))
    }
}

impl TlsFiles {
    fn in_folder(dir: &Path, verify: bool) -> Self {
        let existing = |name: &str| Some(dir.join(name)).filter(|path| path.exists());
        Self {
            ca: existing("ca.pem"),
            cert: existing("cert.pem"),
            key: existing("key.pem"),
            verify,
        }
    }
}

impl Endpoint {
    /// Finds the engine as the docker command does.
    ///
    /// Reads configuration files and, where nothing is configured, tries which of the usual
    /// sockets answers: call it outside of hot paths.
    ///
    /// # Errors
    /// An [`EngineError`] of kind `Configuration` where a setting names something unusable.
    pub fn resolve(sources: &EndpointSources) -> Result<Self, EngineError> {
        if let Some(host) = sources.flag.as_deref().filter(|host| !host.is_empty()) {
            return explicit(host, "--docker-host", sources);
        }
        if let Some(host) = sources.var("DOCKER_HOST") {
            return explicit(host, "DOCKER_HOST", sources);
        }
        let (name, chosen_by) = match sources.var("DOCKER_CONTEXT") {
            Some(name) => (Some(name.to_owned()), format!("DOCKER_CONTEXT \"{name}\"")),
            None => {
                let name = context::current(sources);
                let chosen_by = format!("context \"{}\"", name.as_deref().unwrap_or_default());
                (name, chosen_by)
            }
        };
        match name {
            Some(name) if name != "default" => context::endpoint(&name, &chosen_by, sources)
                .map_err(|error| misconfigured(&name, &chosen_by, &error)),
            _ => Ok(sockets::find(sources)),
        }
    }

    /// An engine on a unix socket.
    pub fn unix(path: impl AsRef<Path>, chosen_by: impl Into<String>) -> Self {
        let path = path.as_ref().to_owned();
        Self {
            url: format!("unix://{}", path.display()),
            chosen_by: chosen_by.into(),
            demo: false,
            target: Target::Unix(path),
            base_path: String::new(),
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

    pub(super) fn target(&self) -> &Target {
        &self.target
    }

    pub(super) fn base_path(&self) -> &str {
        &self.base_path
    }

    /// Replaces the ssh command by another program.
    #[cfg(test)]
    pub(super) fn with_ssh_program(mut self, program: &Path) -> Self {
        if let Target::Ssh(target) = &mut self.target {
            target.program = program.to_owned();
        }
        self
    }
}

fn explicit(
    host: &str,
    chosen_by: &str,
    sources: &EndpointSources,
) -> Result<Endpoint, EngineError> {
    let tls = sources.tls();
    // https:// means TLS even where no variable asks for it.
    let https = || sources.tls_files(true);
    url::parse(host, chosen_by, tls, https).map_err(|error| misconfigured(host, chosen_by, &error))
}

fn misconfigured(endpoint: &str, chosen_by: &str, error: &DockerError) -> EngineError {
    let endpoint = url::without_password(endpoint);
    EngineError {
        kind: EngineErrorKind::Configuration,
        message: error.to_string(),
        advice: advice(EngineErrorKind::Configuration, &endpoint, chosen_by),
        endpoint,
    }
}

#[cfg(test)]
mod tests;
