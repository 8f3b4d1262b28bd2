//! The live websocket of a page: `GET /api/live`. docs/protocol.md describes what is said.

mod session;

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::stream::{SplitSink, SplitStream};
use futures::{SinkExt, StreamExt};
use http::header::{SEC_WEBSOCKET_PROTOCOL, UPGRADE};
use http::{HeaderMap, StatusCode};
use sidekick::protocol::{
    HEARTBEAT_MS, MAX_CLIENT_MESSAGE_BYTES, SUBPROTOCOL, Served, ServerMessage, Snapshot,
};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, mpsc};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until, timeout};
use tokio_util::sync::CancellationToken;

use self::session::Session;
use crate::App;
use crate::events::Happening;
use crate::metrics::{Flow, Meter};
use crate::state::now;
use crate::streams::Outbound;

const HEARTBEAT: Duration = Duration::from_millis(HEARTBEAT_MS as u64);

/// A side that is silent for so long is gone.
const SILENCE: Duration = Duration::from_millis(HEARTBEAT_MS as u64 * 3);

/// How often a page is told what was sent to it, while anything is.
const TELL_EVERY: Duration = Duration::from_secs(1);

/// Direct answers that wait at most; beyond that, the page's next message waits.
const ANSWERS: usize = 64;

/// Opens the websocket. The Origin was checked before anything else (see `http::guard`).
pub(crate) async fn open(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    let upgrade = match upgrade {
        Ok(upgrade) => upgrade,
        Err(rejection) => {
            let text = format!("This address is a websocket: {}\n", rejection.body_text());
            return (StatusCode::UPGRADE_REQUIRED, [(UPGRADE, "websocket")], text).into_response();
        }
    };
    let speaks = headers
        .get_all(SEC_WEBSOCKET_PROTOCOL)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|name| name.trim() == SUBPROTOCOL);
    if !speaks {
        let text = format!(
            "This server speaks the websocket subprotocol {SUBPROTOCOL} and no other. If this is \
             the dashboard's own page, reload it: the server is of another version.\n"
        );
        return (StatusCode::BAD_REQUEST, text).into_response();
    }
    upgrade
        .protocols([SUBPROTOCOL])
        .max_message_size(MAX_CLIENT_MESSAGE_BYTES)
        .max_frame_size(MAX_CLIENT_MESSAGE_BYTES)
        .read_buffer_size(READ_BUFFER_BYTES)
        .write_buffer_size(0)
        .on_upgrade(move |socket| run(socket, app))
}

/// Pages say little at a time, and each connection holds its buffer: the usual one is 128 KiB. What
/// is sent is a batch already, and is not gathered once more.
const READ_BUFFER_BYTES: usize = 4 << 10;

/// What the reading side wants the writing side to send at once.
pub(crate) enum Answer {
    /// This message.
    Message(Box<ServerMessage>),
    /// A fresh snapshot, from which the deltas go on.
    Snapshot,
}

async fn run(socket: WebSocket, app: Arc<App>) {
    let _open = app.metrics.open_viewer();
    let outbound = Outbound::new(Arc::clone(&app.metrics));
    let (sink, stream) = socket.split();
    let (answers, waiting) = mpsc::channel(ANSWERS);
    let session = Session::new(Arc::clone(&app), outbound.clone(), answers);
    let shutdown = app.shutdown.clone();
    tokio::select! {
        () = read(stream, session) => {}
        () = write(sink, &app, &outbound, waiting, shutdown) => {}
    }
    outbound.close_all();
}

async fn read(mut stream: SplitStream<WebSocket>, mut session: Session) {
    // An error is the end of the connection: there is nobody to tell.
    while let Ok(Some(Ok(message))) = timeout(SILENCE, stream.next()).await {
        let goes_on = match message {
            Message::Binary(bytes) => session.take(&bytes).await,
            Message::Text(_) => session.refuse(None, "messages are binary").await,
            Message::Ping(_) | Message::Pong(_) => true,
            Message::Close(_) => false,
        };
        if !goes_on {
            return;
        }
    }
}

async fn write(
    mut sink: SplitSink<WebSocket, Message>,
    app: &App,
    outbound: &Outbound,
    mut answers: mpsc::Receiver<Answer>,
    shutdown: CancellationToken,
) {
    let hello = ServerMessage::Hello {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        now: now(),
    };
    let (snapshot, mut updates) = app.state.subscribe();
    let mut ready: Vec<Bytes> = vec![hello.encode().into(), encode(snapshot)];
    let mut heartbeat = interval(HEARTBEAT);
    heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    heartbeat.reset();
    let mut nonce = 0;
    // Armed where something was sent, of which the page may not know yet what it does to the numbers.
    let mut tell_at: Option<Instant> = None;
    let mut told = Served::default();
    loop {
        for bytes in ready.drain(..) {
            // A page that takes nothing for so long is gone, even if its connection is not.
            match timeout(SILENCE, sink.send(Message::Binary(bytes))).await {
                Ok(Ok(())) => {}
                _ => return,
            }
        }
        tokio::select! {
            update = updates.recv() => match update {
                Ok(bytes) => ready.push(bytes),
                Err(RecvError::Lagged(skipped)) => {
                    app.metrics.record(Happening::UpdatesSkipped { updates: skipped });
                    ready.push(resubscribe(app, &mut updates));
                }
                Err(RecvError::Closed) => return,
            },
            answer = answers.recv() => match answer {
                Some(Answer::Message(message)) => ready.push(message.encode().into()),
                Some(Answer::Snapshot) => ready.push(resubscribe(app, &mut updates)),
                None => return,
            },
            payload = outbound.next() => match payload {
                Some(bytes) => {
                    ready.push(bytes);
                    tell_at.get_or_insert_with(|| Instant::now() + TELL_EVERY);
                }
                None => return,
            },
            () = sleep_until(tell_at.unwrap_or_else(Instant::now)), if tell_at.is_some() => {
                tell_at = None;
                let now = served(outbound.meter());
                if now != told {
                    told = now;
                    ready.push(ServerMessage::Served(now).encode().into());
                }
            }
            _ = heartbeat.tick() => {
                nonce += 1;
                ready.push(ServerMessage::Ping { nonce }.encode().into());
            }
            () = shutdown.cancelled() => {
                let close = CloseFrame {
                    code: close_code::AWAY,
                    reason: "the server stops".into(),
                };
                let _ = sink.send(Message::Close(Some(close))).await;
                return;
            }
        }
    }
}

fn served(meter: &Meter) -> Served {
    Served {
        sent: meter.get(Flow::Sent),
        dropped: meter.get(Flow::Dropped),
        replayed: meter.get(Flow::Replayed),
        removed: meter.get(Flow::Removed),
        lag_ms: meter.lag_ms(),
    }
}

fn resubscribe(app: &App, updates: &mut broadcast::Receiver<Bytes>) -> Bytes {
    let (snapshot, fresh) = app.state.subscribe();
    *updates = fresh;
    encode(snapshot)
}

fn encode(snapshot: Snapshot) -> Bytes {
    ServerMessage::Snapshot(snapshot).encode().into()
}
