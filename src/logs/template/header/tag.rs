//! Hosts, programs, loggers and places in the source.

use super::Head;
use super::field::{Field, is_logger, is_name, is_plain, program};

impl<'a> Head<'a> {
    /// `host program[1]:`, `program[1]:`, `some.Logger:`, `Logger - `, `file.go:12]`, a column:
    /// where it ends.
    pub(super) fn tag(&mut self, field: &Field<'a>) -> Option<usize> {
        let text = field.text;
        let next = self.field(field.end);
        let dots = text.iter().filter(|&&b| b == b'.').count();
        let starts = text[0].is_ascii_alphabetic() || text[0] == b'_';
        // Spans of Rust's tracing, `request{id=1}:inner{x=2}:`, and the logger behind them.
        let rest = &self.line[field.start..];
        if self.level.is_some()
            && text.contains(&b'{')
            && let Some(at) = rest.windows(2).rposition(|it| it == b"}:")
        {
            let span = field.start + at + 2;
            let logger = self.field(span);
            self.tagged = true;
            return Some(program(logger.text).map_or(span, |_| logger.end));
        }
        // A column that tabs set apart.
        let tab = self.line.get(field.end) == Some(&b'\t');
        // What stands before an object is the message.
        let told = next.text.first() == Some(&b'{');
        if tab && !told && !field.is_prose() {
            return Some(field.end);
        }
        self.tagged = true;
        // `Started:` and `upload -` may be what is told. Android pads its tags.
        // Where dashes have set apart time, logger, line and level, one more part is header, too.
        let dashes = || {
            self.line[..field.start]
                .windows(3)
                .filter(|it| it == b" - ")
        };
        let set_apart = || field.column || next.text == b"|" || dashes().count() > 3;
        let word = is_plain(text) && !set_apart();
        if let Some(name) = program(text)
            && (!self.named || name.contains(&b'.') || name.contains(&b'$'))
            && (is_logger(name) || name.len() + 1 < text.len() || self.leads(&next))
        {
            return Some(field.end);
        }
        if starts && self.timed && !self.named {
            if self.is_host(field, &next) && !field.is_prose() {
                return Some(next.end);
            }
            if is_name(text) && matches!(next.text, b"-" | b":" | b"|") && !word {
                return Some(next.end);
            }
        }
        // A logger may go without a mark of its own.
        let bare = dots >= 2 || dots == 1 && next.text.starts_with(b"[");
        if is_name(text) && starts && bare && !text.ends_with(b".") {
            return Some(field.end);
        }
        if is_name(text) && matches!(next.text, b"-" | b":") && (dots > 0 || !self.named) && !word {
            return Some(next.end);
        }
        // A place in the source: `file.go:12]`, `module:function:12 - `, `file.go:12 >`.
        let place = text.contains(&b':') && text.last() != Some(&b':') && starts;
        if place
            && (text.ends_with(b"]") && !text.contains(&b'[') || matches!(next.text, b"-" | b">"))
        {
            return Some(if text.ends_with(b"]") {
                field.end
            } else {
                next.end
            });
        }
        if self.timed
            && (self.level.is_some() || self.named)
            && field.column
            && !told
            && !field.is_prose()
            && is_name(text)
        {
            return Some(field.end);
        }
        None
    }

    /// Whether these are `host program[1]:` or, behind a time of syslog, `host program:`. In
    /// `upload failed: text` they are not.
    pub(super) fn is_host(&self, host: &Field<'a>, next: &Field<'a>) -> bool {
        let sentence = is_plain(host.text) && host.text[0].is_ascii_uppercase();
        self.level.is_none()
            && is_name(host.text)
            && program(next.text).is_some()
            && (next.text.ends_with(b"]:") || self.leads(next) && !sentence)
    }

    /// Whether a word before this field may be a host or program: behind a time of syslog, and
    /// before a level.
    fn leads(&self, next: &Field<'a>) -> bool {
        self.level.is_none() && (self.syslog || next.level().is_some())
    }
}
