//! A response body that is counted while it lasts and goes wrong on order.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use hyper::body::{Frame, SizeHint};
use tokio::time::{Sleep, sleep};

use crate::demo::engine::Engine;
use crate::demo::faults::{Fault, Kind};

/// How long a cut waits, so that what came before it has left the process.
const BEFORE_CUT: Duration = Duration::from_millis(20);

/// Counts a request as open while it lives.
#[derive(Debug)]
pub(crate) struct Open {
    engine: Arc<Engine>,
    kind: Kind,
}

impl Open {
    pub(crate) fn enter(engine: Arc<Engine>, kind: Kind) -> Self {
        engine.faults.enter(kind);
        Self { engine, kind }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.engine.faults.leave(self.kind);
    }
}

/// What happens when the body's budget is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Then {
    Cut,
    Stall,
}

/// A body with its count and its fault.
pub(crate) struct Watched {
    inner: Body,
    _open: Open,
    waiting: Bytes,
    budget: Option<(usize, Then)>,
    piece: usize,
    faulty: bool,
    /// The last piece was handed out in this poll; hyper must flush before the next.
    flush: bool,
    cut: Option<Pin<Box<Sleep>>>,
}

impl Watched {
    /// `framed` says that the log body is multiplexed.
    pub(crate) fn new(
        inner: Body,
        open: Open,
        fault: Option<&Fault>,
        kind: Kind,
        framed: bool,
    ) -> Self {
        let mut body = Self {
            inner,
            _open: open,
            waiting: Bytes::new(),
            budget: None,
            piece: usize::MAX,
            faulty: fault.is_some(),
            flush: false,
            cut: None,
        };
        match fault {
            Some(Fault::CutAfter(bytes)) => body.budget = Some((*bytes, Then::Cut)),
            Some(Fault::StallAfter(bytes)) => body.budget = Some((*bytes, Then::Stall)),
            Some(Fault::Split(bytes)) => body.piece = (*bytes).max(1),
            Some(Fault::Inject(bytes)) => body.waiting = Bytes::copy_from_slice(bytes),
            Some(Fault::Malformed) => body.waiting = malformed(kind, framed),
            Some(Fault::NeverAnswer | Fault::Refuse(..)) | None => {}
        }
        body
    }

    fn next_piece(&mut self, cx: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        if self.flush {
            self.flush = false;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        match self.budget {
            Some((0, Then::Stall)) => return Poll::Pending,
            Some((0, Then::Cut)) => {
                let wait = self.cut.get_or_insert_with(|| Box::pin(sleep(BEFORE_CUT)));
                return wait
                    .as_mut()
                    .poll(cx)
                    .map(|()| Some(Err(io::ErrorKind::BrokenPipe.into())));
            }
            _ => {}
        }
        let room = self.budget.map_or(usize::MAX, |(bytes, _)| bytes);
        let piece = self
            .waiting
            .split_to(self.waiting.len().min(self.piece).min(room));
        if let Some((bytes, _)) = &mut self.budget {
            *bytes -= piece.len();
        }
        self.flush = self.piece != usize::MAX;
        Poll::Ready(Some(Ok(piece)))
    }
}

impl hyper::body::Body for Watched {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let this = &mut *self;
        if !this.faulty {
            return Pin::new(&mut this.inner).poll_frame(cx);
        }
        while this.waiting.is_empty() && !this.flush && this.budget.is_none_or(|(b, _)| b > 0) {
            match Pin::new(&mut this.inner).poll_frame(cx) {
                Poll::Ready(Some(Ok(frame))) => {
                    this.waiting = frame.into_data().unwrap_or_default();
                }
                Poll::Ready(other) => return Poll::Ready(other),
                Poll::Pending => return Poll::Pending,
            }
        }
        this.next_piece(cx)
            .map(|item| item.map(|piece| piece.map(Frame::data).map_err(axum::Error::new)))
    }

    fn is_end_stream(&self) -> bool {
        self.waiting.is_empty() && self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        if self.faulty {
            return SizeHint::default();
        }
        self.inner.size_hint()
    }
}

/// A record of this kind that no client can use; records after it are sound.
fn malformed(kind: Kind, framed: bool) -> Bytes {
    let line: &[u8] = b"no timestamp here \xff\xfe\xc3\n";
    match kind {
        Kind::Logs if framed => {
            let mut frame = vec![1, 0, 0, 0];
            frame.extend_from_slice(&(line.len() as u32).to_be_bytes());
            frame.extend_from_slice(line);
            frame.into()
        }
        Kind::Logs => Bytes::from_static(b"no timestamp here \xff\xfe\xc3\r\n"),
        Kind::Stats | Kind::Events => Bytes::from_static(b"{\"read\": not json\n"),
        // The list adds its odd entries itself: they are inside its brackets.
        Kind::List | Kind::Inspect | Kind::Other => Bytes::new(),
    }
}
