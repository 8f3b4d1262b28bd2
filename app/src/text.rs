//! Short texts for numbers and times.

use crate::charts::fixed;
use sidekick::model::{Container, ContainerState, Health, Port};
use sidekick::time::Millis;

/// A span of time in one unit: `12 s`, `5 min`, `3 h`, `2 d`, `6 w`.
#[must_use]
pub fn span(ms: i64) -> String {
    let seconds = ms.max(0) / 1000;
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min", seconds / 60),
        3_600..172_800 => format!("{} h", seconds / 3_600),
        172_800..1_209_600 => format!("{} d", seconds / 86_400),
        _ => format!("{} w", seconds / 604_800),
    }
}

/// How long it has been up, or how it ended: `up 3 h`, `exit 1`, `created`.
#[must_use]
pub fn standing(container: &Container, now: Millis) -> String {
    match &container.state {
        ContainerState::Running => match container.started {
            Some(started) if now.0 > 0 => format!("up {}", span(now.since(started))),
            _ => short_status(&container.status),
        },
        ContainerState::Exited | ContainerState::Dead => match container.exit_code {
            Some(code) => format!("exit {code}"),
            None => container.state.word().to_owned(),
        },
        other => other.word().to_owned(),
    }
}

/// How long ago it ended: `3 h ago`; `None` where nobody told.
fn ended_ago(container: &Container, now: Millis) -> Option<String> {
    let span = match container.finished {
        Some(finished) if now.0 > 0 => span(now.since(finished)),
        // Of what ended before somebody looked the engine's list tells it only in words.
        _ => words_span(container.status.split_once(") ")?.1.strip_suffix(" ago")?)?,
    };
    Some(format!("{span} ago"))
}

/// The sentence that says how a container is: `running, up 3 h, unhealthy`, `exited, code 1, 3 h ago`.
#[must_use]
pub fn condition(container: &Container, now: Millis) -> String {
    let word = container.state.word();
    let mut text = match (&container.state, container.exit_code) {
        (ContainerState::Running, _) => format!("{word}, {}", standing(container, now)),
        (ContainerState::Exited | ContainerState::Dead, Some(code)) => {
            format!("{word}, code {code}")
        }
        _ => word.to_owned(),
    };
    if matches!(
        container.state,
        ContainerState::Exited | ContainerState::Dead
    ) && let Some(ago) = ended_ago(container, now)
    {
        text.push_str(", ");
        text.push_str(&ago);
    }
    if let Some(health) = shown_health(container) {
        text.push_str(", ");
        text.push_str(health_words(health));
    }
    text
}

/// Health, where it means something: a container that does not run has none.
#[must_use]
pub fn shown_health(container: &Container) -> Option<Health> {
    container.health.filter(|_| container.state.is_alive())
}

/// Health in words that stand alone.
#[must_use]
pub fn health_words(health: Health) -> &'static str {
    match health {
        Health::Starting => "health starting",
        Health::Healthy => "healthy",
        Health::Unhealthy => "unhealthy",
    }
}

/// Whether it needs somebody to look: unhealthy, dead, restarting, or ended with an error.
#[must_use]
pub fn in_trouble(container: &Container) -> bool {
    match container.state {
        // 130 and 143: ended by an interrupt or by the polite signal of `docker stop`.
        ContainerState::Exited => container
            .exit_code
            .is_some_and(|code| !matches!(code, 0 | 130 | 143)),
        ContainerState::Dead | ContainerState::Restarting => true,
        _ => shown_health(container) == Some(Health::Unhealthy),
    }
}

/// A port as people write it: `8080:80`, `53/udp`.
#[must_use]
pub fn port(port: &Port) -> String {
    let mut text = match port.host {
        Some(host) => format!("{host}:{}", port.container),
        None => port.container.to_string(),
    };
    if port.protocol != "tcp" {
        text.push('/');
        text.push_str(&port.protocol);
    }
    text
}

/// Bytes in steps of 1024: `512 B`, `1.5 MiB`.
#[must_use]
pub fn bytes(n: u64) -> String {
    const UNITS: [&str; 6] = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    if n < 1024 {
        return format!("{n} B");
    }
    let mut value = n as f64 / 1024.0;
    let mut unit = 0;
    while value >= 1024.0 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    format!("{} {}", fixed(value, 1), UNITS[unit])
}

/// Docker's `Up 3 hours (healthy)` as `up 3 h`; other words stay as they are.
fn short_status(status: &str) -> String {
    let status = status.split(" (").next().unwrap_or_default();
    let Some(span) = status.strip_prefix("Up ") else {
        return status.to_owned();
    };
    let span = words_span(span).unwrap_or_else(|| span.to_owned());
    format!("up {span}")
}

/// Docker's `3 hours` as `3 h`.
fn words_span(span: &str) -> Option<String> {
    let mut words = span.split(' ').rev();
    let unit = match words.next()?.trim_end_matches('s') {
        "second" => "s",
        "minute" => "min",
        "hour" => "h",
        "day" => "d",
        "week" => "w",
        "month" => "mo",
        "year" => "y",
        _ => return None,
    };
    // "About an hour", "About a minute", "Less than a second".
    let n = match words.next()? {
        "a" if span.starts_with("Less") => "0",
        "a" | "an" => "1",
        n => n,
    };
    Some(format!("{n} {unit}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_data::container;

    #[test]
    fn spans_are_told_in_the_unit_that_fits() {
        for (seconds, text) in [
            (-5, "0 s"),
            (59, "59 s"),
            (60, "1 min"),
            (3_599, "59 min"),
            (3_600, "1 h"),
            (100_000, "27 h"),
            (172_800, "2 d"),
            (1_209_600, "2 w"),
        ] {
            assert_eq!(span(seconds * 1000), text);
        }
    }

    #[test]
    fn a_container_says_how_long_it_is_up_or_how_it_ended() {
        let mut it = container("a", "web");
        assert_eq!(standing(&it, Millis(0)), "up 3 h");
        for (status, text) in [
            ("Up 5 seconds", "up 5 s"),
            ("Up Less than a second", "up 0 s"),
            ("Up About a minute (healthy)", "up 1 min"),
            ("Up About an hour", "up 1 h"),
            ("Up 2 weeks", "up 2 w"),
            ("Up", "Up"),
            ("Up and away", "up and away"),
        ] {
            it.status = status.into();
            assert_eq!(standing(&it, Millis(0)), text, "{status}");
        }
        it.started = Some(Millis(1_000));
        assert_eq!(standing(&it, Millis(61_000)), "up 1 min");
        it.health = Some(Health::Unhealthy);
        assert_eq!(
            condition(&it, Millis(61_000)),
            "running, up 1 min, unhealthy"
        );
        it.state = ContainerState::Exited;
        it.exit_code = Some(137);
        it.status = "Exited (137) About an hour ago".into();
        assert_eq!(
            condition(&it, Millis(61_000)),
            "exited, code 137, 1 h ago",
            "in the engine's words"
        );
        it.finished = Some(Millis(31_000));
        assert_eq!(
            condition(&it, Millis(61_000)),
            "exited, code 137, 30 s ago",
            "to the second"
        );
        (it.status, it.finished) = ("Dead".into(), None);
        assert_eq!(condition(&it, Millis(61_000)), "exited, code 137");
        assert!(in_trouble(&it));
    }

    #[test]
    fn bytes_are_told_in_steps_of_1024() {
        assert_eq!(bytes(1023), "1023 B");
        assert_eq!(bytes(1536), "1.5 KiB");
        assert_eq!(bytes(u64::MAX), "16.0 EiB");
    }
}
