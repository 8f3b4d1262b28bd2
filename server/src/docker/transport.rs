//! One connection per request, to wherever the engine listens.
//!
//! Not a pool: a stream of logs occupies its connection anyway, and a connection of its own is
//! what makes "drop the stream" and "close the connection" the same thing, also while the
//! request is still pending.

mod answer;
mod connection;
mod ssh;
mod tls;

use std::{io, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{Request, Response, header};
use http_body_util::Empty;
use hyper::{
    body::{Body, Incoming},
    client::conn::http1,
};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use sidekick::model::EngineErrorKind;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpStream, UnixStream},
    process::Child,
    time::timeout,
};
use tokio_rustls::TlsConnector;
use tokio_util::sync::CancellationToken;

pub(super) use self::answer::AnswerBody;
use self::{
    answer::{broken, refusal},
    connection::Connection,
    ssh::Stderr,
};
use super::{
    DockerError, Endpoint,
    endpoint::{SshTarget, Target},
};

/// How long a connection may take to stand.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Largest answer that is read as a whole.
const JSON_CAP_BYTES: usize = 128 << 20;

/// Largest error text that is read.
const ERROR_CAP_BYTES: usize = 64 << 10;

/// Silence after which the kernel probes a TCP connection, and then again and again.
const KEEPALIVE: Duration = Duration::from_secs(15);

/// What bytes go through.
trait Io: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Io for T {}

enum Route {
    Unix(std::path::PathBuf),
    Tcp(String, u16),
    Tls(String, u16, Arc<tls::Client>),
    Ssh(SshTarget),
}

/// Makes connections to one endpoint and sends requests on them.
pub(super) struct Transport {
    route: Route,
    url: String,
    host: String,
    /// Prefix of all paths, for an engine behind a proxy: empty or `/docker`.
    base_path: String,
}

impl Transport {
    pub(super) fn new(endpoint: &Endpoint) -> Result<Self, DockerError> {
        let (route, host) = match endpoint.target() {
            Target::Unix(path) => (Route::Unix(path.clone()), "localhost".to_owned()),
            Target::Tcp {
                host,
                port,
                tls: None,
            } => (Route::Tcp(host.clone(), *port), authority(host, *port)),
            Target::Tcp {
                host,
                port,
                tls: Some(files),
            } => {
                let client = Arc::new(tls::Client::new(host, files)?);
                (
                    Route::Tls(host.clone(), *port, client),
                    authority(host, *port),
                )
            }
            Target::Ssh(target) => (Route::Ssh(target.clone()), "localhost".to_owned()),
        };
        Ok(Self {
            route,
            url: endpoint.url().to_owned(),
            host,
            base_path: endpoint.base_path().to_owned(),
        })
    }

    /// Whether connecting takes a login.
    pub(super) fn is_ssh(&self) -> bool {
        matches!(self.route, Route::Ssh(_))
    }

    /// Sends `GET path` and gives the body of a successful answer.
    ///
    /// Waits for the answer without limit: Podman sends the head of a quiet log only with its
    /// first line. Cancelling the token closes the connection, even if nobody polls.
    pub(super) async fn get(
        &self,
        path: &str,
        cancel: &CancellationToken,
    ) -> Result<AnswerBody, DockerError> {
        let request = Request::get(path)
            .body(Empty::<Bytes>::new())
            .map_err(|error| DockerError::Protocol(error.to_string()))?;
        let (response, connection) = self.exchange(request, cancel).await?;
        let status = response.status();
        let content_type = response
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
            .to_owned();
        let mut answer = AnswerBody::new(response.into_body(), content_type, connection);
        if status.is_success() {
            return Ok(answer);
        }
        let (bytes, _) = answer.read(ERROR_CAP_BYTES).await?;
        Err(refusal(status, &bytes))
    }

    /// Sends `GET path` and reads the whole answer as JSON.
    pub(super) async fn get_json(
        &self,
        path: &str,
        within: Duration,
    ) -> Result<Value, DockerError> {
        let cancel = CancellationToken::new();
        let answer = async {
            let mut answer = self.get(path, &cancel).await?;
            let (bytes, whole) = answer.read(JSON_CAP_BYTES).await?;
            if !whole {
                return Err(DockerError::Protocol("the answer is too large".to_owned()));
            }
            serde_json::from_slice(&bytes).map_err(|error| DockerError::Protocol(error.to_string()))
        };
        timeout(within, answer)
            .await
            .unwrap_or_else(|_| Err(timed_out(path, within)))
    }

