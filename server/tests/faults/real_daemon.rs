//! The same on a Docker daemon of the test's own, which is killed on the way.
//!
//! It runs in a network namespace of its own beside the daemon that SIDEKICK_TEST_DOCKER names, and has
//! its image from there.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use futures::StreamExt;

use crate::journal::Journal;
use crate::real_run;
use crate::report::Report;
use crate::rng::Rng;

/// Runs at a time.
const AT_ONCE: usize = 3;

/// Held while a container is started or stopped: a daemon that is killed amid that may refuse to start
/// the container ever again.
pub(crate) static CRASH: tokio::sync::RwLock<()> = tokio::sync::RwLock::const_new(());

/// Files and process of the daemon.
pub(crate) struct Daemon {
    folder: PathBuf,
    process: std::process::Child,
}

impl Daemon {
    fn start(image_from: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("sidekick-faults-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let process = launch(&folder);
        let daemon = Self { folder, process };
        daemon.answers();
        let mut save = Command::new("docker")
            .args(["-H", image_from, "save", "sidekick-test:latest"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let image = save.stdout.take().unwrap();
        let load = Command::new("docker")
            .args(["-H", &daemon.host(), "load"])
            .stdin(image)
            .output()
            .unwrap();
        assert!(load.status.success() && save.wait().unwrap().success());
        daemon
    }

    pub(crate) fn socket(&self) -> PathBuf {
        self.folder.join("docker.sock")
    }

    fn host(&self) -> String {
        format!("unix://{}", self.socket().display())
    }

    fn answers(&self) {
        let began = Instant::now();
        while !docker(&self.host(), &["version"]).status.success() {
            let folder = self.folder.display();
            assert!(
                began.elapsed() < Duration::from_secs(60),
                "no dockerd; {folder}/log tells"
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Ends the daemon without a word and starts it again. Its containers go on.
    fn crash(&mut self) {
        let pid = std::fs::read_to_string(self.folder.join("exec/containerd/containerd.pid"));
        self.process.kill().unwrap();
        self.process.wait().unwrap();
        // A new daemon that meets the dying one's containerd waits for it in vain.
        let name = format!("/proc/{}/comm", pid.unwrap().trim());
        while std::fs::read_to_string(&name).is_ok_and(|it| it.trim() == "containerd") {
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = std::fs::remove_file(self.folder.join("pid"));
        self.process = launch(&self.folder);
        self.answers();
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let ids = docker(&self.host(), &["ps", "-aq"]);
        for id in String::from_utf8_lossy(&ids.stdout).split_whitespace() {
            docker(&self.host(), &["rm", "-f", id]);
        }
        let _ = Command::new("kill")
            .arg(self.process.id().to_string())
            .status();
        let _ = self.process.wait();
        // dockerd mounts its data folder on itself and leaves that behind.
        let _ = Command::new("umount")
            .arg("-l")
            .arg(self.folder.join("data"))
            .output();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// `unshare` becomes the daemon, so that this is the daemon's process.
fn launch(folder: &Path) -> std::process::Child {
    let log = std::fs::File::options()
        .create(true)
        .append(true)
        .open(folder.join("log"))
        .unwrap();
    let at = |name: &str| folder.join(name).display().to_string();
    Command::new("unshare")
        .args(["--net", "--", "dockerd", "--live-restore"])
        .args(["--data-root", &at("data"), "--exec-root", &at("exec")])
        .args(["--pidfile", &at("pid")])
        .args(["-H", &format!("unix://{}", at("docker.sock"))])
        .stdout(log.try_clone().unwrap())
        .stderr(log)
        .spawn()
        .unwrap()
}

/// Runs the docker command.
pub(crate) fn docker(host: &str, arguments: &[&str]) -> std::process::Output {
    Command::new("docker")
        .args(["-H", host])
        .args(arguments)
        .output()
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a Docker daemon"]
async fn viewers_of_a_troubled_daemon_hold_what_docker_logs_returns() {
    let from = std::env::var("SIDEKICK_TEST_DOCKER").expect("SIDEKICK_TEST_DOCKER names a daemon");
    let mut daemon = Daemon::start(&from);
    let (socket, host) = (daemon.socket(), daemon.host());
    let over = Arc::new(AtomicBool::new(false));
    let crasher = std::thread::spawn({
        let over = Arc::clone(&over);
        move || {
            let mut rng = Rng::new(1, 1);
            let mut crashes = 0;
            let mut next = Instant::now() + rng.millis(4000, 9000);
            while !over.load(Ordering::SeqCst) {
                std::thread::sleep(Duration::from_millis(50));
                if Instant::now() >= next {
                    let _nobody = CRASH.blocking_write();
                    daemon.crash();
                    crashes += 1;
                    next = Instant::now() + rng.millis(8000, 25_000);
                }
            }
            drop(daemon);
            crashes
        }
    });
    let seeds = crate::seeds(3, 50);
    let began = Instant::now();
    let runs = futures::stream::iter(&seeds).map(|&seed| {
        let (socket, host) = (socket.clone(), host.clone());
        async move {
            let journal = Journal::new();
            let run = tokio::spawn(real_run::run(seed, socket, host, journal.clone()));
            let outcome = run.await.unwrap_or_else(|panic| Err(panic.to_string()));
            outcome.map_err(|error| {
                format!("seed {seed}: {error}\nthis was done:\n{}", journal.text())
            })
        }
    });
    let outcomes: Vec<_> = runs.buffer_unordered(AT_ONCE).collect().await;
    let took = began.elapsed().as_secs();
    over.store(true, Ordering::SeqCst);
    let crashes = tokio::task::spawn_blocking(|| crasher.join().unwrap())
        .await
        .unwrap();
    eprintln!("the daemon was killed {crashes} times");
    Report::conclude(outcomes, took);
}
