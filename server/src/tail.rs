//! `sidekick-docker tail`: a viewer without a page. It speaks the live protocol through the same
//! state machine as the browser ([`sidekick::client`]), so it loses and doubles nothing either.

mod args;
mod names;
mod output;
mod socket;

use std::collections::{HashMap, HashSet};
use std::io::Write as _;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{anyhow, bail};
use http::Uri;
use sidekick::client::{Client, LinkState, Output, Update};
use sidekick::model::EngineStatus;
use sidekick::protocol::{Gap, GapReason, StreamState, SubId, Target};
use sidekick::reconnect::ReconnectPolicy;
use sidekick::time::Millis;
use tokio::task::JoinHandle;
use tokio_util::task::AbortOnDropHandle;

use self::output::{Lines, Printer};
use self::socket::{NoSocket, Socket};

pub use args::TailArgs;
pub(crate) use args::{ABOUT, EXAMPLES};

/// How long an engine may take to be found before that is an error.
const ENGINE_WITHIN: Duration = Duration::from_secs(30);

/// Prints until all is printed, or `interrupted`. What was received until then is printed.
///
/// Returns whether it came to its end.
///
/// # Errors
/// What cannot be right: names of nothing, a server that refuses, an output that cannot be written.
pub async fn run(args: TailArgs, interrupted: impl Future<Output = ()>) -> anyhow::Result<bool> {
    let address = socket::address(&args.url)?;
    let mut tail = Tail::new(args, address);
    let result = tokio::select! {
        result = tail.run() => result.map(|()| true),
        () = interrupted => Ok(false),
    };
    let incomplete = tail.incomplete;
    let finish = tail.finish();
    let finished = match result {
        Ok(true) => finish.await,
        // Whoever does not read what is printed must not keep the program from ending.
        _ => tokio::time::timeout(FINISH_WITHIN, finish)
            .await
            .unwrap_or_else(|_| Err(anyhow!("standard output takes no more: not all is printed"))),
    };
    let whole = result?;
    finished?;
    if whole && incomplete {
        bail!("not everything could be printed");
    }
    Ok(whole)
}

/// How long an interrupted one may take to print what it has received.
const FINISH_WITHIN: Duration = Duration::from_secs(5);

struct Tail {
    args: TailArgs,
    address: Uri,
    client: Client,
    began: Instant,
    socket: Option<Socket>,
    opening: Option<AbortOnDropHandle<Result<Socket, NoSocket>>>,
    printer: Option<Printer>,
    /// Lines that the printing thread has no room for yet: until it has, no more are taken.
    waiting: Option<Lines>,
    sources: HashMap<(SubId, u16), String>,
    /// Subscriptions that may bring more.
    open: HashSet<SubId>,
    /// Those of projects.
    projects: HashSet<SubId>,
    /// When a reading that failed is tried again.
    again: HashMap<SubId, (ReconnectPolicy, Instant)>,
    /// What was said of the connection last.
    said: Option<String>,
    gone: bool,
    /// Something that was asked for could not be printed.
    incomplete: bool,
}

impl Tail {
    fn new(args: TailArgs, address: Uri) -> Self {
        Self {
            args,
            address,
            client: Client::new(Millis(0)),
            began: Instant::now(),
            socket: None,
            opening: None,
            printer: None,
            waiting: None,
            sources: HashMap::new(),
            open: HashSet::new(),
            projects: HashSet::new(),
            again: HashMap::new(),
            said: None,
            gone: false,
            incomplete: false,
        }
    }

    async fn run(&mut self) -> anyhow::Result<()> {
        loop {
            self.act().await?;
            if self.is_done() {
                return Ok(());
            }
            self.wait().await?;
        }
    }

    /// Prints what was received.
    async fn finish(mut self) -> anyhow::Result<()> {
        // Also what waits in the state machine.
        while let Some(output) = self.client.poll() {
            if let Output::Update(update) = output {
                self.print_waiting().await;
                self.take(update)?;
            }
        }
        self.print_waiting().await;
        if let Some(socket) = self.socket.take() {
            socket.close().await;
        }
        match self.printer.take() {
            Some(printer) => Ok(printer.finish().await?),
            None => Ok(()),
        }
    }

    async fn print_waiting(&mut self) {
        if let (Some(lines), Some(printer)) = (self.waiting.take(), &self.printer)
            && let Some(permit) = printer.reserve().await
        {
            permit.send(lines);
        }
    }

    /// Whether nothing more can come.
    fn is_done(&self) -> bool {
        self.gone || (self.printer.is_some() && self.open.is_empty() && self.waiting.is_none())
    }

    fn now(&self) -> Millis {
        Millis(i64::try_from(self.began.elapsed().as_millis()).unwrap_or(i64::MAX))
    }

