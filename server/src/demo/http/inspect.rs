//! `/containers/{id}/json` and `/containers/{id}/top`.

use serde_json::{Map, Value, json};
use sidekick::time::Nanos;

use crate::demo::load::MEMORY_BYTES;
use crate::demo::refusal::Refusal;
use crate::demo::spec::Health;
use crate::demo::unit::{State, Unit};
use crate::demo::world::{World, id_of};

/// Go's zero time, which dockerd writes for "never".
const NEVER: &str = "0001-01-01T00:00:00Z";

/// The whole description of a container.
pub(crate) fn details(world: &World, index: usize, now: Nanos) -> Value {
    let unit = &world.units[index];
    let spec = &unit.spec;
    let env: Vec<String> = spec.env.iter().map(|(k, v)| format!("{k}={v}")).collect();
    let labels: Map<String, Value> = spec
        .labels
        .iter()
        .map(|(k, v)| (k.clone(), json!(v)))
        .collect();
    let args = spec.command.get(1..).unwrap_or_default();
    let root = format!("/var/lib/docker/containers/{}", unit.id);
    json!({
        "Id": unit.id,
        "Created": unit.created.to_rfc3339(),
        "Path": spec.command.first(),
        "Args": args,
        "State": state(unit, now),
        "Image": image_id(&spec.image),
        "ResolvConfPath": format!("{root}/resolv.conf"),
        "HostnamePath": format!("{root}/hostname"),
        "HostsPath": format!("{root}/hosts"),
        "LogPath": format!("{root}/{}-json.log", unit.id),
        "Name": format!("/{}", unit.name),
        "RestartCount": unit.restarts,
        "Driver": "overlay2",
        "Platform": "linux",
        "MountLabel": "", "ProcessLabel": "", "AppArmorProfile": "docker-default",
        "ExecIDs": null,
        "HostConfig": host_config(unit),
        "GraphDriver": { "Name": "overlay2", "Data": {} },
        "Mounts": mounts(unit),
        "Config": {
            "Hostname": unit.id.get(..12),
            "Domainname": "",
            "User": "",
            "AttachStdin": false, "AttachStdout": true, "AttachStderr": true,
            "ExposedPorts": exposed(unit),
            "Tty": spec.tty,
            "OpenStdin": spec.tty, "StdinOnce": false,
            "Env": env,
            "Cmd": spec.command,
            "Image": spec.image,
            "Volumes": null,
            "WorkingDir": "/app",
            "Entrypoint": null,
            "Labels": labels,
            "StopSignal": "SIGTERM",
            "Healthcheck": healthcheck(unit),
        },
        "NetworkSettings": {
            "Bridge": "",
            "SandboxID": id_of(&unit.id, 64),
            "Ports": port_map(unit, unit.state.is_up()),
            "Networks": networks(unit, index),
        },
    })
}

/// The processes of a container: one.
pub(crate) fn top(world: &World, key: &str) -> Result<Value, Refusal> {
    let unit = world.get(key)?;
    if !unit.state.is_up() {
        return Err(Refusal::conflict(format!(
            "container {} is not running",
            unit.id
        )));
    }
    let pid = unit.pid.to_string();
    let command = unit.spec.command.join(" ");
    Ok(json!({
        "Titles": ["UID", "PID", "PPID", "C", "STIME", "TTY", "TIME", "CMD"],
        "Processes": [["root", pid, "1", "0", "00:00", "?", "00:00:01", command]],
    }))
}

/// The id that belongs to an image's name.
pub(crate) fn image_id(image: &str) -> String {
    format!("sha256:{}", id_of(image, 64))
}

/// The mounts in the form that both the list and inspect use.
pub(crate) fn mounts(unit: &Unit) -> Vec<Value> {
    let one = |mount: &crate::demo::spec::MountSpec| {
        let mode = if mount.writable { "rw" } else { "ro" };
        if mount.source.starts_with('/') {
            return json!({
                "Type": "bind", "Source": mount.source, "Destination": mount.target,
                "Mode": mode, "RW": mount.writable, "Propagation": "rprivate",
            });
        }
        json!({
            "Type": "volume", "Name": mount.source,
            "Source": format!("/var/lib/docker/volumes/{}/_data", mount.source),
            "Destination": mount.target, "Driver": "local",
            "Mode": mode, "RW": mount.writable, "Propagation": "",
        })
    };
    unit.spec.mounts.iter().map(one).collect()
}

