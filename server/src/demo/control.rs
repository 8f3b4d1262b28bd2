//! The handle by which a test moves the engine.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use sidekick::protocol::LogStream;
use sidekick::time::Nanos;
use tokio_util::sync::CancellationToken;

use super::actions::Outcome;
use super::engine::Engine;
use super::events::EngineEvent;
use super::faults::{Fault, Kind};
use super::refusal::Refusal;
use super::spec::Spec;
use super::world::World;

/// Moves containers, prints lines and orders faults. Nothing here waits: a change is made when
/// the call returns. Cheap to clone; containers are named by name, id or unique id prefix.
#[derive(Clone, Debug)]
pub struct Control {
    pub(super) engine: Arc<Engine>,
    pub(super) cancel: CancellationToken,
}

impl Control {
    /// Makes a container, which is not started; whatever state its plan begins in.
    ///
    /// # Errors
    /// The name is taken or not allowed.
    pub fn create(&self, spec: Spec) -> Result<(), Refusal> {
        self.engine.with(|world, now| world.create(spec, now))
    }

    /// Makes a container and starts it.
    ///
    /// # Errors
    /// The name is taken or not allowed.
    pub fn run(&self, spec: Spec) -> Result<(), Refusal> {
        let name = spec.name.clone();
        self.create(spec)?;
        self.start(&name)
    }

    /// Starts a container; nothing happens where it runs.
    ///
    /// # Errors
    /// No such container, or it is paused.
    pub fn start(&self, key: &str) -> Result<(), Refusal> {
        self.act(|world, now| world.start(key, now))
    }

    /// Stops a container with exit code 0; nothing happens where it does not run.
    ///
    /// # Errors
    /// No such container.
    pub fn stop(&self, key: &str) -> Result<(), Refusal> {
        self.act(|world, now| world.stop(key, now))
    }

    /// Restarts a container: kill, die, stop, start, restart.
    ///
    /// # Errors
    /// No such container.
    pub fn restart(&self, key: &str) -> Result<(), Refusal> {
        self.act(|world, now| world.restart(key, now))
    }

    /// Lets a running container die by itself with an exit code; its restart policy applies.
    ///
    /// # Errors
    /// No such container, or it does not run.
    pub fn crash(&self, key: &str, exit_code: i64) -> Result<(), Refusal> {
        self.act(|world, now| {
            let index = world.find(key)?;
            if !world.units[index].state.is_up() {
                return Err(Refusal::conflict(format!("Container {key} is not running")));
            }
            world.crash(index, now, exit_code);
            Ok(Outcome::Done)
        })
    }

    /// Freezes a running container.
    ///
    /// # Errors
    /// No such container, or it does not run.
    pub fn pause(&self, key: &str) -> Result<(), Refusal> {
        self.act(|world, now| world.pause(key, now))
    }

    /// Lets a frozen container go on.
    ///
    /// # Errors
    /// No such container, or it is not paused.
    pub fn unpause(&self, key: &str) -> Result<(), Refusal> {
        self.act(|world, now| world.unpause(key, now))
    }

    /// Gives a container another name.
    ///
    /// # Errors
    /// No such container, or the name is taken or not allowed.
    pub fn rename(&self, key: &str, to: &str) -> Result<(), Refusal> {
        self.act(|world, now| world.rename(key, to, now))
    }

    /// Removes a container, also a running one.
    ///
    /// # Errors
    /// No such container.
    pub fn remove(&self, key: &str) -> Result<(), Refusal> {
        self.act(|world, now| world.remove(key, true, now))
    }

    /// The full id of a container.
    ///
    /// # Errors
    /// No such container.
    pub fn id(&self, key: &str) -> Result<String, Refusal> {
        self.engine
            .with(|world, _| world.get(key).map(|unit| unit.id.clone()))
    }

    /// Prints text now, each of its lines by itself. A newline at its end is not needed.
    ///
    /// # Errors
    /// No such container.
    pub fn print(&self, key: &str, stream: LogStream, text: &str) -> Result<(), Refusal> {
        self.print_bytes(key, stream, text.as_bytes())
    }

    /// Prints bytes that need not be UTF-8.
    ///
    /// # Errors
    /// No such container.
    pub fn print_bytes(&self, key: &str, stream: LogStream, text: &[u8]) -> Result<(), Refusal> {
        self.engine
            .with(|world, now| world.print(key, stream, text, now))
    }

    /// Prints text with a timestamp of the caller's choice, also one before that of the last
    /// line: what log rotation under a follower does.
    ///
    /// # Errors
    /// No such container.
    pub fn print_at(
        &self,
        key: &str,
        stream: LogStream,
        text: &str,
        at: Nanos,
    ) -> Result<(), Refusal> {
        self.print_bytes_at(key, stream, text.as_bytes(), at)
    }

