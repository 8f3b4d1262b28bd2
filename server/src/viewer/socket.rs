//! The websocket to the dashboard.

use std::future::poll_fn;
use std::time::Duration;

use anyhow::{Context as _, anyhow, bail};
use futures::{FutureExt, SinkExt, StreamExt};
use http::{HeaderValue, StatusCode, Uri, header::SEC_WEBSOCKET_PROTOCOL};
use sidekick::protocol::SUBPROTOCOL;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::{
    self, Message, client::IntoClientRequest, error::ProtocolError,
};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// How long opening may take.
const OPEN_WITHIN: Duration = Duration::from_secs(15);

/// An open websocket. What waits for it may be dropped at any time: nothing is lost or sent twice.
pub(super) struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// To be sent.
    waiting: Option<Message>,
    /// Not everything that was handed over is on its way.
    unflushed: bool,
}

/// Why there is none.
#[derive(Debug)]
pub(super) enum NoSocket {
    /// It may be there later.
    ForNow(String),
    /// Trying again makes no sense.
    Refused(anyhow::Error),
}

/// The address of the websocket of the dashboard at `url`.
pub(super) fn address(url: &str) -> anyhow::Result<Uri> {
    let help =
        || format!("--url {url}: give the dashboard's address, such as http://127.0.0.1:3000");
    let (scheme, rest) = url.split_once("://").unwrap_or(("http", url));
    let scheme = match scheme {
        "http" | "ws" => "ws",
        "https" | "wss" => "wss",
        _ => bail!(help()),
    };
    let address = format!("{scheme}://{}/api/live", rest.trim_end_matches('/'));
    let address: Uri = address.parse().with_context(help)?;
    address
        .host()
        .filter(|host| !host.is_empty())
        .with_context(help)?;
    Ok(address)
}

impl Socket {
    pub(super) async fn open(address: Uri) -> Result<Self, NoSocket> {
        let mut request = address
            .into_client_request()
            .map_err(|error| NoSocket::Refused(error.into()))?;
        let protocol = HeaderValue::from_static(SUBPROTOCOL);
        request
            .headers_mut()
            .insert(SEC_WEBSOCKET_PROTOCOL, protocol);
        match tokio::time::timeout(OPEN_WITHIN, connect_async(request)).await {
            Err(_) => Err(NoSocket::ForNow("it does not answer".to_owned())),
            Ok(Ok((stream, _))) => Ok(Self {
                stream,
                waiting: None,
                unflushed: false,
            }),
            Ok(Err(error)) => Err(refusal(error)),
        }
    }

    /// The next binary message; `None` when the connection is gone.
    pub(super) async fn next(&mut self) -> Option<Vec<u8>> {
        loop {
            match self.stream.next().await? {
                Ok(Message::Binary(bytes)) => return Some(bytes.into()),
                Ok(Message::Close(_)) | Err(_) => return None,
                Ok(_) => {}
            }
        }
    }

    /// The next binary message, if it is here already.
    pub(super) fn received(&mut self) -> Option<Vec<u8>> {
        // A task that has used up its turn is told that nothing is here, though something is.
        tokio::task::unconstrained(self.next())
            .now_or_never()
            .flatten()
    }

    /// Takes one binary message, to be sent by [`send`](Self::send) before the next is given.
    pub(super) fn give(&mut self, bytes: Vec<u8>) {
        self.waiting = Some(Message::Binary(bytes.into()));
    }

    /// Sends what it was given. `false` when the connection is gone.
    pub(super) async fn send(&mut self) -> bool {
        if self.waiting.is_some() {
            let ready = poll_fn(|context| self.stream.poll_ready_unpin(context));
            if ready.await.is_err() {
                return false;
            }
        }
        if let Some(message) = self.waiting.take() {
            self.unflushed = true;
            if self.stream.start_send_unpin(message).is_err() {
                return false;
            }
        }
        if self.unflushed {
            if self.stream.flush().await.is_err() {
                return false;
            }
            self.unflushed = false;
        }
        true
    }

    /// Ends the connection in good order, as far as the other side takes part.
    pub(super) async fn close(mut self) {
        // Whoever does not answer is gone.
        let _ = tokio::time::timeout(Duration::from_secs(1), self.stream.close(None)).await;
    }
}

