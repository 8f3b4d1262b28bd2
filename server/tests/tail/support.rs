//! A server on a demo engine, and the program that looks through it.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use leptos::config::LeptosOptions;
use server::Running;
use server::config::{Config, EngineChoice};
use server::demo::{Control, DemoEngine, DemoOptions, Spec};
use server::docker::EndpointSources;
use sidekick::protocol::LogStream;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStderr, ChildStdout, Command};

/// How long anything may take on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A server and its engine.
pub(crate) struct World {
    /// Runs until it is dropped.
    _engine: DemoEngine,
    pub(crate) control: Control,
    socket: PathBuf,
    pub(crate) server: Option<Running>,
    pub(crate) address: SocketAddr,
}

impl World {
    pub(crate) async fn start(names: &[&str]) -> Self {
        let containers = names.iter().copied().map(Spec::new).collect();
        Self::with(DemoOptions::quiet(containers)).await
    }

    pub(crate) async fn with(options: DemoOptions) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("sidekick-tail-{}-{number}.sock", std::process::id());
        let socket = std::env::temp_dir().join(name);
        let engine = DemoEngine::start(&socket, options).unwrap();
        let mut world = Self {
            control: engine.control(),
            _engine: engine,
            socket,
            server: None,
            address: "127.0.0.1:0".parse().unwrap(),
        };
        world.serve().await;
        world
    }

    /// Starts the server, where it was before.
    pub(crate) async fn serve(&mut self) {
        let engine = format!("unix://{}", self.socket.display());
        let config = Config {
            addr: self.address,
            engine: EngineChoice::Find(EndpointSources::from_process(Some(engine))),
            allow_hosts: Vec::new(),
            leptos: LeptosOptions::builder().output_name("sidekick").build(),
        };
        let server = server::serve(config).await.unwrap();
        self.address = server.addr;
        self.server = Some(server);
    }

    pub(crate) fn print(&self, name: &str, lines: impl IntoIterator<Item = String>) {
        for line in lines {
            self.control.print(name, LogStream::Stdout, &line).unwrap();
        }
    }

    /// Waits until the engine has seen something.
    pub(crate) async fn control_until(&self, seen: impl Fn(&Control) -> bool) {
        let began = Instant::now();
        while !seen(&self.control) {
            assert!(began.elapsed() < PATIENCE, "in vain");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Runs the program to its end.
    pub(crate) async fn tail(&self, args: &[&str]) -> Output {
        Tail::start(self.address, args).end().await
    }
}

/// The program while it runs.
pub(crate) struct Tail {
    child: Child,
    out: Lines<BufReader<ChildStdout>>,
    err: BufReader<ChildStderr>,
}

/// What it came to.
#[derive(Debug)]
pub(crate) struct Output {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Tail {
    pub(crate) fn start(address: SocketAddr, args: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_sidekick-docker"))
            .args(["tail", "--url", &format!("http://{address}")])
            .args(args)
            .env_remove("RUST_LOG")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        Self {
            out: BufReader::new(child.stdout.take().unwrap()).lines(),
            err: BufReader::new(child.stderr.take().unwrap()),
            child,
        }
    }

    /// The next line that it prints.
    pub(crate) async fn line(&mut self) -> String {
        let line = tokio::time::timeout(PATIENCE, self.out.next_line()).await;
        line.expect("a line in time").unwrap().expect("a line")
    }

    /// The next so many lines.
    pub(crate) async fn lines(&mut self, count: usize) -> Vec<String> {
        let mut lines = Vec::new();
        while lines.len() < count {
            lines.push(self.line().await);
        }
        lines
    }

    /// Waits until it tells something on standard error; returns what that line says.
    pub(crate) async fn told(&mut self, what: &str) -> String {
        let mut all = String::new();
        loop {
            let mut line = String::new();
            let read = tokio::time::timeout(PATIENCE, self.err.read_line(&mut line)).await;
            let more = matches!(read, Ok(Ok(1..)));
            assert!(more, "it never told {what:?}, but {all}");
            if line.contains(what) {
                return line;
            }
            all.push_str(&line);
        }
    }

    /// Asks it to end.
    pub(crate) async fn terminate(&self) {
        self.signal("-TERM").await;
    }

    /// Sends it a signal: `-TERM`, `-INT`.
    pub(crate) async fn signal(&self, signal: &str) {
        let pid = self.child.id().unwrap().to_string();
        let kill = Command::new("kill").args([signal, &pid]).status().await;
        assert!(kill.unwrap().success());
    }

    /// Nobody reads what it prints any more.
    pub(crate) fn hang_up(self) -> Ending {
        Ending {
            child: self.child,
            err: self.err,
        }
    }

    /// Takes what it still prints until it ends.
    pub(crate) async fn end(self) -> Output {
        let Self { child, out, err } = self;
        let mut rest = out.into_inner();
        let mut out = String::new();
        let ending = Ending { child, err };
        let read = async { rest.read_to_string(&mut out).await.unwrap() };
        let (_, output) = tokio::join!(read, ending.wait());
        Output { out, ..output }
    }
}

/// The program without its standard output.
pub(crate) struct Ending {
    child: Child,
    err: BufReader<ChildStderr>,
}

impl Ending {
    pub(crate) async fn wait(mut self) -> Output {
        let mut err = String::new();
        let began = Instant::now();
        let ended = tokio::time::timeout(PATIENCE, async {
            self.err.read_to_string(&mut err).await.unwrap();
            self.child.wait().await.unwrap()
        });
        let status = ended.await;
        let status = status.unwrap_or_else(|_| panic!("no end within {:?}", began.elapsed()));
        Output {
            code: status.code(),
            out: String::new(),
            err,
        }
    }
}

/// `prefix from` to `prefix to - 1`.
pub(crate) fn numbered(prefix: &str, range: std::ops::Range<usize>) -> Vec<String> {
    range.map(|n| format!("{prefix} {n}")).collect()
}