/// The one network a container is attached to; addresses exist while it runs.
pub(crate) fn networks(unit: &Unit, index: usize) -> Value {
    let name = unit.network();
    let host = 2 + index % 250;
    let (ip, gateway, mac, prefix) = if unit.state.is_up() {
        (
            format!("172.18.0.{host}"),
            "172.18.0.1",
            format!("02:42:ac:12:00:{host:02x}"),
            16,
        )
    } else {
        (String::new(), "", String::new(), 0)
    };
    let service = unit.label("com.docker.compose.service");
    let mut map = Map::new();
    map.insert(
        name.clone(),
        json!({
            "IPAMConfig": null, "Links": null, "DriverOpts": null,
            "Aliases": service.map(|s| [s]),
            "NetworkID": id_of(&name, 64),
            "EndpointID": if unit.state.is_up() { id_of(&unit.id, 64) } else { String::new() },
            "Gateway": gateway, "IPAddress": ip, "MacAddress": mac, "IPPrefixLen": prefix,
            "IPv6Gateway": "", "GlobalIPv6Address": "", "GlobalIPv6PrefixLen": 0,
            "DNSNames": [unit.name, unit.id.get(..12)],
        }),
    );
    Value::Object(map)
}

fn state(unit: &Unit, now: Nanos) -> Value {
    let time = |at: Option<Nanos>| at.map_or_else(|| NEVER.to_owned(), Nanos::to_rfc3339);
    let mut value = json!({
        "Status": unit.state.word(),
        // dockerd counts a container that is about to restart as running.
        "Running": unit.state.is_up() || unit.state == State::Restarting,
        "Paused": unit.state == State::Paused,
        "Restarting": unit.state == State::Restarting,
        "OOMKilled": unit.oom_killed,
        "Dead": false,
        "Pid": unit.pid,
        "ExitCode": unit.exit_code,
        "Error": "",
        "StartedAt": time(unit.started),
        "FinishedAt": time(unit.finished),
    });
    if let (Value::Object(map), Some(health)) = (&mut value, unit.health) {
        let output = match health {
            "healthy" => "HTTP/1.1 200 OK",
            _ => "curl: (28) Operation timed out after 3001 milliseconds with 0 bytes received",
        };
        let begun = Nanos(now.0 - 12_000_000_000);
        map.insert(
            "Health".to_owned(),
            json!({
                "Status": health,
                "FailingStreak": unit.failing_streak,
                "Log": [{
                    "Start": begun.to_rfc3339(),
                    "End": Nanos(begun.0 + 80_000_000).to_rfc3339(),
                    "ExitCode": i32::from(health != "healthy"),
                    "Output": output,
                }],
            }),
        );
    }
    value
}

fn host_config(unit: &Unit) -> Value {
    let spec = &unit.spec;
    let binds: Vec<String> = spec
        .mounts
        .iter()
        .map(|m| {
            let mode = if m.writable { "rw" } else { "ro" };
            format!("{}:{}:{mode}", m.source, m.target)
        })
        .collect();
    let retries = if spec.restart == "on-failure" { 5 } else { 0 };
    json!({
        "Binds": binds,
        "ContainerIDFile": "",
        "LogConfig": { "Type": "json-file", "Config": { "max-size": "10m", "max-file": "3" } },
        "NetworkMode": unit.network(),
        "PortBindings": port_map(unit, true),
        "RestartPolicy": { "Name": spec.restart, "MaximumRetryCount": retries },
        "AutoRemove": false,
        "VolumeDriver": "", "VolumesFrom": null,
        "CapAdd": null, "CapDrop": null,
        "CgroupnsMode": "private",
        "Dns": [], "DnsOptions": [], "DnsSearch": [], "ExtraHosts": [],
        "IpcMode": "private", "PidMode": "", "Privileged": false, "PublishAllPorts": false,
        "ReadonlyRootfs": false, "SecurityOpt": null, "ShmSize": 67_108_864, "Runtime": "runc",
        "CpuShares": 0,
        "Memory": spec.memory_limit.min(MEMORY_BYTES),
        "MemoryReservation": 0,
        "MemorySwap": spec.memory_limit.min(MEMORY_BYTES),
        "NanoCpus": (spec.cpu_limit * 1e9) as u64,
        "CpuPeriod": 0, "CpuQuota": 0,
        "PidsLimit": null,
    })
}

fn healthcheck(unit: &Unit) -> Value {
    match unit.spec.health {
        Health::None => Value::Null,
        Health::Healthy | Health::Unhealthy => json!({
            "Test": ["CMD-SHELL", "curl -fsS -m 3 http://localhost/healthz || exit 1"],
            "Interval": 30_000_000_000_u64,
            "Timeout": 5_000_000_000_u64,
            "Retries": 3,
        }),
    }
}

fn exposed(unit: &Unit) -> Map<String, Value> {
    let ports = unit.spec.ports.iter();
    ports
        .map(|p| (format!("{}/tcp", p.container), json!({})))
        .collect()
}

fn port_map(unit: &Unit, bound: bool) -> Map<String, Value> {
    let binding = |host: u16| {
        json!([
            { "HostIp": "0.0.0.0", "HostPort": host.to_string() },
            { "HostIp": "::", "HostPort": host.to_string() },
        ])
    };
    let ports = unit.spec.ports.iter().filter(|_| bound);
    ports
        .map(|p| {
            (
                format!("{}/tcp", p.container),
                p.host.map_or(Value::Null, binding),
            )
        })
        .collect()
}
