//! Finding out whether a ring begins where a timestamp does.
//!
//! The log is read once more, up to its end now, and its entries that have the time of the ring's first
//! are counted. All that the ring had of them when this was asked are among them, unless the log was
//! rotated; if there are just as many, none is before the ring.

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use sidekick::model::ContainerId;
use sidekick::protocol::{Cursor, EntryRef};
use sidekick::time::Nanos;
use tokio_util::sync::CancellationToken;

use super::catch_up::settle_with;
use super::log::LogStore;
use super::resume::{TAILS, records, well_before};
use super::ring::{Beginning, Entry, LogRing, Question};
use super::upstream::Upstream;
use crate::docker::{DockerClient, LogOptions, Tail};
use crate::metrics::{Metrics, UpstreamKind};

/// How long the engine may be silent within a reading.
const SILENCE: Duration = Duration::from_secs(10);

/// How long is waited where it could not be asked.
const AGAIN_AFTER: Duration = Duration::from_secs(1);

/// Finds out whether the ring can tell the place of a cursor that it cannot tell for now, and lets
/// those go on that wait for it. Tells whether that is being found out.
pub(crate) fn find_out(
    up: &Arc<Upstream<LogStore>>,
    ring: &mut LogRing,
    client: &Option<DockerClient>,
    metrics: &Arc<Metrics>,
    cursor: Cursor,
) -> bool {
    let Some(client) = client else {
        return false;
    };
    let Some(question) = ring.question(cursor) else {
        return ring.is_asking(cursor);
    };
    let (up, client, metrics) = (Arc::clone(up), client.clone(), Arc::clone(metrics));
    tokio::spawn(async move {
        let cancel = up.cancel.clone();
        let answer = async {
            let answer = read(&client, &up.container, &metrics, &question, &cancel).await;
            if answer.is_none() {
                tokio::time::sleep(AGAIN_AFTER).await;
            }
            answer
        };
        if let Some(answer) = cancel.run_until_cancelled(answer).await {
            up.board().store.ring.answer(&question, answer);
            settle_with(&up, Some(client), &metrics);
        }
    });
    true
}

/// Asks the engine; `None` where it could not be asked.
async fn read(
    client: &DockerClient,
    container: &ContainerId,
    metrics: &Arc<Metrics>,
    question: &Question,
    cancel: &CancellationToken,
) -> Option<Beginning> {
    let _open = metrics.open_upstream(UpstreamKind::Logs);
    for tail in TAILS {
        let options = LogOptions {
            tail: Tail::Lines(tail),
            ..LogOptions::default()
        };
        let mut stream = client.stream_logs(container, options, cancel.child_token());
        let mut count = Count::default();
        loop {
            let item = tokio::time::timeout(SILENCE, stream.next()).await.ok()?;
            let Some(batch) = item else {
                break;
            };
            match batch {
                Ok(batch) => batch.iter().for_each(|it| count.take(question, &it, tail)),
                // Who reads what is behind a place is told the same, and what follows from that.
                Err(error) if error.is_not_found() || error.is_permanent() => {
                    return Some([false; 2]);
                }
                Err(_) => return None,
            }
        }
        if let Some(answer) = count.answer(question, tail) {
            return Some(answer);
        }
    }
    Some([false; 2])
}

/// What was read so far.
#[derive(Debug, Default)]
struct Count {
    first: Option<Entry>,
    /// As many as the engine counts them.
    records: u64,
    /// Entries of the first time of each stream.
    runs: [u64; 2],
    /// What is older than these was seen.
    reaches_back: [bool; 2],
}

impl Count {
    fn take(&mut self, question: &Question, entry: &EntryRef<'_>, tail: u64) {
        self.first.get_or_insert_with(|| Entry::from(entry));
        self.records += match entry.truncated {
            // Nobody knows the parts of one that was cut.
            true => tail,
            false => records(entry) as u64,
        };
        for (lane, asked) in question.runs.iter().enumerate() {
            let Some((first, _)) = *asked else {
                continue;
            };
            let is_own = entry.stream.index() == lane;
            self.runs[lane] += u64::from(is_own && entry.time == first);
            let older: Nanos = if is_own { first } else { well_before(first) };
            self.reaches_back[lane] |= entry.time < older;
        }
    }

    /// `None` where more of the log is to be read.
    fn answer(&self, question: &Question, tail: u64) -> Option<Beginning> {
        let is_all = self.records < tail;
        let mut answer = [false; 2];
        for (lane, asked) in question.runs.iter().enumerate() {
            let Some((time, run)) = *asked else {
                continue;
            };
            // Fewer: the log was rotated meanwhile.
            if self.runs[lane] != run {
                continue;
            }
            if !is_all && !self.reaches_back[lane] {
                return None;
            }
            // A log that begins amid those of that time began earlier, before it was rotated.
            let is_cut = self.first.is_none_or(|first| {
                first != question.entry && first.time == time && first.stream.index() == lane
            });
            answer[lane] = !is_cut;
        }
        Some(answer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::streams::ring::LogRing;
    use sidekick::protocol::{LogBatch, LogStream};

    fn lines(times: &[i64]) -> LogBatch {
        let mut batch = LogBatch::new();
        for (n, time) in times.iter().enumerate() {
            batch.push_line(Nanos(*time), LogStream::Stdout, &format!("line {n}"));
        }
        batch
    }

    /// Whether a ring that begins with lines of these times can tell the second, once a reading gave those.
    fn is_told(ring_has: &LogBatch, reading: &LogBatch, tail: u64) -> Option<bool> {
        let mut ring = LogRing::default();
        ring.push(ring_has, None);
        let cursor = Cursor {
            time: ring_has.time(0)?,
            stream: LogStream::Stdout,
            occurrence: 1,
        };
        assert_eq!(ring.after(cursor), None);
        let question = ring.question(cursor)?;
        let mut count = Count::default();
        for entry in reading.iter() {
            count.take(&question, &entry, tail);
        }
        let answer = count.answer(&question, tail)?;
        ring.answer(&question, Some(answer));
        Some(ring.after(cursor).is_some())
    }

    #[test]
    fn a_ring_begins_with_a_timestamp_where_the_log_has_as_many_lines_of_it() {
        let ring = lines(&[5, 5, 5, 6]);
        assert_eq!(is_told(&ring, &ring, 1000), Some(true));
        assert_eq!(is_told(&ring, &lines(&[5, 5, 5, 5, 6]), 1000), Some(false));
        assert_eq!(is_told(&ring, &lines(&[4, 5, 5, 5, 6]), 5), Some(true));
        // The window begins amid them.
        assert_eq!(is_told(&ring, &lines(&[5, 5, 5, 6]), 4), None);
        // It was rotated meanwhile.
        assert_eq!(is_told(&ring, &lines(&[5, 5, 6]), 1000), Some(false));
        assert_eq!(is_told(&ring, &lines(&[6, 7]), 1000), Some(false));
        let moved = lines(&[9, 5, 5, 5]).tail_from(1);
        assert_eq!(is_told(&ring, &moved, 1000), Some(false));
    }
}
