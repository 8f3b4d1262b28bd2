//! One stream of bytes -> lines: timestamps off, parts joined, line ends off, length capped.

use sidekick::{
    protocol::{EntryRef, LogBatch, LogStream, PART_BYTES},
    time::Nanos,
};

use super::stamp::{goes_on, may_be_stamp, whole_seconds};

/// Longest text of a line; what comes behind it is dropped and the entry marked.
pub(super) const LINE_CAP_BYTES: usize = 1 << 20;

/// The longest timestamp: `2026-11-22T10:57:49.123456789+02:00`.
const STAMP_MAX_BYTES: usize = 35;

/// How the parts of one long line are told apart from new lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Parts {
    /// A terminal's raw output: the line's own timestamp comes again after every
    /// [`PART_BYTES`] bytes of text.
    Raw,
    /// Frames: each part is a frame, begins with the line's own timestamp, and only the last
    /// one ends with a newline. [`LineAssembler::begin_frame`] says where frames begin.
    Framed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// At the beginning of a line: `head` collects what may be its timestamp.
    LineStart,
    /// In the text of a line.
    Text,
    /// Where a part of an unfinished line may begin: `head` collects what may be a timestamp.
    PartStart,
    /// Where a chunk of the answer begins inside a line: `head` collects what looks like the
    /// timestamp of a part of Podman's.
    ChunkStart,
}

/// Puts the lines of one stream together, however its bytes are split.
#[derive(Debug)]
pub(super) struct LineAssembler {
    stream: LogStream,
    parts: Parts,
    phase: Phase,
    head: Vec<u8>,
    /// The line's own timestamp, and that of its last part as it was written: the same but for
    /// Podman.
    stamp: Option<(Nanos, Vec<u8>)>,
    text: Vec<u8>,
    /// Bytes of text so far, those beyond the cap included.
    seen: usize,
    ends_with_cr: bool,
}

impl LineAssembler {
    pub(super) fn new(stream: LogStream, parts: Parts) -> Self {
        Self {
            stream,
            parts,
            phase: Phase::LineStart,
            head: Vec::new(),
            stamp: None,
            text: Vec::new(),
            seen: 0,
            ends_with_cr: false,
        }
    }

    /// A frame begins here. An unfinished line goes on with it if the frame's timestamp is the
    /// line's own, or if it has none.
    pub(super) fn begin_frame(&mut self, last: &mut Nanos, out: &mut LogBatch) {
        match self.phase {
            Phase::LineStart if self.head.is_empty() => return,
            Phase::LineStart => self.settle_line_start(false),
            Phase::PartStart => self.settle_part(false, last, out),
            Phase::Text | Phase::ChunkStart => {}
        }
        self.phase = Phase::PartStart;
    }

    /// A chunk of a terminal's raw output begins here.
    ///
    /// Podman cuts a line wherever the program paused, and sends each part as a chunk of its
    /// own that begins with a timestamp.
    pub(super) fn begin_chunk(&mut self) {
        if self.phase == Phase::Text && self.seen > 0 && self.podman() {
            self.phase = Phase::ChunkStart;
        }
    }

    /// Takes the next bytes and appends the lines that they complete to `out`.
    pub(super) fn feed(&mut self, mut bytes: &[u8], last: &mut Nanos, out: &mut LogBatch) {
        while let Some(&byte) = bytes.first() {
            match self.phase {
                Phase::LineStart => {
                    if self.head.is_empty()
                        && let Some(end) = newline(&bytes[..bytes.len().min(PART_BYTES)])
                    {
                        self.emit_whole(&bytes[..end], last, out);
                        bytes = &bytes[end + 1..];
                        continue;
                    }
                    if byte == b' ' || self.head.len() == STAMP_MAX_BYTES {
                        self.settle_line_start(byte == b' ');
                        bytes = &bytes[usize::from(byte == b' ')..];
                    } else if byte == b'\n' {
                        self.settle_line_start(false);
                    } else {
                        self.head.push(byte);
                        bytes = &bytes[1..];
                    }
                }
                Phase::Text => bytes = self.feed_text(bytes, last, out),
                Phase::ChunkStart => {
                    if byte == b' ' && Nanos::parse_rfc3339(&self.head).is_some() {
                        self.settle_part(true, last, out);
                        bytes = &bytes[1..];
                    } else if may_be_stamp(&self.head, byte) {
                        self.head.push(byte);
                        bytes = &bytes[1..];
                    } else {
                        self.head_is_text();
                    }
                }
                Phase::PartStart if self.parts == Parts::Raw => {
                    let own = self.stamp.as_ref().map_or(&[][..], |(_, text)| text);
                    let at = self.head.len();
                    if at < own.len() && byte == own[at] {
                        self.head.push(byte);
                        bytes = &bytes[1..];
                    } else if !own.is_empty() && at == own.len() && byte == b' ' {
                        self.head.clear();
                        self.phase = Phase::Text;
                        bytes = &bytes[1..];
                    } else {
                        self.head_is_text();
                    }
                }
                Phase::PartStart => {
                    if byte == b' ' || self.head.len() == STAMP_MAX_BYTES {
                        self.settle_part(byte == b' ', last, out);
                        bytes = &bytes[usize::from(byte == b' ')..];
                    } else if byte == b'\n' {
                        self.settle_part(false, last, out);
                    } else {
                        self.head.push(byte);
                        bytes = &bytes[1..];
                    }
                }
            }
        }
    }

