//! One of the short texts of a row.

use web_sys::{Element, HtmlElement};

use crate::logs::fingerprint::hash;

/// A part of a row that often says the same of another line: only what changes is written.
pub(super) struct Part {
    pub(super) element: Element,
    /// What stands in it; 0 for nothing.
    written: u64,
}

impl Part {
    pub(super) fn new(element: HtmlElement) -> Self {
        Self {
            element: element.into(),
            written: 0,
        }
    }

    pub(super) fn write(&mut self, text: &str) {
        let print = if text.is_empty() {
            0
        } else {
            hash(text.bytes(), 0)
        };
        if self.written != print {
            self.written = print;
            self.element.set_text_content(Some(text));
        }
    }
}
