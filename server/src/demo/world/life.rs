//! What happens in the course of time: beginnings, runs, lines, crashes, health.

use sidekick::protocol::LogStream;
use sidekick::time::Nanos;

use super::{SECOND, World, write};
use crate::demo::refusal::Refusal;
use crate::demo::spec::{Begin, Health, Spec};
use crate::demo::unit::{State, Unit};

/// After the machine slept, no more than this much is made up for.
const CATCH_UP: i64 = 60 * SECOND;

impl World {
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
