//! What can be done with a piece of a line that somebody has selected: mark it, or show only lines with it or
//! without it.

use crate::bind::{Erase, click, when};
use crate::signal::RwSignal;
use leptos::prelude::*;
use sidekick::logs::{literally, query::Query};

use super::controls::controls;

/// Longest text that something is offered for, in bytes: a longer one is selected to be copied.
#[cfg(any(feature = "hydrate", test))]
const MAX_BYTES: usize = 200;

/// A selected piece of a line.
#[derive(Clone, Debug, PartialEq)]
struct Selected {
    text: String,
    /// Where the buttons have their upper edge, and its middle: below it, or above it where there is no room; in
    /// CSS pixels of the window.
    x: f64,
    y: f64,
}

/// The buttons, below the piece of a line that is selected.
#[component]
pub(super) fn SelectionMenu() -> impl IntoView {
    let controls = controls();
    let selected = RwSignal::new(None::<Selected>);
    #[cfg(feature = "hydrate")]
    browser::watch(selected);
    let act = move |what: &'static str| {
        let Some(Selected { text, .. }) = selected.get_untracked() else {
            return;
        };
        match what {
            "Mark" => controls.highlight_too(literally(&text)),
            "Only" => controls.narrow(Query::Text(text)),
            _ => controls.narrow(Query::Not(Box::new(Query::Text(text)))),
        }
        selected.set(None);
        #[cfg(feature = "hydrate")]
        browser::unselect();
    };
    let button = move |what: &'static str, title: &'static str| {
        let full = what == "Mark" && controls.is_marked_full();
        let title = match full {
            true => "All six colours are taken: take one away above the log first",
            false => title,
        };
        view! {
            <button
                type="button"
                class="button"
                title=title
                disabled=full
                on:click=click(move || act(what))
            >
                {what}
            </button>
        }
        .erase()
    };
    let menu = move || {
        let at = selected.get().unwrap_or(Selected {
            text: String::new(),
            x: 0.0,
            y: 0.0,
        });
        let (x, y) = (at.x as i32, at.y as i32);
        view! {
            <span
                class="selection-menu"
                role="toolbar"
                aria-label="Selected text"
                style:left=format!("{x}px")
                style:top=format!("{y}px")
            >
                {button("Mark", "Mark this text in the log")}
                {button("Only", "Show only lines with this text")}
                {button("Hide", "Hide lines with this text")}
            </span>
        }
        .into_any()
    };
    when(move || selected.with(Option::is_some), menu)
}

/// What something is offered for: a piece of one line that is not blank.
#[cfg(any(feature = "hydrate", test))]
fn piece(text: &str) -> Option<&str> {
    let text = text.trim();
    (!text.is_empty() && text.len() <= MAX_BYTES && !text.contains('\n')).then_some(text)
}

#[cfg(feature = "hydrate")]
mod browser {
    use leptos::{ev, prelude::*};
    use wasm_bindgen::JsCast;
    use web_sys::{Element, Node, Selection};

    use super::{Selected, piece};
    use crate::bind::on_window_here;
    use crate::signal::RwSignal;

    /// Room that the buttons take below a text, and to each side of its middle, in CSS pixels.
    const HEIGHT_PX: f64 = 44.0;
    const HALF_WIDTH_PX: f64 = 90.0;

    /// Looks at the selection when the pointer or a key is let go, and when the log is scrolled.
    pub(super) fn watch(selected: RwSignal<Option<Selected>>) {
        let look = move || {
            // The page outlives the log's tab.
            let now = selection().and_then(|it| of(&it));
            if selected
                .try_get_untracked()
                .is_some_and(|before| before != now)
            {
                selected.set(now);
            }
        };
        // Something may be selected before this is here to see it.
        request_animation_frame(look);
        on_window_here(ev::pointerup, move |_| {
            // The browser takes a selection away behind this event.
            request_animation_frame(look);
        });
        on_window_here(ev::keyup, move |_| look());
        on_window_here(ev::wheel, move |_| {
            if selected.try_get_untracked().flatten().is_some() {
                selected.set(None);
            }
        });
    }

    pub(super) fn unselect() {
        if let Some(selection) = selection() {
            // Fails for a selection of another document only.
            let _ = selection.remove_all_ranges();
        }
    }

    fn selection() -> Option<Selection> {
        window().get_selection().ok()?
    }

    fn of(selection: &Selection) -> Option<Selected> {
        if selection.is_collapsed() {
            return None;
        }
        let text = text_of(&selection.anchor_node()?)?;
        if !text.is_same_node(text_of(&selection.focus_node()?).as_deref()) {
            return None;
        }
        let edges = selection.get_range_at(0).ok()?.get_bounding_client_rect();
        let size = |it: Result<wasm_bindgen::JsValue, _>| it.ok().and_then(|it| it.as_f64());
        let (width, height) = (
            size(window().inner_width())?,
            size(window().inner_height())?,
        );
        let x = (edges.left() + edges.right()) / 2.0;
        let below = edges.bottom() + HEIGHT_PX <= height;
        Some(Selected {
            text: piece(&String::from(selection.to_string()))?.to_owned(),
            x: x.min(width - HALF_WIDTH_PX).max(HALF_WIDTH_PX),
            y: match below {
                true => edges.bottom(),
                false => edges.top() - HEIGHT_PX,
            },
        })
    }

    /// The text of a line that a node is in.
    fn text_of(node: &Node) -> Option<Element> {
        let element = match node.dyn_ref::<Element>() {
            Some(it) => it.clone(),
            None => node.parent_element()?,
        };
        element.closest(".log-row .text").ok()?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn something_is_offered_for_a_piece_of_one_line() {
        assert_eq!(piece(" timeout "), Some("timeout"));
        assert_eq!(piece("  "), None);
        assert_eq!(piece("a\nb"), None);
        assert_eq!(piece(&"x".repeat(MAX_BYTES + 1)), None);
    }
}
