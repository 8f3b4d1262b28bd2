//! The `sidekick-docker` program: reads the command line and does what it says.

use std::io::{IsTerminal as _, Write as _};
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Parser as _;
use server::analyze::{Analysis, AnalyzeArgs};
use server::config::{Action, Cli, Config};
use server::demo::{DemoEngine, DemoOptions};
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(code) => code,
        Err(error) => {
            // With its causes, but never with a backtrace: what goes wrong here is the user's to mend.
            let _ = writeln!(std::io::stderr(), "error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> anyhow::Result<ExitCode> {
    // Standard output carries one line, the address; everything else goes to standard error.
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        // Files and journals are not for colours.
        .with_ansi(
            std::io::stderr().is_terminal()
                && std::env::var_os("NO_COLOR").is_none_or(|it| it.is_empty()),
        )
        .with_env_filter(
            EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info")),
        )
        .init();
    match Cli::parse().into_action()? {
        Action::Serve(config) => serve(*config).await?,
        Action::Demo(socket) => demo(&socket).await?,
        Action::Tail(args) => {
            let interrupted = server::tail::run(args, interrupt()?).await?;
            return Ok(ended(interrupted));
        }
        Action::Analyze(args) => return Ok(analyze_or_say_why_not(&args).await),
    }
    Ok(ExitCode::SUCCESS)
}

async fn serve(config: Config) -> anyhow::Result<()> {
    // Before the address is told, so that nobody's signal comes too early.
    let interrupted = interrupt()?;
    let running = server::serve(config).await?;
    let mut stdout = std::io::stdout();
    writeln!(stdout, "listening on http://{}", running.addr)
        .and_then(|()| stdout.flush())
        .context("cannot write to standard output")?;
    interrupted.await;
    tracing::info!("stopping");
    running.stop().await;
    Ok(())
}

async fn demo(socket: &Path) -> anyhow::Result<()> {
    let interrupted = interrupt()?;
    let engine = DemoEngine::start(socket, DemoOptions::default())
        .with_context(|| format!("cannot run the demo engine on {}", socket.display()))?;
    tracing::info!(
        "demo engine runs: DOCKER_HOST=unix://{} docker ps",
        socket.display()
    );
    interrupted.await;
    drop(engine);
    Ok(())
}

/// What goes wrong here is the input's: one sentence, and no trace of the program.
async fn analyze_or_say_why_not(args: &AnalyzeArgs) -> ExitCode {
    analyze(args).await.unwrap_or_else(|error| {
        // Without standard error there is nobody to tell.
        let _ = writeln!(std::io::stderr(), "error: {error:#}");
        ExitCode::FAILURE
    })
}

/// Reads to the end, or until interrupted.
async fn analyze(args: &AnalyzeArgs) -> anyhow::Result<ExitCode> {
    let interrupted = interrupt()?;
    let analysis = Analysis::start(args)?;
    let interrupted = tokio::select! {
        result = analysis.read() => { result?; None }
        by = interrupted => Some(by),
    };
    // A pipe that nobody reads must not keep the program from ending.
    let interrupted_again = interrupt()?;
    tokio::select! {
        result = analysis.report(interrupted.is_none()) => result?,
        _ = interrupted_again => {}
    }
    Ok(ended(interrupted))
}

/// An interrupted program's code is that of one that the signal ended, so that a script does not take
/// a part for the whole.
fn ended(interrupted: Option<Signal>) -> ExitCode {
    match interrupted {
        None => ExitCode::SUCCESS,
        Some(Signal::Interrupt) => ExitCode::from(128 + 2),
        Some(Signal::Terminate) => ExitCode::from(128 + 15),
    }
}

/// What asks a program to end.
enum Signal {
    /// SIGINT, as Ctrl-C.
    Interrupt,
    /// SIGTERM.
    Terminate,
}

/// Waits for SIGINT or SIGTERM, which are caught from now on.
fn interrupt() -> anyhow::Result<impl Future<Output = Signal>> {
    let mut int = signal(SignalKind::interrupt()).context("cannot catch SIGINT")?;
    let mut term = signal(SignalKind::terminate()).context("cannot catch SIGTERM")?;
    Ok(async move {
        tokio::select! {
            _ = int.recv() => Signal::Interrupt,
            _ = term.recv() => Signal::Terminate,
        }
    })
}
