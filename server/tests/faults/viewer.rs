//! A viewer as `sidekick-docker tail` is one, which writes down all it is told, is slow now and then, and
//! looks away.

use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use server::viewer::Happening;
use sidekick::client::{Piece, Reorder, Update};
use sidekick::model::ContainerId;
use sidekick::protocol::{Gap, LogStream, Start, StreamState, SubId, Target};
use sidekick::time::{Millis, Nanos};
use tokio_util::task::AbortOnDropHandle;
use tracing::Instrument;

use crate::journal::Journal;
use crate::rng::Rng;

/// How often it thinks of something else.
const WHIM: Duration = Duration::from_millis(50);

/// A line as it was printed and as it is held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) time: Nanos,
    pub(crate) stream: LogStream,
    pub(crate) text: String,
}

/// What a viewer holds of one container, in order.
#[derive(Clone, Debug)]
pub(crate) enum Item {
    Line(Line),
    Gap(Gap),
}

/// All that a viewer holds.
#[derive(Debug, Default)]
pub(crate) struct Held {
    pub(crate) items: HashMap<ContainerId, Vec<Item>>,
    /// All lines in the order in which they left the window, and how many came too late for it.
    pub(crate) merged: Vec<Left>,
    pub(crate) late: u64,
    pub(crate) ignored: u64,
    pub(crate) refused: Vec<String>,
}

/// What is told within it is told of the viewer of that name.
pub(crate) fn span(name: &'static str) -> tracing::Span {
    tracing::error_span!("viewer", name)
}

/// A line that left the window of a merged view.
#[derive(Clone, Debug)]
pub(crate) struct Left {
    /// Number of its container.
    pub(crate) lane: usize,
    pub(crate) time: Nanos,
    pub(crate) came: Millis,
    pub(crate) left: Millis,
    /// Containers that were not waited for when it left, as nothing was about to come of them.
    pub(crate) over: Vec<usize>,
}

/// What a viewer looks at, and how.
#[derive(Clone, Debug)]
pub(crate) struct Habit {
    pub(crate) name: &'static str,
    pub(crate) target: Target,
    pub(crate) start: Start,
    /// It takes nothing for a while now and then.
    pub(crate) slow: bool,
    /// It asks for another attempt where a stream broke, as somebody who clicks *Retry*.
    pub(crate) impatient: bool,
    /// It looks away now and then.
    pub(crate) restless: bool,
}

impl Habit {
    pub(crate) fn sees(&self, id: &ContainerId) -> bool {
        match &self.target {
            Target::Logs { container } => container == id,
            _ => true,
        }
    }
}

/// A viewer that runs until it is dropped.
pub(crate) struct Viewer {
    pub(crate) habit: Habit,
    pub(crate) held: Arc<Mutex<Held>>,
    calm: Arc<tokio::sync::watch::Sender<bool>>,
    _task: AbortOnDropHandle<()>,
}

impl Viewer {
    pub(crate) fn start(address: SocketAddr, habit: Habit, rng: Rng, journal: &Journal) -> Self {
        let held = Arc::<Mutex<Held>>::default();
        let calm = Arc::new(tokio::sync::watch::Sender::new(false));
        let mut viewer = server::viewer::Viewer::new(&address.to_string()).unwrap();
        let sub = viewer
            .client()
            .subscribe_from(habit.target.clone(), habit.start);
        let running = Running {
            viewer,
            habit: habit.clone(),
            rng,
            journal: journal.clone(),
            sub,
            wake_at: None,
            retry_at: None,
            away_until: None,
            paused_until: None,
            containers: HashMap::new(),
            lanes: HashMap::new(),
            window: Reorder::default(),
            came: HashMap::new(),
            over: Vec::new(),
            began: Instant::now(),
            held: Arc::clone(&held),
            calm: calm.subscribe(),
        };
        let run = running.run().instrument(span(habit.name));
        Self {
            habit,
            held,
            calm,
            _task: AbortOnDropHandle::new(tokio::spawn(run)),
        }
    }

    /// The newest line that it holds of a container.
    pub(crate) fn last(&self, container: &ContainerId) -> Option<Line> {
        match self.held.lock().unwrap().items.get(container)?.last()? {
            Item::Line(line) => Some(line.clone()),
            Item::Gap(_) => None,
        }
    }

    /// From now on it takes everything at once.
    pub(crate) fn calm_down(&self) {
        self.calm.send_replace(true);
    }
}

struct Running {
    viewer: server::viewer::Viewer,
    habit: Habit,
    rng: Rng,
    journal: Journal,
    sub: SubId,
    /// When it is told that the network is back.
    wake_at: Option<Instant>,
    retry_at: Option<Instant>,
    away_until: Option<Instant>,
    paused_until: Option<Instant>,
    containers: HashMap<u16, ContainerId>,
    /// What it holds comes out of a window, as with `tail`.
    lanes: HashMap<u16, usize>,
    window: Reorder,
    /// When the lines came that are in it, by container.
    came: HashMap<usize, VecDeque<Millis>>,
    /// Containers of which nothing is about to come.
    over: Vec<usize>,
    began: Instant,
    held: Arc<Mutex<Held>>,
    calm: tokio::sync::watch::Receiver<bool>,
}

