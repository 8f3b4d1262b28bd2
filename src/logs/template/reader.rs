//! Reads a line into its header, tokens and shape.

use super::MAX_MINED_BYTES;
use super::cluster::Scanned;
use super::header::{self, Header};
use super::scanner::{self, Token};
use super::shape::Shape;

/// The line that was read last.
#[derive(Clone, Debug, Default)]
pub(super) struct Reader {
    header: Header,
    /// How many bytes of it were read, and whether that left some out.
    read: (usize, bool),
    tokens: Vec<Token>,
    pub(super) shape: Shape,
}

impl Reader {
    /// Reads a line. False for a blank one.
    pub(super) fn read(&mut self, line: &str) -> bool {
        let bytes = &line.as_bytes()[..line.len().min(MAX_MINED_BYTES)];
        self.header = header::peel(bytes);
        let bytes = bytes[..header::trailer(bytes, &self.header)].trim_ascii_end();
        let (message, end) = scanner::scan(
            bytes,
            self.header.end,
            self.header.level.is_some(),
            &mut self.tokens,
        );
        let read = end.min(bytes.len());
        self.read = (read, read < bytes.len() || line.len() > MAX_MINED_BYTES);
        self.shape.read(bytes, &self.tokens, &message);
        !self.tokens.is_empty()
    }

    /// The line that was read, for a cluster.
    pub(super) fn scanned<'a>(&'a self, line: &'a str) -> Scanned<'a> {
        let (end, cut) = self.read;
        Scanned {
            line,
            tokens: &self.tokens,
            shape: &self.shape,
            start: self.header.end,
            level: self.header.level,
            end: end.max(self.header.end),
            cut,
        }
    }
}
