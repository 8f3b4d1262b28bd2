//! The command line, and what it means: raw arguments become a [`Config`] that cannot be wrong.

mod authority;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use leptos::config::{LeptosOptions, get_config_from_str};
use thiserror::Error;

use crate::analyze::{self, AnalyzeArgs};
use crate::docker::EndpointSources;
use crate::tail::{self, TailArgs};

pub use authority::{Authority, NoHost};

/// Reads how many of something somebody wants.
///
/// # Errors
/// What to give instead of what is none.
pub(crate) fn whole_number<N: std::str::FromStr>(text: &str) -> Result<N, String> {
    text.parse()
        .map_err(|_| "give a whole number such as 100".to_owned())
}

/// Leptos.toml as it was when the program was built.
pub const LEPTOS_TOML: &str = include_str!("../../Leptos.toml");

/// A live web dashboard for Docker: logs, stats and events of containers in the browser.
#[derive(Debug, Parser)]
#[command(
    name = "sidekick-docker",
    version,
    about = "A live web dashboard for Docker: logs, stats and events of containers in the browser",
    args_conflicts_with_subcommands = true
)]
pub struct Cli {
    /// What to do; `serve` when nothing is said.
    #[command(subcommand)]
    command: Option<Command>,
    /// Options of `serve`, which may come without that word.
    #[command(flatten)]
    serve: ServeArgs,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the dashboard (the default).
    Serve(ServeArgs),
    /// Run the demo engine alone, until interrupted.
    Demo(DemoArgs),
    /// Group the lines of a log by template, with counts, shares and severities.
    #[command(
        long_about = analyze::ABOUT,
        after_help = analyze::EXAMPLES,
        override_usage = "sidekick-docker analyze [OPTIONS] [FILE]"
    )]
    Analyze(AnalyzeArgs),
    /// Print the log of containers through a running dashboard, and follow it.
    #[command(long_about = tail::ABOUT, after_help = tail::EXAMPLES)]
    Tail(TailArgs),
}

/// Options of `serve`.
#[derive(Args, Clone, Debug, Default)]
pub struct ServeArgs {
    /// Where to listen; port 0 picks a free one [default: LEPTOS_SITE_ADDR or 127.0.0.1:3000]
    #[arg(long, value_name = "HOST:PORT")]
    pub addr: Option<String>,
    /// The Docker engine, such as unix:///var/run/docker.sock, tcp://host:2375 or ssh://user@host
    /// [default: as the docker command finds it]
    #[arg(long, value_name = "URL")]
    pub docker_host: Option<String>,
    /// Show the built-in demo engine instead of a real one
    #[arg(long, conflicts_with = "docker_host")]
    pub demo: bool,
    /// A further host name under which the dashboard may be opened, with its port where that is
    /// not the usual one of http or https; can be given more than once
    #[arg(long, value_name = "NAME[:PORT]")]
    pub allow_host: Vec<Authority>,
    /// Allow listening beyond this machine, although there is no login: whoever reaches the port
    /// can read all logs
    #[arg(long)]
    pub insecure_expose: bool,
}

/// Options of `demo`.
#[derive(Args, Clone, Debug)]
pub struct DemoArgs {
    /// Path of the socket to create
    #[arg(long, value_name = "PATH")]
    pub socket: PathBuf,
}

/// What the program is to do.
#[derive(Clone, Debug)]
pub enum Action {
    /// Serve the dashboard.
    Serve(Box<Config>),
    /// Run the demo engine on this socket.
    Demo(PathBuf),
    /// Analyse a log.
    Analyze(AnalyzeArgs),
    /// Print logs through a running dashboard.
    Tail(TailArgs),
}

/// Everything that `serve` needs.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where to listen.
    pub addr: SocketAddr,
    /// How the engine is found.
    pub engine: EngineChoice,
    /// Hosts beside loopback and the bound address that requests may name, and whose pages may
    /// open the websocket.
    pub allow_hosts: Vec<Authority>,
    /// What Leptos needs to know.
    pub leptos: LeptosOptions,
}

/// How the engine is found.
#[derive(Clone, Debug)]
pub enum EngineChoice {
    /// As the docker command finds it, again at each attempt.
    Find(EndpointSources),
    /// The built-in demo engine.
    Demo,
}

/// Why the command line makes no sense.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// The address cannot be resolved.
    #[error("cannot listen on {addr}: {cause}")]
    Address {
        /// As it was given.
        addr: String,
        /// The system's words.
        cause: String,
    },
    /// The address can be reached from other machines.
    #[error(
        "{0} can be reached from other machines and there is no login: whoever opens it reads all \
         logs. If that is what you want, add --insecure-expose; otherwise listen on 127.0.0.1 and \
         use a tunnel (ssh -L 3000:127.0.0.1:3000 HOST)"
    )]
    Exposed(SocketAddr),
    /// Leptos.toml cannot be read.
    #[error("Leptos.toml: {0}")]
    Leptos(String),
}

impl Cli {
    /// Checks the arguments against the environment.
    ///
    /// # Errors
    /// [`ConfigError`] where they cannot be followed.
    pub fn into_action(self) -> Result<Action, ConfigError> {
        match self.command {
            Some(Command::Demo(args)) => Ok(Action::Demo(args.socket)),
            Some(Command::Analyze(args)) => Ok(Action::Analyze(args)),
            Some(Command::Tail(args)) => Ok(Action::Tail(args)),
            Some(Command::Serve(args)) => Config::new(args).map(|c| Action::Serve(Box::new(c))),
            None => Config::new(self.serve).map(|c| Action::Serve(Box::new(c))),
        }
    }
}

