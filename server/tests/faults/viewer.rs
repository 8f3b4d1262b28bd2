//! A viewer: the page's state machine on a native websocket, which writes down all it is told.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures::{SinkExt, StreamExt};
use sidekick::client::{Client, Output, Update};
use sidekick::model::ContainerId;
use sidekick::protocol::{
    ClientMessage, EntryRef, Gap, LogStream, SUBPROTOCOL, ServerFrame, ServerMessage, Start,
    StreamState, SubId, Target,
};
use sidekick::time::{Millis, Nanos};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};
use tokio_util::task::AbortOnDropHandle;

use crate::journal::Journal;
use crate::rng::Rng;

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

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
    pub(crate) ignored: u64,
    pub(crate) refused: Vec<String>,
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
        let mut client = Client::new(Millis(0));
        let sub = client.subscribe_from(habit.target.clone(), habit.start);
        let running = Running {
            address,
            habit: habit.clone(),
            rng,
            journal: journal.clone(),
            client,
            sub,
            began: Instant::now(),
            socket: None,
            opening: None,
            wake_at: None,
            retry_at: None,
            away_until: None,
            paused_until: None,
            containers: HashMap::new(),
            held: Arc::clone(&held),
            calm: calm.subscribe(),
        };
        Self {
            habit,
            held,
            calm,
            _task: AbortOnDropHandle::new(tokio::spawn(running.run())),
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
    address: SocketAddr,
    habit: Habit,
    rng: Rng,
    journal: Journal,
    client: Client,
    sub: SubId,
    began: Instant,
    socket: Option<Socket>,
    opening: Option<AbortOnDropHandle<Option<Socket>>>,
    /// When it is told that the network is back.
    wake_at: Option<Instant>,
    retry_at: Option<Instant>,
    away_until: Option<Instant>,
    paused_until: Option<Instant>,
    containers: HashMap<u16, ContainerId>,
    held: Arc<Mutex<Held>>,
    calm: tokio::sync::watch::Receiver<bool>,
}

impl Running {
    async fn run(mut self) {
        loop {
            self.act().await;
            let now = self.now();
            let due = self.client.next_deadline().map_or(50, |at| at.since(now));
            let due = Duration::from_millis(due.clamp(1, 50) as u64);
            tokio::select! {
                opened = async {
                    match &mut self.opening {
                        Some(opening) => opening.await,
                        None => std::future::pending().await,
                    }
                } => {
                    self.opening = None;
                    match opened.ok().flatten() {
                        Some(socket) => {
                            self.socket = Some(socket);
                            let now = self.now();
                            self.client.on_open(now);
                        }
                        None => self.lost(),
                    }
                }
                message = async {
                    match &mut self.socket {
                        Some(socket) => socket.next().await,
                        None => std::future::pending().await,
                    }
                } => match message {
                    Some(Ok(Message::Binary(bytes))) => {
                        if self.journal.is_full() {
                            self.note_frame(&bytes);
                        }
                        let now = self.now();
                        self.client.on_message(&bytes, now);
                    }
                    Some(Ok(Message::Close(_)) | Err(_)) | None => self.lost(),
                    Some(Ok(_)) => {}
                },
                () = tokio::time::sleep(due) => self.tick(),
            }
        }
    }