    /// The stream ended in good order: what is left is a last line without newline.
    pub(super) fn finish(&mut self, last: &mut Nanos, out: &mut LogBatch) {
        match self.phase {
            Phase::LineStart if self.head.is_empty() => return,
            Phase::LineStart => self.settle_line_start(false),
            Phase::PartStart if self.parts == Parts::Raw => self.head_is_text(),
            Phase::PartStart => self.settle_part(false, last, out),
            Phase::ChunkStart => self.head_is_text(),
            Phase::Text => {}
        }
        self.emit(last, out);
    }

    fn feed_text<'a>(&mut self, bytes: &'a [u8], last: &mut Nanos, out: &mut LogBatch) -> &'a [u8] {
        let fixed_parts = self.parts == Parts::Raw && !self.podman();
        let take = if fixed_parts {
            bytes.len().min(PART_BYTES - self.seen % PART_BYTES)
        } else {
            bytes.len()
        };
        if let Some(end) = newline(&bytes[..take]) {
            self.append(&bytes[..end]);
            self.emit(last, out);
            return &bytes[end + 1..];
        }
        self.append(&bytes[..take]);
        if fixed_parts && self.seen.is_multiple_of(PART_BYTES) {
            self.phase = Phase::PartStart;
        }
        &bytes[take..]
    }

    /// Decides what the head of a line was: its timestamp or already text.
    fn settle_line_start(&mut self, space_follows: bool) {
        let head = std::mem::take(&mut self.head);
        if let Some(time) = Nanos::parse_rfc3339(&head) {
            self.stamp = Some((time, head));
        } else {
            self.append(&head);
            if space_follows {
                self.append(b" ");
            }
        }
        self.phase = Phase::Text;
    }

    /// Decides what the head of a frame was while a line is unfinished.
    fn settle_part(&mut self, space_follows: bool, last: &mut Nanos, out: &mut LogBatch) {
        let head = std::mem::take(&mut self.head);
        match (&mut self.stamp, Nanos::parse_rfc3339(&head)) {
            (Some((_, before)), Some(time)) if goes_on(before, &head, time) => *before = head,
            (_, Some(time)) => {
                // Another timestamp is another line: the program died in the middle of the one
                // before, and nothing will ever finish that.
                self.emit(last, out);
                self.stamp = Some((time, head));
            }
            (_, None) => {
                self.append(&head);
                if space_follows {
                    self.append(b" ");
                }
            }
        }
        self.phase = Phase::Text;
    }

    /// Whether the line comes from Podman: its timestamps have no fraction, Docker's always have
    /// nine digits of it.
    fn podman(&self) -> bool {
        matches!(&self.stamp, Some((_, written)) if whole_seconds(written))
    }

    fn head_is_text(&mut self) {
        let head = std::mem::take(&mut self.head);
        self.append(&head);
        self.phase = Phase::Text;
    }

    fn append(&mut self, bytes: &[u8]) {
        if let Some(&byte) = bytes.last() {
            self.ends_with_cr = byte == b'\r';
            self.seen = self.seen.saturating_add(bytes.len());
            let room = LINE_CAP_BYTES.saturating_sub(self.text.len());
            self.text.extend_from_slice(&bytes[..bytes.len().min(room)]);
        }
    }

    /// A whole line that lies in one piece, without its newline: the common case, no copies.
    fn emit_whole(&mut self, line: &[u8], last: &mut Nanos, out: &mut LogBatch) {
        let head = &line[..line.len().min(STAMP_MAX_BYTES + 1)];
        let (stamp, text) = match head.iter().position(|&b| b == b' ') {
            Some(space) => (Nanos::parse_rfc3339(&line[..space]), &line[space + 1..]),
            None => (Nanos::parse_rfc3339(line), &[][..]),
        };
        let text = if stamp.is_some() { text } else { line };
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        push(self.stream, stamp, false, text, last, out);
    }

    /// Emits the line in `text` and makes ready for the next one.
    fn emit(&mut self, last: &mut Nanos, out: &mut LogBatch) {
        let kept = self.seen - usize::from(self.ends_with_cr);
        let truncated = kept > LINE_CAP_BYTES;
        self.text.truncate(kept);
        let text = if truncated {
            without_split_char(&self.text)
        } else {
            &self.text
        };
        let stamp = self.stamp.take().map(|(time, _)| time);
        push(self.stream, stamp, truncated, text, last, out);
        self.text.clear();
        // One giant line must not hold its memory for the life of the stream.
        self.text.shrink_to(4 * PART_BYTES);
        self.seen = 0;
        self.ends_with_cr = false;
        self.phase = Phase::LineStart;
    }
}

fn push(
    stream: LogStream,
    stamp: Option<Nanos>,
    truncated: bool,
    text: &[u8],
    last: &mut Nanos,
    out: &mut LogBatch,
) {
    if let Some(time) = stamp {
        *last = time;
    }
    let clean = String::from_utf8_lossy(text);
    out.push(EntryRef {
        time: *last,
        stream,
        truncated,
        untimed: stamp.is_none(),
        lossy: matches!(clean, std::borrow::Cow::Owned(_)),
        text: &clean,
    });
}

fn newline(bytes: &[u8]) -> Option<usize> {
    bytes.iter().position(|&b| b == b'\n')
}

/// Takes off a character that the cap cut in two.
fn without_split_char(text: &[u8]) -> &[u8] {
    for back in 1..=text.len().min(3) {
        let at = text.len() - back;
        let width = match text[at] {
            0x80..=0xBF => continue,
            0xC0..=0xDF => 2,
            0xE0..=0xEF => 3,
            0xF0.. => 4,
            _ => 1,
        };
        return if width > back { &text[..at] } else { text };
    }
    text
}
