//! Everything the Details tab shows of one container, from the engine's inspect call.

use serde::{Deserialize, Serialize};

use super::{ContainerId, ContainerState, Health};
use crate::time::Nanos;

/// Media type of [`Details`] in postcard: the page asks for it by `Accept`, others get JSON.
pub const DETAILS_TYPE: &str = "application/vnd.sidekick.details+postcard";

/// One container in full.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Details {
    /// Full id.
    pub id: ContainerId,
    /// Name without the leading slash.
    pub name: String,
    /// Image as named at creation.
    pub image: String,
    /// Image id (`sha256:…`).
    pub image_id: String,
    /// Life-cycle state.
    pub state: ContainerState,
    /// Exit code of the last run, while it does not run.
    pub exit_code: Option<i32>,
    /// Whether the kernel killed it for memory.
    pub oom_killed: bool,
    /// The engine's error for the last start, empty when there was none.
    pub error: String,
    /// When it was created.
    pub created: Option<Nanos>,
    /// When its last run began.
    pub started: Option<Nanos>,
    /// When its last run ended.
    pub finished: Option<Nanos>,
    /// How often the restart policy started it again.
    pub restart_count: u64,
    /// Health verdict and the last checks, where it has a health check.
    pub health: Option<(Health, Vec<HealthCheck>)>,
    /// Entrypoint and command as one argument list.
    pub command: Vec<String>,
    /// Working directory.
    pub working_dir: String,
    /// User, empty for the image's default.
    pub user: String,
    /// Host name inside.
    pub hostname: String,
    /// Whether it has a terminal.
    pub tty: bool,
    /// Published and exposed ports.
    pub ports: Vec<PortBinding>,
    /// Mounts.
    pub mounts: Vec<Mount>,
    /// Networks: name and IP address.
    pub networks: Vec<(String, String)>,
    /// Restart policy: `no`, `always`, `on-failure:5`.
    pub restart_policy: String,
    /// Logging driver.
    pub log_driver: String,
    /// Resource limits.
    pub limits: Limits,
    /// Environment, sorted by key.
    pub env: Vec<EnvVar>,
    /// Labels, sorted by key.
    pub labels: Vec<(String, String)>,
}

impl Details {
    /// As [`DETAILS_TYPE`]; `None` where they cannot be written so.
    #[must_use]
    pub fn encode(&self) -> Option<Vec<u8>> {
        postcard::to_stdvec(self).ok()
    }

    /// Reads [`DETAILS_TYPE`] back; `None` where the bytes are none of this version.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        postcard::from_bytes(bytes).ok()
    }
}

/// One result of the health check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HealthCheck {
    /// When it began.
    pub time: Option<Nanos>,
    /// Exit code; 0 is healthy.
    pub exit_code: i64,
    /// What it printed.
    pub output: String,
}

/// One port with its bindings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PortBinding {
    /// Port and protocol inside, such as `80/tcp`.
    pub container: String,
    /// `ip:port` pairs on the host; empty where only exposed.
    pub host: Vec<String>,
}

/// One mount.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mount {
    /// `bind`, `volume`, `tmpfs`.
    pub kind: String,
    /// Volume name or path on the host.
    pub source: String,
    /// Path inside.
    pub target: String,
    /// Whether it is writable.
    pub writable: bool,
}

/// Resource limits; `None` is "no limit".
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Limits {
    /// Memory in bytes.
    pub memory_bytes: Option<u64>,
    /// Memory and swap in bytes.
    pub memory_swap_bytes: Option<u64>,
    /// Cores, such as 1.5.
    pub cpus: Option<f64>,
    /// Relative CPU weight.
    pub cpu_shares: Option<u64>,
    /// Processes.
    pub pids: Option<u64>,
}

/// One environment variable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnvVar {
    /// Its name.
    pub key: String,
    /// Its value; `None` where it looks secret and was not asked for.
    pub value: Option<String>,
}

/// Whether a variable's value must not leave the server unless asked for: by the name
/// (password, token, key, credential and the like) or by a URL with a password in the value.
#[must_use]
pub fn looks_secret(key: &str, value: &str) -> bool {
    const WORDS: [&str; 16] = [
        "JWT",
        "WEBHOOK",
        "PASS",
        "PWD",
        "SECRET",
        "TOKEN",
        "KEY",
        "CRED",
        "AUTH",
        "PRIVATE",
        "CERT",
        "SALT",
        "SIGNATURE",
        "COOKIE",
        "SESSION",
        "DSN",
    ];
    let upper = key.to_ascii_uppercase();
    if upper == "PWD" || upper == "OLDPWD" {
        return false;
    }
    if WORDS.iter().any(|word| upper.contains(word)) {
        return true;
    }
    // A personal access token; `PATH` and `PATTERN` are none.
    if upper.split(['_', '-', '.']).any(|word| word == "PAT") {
        return true;
    }
    // Connection strings: `Server=db;User Id=app;Password=…`.
    let lower = value.to_ascii_lowercase();
    if lower.contains("password=") || lower.contains("pwd=") {
        return true;
    }
    // user:password@host or token@host in any URL. Passwords that should have been escaped may hold any of
    // `/?#`, so the search goes on to the next blank: masking too much is the safe mistake.
    value.split("://").skip(1).any(|rest| {
        let word = rest.split_whitespace().next().unwrap_or_default();
        word.rsplit_once('@')
            .is_some_and(|(user, _)| !user.is_empty())
    })
}

#[cfg(test)]
mod tests {
    use super::looks_secret;

    #[test]
    fn secrets_are_known_by_name_or_by_a_password_in_a_url() {
        for (key, value) in [
            ("POSTGRES_PASSWORD", "x"),
            ("api_key", "x"),
            ("GITHUB_PAT", "x"),
            ("CREDS", "x"),
            ("GITHUB_TOKEN", "x"),
            ("DATABASE_URL", "postgres://app:hunter2@db:5432/app"),
            ("DATABASE_URL", "postgres://app:hun/ter#2@db:5432/app"),
            ("ConnectionStrings__Main", "Server=db;User Id=sa;Password=x"),
        ] {
            assert!(looks_secret(key, value), "{key}");
        }
        for (key, value) in [
            ("PATH", "/bin"),
            ("PWD", "/srv"),
            ("DATABASE_URL", "postgres://db:5432/app"),
            ("HOME", "/root"),
        ] {
            assert!(!looks_secret(key, value), "{key}");
        }
    }
}
