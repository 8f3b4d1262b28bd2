//! The websocket to the dashboard.

use std::time::Duration;

use anyhow::{Context as _, anyhow, bail};
use futures::{SinkExt, StreamExt};
use http::{HeaderValue, StatusCode, Uri, header::SEC_WEBSOCKET_PROTOCOL};
use sidekick::protocol::SUBPROTOCOL;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::{
    self, Message, client::IntoClientRequest, error::ProtocolError,
};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// How long opening may take.
const OPEN_WITHIN: Duration = Duration::from_secs(15);

/// An open websocket.
pub(super) struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

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
            Ok(Ok((socket, _))) => Ok(Self(socket)),
            Ok(Err(error)) => Err(refusal(error)),
        }
    }

    /// The next binary message; `None` when the connection is gone.
    pub(super) async fn next(&mut self) -> Option<Vec<u8>> {
        loop {
            match self.0.next().await? {
                Ok(Message::Binary(bytes)) => return Some(bytes.into()),
                Ok(Message::Close(_)) | Err(_) => return None,
                Ok(_) => {}
            }
        }
    }

    /// Sends one binary message; `false` when the connection is gone.
    pub(super) async fn send(&mut self, bytes: Vec<u8>) -> bool {
        self.0.send(Message::Binary(bytes.into())).await.is_ok()
    }

    /// Ends the connection in good order, as far as the other side takes part.
    pub(super) async fn close(mut self) {
        // Whoever does not answer is gone.
        let _ = tokio::time::timeout(Duration::from_secs(1), self.0.close(None)).await;
    }
}

/// What the failure to connect means. A server that is being restarted refuses connections, or its
/// proxy answers 502 to 504.
fn refusal(error: tungstenite::Error) -> NoSocket {
    match error {
        tungstenite::Error::Http(response) if is_final(response.status()) => {
            let text = response.body().as_deref().unwrap_or_default();
            let text = String::from_utf8_lossy(text).trim().to_owned();
            NoSocket::Refused(anyhow!("the server refuses: {} {text}", response.status()))
        }
        tungstenite::Error::Http(response) => NoSocket::ForNow(response.status().to_string()),
        tungstenite::Error::Io(error) => NoSocket::ForNow(error.to_string()),
        tungstenite::Error::Protocol(
            ProtocolError::HandshakeIncomplete | ProtocolError::ResetWithoutClosingHandshake,
        )
        | tungstenite::Error::ConnectionClosed => {
            NoSocket::ForNow("the connection ended at once".to_owned())
        }
        tungstenite::Error::Protocol(error) => NoSocket::Refused(anyhow!(
            "this is no Sidekick Docker of this version: {error}"
        )),
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
