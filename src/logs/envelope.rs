//! What container runtimes put around a line when they store or print it, and the line inside:
//! files of Docker's `json-file` driver, files of Kubernetes (CRI), `docker logs --timestamps`.
//!
//! Each is told by its own shape, so that files may be mixed, and a program's own JSON or
//! timestamp is not taken for one.

use super::fields::{self, Value};
use crate::protocol::LogStream;
use crate::time::Nanos;

/// Bytes of a timestamp of Docker: `2026-11-22T10:57:49.123456789Z`.
const STAMP_BYTES: usize = 30;

/// A line in its envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Envelope<'a> {
    /// When the runtime read the line.
    pub time: Nanos,
    /// Where the program wrote it, if that is told.
    pub stream: Option<LogStream>,
    /// Whether the line goes on in the next envelope of the same stream.
    pub partial: bool,
    /// The line; see [`text_into`](Self::text_into) where it holds escapes.
    pub text: &'a str,
    /// Whether `text` is the inside of a JSON string.
    pub escaped: bool,
}

impl<'a> Envelope<'a> {
    /// The envelope of a line; `None` where it has none.
    #[must_use]
    pub fn of(line: &'a str) -> Option<Self> {
        match line.as_bytes().first()? {
            b'{' => Self::of_docker_json(line),
            b'0'..=b'9' => Self::of_prefix(line),
            _ => None,
        }
    }

    /// An envelope that is a prefix: of Kubernetes (`TIME stdout F line`) or of
    /// `docker logs --timestamps` (`TIME line`, always with nine digits of fraction).
    #[must_use]
    pub fn of_prefix(line: &'a str) -> Option<Self> {
        let bytes = line.as_bytes();
        if bytes.len() < 20 || bytes[4] != b'-' || bytes[10] != b'T' {
            return None;
        }
        let space = bytes.iter().take(40).position(|&b| b == b' ')?;
        let (stamp, rest) = (&bytes[..space], &line[space + 1..]);
        let cri = kubernetes(rest);
        if cri.is_none() && (space != STAMP_BYTES || bytes[space - 1] != b'Z') {
            return None;
        }
        let time = Nanos::parse_rfc3339(stamp)?;
        let (stream, partial, text) = match cri {
            Some((stream, partial, text)) => (Some(stream), partial, text),
            None => (None, false, rest),
        };
        Some(Self {
            time,
            stream,
            partial,
            text,
            escaped: false,
        })
    }

    /// A line of a file of Docker's `json-file` driver:
    /// `{"log":"line\n","stream":"stdout","time":"…"}`, also as other programs write it anew: with
    /// white space, in another order.
    fn of_docker_json(line: &'a str) -> Option<Self> {
        let (mut log, mut stream, mut time) = (None::<Value<'a>>, None, None);
        // Between them stand the labels and tags that the driver was told to add.
        for field in fields::members(line).take(fields::MAX_FIELDS) {
            match field.key.plain() {
                Some("log") => log = Some(field.value),
                Some("stream") => stream = Some(field.value.raw()),
                Some("time") => time = Some(field.value.raw()),
                // A program's own object: it is read no further.
                _ if log.is_none() && field.key.top() != "attrs" => return None,
                _ => {}
            }
        }
        let text = log.filter(Value::is_quoted)?.raw();
        let whole = without_newline(text);
        Some(Self {
            time: Nanos::parse_rfc3339(time?.as_bytes())?,
            stream: Some(stream_of(stream?)?),
            partial: whole.is_none(),
            escaped: text.contains('\\'),
            text: whole.unwrap_or(text),
        })
    }

    /// Appends the line to `out` as the program wrote it.
    pub fn text_into(&self, out: &mut String) {
        if self.escaped {
            fields::unescape_into(self.text, out);
        } else {
            out.push_str(self.text);
        }
    }
}

/// The inside of a JSON string without the newline that it ends with.
fn without_newline(text: &str) -> Option<&str> {
    let line = text.strip_suffix("\\n")?;
    let backslashes = line.bytes().rev().take_while(|&b| b == b'\\').count();
    backslashes.is_multiple_of(2).then_some(line)
}

fn stream_of(word: &str) -> Option<LogStream> {
    match word {
        "stdout" => Some(LogStream::Stdout),
        "stderr" => Some(LogStream::Stderr),
        _ => None,
    }
}

/// Stream, whether it goes on, and text of `stdout F text`; the letter may have tags behind it.
fn kubernetes(rest: &str) -> Option<(LogStream, bool, &str)> {
    let stream = stream_of(rest.get(..6)?)?;
    let rest = rest[6..].strip_prefix(' ')?;
    let (tags, text) = rest.split_once(' ').unwrap_or((rest, ""));
    let partial = match tags.split(':').next()? {
        "P" => true,
        "F" => false,
        _ => return None,
    };
    Some((stream, partial, text))
}

#[cfg(test)]
mod tests;
