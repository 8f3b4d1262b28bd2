//! What containers print: believable lines of well-known programs.
//!
//! Each program has a few dozen message shapes with changing parts, quiet minutes and minutes
//! full of errors, so that severities, the timeline and mined patterns have something to show.

mod data;
mod infra;
mod service;
mod web;

use sidekick::protocol::LogStream;
use sidekick::time::Nanos;

use super::rng::{Rng, noise};

/// The kind of program a container pretends to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Voice {
    /// Prints nothing by itself.
    Silent,
    /// nginx: access lines on stdout, errors on stderr.
    Nginx,
    /// A Node service with JSON lines and numeric levels, as pino writes them.
    JsonApi,
    /// A Spring service: plain lines and multi-line stack traces.
    Java,
    /// A Python worker: logging's format and tracebacks.
    Python,
    /// PostgreSQL, on stderr.
    Postgres,
    /// Redis.
    Redis,
    /// Prometheus: logfmt on stderr.
    Prometheus,
    /// Grafana: logfmt with a logger and request details.
    Grafana,
    /// A telemetry collector: JSON as zap writes it, with failing exports.
    Collector,
    /// A log shipper that colours its levels with ANSI codes.
    Shipper,
    /// A training run on a terminal: colours and progress.
    Trainer,
    /// A nightly backup job, step by step.
    Backup,
    /// A database migration, step by step.
    Migration,
}

/// Lines with their streams. Several are one utterance, such as a stack trace.
pub(crate) type Lines = Vec<(LogStream, String)>;

/// A container's program.
#[derive(Clone, Debug)]
pub(crate) struct Speaker {
    voice: Voice,
    seed: u64,
    pub(crate) rng: Rng,
    /// Utterances so far: sequence numbers, steps and epochs come from it.
    pub(crate) count: u64,
}

impl Speaker {
    pub(crate) fn new(voice: Voice, seed: u64) -> Self {
        Self {
            voice,
            seed,
            rng: Rng::new(seed),
            count: 0,
        }
    }

    /// What it prints when it starts.
    pub(crate) fn greet(&mut self, now: Nanos) -> Lines {
        self.count = 0;
        match self.voice {
            Voice::Silent => Vec::new(),
            Voice::Nginx => web::nginx_greets(now),
            Voice::JsonApi => web::api_greets(self, now),
            Voice::Shipper => web::shipper_greets(now),
            Voice::Java => service::java_greets(now),
            Voice::Python => service::python_greets(now),
            Voice::Trainer => service::trainer_greets(),
            Voice::Postgres => data::postgres_greets(now),
            Voice::Redis => data::redis_greets(now),
            Voice::Backup | Voice::Migration => Vec::new(),
            Voice::Prometheus => infra::prometheus_greets(now),
            Voice::Grafana => infra::grafana_greets(now),
            Voice::Collector => infra::collector_greets(now),
        }
    }

    /// What it prints in the course of its work.
    pub(crate) fn speak(&mut self, now: Nanos) -> Lines {
        self.count += 1;
        let trouble = self.in_trouble(now);
        match self.voice {
            Voice::Silent => Vec::new(),
            Voice::Nginx => web::nginx(self, now, trouble),
            Voice::JsonApi => web::api(self, now, trouble),
            Voice::Shipper => web::shipper(self, now, trouble),
            Voice::Java => service::java(self, now, trouble),
            Voice::Python => service::python(self, now, trouble),
            Voice::Trainer => service::trainer(self),
            Voice::Postgres => data::postgres(self, now, trouble),
            Voice::Redis => data::redis(self, now),
            Voice::Backup => data::backup(self, now),
            Voice::Migration => data::migration(self, now),
            Voice::Prometheus => infra::prometheus(self, now, trouble),
            Voice::Grafana => infra::grafana(self, now, trouble),
            Voice::Collector => infra::collector(self, now),
        }
    }

    /// What it prints when it is asked to end.
    pub(crate) fn leave(&mut self, now: Nanos) -> Lines {
        match self.voice {
            Voice::Silent | Voice::Backup | Voice::Migration => Vec::new(),
            Voice::Nginx => err(format!(
                "{} [notice] 1#1: signal 15 (SIGTERM) received, exiting",
                nginx_time(now)
            )),
            Voice::JsonApi => out(format!(
                r#"{{"level":30,"time":{},"pid":1,"msg":"SIGTERM received, closing server"}}"#,
                now.millis().0
            )),
            Voice::Java => out(format!(
                "{}  INFO 1 --- [ionShutdownHook] o.s.b.w.e.tomcat.GracefulShutdown        : \
                 Commencing graceful shutdown. Waiting for active requests to complete",
                iso_millis(now)
            )),
            Voice::Python => err(format!(
                "{} INFO worker.main: warm shutdown requested, finishing current job",
                python_time(now)
            )),
            Voice::Postgres => err(format!(
                "{} UTC [1] LOG:  received fast shutdown request",
                plain_time(now)
            )),
            Voice::Redis => out(format!(
                "1:signal-handler ({}) Received SIGTERM scheduling shutdown...",
                now.millis().0 / 1000
            )),
            Voice::Prometheus | Voice::Grafana => err(format!(
                r#"ts={} level=warn caller=main.go:1010 msg="Received an OS signal, exiting gracefully..." signal=terminated"#,
                iso_millis(now)
            )),
            Voice::Collector => err(format!(
                r#"{{"level":"info","ts":"{}","caller":"otelcol/collector.go:339","msg":"Received signal from OS","signal":"terminated"}}"#,
                iso_millis(now)
            )),
            Voice::Shipper => out("\u{1b}[33mWARN\u{1b}[0m shutting down on SIGTERM".to_owned()),
            Voice::Trainer => out("\u{1b}[1;33mInterrupted, saving checkpoint\u{1b}[0m".to_owned()),
        }
    }

