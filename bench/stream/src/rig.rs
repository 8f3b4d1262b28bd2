//! Engine and server, started for one measurement and ended with it.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context as _, bail, ensure};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdin, Command};

use crate::process::Usage;

/// Engines started so far.
static ENGINES: AtomicUsize = AtomicUsize::new(0);

/// The programs that are measured.
#[derive(Clone, Debug)]
pub(crate) struct Tools {
    /// The product.
    pub(crate) binary: PathBuf,
    own: PathBuf,
    folder: PathBuf,
}

impl Tools {
    /// # Errors
    /// There is no such binary.
    pub(crate) fn new(binary: PathBuf) -> anyhow::Result<Self> {
        ensure!(binary.is_file(), "{} is no file", binary.display());
        let folder = std::env::temp_dir().join(format!("bench-stream-{}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        Ok(Self {
            binary,
            own: std::env::current_exe()?,
            folder,
        })
    }
}

impl Drop for Tools {
    fn drop(&mut self) {
        // A folder that is left behind in the temporary folder does no harm.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// A demo engine in a process of its own.
pub(crate) struct Engine {
    child: Child,
    orders: ChildStdin,
    socket: PathBuf,
}

impl Engine {
    pub(crate) async fn start(tools: &Tools, containers: usize) -> anyhow::Result<Self> {
        Self::with_past(tools, containers, None).await
    }

    /// One whose first container has printed the lines of a file.
    pub(crate) async fn with_past(
        tools: &Tools,
        containers: usize,
        past: Option<&Path>,
    ) -> anyhow::Result<Self> {
        // One that was ended a moment ago may still hold its socket.
        let number = ENGINES.fetch_add(1, Ordering::Relaxed);
        let socket = tools.folder.join(format!("engine-{number}.sock"));
        let mut child = Command::new(&tools.own)
            .arg("engine")
            .arg(&socket)
            .arg(containers.to_string())
            .args(past)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        first_line(&mut child).await.context("the engine")?;
        let orders = child.stdin.take().context("the engine has no input")?;
        Ok(Self {
            child,
            orders,
            socket,
        })
    }

    /// Lets a container print so many lines a second for so long.
    pub(crate) async fn flood(
        &mut self,
        name: &str,
        rate: u64,
        seconds: u64,
    ) -> anyhow::Result<()> {
        let order = format!("{name} {rate} {seconds}\n");
        self.orders.write_all(order.as_bytes()).await?;
        Ok(self.orders.flush().await?)
    }

    pub(crate) fn usage(&self) -> anyhow::Result<Usage> {
        usage(&self.child)
    }

    pub(crate) fn url(&self) -> String {
        unix(&self.socket)
    }
}

/// The address of a socket as Docker writes it.
pub(crate) fn unix(socket: &Path) -> String {
    format!("unix://{}", socket.display())
}

/// The product's server in a process of its own.
pub(crate) struct Server {
    child: Child,
    /// Such as `127.0.0.1:43211`.
    pub(crate) address: String,
}

impl Server {
    pub(crate) async fn start(tools: &Tools, docker_host: &str) -> anyhow::Result<Self> {
        let mut child = Command::new(&tools.binary)
            .args([
                "serve",
                "--addr",
                "127.0.0.1:0",
                "--docker-host",
                docker_host,
            ])
            // From an empty folder, so that the page is the one inside the binary.
            .current_dir(&tools.folder)
            .env("RUST_LOG", "error")
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let line = first_line(&mut child).await.context("the server")?;
        let Some((_, address)) = line.split_once("http://") else {
            bail!("the server says {line:?}");
        };
        let address = address.trim().to_owned();
        Ok(Self { child, address })
    }

    pub(crate) fn usage(&self) -> anyhow::Result<Usage> {
        usage(&self.child)
    }

    /// The sum of all series of a metric.
    pub(crate) async fn metric(&self, name: &str) -> anyhow::Result<f64> {
        let text = self.get("/metrics").await?;
        let series = text.lines().filter(|it| it.starts_with(name));
        let values = series.filter_map(|it| it.rsplit(' ').next()?.parse::<f64>().ok());
        Ok(values.sum())
    }

    /// The body of a page.
    pub(crate) async fn get(&self, path: &str) -> anyhow::Result<String> {
        use tokio::io::AsyncReadExt;
        let mut stream = tokio::net::TcpStream::connect(&self.address).await?;
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
            self.address
        );
        stream.write_all(request.as_bytes()).await?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await?;
        let answer = String::from_utf8_lossy(&answer);
        let (_, body) = answer.split_once("\r\n\r\n").context("no answer")?;
        Ok(body.to_owned())
    }
}

fn usage(child: &Child) -> anyhow::Result<Usage> {
    Usage::of(child.id().context("it has ended")?)
}

async fn first_line(child: &mut Child) -> anyhow::Result<String> {
    let stdout = child.stdout.take().context("it has no output")?;
    let mut lines = BufReader::new(stdout).lines();
    let line = lines.next_line().await?.context("ended at once")?;
    // Whatever else it says, it must not block.
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    Ok(line)
}
