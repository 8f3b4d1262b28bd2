//! The server: the only room that knows Docker. It reads logs, stats and events once, however
//! many pages look, and pushes them over one websocket a page.
//!
//! ```text
//! analyze    `sidekick-docker analyze`: the page's analytics for files and pipes
//! config     the command line, made into a Config that cannot be wrong
//! docker     the client of a Docker engine; its types stop there
//! demo       an engine of our own that speaks Docker's API
//! engine     finds an engine, stays with it, changes over
//! state      the list of containers: events, full reads, deltas
//! streams    logs, stats and events: one upstream a container, shared by all viewers
//! live       the websocket
//! http       routes, Host and Origin rules, files, pages
//! viewer     a viewer without a page
//! tail       `sidekick-docker tail`: such a viewer, which prints
//! events     what happens inside, each with its log line and its metric
//! metrics    the numbers
//! ```
//!
//! A line goes docker -> streams -> live; no stage calls back into an earlier one. What comes
//! the other way is subscriptions, credits and cursors.

// The type of a rendered page nests as deep as the page does.
#![recursion_limit = "512"]

pub mod analyze;
pub mod config;
pub mod demo;
pub mod docker;
mod engine;
mod events;
mod http;
mod live;
pub mod metrics;
mod state;
mod streams;
pub mod tail;
pub mod viewer;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use leptos::config::LeptosOptions;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use self::config::{Config, EngineChoice};
use self::docker::Endpoint;
use self::engine::EngineKeeper;
use self::http::{Assets, HostRules};
use self::metrics::Metrics;
use self::state::DockerState;
use self::streams::Hub;

/// How long open requests may take after the end was asked for.
const LAST_REQUESTS: Duration = Duration::from_secs(3);

/// What all requests share.
pub(crate) struct App {
    pub(crate) state: Arc<DockerState>,
    pub(crate) hub: Arc<Hub>,
    pub(crate) engine: EngineKeeper,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) rules: HostRules,
    pub(crate) assets: Assets,
    pub(crate) leptos: LeptosOptions,
    pub(crate) shutdown: CancellationToken,
}

/// A server that runs. Dropping it ends it at once; [`stop`](Self::stop) lets requests finish.
pub struct Running {
    /// Where it listens, with the port that was picked.
    pub addr: SocketAddr,
    /// Its numbers.
    pub metrics: Arc<Metrics>,
    shutdown: CancellationToken,
    server: JoinHandle<std::io::Result<()>>,
    _keeper: AbortOnDropHandle<()>,
}

/// Serves the dashboard until the returned value is stopped or dropped.
///
/// # Errors
/// When the address cannot be listened on. An engine that does not answer is no error: pages
/// say so, and it is looked for.
pub async fn serve(config: Config) -> anyhow::Result<Running> {
    // Leptos renders on the runtime that is here. A second server in one process finds it set.
    let _ = any_spawner::Executor::init_tokio();
    let listener = TcpListener::bind(config.addr).await.with_context(|| {
        let addr = config.addr;
        format!("cannot listen on {addr}; --addr HOST:0 picks a port that is free")
    })?;
    let addr = listener
        .local_addr()
        .context("the listening socket has no address")?;
    let metrics = Arc::new(Metrics::default());
    let state = Arc::new(DockerState::new(wanted(&config.engine)));
    let hub = Arc::new(Hub::new(Arc::clone(&state), Arc::clone(&metrics)));
    let engine = EngineKeeper::new(Arc::clone(&state), Arc::clone(&hub), Arc::clone(&metrics));
    let shutdown = CancellationToken::new();
    let keeper = tokio::spawn(engine.clone().run(config.engine));
    let app = Arc::new(App {
        state,
        hub,
        engine,
        metrics: Arc::clone(&metrics),
        rules: HostRules::new(addr, config.allow_hosts),
        assets: Assets::new(&config.leptos.site_root),
        leptos: config.leptos,
        shutdown: shutdown.clone(),
    });
    let server = axum::serve(listener, http::router(app))
        .with_graceful_shutdown(shutdown.clone().cancelled_owned());
    Ok(Running {
        addr,
        metrics,
        shutdown,
        server: tokio::spawn(server.into_future()),
        _keeper: AbortOnDropHandle::new(keeper),
    })
}

impl Running {
    /// Ends the server: websockets are closed, open requests get a few seconds.
    pub async fn stop(mut self) {
        self.shutdown.cancel();
        // Whether it ended in time or not, it ends with the drop.
        let _ = tokio::time::timeout(LAST_REQUESTS, &mut self.server).await;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.shutdown.cancel();
        self.server.abort();
    }
}

/// Where the engine will be looked for first, for the page that comes before the answer.
fn wanted(choice: &EngineChoice) -> String {
    match choice {
        EngineChoice::Demo => "demo".to_owned(),
        EngineChoice::Find(sources) => match Endpoint::resolve(sources) {
            Ok(endpoint) => endpoint.url().to_owned(),
            Err(error) => error.endpoint,
        },
    }
}
