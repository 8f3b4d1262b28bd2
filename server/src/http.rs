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
use http::header::{CONTENT_TYPE, ETAG, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS};
use http::{Extensions, HeaderMap, HeaderName, HeaderValue, StatusCode, Version};
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{Predicate, SizeAbove};

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
        .layer(compression())
        .with_state(app)
}

/// Compresses answers that are worth it.
fn compression() -> CompressionLayer<impl Predicate> {
    let worth = SizeAbove::new(1024).and(is_made_for_the_request);
    CompressionLayer::new().compress_when(worth)
}

/// Whether an answer is text that no file holds: those of the site are compressed already, and their
/// tags are of what they are.
fn is_made_for_the_request(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    let kind = headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes);
    kind.is_some_and(|it| it.starts_with(b"text/")) && !headers.contains_key(ETAG)
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
        app.metrics.render(skipped, |id| app.state.name(id)),
    )
}

/// `GET /healthz`: 200 while the server serves, whether or not an engine answers.
async fn healthz() -> &'static str {
    "ok\n"
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, VARY};
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    use super::*;

    async fn answer(headers: &'static [(HeaderName, &'static str)], size: usize) -> Response {
        let text = "line ".repeat(size / 5);
        let respond = move || async move {
            let mut response = Response::new(Body::from(text));
            for (name, value) in headers {
                let value = HeaderValue::from_static(value);
                response.headers_mut().insert(name, value);
            }
            response
        };
        let router: Router = Router::new().route("/", get(respond)).layer(compression());
        let request = Request::get("/").header(ACCEPT_ENCODING, "gzip, br");
        let request = request.body(Body::empty()).unwrap();
        router.oneshot(request).await.unwrap()
    }

    #[tokio::test]
    async fn pages_are_compressed_and_files_are_sent_as_their_tag_says() {
        const PAGE: &[(HeaderName, &str)] = &[(CONTENT_TYPE, "text/html; charset=utf-8")];
        let page = answer(PAGE, 100_000).await;
        assert_eq!(page.headers()[CONTENT_ENCODING], "gzip");
        assert_eq!(page.headers()[VARY], "accept-encoding");
        let bytes = page.into_body().collect().await.unwrap().to_bytes();
        assert!(bytes.len() < 1000, "{} bytes", bytes.len());
        const FILE: &[(HeaderName, &str)] = &[(CONTENT_TYPE, "text/css"), (ETAG, "\"a-id\"")];
        const DATA: &[(HeaderName, &str)] = &[(CONTENT_TYPE, "application/wasm")];
        for (headers, size) in [(FILE, 100_000), (DATA, 100_000), (PAGE, 500)] {
            let response = answer(headers, size).await;
            assert!(!response.headers().contains_key(CONTENT_ENCODING));
            let bytes = response.into_body().collect().await.unwrap().to_bytes();
            assert_eq!(bytes.len(), size);
        }
    }
}
