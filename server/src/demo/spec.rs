//! What a container of the demo engine is made from.

use super::voice::Voice;

/// The plan of one container. [`Spec::new`] gives a silent running one; the methods change it.
#[derive(Clone, Debug)]
pub struct Spec {
    pub(crate) name: String,
    pub(crate) image: String,
    pub(crate) command: Vec<String>,
    pub(crate) labels: Vec<(String, String)>,
    pub(crate) env: Vec<(String, String)>,
    pub(crate) ports: Vec<PortSpec>,
    pub(crate) mounts: Vec<MountSpec>,
    pub(crate) tty: bool,
    pub(crate) voice: Voice,
    pub(crate) lines_per_minute: f64,
    pub(crate) load: Load,
    pub(crate) restart: &'static str,
    pub(crate) memory_limit: u64,
    pub(crate) cpu_limit: f64,
    pub(crate) health: Health,
    pub(crate) begin: Begin,
    pub(crate) crash_every_s: Option<u32>,
    pub(crate) created_ago_s: u32,
}

/// A published or exposed port.
#[derive(Clone, Debug)]
pub(crate) struct PortSpec {
    pub(crate) container: u16,
    pub(crate) host: Option<u16>,
}

/// A bind mount or a named volume.
#[derive(Clone, Debug)]
pub(crate) struct MountSpec {
    /// A path on the host, or a volume's name.
    pub(crate) source: String,
    pub(crate) target: String,
    pub(crate) writable: bool,
}

/// How heavily a container works, on average over a day.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Load {
    /// Processor time, in per cent of one core.
    pub cpu_percent: f64,
    /// Memory in use without page cache, in MiB.
    pub memory_mib: f64,
    /// Bytes received from the network per second; a little more is sent back.
    pub network_bytes_per_s: f64,
    /// Bytes written to disk per second; a third of it is read.
    pub disk_bytes_per_s: f64,
}

/// What the health check of a container says once it has run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    /// It has no health check.
    None,
    /// `starting` for 15 s, then `healthy`.
    Healthy,
    /// `unhealthy`, with a short recovery now and then.
    Unhealthy,
}

/// The state a container is in when the engine starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begin {
    /// Made, never started.
    Created,
    /// Running for this many seconds.
    Running(u32),
    /// Frozen; running for this many seconds.
    Paused(u32),
    /// Ended.
    Exited {
        /// Exit code.
        code: i64,
        /// Seconds since it ended.
        ago_s: u32,
        /// Seconds it ran.
        ran_s: u32,
    },
}

impl Spec {
    /// A running container that prints nothing by itself.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            image: "demo/silent:1.0".to_owned(),
            command: vec!["/bin/app".to_owned()],
            labels: Vec::new(),
            env: vec![(
                "PATH".to_owned(),
                "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin".to_owned(),
            )],
            ports: Vec::new(),
            mounts: Vec::new(),
            tty: false,
            voice: Voice::Silent,
            lines_per_minute: 0.0,
            load: Load {
                cpu_percent: 2.0,
                memory_mib: 48.0,
                network_bytes_per_s: 2_000.0,
                disk_bytes_per_s: 500.0,
            },
            restart: "no",
            memory_limit: 0,
            cpu_limit: 0.0,
            health: Health::None,
            begin: Begin::Running(0),
            crash_every_s: None,
            created_ago_s: 0,
        }
    }

    /// The image's name, and the command it runs.
    #[must_use]
    pub fn image(mut self, image: &str, command: &[&str]) -> Self {
        self.image = image.to_owned();
        self.command = command.iter().map(|&c| c.to_owned()).collect();
        self
    }

    /// Makes it replica `number` of a service of a Compose project.
    #[must_use]
    pub fn compose(self, project: &str, service: &str, number: u32) -> Self {
        self.label("com.docker.compose.project", project)
            .label("com.docker.compose.service", service)
            .label("com.docker.compose.container-number", &number.to_string())
            .label("com.docker.compose.oneoff", "False")
            .label(
                "com.docker.compose.project.working_dir",
                &format!("/srv/{project}"),
            )
            .label(
                "com.docker.compose.project.config_files",
                &format!("/srv/{project}/compose.yaml"),
            )
            .label("com.docker.compose.version", "2.36.2")
    }

    /// Adds a label.
    #[must_use]
    pub fn label(mut self, key: &str, value: &str) -> Self {
        self.labels.push((key.to_owned(), value.to_owned()));
        self
    }

    /// Adds an environment variable.
    #[must_use]
    pub fn env(mut self, key: &str, value: &str) -> Self {
        self.env.push((key.to_owned(), value.to_owned()));
        self
    }

    /// Adds a TCP port; with `host` it is published there.
    #[must_use]
    pub fn port(mut self, container: u16, host: Option<u16>) -> Self {
        self.ports.push(PortSpec { container, host });
        self
    }

    /// Adds a mount. A `source` that begins with `/` is a bind mount, else a volume's name.
    #[must_use]
    pub fn mount(mut self, source: &str, target: &str, writable: bool) -> Self {
        self.mounts.push(MountSpec {
            source: source.to_owned(),
            target: target.to_owned(),
            writable,
        });
        self
    }

    /// Gives it a terminal: its log is one raw stream with `\r\n`.
    #[must_use]
    pub fn tty(mut self) -> Self {
        self.tty = true;
        self
    }

    /// Lets it print lines of this kind, so many a minute on average.
    #[must_use]
    pub fn says(mut self, voice: Voice, lines_per_minute: f64) -> Self {
        self.voice = voice;
        self.lines_per_minute = lines_per_minute.max(0.0);
        self
    }

    /// How heavily it works.
    #[must_use]
    pub fn load(mut self, load: Load) -> Self {
        self.load = load;
        self
    }

    /// The restart policy: `no`, `always`, `unless-stopped` or `on-failure`.
    #[must_use]
    pub fn restart(mut self, policy: &'static str) -> Self {
        self.restart = policy;
        self
    }

    /// Memory limit in bytes (0 is none) and processors (0 is all).
    #[must_use]
    pub fn limits(mut self, memory_bytes: u64, cpus: f64) -> Self {
        self.memory_limit = memory_bytes;
        self.cpu_limit = cpus;
        self
    }

    /// What its health check says.
    #[must_use]
    pub fn health(mut self, health: Health) -> Self {
        self.health = health;
        self
    }

    /// The state it begins in. It is made a minute before it first started.
    #[must_use]
    pub fn begin(mut self, begin: Begin) -> Self {
        self.created_ago_s = match begin {
            Begin::Created => 0,
            Begin::Running(s) | Begin::Paused(s) => s,
            Begin::Exited { ago_s, ran_s, .. } => ago_s.saturating_add(ran_s),
        };
        self.begin = begin;
        self
    }

    /// Lets it die with an exit code now and then, about every so many seconds.
    #[must_use]
    pub fn crashes(mut self, every_s: u32) -> Self {
        self.crash_every_s = Some(every_s.max(1));
        self
    }
}
