//! One websocket. Dropping it closes it and silences it: nothing is reported afterwards.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures::channel::mpsc;
use futures::{Sink, Stream, StreamExt};
use gloo_net::websocket::{Message, State, futures::WebSocket};
use leptos::prelude::*;
use sidekick::protocol::SUBPROTOCOL;
use wasm_bindgen_futures::spawn_local;

/// Messages that may wait to be sent. The page says little; more than this means that nothing
/// is sent at all, and then the client's heartbeat ends the connection.
const OUTGOING: usize = 256;

/// What happens to a websocket.
pub(crate) enum SocketEvent {
    Open,
    Message(Vec<u8>),
    /// It ended or could not be opened; always the last event.
    Closed,
}

/// A websocket to the server that the page came from.
pub(crate) struct Socket {
    outgoing: mpsc::Sender<Vec<u8>>,
}

impl Socket {
    /// Opens one. Events come from another task, never from within this call.
    pub(crate) fn open(report: impl Fn(SocketEvent) + 'static) -> Self {
        let (outgoing, waiting) = mpsc::channel(OUTGOING);
        spawn_local(async move {
            if run(waiting, &report).await.is_ended_by_the_other_side() {
                report(SocketEvent::Closed);
            }
        });
        Self { outgoing }
    }

    /// Sends one binary message.
    pub(crate) fn send(&mut self, bytes: Vec<u8>) {
        if self.outgoing.try_send(bytes).is_err() {
            leptos::logging::warn!("the connection takes no messages");
        }
    }
}

#[derive(PartialEq)]
enum End {
    Dropped,
    Closed,
}

impl End {
    fn is_ended_by_the_other_side(&self) -> bool {
        *self == Self::Closed
    }
}

async fn run(mut waiting: mpsc::Receiver<Vec<u8>>, report: &impl Fn(SocketEvent)) -> End {
    let Ok(socket) = WebSocket::open_with_protocol(&url(), SUBPROTOCOL) else {
        return End::Closed;
    };
    let mut socket = Box::pin(socket);
    let open = poll_fn(|cx| match waiting.poll_next_unpin(cx) {
        Poll::Ready(None) => Poll::Ready(false),
        _ => socket.as_mut().poll_ready(cx).map(|_| true),
    });
    if !open.await {
        return End::Dropped;
    }
    if !matches!(socket.state(), State::Open) {
        return End::Closed;
    }
    report(SocketEvent::Open);
    loop {
        match poll_fn(|cx| step(socket.as_mut(), &mut waiting, cx)).await {
            // Where the other side ends it, what is said now goes nowhere: the next connection asks anew. What
            // came before the end is still read.
            Step::Send(_) if !matches!(socket.state(), State::Open) => {}
            Step::Send(bytes) => {
                if socket.as_mut().start_send(Message::Bytes(bytes)).is_err() {
                    return End::Closed;
                }
            }
            Step::Received(bytes) => report(SocketEvent::Message(bytes)),
            Step::End(end) => return end,
        }
    }
}

enum Step {
    Send(Vec<u8>),
    Received(Vec<u8>),
    End(End),
}

/// The owner's wishes come first, so that a dropped socket reports nothing more.
fn step(
    socket: Pin<&mut WebSocket>,
    waiting: &mut mpsc::Receiver<Vec<u8>>,
    cx: &mut Context<'_>,
) -> Poll<Step> {
    match waiting.poll_next_unpin(cx) {
        Poll::Ready(None) => return Poll::Ready(Step::End(End::Dropped)),
        Poll::Ready(Some(bytes)) => return Poll::Ready(Step::Send(bytes)),
        Poll::Pending => {}
    }
    socket.poll_next(cx).map(|message| match message {
        Some(Ok(Message::Bytes(bytes))) => Step::Received(bytes),
        // Text is no part of the protocol: the other side is something else.
        Some(Ok(Message::Text(_)) | Err(_)) | None => Step::End(End::Closed),
    })
}

fn url() -> String {
    let location = location();
    let scheme = match location.protocol().as_deref() {
        Ok("https:") => "wss",
        _ => "ws",
    };
    format!(
        "{scheme}://{}/api/live",
        location.host().unwrap_or_default()
    )
}