    /// Prints bytes that need not be UTF-8, with a timestamp of the caller's choice.
    ///
    /// # Errors
    /// No such container.
    pub fn print_bytes_at(
        &self,
        key: &str,
        stream: LogStream,
        text: &[u8],
        at: Nanos,
    ) -> Result<(), Refusal> {
        self.engine
            .with(|world, _| world.print(key, stream, text, at))
    }

    /// Prints `lines` lines `flood 0`, `flood 1`, … to stdout at a steady rate in the background;
    /// a rate of 0 prints them before the call returns.
    ///
    /// # Errors
    /// No such container.
    pub fn flood(&self, key: &str, lines_per_s: u64, lines: u64) -> Result<(), Refusal> {
        let id = self.id(key)?;
        if lines_per_s == 0 {
            return self.flood_range(&id, 0, lines);
        }
        let control = self.clone();
        let cancel = self.cancel.clone();
        tokio::spawn(cancel.run_until_cancelled_owned(async move {
            let mut tick = tokio::time::interval(Duration::from_millis(10));
            let begun = tokio::time::Instant::now();
            let mut printed = 0;
            while printed < lines {
                tick.tick().await;
                let due = begun.elapsed().as_millis() as u64 * lines_per_s / 1000;
                let due = due.clamp(printed, lines);
                if control.flood_range(&id, printed, due).is_err() {
                    return;
                }
                printed = due;
            }
        }));
        Ok(())
    }

    /// Sends an event that no client understands, now: `text` instead of the event's JSON. It
    /// stays in the history, so `since` meets it again.
    pub fn emit_raw(&self, text: &str) {
        self.engine.with(|world, now| {
            world.events.push(EngineEvent {
                time: now,
                kind: "container",
                action: String::new(),
                id: String::new(),
                attributes: std::collections::BTreeMap::new(),
                raw: Some(text.to_owned()),
            });
        });
    }

    /// Sends a container event with an action of the caller's choice, such as
    /// `health_status: unhealthy`. The container's state does not change.
    ///
    /// # Errors
    /// No such container.
    pub fn emit(&self, key: &str, action: &str) -> Result<(), Refusal> {
        self.engine.with(|world, now| {
            let index = world.find(key)?;
            world.tell(index, now, action, &[]);
            Ok(())
        })
    }

    /// Orders a fault for the next request of a kind; several are used one after the other.
    pub fn fail_next(&self, kind: Kind, fault: Fault) {
        self.engine.faults.once(kind, fault);
    }

    /// Orders a fault for every request of a kind until [`Control::heal`].
    pub fn fail_always(&self, kind: Kind, fault: Fault) {
        self.engine.faults.always(kind, fault);
    }

    /// Takes back all faults. Responses under way keep theirs.
    pub fn heal(&self) {
        self.engine.faults.clear();
    }

    /// Requests of a kind whose connection is open and whose response has not ended.
    #[must_use]
    pub fn open_connections(&self, kind: Kind) -> u64 {
        self.engine.faults.open(kind)
    }

    /// Requests of a kind that ever came in.
    #[must_use]
    pub fn requests(&self, kind: Kind) -> u64 {
        self.engine.faults.seen(kind)
    }

    /// Lets every open follower of a log give so many records once more, as dockerd does at a
    /// rotation.
    ///
    /// # Errors
    /// No such container.
    pub fn replay(&self, key: &str, records: u64) -> Result<(), Refusal> {
        self.engine.with(|world, _| {
            let index = world.find(key)?;
            let unit = &mut world.units[index];
            unit.sent_back = (unit.sent_back.0 + 1, records);
            unit.changed.send_replace(());
            Ok(())
        })
    }

    /// Records of a container, counted from its first, that were let go of while a response that was
    /// to give them was under way, so that it went on behind them without a word, as dockerd does when a
    /// log is rotated too fast. The newest such runs.
    ///
    /// # Errors
    /// No such container.
    pub fn records_passed_over(&self, key: &str) -> Result<Vec<Range<u64>>, Refusal> {
        let id = self.id(key)?;
        Ok(self.engine.faults.records_passed_over(&id))
    }

    /// Breaks every open connection; new ones are taken.
    pub fn hang_up(&self) {
        self.engine.hang_up();
    }

    /// Stops listening, removes the socket and breaks every connection, as a killed daemon. The
    /// containers stay as they are.
    pub fn go_down(&self) {
        self.engine.up.send_replace(false);
        self.engine.hang_up();
    }

    /// Listens again after [`Control::go_down`].
    pub fn come_back(&self) {
        self.engine.up.send_replace(true);
    }

    fn flood_range(&self, id: &str, from: u64, to: u64) -> Result<(), Refusal> {
        self.engine.with(|world, now| {
            (from..to).try_for_each(|n| {
                world.print(id, LogStream::Stdout, format!("flood {n}").as_bytes(), now)
            })
        })
    }

    fn act(
        &self,
        action: impl FnOnce(&mut World, Nanos) -> Result<Outcome, Refusal>,
    ) -> Result<(), Refusal> {
        self.engine.with(action).map(drop)
    }
}
