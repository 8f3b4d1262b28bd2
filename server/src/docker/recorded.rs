//! The parsers on what real engines answered: dockerd 20.10 on cgroup v1, and Podman 4.3's
//! Docker-compatible API, both with the same containers.

use serde_json::Value;
use sidekick::{
    model::{Container, ContainerState, Details, EnvVar, Event, EventKind, Health, StatsSample},
    time::Millis,
};

use super::{
    containers, events, inspect,
    stats::{Reading, StatsReader},
};

/// One engine's answers.
struct Recorded {
    name: &'static str,
    containers: &'static str,
    inspect: &'static str,
    stats: &'static str,
    events: &'static str,
}

macro_rules! recorded {
    ($folder:literal) => {
        Recorded {
            name: $folder,
            containers: include_str!(concat!(
                "../../tests/fixtures/",
                $folder,
                "/containers.json"
            )),
            inspect: include_str!(concat!("../../tests/fixtures/", $folder, "/inspect.json")),
            stats: include_str!(concat!("../../tests/fixtures/", $folder, "/stats.jsonl")),
            events: include_str!(concat!("../../tests/fixtures/", $folder, "/events.jsonl")),
        }
    };
}

const DOCKER: Recorded = recorded!("docker-20.10");
const PODMAN: Recorded = recorded!("podman-4.3");

impl Recorded {
    fn containers(&self) -> Vec<Container> {
        let answer: Value = serde_json::from_str(self.containers).unwrap();
        let listing = containers::listing(&answer).unwrap();
        assert_eq!(listing.skipped, 0, "{}", self.name);
        listing.containers
    }

    fn container(&self, name: &str) -> Container {
        let all = self.containers();
        let found = all.iter().find(|c| c.name.ends_with(name));
        found.unwrap_or_else(|| panic!("{all:?}")).clone()
    }

    fn details(&self) -> Details {
        let answer: Value = serde_json::from_str(self.inspect).unwrap();
        inspect::details(&answer).unwrap()
    }

    fn samples(&self) -> Vec<StatsSample> {
        let mut reader = StatsReader::default();
        self.stats
            .lines()
            .map(|line| {
                let record = serde_json::from_str(line).unwrap();
                match reader.read(&record, Millis(0)) {
                    Reading::Sample(sample) => sample,
                    other => panic!("{}: {other:?}", self.name),
                }
            })
            .collect()
    }

    fn events(&self) -> Vec<Event> {
        self.events
            .lines()
            .map(|line| events::event(&serde_json::from_str(line).unwrap(), Millis(0)).unwrap())
            .collect()
    }

    /// What happened to a container, in Docker's words.
    fn actions(&self, name: &str) -> Vec<String> {
        let mut actions: Vec<String> = self
            .events()
            .into_iter()
            .filter(|e| e.name.as_deref().is_some_and(|n| n.ends_with(name)))
            .map(|e| e.action)
            .collect();
        actions.dedup();
        actions
    }
}

#[test]
fn recorded_lists_are_read_in_full() {
    for engine in [DOCKER, PODMAN] {
        let name = engine.name;
        assert_eq!(engine.containers().len(), 4, "{name}");
        let web = engine.container("-web");
        assert_eq!(web.state, ContainerState::Running, "{name}");
        assert!(web.image.ends_with("sidekick-test:latest"), "{name}");
        assert!(web.created.is_some() && web.status.starts_with("Up "));
        assert_eq!(
            (web.project.as_deref(), web.service.as_deref(), web.number),
            (Some("shop"), Some("web"), Some(1)),
            "{name}"
        );
        let ports: Vec<_> = web
            .ports
            .iter()
            .map(|p| (p.container, p.host.is_some()))
            .collect();
        assert_eq!(ports, [(80, true)], "{name}");
        let exited = engine.container("-exited");
        assert_eq!(
            (exited.state, exited.exit_code),
            (ContainerState::Exited, Some(3)),
            "{name}"
        );
        assert_eq!(engine.container("-tty").state, ContainerState::Paused);
        assert_eq!(engine.container("-renamed").state, ContainerState::Created);
    }
    assert_eq!(DOCKER.container("-web").health, Some(Health::Healthy));
    // Podman 4.3 has a health check there too, but its list is silent about it.
    assert_eq!(PODMAN.container("-web").health, None);
}

