//! A severity together with the reason for it.

use std::ops::Range;

use super::Severity;

/// What gave a line its severity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Rule {
    /// Syslog's `<PRI>` at the start.
    Priority,
    /// A member of a JSON object.
    Json,
    /// A `level=` pair.
    Logfmt,
    /// One letter or sign in a fixed place: klog, Ruby, Android, MongoDB, Redis.
    Letter,
    /// A level word where programs write their level.
    Word,
    /// The status of an answered request.
    Status,
    /// The line that begins a stack trace, a panic or a crash.
    Exception,
    /// Words of the message.
    Message,
    /// The line continues one that has a severity.
    Inherited,
    /// Nothing in the line says how bad it is.
    #[default]
    Nothing,
}

impl Rule {
    /// Lower-case name, for tables and labels.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Priority => "priority",
            Self::Json => "json",
            Self::Logfmt => "logfmt",
            Self::Letter => "letter",
            Self::Word => "word",
            Self::Status => "status",
            Self::Exception => "exception",
            Self::Message => "message",
            Self::Inherited => "inherited",
            Self::Nothing => "nothing",
        }
    }

    /// Whether the program itself said the level. The other rules conclude it from what the line
    /// tells.
    #[must_use]
    pub fn is_explicit(self) -> bool {
        matches!(
            self,
            Self::Priority | Self::Json | Self::Logfmt | Self::Letter | Self::Word
        )
    }
}

/// The severity of a line, and why.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Assessment {
    /// How bad the line is.
    pub severity: Severity,
    /// What says so.
    pub rule: Rule,
    start: u32,
    end: u32,
}

impl Assessment {
    /// An assessment whose evidence is `evidence`, byte offsets into the line.
    pub(super) fn new(severity: Severity, rule: Rule, evidence: Range<usize>) -> Self {
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Self {
            severity,
            rule,
            start: offset(evidence.start),
            end: offset(evidence.end),
        }
    }

    /// That of a line which goes on an event of this severity.
    pub(in crate::logs) fn inherited(severity: Severity) -> Self {
        match severity {
            Severity::Unknown => Self::default(),
            _ => Self::new(severity, Rule::Inherited, 0..0),
        }
    }

    /// The same where the program did not say it.
    pub(super) fn concluded(self) -> Self {
        Self {
            rule: Rule::Message,
            ..self
        }
    }

    /// The same with its evidence `bytes` further back.
    pub(super) fn behind(self, bytes: usize) -> Self {
        let evidence = self.evidence();
        match evidence.is_empty() {
            true => self,
            false => Self::new(
                self.severity,
                self.rule,
                evidence.start + bytes..evidence.end + bytes,
            ),
        }
    }

    /// The part of the line that says it, as byte offsets on character boundaries; empty where
    /// no single part does.
    #[must_use]
    pub fn evidence(&self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// The severity where the program itself said it, else unknown.
    #[must_use]
    pub fn explicit(&self) -> Severity {
        if self.rule.is_explicit() {
            self.severity
        } else {
            Severity::Unknown
        }
    }
}
