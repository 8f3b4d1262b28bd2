//! HTTP: one table of routes, and what holds for every request.

mod assets;
mod containers;
mod error;
mod origin;
mod pages;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::header::{CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS};
use http::{HeaderName, HeaderValue, StatusCode};

use crate::App;
use crate::events::Happening;

pub(crate) use assets::Assets;
pub(crate) use origin::HostRules;

/// All routes.
pub(crate) fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/api/live", get(crate::live::open))
        .route("/api/containers/{id}", get(containers::details))
        .route("/api/containers/{id}/env/{key}", get(containers::env))
        .route("/metrics", get(metrics))
        .route("/healthz", get(healthz))
        // Files of the site and all pages.
        .fallback(pages::file_or_page)
        .layer(middleware::from_fn_with_state(Arc::clone(&app), guard))
        .layer(middleware::map_response(headers))
        .with_state(app)
}

/// Turns away foreign pages: see [`origin`]. The Origin comes first, before any other check.
async fn guard(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    let reason = if request.uri().path().starts_with("/api/") && !app.rules.origin_allowed(headers)
    {
        "This page may not use the API of another site (Origin). If it is reached by a name and \
         port that should be served here, start with --allow-host NAME:PORT.\n"
    } else if !app.rules.host_allowed(headers) {
        "This host name is not served here. If it should be, start with --allow-host NAME.\n"
    } else {
        return next.run(request).await;
    };
    app.metrics.record(Happening::RequestForbidden {
        reason: reason.trim_end(),
    });
    (StatusCode::FORBIDDEN, reason).into_response()
}

async fn headers(mut response: Response) -> Response {
    const OPENER: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
    const RESOURCE: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
    for (name, value) in [
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
        (REFERRER_POLICY, "no-referrer"),
        (OPENER, "same-origin"),
        (RESOURCE, "same-origin"),
    ] {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    response
}

/// `GET /metrics`: Prometheus's text format.
async fn metrics(State(app): State<Arc<App>>) -> impl IntoResponse {
    let skipped = app
        .hub
        .client()
        .map_or(0, |client| client.skipped_records());
    (
        [(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")],
        app.metrics.render(skipped),
    )
}

/// `GET /healthz`: 200 while the server serves, whether or not an engine answers.
async fn healthz() -> &'static str {
    "ok\n"
}
