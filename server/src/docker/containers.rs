//! The engine's list of containers -> our containers.

use serde_json::Value;
use sidekick::{
    model::{Container, ContainerId, ContainerState, Health, Port},
    time::Millis,
};

use super::{Listing, json};

/// Reads the answer to `GET /containers/json`. Records without an id are skipped and counted.
///
/// `None` when it is no list at all.
pub(super) fn listing(answer: &Value) -> Option<Listing> {
    let records = answer.as_array()?;
    let containers: Vec<Container> = records.iter().filter_map(container).collect();
    let skipped = (records.len() - containers.len()) as u64;
    Some(Listing {
        containers,
        skipped,
    })
}

fn container(record: &Value) -> Option<Container> {
    let id = ContainerId(Some(json::string(record, "Id")).filter(|id| !id.is_empty())?);
    let status = json::string(record, "Status");
    let state = ContainerState::parse(&json::text(record, "State").to_ascii_lowercase());
    let labels = record.get("Labels").unwrap_or(&Value::Null);
    let label = |key| Some(json::string(labels, key)).filter(|value: &String| !value.is_empty());
    Some(Container {
        name: name(record).unwrap_or_else(|| id.short().to_owned()),
        image: json::string(record, "Image"),
        health: match record
            .get("Health")
            .map(|health| json::text(health, "Status"))
        {
            Some(word) => self::health(word),
            None => Health::from_status(&status),
        },
        ports: ports(record),
        created: json::signed(record, "Created").map(|s| Millis(s.saturating_mul(1000))),
        started: None,
        finished: None,
        exit_code: if state.is_alive() {
            None
        } else {
            exit_code(&status)
        },
        project: label("com.docker.compose.project"),
        service: label("com.docker.compose.service"),
        number: label("com.docker.compose.container-number").and_then(|n| n.parse().ok()),
        id,
        state,
        status,
    })
}

/// The engine's word for a health; `none` and unknown words are no health.
pub(super) fn health(word: &str) -> Option<Health> {
    match word {
        "starting" => Some(Health::Starting),
        "healthy" => Some(Health::Healthy),
        "unhealthy" => Some(Health::Unhealthy),
        _ => None,
    }
}

/// The container's own name: links add names like `/other/alias`, which are not it.
fn name(record: &Value) -> Option<String> {
    let names = json::strings(record, "Names");
    let own = |name: &&String| !name.trim_start_matches('/').contains('/');
    let name = names.iter().find(own).or(names.first())?;
    Some(name.trim_start_matches('/').to_owned()).filter(|name| !name.is_empty())
}

fn ports(record: &Value) -> Vec<Port> {
    let mut ports: Vec<Port> = json::list(record, "Ports")
        .iter()
        .filter_map(|port| {
            Some(Port {
                container: json::number(port, "PrivatePort")?.try_into().ok()?,
                host: json::number(port, "PublicPort")
                    .and_then(|port| port.try_into().ok())
                    .filter(|&port: &u16| port != 0),
                protocol: match json::text(port, "Type") {
                    "" => "tcp".to_owned(),
                    word => word.to_owned(),
                },
            })
        })
        .collect();
    // One entry for the IPv4 and the IPv6 binding.
    ports.sort();
    ports.dedup();
    ports
}

/// The code in `Exited (137) 2 hours ago`.
fn exit_code(status: &str) -> Option<i32> {
    let (_, rest) = status.split_once("Exited (")?;
    rest.split_once(')')?.0.parse().ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_record_of_docker_is_read_in_full() {
        let listing = listing(&json!([{
            "Id": "f00d5eed0123456789", "Names": ["/proxy/app", "/shop-api-2"], "Image": "shop/api:1",
            "ImageID": "sha256:1", "Command": "run", "Created": 1_700_000_000,
            "Ports": [
                {"IP": "0.0.0.0", "PrivatePort": 80, "PublicPort": 8080, "Type": "tcp"},
                {"IP": "::", "PrivatePort": 80, "PublicPort": 8080, "Type": "tcp"},
                {"PrivatePort": 5000, "Type": "sctp"}
            ],
            "Labels": {"com.docker.compose.project": "shop", "com.docker.compose.service": "api",
                       "com.docker.compose.container-number": "2"},
            "State": "running", "Status": "Up 3 hours (unhealthy)"
        }]))
        .unwrap();
        let c = &listing.containers[0];
        assert_eq!(
            (c.name.as_str(), &c.state),
            ("shop-api-2", &ContainerState::Running)
        );
        assert_eq!(c.health, Some(Health::Unhealthy));
        assert_eq!(c.created, Some(Millis(1_700_000_000_000)));
        let ports: Vec<_> = c
            .ports
            .iter()
            .map(|p| (p.container, p.host, p.protocol.as_str()))
            .collect();
        assert_eq!(ports, [(80, Some(8080), "tcp"), (5000, None, "sctp")]);
        assert_eq!(
            (c.project.as_deref(), c.service.as_deref(), c.number),
            (Some("shop"), Some("api"), Some(2))
        );
        assert_eq!((c.exit_code, listing.skipped), (None, 0));
    }

    #[test]
    fn odd_records_lose_nothing_but_themselves() {
        let listing = listing(&json!([
            {"Id": "a", "Names": null, "Ports": null, "Labels": null, "State": "stopped", "Status": "Exited (137) 2 hours ago"},
            "nonsense",
            {"Names": ["/no-id"]},
            {"Id": "b", "Names": ["/b"], "State": "hibernating", "Created": "soon", "Health": {"Status": "none"}},
            {"Id": "c", "State": "Running", "Health": {"Status": "healthy", "FailingStreak": 0}}
        ]))
        .unwrap();
        assert_eq!(listing.skipped, 2);
        let [a, b, c] = &listing.containers[..] else {
            panic!("{listing:?}");
        };
        assert_eq!(
            (a.name.as_str(), &a.state, a.exit_code),
            ("a", &ContainerState::Exited, Some(137))
        );
        assert_eq!(b.state, ContainerState::Other("hibernating".into()));
        assert_eq!((b.created, b.health), (None, None));
        assert_eq!(
            (&c.state, c.health),
            (&ContainerState::Running, Some(Health::Healthy))
        );
    }

    #[test]
    fn what_is_no_list_is_no_listing() {
        assert_eq!(listing(&json!({"message": "x"})), None);
    }
}
