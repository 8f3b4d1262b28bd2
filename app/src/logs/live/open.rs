//! How a line is shown in full: by a click on it, by Enter and the arrows.

use std::time::Duration;

use leptos::prelude::*;
use sidekick::logs::{LogSession, Row, ansi};
use wasm_bindgen::JsCast;
use web_sys::{Element, MouseEvent, PointerEvent};

use super::{Actions, Inspected, Viewport, element_of};

/// How long a click may be the first one of two that select a word.
const DOUBLE_CLICK: Duration = Duration::from_millis(350);
/// As much of the tab's height as a line in full may take: `style/inspector.css` says so.
const INSPECTOR_SHARE: f64 = 0.45;

impl Actions {
    /// Shows the clicked line in full. A click that ends a selection of text is none.
    pub(in super::super) fn clicked(self, event: &MouseEvent) {
        if selecting() {
            self.with(|view, session| view.pause(session));
            return;
        }
        if event.shift_key() {
            return;
        }
        let Some(element) = element_of(event) else {
            return;
        };
        let waits = may_be_double(event) && would_move(&element);
        self.with(|view, session| {
            let Some(index) = view.index_of(&element) else {
                return;
            };
            match session.number_of(index).filter(|_| waits) {
                Some(number) => self.show_late(number),
                None => self.show(view, session, index),
            }
        });
    }

    /// Enter shows the marked line in full, or the lowest one in sight; the arrows then go from line to line, and
    /// with Shift they select lines. False for other keys.
    pub(in super::super) fn key(self, event: &web_sys::KeyboardEvent) -> bool {
        let key = event.key();
        let key = key.as_str();
        if event.shift_key() && matches!(key, "ArrowUp" | "ArrowDown") {
            return self.select_on(key == "ArrowDown");
        }
        let open = self.inspected.with_untracked(Option::is_some);
        let up: fn(usize) -> Option<usize> = |index| index.checked_sub(1);
        let step = match key {
            "Enter" if !open => up,
            "ArrowUp" if open => up,
            "ArrowDown" if open => |index: usize| index.checked_add(1),
            _ => return false,
        };
        self.with(|view, session| {
            let mut next = match open {
                true => view.opened(session).and_then(step),
                false => view.marked_in_sight(session).or_else(|| view.lowest()),
            };
            // Notes are passed over.
            while let Some(index) = next {
                match session.visible(index) {
                    Some(Row::Note { .. }) => next = step(index),
                    Some(Row::Entry { .. }) => return self.show(view, session, index),
                    None => return,
                }
            }
        })
    }

    /// Shows the row with this number, unless something else is done with the log before.
    fn show_late(self, number: u64) {
        let show = move || {
            self.with(|view, session| {
                let index = session.index_of(number);
                if session.number_of(index) == Some(number) {
                    self.show(view, session, index);
                }
            });
        };
        // Fails where nobody sees the page.
        self.late
            .set_value(set_timeout_with_handle(show, DOUBLE_CLICK).ok());
    }

    /// What was to be shown in a moment is not shown.
    pub(super) fn call_off(self) {
        let late = self.late.try_update_value(Option::take);
        if let Some(Some(late)) = late {
            late.clear();
        }
    }

    /// Shows the line at `index` in full.
    pub(super) fn show(self, view: &mut Viewport, session: &LogSession, index: usize) {
        let Some(Row::Entry {
            entry,
            severity,
            said,
            template,
            source,
            ..
        }) = session.visible(index)
        else {
            return;
        };
        self.call_off();
        view.open(session, Some(index));
        self.inspected.set(Some(Inspected {
            number: session.number_of(index).unwrap_or_default(),
            time: entry.time,
            untimed: entry.untimed,
            stream: entry.stream,
            severity,
            said,
            source_number: source,
            source: session.source_name(source).unwrap_or_default().to_owned(),
            template,
            truncated: entry.truncated,
            lossy: entry.lossy,
            text: ansi::strip(entry.text).into_owned(),
        }));
    }
}

/// Whether text is selected on the page.
fn selecting() -> bool {
    matches!(window().get_selection(), Ok(Some(selection)) if !selection.is_collapsed())
}

/// Whether another click may follow that makes them two on a word.
fn may_be_double(event: &MouseEvent) -> bool {
    let touch = event.dyn_ref::<PointerEvent>().map(|it| it.pointer_type());
    event.detail() == 1 && touch.is_none_or(|it| it != "touch")
}

/// Whether the row of this element would be moved, or covered, were its line shown in full: the second
/// click of two would then meet something else.
fn would_move(element: &Element) -> bool {
    let around = |what| element.closest(what).ok().flatten();
    let parts = around(".log-row").zip(around(".log-scroll"));
    let Some(((row, log), tab)) = parts.zip(around(".logs-view")) else {
        return false;
    };
    let (row, log) = (
        row.get_bounding_client_rect(),
        log.get_bounding_client_rect(),
    );
    let tab = tab.get_bounding_client_rect();
    let lower_px = tab.bottom() - INSPECTOR_SHARE * tab.height();
    row.top() < log.top() || row.bottom() > lower_px
}