/// What the failure to connect means. A server that is being restarted refuses connections, takes them
/// and ends them, or its proxy answers 502 to 504.
fn refusal(error: tungstenite::Error) -> NoSocket {
    match error {
        tungstenite::Error::Http(response) if is_final(response.status()) => {
            let text = response.body().as_deref().unwrap_or_default();
            let text = String::from_utf8_lossy(text).trim().to_owned();
            NoSocket::Refused(anyhow!("the server refuses: {} {text}", response.status()))
        }
        tungstenite::Error::Http(response) => NoSocket::ForNow(response.status().to_string()),
        tungstenite::Error::Io(error) => NoSocket::ForNow(error.to_string()),
        tungstenite::Error::Protocol(error @ ProtocolError::SecWebSocketSubProtocolError(_)) => {
            NoSocket::Refused(anyhow!(
                "this is no Sidekick Docker of this version: {error}"
            ))
        }
        tungstenite::Error::Protocol(
            ProtocolError::HandshakeIncomplete | ProtocolError::ResetWithoutClosingHandshake,
        )
        | tungstenite::Error::ConnectionClosed => {
            NoSocket::ForNow("the connection ended at once".to_owned())
        }
        // A link that brings the answer a byte at a time.
        tungstenite::Error::AttackAttempt => {
            NoSocket::ForNow("the answer comes in too small pieces".to_owned())
        }
        // One that is about to stop answers without the upgrade.
        tungstenite::Error::Protocol(error) => NoSocket::ForNow(error.to_string()),
        error => NoSocket::Refused(error.into()),
    }
}

/// Whether asking again would be answered the same. A proxy in front of a server that is being
/// restarted may not find it, or be too busy.
fn is_final(status: StatusCode) -> bool {
    let for_now = [
        StatusCode::NOT_FOUND,
        StatusCode::REQUEST_TIMEOUT,
        StatusCode::TOO_EARLY,
        StatusCode::TOO_MANY_REQUESTS,
    ];
    status.is_client_error() && !for_now.contains(&status)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio_tungstenite::tungstenite::error::SubProtocolError;

    #[test]
    fn only_another_protocol_or_a_refusal_is_final() {
        let is_final = |error| matches!(refusal(error), NoSocket::Refused(_));
        let answer = |status: u16| {
            let mut response = http::Response::new(None);
            *response.status_mut() = StatusCode::from_u16(status).unwrap();
            tungstenite::Error::Http(response.into())
        };
        assert!(is_final(answer(403)));
        assert!(is_final(tungstenite::Error::Protocol(
            ProtocolError::SecWebSocketSubProtocolError(SubProtocolError::NoSubProtocol)
        )));
        assert!(!is_final(answer(502)));
        assert!(!is_final(tungstenite::Error::ConnectionClosed));
        assert!(!is_final(tungstenite::Error::AttackAttempt));
        // So answers a server that is about to stop.
        assert!(!is_final(tungstenite::Error::Protocol(
            ProtocolError::MissingConnectionUpgradeHeader
        )));
    }

    #[tokio::test]
    async fn what_is_here_is_received_also_at_the_end_of_a_turn() {
        use tokio_tungstenite::tungstenite::handshake::server::{Request, Response};
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let server = tokio::spawn(async move {
            let (stream, _) = listener.accept().await.unwrap();
            #[allow(clippy::result_large_err, reason = "the type is not ours")]
            let agree = |_: &Request, mut response: Response| {
                let protocol = HeaderValue::from_static(SUBPROTOCOL);
                response
                    .headers_mut()
                    .insert(SEC_WEBSOCKET_PROTOCOL, protocol);
                Ok(response)
            };
            let mut socket = tokio_tungstenite::accept_hdr_async(stream, agree)
                .await
                .unwrap();
            socket.send(Message::Binary(vec![7].into())).await.unwrap();
            socket
        });
        let Ok(mut socket) = Socket::open(address(&url).unwrap()).await else {
            panic!("it does not open");
        };
        let mut server = server.await.unwrap();
        assert_eq!(socket.next().await, Some(vec![7]));
        server.send(Message::Binary(vec![8].into())).await.unwrap();
        let MaybeTlsStream::Plain(stream) = socket.stream.get_ref() else {
            panic!("it is encrypted");
        };
        stream.readable().await.unwrap();
        while tokio::task::coop::has_budget_remaining() {
            tokio::task::coop::consume_budget().await;
        }
        assert_eq!(socket.received(), Some(vec![8]));
        assert_eq!(socket.received(), None);
    }

    #[test]
    fn an_address_is_made_of_what_people_give() {
        let of = |url| address(url).map(|it| it.to_string()).ok();
        let expected = Some("ws://127.0.0.1:3000/api/live".to_owned());
        assert_eq!(of("http://127.0.0.1:3000"), expected);
        assert_eq!(of("127.0.0.1:3000/"), expected);
        assert_eq!(
            of("https://logs.example/docker/"),
            Some("wss://logs.example/docker/api/live".to_owned())
        );
        for wrong in ["", "ftp://x", "http://", "http://a b"] {
            assert_eq!(of(wrong), None, "{wrong:?}");
        }
    }
}
