//! A daemon of a few lines: answers as told, and counts its open connections.

use std::{
    io,
    path::PathBuf,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, UnixListener},
    sync::watch,
    task::JoinHandle,
};

use super::{DockerClient, Endpoint};

/// What happens after the last piece of a body.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Then {
    End,
    StayOpen,
    Cut,
}

#[derive(Clone, Debug)]
pub(crate) enum Reply {
    /// A whole answer.
    Whole(u16, String),
    /// A body in these pieces, sent one after the other.
    Pieces(Vec<Vec<u8>>, Then),
    /// The head of a body at once, these pieces after so long, and the end.
    Late(Duration, Vec<Vec<u8>>),
    /// These pieces, a pause, these, and nothing more.
    Halting(Vec<Vec<u8>>, Duration, Vec<Vec<u8>>),
    /// These pieces, each so long after the one before, and the end.
    Steady(Vec<Vec<u8>>, Duration),
    /// No answer at all.
    Silence,
    /// These bytes and nothing else.
    Bytes(Vec<u8>),
}

/// A text as a successful answer.
pub(crate) fn ok(body: impl Into<String>) -> Reply {
    Reply::Whole(200, body.into())
}

type Handler = Arc<dyn Fn(&str) -> Reply + Send + Sync>;

#[derive(Clone)]
pub(crate) struct Shared {
    handler: Handler,
    open: Arc<watch::Sender<usize>>,
    requests: Arc<Mutex<Vec<String>>>,
}

pub(crate) struct FakeDaemon {
    pub(crate) socket: PathBuf,
    shared: Shared,
    task: JoinHandle<()>,
}

impl Shared {
    pub(crate) fn new(handler: impl Fn(&str) -> Reply + Send + Sync + 'static) -> Self {
        Self {
            handler: Arc::new(handler),
            open: Arc::new(watch::Sender::new(0)),
            requests: Arc::default(),
        }
    }

    /// The first lines and hosts of all requests so far.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    /// Serves one connection until the client closes it.
    pub(crate) async fn serve(self, mut io: impl AsyncRead + AsyncWrite + Unpin) {
        self.open.send_modify(|n| *n += 1);
        let _ = self.answer(&mut io).await;
        self.open.send_modify(|n| *n -= 1);
    }

    async fn answer(&self, io: &mut (impl AsyncRead + AsyncWrite + Unpin)) -> io::Result<()> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(io.read_u8().await?);
        }
        let head = String::from_utf8_lossy(&head).into_owned();
        let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
        self.requests.lock().unwrap().push(head);
        match (self.handler)(&path) {
            Reply::Whole(status, body) => {
                let length = body.len();
                let answer = format!(
                    "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
                );
                io.write_all(answer.as_bytes()).await?;
            }
            Reply::Pieces(pieces, then) => {
                chunks(io, Duration::ZERO, pieces).await?;
                match then {
                    Then::End => io.write_all(b"0\r\n\r\n").await?,
                    Then::StayOpen => {}
                    Then::Cut => return io.shutdown().await,
                }
            }
            Reply::Late(after, pieces) => {
                chunks(io, after, pieces).await?;
                io.write_all(b"0\r\n\r\n").await?;
            }
            Reply::Halting(pieces, pause, rest) => {
                chunks(io, Duration::ZERO, pieces).await?;
                tokio::time::sleep(pause).await;
                pieces_of(io, rest).await?;
            }
            Reply::Steady(pieces, gap) => {
                chunks(io, Duration::ZERO, vec![]).await?;
                for piece in pieces {
                    let began = Instant::now();
                    pieces_of(io, vec![piece]).await?;
                    // Timers of the runtime are too coarse.
                    while began.elapsed() < gap {
                        tokio::task::yield_now().await;
                    }
                }
                io.write_all(b"0\r\n\r\n").await?;
            }
            Reply::Silence => {}
            Reply::Bytes(bytes) => {
                io.write_all(&bytes).await?;
                return io.shutdown().await;
            }
        }
        io.flush().await?;
        // Until the client closes.
        while io.read(&mut [0; 64]).await? > 0 {}
        Ok(())
    }
}

async fn chunks(
    io: &mut (impl AsyncWrite + Unpin),
    after: Duration,
    pieces: Vec<Vec<u8>>,
) -> io::Result<()> {
    io.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        .await?;
    tokio::time::sleep(after).await;
    pieces_of(io, pieces).await
}

async fn pieces_of(io: &mut (impl AsyncWrite + Unpin), pieces: Vec<Vec<u8>>) -> io::Result<()> {
    for piece in pieces {
        let size = format!("{:x}\r\n", piece.len());
        io.write_all(&[size.as_bytes(), &piece, b"\r\n"].concat())
            .await?;
        io.flush().await?;
    }
    Ok(())
}

impl FakeDaemon {
    pub(crate) fn start(
        name: &str,
        handler: impl Fn(&str) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let socket =
            std::env::temp_dir().join(format!("sk-fake-{}-{name}.sock", std::process::id()));
        let _ = std::fs::remove_file(&socket);
        let listener = UnixListener::bind(&socket).unwrap();
        let shared = Shared::new(handler);
        let serving = shared.clone();
        let task = tokio::spawn(async move {
            while let Ok((io, _)) = listener.accept().await {
                tokio::spawn(serving.clone().serve(io));
            }
        });
        Self {
            socket,
            shared,
            task,
        }
    }

    /// A client of this daemon.
    pub(crate) fn client(&self) -> DockerClient {
        DockerClient::new(Endpoint::unix(&self.socket, "test")).unwrap()
    }

    /// Waits until so many connections are open.
    pub(crate) async fn wait_open(&self, n: usize) {
        let mut open = self.shared.open.subscribe();
        let waited = open.wait_for(|&open| open == n);
        let reached = tokio::time::timeout(Duration::from_secs(20), waited).await;
        assert!(reached.is_ok(), "the number of connections never was {n}");
    }

    /// How long it takes until all connections are closed.
    pub(crate) async fn time_to_close(&self) -> Duration {
        let start = Instant::now();
        self.wait_open(0).await;
        start.elapsed()
    }

    pub(crate) fn requests(&self) -> Vec<String> {
        self.shared.requests()
    }
}

impl Drop for FakeDaemon {
    fn drop(&mut self) {
        self.task.abort();
        let _ = std::fs::remove_file(&self.socket);
    }
}

/// The same on a TCP port; gives its number.
pub(crate) async fn on_tcp(shared: Shared) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((io, _)) = listener.accept().await {
            tokio::spawn(shared.clone().serve(io));
        }
    });
    port
}
