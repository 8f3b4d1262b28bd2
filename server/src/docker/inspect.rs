//! The engine's inspect answer -> details of a container.

use std::collections::BTreeMap;

use serde_json::Value;
use sidekick::model::{
    ContainerId, ContainerState, Details, EnvVar, Health, HealthCheck, Limits, Mount, PortBinding,
};

use super::{containers, json};

/// Reads the answer to `GET /containers/{id}/json`; `None` when it has no id.
pub(super) fn details(answer: &Value) -> Option<Details> {
    let none = Value::Null;
    let part = |key| answer.get(key).unwrap_or(&none);
    let (state, config, host) = (part("State"), part("Config"), part("HostConfig"));
    let life = ContainerState::parse(json::text(state, "Status"));
    let ended = !life.is_alive() && life != ContainerState::Created;
    Some(Details {
        id: ContainerId(Some(json::string(answer, "Id")).filter(|id| !id.is_empty())?),
        name: json::text(answer, "Name")
            .trim_start_matches('/')
            .to_owned(),
        image: match json::text(config, "Image") {
            "" => json::string(answer, "ImageName"),
            image => image.to_owned(),
        },
        image_id: json::string(answer, "Image"),
        exit_code: json::signed(state, "ExitCode")
            .and_then(|code| code.try_into().ok())
            .filter(|_| ended),
        state: life,
        oom_killed: json::flag(state, "OOMKilled"),
        error: json::string(state, "Error"),
        created: json::time(answer, "Created"),
        started: json::time(state, "StartedAt"),
        finished: json::time(state, "FinishedAt"),
        restart_count: json::number(answer, "RestartCount").unwrap_or_default(),
        health: health(state),
        command: command(answer, config),
        working_dir: json::string(config, "WorkingDir"),
        user: json::string(config, "User"),
        hostname: json::string(config, "Hostname"),
        tty: json::flag(config, "Tty"),
        ports: ports(answer, config, host),
        mounts: mounts(answer),
        networks: networks(answer),
        restart_policy: restart_policy(host),
        log_driver: host
            .get("LogConfig")
            .map(|log| json::string(log, "Type"))
            .unwrap_or_default(),
        limits: limits(host),
        env: env(config),
        labels: json::members(config, "Labels")
            .map(|(key, value)| (key.clone(), value.as_str().unwrap_or_default().to_owned()))
            .collect::<BTreeMap<_, _>>()
            .into_iter()
            .collect(),
    })
}

fn health(state: &Value) -> Option<(Health, Vec<HealthCheck>)> {
    // `Healthcheck` is what Podman before 4 called it.
    let health = state.get("Health").or_else(|| state.get("Healthcheck"))?;
    let verdict = containers::health(json::text(health, "Status"))?;
    let checks = json::list(health, "Log")
        .iter()
        .map(|check| HealthCheck {
            time: json::time(check, "Start"),
            exit_code: json::signed(check, "ExitCode").unwrap_or_default(),
            output: json::string(check, "Output"),
        })
        .collect();
    Some((verdict, checks))
}

fn command(answer: &Value, config: &Value) -> Vec<String> {
    let mut command = json::strings(answer, "Path");
    if command.is_empty() {
        command = json::strings(config, "Entrypoint");
        command.extend(json::strings(config, "Cmd"));
    } else {
        command.extend(json::strings(answer, "Args"));
    }
    command
}

/// What is exposed, with the bindings that are or, while it does not run, will be.
fn ports(answer: &Value, config: &Value, host: &Value) -> Vec<PortBinding> {
    let mut found: BTreeMap<(u32, String), Vec<String>> = BTreeMap::new();
    let network = answer.get("NetworkSettings").unwrap_or(&Value::Null);
    let sources = [
        (config, "ExposedPorts"),
        (host, "PortBindings"),
        (network, "Ports"),
    ];
    for (port, bindings) in sources.iter().flat_map(|(v, key)| json::members(v, key)) {
        let number = port.split('/').next().and_then(|n| n.parse().ok());
        let entry = found
            .entry((number.unwrap_or(u32::MAX), port.clone()))
            .or_default();
        let bindings: Vec<String> = bindings
            .as_array()
            .map_or_else(Vec::new, |all| all.iter().filter_map(binding).collect());
        if !bindings.is_empty() {
            *entry = bindings;
        }
    }
    found
        .into_iter()
        .map(|((_, container), host)| PortBinding { container, host })
        .collect()
}

fn binding(binding: &Value) -> Option<String> {
    let port = json::text(binding, "HostPort");
    let ip = match json::text(binding, "HostIp") {
        "" => "0.0.0.0",
        ip => ip,
    };
    match (port.is_empty(), ip.contains(':')) {
        (true, _) => None,
        (false, true) => Some(format!("[{ip}]:{port}")),
        (false, false) => Some(format!("{ip}:{port}")),
    }
}

fn mounts(answer: &Value) -> Vec<Mount> {
    json::list(answer, "Mounts")
        .iter()
        .map(|mount| Mount {
            kind: json::string(mount, "Type"),
            source: match json::text(mount, "Name") {
                "" => json::string(mount, "Source"),
                name => name.to_owned(),
            },
            target: json::string(mount, "Destination"),
            writable: json::flag(mount, "RW"),
        })
        .collect()
}

