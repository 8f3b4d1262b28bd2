//! Leptos components and client state: what the server renders and the browser makes live.
//!
//! | module | what it holds |
//! |---|---|
//! | [`route`] | addresses: which container, project or service, and which tab |
//! | [`state`] | [`Dashboard`](state::Dashboard), everything the page knows, as signals |
//! | `bind`, [`signal`] | views, events and signals with few types, so that the page is small |
//! | `live` | the browser's side of the websocket: bytes, timers, animation frames |
//! | `keyboard`, [`preferences`] | keys; theme and time zone |
//! | [`text`], [`icons`] | short texts and small drawings |
//! | `shell` | the HTML document around the page |
//! | `layout`, `sidebar`, `details` | the page itself |
//! | `snapshot` | a log as a file: saved, opened again |
//! | [`logs`], [`patterns`], [`groups`], [`stats`], [`charts`] | the views behind the tabs |
//!
//! There is no router: the page has one layout, and its address is one signal. The server
//! renders every path with [`shell`](shell::shell) as the application's function, whatever the
//! path is (`leptos_axum::render_app_to_stream_with_context` tells the page its path), gives it
//! [`InitialState`](state::InitialState) by context, and picks the status by
//! [`Route::parse`](route::Route::parse) and [`Route::exists`](route::Route::exists).

// A view is one deeply nested type.
#![recursion_limit = "256"]
#![allow(
    unreachable_pub,
    reason = "the component macro makes every component `pub`, whatever its author wrote"
)]

mod bind;
#[cfg(feature = "hydrate")]
mod browser;
pub mod charts;
mod compare;
mod corrections;
pub mod groups;
pub mod icons;
pub mod logs;
mod mutes;
pub mod patterns;
pub mod preferences;
mod pulse;
pub mod route;
pub mod signal;
pub mod state;
pub mod stats;
pub mod text;

mod details;
#[cfg(all(test, feature = "ssr"))]
mod first_paint;
#[cfg(feature = "hydrate")]
mod keyboard;
mod later;
pub mod layout;
#[cfg(feature = "hydrate")]
mod live;
mod shell;
mod sidebar;
mod snapshot;
#[cfg(test)]
mod test_data;

#[cfg(feature = "hydrate")]
pub use later::hydrate;
pub use layout::App;
pub use shell::shell;
pub use state::InitialState;
