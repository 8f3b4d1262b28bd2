//! Who answers: asked through bollard on our own transport.

use std::{io, sync::Arc, time::Duration};

use bollard::{API_DEFAULT_VERSION, BollardRequest, Docker, errors::Error as BollardError};
use serde_json::Value;
use sidekick::model::Engine;
use tokio::time::timeout;

use super::{
    DockerError, Endpoint, json,
    transport::{Transport, timed_out},
};

const PATH: &str = "/version";

/// Pings the engine and asks for its version.
pub(super) async fn engine(
    transport: &Arc<Transport>,
    endpoint: &Endpoint,
) -> Result<Engine, DockerError> {
    // Over ssh there is a login on the way.
    let within = Duration::from_secs(if transport.is_ssh() { 15 } else { 5 });
    let docker = docker(transport.clone(), within)?;
    let asked = async {
        docker.ping().await.map_err(ours)?;
        match docker.version().await {
            Ok(version) => Ok([
                version.version,
                version.api_version,
                version.os,
                version.arch,
            ]
            .map(Option::unwrap_or_default)),
            // A field of a type that bollard does not expect: read what is there.
            Err(BollardError::JsonDataError { .. } | BollardError::JsonSerdeError { .. }) => {
                let version: Value = transport.get_json(PATH, within).await?;
                Ok(["Version", "ApiVersion", "Os", "Arch"].map(|key| json::string(&version, key)))
            }
            Err(error) => Err(ours(error)),
        }
    };
    let [version, api_version, os, arch] = timeout(within, asked)
        .await
        .unwrap_or_else(|_| Err(timed_out(PATH, within)))
        .map_err(no_engine)?;
    if version.is_empty() && api_version.is_empty() {
        return Err(DockerError::Protocol(
            "the answer to /version names no version".to_owned(),
        ));
    }
    Ok(Engine {
        endpoint: endpoint.url().to_owned(),
        chosen_by: endpoint.chosen_by().to_owned(),
        version,
        api_version,
        platform: format!("{os}/{arch}"),
        demo: endpoint.is_demo(),
    })
}

/// bollard on our transport.
fn docker(transport: Arc<Transport>, within: Duration) -> Result<Docker, DockerError> {
    let send = move |request: BollardRequest| {
        let transport = transport.clone();
        async move {
            transport
                .send(request, within)
                .await
                .map_err(|error| BollardError::IOError {
                    err: io::Error::other(error),
                })
        }
    };
    Docker::connect_with_custom_transport(
        send,
        Some("http://localhost"),
        within.as_secs(),
        API_DEFAULT_VERSION,
    )
    .map_err(ours)
}

/// An engine knows these two paths; what does not is some other server.
fn no_engine(error: DockerError) -> DockerError {
    match error {
        DockerError::Status {
            status: 404 | 405, ..
        } => DockerError::Protocol(error.to_string()),
        other => other,
    }
}

/// Our error back out of bollard's, or the nearest one.
fn ours(error: BollardError) -> DockerError {
    match error {
        BollardError::IOError { err } => match err.downcast::<DockerError>() {
            Ok(error) => error,
            Err(err) => DockerError::Interrupted(err.to_string()),
        },
        BollardError::DockerResponseServerError {
            status_code,
            message,
        } => DockerError::Status {
            status: status_code,
            message,
        },
        BollardError::RequestTimeoutError => DockerError::Timeout {
            request: PATH.to_owned(),
            after: Duration::from_secs(5),
        },
        other => DockerError::Protocol(other.to_string()),
    }
}
