//! Noticing that one reading of a log goes back.
//!
//! While a log is followed over a rotation, dockerd may give lines once more, with the timestamps that
//! they had. Each of a container's two streams is sorted by time, so a line that is older than one of
//! its stream is such a line, or the machine's clock was set back; and so is most likely one that is
//! the same as its stream's newest to the nanosecond and the byte. Either way the place is looked for
//! again, by a reading of its own: what follows there is Docker's own order.

use sidekick::protocol::{Cursor, EntryRef, LogBatch, PART_BYTES};
use sidekick::time::Nanos;

use super::ring::Entry;

/// A timestamp that is a multiple of this, in nanoseconds, is taken for that of an engine that stamps
/// lines coarsely: there, equal lines are common.
const COARSE_NS: i64 = 1_000_000;

/// Lines that came twice at the beginning of a log, each in a reading of its own, before it is believed.
const MOST_DOUBTED: usize = 64;

/// The newest line of each stream.
#[derive(Debug, Default)]
pub(crate) struct Order {
    newest: [Option<Newest>; 2],
    /// Something was taken.
    began: bool,
    /// Lines that came twice before anything was shown, in this reading or those before it.
    doubted: Vec<Entry>,
}

#[derive(Debug)]
struct Newest {
    time: Nanos,
    /// `None` where it is not known.
    text: Option<String>,
}

/// Where a reading goes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Break {
    /// From this entry of the batch on the log is to be read again.
    pub(crate) at: usize,
    /// A line came again before anything was shown: there is no place yet from which another reading could
    /// go on, so all of it is to be read again. What that gives twice too is Docker's own.
    pub(crate) at_front: bool,
}

impl Order {
    /// What comes behind this entry.
    pub(crate) fn after(cursor: Cursor) -> Self {
        let mut order = Self::default();
        order.newest[cursor.stream.index()] = Some(Newest {
            time: cursor.time,
            text: None,
        });
        order
    }

    /// What another reading of the same gives.
    pub(crate) fn again(self) -> Self {
        Self {
            doubted: self.doubted,
            ..Self::default()
        }
    }

    /// Takes entries that come before the place where a reading goes on.
    pub(crate) fn pass_over(&mut self, batch: &LogBatch) {
        for (lane, newest) in self.newest.iter_mut().enumerate() {
            let mut timed = batch.iter().rev().filter(|entry| !entry.untimed);
            if let Some(last) = timed.find(|entry| entry.stream.index() == lane) {
                *newest = Some(Newest {
                    time: last.time,
                    text: Some(last.text.to_owned()),
                });
            }
        }
    }

