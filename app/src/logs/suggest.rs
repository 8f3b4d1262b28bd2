//! What the filter's box offers while somebody types: names, severities, fields and their values, and
//! the queries of before. The keys are those of any list of the kind: arrows choose, Enter and Tab
//! take, Escape closes.

mod candidates;

use crate::bind::{Erase, bound, on};
use crate::signal::RwSignal;
use leptos::{ev, html, prelude::*};

use super::controls::{Controls, controls};
use crate::preferences::{read, write};
use candidates::{Offered, offer};

/// The names of the fields that the newest lines have, the commonest first.
pub(crate) fn field_names(session: &sidekick::logs::LogSession) -> Vec<String> {
    candidates::field_names(session)
}

/// Where the queries of before are kept, the newest first, one a line.
const KEPT: &str = "queries";
const MAX_KEPT: usize = 20;

/// The box, and what it offers.
#[derive(Clone, Copy)]
struct Offer {
    controls: Controls,
    input: NodeRef<html::Input>,
    offered: RwSignal<Offered>,
    /// Which of them is chosen.
    at: RwSignal<Option<usize>>,
}

/// The list below the filter's box.
#[component]
pub(crate) fn Suggestions(input: NodeRef<html::Input>) -> impl IntoView {
    let it = Offer {
        controls: controls(),
        input,
        offered: RwSignal::new(Offered::default()),
        at: RwSignal::new(None),
    };
    #[cfg(feature = "hydrate")]
    it.listen();
    let option = move |(index, candidate): (usize, candidates::Candidate)| {
        view! {
            <li
                id=format!("filter-suggestion-{index}")
                role="option"
                aria-selected=move || (it.at.get() == Some(index)).to_string()
                // The box keeps the focus.
                on:mousedown=on(|event: ev::MouseEvent| event.prevent_default())
                on:click=on(move |_: ev::MouseEvent| it.take(index))
            >
                <span class="suggestion">{candidate.text}</span>
                <span class="dim">{candidate.about}</span>
            </li>
        }
        .erase()
    };
    let options = move || {
        let all = it.offered.with(|offered| offered.candidates.clone());
        all.into_iter().enumerate().map(option).collect::<Vec<_>>()
    };
    view! {
        <ul
            id="filter-suggestions"
            class="suggestions"
            role="listbox"
            aria-label="Suggestions"
            hidden=move || it.offered.with(|offered| offered.candidates.is_empty())
        >
            {bound(options)}
        </ul>
    }
    .erase()
}

impl Offer {
    /// Offers what can be written where the caret is; all of it where somebody asked.
    fn offer(self, asked: bool) {
        let Some((text, caret)) = self.caret() else {
            return;
        };
        let before = kept();
        let offered = self
            .controls
            .dashboard
            .logs
            .with_value(|session| offer(session, &text, caret, &before, asked));
        self.at.set(None);
        self.offered.set(offered);
    }

    fn close(self) {
        self.at.set(None);
        self.offered.set(Offered::default());
    }

    /// Writes one of what is offered.
    fn take(self, index: usize) {
        let offered = self.offered.get_untracked();
        let Some((candidate, (text, _))) = offered.candidates.get(index).zip(self.caret()) else {
            return self.close();
        };
        let (before, behind) = match (text.get(..offered.span.start), text.get(offered.span.end..))
        {
            (Some(before), Some(behind)) => (before, behind),
            _ => return self.close(),
        };
        let begin = [before, &candidate.text].concat();
        let text = [&begin, behind].concat();
        self.controls
            .change_filter(|filter| filter.text.clone_from(&text));
        self.write(&text, &begin);
        // A name wants its value.
        match candidate.text.ends_with([':', '=']) {
            true => self.offer(true),
            false => self.close(),
        }
    }

    /// Keeps what is asked for, for another time.
    fn keep(self) {
        let text = self
            .controls
            .filter
            .with_untracked(|filter| filter.text.trim().to_owned());
        let mut all = kept();
        if text.is_empty() || all.first() == Some(&text) {
            return;
        }
        all.retain(|it| *it != text);
        all.insert(0, text);
        all.truncate(MAX_KEPT);
        write(KEPT, &all.join("\n"));
    }