    /// Does what the state machine asks for, until it has to wait.
    async fn act(&mut self) -> anyhow::Result<()> {
        loop {
            let output = match self.waiting {
                Some(_) => self.client.poll_command(),
                None => self.client.poll(),
            };
            match output {
                None => return Ok(()),
                Some(Output::Connect) => {
                    let opening: JoinHandle<_> = tokio::spawn(Socket::open(self.address.clone()));
                    self.opening = Some(AbortOnDropHandle::new(opening));
                }
                Some(Output::Close) => {
                    self.opening = None;
                    if let Some(socket) = self.socket.take() {
                        tokio::spawn(socket.close());
                    }
                }
                Some(Output::Send(bytes)) => {
                    if let Some(socket) = &mut self.socket
                        && !socket.send(bytes).await
                    {
                        self.lost("the connection ended");
                    }
                }
                Some(Output::Update(update)) => self.take(update)?,
            }
        }
    }

    /// Waits until something happens.
    async fn wait(&mut self) -> anyhow::Result<()> {
        let due = self
            .client
            .next_deadline()
            .map(|at| at.since(self.now()).max(0) as u64);
        let due = Duration::from_millis(due.unwrap_or(1000).min(1000));
        let retry = self.again.values().map(|(_, at)| *at).min();
        let retry = retry.map_or(due, |at| at.saturating_duration_since(Instant::now()));
        tokio::select! {
            opened = async {
                match &mut self.opening {
                    Some(opening) => opening.await,
                    None => std::future::pending().await,
                }
            } => {
                self.opening = None;
                self.opened(opened.unwrap_or_else(|error| Err(NoSocket::ForNow(error.to_string()))))?;
            }
            message = async {
                match &mut self.socket {
                    Some(socket) => socket.next().await,
                    None => std::future::pending().await,
                }
            } => match message {
                Some(bytes) => {
                    let now = self.now();
                    self.client.on_message(&bytes, now);
                }
                None => self.lost("the connection ended"),
            },
            permit = async {
                match (&self.printer, &self.waiting) {
                    (Some(printer), Some(_)) => printer.reserve().await,
                    _ => std::future::pending().await,
                }
            } => match permit {
                Some(permit) => {
                    if let Some(lines) = self.waiting.take() {
                        permit.send(lines);
                    }
                }
                // Nobody reads what is printed.
                None => self.gone = true,
            },
            () = tokio::time::sleep(due.min(retry)) => self.tick()?,
        }
        Ok(())
    }

    fn tick(&mut self) -> anyhow::Result<()> {
        let now = self.now();
        self.client.tick(now, jitter());
        let instant = Instant::now();
        let due: Vec<_> = self
            .again
            .iter()
            .filter(|(_, (_, at))| *at <= instant)
            .map(|(&sub, _)| sub)
            .collect();
        for sub in due {
            self.client.retry(sub);
            if let Some((_, at)) = self.again.get_mut(&sub) {
                // Until the server answers.
                *at = instant + ENGINE_WITHIN;
            }
        }
        if self.printer.is_none() && self.began.elapsed() > ENGINE_WITHIN {
            let why = self.said.as_deref().unwrap_or("it says nothing");
            bail!(
                "no list of containers from {} within {} s: {why}",
                self.args.url,
                ENGINE_WITHIN.as_secs()
            );
        }
        Ok(())
    }

    fn opened(&mut self, opened: Result<Socket, NoSocket>) -> anyhow::Result<()> {
        match opened {
            Ok(socket) => {
                self.socket = Some(socket);
                let now = self.now();
                self.client.on_open(now);
            }
            Err(NoSocket::ForNow(reason)) => self.lost(&reason),
            Err(NoSocket::Refused(error)) => {
                return Err(error.context(format!("cannot look through {}", self.args.url)));
            }
        }
        Ok(())
    }

    /// There is no connection, or not any more.
    fn lost(&mut self, reason: &str) {
        self.socket = None;
        let now = self.now();
        self.client.on_close(now, jitter());
        self.say(format!("{}: {reason}; trying again", self.args.url));
    }

    fn take(&mut self, update: Update) -> anyhow::Result<()> {
        match update {
            Update::Link(LinkState::Live) => self.said = None,
            Update::State if self.printer.is_none() => self.begin()?,
            Update::Source {
                sub, source, name, ..
            } => {
                self.sources.insert((sub, source), name);
            }
            Update::Logs { sub, source, batch } => {
                self.again.remove(&sub);
                let name = self.name(sub, source);
                self.waiting = Some(Lines { name, batch });
            }
            Update::Gap { sub, source, gap } => {
                let name = self.name(sub, source);
                tell(&format!("{name}: {}", missing(&gap)));
            }
            Update::Stream { sub, source, state } => self.state(sub, source, state)?,
            Update::Refused { reason, .. } => bail!("the server refuses: {reason}"),
            Update::Link(_)
            | Update::Hello { .. }
            | Update::State
            | Update::Event(_)
            | Update::Stats { .. } => {}
        }
        Ok(())
    }