impl Config {
    /// Checks the options of `serve`. `--addr` beats `LEPTOS_SITE_ADDR`, which beats Leptos.toml.
    ///
    /// # Errors
    /// [`ConfigError`] where they cannot be followed.
    pub fn new(args: ServeArgs) -> Result<Self, ConfigError> {
        let mut leptos = leptos_options()?;
        let addr = match &args.addr {
            None => leptos.site_addr,
            Some(addr) => resolve(addr)?,
        };
        if !addr.ip().is_loopback() && !args.insecure_expose {
            return Err(ConfigError::Exposed(addr));
        }
        leptos.site_addr = addr;
        Ok(Self {
            addr,
            engine: if args.demo {
                EngineChoice::Demo
            } else {
                EngineChoice::Find(EndpointSources::from_process(args.docker_host))
            },
            allow_hosts: args.allow_host,
            leptos,
        })
    }
}

/// Leptos.toml of the folder where the program runs, or the one that is built in; environment
/// variables (`LEPTOS_SITE_ADDR` and the like) beat both.
fn leptos_options() -> Result<LeptosOptions, ConfigError> {
    let text = std::fs::read_to_string("Leptos.toml");
    get_config_from_str(text.as_deref().unwrap_or(LEPTOS_TOML))
        .map_err(|error| ConfigError::Leptos(error.to_string()))
}

fn resolve(addr: &str) -> Result<SocketAddr, ConfigError> {
    use std::net::ToSocketAddrs as _;
    let bad = |cause: String| ConfigError::Address {
        addr: addr.to_owned(),
        cause,
    };
    addr.to_socket_addrs()
        .map_err(|error| bad(error.to_string()))?
        .next()
        .ok_or_else(|| bad("the name has no address".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn config(args: &[&str]) -> Result<Config, ConfigError> {
        let cli =
            Cli::try_parse_from(std::iter::once("sidekick-docker").chain(args.iter().copied()));
        match cli.unwrap().into_action()? {
            Action::Serve(config) => Ok(*config),
            _ => panic!("not serve"),
        }
    }

    #[test]
    fn serve_is_what_happens_without_a_word() {
        for args in [
            &["--addr", "127.0.0.1:0", "--demo"][..],
            &["serve", "--addr", "127.0.0.1:0", "--demo"],
        ] {
            let config = config(args).unwrap();
            assert_eq!(config.addr.port(), 0);
            assert!(matches!(config.engine, EngineChoice::Demo));
        }
        assert!(matches!(config(&[]).unwrap().engine, EngineChoice::Find(_)));
    }

    #[test]
    fn listening_beyond_this_machine_needs_a_clear_word() {
        let error = config(&["--addr", "0.0.0.0:3000"]).unwrap_err();
        assert!(error.to_string().contains("--insecure-expose"), "{error}");
        assert!(config(&["--addr", "0.0.0.0:3000", "--insecure-expose"]).is_ok());
        assert!(config(&["--addr", "localhost:0"]).is_ok());
        assert!(matches!(
            config(&["--addr", "nonsense"]),
            Err(ConfigError::Address { .. })
        ));
    }

    #[test]
    fn an_allowed_host_is_a_name_and_no_address_of_a_page() {
        let config = config(&["--allow-host", "Dash.Example", "--allow-host", "a.b:8443"]);
        let names = ["dash.example", "a.b:8443"].map(|it| it.parse().unwrap());
        assert_eq!(config.unwrap().allow_hosts, names);
        let url = ["sidekick-docker", "--allow-host", "https://dash.example"];
        let error = Cli::try_parse_from(url).unwrap_err();
        assert!(error.to_string().contains("dash.example:8443"), "{error}");
    }

    #[test]
    fn the_demo_engine_alone_needs_a_socket() {
        assert!(Cli::try_parse_from(["sidekick-docker", "demo"]).is_err());
        let cli = Cli::try_parse_from(["sidekick-docker", "demo", "--socket", "/tmp/x"]).unwrap();
        assert!(matches!(cli.into_action().unwrap(), Action::Demo(path) if path.ends_with("x")));
        assert!(Cli::try_parse_from(["sidekick-docker", "--demo", "--docker-host", "x"]).is_err());
    }

    /// The keys of the section that Leptos reads, as text.
    fn section(text: &str) -> BTreeMap<String, String> {
        text.lines()
            .skip_while(|line| line.trim() != "[[workspace.metadata.leptos]]")
            .skip(1)
            .take_while(|line| !line.starts_with('['))
            .filter_map(|line| line.split_once('='))
            .map(|(key, value)| (key.trim().to_owned(), value.trim().to_owned()))
            .collect()
    }

    #[test]
    fn leptos_toml_says_what_cargo_toml_says() {
        let cargo = section(include_str!("../../Cargo.toml"));
        let leptos = section(LEPTOS_TOML);
        assert!(leptos.len() >= 5, "{leptos:?}");
        for (key, value) in &leptos {
            // What cargo-leptos builds for is not what a finished program runs as.
            if key != "env" {
                assert_eq!(cargo.get(key), Some(value), "{key}");
            }
        }
    }
}
