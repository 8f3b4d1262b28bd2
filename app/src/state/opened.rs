//! The snapshot that was opened in this page.

use sidekick::model::Event;
use sidekick::snapshot::{End, Head};

/// What is known of it beside its lines and readings, which are where those of a live log are.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Opened {
    /// Its number among those that were opened; 0 while none is.
    pub number: u32,
    /// The name of the file.
    pub file: String,
    /// Whose log it is, and when it was saved.
    pub head: Head,
    /// The engine's events that it holds, oldest first.
    pub events: Vec<Event>,
    /// The view that it was saved with is not shown yet; whoever comes back has another one.
    pub fresh: bool,
    /// How it ended; `None` while it is read.
    pub end: Option<End>,
    /// Why it could not be read on, for people.
    pub problem: Option<String>,
}
