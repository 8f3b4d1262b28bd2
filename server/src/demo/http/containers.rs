//! `/containers/json`: the list and its filters.

use std::sync::Arc;

use axum::body::Body;
use http::Response;
use serde_json::{Value, json};
use sidekick::time::Nanos;

use super::inspect::{image_id, mounts, networks};
use super::{Params, ok};
use crate::demo::engine::Engine;
use crate::demo::filters::Filters;
use crate::demo::refusal::Refusal;
use crate::demo::unit::{State, Unit};

/// Answers a request for the list: running containers, or all; newest first. With `odd`, entries
/// that are hard to read come before them.
pub(crate) fn list(
    engine: &Arc<Engine>,
    params: &Params,
    odd: bool,
) -> Result<Response<Body>, Refusal> {
    let filters = Filters::parse(params.get("filters"))?;
    let limit = params.get("limit").and_then(|l| l.parse::<usize>().ok());
    let limit = limit.filter(|&l| l > 0);
    // As in dockerd, a limit or a filter by state implies all.
    let all = params.flag("all", false)
        || limit.is_some()
        || ["status", "exited"].iter().any(|key| filters.has(key));
    let mut rows = if odd { odd_rows().to_vec() } else { Vec::new() };
    let good = engine.with(|world, now| {
        let mut rows: Vec<(Nanos, usize, Value)> = world
            .units
            .iter()
            .enumerate()
            .filter(|(_, unit)| all || unit.state.is_up() || unit.state == State::Restarting)
            .filter(|(_, unit)| passes(unit, &filters))
            .map(|(index, unit)| (unit.created, index, row(unit, index, now)))
            .collect();
        rows.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        rows.into_iter()
            .map(|(_, _, row)| row)
            .take(limit.unwrap_or(usize::MAX))
            .collect::<Vec<_>>()
    });
    rows.extend(good);
    Ok(ok(&Value::Array(rows)))
}

/// Entries that a strict client cannot read: a state that only Podman knows, and next to nothing.
fn odd_rows() -> [Value; 2] {
    [
        json!({
            "Id": "f".repeat(64), "Names": ["/odd-state"], "Image": "odd", "ImageID": "",
            "Command": "odd", "Created": 1, "Ports": [], "Labels": {},
            "State": "stopped", "Status": "",
        }),
        json!({ "Id": 7 }),
    ]
}

/// A time span in the words of `docker ps`.
fn span(seconds: i64) -> String {
    let (minutes, hours) = (seconds / 60, (seconds + 1800) / 3600);
    match () {
        () if seconds < 1 => "Less than a second".to_owned(),
        () if seconds == 1 => "1 second".to_owned(),
        () if seconds < 60 => format!("{seconds} seconds"),
        () if minutes == 1 => "About a minute".to_owned(),
        () if minutes < 60 => format!("{minutes} minutes"),
        () if hours == 1 => "About an hour".to_owned(),
        () if hours < 48 => format!("{hours} hours"),
        () if hours < 24 * 14 => format!("{} days", hours / 24),
        () if hours < 24 * 60 => format!("{} weeks", hours / 24 / 7),
        () if hours < 24 * 730 => format!("{} months", hours / 24 / 30),
        () => format!("{} years", hours / 24 / 365),
    }
}

/// The status column of `docker ps`.
fn status(unit: &Unit, now: Nanos) -> String {
    let since = |at: Option<Nanos>| span((now.0 - at.map_or(now.0, |a| a.0)) / 1_000_000_000);
    match unit.state {
        State::Created => "Created".to_owned(),
        State::Paused => format!("Up {} (Paused)", since(unit.started)),
        State::Restarting => {
            format!(
                "Restarting ({}) {} ago",
                unit.exit_code,
                since(unit.finished)
            )
        }
        State::Exited => format!("Exited ({}) {} ago", unit.exit_code, since(unit.finished)),
        State::Running => {
            let up = since(unit.started);
            match unit.health {
                None => format!("Up {up}"),
                Some("starting") => format!("Up {up} (health: starting)"),
                Some(health) => format!("Up {up} ({health})"),
            }
        }
    }
}

