//! What a followed log still owes when it ends.
//!
//! dockerd 20.10 now and then ends a followed log before it has read the container's last lines:
//! one time in eight for a container that prints and exits on a busy machine. A second look
//! without `follow` brings them.

use sidekick::protocol::{CursorCounter, LogBatch};
use tokio_util::sync::CancellationToken;

use super::super::{DockerError, LogOptions, Tail, logs, logs::LogReader, transport::Transport};

/// How many of the newest lines are searched for the last one that was delivered. Reading from
/// the end is cheap, reading from an instant scans the whole file.
const TAILS: [u64; 2] = [1_000, 10_000];

/// The lines after those that were delivered; empty where there are none, or where the last
/// delivered one is not among the newest any more.
pub(super) async fn read(
    transport: &Transport,
    id: &str,
    tty: bool,
    options: &LogOptions,
    delivered: &CursorCounter,
    cancel: &CancellationToken,
) -> Result<LogBatch, DockerError> {
    let once = |options: LogOptions| async move {
        let body = transport.get(&logs::path(id, &options), cancel).await?;
        let mut reader = LogReader::new(body, tty);
        let mut all = LogBatch::new();
        while let Some(piece) = reader.next().await {
            all.append(&piece.batch);
            if let Some(error) = piece.error {
                return Err(error);
            }
        }
        Ok(all)
    };
    if delivered.last().is_none() {
        return once(LogOptions {
            follow: false,
            ..*options
        })
        .await;
    }
    for lines in TAILS {
        let newest = once(LogOptions {
            tail: Tail::Lines(lines),
            ..LogOptions::default()
        })
        .await?;
        if let Some(rest) = after(&newest, delivered) {
            return Ok(rest);
        }
    }
    Ok(LogBatch::new())
}

/// The entries behind the last delivered one; `None` when that is not among them.
fn after(newest: &LogBatch, delivered: &CursorCounter) -> Option<LogBatch> {
    let last = delivered.last()?;
    let mut counter = CursorCounter::default();
    let place = newest
        .iter()
        .enumerate()
        .filter(|(_, entry)| counter.next(entry.time, entry.stream) == last)
        .map(|(place, _)| place)
        .last()?;
    Some(newest.tail_from(place + 1))
}
