//! The command line of `tail`.

use std::time::{SystemTime, UNIX_EPOCH};

use clap::Args;
use sidekick::logs::query::{Here, When};
use sidekick::protocol::Start;
use sidekick::time::{Millis, Nanos};

/// What `tail --help` says at its top.
pub(crate) const ABOUT: &str = "Print the log of containers through a running dashboard, from the first line on, \
    and follow it.\n\n\
    Every line comes once, whatever breaks between here and the daemon: tail connects again without end and goes \
    on behind its last line; only with --no-follow it gives up where the dashboard is not found within 30 seconds. \
    What Docker no longer has, and what happens to the connection, is told on standard error.\n\n\
    Ends with code 0 when all is printed, 1 when something could not be, 130 at SIGINT (Ctrl-C) and 143 at \
    SIGTERM, both after what was received is printed.";

/// What it says at its end.
pub(crate) const EXAMPLES: &str = "Examples:
  sidekick-docker tail web
  sidekick-docker tail --tail 100 web db
  sidekick-docker tail --since 10m --json shop | jq -r .line
  sidekick-docker tail --no-follow --count web";

/// Options of `tail`.
#[derive(Args, Clone, Debug)]
pub struct TailArgs {
    /// Containers by name or id, or Compose projects
    #[arg(value_name = "NAME", required = true)]
    pub(super) names: Vec<String>,
    /// The dashboard
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:3000", value_parser = url)]
    pub(super) url: String,
    /// Begin with the first line from here on: a time (2026-11-22T10:00:00Z; without the Z in UTC too),
    /// seconds since 1970, or how long ago (90s, 10m, 1h30m, 2d)
    // A minus is told not to be needed, instead of being taken for an option.
    #[arg(long, value_name = "WHEN", value_parser = when, allow_hyphen_values = true, conflicts_with = "tail")]
    since: Option<Nanos>,
    /// Begin with the newest N lines of each container
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = crate::config::whole_number::<u64>)]
    tail: Option<u64>,
    /// End with the last line that there is now
    #[arg(long)]
    pub(super) no_follow: bool,
    /// Write each line as a JSON object: time, container, stream, line
    #[arg(long)]
    pub(super) json: bool,
    /// Write each line behind its time
    #[arg(short, long, conflicts_with = "json")]
    pub(super) timestamps: bool,
    /// Print nothing but, at the end, for each container: lines, bytes and the SHA-256 of what
    /// would have been printed without any option
    #[arg(long, conflicts_with_all = ["json", "timestamps"])]
    pub(super) count: bool,
}

impl TailArgs {
    /// How many of the newest lines are asked for.
    pub(super) fn newest(&self) -> Option<u64> {
        self.tail
    }

    /// Where each log begins.
    pub(super) fn start(&self) -> Start {
        match (self.since, self.tail) {
            (Some(time), _) => Start::Since(time),
            (None, Some(lines)) => Start::Tail(lines),
            (None, None) => Start::First,
        }
    }
}

/// Reads the address of a dashboard.
fn url(text: &str) -> Result<String, String> {
    let host = text
        .strip_prefix("http://")
        .or_else(|| text.strip_prefix("https://"));
    match host {
        Some(host) if !host.is_empty() => Ok(text.to_owned()),
        _ => Err("give an address such as http://HOST:3000".to_owned()),
    }
}

/// Reads a point in time: seconds since 1970, with a fraction or without, or as queries write it.
fn when(text: &str) -> Result<Nanos, String> {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    let here = Here {
        now: Millis(i64::try_from(now.as_millis()).unwrap_or(i64::MAX)),
        ahead_ms: 0,
    };
    let time = epoch(text).or_else(|| Some(When::parse(text)?.resolve(here)));
    time.ok_or_else(|| {
        "give a time such as 2026-11-22T10:00:00Z, 2026-11-22 or 10:15 (in UTC), seconds since 1970, or \
         90s, 10m, 1h30m, 2d ago"
            .to_owned()
    })
}

/// Reads seconds since 1970, as `docker events` and `date +%s.%N` write them.
fn epoch(text: &str) -> Option<Nanos> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |it: &str| !it.is_empty() && it.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(fraction) {
        return None;
    }
    let fraction = format!("{fraction:0<9}");
    let nanos: i64 = fraction.get(..9)?.parse().ok()?;
    let whole: i64 = whole.parse().ok()?;
    whole
        .checked_mul(1_000_000_000)?
        .checked_add(nanos)
        .map(Nanos)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_how_it_is_spoken_to() {
        for right in ["http://127.0.0.1:3000", "https://docker.example/sidekick"] {
            assert_eq!(url(right).as_deref(), Ok(right));
        }
        for wrong in ["foo", "localhost:3000", "http://", "unix:///run/x"] {
            assert!(url(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_time_is_read_in_each_of_its_forms() {
        assert_eq!(
            when("2026-01-01T00:00:01Z"),
            Ok(Nanos(1_767_225_601_000_000_000))
        );
        assert_eq!(when("1767225601"), Ok(Nanos(1_767_225_601_000_000_000)));
        assert_eq!(when("1767225601.25"), Ok(Nanos(1_767_225_601_250_000_000)));
        for text in ["2026-01-01T00:00:01", "2026-01-01 00:00:01"] {
            assert_eq!(when(text), when("2026-01-01T00:00:01Z"), "{text}");
        }
        assert_eq!(when("2026-01-01"), when("2026-01-01T00:00:00Z"));
        assert!(when("1h30m").is_ok() && when("10:15").is_ok());
        let (now, ago) = (when("0s").unwrap(), when("2h").unwrap());
        let hours = (now.0 - ago.0) as f64 / 3.6e12;
        assert!((1.99..2.01).contains(&hours), "{hours}");
        for wrong in [
            "",
            "yesterday",
            "5y",
            "m",
            "1.",
            ".5",
            "99999999999999999999",
        ] {
            assert!(when(wrong).is_err(), "{wrong}");
        }
    }
}
