//! A server by hand, which knows what the program has received.

use std::net::SocketAddr;

use futures::{SinkExt, StreamExt};
use sidekick::model::{Container, ContainerId, EngineStatus};
use sidekick::protocol::{
    ClientMessage, CursorCounter, LogBatch, LogStream, SUBPROTOCOL, ServerMessage, Snapshot,
    SourceId, SubId,
};
use sidekick::time::{Millis, Nanos};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{Request, Response};

use crate::support::PATIENCE;

/// A server that knows of one container, `web`, and says what it is told to.
pub(crate) struct Stub {
    pub(crate) address: SocketAddr,
    listener: TcpListener,
    viewer: Option<WebSocketStream<TcpStream>>,
    counter: CursorCounter,
    printed: i64,
}

impl Stub {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self {
            address: listener.local_addr().unwrap(),
            listener,
            viewer: None,
            counter: CursorCounter::default(),
            printed: 0,
        }
    }

    /// Takes a viewer, and gives the number of its subscription.
    pub(crate) async fn subscribed(&mut self) -> SubId {
        let (connection, _) = self.listener.accept().await.unwrap();
        #[allow(clippy::result_large_err, reason = "the library's own type")]
        let protocol = |_: &Request, mut response: Response| {
            let headers = response.headers_mut();
            headers.insert("sec-websocket-protocol", SUBPROTOCOL.parse().unwrap());
            Ok(response)
        };
        let viewer = tokio_tungstenite::accept_hdr_async(connection, protocol).await;
        self.viewer = Some(viewer.unwrap());
        let container = ContainerId("a".repeat(64));
        self.say(ServerMessage::Hello {
            version: "stub".to_owned(),
            now: Millis(0),
        })
        .await;
        self.say(ServerMessage::Snapshot(Snapshot {
            revision: 1,
            engine: EngineStatus::Connecting {
                endpoint: String::new(),
            },
            containers: vec![Container::created(container.clone(), "web".to_owned())],
            errors: Vec::new(),
            refreshed: Some(Millis(0)),
        }))
        .await;
        let sub = loop {
            if let ClientMessage::Subscribe { sub, .. } = self.heard().await {
                break sub;
            }
        };
        self.say(ServerMessage::Source {
            sub,
            source: SourceId(0),
            container,
            name: "web".to_owned(),
        })
        .await;
        sub
    }

    /// Sends lines.
    pub(crate) async fn logs(&mut self, sub: SubId, lines: &[String]) {
        let mut batch = LogBatch::new();
        for line in lines {
            self.printed += 1;
            batch.push_line(Nanos(self.printed), LogStream::Stdout, line);
        }
        let message = ServerMessage::Logs {
            sub,
            source: SourceId(0),
            first: self.counter.advance(&batch),
            backlog: false,
        };
        self.send(message.encode_with(&batch.encode())).await;
    }

    /// Returns when the viewer has received everything that was sent.
    pub(crate) async fn answers(&mut self) {
        self.say(ServerMessage::Ping { nonce: 7 }).await;
        while self.heard().await != (ClientMessage::Pong { nonce: 7 }) {}
    }

    async fn say(&mut self, message: ServerMessage) {
        self.send(message.encode()).await;
    }

    async fn send(&mut self, bytes: Vec<u8>) {
        let viewer = self.viewer.as_mut().unwrap();
        viewer.send(Message::Binary(bytes.into())).await.unwrap();
    }

    async fn heard(&mut self) -> ClientMessage {
        let viewer = self.viewer.as_mut().unwrap();
        let message = tokio::time::timeout(PATIENCE, viewer.next()).await;
        let message = message.expect("a message in time").unwrap().unwrap();
        ClientMessage::decode(&message.into_data()).unwrap()
    }
}
