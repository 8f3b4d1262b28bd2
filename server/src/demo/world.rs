//! All containers, the network of events between them, and the passing of time.
//!
//! The world has no clock and does no I/O: whoever holds it says what time it is. The past is
//! made by the same code as the present, by letting an hour pass in a moment.

use std::collections::{BTreeMap, VecDeque};

use sidekick::protocol::LogStream;
use sidekick::time::Nanos;
use tokio::sync::watch;

use super::events::{EngineEvent, EventLog};
use super::load::Meter;
use super::log_ring::LogRing;
use super::refusal::Refusal;
use super::rng::Rng;
use super::spec::{Begin, Health, Spec};
use super::unit::{State, Unit};
use super::voice::Speaker;

const SECOND: i64 = 1_000_000_000;
/// After the machine slept, no more than this much is made up for.
const CATCH_UP: i64 = 60 * SECOND;
/// Bytes of log text a container keeps.
const MAX_LOG_BYTES: usize = 16 * 1024 * 1024;

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
    now: Nanos,
}

impl World {
    /// An empty world. In a `quiet` one nothing happens by itself but time and counters.
    pub(crate) fn new(seed: u64, quiet: bool, max_lines: usize, now: Nanos) -> Self {
        Self {
            units: Vec::new(),
            removed: VecDeque::new(),
            events: EventLog::new(),
            booted: Nanos(now.0 - 9 * 86_400 * SECOND),
            rng: Rng::new(seed),
            quiet,
            max_lines: max_lines.max(1),
            now,
        }
    }

    /// Puts a container into the state it begins in, without events. Those that begin paused run
    /// until [`World::freeze`], so that they have something to show.
    pub(crate) fn place(&mut self, spec: Spec, now: Nanos) -> Result<(), Refusal> {
        let begin = spec.begin;
        let ago = |s: u32| Nanos(now.0 - i64::from(s) * SECOND);
        let made = ago(spec.created_ago_s.saturating_add(3));
        let index = self.insert(spec, made)?;
        let quiet = self.quiet;
        let unit = &mut self.units[index];
        match begin {
            Begin::Created => {}
            Begin::Running(s) | Begin::Paused(s) => {
                unit.begin_run(ago(s));
                unit.meter.rest(now);
                unit.meter.backdate(f64::from(s));
                if s > 15 {
                    unit.health = match unit.spec.health {
                        Health::None => None,
                        Health::Healthy => Some("healthy"),
                        Health::Unhealthy => Some("unhealthy"),
                    };
                    unit.failing_streak = if unit.health == Some("unhealthy") {
                        u64::from(s) / 30
                    } else {
                        0
                    };
                    unit.next_health = (unit.spec.health == Health::Unhealthy)
                        .then_some(Nanos(now.0 + 400 * SECOND));
                }
                unit.plan_line(now);
                if let Some(at) = unit.next_crash {
                    unit.next_crash = Some(Nanos(at.0.max(now.0 + 30 * SECOND)));
                }
            }
            Begin::Exited { code, ago_s, ran_s } => {
                let (from, to) = (ago(ago_s.saturating_add(ran_s)), ago(ago_s));
                unit.begin_run(from);
                if !quiet {
                    let greeting = unit.speaker.greet(from);
                    say(unit, from, greeting);
                    let mut at = unit.next_line;
                    while let Some(time) = at.filter(|t| t.0 < to.0) {
                        let lines = unit.speaker.speak(time);
                        say(unit, time, lines);
                        unit.plan_line(time);
                        at = unit.next_line;
                    }
                    let farewell = unit.speaker.die(to, code);
                    say(unit, to, farewell);
                }
                unit.end_run(to, code);
            }
        }
        Ok(())
    }

    /// Pauses the running containers that are to begin paused.
    pub(crate) fn freeze(&mut self, now: Nanos) {
        for index in 0..self.units.len() {
            let unit = &mut self.units[index];
            if matches!(unit.spec.begin, Begin::Paused(_)) && unit.state == State::Running {
                unit.state = State::Paused;
                self.tell(index, now, "pause", &[]);
            }
        }
    }

    /// Makes a container and tells so; it is not started.
    pub(crate) fn create(&mut self, spec: Spec, now: Nanos) -> Result<(), Refusal> {
        let index = self.insert(spec, now)?;
        self.tell(index, now, "create", &[]);
        Ok(())
    }

