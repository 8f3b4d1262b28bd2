//! `sidekick-docker tail`: a viewer without a page. It speaks the live protocol through the same
//! state machine as the browser ([`sidekick::client`]), so it loses and doubles nothing either.

mod args;
mod merge;
mod names;
mod output;
mod state;
mod subscribe;
mod words;

use std::collections::{HashMap, HashSet, VecDeque};
use std::time::Duration;

use anyhow::{Context as _, anyhow, bail};
use sidekick::client::{LinkState, Update};
use sidekick::protocol::{ResumePoint, SubId, Target};
use sidekick::reconnect::ReconnectPolicy;
use tokio::time::Instant;

use self::merge::Merge;
use self::output::{Lines, Printer};
use self::words::tell;
use crate::viewer::{Happening, Viewer};

pub use args::TailArgs;
pub(crate) use args::{ABOUT, EXAMPLES};

/// How long the dashboard, and its engine, may take to be found before that is an error, where nothing
/// is followed.
const ENGINE_WITHIN: Duration = Duration::from_secs(30);

/// How long an interrupted one may take to print what it has received.
const FINISH_WITHIN: Duration = Duration::from_secs(5);

/// Prints until all is printed, or `interrupted`. What was received until then is printed.
///
/// Returns what interrupted it; `None` where it came to its end.
///
/// # Errors
/// What cannot be right: names of nothing, a server that refuses, an output that cannot be written.
pub async fn run<T>(
    args: TailArgs,
    interrupted: impl Future<Output = T>,
) -> anyhow::Result<Option<T>> {
    let mut tail = Tail::new(args)?;
    let result = tokio::select! {
        result = tail.run() => result.map(|()| None),
        by = interrupted => Ok(Some(by)),
    };
    let incomplete = tail.incomplete;
    let finish = tail.finish();
    let finished = match result {
        Ok(None) => finish.await,
        // Whoever does not read what is printed must not keep the program from ending.
        _ => tokio::time::timeout(FINISH_WITHIN, finish)
            .await
            .unwrap_or_else(|_| Err(anyhow!("standard output takes no more: not all is printed"))),
    };
    let interrupted = result?;
    finished?;
    if interrupted.is_none() && incomplete {
        bail!("not everything could be printed");
    }
    Ok(interrupted)
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
    merge: Merge,
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
            merge: Merge::new(!args.no_follow),
            args,
            began: Instant::now(),
            printer: None,
            waiting: None,
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
        loop {
            if self.waiting.is_none() {
                self.waiting = self.merge.ready();
            }
            if self.is_done() {
                return Ok(());
            }
            let takes = self.waiting.is_none();
            self.merge.takes(takes);
            let due = self.due();
            tokio::select! {
                // What has come is looked at before the time that it had for that.
                biased;
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
                happening = self.viewer.next(takes) => {
                    let refused = || format!("cannot look through {}", self.args.url);
                    match happening.with_context(refused)? {
                        Happening::Update(update) => self.take(update)?,
                        Happening::Lost(reason) => {
                            self.merge.interrupt();
                            self.silent.clear();
                            self.say(format!("{}: {reason}; trying again", self.args.url));
                        }
                    }
                }
                () = tokio::time::sleep_until(due) => self.look_at_the_clock()?,
            }
        }
    }

    /// Prints what was received.
    async fn finish(mut self) -> anyhow::Result<()> {
        let mut taken = Ok(());
        while taken.is_ok()
            && let Some(update) = self.viewer.received()
        {
            taken = self.take(update);
        }
        self.merge.end();
        while let Some(lines) = self.waiting.take().or_else(|| self.merge.ready()) {
            let Some(printer) = &self.printer else {
                break;
            };
            match printer.reserve().await {
                Some(permit) => permit.send(lines),
                None => break,
            };
        }
        self.viewer.close().await;
        if self.merge.late() > 0 {
            tell(&words::late(self.merge.late()));
        }
        if let Some(printer) = self.printer.take() {
            printer.finish().await?;
        }
        taken
    }

    /// Whether nothing more can come.
    fn is_done(&self) -> bool {
        self.gone || (self.printer.is_some() && self.open.is_empty() && self.waiting.is_none())
    }

    /// When there is something to do even if nothing happens.
    fn due(&self) -> Instant {
        let retry = self.again.values().map(|(_, at)| *at);
        let engine = self.must_begin().then(|| self.began + ENGINE_WITHIN);
        let window = self.waiting.is_none().then(|| self.merge.due());
        let due = retry
            .chain(engine)
            .chain(window.flatten().map(Instant::from))
            .min();
        due.unwrap_or_else(|| Instant::now() + ENGINE_WITHIN)
    }

    /// Whether it is an error to find nothing to read: who follows waits for it.
    fn must_begin(&self) -> bool {
        self.args.no_follow && self.printer.is_none()
    }

    fn look_at_the_clock(&mut self) -> anyhow::Result<()> {
        let now = Instant::now();
        for (&(sub, _), (_, at)) in self.again.iter_mut().filter(|(_, (_, at))| *at <= now) {
            self.viewer.client().retry(sub);
            // Until the server answers.
            *at = now + ENGINE_WITHIN;
        }
        if self.must_begin() && self.began.elapsed() >= ENGINE_WITHIN {
            let why = self.said.as_deref().unwrap_or("it says nothing");
            let why = why.trim_end_matches("; trying again");
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
                sub,
                source,
                container,
                name,
            } => self.merge.source(sub, source, container, &name),
            Update::Logs { sub, source, batch } => {
                self.again.remove(&(sub, Some(source)));
                self.silent.remove(&(sub, Some(source)));
                let none = self.args.newest() == Some(0);
                if !(none && self.reads_pasts()) {
                    self.merge.lines(sub, source, batch);
                }
            }
            Update::Gap { sub, source, gap } => self.merge.gap(sub, source, gap),
            Update::Stream { sub, source, state } => self.state(sub, source, state),
            Update::Refused { reason, .. } => bail!("the server refuses: {reason}"),
            Update::Link(_)
            | Update::Hello { .. }
            | Update::State
            | Update::Event(_)
            | Update::Served(_)
            | Update::Stats { .. } => {}
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
