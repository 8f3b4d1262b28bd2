//! What happens to every line, whoever reads it: the page's session and `sidekick-docker analyze`
//! go through here, so that both say the same about the same lines.

use super::analytics::LogAnalytics;
use super::ansi;
use super::events::{Continuation, announces, is_ordinary};
use super::severity::{MAX_HEAD_BYTES, MAX_SCAN_BYTES, Reading, Severity, assess_with};
use super::template::{LogTemplateEngine, MAX_MINED_BYTES, Memo, TemplateConfig, TemplateId};
use super::timeline::LogSeverityTimeSeries;
use crate::time::{Millis, Nanos};
use sketch::{Sketch, Traits};

/// Longest buffer that is kept from line to line, in bytes: a line of a megabyte in colours must
/// not hold its memory for ever.
const KEPT_BYTES: usize = 64 << 10;

/// What was found out about one line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mined {
    /// How bad it is, as it says.
    pub severity: Severity,
    /// What it counts as instead, where somebody said so.
    pub counts_as: Option<Severity>,
    /// Its template; `None` for a blank line.
    pub template: Option<TemplateId>,
    /// Whether it goes on the event of the line before.
    pub goes_on: bool,
}

/// Severity, counters, timeline and templates of a stream of lines. A line costs no allocation in
/// the steady state.
#[derive(Clone, Debug, Default)]
pub struct LogPipeline {
    analytics: LogAnalytics,
    timeline: LogSeverityTimeSeries,
    templates: LogTemplateEngine,
    text: String,
}

impl LogPipeline {
    /// An empty pipeline whose template engine has other knobs than the default ones.
    #[must_use]
    pub fn new(config: TemplateConfig) -> Self {
        Self {
            templates: LogTemplateEngine::new(config),
            ..Self::default()
        }
    }

    /// Takes one line as it was printed, escape sequences included. `event` is what its stream is
    /// in: one for each stream of each source.
    pub fn push(&mut self, line: &str, time: Nanos, event: &mut Continuation) -> Mined {
        let mut line = line;
        let mut sketch = Sketch::of(mined(line));
        if (sketch.controls || line.len() > MAX_MINED_BYTES) && ansi::has_escapes(line) {
            self.text.clear();
            self.text.shrink_to(KEPT_BYTES);
            ansi::strip_into(line, &mut self.text);
            line = self.text.as_str();
            sketch = Sketch::of(mined(line));
        }
        let recalled = self.templates.recall(sketch.key);
        if let Some(recalled) = recalled
            && line.len() <= MAX_SCAN_BYTES
            && recalled.memo().holds(traits(line, &sketch))
        {
            let (severity, announces) = (recalled.memo().severity(), recalled.memo().announces());
            if event.take_ordinary(severity, announces, time)
                && let template @ Some(_) =
                    self.templates.push_recalled(line, time, severity, recalled)
            {
                return self.counted(severity, time, template, false);
            }
        }
        let mut reading = Reading::default();
        let own = assess_with(line, &mut reading);
        let ordinary = is_ordinary(line, &own, &mut reading);
        let memo = Memo::new(own.severity, announces(line), reading.depends);
        let memo = match ordinary && memo.holds(traits(line, &sketch)) {
            true => memo,
            false => Memo::default(),
        };
        let (assessment, goes_on) = event.take(line, own, time);
        let template = self
            .templates
            .push_new(line, time, sketch.key, recalled, &assessment, memo);
        self.counted(assessment.severity, time, template, goes_on)
    }

    /// Reads a line that was counted before, and counts nothing. Its template is the one that lines
    /// like it were put into last, where that is known.
    pub fn look(&mut self, line: &str, time: Nanos, event: &mut Continuation) -> Mined {
        let line = &*ansi::strip(line);
        let own = assess_with(line, &mut Reading::default());
        let (assessment, goes_on) = event.take(line, own, time);
        let sketch = Sketch::of(mined(line)).key;
        Mined {
            severity: assessment.severity,
            counts_as: None,
            template: self.templates.known(sketch, assessment.explicit()),
            goes_on,
        }
    }

    fn counted(
        &mut self,
        severity: Severity,
        time: Nanos,
        template: Option<TemplateId>,
        goes_on: bool,
    ) -> Mined {
        self.analytics.push(severity);
        self.timeline.push(severity, time);
        Mined {
            severity,
            counts_as: None,
            template,
            goes_on,
        }
    }

    /// A line that was counted counts as another severity.
    pub fn recount(&mut self, before: Severity, now: Severity, time: Nanos) {
        self.analytics.recount(before, now);
        self.timeline.recount(before, now, time);
    }

    /// Says that the stream was live until `now`, or with `None` that it ended. True where this
    /// changes the timeline.
    pub fn live_until(&mut self, now: Option<Millis>) -> bool {
        self.templates.live_until(now);
        self.timeline.live_until(now)
    }

    /// Severity counts of all lines.
    #[must_use]
    pub fn analytics(&self) -> &LogAnalytics {
        &self.analytics
    }

    /// Severity counts over time.
    #[must_use]
    pub fn timeline(&self) -> &LogSeverityTimeSeries {
        &self.timeline
    }

    /// The mined templates.
    #[must_use]
    pub fn templates(&self) -> &LogTemplateEngine {
        &self.templates
    }

    /// Memory that it holds in bytes, less a few fixed kilobytes.
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        self.templates.heap_bytes() + self.text.capacity()
    }
}

/// The part of a line that is mined.
fn mined(line: &str) -> &[u8] {
    &line.as_bytes()[..line.len().min(MAX_MINED_BYTES)]
}

/// The traits of a line.
fn traits(line: &str, sketch: &Sketch) -> Traits {
    match line.len() > MAX_HEAD_BYTES {
        true => sketch.traits.with(Traits::LONG),
        false => sketch.traits,
    }
}

#[cfg(test)]
mod tests;
