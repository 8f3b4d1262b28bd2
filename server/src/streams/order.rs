//! Noticing that one reading of a log goes back.
//!
//! While a log is followed over a rotation, dockerd may give lines once more, with the timestamps that
//! they had. Each of a container's two streams is sorted by time, so a line that is older than one of
//! its stream is such a line, or the machine's clock was set back. Either way the place is looked for
//! again, by a reading of its own: what follows there is Docker's own order.

use sidekick::protocol::LogBatch;
use sidekick::time::Nanos;

/// Where one reading stands in each stream.
#[derive(Debug, Default)]
pub(crate) struct Order {
    newest: [Option<Nanos>; 2],
}

impl Order {
    /// Takes the next entries; tells the first that is older than one before it.
    pub(crate) fn broken_at(&mut self, batch: &LogBatch) -> Option<usize> {
        batch.iter().position(|entry| {
            let newest = &mut self.newest[entry.stream.index()];
            // Without a timestamp it has that of another line.
            if entry.untimed {
                return false;
            }
            let back = newest.is_some_and(|newest| entry.time < newest);
            *newest = Some(entry.time);
            back
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sidekick::protocol::{EntryRef, LogStream};

    #[test]
    fn only_a_line_that_is_older_than_one_of_its_own_stream_breaks_the_order() {
        let broken = |lines: &[(i64, LogStream, bool)]| {
            let mut batch = LogBatch::new();
            for &(time, stream, untimed) in lines {
                batch.push(EntryRef {
                    time: Nanos(time),
                    stream,
                    truncated: false,
                    untimed,
                    lossy: false,
                    text: "x",
                });
            }
            Order::default().broken_at(&batch)
        };
        use LogStream::{Stderr, Stdout};
        let fine = [(5, Stdout, false), (4, Stderr, false), (5, Stdout, false)];
        assert_eq!(broken(&fine), None);
        let untimed = [(5, Stdout, false), (4, Stdout, true), (6, Stdout, false)];
        assert_eq!(broken(&untimed), None);
        let back = [(5, Stdout, false), (6, Stderr, false), (4, Stdout, false)];
        assert_eq!(broken(&back), Some(2));
    }
}
