//! What stands in quotes: a value, a member's name, or a message whose words are read one by one.

use super::members::{depth, rank};
use super::word::{is_request, quoted_part};
use super::{Class, Part, Scanner};

impl Scanner<'_> {
    /// Whether an apostrophe opens a quotation: it ends before a cut, and is no `'s` or `can't`.
    pub(super) fn starts_quote(&self) -> bool {
        let before = self.at.checked_sub(1).map_or(b' ', |at| self.line[at]);
        if before.is_ascii_alphanumeric() {
            return false;
        }
        self.closing(b'\'').is_some()
    }

    /// Where the quotation that opens here ends.
    fn closing(&self, quote: u8) -> Option<usize> {
        let mut at = self.at + 1;
        let stop = self.line.len().min(at + 1024);
        while at < stop {
            match self.line[at] {
                b'\\' => at += 1,
                // A quote within a word is one that was not escaped.
                b if b == quote
                    && !self.line.get(at + 1).is_some_and(u8::is_ascii_alphanumeric) =>
                {
                    return Some(at);
                }
                _ => {}
            }
            at += 1;
        }
        None
    }

    pub(super) fn quote(&mut self, quote: u8) {
        if self.open == quote {
            self.open = 0;
            self.mark(quote);
            if std::mem::take(&mut self.in_message) {
                self.message.end = self.tokens.len();
            }
            return;
        }
        let Some(end) = self.closing(quote) else {
            return self.mark(quote);
        };
        let start = self.at + 1;
        let text = &self.line[start..end];
        let behind = self.line[end + 1..]
            .iter()
            .position(|b| *b > b' ')
            .map_or(0, |i| self.line[end + 1 + i]);
        let member = self
            .tokens
            .last()
            .is_some_and(|token| matches!(token.text(self.line), b"{" | b","));
        let part = if member && behind == b':' && !text.is_empty() {
            Part::Word(Class::Key)
        } else if self.open == 0 && self.is_message(text) {
            self.open = quote;
            self.start_message();
            self.in_message = true;
            return self.mark(quote);
        } else if self.open == 0 && is_request(text) {
            self.open = quote;
            return self.mark(quote);
        } else {
            quoted_part(text)
        };
        self.mark(quote);
        self.at = end;
        self.push(start, end, part, true);
        self.mark(quote);
    }

    /// Whether what is quoted here is the message: the value of `msg` or the like, or several words
    /// at the start.
    fn is_message(&self, text: &[u8]) -> bool {
        let start = self.tokens.is_empty() && text.contains(&b' ');
        !text.is_empty() && (start || self.is_behind_message_key())
    }

    /// Whether the value that comes next is the message. A member of the line's own object is it
    /// rather than one of an object in that, such as an error's, and `msg` rather than `event`.
    pub(super) fn is_behind_message_key(&self) -> bool {
        self.message_key().is_some_and(|key| {
            self.message.is_empty() || self.open == 0 && key < (self.depth, self.rank)
        })
    }

    /// In how many objects the value that comes next is, and the rank of its name, if that is a
    /// message's.
    fn message_key(&self) -> Option<(usize, usize)> {
        let mut back = self.tokens.iter().rev();
        let sign = back.next()?;
        if !matches!(sign.text(self.line), b"=" | b":") {
            return None;
        }
        let key = back.find(|token| token.part != Part::Mark)?;
        let rank = rank(key.text(self.line))?;
        Some((depth(self.line, self.tokens, &self.message)?, rank))
    }

    pub(super) fn start_message(&mut self) {
        (self.depth, self.rank) = self.message_key().unwrap_or_default();
        self.message = self.tokens.len()..self.tokens.len() + 1;
    }
}
