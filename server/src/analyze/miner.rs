//! What happens to each line of input: it is taken out of its envelope, put together with its
//! other parts, and goes through the core's pipeline.

use std::io::{self, Write};

use sidekick::logs::{Continuation, Envelope, LogPipeline};
use sidekick::protocol::LogStream;
use sidekick::time::Nanos;

use super::answers::Answers;

/// Most bytes of a line that came in parts; then it is taken as it is, and what follows is a line
/// of its own.
const MAX_PARTS_BYTES: usize = 1 << 20;
/// Most parts of it.
const MAX_PARTS: usize = 4096;
/// Merged templates after which the answers so far are brought up to date: the engine does not
/// remember all merges for ever.
const MERGES: u64 = 8192;

/// Everything that is known about the lines so far.
pub(super) struct Miner {
    pipeline: LogPipeline,
    answers: Answers,
    /// The events that stdout, or input without envelopes, and stderr are in.
    events: [Continuation; 2],
    /// Unfinished lines of stdout and stderr.
    parts: [Parts; 2],
    /// The text of a line that had to be copied.
    text: String,
    /// Newest time of an envelope; lines without one are taken to be as late.
    time: Option<Nanos>,
    /// Merges up to which the answers are up to date.
    merges: u64,
    lines: u64,
    bytes: u64,
    lossy: u64,
    cut: u64,
    finished: bool,
}

/// The parts of a line that is not yet whole.
#[derive(Default)]
struct Parts {
    text: String,
    /// Numbers of the lines of input.
    lines: Vec<u64>,
}

impl Miner {
    pub(super) fn new(answers: Answers) -> Self {
        Self {
            pipeline: LogPipeline::default(),
            answers,
            events: Default::default(),
            parts: Default::default(),
            text: String::new(),
            time: None,
            merges: 0,
            lines: 0,
            bytes: 0,
            lossy: 0,
            cut: 0,
            finished: false,
        }
    }

    /// Takes whole lines.
    pub(super) fn block(&mut self, block: &[u8]) -> io::Result<()> {
        self.bytes += block.len() as u64;
        let whole = block.ends_with(b"\n");
        if !whole && block.len() == super::blocks::LONGEST_LINE {
            self.cut += 1;
        }
        let block = block.strip_suffix(b"\n").unwrap_or(block);
        match std::str::from_utf8(block) {
            Ok(text) => {
                let mut start = 0;
                for end in memchr::memchr_iter(b'\n', block) {
                    self.line(&text[start..end])?;
                    start = end + 1;
                }
                self.line(&text[start..])?;
            }
            Err(_) => {
                for line in block.split(|&b| b == b'\n') {
                    let text = String::from_utf8_lossy(line);
                    self.lossy += u64::from(matches!(text, std::borrow::Cow::Owned(_)));
                    self.line(&text)?;
                }
            }
        }
        // Whoever follows a live log sees each line at once.
        self.answers.flush()
    }

    /// Lines of the log: one that came in parts is one.
    pub(super) fn logged(&self) -> u64 {
        let counts = self.pipeline.analytics().counts();
        counts.iter().map(|(_, lines)| lines).sum()
    }

    /// Counts bytes of the input that no line has.
    pub(super) fn pass_over(&mut self, bytes: u64) {
        self.bytes += bytes;
    }

    /// Brings the answers up to date with the templates that merged.
    fn resolve(&mut self) {
        let engine = self.pipeline.templates();
        self.merges = engine.merges();
        self.answers.resolve(|id| engine.resolve(id));
    }

    fn line(&mut self, line: &str) -> io::Result<()> {
        if self.pipeline.templates().merges() >= self.merges + MERGES {
            self.resolve();
        }
        let number = self.lines;
        self.lines += 1;
        self.answers.expect();
        let line = line.strip_suffix('\r').unwrap_or(line);
        let Some(envelope) = Envelope::of(line) else {
            let time = self.time.unwrap_or_default();
            let mined = self.pipeline.push(line, time, &mut self.events[0]);
            return self.answers.answer(number, mined);
        };
        self.time = Some(envelope.time);
        let source = usize::from(envelope.stream == Some(LogStream::Stderr));
        let parts = &mut self.parts[source];
        if envelope.partial || !parts.lines.is_empty() {
            envelope.text_into(&mut parts.text);
            parts.lines.push(number);
            if !envelope.partial || parts.is_full() || self.answers.is_full() {
                self.join(source)?;
            }
            return Ok(());
        }
        let text = if envelope.escaped {
            self.text.clear();
            envelope.text_into(&mut self.text);
            self.text.as_str()
        } else {
            envelope.text
        };
        let text = text.strip_suffix('\r').unwrap_or(text);
        let mined = self
            .pipeline
            .push(text, envelope.time, &mut self.events[source]);
        self.answers.answer(number, mined)?;
        if self.answers.is_full() {
            self.join(0)?;
            self.join(1)?;
        }
        Ok(())
    }

    /// Takes the parts of a line as the whole of it.
    fn join(&mut self, source: usize) -> io::Result<()> {
        let Some(parts) = self.parts.get_mut(source).filter(|it| !it.lines.is_empty()) else {
            return Ok(());
        };
        let text = parts.text.strip_suffix('\r').unwrap_or(&parts.text);
        let time = self.time.unwrap_or_default();
        let mined = self.pipeline.push(text, time, &mut self.events[source]);
        for number in parts.lines.drain(..) {
            self.answers.answer(number, mined)?;
        }
        parts.text.clear();
        Ok(())
    }

    /// The input has ended, or is to be taken as if it had.
    pub(super) fn finish(&mut self) -> io::Result<()> {
        self.finished = true;
        self.join(0)?;
        self.join(1)?;
        self.resolve();
        self.answers.flush()
    }

    pub(super) fn is_finished(&self) -> bool {
        self.finished
    }

    /// Writes the number of each line's template, when all is [finished](Self::finish).
    pub(super) fn write_ids(&self, out: &mut impl Write) -> io::Result<()> {
        for id in self.answers.templates() {
            writeln!(out, "{}", id.map_or(0, shown_id))?;
        }
        Ok(())
    }

    pub(super) fn pipeline(&self) -> &LogPipeline {
        &self.pipeline
    }

    pub(super) fn lines(&self) -> u64 {
        self.lines
    }

    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Lines with bytes that are no UTF-8.
    pub(super) fn lossy(&self) -> u64 {
        self.lossy
    }

    /// Lines that were too long.
    pub(super) fn cut(&self) -> u64 {
        self.cut
    }

    /// Whether any line came with its time.
    pub(super) fn is_timed(&self) -> bool {
        self.time.is_some()
    }
}

/// The number of a template as it is shown: from 1 on, because 0 stands for none.
pub(super) fn shown_id(id: sidekick::logs::TemplateId) -> u64 {
    u64::from(id.0) + 1
}

impl Parts {
    fn is_full(&self) -> bool {
        self.text.len() > MAX_PARTS_BYTES || self.lines.len() >= MAX_PARTS
    }
}
