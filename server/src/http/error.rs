//! What a request gets instead of an answer.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;

use crate::docker::DockerError;

/// Why a request was not answered. The body is `{"error": "..."}`.
#[derive(Debug)]
pub(crate) enum ApiError {
    /// 404: there is no such thing.
    NotFound(String),
    /// 502: the engine failed to answer.
    Engine(DockerError),
    /// 503: no engine was found yet.
    NoEngine,
}

impl From<DockerError> for ApiError {
    fn from(error: DockerError) -> Self {
        if error.is_not_found() {
            Self::NotFound("there is no such container".to_owned())
        } else {
            Self::Engine(error)
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let (status, error) = match self {
            Self::NotFound(what) => (StatusCode::NOT_FOUND, what),
            Self::Engine(error) => (StatusCode::BAD_GATEWAY, error.to_string()),
            Self::NoEngine => (
                StatusCode::SERVICE_UNAVAILABLE,
                "no Docker engine answers".to_owned(),
            ),
        };
        (status, Json(serde_json::json!({ "error": error }))).into_response()
    }
}
