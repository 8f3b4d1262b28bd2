//! `/version` and `/info`.

use serde_json::{Value, json};
use sidekick::time::Nanos;

use super::{API_VERSION, MIN_API_VERSION, VERSION};
use crate::demo::load::{CPUS, MEMORY_BYTES};
use crate::demo::unit::State;
use crate::demo::world::{World, id_of};

/// How the engine names itself where people read it.
const TITLE: &str = "Sidekick Docker demo engine";
const KERNEL: &str = "6.12.0-demo";
const COMMIT: &str = "0000000";
const BUILT: &str = "2026-01-01T00:00:00.000000000+00:00";
const GO: &str = "go1.24.3";

pub(crate) fn version() -> Value {
    json!({
        "Platform": { "Name": TITLE },
        "Components": [{
            "Name": "Engine",
            "Version": VERSION,
            "Details": {
                "ApiVersion": API_VERSION, "Arch": "amd64", "BuildTime": BUILT,
                "Experimental": "false", "GitCommit": COMMIT, "GoVersion": GO,
                "KernelVersion": KERNEL, "MinAPIVersion": MIN_API_VERSION, "Os": "linux",
            },
        }],
        "Version": VERSION,
        "ApiVersion": API_VERSION,
        "MinAPIVersion": MIN_API_VERSION,
        "GitCommit": COMMIT,
        "GoVersion": GO,
        "Os": "linux",
        "Arch": "amd64",
        "KernelVersion": KERNEL,
        "BuildTime": BUILT,
    })
}

pub(crate) fn info(world: &World, now: Nanos) -> Value {
    let count = |wanted: fn(State) -> bool| world.units.iter().filter(|u| wanted(u.state)).count();
    let mut images: Vec<&str> = world.units.iter().map(|u| u.spec.image.as_str()).collect();
    images.sort_unstable();
    images.dedup();
    let mut value = json!({
        "ID": id_of("engine", 32),
        "Name": "sidekick-demo",
        "OperatingSystem": TITLE,
        "OSType": "linux",
        "OSVersion": "1",
        "Architecture": "x86_64",
        "KernelVersion": KERNEL,
        "ServerVersion": VERSION,
        "NCPU": CPUS,
        "MemTotal": MEMORY_BYTES,
        "Containers": world.units.len(),
        "ContainersRunning": count(|s| matches!(s, State::Running | State::Restarting)),
        "ContainersPaused": count(|s| s == State::Paused),
        "ContainersStopped": count(|s| matches!(s, State::Exited | State::Created)),
        "Images": images.len(),
        "Driver": "overlay2",
        "DriverStatus": [["Backing Filesystem", "memory"]],
        "LoggingDriver": "json-file",
        "CgroupDriver": "systemd",
        "CgroupVersion": "2",
        "Plugins": {
            "Volume": ["local"], "Network": ["bridge", "host", "null"],
            "Authorization": null, "Log": ["json-file"],
        },
    });
    let rest = json!({
        "MemoryLimit": true, "SwapLimit": true, "CpuCfsPeriod": true, "CpuCfsQuota": true,
        "CPUShares": true, "CPUSet": true, "PidsLimit": true, "IPv4Forwarding": true,
        "OomKillDisable": false, "Debug": false, "ExperimentalBuild": false,
        "NFd": 40, "NGoroutines": 60, "NEventsListener": 0,
        "SystemTime": now.to_rfc3339(),
        "IndexServerAddress": "https://index.docker.io/v1/",
        "DockerRootDir": "/var/lib/docker",
        "HttpProxy": "", "HttpsProxy": "", "NoProxy": "",
        "Labels": ["sidekick.demo=true"],
        "Runtimes": { "runc": { "path": "runc" } },
        "DefaultRuntime": "runc",
        "InitBinary": "docker-init",
        "ContainerdCommit": { "ID": "" }, "RuncCommit": { "ID": "" }, "InitCommit": { "ID": "" },
        "SecurityOptions": ["name=seccomp,profile=builtin"],
        "Swarm": { "LocalNodeState": "inactive", "NodeID": "", "NodeAddr": "" },
        "LiveRestoreEnabled": false,
        "Isolation": "",
        "Warnings": null,
    });
    if let (Value::Object(value), Value::Object(rest)) = (&mut value, rest) {
        value.extend(rest);
    }
    value
}
