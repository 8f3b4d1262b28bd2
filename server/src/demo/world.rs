//! All containers and the events that they send; [`life`] lets time pass.
//!
//! The world has no clock and does no I/O: whoever holds it says what time it is. The past is
//! made by the same code as the present, by letting an hour pass in a moment.

mod life;

use std::collections::{BTreeMap, VecDeque};

use sidekick::protocol::LogStream;
use sidekick::time::Nanos;
use tokio::sync::watch;

use super::DemoOptions;
use super::events::{EngineEvent, EventLog};
use super::load::Meter;
use super::log_ring::LogRing;
use super::refusal::Refusal;
use super::rng::Rng;
use super::spec::Spec;
use super::unit::{State, Unit};
use super::voice::Speaker;

const SECOND: i64 = 1_000_000_000;

/// Removed containers that are kept for their followers.
const REMOVED: usize = 4;

/// The whole pretended engine.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) units: Vec<Unit>,
    /// The last few removed containers: their followers still get the last lines.
    removed: VecDeque<Unit>,
    pub(crate) events: EventLog,
    pub(crate) booted: Nanos,
    rng: Rng,
    quiet: bool,
    max_lines: usize,
    max_bytes: usize,
    now: Nanos,
}

impl World {
    /// An empty world. In a `quiet` one nothing happens by itself but time and counters.
    pub(crate) fn new(options: &DemoOptions, now: Nanos) -> Self {
        Self {
            units: Vec::new(),
            removed: VecDeque::new(),
            events: EventLog::new(),
            booted: Nanos(now.0 - 9 * 86_400 * SECOND),
            rng: Rng::new(options.seed),
            quiet: options.quiet,
            max_lines: options.max_lines.max(1),
            max_bytes: options.max_bytes,
            now,
        }
    }

    /// Makes a container and tells so; it is not started.
    pub(crate) fn create(&mut self, spec: Spec, now: Nanos) -> Result<(), Refusal> {
        let index = self.insert(spec, now)?;
        self.tell(index, now, "create", &[]);
        Ok(())
    }

    /// The index of the container with this id, unique id prefix or name.
    pub(crate) fn find(&self, key: &str) -> Result<usize, Refusal> {
        let name = key.trim_start_matches('/');
        let exact = self
            .units
            .iter()
            .position(|u| u.id == key || u.name == name);
        if let Some(index) = exact {
            return Ok(index);
        }
        let mut matching = self
            .units
            .iter()
            .enumerate()
            .filter(|(_, u)| u.id.starts_with(key));
        match (matching.next(), matching.next()) {
            (Some((index, _)), None) if !key.is_empty() => Ok(index),
            (Some(_), Some(_)) if !key.is_empty() => Err(Refusal::bad_request(format!(
                "Multiple IDs found with provided prefix: {key}"
            ))),
            _ => Err(Refusal::no_such_container(key)),
        }
    }

    /// The container with this id, id prefix or name.
    pub(crate) fn get(&self, key: &str) -> Result<&Unit, Refusal> {
        self.find(key).map(|index| &self.units[index])
    }

    /// Prints text: whole lines, one record each (or more where long), at one time.
    pub(crate) fn print(
        &mut self,
        key: &str,
        stream: LogStream,
        text: &[u8],
        at: Nanos,
    ) -> Result<(), Refusal> {
        let index = self.find(key)?;
        let unit = &mut self.units[index];
        let body = text.strip_suffix(b"\n").unwrap_or(text);
        for line in body.split(|&b| b == b'\n') {
            write(unit, at, stream, line);
        }
        unit.changed.send_replace(());
        Ok(())
    }

    /// Wakes when the container's log or state changed; fails when it is gone.
    pub(crate) fn watch(&self, index: usize) -> watch::Receiver<()> {
        self.units[index].changed.subscribe()
    }

    /// Removes a container's record; its followers end.
    pub(crate) fn forget(&mut self, index: usize, now: Nanos) {
        self.tell(index, now, "destroy", &[]);
        let unit = self.units.remove(index);
        unit.changed.send_replace(());
        self.removed.push_back(unit);
        if self.removed.len() > REMOVED {
            self.removed.pop_front();
        }
    }

