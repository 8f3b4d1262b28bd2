//! A page in Chromium, driven by `bench/web/page.mjs`: one order a line, one answer as JSON.

use std::process::Stdio;

use anyhow::Context as _;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

/// An open page. It closes with this.
pub(crate) struct Page {
    _child: Child,
    orders: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
    /// What the opening took.
    pub(crate) opened: Value,
}

impl Page {
    /// Opens the server's page at a path; `None` where there is no Chromium.
    pub(crate) async fn open(address: &str, path: &str) -> anyhow::Result<Option<Self>> {
        Self::holding(address, path, "").await
    }

    /// Likewise one that holds at most so many lines and MiB, as in `1000000 256`.
    pub(crate) async fn holding(
        address: &str,
        path: &str,
        held: &str,
    ) -> anyhow::Result<Option<Self>> {
        if std::env::var("CHROMIUM").unwrap_or_default().is_empty() {
            return Ok(None);
        }
        let mut child = Command::new("node")
            .arg("bench/web/page.mjs")
            .arg(format!("http://{address}{path}"))
            .arg(held)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .context("cannot run node")?;
        let orders = child.stdin.take().context("node has no input")?;
        let stdout = child.stdout.take().context("node has no output")?;
        let mut page = Self {
            _child: child,
            orders,
            answers: BufReader::new(stdout).lines(),
            opened: Value::Null,
        };
        page.opened = page.answer().await?;
        Ok(Some(page))
    }

    /// Gives an order and waits for its answer.
    pub(crate) async fn ask(&mut self, order: &str) -> anyhow::Result<Value> {
        self.orders
            .write_all(format!("{order}\n").as_bytes())
            .await?;
        self.orders.flush().await?;
        self.answer().await
    }

    async fn answer(&mut self) -> anyhow::Result<Value> {
        let line = self.answers.next_line().await?;
        let line = line.context("the page is gone")?;
        Ok(serde_json::from_str(&line)?)
    }
}