    /// Lets time pass until `now`.
    pub(crate) fn advance(&mut self, now: Nanos) {
        let from = Nanos(self.now.0.max(now.0 - CATCH_UP));
        self.now = Nanos(self.now.0.max(now.0));
        for index in 0..self.units.len() {
            match self.units[index].state {
                State::Running => self.live(index, from, now),
                State::Restarting => {
                    if self.units[index].restart_at.is_some_and(|at| at.0 <= now.0) {
                        self.run(index, now);
                    }
                }
                State::Created | State::Paused | State::Exited => self.units[index].meter.rest(now),
            }
        }
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

    /// Starts a run, with its greeting and event.
    pub(crate) fn run(&mut self, index: usize, now: Nanos) {
        let again = self.units[index].state == State::Restarting;
        let unit = &mut self.units[index];
        unit.begin_run(now);
        if again {
            unit.restarts += 1;
        }
        if !self.quiet {
            let lines = unit.speaker.greet(now);
            say(unit, now, lines);
        }
        self.tell_network(index, now, "connect");
        self.tell(index, now, "start", &[]);
    }

    /// Ends a run, with its event.
    pub(crate) fn end(&mut self, index: usize, now: Nanos, code: i64) {
        let unit = &mut self.units[index];
        unit.end_run(now, code);
        let seconds = unit.started.map_or(0, |at| (now.0 - at.0).max(0) / SECOND);
        self.tell_network(index, now, "disconnect");
        self.tell(
            index,
            now,
            "die",
            &[
                ("execDuration", &seconds.to_string()),
                ("exitCode", &code.to_string()),
            ],
        );
    }

    /// Lets a container say that it was asked to end.
    pub(crate) fn farewell(&mut self, index: usize, now: Nanos) {
        if !self.quiet && self.units[index].state == State::Running {
            let unit = &mut self.units[index];
            let lines = unit.speaker.leave(now);
            say(unit, now, lines);
        }
    }

    /// Dies by itself; its restart policy decides what comes next.
    pub(crate) fn crash(&mut self, index: usize, now: Nanos, code: i64) {
        let unit = &mut self.units[index];
        if !self.quiet {
            let lines = unit.speaker.die(now, code);
            say(unit, now, lines);
        }
        let oom = code == 137;
        if oom {
            self.tell(index, now, "oom", &[]);
        }
        self.end(index, now, code);
        let unit = &mut self.units[index];
        unit.oom_killed = oom;
        let again = match unit.spec.restart {
            "always" | "unless-stopped" => true,
            "on-failure" => code != 0,
            _ => false,
        };
        if again {
            unit.state = State::Restarting;
            unit.restart_at = Some(Nanos(now.0 + 2 * SECOND));
            unit.changed.send_replace(());
        }
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
            meter: Meter::new(rng.next(), spec.load, created),
            log: LogRing::new(self.max_lines, MAX_LOG_BYTES),
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

    /// A running container's share of the passing time.
    fn live(&mut self, index: usize, from: Nanos, now: Nanos) {
        let unit = &mut self.units[index];
        unit.meter.work(now);
        if self.quiet {
            return;
        }
        let end = unit.next_crash.map_or(now.0, |at| at.0.min(now.0));
        let mut spoke = false;
        while let Some(due) = unit.next_line.filter(|at| at.0 <= end) {
            let time = Nanos(due.0.max(from.0));
            let lines = unit.speaker.speak(time);
            say(unit, time, lines);
            unit.plan_line(time);
            spoke = true;
        }
        if spoke {
            unit.changed.send_replace(());
        }
        if unit.next_crash.is_some_and(|at| at.0 <= now.0) {
            let code = unit.rng.pick(&[1, 1, 137, 139]);
            self.crash(index, now, code);
            return;
        }
        if unit.next_health.is_some_and(|at| at.0 <= now.0) {
            self.check_health(index, now);
        }
    }

    fn check_health(&mut self, index: usize, now: Nanos) {
        let unit = &mut self.units[index];
        let (status, wait_s) = match (unit.spec.health, unit.health) {
            (Health::Unhealthy, Some("unhealthy")) => ("healthy", Some(45)),
            (Health::Unhealthy, _) => ("unhealthy", Some(600)),
            _ => ("healthy", None),
        };
        unit.health = Some(status);
        unit.failing_streak = if status == "unhealthy" { 3 } else { 0 };
        unit.next_health = wait_s.map(|s: i64| Nanos(now.0 + s * SECOND));
        unit.changed.send_replace(());
        self.tell(index, now, &format!("health_status: {status}"), &[]);
    }
}

/// An id that belongs to a name.
pub(crate) fn id_of(name: &str, digits: usize) -> String {
    let seed = name.bytes().fold(0xCBF2_9CE4_8422_2325u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3)
    });
    Rng::new(seed).hex(digits)
}

/// Writes what a container says. Its own lines never go back in time.
fn say(unit: &mut Unit, at: Nanos, lines: Vec<(LogStream, String)>) {
    let mut time = unit
        .log
        .last_time()
        .map_or(at, |last| Nanos(at.0.max(last.0)));
    for (stream, line) in lines {
        write(unit, time, stream, line.as_bytes());
        // Lines of one utterance are some microseconds apart, as those of a real program are.
        time = Nanos(time.0 + unit.rng.range(4_000, 90_000) as i64);
    }
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
