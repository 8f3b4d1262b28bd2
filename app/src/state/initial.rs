//! What the server puts into the page, so that the first paint is complete and the browser
//! draws the very same thing when it takes over.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use sidekick::model::EngineStatus;
use sidekick::protocol::Snapshot;
use sidekick::time::Millis;

use crate::route::Route;

/// What the server knows when it renders a page; it provides this by context.
#[derive(Clone, Debug)]
pub struct InitialState(pub Snapshot);

/// What travels inside the page.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Initial {
    pub(crate) snapshot: Snapshot,
    /// The server's clock, against which uptimes are told.
    pub(crate) now: Millis,
}

impl Initial {
    /// On the server: from context. In the browser: from the page.
    pub(crate) fn shared() -> Self {
        SharedValue::new(|| Self {
            snapshot: use_context::<InitialState>().map_or_else(nothing, |state| state.0),
            now: server_now(),
        })
        .into_inner()
    }
}

/// The address of this page.
pub(crate) fn first_route() -> Route {
    // leptos_axum tells a whole URL, with a host of its own.
    #[cfg(feature = "ssr")]
    let path = use_context::<leptos_router::location::RequestUrl>()
        .and_then(|url| url.parse().ok())
        .map_or_else(|| "/".to_owned(), |url| url.path().to_owned());
    #[cfg(all(feature = "hydrate", not(feature = "ssr")))]
    let path = location_pathname().unwrap_or_default();
    #[cfg(not(any(feature = "hydrate", feature = "ssr")))]
    let path = "/".to_owned();
    Route::of(&path)
}

fn nothing() -> Snapshot {
    Snapshot {
        revision: 0,
        engine: EngineStatus::Connecting {
            endpoint: String::new(),
        },
        containers: Vec::new(),
        errors: Vec::new(),
        refreshed: None,
    }
}

#[cfg(feature = "ssr")]
fn server_now() -> Millis {
    std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(Millis(0), |since| Millis(since.as_millis() as i64))
}

#[cfg(not(feature = "ssr"))]
fn server_now() -> Millis {
    // Never asked: the browser reads what the server wrote. Zero shows no uptime.
    Millis(0)
}