    /// Takes the next entries; tells from which on they are to be read again. An order that is new
    /// takes at least the first. `at_front` while nothing of the log was shown.
    pub(crate) fn broken_at(&mut self, batch: &LogBatch, at_front: bool) -> Option<Break> {
        let mut last: [Option<(usize, EntryRef<'_>)>; 2] = [None; 2];
        let mut broken = None;
        for (index, entry) in batch.iter().enumerate() {
            // Without a timestamp it has that of another line.
            if entry.untimed {
                continue;
            }
            let lane = entry.stream.index();
            let before = match (last[lane], &self.newest[lane]) {
                (Some((_, before)), _) => Some((before.time, Some(before.text))),
                (None, Some(before)) => Some((before.time, before.text.as_deref())),
                (None, None) => None,
            };
            if before.is_some_and(|(time, _)| entry.time < time) {
                broken = Some(Break {
                    at: match last[lane] {
                        // It may have been left before its last part.
                        Some((at, before)) if (self.began || at > 0) && is_part(before.text) => at,
                        _ => index,
                    },
                    at_front: false,
                });
                break;
            }
            let comes_again = before.is_some_and(|(time, text)| is_same(time, text, &entry));
            if comes_again && !(at_front && is_own(&mut self.doubted, &entry)) {
                let at = index;
                broken = Some(Break { at, at_front });
                break;
            }
            last[lane] = Some((index, entry));
        }
        let end = broken.map_or(batch.len(), |it| it.at);
        self.began |= end > 0;
        for (newest, last) in self.newest.iter_mut().zip(last) {
            if let Some((_, entry)) = last.filter(|(index, _)| *index < end) {
                let mut text = newest.take().and_then(|it| it.text).unwrap_or_default();
                text.clear();
                text.push_str(entry.text);
                *newest = Some(Newest {
                    time: entry.time,
                    text: Some(text),
                });
            }
        }
        broken
    }
}

/// Whether Docker's log has this line twice, as two readings gave it so; it is remembered where only one did.
fn is_own(doubted: &mut Vec<Entry>, entry: &EntryRef<'_>) -> bool {
    let entry = Entry::from(entry);
    let is_own = doubted.contains(&entry) || doubted.len() >= MOST_DOUBTED;
    if !is_own {
        doubted.push(entry);
    }
    is_own
}

fn is_same(time: Nanos, text: Option<&str>, entry: &EntryRef<'_>) -> bool {
    entry.time == time && Some(entry.text) == text && time.0 % COARSE_NS != 0
}

fn is_part(text: &str) -> bool {
    !text.is_empty() && text.len().is_multiple_of(PART_BYTES)
}

#[cfg(test)]
mod tests {
    use super::*;
    use sidekick::protocol::{EntryRef, LogStream};

    fn broken(lines: &[(i64, LogStream, &str)]) -> Option<usize> {
        let mut batch = LogBatch::new();
        for &(time, stream, text) in lines {
            batch.push(EntryRef {
                time: Nanos(time),
                stream,
                truncated: false,
                untimed: text == "untimed",
                lossy: false,
                text,
            });
        }
        // However it is cut.
        let whole = Order::default().broken_at(&batch, false).map(|it| it.at);
        let mut order = Order::default();
        let one_by_one = (0..batch.len()).find(|&at| {
            let one = batch.head_to(at + 1).tail_from(at);
            order.broken_at(&one, false).is_some()
        });
        assert!(whole == one_by_one || lines.iter().any(|it| is_part(it.2)));
        whole
    }

    #[test]
    fn a_line_that_is_older_than_one_of_its_own_stream_breaks_the_order() {
        use LogStream::{Stderr, Stdout};
        let fine = [(5, Stdout, "a"), (4, Stderr, "a"), (5, Stdout, "b")];
        assert_eq!(broken(&fine), None);
        let untimed = [(5, Stdout, "a"), (4, Stdout, "untimed"), (6, Stdout, "a")];
        assert_eq!(broken(&untimed), None);
        let back = [(5, Stdout, "a"), (6, Stderr, "a"), (4, Stdout, "a")];
        assert_eq!(broken(&back), Some(2));
    }

    #[test]
    fn the_newest_line_once_more_breaks_the_order_unless_stamps_are_coarse() {
        use LogStream::{Stderr, Stdout};
        let again = [(5, Stdout, "a"), (6, Stderr, "b"), (5, Stdout, "a")];
        assert_eq!(broken(&again), Some(2));
        let coarse = again.map(|(time, stream, text)| (time * COARSE_NS, stream, text));
        assert_eq!(broken(&coarse), None);
    }

    #[test]
    fn what_two_readings_give_twice_at_the_beginning_of_a_log_is_dockers_own() {
        let read = |texts: &[&str]| {
            let mut batch = LogBatch::new();
            for text in texts {
                batch.push_line(Nanos(5), LogStream::Stdout, text);
            }
            batch
        };
        let doubted = |at| Some(Break { at, at_front: true });
        let mut order = Order::default();
        assert_eq!(order.broken_at(&read(&["a", "a"]), true), doubted(1));
        order = order.again();
        let own = read(&["a", "a", "b", "b"]);
        assert_eq!(order.broken_at(&own, true), doubted(3));
        order = order.again();
        assert_eq!(order.broken_at(&own, true), None);
        // Where something was shown, what follows is read from there on.
        let at = 0;
        let behind = Some(Break {
            at,
            at_front: false,
        });
        assert_eq!(order.broken_at(&read(&["b"]), false), behind);
    }

    #[test]
    fn a_line_that_was_left_amid_its_parts_is_read_again_too() {
        use LogStream::Stdout;
        let part = "x".repeat(PART_BYTES);
        let left = [(5, Stdout, "a"), (6, Stdout, &*part), (5, Stdout, "a")];
        assert_eq!(broken(&left), Some(1));
        assert_eq!(broken(&left[1..]), Some(1));
    }
}
