//! One container in full. Environment values that look secret leave only one by one, on request.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::HeaderMap;
use http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE, VARY};
use serde::Serialize;
use sidekick::model::{DETAILS_TYPE, Details, looks_secret};

use super::error::ApiError;
use crate::App;

/// `GET /api/containers/{id}`: the [`Details`] as JSON, `id` being an id or a name. As postcard
/// where `Accept` is [`DETAILS_TYPE`], as the page asks.
pub(super) async fn details(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let mut details = inspect(&app, &id).await?;
    for variable in &mut details.env {
        let value = variable.value.as_deref().unwrap_or_default();
        if looks_secret(&variable.key, value) {
            variable.value = None;
        }
    }
    if headers.get(ACCEPT).is_some_and(|v| v == DETAILS_TYPE)
        && let Some(bytes) = details.encode()
    {
        let head = [
            (CACHE_CONTROL, "no-store"),
            (CONTENT_TYPE, DETAILS_TYPE),
            (VARY, "accept"),
        ];
        return Ok((head, bytes).into_response());
    }
    Ok(([(VARY, "accept")], fresh(details)).into_response())
}

#[derive(Serialize)]
struct Value {
    value: String,
}

/// `GET /api/containers/{id}/env/{key}`: `{"value": "..."}` of one variable, secret or not.
pub(super) async fn env(
    State(app): State<Arc<App>>,
    Path((id, key)): Path<(String, String)>,
) -> Result<Response, ApiError> {
    let details = inspect(&app, &id).await?;
    details
        .env
        .into_iter()
        .find(|variable| variable.key == key)
        .and_then(|variable| variable.value)
        .map(|value| fresh(Value { value }))
        .ok_or_else(|| ApiError::NotFound("there is no such variable".to_owned()))
}

async fn inspect(app: &App, id: &str) -> Result<Details, ApiError> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-');
    if id.is_empty() || !id.bytes().all(plain) || id.starts_with('.') {
        return Err(ApiError::NotFound("there is no such container".to_owned()));
    }
    let client = app.hub.client().ok_or(ApiError::NoEngine)?;
    Ok(client.inspect(id).await?)
}

fn fresh<T: Serialize>(value: T) -> Response {
    ([(CACHE_CONTROL, "no-store")], Json(value)).into_response()
}
