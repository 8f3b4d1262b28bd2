//! A viewer without a page: the client of the live protocol ([`sidekick::client`]), which a browser runs
//! too, on a socket of its own. `sidekick-docker tail` is one, and so are the viewers of the tests.

mod socket;

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use http::Uri;
use sidekick::client::{Client, Output, Update};
use sidekick::protocol::{ClientMessage, ServerFrame};
use sidekick::time::Millis;
use tokio_util::task::AbortOnDropHandle;
use tracing::Level;

use self::socket::{NoSocket, Socket};

/// A viewer of one dashboard. It connects again without end, and goes on where it was.
pub struct Viewer {
    address: Uri,
    client: Client,
    began: Instant,
    socket: Option<Socket>,
    opening: Option<AbortOnDropHandle<Result<Socket, NoSocket>>>,
}

/// What happens to a viewer.
#[derive(Debug)]
pub enum Happening {
    /// Something came.
    Update(Update),
    /// There is no connection, or not any more, for this reason. Another one will be tried.
    Lost(String),
}

impl Viewer {
    /// A viewer of the dashboard at `url`, such as `http://127.0.0.1:3000`.
    ///
    /// # Errors
    /// What the URL should look like.
    pub fn new(url: &str) -> anyhow::Result<Self> {
        Ok(Self {
            address: socket::address(url)?,
            client: Client::new(Millis(0)),
            began: Instant::now(),
            socket: None,
            opening: None,
        })
    }

    /// Subscriptions, and what is known of the containers.
    pub fn client(&mut self) -> &mut Client {
        &mut self.client
    }

    /// Tries to connect now, or makes sure that the connection still works.
    pub fn online(&mut self) {
        self.client.online(self.now());
    }

    /// Waits for what happens next. While it `takes` no updates, they wait within the server's window,
    /// and the connection is kept. Dropping this loses nothing.
    ///
    /// # Errors
    /// Why there can be no connection: trying again makes no sense.
    pub async fn next(&mut self, takes: bool) -> anyhow::Result<Happening> {
        loop {
            if let Some(happening) = self.act(takes).await {
                return Ok(happening);
            }
            let now = self.now();
            let due = self.client.next_deadline();
            let due = due.map_or(1000, |at| at.since(now).clamp(1, 1000));
            tokio::select! {
                opened = async {
                    match &mut self.opening {
                        Some(opening) => opening.await,
                        None => std::future::pending().await,
                    }
                } => {
                    self.opening = None;
                    match opened {
                        Ok(Ok(socket)) => {
                            self.socket = Some(socket);
                            self.client.on_open(self.now());
                        }
                        Ok(Err(NoSocket::ForNow(reason))) => return Ok(self.lost(reason)),
                        Ok(Err(NoSocket::Refused(error))) => return Err(error),
                        Err(error) => return Ok(self.lost(error.to_string())),
                    }
                }
                message = async {
                    match &mut self.socket {
                        Some(socket) => socket.next().await,
                        None => std::future::pending().await,
                    }
                } => match message {
                    Some(bytes) => self.hear(&bytes),
                    None => return Ok(self.lost("the connection ended".to_owned())),
                },
                () = tokio::time::sleep(Duration::from_millis(due.unsigned_abs())) => {
                    self.client.tick(self.now(), jitter());
                }
            }
        }
    }

    /// What was received and did not come out of [`next`](Self::next) yet, one after the other. The
    /// server is asked for nothing more.
    pub fn received(&mut self) -> Option<Update> {
        loop {
            while let Some(output) = self.client.poll() {
                if let Output::Update(update) = output {
                    return Some(update);
                }
            }
            let bytes = self.socket.as_mut()?.received()?;
            self.hear(&bytes);
        }
    }

    /// Ends the connection in good order, as far as the server takes part.
    pub async fn close(self) {
        if let Some(socket) = self.socket {
            socket.close().await;
        }
    }

    /// Does what the state machine asks for, until something happens or it has to wait.
    async fn act(&mut self, takes: bool) -> Option<Happening> {
        loop {
            if let Some(socket) = &mut self.socket
                && !socket.send().await
            {
                return Some(self.lost("the connection ended".to_owned()));
            }
            let output = match takes {
                true => self.client.poll(),
                false => self.client.poll_command(),
            };
            match output? {
                Output::Connect => {
                    let opening = tokio::spawn(Socket::open(self.address.clone()));
                    self.opening = Some(AbortOnDropHandle::new(opening));
                }
                Output::Close => {
                    self.opening = None;
                    if let Some(socket) = self.socket.take() {
                        tokio::spawn(socket.close());
                    }
                    return Some(Happening::Lost(
                        "it does not answer as it should".to_owned(),
                    ));
                }
                Output::Send(bytes) => {
                    if tracing::enabled!(Level::TRACE) {
                        tracing::trace!(message = ?ClientMessage::decode(&bytes), "says");
                    }
                    if let Some(socket) = &mut self.socket {
                        socket.give(bytes);
                    }
                }
                Output::Update(update) => return Some(Happening::Update(update)),
            }
        }
    }

    fn hear(&mut self, bytes: &[u8]) {
        if tracing::enabled!(Level::TRACE)
            && let Ok(ServerFrame { message, batch }) = ServerFrame::decode(bytes)
        {
            let last = batch.len().checked_sub(1).and_then(|last| batch.get(last));
            tracing::trace!(?message, lines = batch.len(), first = ?batch.get(0), ?last, "hears");
        }
        self.client.on_message(bytes, self.now());
    }

    fn lost(&mut self, reason: String) -> Happening {
        self.socket = None;
        self.client.on_close(self.now(), jitter());
        Happening::Lost(reason)
    }

    fn now(&self) -> Millis {
        Millis(i64::try_from(self.began.elapsed().as_millis()).unwrap_or(i64::MAX))
    }
}

/// Chance enough to keep many viewers from coming back in the same millisecond.
fn jitter() -> f64 {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    f64::from(now.subsec_nanos() % 1_000_000) / 1e6
}