    /// Sends a request of bollard's. Its answer cannot carry our guard, so the connection lives
    /// until the answer is read, the pending request is dropped, or `at_most` is over.
    pub(super) async fn send<B>(
        &self,
        request: Request<B>,
        at_most: Duration,
    ) -> Result<Response<Incoming>, DockerError>
    where
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let cancel = CancellationToken::new();
        let (response, connection) = self.exchange(request, &cancel).await?;
        tokio::spawn(timeout(at_most, connection.ended()));
        Ok(response)
    }

    async fn exchange<B>(
        &self,
        mut request: Request<B>,
        cancel: &CancellationToken,
    ) -> Result<(Response<Incoming>, Connection), DockerError>
    where
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        self.address(&mut request)?;
        let within = CONNECT_TIMEOUT;
        let (io, child, stderr) = timeout(within, self.open())
            .await
            .unwrap_or_else(|_| Err(self.unreachable(EngineErrorKind::Timeout, "timed out")))?;
        let (mut sender, driver) = http1::Builder::new()
            .handshake(TokioIo::new(io))
            .await
            .map_err(|error| broken(&error))?;
        let mut connection = Connection::new(driver, child, cancel);
        match connection.beside(sender.send_request(request)).await {
            Ok(response) => Ok((response, connection)),
            Err(error) => {
                drop(connection);
                if let Some(stderr) = stderr
                    && let Some(text) = stderr.text().await
                {
                    return Err(DockerError::Ssh(text));
                }
                Err(broken(&error))
            }
        }
    }

    /// Gives the request the path and the headers that this endpoint needs.
    fn address<B>(&self, request: &mut Request<B>) -> Result<(), DockerError> {
        let invalid = |error: http::Error| DockerError::Protocol(error.to_string());
        let path = request.uri().path_and_query().map_or("/", |p| p.as_str());
        *request.uri_mut() = http::Uri::builder()
            .path_and_query(format!("{}{path}", self.base_path))
            .build()
            .map_err(invalid)?;
        let host = header::HeaderValue::from_str(&self.host).map_err(|e| invalid(e.into()))?;
        request.headers_mut().insert(header::HOST, host);
        request.headers_mut().insert(
            header::USER_AGENT,
            header::HeaderValue::from_static(concat!(
                "sidekick-docker/",
                env!("CARGO_PKG_VERSION")
            )),
        );
        Ok(())
    }

    async fn open(&self) -> Result<(Box<dyn Io>, Option<Child>, Option<Stderr>), DockerError> {
        match &self.route {
            Route::Unix(path) => {
                let io = UnixStream::connect(path)
                    .await
                    .map_err(|e| self.io_error(&e))?;
                Ok((Box::new(io), None, None))
            }
            Route::Tcp(host, port) => Ok((Box::new(self.tcp(host, *port).await?), None, None)),
            Route::Tls(host, port, client) => {
                let tcp = self.tcp(host, *port).await?;
                let io = TlsConnector::from(client.config.clone())
                    .connect(client.name.clone(), tcp)
                    .await
                    .map_err(|error| DockerError::Tls(error.to_string()))?;
                Ok((Box::new(io), None, None))
            }
            Route::Ssh(target) => {
                let (io, child, stderr) = ssh::open(target)?;
                Ok((Box::new(io), Some(child), Some(stderr)))
            }
        }
    }

    async fn tcp(&self, host: &str, port: u16) -> Result<TcpStream, DockerError> {
        let addresses = tokio::net::lookup_host((host, port))
            .await
            .map_err(|error| self.unreachable(EngineErrorKind::Timeout, &error.to_string()))?;
        let mut last = None;
        for address in addresses {
            match TcpStream::connect(address).await {
                Ok(stream) => {
                    // A host that vanished without a word would hold a quiet log open for ever.
                    let keepalive = socket2::TcpKeepalive::new()
                        .with_time(KEEPALIVE)
                        .with_interval(KEEPALIVE);
                    let _ = socket2::SockRef::from(&stream).set_tcp_keepalive(&keepalive);
                    let _ = stream.set_nodelay(true);
                    return Ok(stream);
                }
                Err(error) => last = Some(error),
            }
        }
        Err(last.map_or_else(
            || self.unreachable(EngineErrorKind::Timeout, "the name has no address"),
            |error| self.io_error(&error),
        ))
    }

    fn io_error(&self, error: &io::Error) -> DockerError {
        use io::ErrorKind as Io;
        let kind = match error.kind() {
            Io::NotFound => EngineErrorKind::NotFound,
            Io::PermissionDenied => EngineErrorKind::PermissionDenied,
            Io::ConnectionRefused => EngineErrorKind::Refused,
            Io::TimedOut | Io::HostUnreachable | Io::NetworkUnreachable => EngineErrorKind::Timeout,
            _ => EngineErrorKind::Other,
        };
        self.unreachable(kind, &error.to_string())
    }

    fn unreachable(&self, kind: EngineErrorKind, message: &str) -> DockerError {
        DockerError::Connect {
            endpoint: self.url.clone(),
            kind,
            message: message.to_owned(),
        }
    }
}

/// The error for a request that took too long.
pub(super) fn timed_out(path: &str, after: Duration) -> DockerError {
    DockerError::Timeout {
        request: format!("GET {path}"),
        after,
    }
}

fn authority(host: &str, port: u16) -> String {
    if host.contains(':') {
        format!("[{host}]:{port}")
    } else {
        format!("{host}:{port}")
    }
}

/// Escapes everything but the plain characters of names and ids.
pub(super) fn segment(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}
