//! Lines that belong together: stack traces, objects and tables printed over many lines, the
//! further lines of a report. Only the severity and the view care; each line stays a line, with a
//! template of its own.
//!
//! A line goes on an event by its shape, never by leading space alone, and only where it directly
//! follows in the same stream. It has the severity of the event's first line, unless it names its
//! own.

use super::severity::{
    Assessment, Reading, Rule, Severity, assess, begins, is_postgres_detail as is_detail,
    member_of_object,
};
use crate::time::Nanos;
use sketch::Traits;

/// Longest pause between two lines of an event: a program writes one at once.
const MAX_PAUSE_NANOS: i64 = 1_000_000_000;
/// Most lines of an object, a table or a report, so that one that never ends does not take a
/// whole log with it. Stack traces end by themselves.
const MAX_LINES: u32 = 1000;

/// What may follow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Shape {
    /// Nothing in particular.
    #[default]
    Line,
    /// The steps of a stack trace.
    Trace,
    /// The same, with the exception below the steps (Python).
    TraceAbove,
    /// The same, with functions at the start of lines (Go).
    Goroutines,
    /// A message of which nothing is known, on the next line (Rust's panic).
    Message,
    /// An object with so many open brackets.
    Object(u32),
    /// Lines up to an empty one (Erlang's reports).
    Report,
    /// Lines that are indented by six spaces (.NET's console).
    Indented,
    /// Rows of a table.
    Table,
}

/// The event that a stream is in. One for each stream of each source.
#[derive(Clone, Copy, Debug, Default)]
pub struct Continuation {
    /// How bad it is.
    severity: Severity,
    shape: Shape,
    /// Its lines so far; 0 before the first one.
    lines: u32,
    /// When its last line came.
    time: Nanos,
    /// Whether its last line ends in a colon.
    announces: bool,
    /// Severity and time of the last stack trace: another thread may speak in between.
    trace: Option<(Severity, Nanos)>,
}

impl Continuation {
    /// The severity of the stream's next line, without escape sequences, and whether it goes on
    /// the event of the line before.
    pub fn assess(&mut self, line: &str, time: Nanos) -> (Assessment, bool) {
        self.take(line, assess(line), time)
    }

    /// The same for a line whose own assessment is known.
    pub(super) fn take(&mut self, line: &str, own: Assessment, time: Nanos) -> (Assessment, bool) {
        let bytes = line.as_bytes();
        let text = bytes.trim_ascii();
        if text.is_empty() {
            if self.shape == Shape::Report {
                self.shape = Shape::Line;
            }
            return (own, false);
        }
        let severity = match own.rule.is_explicit() && !is_backtrace_note(text) {
            true => None,
            false => self.continued(bytes, text, &own, time),
        };
        let severity = severity.or_else(|| self.postgres_detail(line, &own, time));
        self.announces = announces(line);
        self.time = time;
        match severity {
            Some(severity) => {
                self.lines = self.lines.saturating_add(1);
                (Assessment::inherited(severity), true)
            }
            None => {
                self.severity = own.severity;
                self.lines = 1;
                self.shape = shape_behind(text, &own);
                self.remember_trace(time);
                (own, false)
            }
        }
    }

    /// Takes an ordinary line ([`is_ordinary`]) of this severity without a look at it. False, and
    /// nothing happened, where an event goes on that such a line may belong to.
    pub(super) fn take_ordinary(
        &mut self,
        severity: Severity,
        announces: bool,
        time: Nanos,
    ) -> bool {
        let open = matches!(self.shape, Shape::Line | Shape::Table);
        if open {
            self.severity = severity;
            self.shape = Shape::Line;
            self.lines = 1;
            self.time = time;
            self.announces = announces;
        }
        open
    }

    fn near(&self, time: Nanos) -> bool {
        self.lines > 0
            && time.0.saturating_sub(self.time.0).unsigned_abs() <= MAX_PAUSE_NANOS as u64
    }

    fn remember_trace(&mut self, time: Nanos) {
        if matches!(
            self.shape,
            Shape::Trace | Shape::TraceAbove | Shape::Goroutines
        ) {
            self.trace = Some((self.severity, time));
        }
    }