    /// The container with this full id, and whether it was removed.
    pub(crate) fn with_id(&self, id: &str) -> Option<(&Unit, bool)> {
        let living = self.units.iter().find(|u| u.id == id).map(|u| (u, false));
        living.or_else(|| self.removed.iter().find(|u| u.id == id).map(|u| (u, true)))
    }

    /// Sends a container event with the attributes dockerd gives it.
    pub(crate) fn tell(&mut self, index: usize, now: Nanos, action: &str, extra: &[(&str, &str)]) {
        let unit = &self.units[index];
        let mut attributes: BTreeMap<String, String> = unit.spec.labels.iter().cloned().collect();
        attributes.insert("image".to_owned(), unit.spec.image.clone());
        attributes.insert("name".to_owned(), unit.name.clone());
        for (key, value) in extra {
            attributes.insert((*key).to_owned(), (*value).to_owned());
        }
        let event = EngineEvent {
            time: now,
            kind: "container",
            action: action.to_owned(),
            id: unit.id.clone(),
            attributes,
            raw: None,
        };
        self.events.push(event);
    }

    fn tell_network(&mut self, index: usize, now: Nanos, action: &str) {
        let unit = &self.units[index];
        let name = unit.network();
        let attributes = [
            ("container", unit.id.as_str()),
            ("name", name.as_str()),
            ("type", "bridge"),
        ]
        .map(|(k, v)| (k.to_owned(), v.to_owned()));
        let event = EngineEvent {
            time: now,
            kind: "network",
            action: action.to_owned(),
            id: id_of(&name, 64),
            attributes: attributes.into(),
            raw: None,
        };
        self.events.push(event);
    }

    fn insert(&mut self, spec: Spec, created: Nanos) -> Result<usize, Refusal> {
        self.free_name(&spec.name)?;
        let mut rng = Rng::new(self.rng.next());
        let unit = Unit {
            id: rng.hex(64),
            name: spec.name.clone(),
            state: State::Created,
            created,
            started: None,
            finished: None,
            exit_code: 0,
            oom_killed: false,
            restarts: 0,
            pid: 0,
            health: None,
            failing_streak: 0,
            next_health: None,
            next_line: None,
            next_crash: None,
            restart_at: None,
            run: 0,
            run_began: 0,
            sent_back: (0, 0),
            meter: Meter::new(rng.next(), spec.load, created),
            log: LogRing::new(self.max_lines, self.max_bytes),
            speaker: Speaker::new(spec.voice, rng.next()),
            rng,
            changed: watch::Sender::new(()),
            spec,
        };
        self.units.push(unit);
        Ok(self.units.len() - 1)
    }

    /// Refuses a name that is not allowed or taken.
    pub(crate) fn free_name(&self, name: &str) -> Result<(), Refusal> {
        let allowed = name.len() >= 2
            && name.starts_with(|c: char| c.is_ascii_alphanumeric())
            && name
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "_.-".contains(c));
        if !allowed {
            return Err(Refusal::bad_request(format!(
                "Invalid container name ({name}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed"
            )));
        }
        match self.units.iter().find(|u| u.name == name) {
            Some(owner) => Err(Refusal::conflict(format!(
                "Conflict. The container name \"/{name}\" is already in use by container \"{}\". \
                 You have to remove (or rename) that container to be able to reuse that name.",
                owner.id
            ))),
            None => Ok(()),
        }
    }
}

/// An id that belongs to a name.
pub(crate) fn id_of(name: &str, digits: usize) -> String {
    let seed = name.bytes().fold(0xCBF2_9CE4_8422_2325u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3)
    });
    Rng::new(seed).hex(digits)
}

/// Writes one line. A terminal has one stream, and ends lines with a carriage return.
fn write(unit: &mut Unit, at: Nanos, stream: LogStream, line: &[u8]) {
    if unit.spec.tty {
        let mut text = line.to_vec();
        text.push(b'\r');
        unit.log.push_line(at, LogStream::Stdout, &text);
    } else {
        unit.log.push_line(at, stream, line);
    }
}