    /// What it prints when it ends by itself.
    pub(crate) fn die(&mut self, now: Nanos, code: i64) -> Lines {
        match (self.voice, code) {
            (Voice::Backup, 0) => data::backup_ends(self, now),
            (Voice::Migration, 0) => data::migration_ends(self, now),
            (Voice::Python, 1) => service::python_dies(self, now),
            (Voice::Python, 139) => err("Fatal Python error: Segmentation fault".to_owned()),
            // The kernel ends a process that is out of memory: it says nothing.
            (_, 137) | (Voice::Silent, _) => Vec::new(),
            _ => err(format!("fatal: exiting with status {code}")),
        }
    }

    /// Some minutes are bad ones, the same for the same seed.
    fn in_trouble(&self, now: Nanos) -> bool {
        noise(self.seed, now.0.div_euclid(150_000_000_000)) > 0.91
    }

    /// An address of a client.
    pub(crate) fn ip(&mut self) -> String {
        let net = self.rng.pick(&["203.0.113", "198.51.100", "192.0.2"]);
        format!("{net}.{}", self.rng.range(2, 250))
    }

    /// A random identifier in UUID form.
    pub(crate) fn uuid(&mut self) -> String {
        let hex = self.rng.hex(32);
        let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
        format!(
            "{}-{}-4{}-a{}-{}",
            part(0, 8),
            part(8, 12),
            part(13, 16),
            part(17, 20),
            part(20, 32)
        )
    }

    /// Milliseconds a request took: mostly few, sometimes many.
    pub(crate) fn took_ms(&mut self, typical: f64) -> f64 {
        let slow = if self.rng.chance(0.03) { 14.0 } else { 1.0 };
        (typical * 0.3 + self.rng.exponential(typical * 0.7)) * slow
    }
}

/// One line on stdout.
pub(crate) fn out(line: String) -> Lines {
    vec![(LogStream::Stdout, line)]
}

/// One line on stderr.
pub(crate) fn err(line: String) -> Lines {
    vec![(LogStream::Stderr, line)]
}

/// `2026-11-22T11:31:05.123Z`
pub(crate) fn iso_millis(at: Nanos) -> String {
    let text = at.to_rfc3339();
    format!("{}Z", text.get(..23).unwrap_or_default())
}

/// `2026-11-22 11:31:05.123`
pub(crate) fn plain_time(at: Nanos) -> String {
    iso_millis(at).replace('T', " ").replace('Z', "")
}

/// `2026-11-22 11:31:05,123`
pub(crate) fn python_time(at: Nanos) -> String {
    plain_time(at).replace('.', ",")
}

/// `2026/11/22 11:31:05`
pub(crate) fn nginx_time(at: Nanos) -> String {
    let text = plain_time(at).replace('-', "/");
    text.get(..19).unwrap_or_default().to_owned()
}

/// `22 Nov 2026 11:31:05.123`, with the separators of the caller.
pub(crate) fn day_month(at: Nanos, separator: char) -> String {
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let civil = at.civil();
    let month = MONTHS.get(usize::from(civil.month) - 1).unwrap_or(&"Jan");
    format!(
        "{:02}{separator}{month}{separator}{}",
        civil.day, civil.year
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Voice; 13] = [
        Voice::Nginx,
        Voice::JsonApi,
        Voice::Java,
        Voice::Python,
        Voice::Postgres,
        Voice::Redis,
        Voice::Prometheus,
        Voice::Grafana,
        Voice::Collector,
        Voice::Shipper,
        Voice::Trainer,
        Voice::Backup,
        Voice::Migration,
    ];

    fn lines(voice: Voice, seed: u64) -> Vec<(LogStream, String)> {
        let mut speaker = Speaker::new(voice, seed);
        let mut now = Nanos(1_764_000_000_123_456_789);
        let mut lines = speaker.greet(now);
        for _ in 0..500 {
            now = Nanos(now.0 + 3_000_000_000);
            lines.extend(speaker.speak(now));
        }
        lines.extend(speaker.leave(now));
        lines.extend(speaker.die(now, 1));
        lines
    }

    #[test]
    fn every_program_speaks_in_single_lines_and_the_same_for_the_same_seed() {
        for voice in ALL {
            let said = lines(voice, 3);
            assert!(said.len() >= 500, "{voice:?}");
            assert!(
                said.iter().all(|(_, line)| !line.contains('\n')),
                "{voice:?}"
            );
            assert_eq!(said, lines(voice, 3), "{voice:?}");
        }
    }

    #[test]
    fn json_programs_print_json() {
        for voice in [Voice::JsonApi, Voice::Collector] {
            for (_, line) in lines(voice, 9).iter().rev().skip(1) {
                assert!(
                    serde_json::from_str::<serde_json::Value>(line).is_ok(),
                    "{line}"
                );
            }
        }
    }

    #[test]
    fn stack_traces_are_one_utterance_of_many_lines() {
        for (voice, mark) in [(Voice::Java, "\tat "), (Voice::Python, "Traceback")] {
            let said = lines(voice, 5);
            assert!(
                said.iter().any(|(_, line)| line.starts_with(mark)),
                "{voice:?}"
            );
        }
    }
}