fn row(unit: &Unit, index: usize, now: Nanos) -> Value {
    let labels: serde_json::Map<String, Value> = unit
        .spec
        .labels
        .iter()
        .map(|(k, v)| (k.clone(), json!(v)))
        .collect();
    let ports: Vec<Value> = unit.spec.ports.iter().flat_map(|port| match port.host {
        Some(host) if unit.state.is_up() => ["0.0.0.0", "::"]
            .map(|ip| json!({ "IP": ip, "PrivatePort": port.container, "PublicPort": host, "Type": "tcp" }))
            .to_vec(),
        _ if unit.state.is_up() => vec![json!({ "PrivatePort": port.container, "Type": "tcp" })],
        _ => Vec::new(),
    }).collect();
    json!({
        "Id": unit.id,
        "Names": [format!("/{}", unit.name)],
        "Image": unit.spec.image,
        "ImageID": image_id(&unit.spec.image),
        "Command": unit.spec.command.join(" "),
        "Created": unit.created.0.div_euclid(1_000_000_000),
        "Ports": ports,
        "Labels": labels,
        "State": unit.state.word(),
        "Status": status(unit, now),
        "HostConfig": { "NetworkMode": unit.network() },
        "NetworkSettings": { "Networks": networks(unit, index) },
        "Mounts": mounts(unit),
    })
}

fn passes(unit: &Unit, filters: &Filters) -> bool {
    let image = unit.spec.image.as_str();
    filters.any("id", |v| unit.id.starts_with(v))
        && filters.any("name", |v| name_matches(&unit.name, v))
        && filters.any("status", |v| v == unit.state.word())
        && filters.any("exited", |v| {
            unit.state == State::Exited && v.parse() == Ok(unit.exit_code)
        })
        && filters.any("health", |v| v == unit.health.unwrap_or("none"))
        && filters.any("ancestor", |v| {
            image == v || image.split(':').next() == Some(v)
        })
        && filters.any("network", |v| unit.network() == v)
        && filters.any("volume", |v| {
            unit.spec
                .mounts
                .iter()
                .any(|m| m.source == v || m.target == v)
        })
        && filters.labels(|key| unit.label(key))
}

/// dockerd takes a regular expression; a part of the name and the anchors are what people use.
fn name_matches(name: &str, pattern: &str) -> bool {
    let start = pattern.strip_prefix('^');
    let body = start.unwrap_or(pattern);
    let end = body.strip_suffix('$');
    let body = end.unwrap_or(body).trim_start_matches('/');
    match (start.is_some(), end.is_some()) {
        (true, true) => name == body,
        (true, false) => name.starts_with(body),
        (false, true) => name.ends_with(body),
        (false, false) => name.contains(body),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_read_as_in_docker_ps() {
        for (seconds, want) in [
            (0, "Less than a second"),
            (1, "1 second"),
            (59, "59 seconds"),
            (60, "About a minute"),
            (179, "2 minutes"),
            (3600, "About an hour"),
            (3 * 3600, "3 hours"),
            (3 * 86_400, "3 days"),
            (20 * 86_400, "2 weeks"),
            (100 * 86_400, "3 months"),
        ] {
            assert_eq!(span(seconds), want, "{seconds}");
        }
    }

    #[test]
    fn names_match_by_part_or_anchored() {
        assert!(name_matches("shop-api-1", "api"));
        assert!(name_matches("shop-api-1", "^/shop-api-1$"));
        assert!(!name_matches("shop-api-10", "^/shop-api-1$"));
        assert!(name_matches("shop-api-10", "^shop"));
        assert!(!name_matches("shop-api-10", "^api"));
    }
}
