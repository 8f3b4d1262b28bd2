//! An embedded engine that speaks the Docker Engine API on a private socket.
//!
//! The product talks to it as to any daemon, so there is one code path; `docker ps`, `logs`,
//! `stats` and `events` can be pointed at it; tests order faults from it that a real daemon
//! shows once in a year. It lives in memory only and runs nothing.
//!
//! | module | what it holds |
//! |---|---|
//! | `spec`, `fleet` | what a container is made from; the believable dozen |
//! | `world`, `unit`, `actions` | states, events and the passing of time, without clock or I/O |
//! | `voice`, `load`, `log_ring`, `events` | what containers print, what they use, what is kept |
//! | `socket`, `http`, `faults` | the API on the socket, and its faults |
//! | `control` | the handle of tests |

mod actions;
mod control;
mod engine;
mod events;
mod faults;
mod filters;
mod fleet;
mod http;
mod load;
mod log_ring;
mod refusal;
mod rng;
mod socket;
mod spec;
mod unit;
mod voice;
mod world;

use std::io;
use std::path::Path;
use std::sync::Arc;

use sidekick::time::Nanos;
use tokio_util::sync::{CancellationToken, DropGuard};

pub use self::control::Control;
pub use self::faults::{Fault, Kind};
pub use self::refusal::Refusal;
pub use self::spec::{Begin, Health, Load, Spec};
pub use self::voice::Voice;

use self::engine::Engine;
use self::world::World;

const SECOND: i64 = 1_000_000_000;

/// How a demo engine begins.
#[derive(Clone, Debug)]
pub struct DemoOptions {
    /// The containers; `None` is a believable dozen in two Compose projects.
    pub containers: Option<Vec<Spec>>,
    /// The same seed gives the same ids, lines and curves, up to the time of the start.
    pub seed: u64,
    /// Nothing is printed, dies or changes its health by itself.
    pub quiet: bool,
    /// Seconds of past lines and events that exist at the start. Quiet engines have none.
    pub history_s: u32,
    /// Lines (parts of long ones count) kept per container.
    pub max_lines: usize,
    /// Text kept per container, in bytes.
    pub max_bytes: usize,
}

impl Default for DemoOptions {
    fn default() -> Self {
        Self {
            containers: None,
            seed: 1,
            quiet: false,
            history_s: 3_600,
            max_lines: 20_000,
            max_bytes: 16 << 20,
        }
    }
}

impl DemoOptions {
    /// A quiet engine with just these containers: everything in it is done by the test.
    #[must_use]
    pub fn quiet(containers: Vec<Spec>) -> Self {
        Self {
            containers: Some(containers),
            quiet: true,
            history_s: 0,
            ..Self::default()
        }
    }
}

/// A running demo engine. Dropping it ends its tasks and connections and removes the socket.
#[derive(Debug)]
pub struct DemoEngine {
    control: Control,
    _socket: socket::SocketFile,
    _cancel: DropGuard,
}

impl DemoEngine {
    /// Starts an engine on a unix socket, which only the own user can open. Needs a tokio
    /// runtime. When it returns, connections are taken.
    ///
    /// # Errors
    /// Something listens on the socket, or the path is no socket or cannot be used; or
    /// two of the given containers have one name (`InvalidInput`).
    pub fn start(socket: &Path, options: DemoOptions) -> io::Result<Self> {
        let world = populate(options, engine::clock())
            .map_err(|refusal| io::Error::new(io::ErrorKind::InvalidInput, refusal))?;
        let engine = Arc::new(Engine::new(world));
        let cancel = CancellationToken::new();
        let (listener, file) = socket::bind(socket)?;
        tokio::spawn(cancel.clone().run_until_cancelled_owned(socket::serve(
            listener,
            file.clone(),
            engine.clone(),
            cancel.clone(),
        )));
        let alive = engine.clone();
        let living = async move { alive.live().await };
        tokio::spawn(cancel.clone().run_until_cancelled_owned(living));
        Ok(Self {
            control: Control {
                engine,
                cancel: cancel.clone(),
            },
            _socket: file,
            _cancel: cancel.drop_guard(),
        })
    }

    /// The handle of tests.
    #[must_use]
    pub fn control(&self) -> Control {
        self.control.clone()
    }
}

/// Makes the world and lets its past happen.
fn populate(options: DemoOptions, now: Nanos) -> Result<World, Refusal> {
    let history_s = if options.quiet { 0 } else { options.history_s };
    let begin = Nanos(now.0 - i64::from(history_s) * SECOND);
    let mut world = World::new(&options, begin);
    for spec in options.containers.unwrap_or_else(fleet::believable) {
        world.place(spec, begin)?;
    }
    let freeze_s = i64::from(history_s) * 3 / 4;
    for second in 0..=i64::from(history_s) {
        let at = Nanos(begin.0 + second * SECOND);
        world.advance(at);
        if second == freeze_s {
            world.freeze(at);
        }
    }
    Ok(world)
}
