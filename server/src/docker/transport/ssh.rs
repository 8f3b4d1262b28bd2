//! A connection through the user's own ssh command: `ssh HOST docker system dial-stdio`, as the
//! docker command does it, so that keys, agents, jump hosts and aliases work as configured.

use std::{process::Stdio, time::Duration};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite},
    process::{Child, Command},
    task::JoinHandle,
    time::timeout,
};

use super::super::{DockerError, endpoint::SshTarget};

/// How much of what ssh prints is kept: its end, where the reason stands.
const STDERR_CAP_BYTES: usize = 4 << 10;

/// What ssh prints, read in the background so that it never blocks.
pub(super) struct Stderr(JoinHandle<Vec<u8>>);

impl Stderr {
    /// What it printed, once it ended; `None` where it printed nothing or goes on.
    pub(super) async fn text(self) -> Option<String> {
        let printed = timeout(Duration::from_secs(1), self.0).await.ok()?.ok()?;
        let text = String::from_utf8_lossy(&printed).trim().to_owned();
        (!text.is_empty()).then_some(text)
    }
}

/// Starts ssh. The process is killed when the child is dropped.
pub(super) fn open(
    target: &SshTarget,
) -> Result<
    (
        impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
        Child,
        Stderr,
    ),
    DockerError,
> {
    let program = target.program.display();
    let mut child = Command::new(&target.program)
        .args(arguments(target))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| DockerError::Ssh(format!("cannot run {program}: {error}")))?;
    let (Some(stdin), Some(stdout), Some(mut stderr)) =
        (child.stdin.take(), child.stdout.take(), child.stderr.take())
    else {
        return Err(DockerError::Ssh(format!("{program} has no pipes")));
    };
    let printed = tokio::spawn(async move {
        let mut kept = Vec::new();
        let mut buffer = [0; 1024];
        while let Ok(n @ 1..) = stderr.read(&mut buffer).await {
            kept.extend_from_slice(&buffer[..n]);
            let excess = kept.len().saturating_sub(STDERR_CAP_BYTES);
            kept.drain(..excess);
        }
        kept
    });
    Ok((tokio::io::join(stdout, stdin), child, Stderr(printed)))
}

fn arguments(target: &SshTarget) -> Vec<String> {
    // No question can be answered here, and a dead link must end the stream.
    let mut args: Vec<String> = [
        "BatchMode=yes",
        "ConnectTimeout=30",
        "ServerAliveInterval=15",
        "ServerAliveCountMax=3",
    ]
    .iter()
    .flat_map(|option| ["-o".to_owned(), (*option).to_owned()])
    .collect();
    if let Some(user) = &target.user {
        args.extend(["-l".to_owned(), user.clone()]);
    }
    if let Some(port) = target.port {
        args.extend(["-p".to_owned(), port.to_string()]);
    }
    args.extend(["-T", "--", &target.host, "docker"].map(str::to_owned));
    if !target.path.is_empty() {
        args.extend([
            "--host".to_owned(),
            quoted(&format!("unix://{}", target.path)),
        ]);
    }
    args.extend(["system", "dial-stdio"].map(str::to_owned));
    args
}

/// The other side's shell reads the command line: quotes what is not plain.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/:._-+@=".contains(c);
    if word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_remote_shell_cannot_be_talked_into_another_command() {
        let target = SshTarget {
            program: "ssh".into(),
            user: Some("ops".into()),
            host: "build.example".into(),
            port: Some(2222),
            path: "/run/x'; reboot #".into(),
        };
        let args = arguments(&target);
        let tail: Vec<&str> = args[8..].iter().map(String::as_str).collect();
        assert_eq!(
            tail,
            [
                "-l",
                "ops",
                "-p",
                "2222",
                "-T",
                "--",
                "build.example",
                "docker",
                "--host",
                r"'unix:///run/x'\''; reboot #'",
                "system",
                "dial-stdio",
            ]
        );
    }
}
