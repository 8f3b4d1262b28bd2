//! `/containers/{id}/logs`, with dockerd's meaning of every parameter.
//!
//! Order of choices as in dockerd: the tail is taken first, over records of both streams and
//! without regard to times; then records before `since` are passed over, and the first record
//! after `until` ends the log; at last the streams are chosen.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use futures::stream;
use http::Response;
use sidekick::protocol::LogStream;
use sidekick::time::Nanos;
use tokio::sync::watch;

use super::{Params, streaming};
use crate::demo::engine::Engine;
use crate::demo::log_ring::Record;
use crate::demo::refusal::Refusal;
use crate::demo::world::World;

/// The type of a log with stdout and stderr in frames.
pub(crate) const MULTIPLEXED: &str = "application/vnd.docker.multiplexed-stream";
const RAW: &str = "application/vnd.docker.raw-stream";
/// Bytes of one piece of the body, more or less.
const PIECE_BYTES: usize = 64 * 1024;

/// What the parameters ask for.
#[derive(Clone, Copy, Debug)]
struct Wanted {
    stdout: bool,
    stderr: bool,
    timestamps: bool,
    since: Option<Nanos>,
    until: Option<Nanos>,
    framed: bool,
}

/// A reader on its way through a log.
struct Reader {
    engine: Arc<Engine>,
    id: String,
    wanted: Wanted,
    position: u64,
    /// Where a reader that does not follow ends.
    end: Option<u64>,
    /// The run of the container that a follower belongs to.
    run: u64,
    /// How often the followers were sent back when it last looked.
    sent_back: u64,
    changed: watch::Receiver<()>,
    over: bool,
}

/// Answers a request for logs.
pub(crate) fn stream(
    engine: &Arc<Engine>,
    key: &str,
    params: &Params,
) -> Result<Response<Body>, Refusal> {
    let (stdout, stderr) = (params.flag("stdout", false), params.flag("stderr", false));
    let (since, until) = (instant(params, "since")?, instant(params, "until")?);
    let tail = params.get("tail").and_then(|t| t.parse::<i64>().ok());
    let tail = tail.and_then(|n| u64::try_from(n).ok());
    let reader = engine.with(|world, _| {
        let index = world.find(key)?;
        if !stdout && !stderr {
            return Err(Refusal::bad_request(
                "Bad parameters: you must choose at least one stream",
            ));
        }
        let unit = &world.units[index];
        let end = unit.log.end();
        let follow = params.flag("follow", false) && unit.state.is_up();
        Ok(Reader {
            engine: engine.clone(),
            id: unit.id.clone(),
            wanted: Wanted {
                stdout,
                stderr,
                timestamps: params.flag("timestamps", false),
                since,
                until: until.filter(|at| at.0 != 0),
                framed: !unit.spec.tty,
            },
            position: unit.log.tail(tail.unwrap_or(u64::MAX)),
            end: (!follow).then_some(end),
            run: unit.run,
            sent_back: unit.sent_back.0,
            changed: world.watch(index),
            over: false,
        })
    })?;
    let kind = if reader.wanted.framed {
        MULTIPLEXED
    } else {
        RAW
    };
    let pieces = stream::unfold(reader, |mut reader| async move {
        let piece = reader.next().await?;
        Some((Ok::<_, std::io::Error>(piece), reader))
    });
    Ok(streaming(kind, Body::from_stream(pieces)))
}

impl Reader {
    /// The next piece of the body; `None` at its end.
    async fn next(&mut self) -> Option<Bytes> {
        loop {
            if self.over {
                return None;
            }
            self.changed.borrow_and_update();
            let engine = self.engine.clone();
            let piece = engine.with(|world, _| self.read(world));
            if !piece.is_empty() {
                return Some(piece.into());
            }
            if !self.over && self.changed.changed().await.is_err() {
                return None;
            }
        }
    }

    /// Reads what there is, up to about one piece, and sets `over` at the end.
    fn read(&mut self, world: &World) -> Vec<u8> {
        let mut piece = Vec::new();
        let Some((unit, removed)) = world.with_id(&self.id) else {
            self.over = true;
            return piece;
        };
        let (times, records) = unit.sent_back;
        if self.end.is_none() && times != self.sent_back {
            self.position = self.position.saturating_sub(records);
        }
        self.sent_back = times;
        let same_run = unit.run == self.run;
        let ended = removed || !same_run || !unit.state.is_up();
        // A follower sees no line of the next run, however late it comes to read.
        let end = self.end.unwrap_or_else(|| {
            if same_run {
                unit.log.end()
            } else {
                unit.run_began
            }
        });
        while piece.len() < PIECE_BYTES {
            let Some((record, next)) = unit.log.at(self.position).filter(|(_, n)| *n <= end) else {
                self.over = ended || self.end.is_some();
                break;
            };
            let gone = self.position..next - 1;
            self.engine.faults.passed_over(&self.id, gone);
            self.position = next;
            if self.wanted.until.is_some_and(|until| record.time > until) {
                self.over = true;
                break;
            }
            if self.wanted.takes(record) {
                self.wanted.write(record, &mut piece);
            }
        }
        piece
    }
}

impl Wanted {
    fn takes(&self, record: &Record) -> bool {
        let stream = match record.stream {
            LogStream::Stdout => self.stdout,
            LogStream::Stderr => self.stderr,
        };
        stream && self.since.is_none_or(|since| record.time >= since)
    }

    fn write(&self, record: &Record, piece: &mut Vec<u8>) {
        let head = if self.timestamps {
            format!("{} ", record.time.to_rfc3339())
        } else {
            String::new()
        };
        if self.framed {
            let length = head.len() + record.text.len() + usize::from(!record.partial);
            let kind = match record.stream {
                LogStream::Stdout => 1,
                LogStream::Stderr => 2,
            };
            piece.extend_from_slice(&[kind, 0, 0, 0]);
            piece.extend_from_slice(&(length as u32).to_be_bytes());
        }
        piece.extend_from_slice(head.as_bytes());
        piece.extend_from_slice(&record.text);
        if !record.partial {
            piece.push(b'\n');
        }
    }
}

/// A time parameter: seconds since the epoch, with up to nine digits of fraction.
pub(crate) fn instant(params: &Params, key: &str) -> Result<Option<Nanos>, Refusal> {
    let Some(text) = params.get(key).filter(|t| !t.is_empty()) else {
        return Ok(None);
    };
    parse_instant(text)
        .map(Some)
        .ok_or_else(|| Refusal::bad_request(format!("invalid value for \"{key}\": {text}")))
}

fn parse_instant(text: &str) -> Option<Nanos> {
    let (seconds, fraction) = text.split_once('.').unwrap_or((text, ""));
    if fraction.len() > 9 || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let seconds: i64 = seconds.parse().ok()?;
    let nanos: i64 = format!("{fraction:0<9}").parse().ok()?;
    let nanos = seconds.checked_mul(1_000_000_000)?.checked_add(nanos)?;
    Some(Nanos(nanos))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_fractions_of_any_length() {
        for (text, want) in [
            ("12", Some(12_000_000_000)),
            ("12.5", Some(12_500_000_000)),
            ("12.000000001", Some(12_000_000_001)),
            ("12.", Some(12_000_000_000)),
            ("0", Some(0)),
            ("x", None),
            ("1.0000000001", None),
            ("99999999999999", None),
        ] {
            assert_eq!(parse_instant(text).map(|n| n.0), want, "{text}");
        }
    }
}
