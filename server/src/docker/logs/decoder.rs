//! The body of a log response -> lines. Pure: bytes in, batches out.
//!
//! Docker sends a container without terminal in frames, an 8-byte header
//! `[stream, 0, 0, 0, length as u32 big-endian]` and then a payload (documented under "Attach to
//! a container" in the Engine API), and one with a terminal as raw bytes. Both may be split
//! anywhere, inside a header, a timestamp or a character.

use sidekick::{
    protocol::{LogBatch, LogStream},
    time::Nanos,
};

use super::line::{LineAssembler, Parts};

/// Longest error text of the engine that is kept.
const SYSTEM_ERROR_CAP_BYTES: usize = 4 << 10;

/// Longest frame that is believed while looking for the next good one.
const RESYNC_MAX_FRAME: usize = 2 << 20;

/// A header and the first four digits of a timestamp.
const RESYNC_BYTES: usize = 12;

#[derive(Debug)]
enum State {
    /// Whether there are frames is decided by the first bytes: with timestamps on, raw output
    /// begins with a digit and a frame with a stream number, so an engine that does not do what
    /// its inspect says is understood too.
    Undecided,
    Raw,
    /// Collecting a header.
    Header,
    /// In a payload.
    Payload {
        channel: Channel,
        left: usize,
    },
    /// A header made no sense: looking for the next one that does.
    Resync,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Channel {
    Stdout,
    Stderr,
    System,
}

/// Decodes the body of one log response.
#[derive(Debug)]
pub(super) struct LogDecoder {
    tty: bool,
    state: State,
    /// First bytes, a header or the resync window, until complete.
    held: Vec<u8>,
    raw: LineAssembler,
    stdout: LineAssembler,
    stderr: LineAssembler,
    /// Timestamp of the line before, for lines that have none.
    last: Nanos,
    system_error: Vec<u8>,
    malformed: u64,
}

/// What the end of a body means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// It ended between lines or with a last line without newline.
    Complete,
    /// It ended inside a frame: the connection was cut. The unfinished line was dropped, since
    /// resuming brings it whole.
    Cut,
}

impl LogDecoder {
    /// A decoder for a container with (`tty`) or without a terminal.
    pub(super) fn new(tty: bool) -> Self {
        Self {
            tty,
            state: State::Undecided,
            held: Vec::with_capacity(RESYNC_BYTES),
            raw: LineAssembler::new(LogStream::Stdout, Parts::Raw),
            stdout: LineAssembler::new(LogStream::Stdout, Parts::Framed),
            stderr: LineAssembler::new(LogStream::Stderr, Parts::Framed),
            last: Nanos::default(),
            system_error: Vec::new(),
            malformed: 0,
        }
    }

    /// Takes the next chunk of the body and appends the lines that it completes to `out`.
    pub(super) fn push(&mut self, bytes: &[u8], out: &mut LogBatch) {
        if matches!(self.state, State::Raw) {
            self.raw.begin_chunk();
        }
        self.take(bytes, out);
    }

    fn take(&mut self, mut bytes: &[u8], out: &mut LogBatch) {
        while let Some(&byte) = bytes.first() {
            match self.state {
                State::Raw => {
                    self.raw.feed(bytes, &mut self.last, out);
                    return;
                }
                State::Payload { channel, left } => {
                    let take = left.min(bytes.len());
                    self.payload(channel, &bytes[..take], out);
                    bytes = &bytes[take..];
                    self.state = match left - take {
                        0 => State::Header,
                        left => State::Payload { channel, left },
                    };
                }
                State::Undecided | State::Header | State::Resync => {
                    self.held.push(byte);
                    bytes = &bytes[1..];
                    match self.state {
                        State::Undecided => self.decide(out),
                        State::Header if self.held.len() == 8 => self.header(out),
                        State::Resync if self.held.len() == RESYNC_BYTES => self.resync(out),
                        _ => {}
                    }
                }
            }
        }
    }