    fn note_frame(&self, bytes: &[u8]) {
        let Ok(frame) = ServerFrame::decode(bytes) else {
            return;
        };
        if !matches!(
            frame.message,
            ServerMessage::Logs { .. } | ServerMessage::Gap { .. } | ServerMessage::Stream { .. }
        ) {
            return;
        }
        let entries: Vec<_> = frame.batch.iter().collect();
        let end = |entry: &EntryRef<'_>| {
            (
                entry.time.0,
                entry.stream,
                entry.text.get(..20).unwrap_or(entry.text).to_owned(),
            )
        };
        let ends = [entries.first().map(end), entries.last().map(end)];
        let (name, lines, message) = (self.habit.name, entries.len(), frame.message);
        self.journal
            .note(format!("{name} hears {message:?}: {lines} lines, {ends:?}"));
    }

    fn now(&self) -> Millis {
        Millis(self.began.elapsed().as_millis() as i64)
    }

    fn is_calm(&self) -> bool {
        *self.calm.borrow()
    }

    async fn act(&mut self) {
        loop {
            let output = match self.away_until {
                Some(_) => self.client.poll_command(),
                None => self.client.poll(),
            };
            match output {
                None => break,
                Some(Output::Connect) => {
                    let opening = tokio::spawn(open(self.address));
                    self.opening = Some(AbortOnDropHandle::new(opening));
                }
                Some(Output::Close) => {
                    (self.opening, self.socket) = (None, None);
                    self.wake_at = Some(Instant::now() + self.rng.millis(10, 300));
                }
                Some(Output::Send(bytes)) => {
                    if self.journal.is_full() {
                        let message = ClientMessage::decode(&bytes);
                        self.journal
                            .note(format!("{} says {message:?}", self.habit.name));
                    }
                    if let Some(socket) = &mut self.socket {
                        let sent = socket.send(Message::Binary(bytes.into())).await;
                        if sent.is_err() {
                            self.lost();
                        }
                    }
                }
                Some(Output::Update(update)) => self.take(update),
            }
        }
        self.held.lock().unwrap().ignored = self.client.ignored();
    }

    fn lost(&mut self) {
        self.socket = None;
        let now = self.now();
        let jitter = self.rng.range(0, 100) as f64 / 100.0;
        self.client.on_close(now, jitter);
        self.wake_at = Some(Instant::now() + self.rng.millis(10, 300));
    }

    fn tick(&mut self) {
        let (now, instant) = (self.now(), Instant::now());
        let jitter = self.rng.range(0, 100) as f64 / 100.0;
        self.client.tick(now, jitter);
        let due = |at: &mut Option<Instant>| at.take_if(|at| *at <= instant).is_some();
        if due(&mut self.wake_at) {
            self.client.online(now);
        }
        if due(&mut self.retry_at) {
            self.client.retry(self.sub);
        }
        let calm = self.is_calm();
        if calm || due(&mut self.away_until) {
            self.away_until = None;
        }
        if due(&mut self.paused_until) || (calm && self.paused_until.take().is_some()) {
            self.client.resume(self.sub);
        }
        if calm {
            return;
        }
        if self.habit.slow && self.away_until.is_none() && self.rng.percent(5) {
            self.away_until = Some(instant + self.rng.millis(100, 1500));
        }
        if self.habit.restless && self.paused_until.is_none() && self.rng.percent(2) {
            self.journal.note(format!("{} looks away", self.habit.name));
            self.client.pause(self.sub);
            self.paused_until = Some(instant + self.rng.millis(10, 1200));
        }
    }

    fn take(&mut self, update: Update) {
        let mut held = self.held.lock().unwrap();
        match update {
            Update::Source {
                source, container, ..
            } => {
                self.containers.insert(source, container);
            }
            Update::Logs { source, batch, .. } => {
                let container = self.containers[&source].clone();
                let items = held.items.entry(container).or_default();
                items.extend(batch.iter().map(|entry| {
                    Item::Line(Line {
                        time: entry.time,
                        stream: entry.stream,
                        text: entry.text.to_owned(),
                    })
                }));
            }
            Update::Gap { source, gap, .. } => {
                let container = self.containers[&source].clone();
                self.journal
                    .note(format!("{}: {container:.8} {gap:?}", self.habit.name));
                held.items
                    .entry(container)
                    .or_default()
                    .push(Item::Gap(gap));
            }
            Update::Stream { state, .. } => {
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
            | Update::Stats { .. } => {}
        }
    }
}

async fn open(address: SocketAddr) -> Option<Socket> {
    let mut request = format!("ws://{address}/api/live")
        .into_client_request()
        .ok()?;
    request
        .headers_mut()
        .insert("sec-websocket-protocol", SUBPROTOCOL.parse().ok()?);
    let opened = tokio_tungstenite::connect_async(request).await;
    opened.ok().map(|(socket, _)| socket)
}
