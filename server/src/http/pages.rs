//! The pages, rendered by the app with the state as it is now.

use std::sync::Arc;
use std::time::Duration;

use app::InitialState;
use app::route::Route;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::header::{ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY};
use http::{HeaderValue, Method, StatusCode};
use leptos::config::{Env, LeptosOptions};
use leptos::prelude::{provide_context, use_context};
use leptos_axum::ResponseOptions;
use leptos_router::location::RequestUrl;

use crate::App;

/// How long the first paint waits for the first list after the start of the server, so that it
/// is complete.
const FIRST_LIST: Duration = Duration::from_secs(3);

/// Whatever is no API: a file of the site, or a page.
pub(super) async fn file_or_page(State(app): State<Arc<App>>, request: Request) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return (StatusCode::METHOD_NOT_ALLOWED, [(ALLOW, "GET, HEAD")]).into_response();
    }
    let path = request.uri().path();
    if let Some(file) = app.assets.get(path, request.headers()).await {
        return file.map(Body::from);
    }
    let package = format!("/{}/", app.leptos.site_pkg_dir);
    if path.starts_with("/api/") || path.starts_with(&package) {
        return (StatusCode::NOT_FOUND, "There is nothing here.\n").into_response();
    }
    page(&app, request).await
}

async fn page(app: &App, request: Request) -> Response {
    // Without a list in time the page says that it is connecting.
    let _ = tokio::time::timeout(FIRST_LIST, app.engine.looked()).await;
    let snapshot = app.state.snapshot();
    let known = Route::parse(request.uri().path()).is_some_and(|route| route.exists(&snapshot));
    let path = request.uri().path().to_owned();
    let context = {
        let options = app.leptos.clone();
        move || {
            // leptos_axum gives an absolute address of an invented host; the page wants its path.
            provide_context(RequestUrl::new(&path));
            provide_context(InitialState(snapshot.clone()));
            protect(&options);
        }
    };
    let options = app.leptos.clone();
    let render = leptos_axum::render_app_to_stream_with_context(context, move || {
        app::shell(options.clone())
    });
    let mut response = render(request).await;
    if !known {
        *response.status_mut() = StatusCode::NOT_FOUND;
    }
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Scripts run only from our own files or with this answer's nonce. `wasm-unsafe-eval` is what
/// WebAssembly needs; style attributes are what the server renders for positions.
fn protect(options: &LeptosOptions) {
    let (Some(nonce), Some(response)) = (
        use_context::<leptos::nonce::Nonce>(),
        use_context::<ResponseOptions>(),
    ) else {
        return;
    };
    // cargo-leptos tells a page that is being developed to reload over a websocket of its own.
    let reload = match options.env {
        Env::DEV => format!(" ws://{}:{}", options.site_addr.ip(), options.reload_port),
        Env::PROD => String::new(),
    };
    let policy = format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; \
         style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data:; \
         font-src 'self'; manifest-src 'self'; connect-src 'self'{reload}; base-uri 'none'; \
         form-action 'self'; frame-ancestors 'none'"
    );
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        response.insert_header(CONTENT_SECURITY_POLICY, policy);
    }
}