fn networks(answer: &Value) -> Vec<(String, String)> {
    answer
        .get("NetworkSettings")
        .into_iter()
        .flat_map(|settings| json::members(settings, "Networks"))
        .map(|(name, network)| {
            let address = match json::text(network, "IPAddress") {
                "" => json::string(network, "GlobalIPv6Address"),
                address => address.to_owned(),
            };
            (name.clone(), address)
        })
        .collect()
}

fn restart_policy(host: &Value) -> String {
    let policy = host.get("RestartPolicy").unwrap_or(&Value::Null);
    let count = json::number(policy, "MaximumRetryCount").unwrap_or_default();
    match (json::text(policy, "Name"), count) {
        ("", _) => "no".to_owned(),
        ("on-failure", 1..) => format!("on-failure:{count}"),
        (name, _) => name.to_owned(),
    }
}

/// Zero and negative numbers mean "no limit" in all of them.
fn limits(host: &Value) -> Limits {
    let limit = |key| json::number(host, key).filter(|&n| n > 0);
    let cpus = limit("NanoCpus")
        .map(|nanos| nanos as f64 / 1e9)
        .or_else(|| Some(limit("CpuQuota")? as f64 / limit("CpuPeriod").unwrap_or(100_000) as f64));
    Limits {
        memory_bytes: limit("Memory"),
        memory_swap_bytes: limit("MemorySwap"),
        cpus,
        cpu_shares: limit("CpuShares"),
        pids: limit("PidsLimit"),
    }
}

fn env(config: &Value) -> Vec<EnvVar> {
    let mut env: Vec<EnvVar> = json::strings(config, "Env")
        .into_iter()
        .map(|line| match line.split_once('=') {
            Some((key, value)) => EnvVar {
                key: key.to_owned(),
                value: Some(value.to_owned()),
            },
            None => EnvVar {
                key: line,
                value: Some(String::new()),
            },
        })
        .collect();
    env.sort_by(|a, b| a.key.cmp(&b.key));
    env
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_inspect_answer_is_read_in_full() {
        let d = details(&json!({
            "Id": "abc", "Name": "/web", "Created": "2026-01-02T03:04:05.6Z", "Path": "nginx",
            "Args": ["-g", "daemon off;"], "Image": "sha256:1", "RestartCount": 3,
            "State": {"Status": "exited", "ExitCode": 137, "OOMKilled": true, "Error": "",
                      "StartedAt": "2026-01-02T03:04:06Z", "FinishedAt": "0001-01-01T00:00:00Z",
                      "Health": {"Status": "unhealthy", "Log": [{"Start": "2026-01-02T03:04:07.1+01:00", "ExitCode": 1, "Output": "no"}]}},
            "HostConfig": {"LogConfig": {"Type": "local"}, "RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 5},
                           "NanoCpus": 1_500_000_000, "Memory": 1048576, "MemorySwap": -1, "PidsLimit": null, "CpuShares": 0,
                           "PortBindings": {"80/tcp": [{"HostIp": "", "HostPort": "8080"}]}},
            "Config": {"Image": "nginx:1", "Tty": true, "Env": ["B=2=3", "A=1", "C"], "Labels": {"z": "1", "a": "2"},
                       "ExposedPorts": {"443/tcp": {}, "80/tcp": {}}},
            "Mounts": [{"Type": "volume", "Name": "data", "Source": "/var/lib/x", "Destination": "/data", "RW": true}],
            "NetworkSettings": {"Ports": {}, "Networks": {"shop": {"IPAddress": "172.18.0.2"}}}
        }))
        .unwrap();
        assert_eq!(
            (d.name.as_str(), d.image.as_str(), d.exit_code),
            ("web", "nginx:1", Some(137))
        );
        assert_eq!(d.command, ["nginx", "-g", "daemon off;"]);
        assert!(d.tty && d.oom_killed && d.started.is_some() && d.finished.is_none());
        let (verdict, checks) = d.health.unwrap();
        assert_eq!((verdict, checks[0].exit_code), (Health::Unhealthy, 1));
        assert_eq!(d.restart_policy, "on-failure:5");
        assert_eq!(
            (
                d.limits.cpus,
                d.limits.memory_bytes,
                d.limits.memory_swap_bytes,
                d.limits.pids
            ),
            (Some(1.5), Some(1_048_576), None, None)
        );
        let ports: Vec<_> = d
            .ports
            .iter()
            .map(|p| (p.container.as_str(), p.host.clone()))
            .collect();
        assert_eq!(
            ports,
            [
                ("80/tcp", vec!["0.0.0.0:8080".to_owned()]),
                ("443/tcp", vec![])
            ]
        );
        let env: Vec<_> = d
            .env
            .iter()
            .map(|e| (e.key.as_str(), e.value.as_deref()))
            .collect();
        assert_eq!(env, [("A", Some("1")), ("B", Some("2=3")), ("C", Some(""))]);
        assert_eq!(d.networks, [("shop".to_owned(), "172.18.0.2".to_owned())]);
        assert_eq!(d.mounts[0].source, "data");
        assert_eq!(d.labels[0].0, "a");
    }

    #[test]
    fn an_answer_with_nothing_but_an_id_is_details() {
        let d = details(&json!({"Id": "abc", "State": null, "Config": 7})).unwrap();
        assert_eq!((d.restart_policy.as_str(), d.exit_code), ("no", None));
        assert_eq!(details(&json!({"Name": "/x"})), None);
    }
}
