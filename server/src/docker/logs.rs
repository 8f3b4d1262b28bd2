//! The log of a container as a stream of batches.

mod decoder;
mod line;
mod stamp;

use std::{task::Poll, time::Duration};

use sidekick::{protocol::LogBatch, time::Nanos};
use tokio::time::{Instant, sleep};

use self::decoder::{End, LogDecoder};
use super::transport::AnswerBody;
use super::{DockerError, LogOptions, Tail};

/// Docker's word for a body in frames, from API 1.42 on.
const MULTIPLEXED: &str = "application/vnd.docker.multiplexed-stream";

/// The path that asks for a log. Timestamps are always on: they are the resume cursor.
pub(super) fn path(id: &str, options: &LogOptions) -> String {
    let tail = match options.tail {
        Tail::All => "all".to_owned(),
        Tail::Lines(n) => n.to_string(),
    };
    let mut path = format!(
        "/containers/{id}/logs?stdout=1&stderr=1&timestamps=1&follow={}&tail={tail}",
        u8::from(options.follow)
    );
    for (key, time) in [("since", options.since), ("until", options.until)] {
        if let Some(time) = time {
            path.push_str(&format!("&{key}={}", seconds(time)));
        }
    }
    path
}

/// Seconds with a fraction of nine digits, as the engine takes them.
pub(super) fn seconds(time: Nanos) -> String {
    // Docker reads sign and fraction apart, so times before 1970 have no exact form; 0 is
    // "no limit" for it, which is what such a time means.
    let ns = time.0.max(0);
    format!("{}.{:09}", ns / 1_000_000_000, ns % 1_000_000_000)
}

/// A piece is given on when it has so many bytes of the body, though more may be there already.
const PIECE_BYTES: usize = 64 << 10;

/// How long a log that comes in small pieces, one right behind the other, is left alone after each.
///
/// dockerd writes each line by itself. Who is awake for each takes a system call and a change of the
/// core per line, from dockerd too; who comes a little later finds hundreds of them, in a buffer of the
/// kernel that has room for more.
const BREATH: Duration = Duration::from_millis(1);

/// Pieces that are further apart are no flood: none of them waits.
const SOON: Duration = Duration::from_millis(4);

/// From so many bytes on, a piece is no small one.
const GATHERED_BYTES: usize = 32 << 10;

/// A log response on its way.
pub(super) struct LogReader {
    body: AnswerBody,
    decoder: LogDecoder,
    ended: bool,
    /// When the last piece was given on.
    given: Option<Instant>,
    /// The last piece was small, and came right behind the one before.
    hurried: bool,
}

/// What one piece of a log response gave.
pub(super) struct Piece {
    /// The lines that it completed; empty when it completed none.
    pub(super) batch: LogBatch,
    /// Runs of bytes that were no frames.
    pub(super) malformed: u64,
    /// The stream ends after these lines, with this error.
    pub(super) error: Option<DockerError>,
}

impl LogReader {
    /// Reads a response; `tty` is what the engine's inspect says.
    pub(super) fn new(body: AnswerBody, tty: bool) -> Self {
        // `raw-stream` says nothing: before API 1.42 it was said of frames too.
        let framed = body.content_type() == MULTIPLEXED || !tty;
        Self {
            decoder: LogDecoder::new(!framed),
            body,
            ended: false,
            given: None,
            hurried: false,
        }
    }

    /// Waits for the next piece, which has all that is there then; `None` after the end.
    pub(super) async fn next(&mut self) -> Option<Piece> {
        if self.ended {
            return None;
        }
        if self.hurried {
            sleep(BREATH).await;
        }
        let mut batch = LogBatch::new();
        let mut next = self.body.chunk().await;
        let mut bytes = 0;
        let error = loop {
            match next {
                Some(Ok(chunk)) => {
                    bytes += chunk.len();
                    self.decoder.push(&chunk, &mut batch);
                    if let Some(said) = self.decoder.take_system_error() {
                        break Some(DockerError::Engine(said));
                    }
                }
                // A line that the cut left unfinished is dropped: resuming brings it whole.
                Some(Err(error)) => break Some(error),
                None => {
                    self.ended = true;
                    break match self.decoder.finish(&mut batch) {
                        End::Complete => None,
                        End::Cut => Some(DockerError::Interrupted(
                            "the log ended inside a frame".to_owned(),
                        )),
                    };
                }
            }
            if bytes >= PIECE_BYTES {
                break None;
            }
            match self.body.chunk_now().await {
                Poll::Ready(more) => next = more,
                Poll::Pending => break None,
            }
        };
        self.ended |= error.is_some();
        let now = Instant::now();
        let soon = self.given.replace(now).is_some_and(|it| now - it < SOON);
        self.hurried = soon && bytes < GATHERED_BYTES;
        Some(Piece {
            batch,
            malformed: self.decoder.take_malformed(),
            error,
        })
    }
}
