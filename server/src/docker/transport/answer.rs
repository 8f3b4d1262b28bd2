//! What the engine answers: the body, and what a refusal says.

use std::{
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http::StatusCode;
use hyper::body::{Body, Frame, Incoming};
use serde_json::Value;

use super::{super::DockerError, Connection};

/// The body of an answer, with its connection.
pub(in crate::docker) struct AnswerBody {
    body: Incoming,
    content_type: String,
    connection: Connection,
}

impl AnswerBody {
    pub(super) fn new(body: Incoming, content_type: String, connection: Connection) -> Self {
        Self {
            body,
            content_type,
            connection,
        }
    }

    /// The content type of the answer, empty where it has none.
    pub(in crate::docker) fn content_type(&self) -> &str {
        &self.content_type
    }

    /// The next piece of the body, `None` at its end.
    pub(in crate::docker) async fn chunk(&mut self) -> Option<Result<Bytes, DockerError>> {
        poll_fn(|cx| self.poll_chunk(cx)).await
    }

    /// The next piece if it is there already, without waiting for it.
    pub(in crate::docker) async fn chunk_now(
        &mut self,
    ) -> Poll<Option<Result<Bytes, DockerError>>> {
        poll_fn(|cx| Poll::Ready(self.poll_chunk(cx))).await
    }

    fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, DockerError>>> {
        loop {
            let mut frame = self.poll_frame(cx);
            if frame.is_pending() {
                let _ = self.connection.poll(cx);
                // That may have brought it.
                frame = self.poll_frame(cx);
            }
            match ready!(frame) {
                None => return Poll::Ready(None),
                Some(Ok(frame)) => {
                    if let Ok(bytes) = frame.into_data() {
                        return Poll::Ready(Some(Ok(bytes)));
                    }
                }
                Some(Err(error)) => return Poll::Ready(Some(Err(broken(&error)))),
            }
        }
    }

    fn poll_frame(&mut self, cx: &mut Context<'_>) -> Poll<Option<hyper::Result<Frame<Bytes>>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    /// Reads at most `cap` bytes; the flag says whether that is the whole body.
    pub(super) async fn read(&mut self, cap: usize) -> Result<(Vec<u8>, bool), DockerError> {
        let mut all = Vec::new();
        while let Some(chunk) = self.chunk().await {
            let chunk = chunk?;
            let room = cap - all.len();
            all.extend_from_slice(&chunk[..chunk.len().min(room)]);
            if chunk.len() > room {
                return Ok((all, false));
            }
        }
        Ok((all, true))
    }
}

/// The error for an exchange that broke off.
pub(super) fn broken(error: &hyper::Error) -> DockerError {
    if error.is_parse() {
        return DockerError::Protocol(error.to_string());
    }
    let cause = std::error::Error::source(error).map(ToString::to_string);
    DockerError::Interrupted(cause.unwrap_or_else(|| error.to_string()))
}

/// The engine's message: `{"message": "…"}`, or the plain text of something else.
pub(super) fn refusal(status: StatusCode, body: &[u8]) -> DockerError {
    let json: Option<Value> = serde_json::from_slice(body).ok();
    let message = json
        .as_ref()
        .and_then(|value| value.get("message")?.as_str())
        .map_or_else(
            || String::from_utf8_lossy(body).trim().to_owned(),
            str::to_owned,
        );
    if message.contains("HTTP request to an HTTPS server") || (300..400).contains(&status.as_u16())
    {
        return DockerError::Protocol(format!("{message} (HTTP {status})"));
    }
    DockerError::Status {
        status: status.as_u16(),
        message: if message.is_empty() {
            status.to_string()
        } else {
            message
        },
    }
}