    /// The body ended; appends a last line without newline.
    pub(super) fn finish(&mut self, out: &mut LogBatch) -> End {
        match self.state {
            State::Undecided if self.held.is_empty() => End::Complete,
            State::Undecided => {
                let held = std::mem::take(&mut self.held);
                self.raw.feed(&held, &mut self.last, out);
                self.raw.finish(&mut self.last, out);
                End::Complete
            }
            State::Raw => {
                self.raw.finish(&mut self.last, out);
                End::Complete
            }
            State::Header if !self.held.is_empty() => End::Cut,
            State::Payload { .. } => End::Cut,
            State::Header | State::Resync => {
                self.stdout.finish(&mut self.last, out);
                self.stderr.finish(&mut self.last, out);
                End::Complete
            }
        }
    }

    /// Runs of bytes that were no frames, counted since the last call.
    pub(super) fn take_malformed(&mut self) -> u64 {
        std::mem::take(&mut self.malformed)
    }

    /// What the engine wrote on its own error channel, once the frame is complete.
    pub(super) fn take_system_error(&mut self) -> Option<String> {
        if self.system_error.is_empty() || matches!(self.state, State::Payload { .. }) {
            return None;
        }
        let text = std::mem::take(&mut self.system_error);
        Some(String::from_utf8_lossy(&text).trim().to_owned())
    }

    fn decide(&mut self, out: &mut LogBatch) {
        let framed = match self.held.as_slice() {
            [first, ..] if *first > 3 => false,
            [_, rest @ ..] if !self.tty || rest == [0, 0, 0] => true,
            [_, rest @ ..] if rest.len() < 3 && rest.iter().all(|&b| b == 0) => return,
            _ => false,
        };
        let held = std::mem::take(&mut self.held);
        self.state = if framed { State::Header } else { State::Raw };
        self.take(&held, out);
    }

    fn header(&mut self, out: &mut LogBatch) {
        let [stream, 0, 0, 0, a, b, c, d] = self.held[..] else {
            return self.lose_sync(out);
        };
        let channel = match stream {
            // 0 is stdin, which some engines use for stdout.
            0 | 1 => Channel::Stdout,
            2 => Channel::Stderr,
            3 => Channel::System,
            _ => return self.lose_sync(out),
        };
        self.held.clear();
        self.begin(channel, u32::from_be_bytes([a, b, c, d]) as usize, out);
    }

    fn begin(&mut self, channel: Channel, length: usize, out: &mut LogBatch) {
        match channel {
            Channel::Stdout => self.stdout.begin_frame(&mut self.last, out),
            Channel::Stderr => self.stderr.begin_frame(&mut self.last, out),
            Channel::System => {}
        }
        self.state = match length {
            0 => State::Header,
            left => State::Payload { channel, left },
        };
    }

    fn payload(&mut self, channel: Channel, bytes: &[u8], out: &mut LogBatch) {
        match channel {
            Channel::Stdout => self.stdout.feed(bytes, &mut self.last, out),
            Channel::Stderr => self.stderr.feed(bytes, &mut self.last, out),
            Channel::System => {
                let room = SYSTEM_ERROR_CAP_BYTES.saturating_sub(self.system_error.len());
                self.system_error
                    .extend_from_slice(&bytes[..bytes.len().min(room)]);
            }
        }
    }

    fn lose_sync(&mut self, out: &mut LogBatch) {
        self.malformed += 1;
        self.state = State::Resync;
        let mut held = std::mem::take(&mut self.held);
        // The first byte begins no frame; the others may.
        held.remove(0);
        self.take(&held, out);
    }

    fn resync(&mut self, out: &mut LogBatch) {
        if let [stream @ (1 | 2), 0, 0, 0, a, b, c, d, digits @ ..] = &self.held[..] {
            let length = u32::from_be_bytes([*a, *b, *c, *d]) as usize;
            if (digits.len()..=RESYNC_MAX_FRAME).contains(&length)
                && digits.iter().all(u8::is_ascii_digit)
            {
                let channel = if *stream == 1 {
                    Channel::Stdout
                } else {
                    Channel::Stderr
                };
                let digits = digits.to_vec();
                self.held.clear();
                self.begin(channel, length, out);
                return self.take(&digits, out);
            }
        }
        self.held.remove(0);
    }
}

#[cfg(test)]
mod tests;