#[test]
fn recorded_details_are_read_in_full() {
    for engine in [DOCKER, PODMAN] {
        let (name, d) = (engine.name, engine.details());
        assert!(d.name.ends_with("-web"), "{name}");
        assert_eq!((d.state, d.exit_code), (ContainerState::Running, None));
        assert!(d.created.is_some() && d.started > d.created && d.finished.is_none());
        let (health, checks) = d.health.unwrap();
        assert_eq!((health, checks.len()), (Health::Healthy, 2), "{name}");
        assert!(checks[0].exit_code == 0 && checks[1].time > checks[0].time);
        assert_eq!(d.command[..2], ["sh", "-c"], "{name}");
        assert_eq!(d.hostname.len(), 12, "{name}");
        assert!(!d.tty && d.ports.len() == 1 && d.ports[0].container == "80/tcp");
        assert!(d.ports[0].host[0].starts_with("0.0.0.0:"), "{name}");
        assert!(d.mounts[0].source.ends_with("-data"), "{name}");
        assert!(d.mounts[0].target == "/data" && d.mounts[0].writable);
        assert!(d.networks.len() == 1 && d.networks[0].1.contains('.'));
        assert_eq!(d.restart_policy, "on-failure:3", "{name}");
        assert_eq!(
            (d.limits.cpus, d.limits.memory_bytes, d.limits.pids),
            (Some(0.5), Some(64 << 20), None),
            "{name}"
        );
        let greeting = EnvVar {
            key: "GREETING".to_owned(),
            value: Some("hello".to_owned()),
        };
        assert!(d.env.contains(&greeting) && d.labels.len() == 3, "{name}");
    }
}

#[test]
fn recorded_stats_begin_without_cpu_and_go_on_as_the_engines_say() {
    let used = |engine: &Recorded| {
        let cpu = engine.samples().into_iter().map(|s| s.cpu_percent);
        cpu.map(|percent| percent.map(|p| (p * 100.0).round() / 100.0))
            .collect::<Vec<_>>()
    };
    assert_eq!(used(&DOCKER), [None, Some(2.5), Some(2.77)]);
    // Podman's first record compares readings of almost the same moment, which is not 0 %.
    assert_eq!(used(&PODMAN), [None, Some(0.11), Some(0.1)]);
    for engine in [DOCKER, PODMAN] {
        for sample in engine.samples() {
            assert_eq!((sample.online_cpus, sample.pids), (2, 2), "{}", engine.name);
            assert_eq!(sample.memory_limit_bytes, 64 << 20);
            assert!(sample.network_rx_bytes > 0, "{}", engine.name);
        }
    }
    // Docker's total less its 4 KiB of inactive files; Podman tells the total alone.
    assert_eq!(DOCKER.samples()[0].memory_bytes, 708_608 - 4096);
    assert_eq!(PODMAN.samples()[0].memory_bytes, 389_120);
}

#[test]
fn recorded_events_tell_a_life_in_the_same_words() {
    for engine in [DOCKER, PODMAN] {
        let life: Vec<_> = engine
            .actions("-exited")
            .into_iter()
            .filter(|action| !["init", "cleanup"].contains(&action.as_str()))
            .collect();
        assert_eq!(
            life,
            ["create", "start", "die", "destroy"],
            "{}",
            engine.name
        );
        let events = engine.events();
        let died = events.iter().find(|e| e.action == "die").unwrap();
        assert_eq!(died.attribute("exitCode"), Some("3"), "{}", engine.name);
        assert!(died.id.len() == 64 && died.time.0 % 1_000_000_000 != 0);
        let renamed = events.iter().find(|e| e.action == "rename").unwrap();
        assert!(renamed.name.as_deref().unwrap().ends_with("-renamed"));
        let volume = events.iter().find(|e| e.kind == EventKind::Volume).unwrap();
        assert_eq!(volume.action, "create", "{}", engine.name);
        let health = events
            .iter()
            .find(|e| e.action.starts_with("health_status"));
        assert!(health.is_some_and(|e| e.kind == EventKind::Container));
    }
}