    /// Does what a key means for the list. True where it meant something.
    fn key(self, key: &str) -> bool {
        let len = self.offered.with_untracked(|it| it.candidates.len());
        let at = self.at.get_untracked();
        match (key, at) {
            ("ArrowDown", _) if len == 0 => self.offer(true),
            ("ArrowDown", at) => self.at.set(Some(at.map_or(0, |at| (at + 1) % len))),
            ("ArrowUp", at) if len > 0 => {
                self.at
                    .set(Some(at.unwrap_or(0).checked_sub(1).unwrap_or(len - 1)));
            }
            ("Enter" | "Tab", Some(at)) => self.take(at),
            ("Escape", _) if len > 0 => self.close(),
            ("Enter", None) => {
                self.keep();
                self.close();
            }
            _ => return false,
        }
        true
    }
}

fn kept() -> Vec<String> {
    let text = read(KEPT).unwrap_or_default();
    text.lines().take(MAX_KEPT).map(str::to_owned).collect()
}

/// The server has no box.
#[cfg(not(feature = "hydrate"))]
impl Offer {
    fn caret(self) -> Option<(String, usize)> {
        let _ = (self.input, self.key(""));
        None
    }

    fn write(self, _: &str, _: &str) {}
}

#[cfg(feature = "hydrate")]
mod page {
    use wasm_bindgen::{JsCast, prelude::Closure};
    use web_sys::{Event, EventTarget, KeyboardEvent};

    use super::Offer;
    use crate::signal::{LocalValue, effect};
    use leptos::prelude::*;

    type Heard = (EventTarget, &'static str, Closure<dyn FnMut(Event)>);

    impl Offer {
        /// Hears the box's events before the box does, as long as the list lives.
        pub(super) fn listen(self) {
            let heard = LocalValue::new(Vec::<Heard>::new());
            effect(move || {
                let Some(input) = self.input.get() else {
                    return;
                };
                let Some(around) = input.parent_element() else {
                    return;
                };
                let mut all: Vec<Heard> = Vec::new();
                let mut hear = |name, act: Box<dyn FnMut(Event)>| {
                    let act = Closure::wrap(act);
                    let target: EventTarget = around.clone().into();
                    let _refused = target.add_event_listener_with_callback_and_bool(
                        name,
                        act.as_ref().unchecked_ref(),
                        true,
                    );
                    all.push((target, name, act));
                };
                let is_box = move |event: &Event| {
                    let input = self.input.get_untracked();
                    input.is_some_and(|input| event.target().as_deref() == Some(input.as_ref()))
                };
                hear(
                    "keydown",
                    Box::new(move |event| {
                        let Some(key) = event.dyn_ref::<KeyboardEvent>() else {
                            return;
                        };
                        if is_box(&event) && !key.is_composing() && self.key(&key.key()) {
                            event.prevent_default();
                            event.stop_propagation();
                        }
                    }),
                );
                hear(
                    "input",
                    Box::new(move |event| {
                        if is_box(&event) {
                            self.offer(false);
                        }
                    }),
                );
                hear(
                    "focusout",
                    Box::new(move |event| {
                        if is_box(&event) {
                            self.keep();
                            self.close();
                        }
                    }),
                );
                heard.set_value(all);
            });
            on_cleanup(move || {
                heard.update_value(|all| {
                    for (target, name, act) in all.drain(..) {
                        let _refused = target.remove_event_listener_with_callback_and_bool(
                            name,
                            act.as_ref().unchecked_ref(),
                            true,
                        );
                    }
                });
            });
            effect(move || {
                let Some(input) = self.input.get() else {
                    return;
                };
                let open = self.offered.with(|it| !it.candidates.is_empty());
                let _refused = input.set_attribute("aria-expanded", &open.to_string());
                let _refused = match self.at.get() {
                    Some(at) => input
                        .set_attribute("aria-activedescendant", &format!("filter-suggestion-{at}")),
                    None => input.remove_attribute("aria-activedescendant"),
                };
            });
        }

        /// The text of the box, and the caret in bytes.
        pub(super) fn caret(self) -> Option<(String, usize)> {
            let input = self.input.get_untracked()?;
            let text = input.value();
            let units = input.selection_start().ok().flatten()? as usize;
            let mut passed = 0;
            let caret = text.char_indices().find(|(_, it)| {
                passed += it.len_utf16();
                passed > units
            });
            let caret = caret.map_or(text.len(), |(at, _)| at);
            Some((text, caret))
        }

        /// Writes the box's text, with the caret behind its beginning `begin`.
        pub(super) fn write(self, text: &str, begin: &str) {
            if let Some(input) = self.input.get_untracked() {
                input.set_value(text);
                let caret = begin.encode_utf16().count() as u32;
                let _refused = input.set_selection_range(caret, caret);
            }
        }
    }
}
