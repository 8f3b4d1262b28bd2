//! A server on a demo engine of its own, and a viewer that speaks the live protocol by hand.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use futures::{SinkExt, StreamExt};
use leptos::config::LeptosOptions;
use server::Running;
use server::config::{Config, EngineChoice};
use server::demo::{Control, DemoEngine, DemoOptions, Spec};
use server::docker::EndpointSources;
use server::metrics::UpstreamKind;
use sidekick::model::{Container, ContainerId, EngineStatus, Event};
use sidekick::protocol::{
    ClientMessage, Cursor, CursorCounter, Gap, ResumePoint, SUBPROTOCOL, Served, ServerFrame,
    ServerMessage, Snapshot, SourceId, Start, StreamState, SubId, Target,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

/// How long anything may take on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// A server and its engine.
pub(crate) struct World {
    /// Runs until it is dropped.
    _engine: DemoEngine,
    pub(crate) control: Control,
    pub(crate) server: Running,
}

impl World {
    /// A server on a quiet engine with these containers.
    pub(crate) async fn start(containers: Vec<Spec>) -> Self {
        Self::with(DemoOptions::quiet(containers)).await
    }

    /// A server on an engine with these options.
    pub(crate) async fn with(options: DemoOptions) -> Self {
        let socket = socket();
        let engine = DemoEngine::start(&socket, options).unwrap();
        let server = serve(&socket).await;
        Self {
            control: engine.control(),
            _engine: engine,
            server,
        }
    }

    pub(crate) async fn page(&self) -> Page {
        Page::open(&self.server).await
    }

    pub(crate) fn id(&self, name: &str) -> ContainerId {
        ContainerId(self.control.id(name).unwrap())
    }

    pub(crate) fn logs(&self, name: &str) -> Target {
        Target::Logs {
            container: self.id(name),
        }
    }

    pub(crate) fn print(&self, name: &str, lines: impl IntoIterator<Item = String>) {
        for line in lines {
            self.control
                .print(name, sidekick::protocol::LogStream::Stdout, &line)
                .unwrap();
        }
    }

    pub(crate) fn open(&self, kind: UpstreamKind) -> i64 {
        self.server.metrics.upstreams_open(kind)
    }

    /// One HTTP request as text; the connection is closed after it.
    pub(crate) async fn request(&self, path: &str, headers: &[(&str, &str)]) -> String {
        request(&self.server, path, headers).await
    }

    pub(crate) async fn request_bytes(&self, path: &str, headers: &[(&str, &str)]) -> Vec<u8> {
        request_bytes(&self.server, path, headers).await
    }
}

/// A path for a socket that nobody else uses.
pub(crate) fn socket() -> PathBuf {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    std::env::temp_dir().join(format!(
        "sidekick-live-{}-{number}.sock",
        std::process::id()
    ))
}

/// A server that looks for its engine on this socket.
pub(crate) async fn serve(socket: &std::path::Path) -> Running {
    serve_from(EndpointSources::from_process(Some(format!(
        "unix://{}",
        socket.display()
    ))))
    .await
}

/// A server that finds its engine this way.
pub(crate) async fn serve_from(sources: EndpointSources) -> Running {
    server::serve(Config {
        addr: "127.0.0.1:0".parse().unwrap(),
        engine: EngineChoice::Find(sources),
        allow_hosts: Vec::new(),
        leptos: LeptosOptions::builder().output_name("sidekick").build(),
    })
    .await
    .unwrap()
}

pub(crate) async fn request(server: &Running, path: &str, headers: &[(&str, &str)]) -> String {
    let answer = request_bytes(server, path, headers).await;
    String::from_utf8_lossy(&answer).into_owned()
}

async fn request_bytes(server: &Running, path: &str, headers: &[(&str, &str)]) -> Vec<u8> {
    let mut stream = TcpStream::connect(server.addr).await.unwrap();
    let mut text = format!("GET {path} HTTP/1.1\r\n");
    if !headers.iter().any(|(name, _)| *name == "Connection") {
        text.push_str("Connection: close\r\n");
    }
    if !headers.iter().any(|(name, _)| *name == "Host") {
        text.push_str(&format!("Host: {}\r\n", server.addr));
    }
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    text.push_str("\r\n");
    stream.write_all(text.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    tokio::time::timeout(PATIENCE, stream.read_to_end(&mut answer))
        .await
        .expect("an answer in time")
        .unwrap();
    answer
}

/// Waits until something holds that no message tells.
pub(crate) async fn eventually(what: &str, mut holds: impl FnMut() -> bool) -> Duration {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < PATIENCE, "in vain: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    began.elapsed()
}

/// What a page saw of one source.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) container: Option<ContainerId>,
    pub(crate) name: String,
    pub(crate) lines: Vec<String>,
    pub(crate) cursor: Option<Cursor>,
    pub(crate) gaps: Vec<Gap>,
    pub(crate) samples: usize,
    pub(crate) states: Vec<StreamState>,
    /// No backlog waits for the state that tells that it is complete.
    pub(crate) state_after_backlog: bool,
}

impl Seen {
    pub(crate) fn state(&self) -> Option<&StreamState> {
        self.states.last()
    }
}

/// A viewer. It believes everything and drops nothing, so that what comes twice is seen twice.
pub(crate) struct Page {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    next_sub: u32,
    payload: u64,
    /// Whether it gives credit.
    pub(crate) eager: bool,
    pub(crate) snapshot: Snapshot,
    pub(crate) seen: HashMap<(SubId, SourceId), Seen>,
    pub(crate) sub_states: HashMap<SubId, StreamState>,
    pub(crate) events: Vec<Event>,
    pub(crate) refused: Vec<String>,
    /// `None` where nothing was said of log lines.
    pub(crate) served: Option<Served>,
}

impl Page {
    pub(crate) async fn open(server: &Running) -> Self {
        let mut request = format!("ws://{}/api/live", server.addr)
            .into_client_request()
            .unwrap();
        request
            .headers_mut()
            .insert("sec-websocket-protocol", SUBPROTOCOL.parse().unwrap());
        let (socket, response) = tokio_tungstenite::connect_async(request).await.unwrap();
        assert_eq!(response.headers()["sec-websocket-protocol"], SUBPROTOCOL);
        let mut page = Self {
            socket,
            next_sub: 0,
            payload: 0,
            eager: true,
            snapshot: Snapshot {
                revision: 0,
                engine: EngineStatus::Connecting {
                    endpoint: String::new(),
                },
                containers: Vec::new(),
                errors: Vec::new(),
                refreshed: None,
            },
            seen: HashMap::new(),
            sub_states: HashMap::new(),
            events: Vec::new(),
            refused: Vec::new(),
            served: None,
        };
        let hello = page.receive().await;
        assert!(matches!(hello.message, ServerMessage::Hello { .. }));
        let snapshot = page.receive().await;
        assert!(matches!(snapshot.message, ServerMessage::Snapshot(_)));
        page.take(snapshot).await;
        page.until("the first list", |p| {
            p.snapshot.refreshed.is_some() || p.unreachable()
        })
        .await;
        page
    }

    pub(crate) fn unreachable(&self) -> bool {
        matches!(self.snapshot.engine, EngineStatus::Unreachable(_))
    }

    pub(crate) async fn send(&mut self, message: ClientMessage) {
        self.send_raw(message.encode()).await;
    }

    pub(crate) async fn send_raw(&mut self, bytes: Vec<u8>) {
        self.socket
            .send(Message::Binary(bytes.into()))
            .await
            .unwrap();
    }

    pub(crate) async fn subscribe(&mut self, target: Target) -> SubId {
        self.resume(target, Vec::new()).await
    }

    pub(crate) async fn resume(&mut self, target: Target, resume: Vec<ResumePoint>) -> SubId {
        self.subscribe_with(target, resume, Start::Newest).await
    }

    pub(crate) async fn subscribe_from(&mut self, target: Target, start: Start) -> SubId {
        self.subscribe_with(target, Vec::new(), start).await
    }

    pub(crate) async fn subscribe_with(
        &mut self,
        target: Target,
        resume: Vec<ResumePoint>,
        start: Start,
    ) -> SubId {
        self.next_sub += 1;
        let sub = SubId(self.next_sub);
        self.send(ClientMessage::Subscribe {
            sub,
            target,
            resume,
            start,
        })
        .await;
        sub
    }

    pub(crate) async fn unsubscribe(&mut self, sub: SubId) {
        self.send(ClientMessage::Unsubscribe { sub }).await;
    }

    /// Takes messages until something holds.
    pub(crate) async fn until(&mut self, what: &str, mut holds: impl FnMut(&Self) -> bool) {
        let began = Instant::now();
        while !holds(self) {
            let left = PATIENCE.saturating_sub(began.elapsed());
            match tokio::time::timeout(left, self.receive()).await {
                Ok(frame) => self.take(frame).await,
                Err(_) => panic!("in vain: {what}; seen: {}", self.describe()),
            }
        }
    }

    /// Takes everything that was sent before now: the answer to a ping comes after it. Payload
    /// that waits for credit is not among it.
    pub(crate) async fn settle(&mut self, extra: Duration) {
        tokio::time::sleep(extra).await;
        self.send(ClientMessage::Ping { nonce: 77 }).await;
        loop {
            let frame = self.receive().await;
            if frame.message == (ServerMessage::Pong { nonce: 77 }) {
                return;
            }
            self.take(frame).await;
        }
    }

    pub(crate) fn first(&self, sub: SubId) -> &Seen {
        self.source(sub, 0)
    }

    pub(crate) fn source(&self, sub: SubId, source: u16) -> &Seen {
        static NOTHING: std::sync::LazyLock<Seen> = std::sync::LazyLock::new(Seen::default);
        self.seen.get(&(sub, SourceId(source))).unwrap_or(&NOTHING)
    }

    /// The lines of all containers of a subscription, in the order in which those joined.
    pub(crate) fn all_lines(&self, sub: SubId) -> Vec<String> {
        let mut seen: Vec<_> = self.seen.iter().filter(|((of, _), _)| *of == sub).collect();
        seen.sort_by_key(|((_, source), _)| *source);
        seen.into_iter()
            .flat_map(|(_, it)| it.lines.clone())
            .collect()
    }

    pub(crate) fn lines(&self, sub: SubId) -> &[String] {
        &self.first(sub).lines
    }

    pub(crate) fn container(&self, name: &str) -> Option<&Container> {
        self.snapshot.containers.iter().find(|c| c.name == name)
    }

    async fn receive(&mut self) -> ServerFrame {
        loop {
            let message = tokio::time::timeout(PATIENCE, self.socket.next())
                .await
                .expect("the server is silent")
                .expect("the server closed the connection")
                .unwrap();
            if let Message::Binary(bytes) = message {
                let frame = ServerFrame::decode(&bytes).unwrap();
                if matches!(
                    frame.message,
                    ServerMessage::Logs { .. } | ServerMessage::Stats { .. }
                ) {
                    self.payload += bytes.len() as u64;
                    if self.eager {
                        let bytes = self.payload;
                        self.send(ClientMessage::Credit { bytes }).await;
                    }
                }
                return frame;
            }
        }
    }

    /// Gives credit for everything that came.
    pub(crate) async fn credit(&mut self) {
        let bytes = self.payload;
        self.send(ClientMessage::Credit { bytes }).await;
    }

    async fn take(&mut self, frame: ServerFrame) {
        match frame.message {
            ServerMessage::Hello { .. } | ServerMessage::Pong { .. } => {}
            ServerMessage::Ping { nonce } => self.send(ClientMessage::Pong { nonce }).await,
            ServerMessage::Snapshot(snapshot) => self.snapshot = snapshot,
            ServerMessage::Delta {
                revision,
                engine,
                changed,
                removed,
                errors,
                refreshed,
            } => {
                assert_eq!(revision, self.snapshot.revision + 1, "a hole in the deltas");
                self.snapshot.revision = revision;
                self.snapshot.refreshed = refreshed;
                self.snapshot.engine = engine.unwrap_or(self.snapshot.engine.clone());
                self.snapshot.errors = errors.unwrap_or(self.snapshot.errors.clone());
                let mut all: BTreeMap<_, _> = std::mem::take(&mut self.snapshot.containers)
                    .into_iter()
                    .chain(changed)
                    .map(|c| (c.id.clone(), c))
                    .collect();
                for id in removed {
                    all.remove(&id);
                }
                self.snapshot.containers = all.into_values().collect();
            }
            ServerMessage::Event(event) => self.events.push(event),
            ServerMessage::Source {
                sub,
                source,
                container,
                name,
            } => {
                let seen = self.seen.entry((sub, source)).or_default();
                assert!(
                    seen.container
                        .as_ref()
                        .is_none_or(|known| *known == container)
                );
                seen.container = Some(container);
                seen.name = name;
            }
            ServerMessage::Logs {
                sub,
                source,
                first,
                backlog,
            } => {
                let seen = self.announced(sub, source);
                seen.state_after_backlog = !backlog;
                let mut counter = CursorCounter::within(first);
                for entry in frame.batch.iter() {
                    seen.cursor = Some(counter.next(entry.time, entry.stream));
                    seen.lines.push(entry.text.to_owned());
                }
            }
            ServerMessage::Gap { sub, source, gap } => self.announced(sub, source).gaps.push(gap),
            ServerMessage::Stats {
                sub,
                source,
                samples,
            } => self.announced(sub, source).samples += samples.len(),
            ServerMessage::Stream {
                sub,
                source: Some(source),
                state,
            } => {
                let seen = self.announced(sub, source);
                seen.state_after_backlog |= !matches!(
                    state,
                    StreamState::Loading | StreamState::Reconnecting { .. }
                );
                seen.states.push(state);
            }
            ServerMessage::Stream {
                sub,
                source: None,
                state,
            } => {
                self.sub_states.insert(sub, state);
            }
            ServerMessage::Refused { reason, .. } => self.refused.push(reason),
            ServerMessage::Served(served) => self.served = Some(served),
        }
    }

    fn announced(&mut self, sub: SubId, source: SourceId) -> &mut Seen {
        self.seen
            .get_mut(&(sub, source))
            .expect("a source is announced before anything else of it")
    }

    fn describe(&self) -> String {
        let seen: Vec<_> = self
            .seen
            .iter()
            .map(|(key, s)| (key, &s.name, s.lines.len(), &s.gaps, s.samples, &s.states))
            .collect();
        format!(
            "{seen:?}; {:?}; {:?}; refused {:?}; whole {:?}",
            self.snapshot.engine, self.snapshot.errors, self.refused, self.sub_states
        )
    }
}

/// `prefix from` to `prefix to - 1`, as the tests print them.
pub(crate) fn numbered(prefix: &str, range: std::ops::Range<usize>) -> Vec<String> {
    range.map(|n| format!("{prefix} {n}")).collect()
}
