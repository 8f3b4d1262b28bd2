//! A viewer without a page: the page's state machine on a native websocket, which counts.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, bail};
use futures::{SinkExt, StreamExt};
use sidekick::client::{Client, Output, Update};
use sidekick::logs::{LogSession, StoreLimits};
use sidekick::protocol::{SUBPROTOCOL, Start, StreamState, Target};
use sidekick::time::Millis;
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

use crate::spread::Spread;

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// How long it may take until a log is open, also beside 500 others.
const OPEN_WITHIN: Duration = Duration::from_secs(60);

/// How often the state machine hears of the time where nothing comes.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// What a viewer has seen.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    /// Lines.
    pub(crate) lines: u64,
    /// Their text with line ends, in bytes.
    pub(crate) raw_bytes: u64,
    /// What came over the wire for them, in bytes.
    pub(crate) wire_bytes: u64,
    /// Lines that it was told it lacks.
    pub(crate) missing: u64,
    /// Gaps, also those of unknown size.
    pub(crate) gaps: u64,
    /// Its log ended, and all of it came.
    pub(crate) ended: bool,
    /// Age of each batch's last line when it came, in ms.
    pub(crate) lag_ms: Spread,
}

/// Looks at one container until it is dropped.
pub(crate) struct Viewer {
    seen: Arc<Mutex<Seen>>,
    task: JoinHandle<()>,
}

impl Drop for Viewer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Viewer {
    /// Looks at the container of this name. Returns when its stream is open.
    pub(crate) async fn start(address: &str, name: &str, start: Start) -> anyhow::Result<Self> {
        Self::run(Link::open(address, name, start, None).await?)
    }

    /// Looks too, from the first line on, and takes every line into a page's store, with all that a
    /// page finds out about it.
    pub(crate) async fn holding(address: &str, name: &str) -> anyhow::Result<Self> {
        let session = LogSession::new(StoreLimits {
            max_lines: usize::MAX,
            max_bytes: usize::MAX,
        });
        Self::run(Link::open(address, name, Start::First, Some(session)).await?)
    }

    fn run(mut link: Link) -> anyhow::Result<Self> {
        let seen = Arc::clone(&link.seen);
        let task = tokio::spawn(async move {
            loop {
                if let Err(error) = link.turn().await {
                    eprintln!("bench: a viewer ended: {error:#}");
                    return;
                }
            }
        });
        Ok(Self { seen, task })
    }

    /// Looks at the container too, but takes nothing any more.
    pub(crate) async fn stalled(address: &str, name: &str) -> anyhow::Result<Self> {
        let link = Link::open(address, name, Start::Newest, None).await?;
        let seen = Arc::clone(&link.seen);
        let task = tokio::spawn(async move {
            let _held = link;
            std::future::pending().await
        });
        Ok(Self { seen, task })
    }

    /// What it has seen since it was asked last.
    pub(crate) fn take(&self) -> Seen {
        std::mem::take(&mut *lock(&self.seen))
    }
}

struct Link {
    client: Client,
    socket: Socket,
    began: Instant,
    seen: Arc<Mutex<Seen>>,
    /// The state of the log is known.
    opened: bool,
    /// Where lines are held.
    session: Option<LogSession>,
}

impl Link {
    async fn open(
        address: &str,
        name: &str,
        start: Start,
        session: Option<LogSession>,
    ) -> anyhow::Result<Self> {
        let mut request = format!("ws://{address}/api/live").into_client_request()?;
        let headers = request.headers_mut();
        headers.insert("sec-websocket-protocol", SUBPROTOCOL.parse()?);
        let (socket, _) = tokio_tungstenite::connect_async(request).await?;
        let mut client = Client::new(Millis(0));
        // It asks for the websocket that is there already.
        client.poll();
        client.on_open(Millis(0));
        let mut link = Self {
            client,
            socket,
            began: Instant::now(),
            seen: Arc::default(),
            opened: false,
            session,
        };
        let opened = tokio::time::timeout(OPEN_WITHIN, link.subscribe(name, start)).await;
        opened.with_context(|| format!("the log of {name} does not open"))??;
        Ok(link)
    }

    async fn subscribe(&mut self, name: &str, start: Start) -> anyhow::Result<()> {
        let container = loop {
            self.turn().await?;
            let containers = self.client.snapshot().map(|it| it.containers.iter());
            let found = containers.and_then(|mut all| all.find(|it| it.name == name));
            if let Some(found) = found {
                break found.id.clone();
            }
        };
        self.client
            .subscribe_from(Target::Logs { container }, start);
        while !self.opened {
            self.turn().await?;
        }
        Ok(())
    }

    /// Does what the state machine asks for, and waits for one message.
    async fn turn(&mut self) -> anyhow::Result<()> {
        while let Some(output) = self.client.poll() {
            match output {
                Output::Send(bytes) => self.socket.send(Message::Binary(bytes.into())).await?,
                Output::Connect => {}
                Output::Close => bail!("the connection was given up"),
                Output::Update(update) => {
                    self.count(&update);
                    if let (Some(session), Update::Logs { batch, .. }) = (&mut self.session, update)
                    {
                        session.ingest(0, batch);
                    }
                }
            }
        }
        let message = tokio::time::timeout(LOOK_EVERY, self.socket.next()).await;
        let now = Millis(self.began.elapsed().as_millis() as i64);
        match message {
            Err(_) => self.client.tick(now, 0.5),
            Ok(Some(Ok(Message::Binary(bytes)))) => {
                lock(&self.seen).wire_bytes += bytes.len() as u64;
                self.client.on_message(&bytes, now);
            }
            Ok(Some(Ok(_))) => {}
            Ok(_) => bail!("the connection ended"),
        }
        Ok(())
    }

    fn count(&mut self, update: &Update) {
        let mut seen = lock(&self.seen);
        match update {
            Update::Logs { batch, .. } => {
                seen.lines += batch.len() as u64;
                seen.raw_bytes += (batch.text_bytes() + batch.len()) as u64;
                if let Some(last) = batch.time(batch.len().saturating_sub(1)) {
                    seen.lag_ms.push((unix_ns() - last.0) as f64 / 1e6);
                }
            }
            Update::Gap { gap, .. } => {
                seen.gaps += 1;
                seen.missing += gap.lines.unwrap_or_default();
            }
            Update::Stream { state, .. } => {
                self.opened |= *state != StreamState::Loading;
                seen.ended |= *state == StreamState::Ended;
            }
            _ => {}
        }
    }
}

/// What is counted is whole also where a viewer failed.
fn lock(seen: &Mutex<Seen>) -> MutexGuard<'_, Seen> {
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Nanoseconds since the Unix epoch.
fn unix_ns() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    i64::try_from(now.unwrap_or_default().as_nanos()).unwrap_or(i64::MAX)
}