    /// The severity of a line that goes on the event; moves the shape on.
    fn continued(
        &mut self,
        line: &[u8],
        text: &[u8],
        own: &Assessment,
        time: Nanos,
    ) -> Option<Severity> {
        if !self.near(time) {
            return None;
        }
        let indented = line[0].is_ascii_whitespace();
        if let Some(step) = step(text, indented) {
            return Some(self.take_step(step, time));
        }
        let ended = self.lines >= MAX_LINES;
        match self.shape {
            Shape::Object(depth) if !ended => {
                if let Some(severity) = member_of_object(text) {
                    self.severity = severity;
                }
                let depth = brackets(text, depth);
                self.shape = match depth {
                    0 => Shape::Line,
                    depth => Shape::Object(depth),
                };
                return Some(self.severity);
            }
            Shape::Message => {
                self.shape = Shape::Trace;
                self.remember_trace(time);
                return Some(self.severity);
            }
            Shape::Report if !ended && !text.starts_with(b"=") => return Some(self.severity),
            Shape::Indented if !ended && line.starts_with(b"      ") => return Some(self.severity),
            // The exception below the steps ends the trace.
            Shape::TraceAbove if own.rule == Rule::Exception => {
                self.shape = Shape::Trace;
                return Some(self.severity);
            }
            // Source lines and marks between the steps, details of the exception behind them.
            Shape::Trace | Shape::TraceAbove | Shape::Goroutines
                if indented || closes(text) || is_mark(text) =>
            {
                return Some(self.severity);
            }
            Shape::Goroutines if is_go_function(text) => return Some(self.severity),
            _ => {}
        }
        if is_table_row(text) && !ended && (self.shape == Shape::Table || self.announces) {
            self.shape = Shape::Table;
            return Some(self.severity);
        }
        // What was thrown belongs to the line that tells of the failure.
        if own.rule == Rule::Exception
            && self.severity <= Severity::Warn
            && self.shape == Shape::Line
        {
            self.shape = shape_behind(text, own);
            self.remember_trace(time);
            return Some(self.severity);
        }
        None
    }

    /// Takes a step of a stack trace into the event, or into the last trace where a line that
    /// threw nothing stands in between.
    fn take_step(&mut self, step: Shape, time: Nanos) -> Severity {
        let speaks = matches!(
            self.severity,
            Severity::Info | Severity::Debug | Severity::Trace
        );
        if self.shape == Shape::Line
            && speaks
            && let Some((severity, last)) = self.trace
            && time.0.saturating_sub(last.0).unsigned_abs() <= MAX_PAUSE_NANOS as u64
        {
            self.trace = Some((severity, time));
            return severity;
        }
        if !matches!(
            self.shape,
            Shape::Object(_) | Shape::Indented | Shape::Report
        ) {
            self.shape = match (self.shape, step) {
                (Shape::Goroutines, Shape::Trace) => Shape::Goroutines,
                _ => step,
            };
        }
        self.remember_trace(time);
        self.severity
    }

    /// PostgreSQL's `DETAIL:` and the like behind an error; behind a mere `LOG` nothing is gained.
    fn postgres_detail(&self, line: &str, own: &Assessment, time: Nanos) -> Option<Severity> {
        let is_detail = self.severity < Severity::Info && is_postgres_detail(line, own);
        (is_detail && self.near(time)).then_some(self.severity)
    }
}

/// Whether a line begins an event of its own behind a line of no event, and none that could go on:
/// nearly every line does. Some others are said not to. The same for all lines of a sketch as far
/// as `reading` tells.
pub(super) fn is_ordinary(line: &str, own: &Assessment, reading: &mut Reading) -> bool {
    let bytes = line.as_bytes();
    let text = bytes.trim_ascii();
    let (Some(&first), Some(last)) = (text.first(), text.last()) else {
        return false;
    };
    let run = sketch::run(text, 0);
    if sketch::is_value(run) && !first.is_ascii_digit() {
        // It may be drawn in lines.
        reading.on(Traits::NAMED);
    }
    let indented = bytes[0].is_ascii_whitespace();
    let begins_other = match first {
        b'=' | b'+' | b'|' => true,
        b'(' => indented,
        b'0'..=b'9' => indented && text[run.len()..].starts_with(b": "),
        _ => {
            is_table_row(text)
                || step(text, indented).is_some()
                || [
                    &b"thread '"[..],
                    b"fatal error: ",
                    b"PHP Fatal ",
                    b"Fatal error: ",
                ]
                .iter()
                .any(|it| text.starts_with(it))
        }
    };
    let dotnet = *last == b']' && own.rule == Rule::Word && own.evidence().start == 0;
    !begins_other
        && !matches!(last, b'{' | b'[')
        && !dotnet
        && own.rule != Rule::Exception
        && !is_postgres_detail(line, own)
}

/// Whether a line announces what follows, such as a table.
pub(super) fn announces(line: &str) -> bool {
    line.as_bytes().trim_ascii().last() == Some(&b':')
}

/// PostgreSQL's further lines about a statement.
fn is_postgres_detail(line: &str, own: &Assessment) -> bool {
    let word = line.as_bytes().get(own.evidence());
    own.rule == Rule::Message && own.severity == Severity::Info && word.is_some_and(is_detail)
}