impl Running {
    async fn run(mut self) {
        let mut whims = tokio::time::interval(WHIM);
        loop {
            let takes = self.away_until.is_none();
            tokio::select! {
                happening = self.viewer.next(takes) => match happening {
                    Ok(Happening::Update(update)) => self.take(update),
                    Ok(Happening::Lost(_)) => {
                        self.window.interrupt(self.now());
                        self.wake_at = Some(Instant::now() + self.rng.millis(10, 300));
                    }
                    Err(error) => {
                        self.held.lock().unwrap().refused.push(format!("{error:#}"));
                        return;
                    }
                },
                _ = whims.tick() => self.think(),
            }
            self.hold();
            let ignored = self.viewer.client().ignored();
            self.held.lock().unwrap().ignored = ignored;
        }
    }

    fn think(&mut self) {
        let now = Instant::now();
        let due = |at: &mut Option<Instant>| at.take_if(|at| *at <= now).is_some();
        if due(&mut self.wake_at) {
            self.viewer.online();
        }
        if due(&mut self.retry_at) {
            self.viewer.client().retry(self.sub);
        }
        let calm = *self.calm.borrow();
        if calm || due(&mut self.away_until) {
            self.away_until = None;
        }
        if due(&mut self.paused_until) || (calm && self.paused_until.take().is_some()) {
            self.viewer.client().resume(self.sub);
        }
        if calm {
            return;
        }
        if self.habit.slow && self.away_until.is_none() && self.rng.percent(5) {
            self.away_until = Some(now + self.rng.millis(100, 1500));
        }
        if self.habit.restless && self.paused_until.is_none() && self.rng.percent(2) {
            self.journal.note(format!("{} looks away", self.habit.name));
            self.viewer.client().pause(self.sub);
            self.paused_until = Some(now + self.rng.millis(10, 1200));
        }
    }

    fn now(&self) -> Millis {
        Millis(self.began.elapsed().as_millis() as i64)
    }

    /// Writes down what leaves the window.
    fn hold(&mut self) {
        let now = self.now();
        let mut held = self.held.lock().unwrap();
        while let Some((lane, piece)) = self.window.pop(now) {
            let mut lanes = self.lanes.iter();
            let (source, _) = lanes.find(|(_, at)| **at == lane).unwrap();
            let container = self.containers[source].clone();
            let Held { items, merged, .. } = &mut *held;
            let items = items.entry(container).or_default();
            match piece {
                Piece::Gap(gap) => items.push(Item::Gap(gap)),
                Piece::Entries(batch) => {
                    let came = self.came.get_mut(&lane).unwrap();
                    merged.extend(batch.iter().map(|entry| Left {
                        lane,
                        time: entry.time,
                        came: came.pop_front().unwrap(),
                        left: now,
                        over: self.over.clone(),
                    }));
                    items.extend(batch.iter().map(|entry| {
                        Item::Line(Line {
                            time: entry.time,
                            stream: entry.stream,
                            text: entry.text.to_owned(),
                        })
                    }));
                }
            }
        }
        held.late = self.window.late();
    }

    fn take(&mut self, update: Update) {
        let now = self.now();
        let mut held = self.held.lock().unwrap();
        match update {
            Update::Source {
                source, container, ..
            } => {
                self.containers.insert(source, container);
                let join = || self.window.join(now);
                let lane = *self.lanes.entry(source).or_insert_with(join);
                self.window.state(lane, &StreamState::Loading);
                self.over.retain(|it| *it != lane);
            }
            Update::Logs { source, batch, .. } => {
                let lane = self.lanes[&source];
                self.over.retain(|it| *it != lane);
                let came = self.came.entry(lane).or_default();
                came.extend(std::iter::repeat_n(now, batch.len()));
                self.window.push(lane, Piece::Entries(batch), now);
            }
            Update::Gap { source, gap, .. } => {
                let container = &self.containers[&source];
                self.journal
                    .note(format!("{}: {container:.8} {gap:?}", self.habit.name));
                self.window.push(self.lanes[&source], Piece::Gap(gap), now);
            }
            Update::Stream { source, state, .. } => {
                if let Some(source) = source {
                    let lane = self.lanes[&source];
                    self.window.state(lane, &state);
                    self.over.retain(|it| *it != lane);
                    let over = [StreamState::Ended, StreamState::Removed].contains(&state);
                    if over || matches!(state, StreamState::Failed { .. }) {
                        self.over.push(lane);
                    }
                }
                let broken = matches!(
                    state,
                    StreamState::Reconnecting { .. } | StreamState::Failed { .. }
                );
                if broken && self.habit.impatient {
                    self.retry_at = Some(Instant::now() + self.rng.millis(50, 500));
                }
            }
            Update::Refused { reason, .. } => held.refused.push(reason),
            Update::Link(_)
            | Update::Hello { .. }
            | Update::State
            | Update::Event(_)
            | Update::Served(_)
            | Update::Stats { .. } => {}
        }
    }
}
