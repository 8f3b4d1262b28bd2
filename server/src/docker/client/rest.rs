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
    let last = delivered.last();
    let once = |options: LogOptions| async move {
        let body = transport.get(&logs::path(id, &options), cancel).await?;
        let mut reader = LogReader::new(body, tty);
        let mut counter = CursorCounter::default();
        // Only what comes behind the last delivered entry is kept, so that long lines before it
        // take no memory. Without one, all is.
        let mut rest = last.is_none().then(LogBatch::new);
        while let Some(piece) = reader.next().await {
            for entry in piece.batch.iter() {
                if last == Some(counter.next(entry.time, entry.stream)) {
                    rest = Some(LogBatch::new());
                } else if let Some(rest) = &mut rest {
                    rest.push(entry);
                }
            }
            if let Some(error) = piece.error {
                return Err(error);
            }
        }
        Ok(rest)
    };
    if last.is_none() {
        let all = once(LogOptions {
            follow: false,
            ..*options
        });
        return Ok(all.await?.unwrap_or_default());
    }
    for lines in TAILS {
        let newest = LogOptions {
            tail: Tail::Lines(lines),
            ..LogOptions::default()
        };
        if let Some(rest) = once(newest).await? {
            return Ok(rest);
        }
    }
    Ok(LogBatch::new())
}