    /// Subscribes, once it is known what there is.
    fn begin(&mut self) -> anyhow::Result<()> {
        let Some(snapshot) = self.client.snapshot() else {
            return Ok(());
        };
        if let EngineStatus::Unreachable(error) = &snapshot.engine {
            self.said = Some(format!("{}: {}", error.endpoint, error.message));
        }
        if snapshot.refreshed.is_none() {
            return Ok(());
        }
        let mut all = Vec::new();
        for name in &self.args.names {
            let found = names::targets(name, &snapshot.containers, !self.args.no_follow);
            for target in found.map_err(|error| anyhow!(error))? {
                if !all.contains(&target) {
                    all.push(target);
                }
            }
        }
        let start = self.args.start();
        for target in all {
            let project = matches!(target, Target::ProjectLogs { .. });
            let sub = self.client.subscribe_from(target, start);
            self.open.insert(sub);
            if project {
                self.projects.insert(sub);
            }
        }
        let several = self.open.len() > 1 || !self.projects.is_empty();
        self.printer = Some(Printer::start(&self.args, several));
        Ok(())
    }

    fn state(&mut self, sub: SubId, source: Option<u16>, state: StreamState) -> anyhow::Result<()> {
        let name = source.map_or_else(String::new, |source| self.name(sub, source));
        match state {
            StreamState::Ended if self.args.no_follow => {
                self.again.remove(&sub);
                self.open.remove(&sub);
            }
            StreamState::Removed => {
                if source.is_some() {
                    self.say(format!("{name} was removed"));
                }
                // Nobody knows what it printed at last.
                self.incomplete |= self.args.no_follow;
                // A project may come again, a container does not.
                if !self.projects.contains(&sub) {
                    self.open.remove(&sub);
                }
            }
            StreamState::Ended => self.say(format!("{name} does not run; waiting for its start")),
            StreamState::Failed {
                reason,
                permanent: true,
            } => {
                self.say(format!("{name}: {reason}"));
                self.incomplete = true;
                if !self.projects.contains(&sub) {
                    self.open.remove(&sub);
                }
            }
            StreamState::Failed { reason, .. } => {
                self.say(format!("{name}: {reason}; trying again"));
                let (mut policy, _) = self
                    .again
                    .remove(&sub)
                    .unwrap_or_else(|| (ReconnectPolicy::link(), Instant::now()));
                let delay = policy.next_delay().unwrap_or_default();
                let at = Instant::now() + Duration::from_millis(delay);
                self.again.insert(sub, (policy, at));
            }
            StreamState::Reconnecting { reason, .. } => {
                self.say(format!("{name}: {reason}; trying again"));
            }
            StreamState::Live | StreamState::Empty => self.said = None,
            StreamState::Loading => {}
        }
        Ok(())
    }

    fn name(&self, sub: SubId, source: u16) -> String {
        let name = self.sources.get(&(sub, source));
        name.cloned().unwrap_or_else(|| "?".to_owned())
    }

    /// Tells something, unless it was the last thing told.
    fn say(&mut self, text: String) {
        if self.said.as_deref() != Some(text.as_str()) {
            tell(&text);
            self.said = Some(text);
        }
    }
}

/// What a gap says.
fn missing(gap: &Gap) -> String {
    let lines = gap
        .lines
        .map_or_else(|| "lines".to_owned(), |n| format!("{n} lines"));
    let why = match gap.reason {
        GapReason::Rotated => "Docker no longer has them",
        GapReason::SlowViewer => "they were not taken in time",
        GapReason::Unavailable => "the server could not get them back",
        GapReason::Skipped => "there were too many",
    };
    let mut text = format!("{lines} are missing here");
    if let Some(after) = gap.after {
        text.push_str(&format!(", after {}", after.to_rfc3339()));
    }
    if let Some(before) = gap.before {
        text.push_str(&format!(", before {}", before.to_rfc3339()));
    }
    format!("{text}: {why}")
}

/// Without standard error there is nobody to tell.
fn tell(text: &str) {
    let _ = writeln!(std::io::stderr(), "sidekick-docker: {text}");
}

/// Chance enough to keep many viewers from coming back in the same millisecond.
fn jitter() -> f64 {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    f64::from(now.subsec_nanos() % 1_000_000) / 1e6
}