/// What may follow a line that begins an event.
fn shape_behind(text: &[u8], own: &Assessment) -> Shape {
    if text.starts_with(b"Traceback (most recent call last)") {
        return Shape::TraceAbove;
    }
    if text.starts_with(b"thread '") && own.severity == Severity::Fatal {
        return match text.ends_with(b":") {
            true => Shape::Message,
            false => Shape::Trace,
        };
    }
    if text.starts_with(b"panic: ") || text.starts_with(b"fatal error: ") {
        return Shape::Goroutines;
    }
    if text.starts_with(b"=") && text.ends_with(b"===") {
        return Shape::Report;
    }
    if matches!(text.last(), Some(b'{' | b'[')) {
        let depth = brackets(text, 0);
        if depth > 0 {
            return Shape::Object(depth);
        }
    }
    if own.rule == Rule::Exception || starts_trace(text) {
        return Shape::Trace;
    }
    // `info: Microsoft.Hosting.Lifetime[14]`
    if own.rule == Rule::Word && own.evidence().start == 0 && text.ends_with(b"]") {
        return Shape::Indented;
    }
    match is_table_row(text) {
        true => Shape::Table,
        false => Shape::Line,
    }
}

/// PHP's error and Ruby's, which carry their trace behind them.
fn starts_trace(text: &[u8]) -> bool {
    text.starts_with(b"PHP Fatal error") || text.starts_with(b"Fatal error: Uncaught")
}

/// Beginnings of the steps of stack traces, whether those are indented, and what may follow them.
const STEPS: [(&[u8], bool, Shape); 14] = [
    (b"at ", true, Shape::Trace),
    (b"Caused by: ", false, Shape::Trace),
    (b"Suppressed: ", false, Shape::Trace),
    (b"Stack trace:", false, Shape::Trace),
    (b"... ", true, Shape::Trace),
    (b"---> ", false, Shape::Trace),
    (b"--- End of ", false, Shape::Trace),
    (b"stack backtrace:", false, Shape::Trace),
    (b"thrown in ", true, Shape::Trace),
    (b"File \"", true, Shape::TraceAbove),
    (
        b"During handling of the above exception",
        false,
        Shape::TraceAbove,
    ),
    (
        b"The above exception was the direct cause",
        false,
        Shape::TraceAbove,
    ),
    (b"created by ", false, Shape::Goroutines),
    (b"goroutine ", false, Shape::Goroutines),
];

/// The step of a stack trace, if the line is one, and what may follow it.
fn step(text: &[u8], indented: bool) -> Option<Shape> {
    let found = STEPS
        .iter()
        .find(|it| it.0[0] == text[0] && begins(text, it.0));
    if let Some(&(with, inside, shape)) = found {
        let whole = !with.starts_with(b"goroutine") || text.ends_with(b"]:");
        return (whole && (indented || !inside)).then_some(shape);
    }
    let found = match text[0] {
        b'n' => is_backtrace_note(text),
        b'f' => indented && text.starts_with(b"from ") && contains(text, b":in "),
        // PHP's `#0 /srv/x.php(3): f()`, Rust's `  12: std::rt::lang_start`.
        b'#' => matches!(text.get(1), Some(b'0'..=b'9')) && text.contains(&b' '),
        b'0'..=b'9' => {
            let digits = text.iter().take_while(|b| b.is_ascii_digit()).count();
            indented && text[digits..].starts_with(b": ")
        }
        b'(' => indented && (contains(text, b") lib/") || contains(text, b".erl:")),
        _ => false,
    };
    found.then_some(Shape::Trace)
}

/// Rust's last line of a panic, which names a level of its own, so to speak.
fn is_backtrace_note(text: &[u8]) -> bool {
    begins(text, b"note: run with `RUST_BACKTRACE")
        || begins(text, b"note: Some details are omitted")
}

fn contains(text: &[u8], words: &[u8]) -> bool {
    text.windows(words.len()).any(|it| it == words)
}

/// Brackets alone, which close what a trace printed with its exception.
fn closes(text: &[u8]) -> bool {
    text.iter()
        .all(|b| matches!(b, b'}' | b']' | b')' | b',' | b';'))
}

/// `Node.js v20.1.0`, `exit status 2`, `[signal SIGSEGV: ...`.
fn is_mark(text: &[u8]) -> bool {
    text.starts_with(b"Node.js v")
        || text.starts_with(b"exit status ")
        || text.starts_with(b"[signal ")
}

/// `main.main()`, `net/http.(*conn).serve(0xc0000)`.
fn is_go_function(text: &[u8]) -> bool {
    text.ends_with(b")") && text.contains(&b'.') && !text.contains(&b' ') || text.ends_with(b"...)")
}

/// A row of a table: drawn by lines, or between bars.
fn is_table_row(text: &[u8]) -> bool {
    match text {
        [b'+', b'-', ..] | [b'|', b' ' | b'-', ..] => matches!(text.last(), Some(b'+' | b'|')),
        // U+2500 to U+257F.
        [0xe2, 0x94 | 0x95, _, ..] => true,
        _ => false,
    }
}

/// Open brackets behind `text`, which starts at `depth`; those in texts do not count.
fn brackets(text: &[u8], mut depth: u32) -> u32 {
    let mut quoted = false;
    let mut escaped = false;
    for byte in text {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'{' | b'[' if !quoted => depth = depth.saturating_add(1),
            b'}' | b']' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    depth
}

#[cfg(test)]
mod tests;
