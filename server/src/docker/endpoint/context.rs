//! Contexts of the docker command: named endpoints in `~/.docker/contexts`.

use std::{fs, path::Path};

use serde_json::Value;

use super::super::json;
use super::{DockerError, Endpoint, EndpointSources, TlsFiles, url};

/// The current context of `config.json`, `None` where none is set.
pub(super) fn current(sources: &EndpointSources) -> Option<String> {
    let path = sources.config_dir()?.join("config.json");
    let bytes = fs::read(&path).ok()?;
    match serde_json::from_slice::<Value>(&bytes) {
        Ok(config) => Some(json::string(&config, "currentContext")).filter(|name| !name.is_empty()),
        Err(error) => {
            // The docker command warns and goes on with the default too.
            tracing::warn!(path = %path.display(), %error, "cannot read Docker's configuration");
            None
        }
    }
}

/// The endpoint of a context.
///
/// Its folder is named by the SHA-256 of the context's name. The file inside holds the name
/// itself, so looking through the few folders finds the same one.
pub(super) fn endpoint(
    name: &str,
    chosen_by: &str,
    sources: &EndpointSources,
) -> Result<Endpoint, DockerError> {
    let contexts = sources
        .config_dir()
        .ok_or_else(|| DockerError::Configuration("the home folder is unknown".to_owned()))?
        .join("contexts");
    let (folder, meta) = find(&contexts.join("meta"), name).ok_or_else(|| {
        DockerError::Configuration(format!(
            "there is no context \"{name}\" in {}",
            contexts.display()
        ))
    })?;
    let docker = meta.pointer("/Endpoints/docker").ok_or_else(|| {
        DockerError::Configuration(format!("context \"{name}\" has no Docker endpoint"))
    })?;
    let verify = !json::flag(docker, "SkipTLSVerify");
    let tls_folder = contexts.join("tls").join(folder).join("docker");
    let files = TlsFiles::in_folder(&tls_folder, verify);
    let has_material = files.ca.is_some() || files.cert.is_some() || !verify;
    let host = json::text(docker, "Host");
    url::parse(host, chosen_by, has_material.then(|| files.clone()), || {
        files
    })
}

fn find(meta: &Path, name: &str) -> Option<(std::ffi::OsString, Value)> {
    fs::read_dir(meta).ok()?.flatten().find_map(|folder| {
        let bytes = fs::read(folder.path().join("meta.json")).ok()?;
        let value: Value = serde_json::from_slice(&bytes).ok()?;
        (json::text(&value, "Name") == name).then(|| (folder.file_name(), value))
    })
}
