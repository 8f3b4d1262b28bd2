//! What could not be read of a query.

use std::ops::Range;

/// A part of a query that was left out, or is not complete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where it stands in the text, in bytes.
    pub span: Range<usize>,
    /// What is wrong.
    pub fault: Fault,
    /// It stands at the end of the text, where somebody may be typing: nothing to be alarmed at.
    pub unfinished: bool,
}

impl Problem {
    /// Whether somebody may be in the middle of typing what is missing.
    #[must_use]
    pub fn is_typing(&self) -> bool {
        self.unfinished && !matches!(self.fault, Fault::NoRegex | Fault::Regex(_))
    }
}

/// What is wrong with a part of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// No severity is called so, or none is that much worse or better.
    Level,
    /// No stream is called so.
    Stream,
    /// This is no instant.
    Time,
    /// Something is missing behind this.
    Value,
    /// A quote is not closed.
    Quote,
    /// A bracket is not closed, or holds nothing.
    Bracket,
    /// An operator lacks what it connects.
    Operator,
    /// There is no engine of regular expressions.
    NoRegex,
    /// The engine refuses the expression, and says why.
    Regex(String),
}

impl Fault {
    /// What to do about it, as a sentence.
    #[must_use]
    pub fn advice(&self) -> &str {
        match self {
            Self::Level => "Levels are fatal, error, warn, info, debug, trace, unknown",
            Self::Stream => "Streams are stdout and stderr",
            Self::Time => {
                "Write 10:15, 2026-01-31T10:15, 2026-01-31T10:15:00Z, or 15m for 15 minutes ago"
            }
            Self::Value => "A value has to follow; in \"quotes\" this is plain text",
            Self::Quote => "Close the quote",
            Self::Bracket => "Put something between the brackets, and close them",
            Self::Operator => {
                "AND, OR, NOT and - need something to stand beside; in \"quotes\" they are plain text"
            }
            Self::NoRegex => {
                "Loading what searches for regular expressions; till then they are left out"
            }
            Self::Regex(reason) => reason,
        }
    }
}
