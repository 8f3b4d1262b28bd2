//! What can be done to a container, with dockerd's rules, refusals and order of events.

use sidekick::time::Nanos;

use super::refusal::Refusal;
use super::unit::State;
use super::world::World;

/// Whether an action changed anything; dockerd answers 204 or 304.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Done,
    NotModified,
}

impl World {
    pub(crate) fn start(&mut self, key: &str, now: Nanos) -> Result<Outcome, Refusal> {
        let index = self.find(key)?;
        match self.units[index].state {
            State::Running | State::Restarting => Ok(Outcome::NotModified),
            State::Paused => Err(Refusal::conflict(
                "cannot start a paused container, try unpause instead",
            )),
            State::Created | State::Exited => {
                self.run(index, now);
                Ok(Outcome::Done)
            }
        }
    }

    pub(crate) fn stop(&mut self, key: &str, now: Nanos) -> Result<Outcome, Refusal> {
        let index = self.find(key)?;
        if !self.halt(index, now) {
            return Ok(Outcome::NotModified);
        }
        self.tell(index, now, "stop", &[]);
        Ok(Outcome::Done)
    }

    pub(crate) fn restart(&mut self, key: &str, now: Nanos) -> Result<Outcome, Refusal> {
        let index = self.find(key)?;
        if self.halt(index, now) {
            self.tell(index, now, "stop", &[]);
        }
        self.run(index, now);
        self.tell(index, now, "restart", &[]);
        Ok(Outcome::Done)
    }

    /// Sends a signal, by name or number; all but a few harmless ones end the container.
    pub(crate) fn kill(&mut self, key: &str, signal: &str, now: Nanos) -> Result<Outcome, Refusal> {
        let index = self.find(key)?;
        let number = signal_number(signal)
            .ok_or_else(|| Refusal::bad_request(format!("Invalid signal: {signal}")))?;
        if !self.units[index].state.is_up() {
            let id = &self.units[index].id;
            return Err(Refusal::conflict(format!(
                "cannot kill container: {key}: container {id} is not running"
            )));
        }
        self.tell(index, now, "kill", &[("signal", &number.to_string())]);
        // HUP, USR1, USR2, CONT and WINCH are what servers use to reload or rotate.
        if !matches!(number, 1 | 10 | 12 | 18 | 28) {
            self.end(index, now, 128 + number);
        }
        Ok(Outcome::Done)
    }

    pub(crate) fn pause(&mut self, key: &str, now: Nanos) -> Result<Outcome, Refusal> {
        let index = self.find(key)?;
        let unit = &mut self.units[index];
        match unit.state {
            State::Running => {
                unit.meter.work(now);
                unit.state = State::Paused;
                unit.changed.send_replace(());
                self.tell(index, now, "pause", &[]);
                Ok(Outcome::Done)
            }
            State::Paused => Err(Refusal::conflict(format!(
                "Container {key} is already paused"
            ))),
            _ => Err(Refusal::conflict(format!("Container {key} is not running"))),
        }
    }

    pub(crate) fn unpause(&mut self, key: &str, now: Nanos) -> Result<Outcome, Refusal> {
        let index = self.find(key)?;
        let unit = &mut self.units[index];
        if unit.state != State::Paused {
            return Err(Refusal::conflict(format!("Container {key} is not paused")));
        }
        unit.meter.rest(now);
        unit.state = State::Running;
        unit.plan_line(now);
        unit.changed.send_replace(());
        self.tell(index, now, "unpause", &[]);
        Ok(Outcome::Done)
    }

    pub(crate) fn rename(&mut self, key: &str, to: &str, now: Nanos) -> Result<Outcome, Refusal> {
        let index = self.find(key)?;
        let to = to.trim_start_matches('/');
        if to.is_empty() {
            return Err(Refusal::bad_request(
                "Neither old nor new names may be empty",
            ));
        }
        if self.units[index].name == to {
            return Err(Refusal::bad_request(
                "Renaming a container with the same name as its current name",
            ));
        }
        self.free_name(to)?;
        let old = std::mem::replace(&mut self.units[index].name, to.to_owned());
        self.tell(index, now, "rename", &[("oldName", &format!("/{old}"))]);
        Ok(Outcome::Done)
    }

    pub(crate) fn remove(
        &mut self,
        key: &str,
        force: bool,
        now: Nanos,
    ) -> Result<Outcome, Refusal> {
        let index = self.find(key)?;
        let unit = &self.units[index];
        let alive = unit.state.is_up() || unit.state == State::Restarting;
        if alive && !force {
            return Err(Refusal::conflict(format!(
                "cannot remove container \"/{}\": container is {}: stop the container before \
                 removing or force remove",
                unit.name,
                unit.state.word()
            )));
        }
        if unit.state.is_up() {
            self.tell(index, now, "kill", &[("signal", "9")]);
            self.end(index, now, 137);
        }
        self.forget(index, now);
        Ok(Outcome::Done)
    }

    /// Ends a container in the way of `docker stop`; false where it was not running.
    fn halt(&mut self, index: usize, now: Nanos) -> bool {
        match self.units[index].state {
            State::Running | State::Paused => {
                self.tell(index, now, "kill", &[("signal", "15")]);
                self.farewell(index, now);
                self.end(index, now, 0);
                true
            }
            State::Restarting => {
                let unit = &mut self.units[index];
                unit.state = State::Exited;
                unit.restart_at = None;
                unit.changed.send_replace(());
                true
            }
            State::Created | State::Exited => false,
        }
    }
}

fn signal_number(signal: &str) -> Option<i64> {
    if signal.is_empty() {
        return Some(9);
    }
    if let Ok(number) = signal.parse::<i64>() {
        return (1..=64).contains(&number).then_some(number);
    }
    let upper = signal.to_ascii_uppercase();
    Some(match upper.strip_prefix("SIG").unwrap_or(&upper) {
        "HUP" => 1,
        "INT" => 2,
        "QUIT" => 3,
        "ABRT" => 6,
        "KILL" => 9,
        "USR1" => 10,
        "SEGV" => 11,
        "USR2" => 12,
        "TERM" => 15,
        "CONT" => 18,
        "WINCH" => 28,
        _ => return None,
    })
}
