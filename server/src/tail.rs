//! `sidekick-docker tail`: a viewer without a page. It speaks the live protocol through the same
//! state machine as the browser ([`sidekick::client`]), so it loses and doubles nothing either.

mod args;
mod names;
mod output;

use std::collections::{HashMap, HashSet, VecDeque};
use std::io::Write as _;
use std::time::{Duration, Instant};

use anyhow::{Context as _, anyhow, bail};
use sidekick::client::{LinkState, Update};
use sidekick::model::EngineStatus;
use sidekick::protocol::{
    Gap, GapReason, LogBatch, ResumePoint, Start, StreamState, SubId, Target,
};
use sidekick::reconnect::ReconnectPolicy;

use self::output::{Lines, Printer};
use crate::viewer::{Happening, Viewer};

pub use args::TailArgs;
pub(crate) use args::{ABOUT, EXAMPLES};

/// How long an engine may take to be found before that is an error.
const ENGINE_WITHIN: Duration = Duration::from_secs(30);

/// How long an interrupted one may take to print what it has received.
const FINISH_WITHIN: Duration = Duration::from_secs(5);

/// Logs that are read at a time where none is followed: enough to keep the engine busy, and few enough
/// for their lines to stay together.
const READ_AT_ONCE: usize = 8;

/// Prints until all is printed, or `interrupted`. What was received until then is printed.
///
/// Returns whether it came to its end.
///
/// # Errors
/// What cannot be right: names of nothing, a server that refuses, an output that cannot be written.
pub async fn run(args: TailArgs, interrupted: impl Future<Output = ()>) -> anyhow::Result<bool> {
    let mut tail = Tail::new(args)?;
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

/// One container's log in a subscription; `None` where it is about the subscription.
type Log = (SubId, Option<u16>);

struct Tail {
    args: TailArgs,
    viewer: Viewer,
    began: Instant,
    printer: Option<Printer>,
    /// Lines that the printing thread has no room for yet: until it has, no more are taken.
    waiting: Option<Lines>,
    sources: HashMap<(SubId, u16), String>,
    /// What is read when something else has come to its end.
    queued: VecDeque<Target>,
    /// What is followed when the newest lines are printed, and their last.
    next: Vec<Target>,
    places: Vec<ResumePoint>,
    /// Subscriptions that may bring more.
    open: HashSet<SubId>,
    /// Those of projects.
    projects: HashSet<SubId>,
    /// When a reading that failed is tried again.
    again: HashMap<Log, (ReconnectPolicy, Instant)>,
    /// Those of which nothing came since they were asked for.
    silent: HashSet<Log>,
    /// What was said of the connection last.
    said: Option<String>,
    gone: bool,
    /// Something that was asked for could not be printed.
    incomplete: bool,
}

impl Tail {
    fn new(args: TailArgs) -> anyhow::Result<Self> {
        Ok(Self {
            viewer: Viewer::new(&args.url)?,
            args,
            began: Instant::now(),
            printer: None,
            waiting: None,
            sources: HashMap::new(),
            queued: VecDeque::new(),
            next: Vec::new(),
            places: Vec::new(),
            open: HashSet::new(),
            projects: HashSet::new(),
            again: HashMap::new(),
            silent: HashSet::new(),
            said: None,
            gone: false,
            incomplete: false,
        })
    }

    async fn run(&mut self) -> anyhow::Result<()> {
        while !self.is_done() {
            let takes = self.waiting.is_none();
            let due = self.due();
            tokio::select! {
                happening = self.viewer.next(takes) => {
                    let refused = || format!("cannot look through {}", self.args.url);
                    match happening.with_context(refused)? {
                        Happening::Update(update) => self.take(update)?,
                        Happening::Lost(reason) => {
                            self.silent.clear();
                            self.say(format!("{}: {reason}; trying again", self.args.url));
                        }
                    }
                }
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
                () = tokio::time::sleep_until(due.into()) => self.look_at_the_clock()?,
            }
        }
        Ok(())
    }

    /// Prints what was received.
    async fn finish(mut self) -> anyhow::Result<()> {
        loop {
            if let (Some(lines), Some(printer)) = (self.waiting.take(), &self.printer)
                && let Some(permit) = printer.reserve().await
            {
                permit.send(lines);
            }
            match self.viewer.received() {
                Some(update) => self.take(update)?,
                None => break,
            }
        }
        self.viewer.close().await;
        match self.printer.take() {
            Some(printer) => Ok(printer.finish().await?),
            None => Ok(()),
        }
    }

    /// Whether nothing more can come.
    fn is_done(&self) -> bool {
        self.gone || (self.printer.is_some() && self.open.is_empty() && self.waiting.is_none())
    }

    /// When there is something to do even if nothing happens.
    fn due(&self) -> Instant {
        let retry = self.again.values().map(|(_, at)| *at);
        let engine = self.printer.is_none().then_some(self.began + ENGINE_WITHIN);
        let due = retry.chain(engine).min();
        due.unwrap_or_else(|| Instant::now() + ENGINE_WITHIN)
    }

    fn look_at_the_clock(&mut self) -> anyhow::Result<()> {
        let now = Instant::now();
        for (&(sub, _), (_, at)) in self.again.iter_mut().filter(|(_, (_, at))| *at <= now) {
            self.viewer.client().retry(sub);
            // Until the server answers.
            *at = now + ENGINE_WITHIN;
        }
        if self.printer.is_none() && self.began.elapsed() >= ENGINE_WITHIN {
            let why = self.said.as_deref().unwrap_or("it says nothing");
            bail!(
                "no list of containers from {} within {} s: {why}",
                self.args.url,
                ENGINE_WITHIN.as_secs()
            );
        }
        Ok(())
    }

    fn take(&mut self, update: Update) -> anyhow::Result<()> {
        match update {
            Update::Link(LinkState::Live) => self.said = None,
            Update::State if self.printer.is_none() => self.begin()?,
            Update::Source {
                sub, source, name, ..
            } => {
                let known = self.sources.insert((sub, source), name.clone());
                if known.is_none() && self.waiting.is_none() {
                    // One that never prints is counted too.
                    let batch = LogBatch::new();
                    self.waiting = Some(Lines { name, batch });
                }
            }
            Update::Logs { sub, source, batch } => {
                self.again.remove(&(sub, Some(source)));
                self.silent.remove(&(sub, Some(source)));
                let none = self.args.newest() == Some(0);
                if !(none && self.reads_pasts()) {
                    let name = self.name(sub, source);
                    self.waiting = Some(Lines { name, batch });
                }
            }
            Update::Gap { sub, source, gap } => {
                let name = self.name(sub, source);
                tell(&format!("{name}: {}", missing(&gap)));
            }
            Update::Stream { sub, source, state } => self.state(sub, source, state),
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
        let Some(snapshot) = self.viewer.client().snapshot() else {
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
        names::drop_covered(&mut all, &snapshot.containers);
        let is_project = |target: &Target| matches!(target, Target::ProjectLogs { .. });
        let several = all.len() > 1 || all.iter().any(is_project);
        if self.args.newest().is_some() && !self.args.no_follow {
            // The newest first, so that it is known what they are before anything can break.
            self.queued = names::pasts(&all, &snapshot.containers).into();
            self.next = all;
        } else {
            self.queued = all.into();
        }
        self.printer = Some(Printer::start(&self.args, several));
        self.subscribe();
        Ok(())
    }

    /// Whether what is read now comes to an end.
    fn reads_pasts(&self) -> bool {
        self.args.no_follow || !self.next.is_empty()
    }

    /// Subscribes to what is queued, as far as it is its turn.
    fn subscribe(&mut self) {
        let most = match self.reads_pasts() {
            true => READ_AT_ONCE,
            false => usize::MAX,
        };
        while self.open.len() < most
            && let Some(target) = self.queued.pop_front()
        {
            let start = match (self.next.is_empty(), self.args.start()) {
                // At least one, to know where it goes on.
                (false, Start::Tail(lines)) => Start::Tail(lines.max(1)),
                (_, start) => start,
            };
            let sub = self.viewer.client().subscribe_from(target.clone(), start);
            self.opened(sub, &target);
        }
        if self.open.is_empty() {
            // Whoever joins later, or had no line, has none before its first.
            for target in std::mem::take(&mut self.next) {
                let client = self.viewer.client();
                let containers = client.snapshot().map_or(&[][..], |it| &it.containers);
                let shown = names::pasts(std::slice::from_ref(&target), containers);
                let of_it = |place: &&ResumePoint| {
                    let container = place.container.clone();
                    shown.contains(&Target::History { container })
                };
                let places = self.places.iter().filter(of_it).cloned().collect();
                let sub = client.subscribe_behind(target.clone(), Start::First, places);
                self.opened(sub, &target);
            }
        }
    }

    fn opened(&mut self, sub: SubId, target: &Target) {
        self.open.insert(sub);
        if let Target::ProjectLogs { .. } = target {
            self.projects.insert(sub);
        }
    }

    /// Nothing more comes of a subscription.
    fn end(&mut self, sub: SubId) {
        self.again.retain(|(of, _), _| *of != sub);
        self.silent.retain(|(of, _)| *of != sub);
        self.open.remove(&sub);
        if self.reads_pasts() {
            self.places.extend(self.viewer.client().places(sub));
            // The server has room for so many at a time.
            self.viewer.client().unsubscribe(sub);
            self.subscribe();
        }
    }

    fn state(&mut self, sub: SubId, source: Option<u16>, state: StreamState) {
        let name = source.map_or_else(String::new, |source| self.name(sub, source));
        match state {
            StreamState::Ended if self.reads_pasts() => self.end(sub),
            StreamState::Removed => {
                if source.is_some() {
                    self.say(format!("{name} was removed"));
                }
                // Nobody knows what it printed at last.
                self.incomplete |= self.args.no_follow;
                // A project may come again, a container does not.
                if !self.projects.contains(&sub) {
                    self.end(sub);
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
                    self.end(sub);
                }
            }
            StreamState::Failed { reason, .. } => {
                self.silent.remove(&(sub, source));
                self.say(format!("{name}: {reason}; trying again"));
                let (mut policy, _) = self
                    .again
                    .remove(&(sub, source))
                    .unwrap_or_else(|| (ReconnectPolicy::link(), Instant::now()));
                let delay = policy.next_delay().unwrap_or_default();
                let at = Instant::now() + Duration::from_millis(delay);
                self.again.insert((sub, source), (policy, at));
            }
            StreamState::Reconnecting { reason, .. } => {
                self.say(format!("{name}: {reason}; trying again"));
            }
            StreamState::Live | StreamState::Empty => self.said = None,
            StreamState::Loading if !self.silent.insert((sub, source)) => {
                self.say(format!("{name}: Docker still looks for the first line"));
            }
            StreamState::Loading => {}
        }
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
