//! Texts that are marked in the log, each in a colour of its own, whatever the log is filtered by.

use crate::bind::{Erase, bound, click, on};
use crate::signal::RwSignal;
use leptos::{ev, prelude::*};
use sidekick::logs::{LogSession, MAX_HIGHLIGHTS};

use super::{
    controls::{Controls, controls},
    menu::Menu,
};
use crate::charts::{format_count, plural};
use crate::pulse::{TEXT_MS, pulse};

/// Longest text to mark, in characters: six of them still have room in the address.
const MAX_LENGTH: &str = "200";

/// The button with the box for another text, and the texts that are marked; a click takes one away.
#[component]
pub(super) fn Highlights() -> impl IntoView {
    let controls = controls();
    let version = pulse(controls.dashboard.logs_version, TEXT_MS);
    let lines = move |place: usize| {
        version.track();
        let logs = controls.dashboard.logs;
        logs.with_value(|session: &LogSession| session.highlights().nth(place).map(|it| it.1))
            .unwrap_or_default() as u64
    };
    let chip = move |(place, text): (usize, String)| {
        let remove = move || {
            // Its place is left free: all others keep their colours.
            let mut texts = controls.highlights.get_untracked();
            if let Some(text) = texts.get_mut(place) {
                text.clear();
            }
            controls.highlight(texts);
        };
        let title = move || {
            format!(
                "{}. Click to mark it no longer",
                plural(lines(place), "line", "lines")
            )
        };
        view! {
            <button
                type="button"
                class=format!("template-chip highlight hl-{place}")
                title=bound(title)
                on:click=click(remove)
            >
                <span class="template-chip-text">{text}</span>
                <span class="chip-count">{move || format_count(lines(place))}</span>
                <span aria-hidden="true">"×"</span>
            </button>
        }
        .erase()
    };
    let chips = move || {
        let texts = controls.highlights.get();
        let taken = texts.into_iter().enumerate();
        let taken = taken.filter(|(_, text)| !text.is_empty());
        taken.map(chip).collect::<Vec<_>>()
    };
    view! {
        <span class="highlights" role="group" aria-label="Marked texts">
            {bound(chips)}
        </span>
        <Menu label="Mark" draw=|open| view! { <Another open /> }.into_any() />
    }
    .erase()
}

/// The box for another text.
#[component]
fn Another(open: RwSignal<bool>) -> impl IntoView {
    let controls = controls();
    let text = RwSignal::new(String::new());
    let full = move || controls.is_marked_full();
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        if !text.with_untracked(|it| it.trim().is_empty()) {
            controls.highlight_too(text.get_untracked());
            open.set(false);
        }
    };
    view! {
        <div class="menu-list mark-list" role="dialog" aria-label="Mark">
            <form class="view-save" on:submit=on(submit)>
                <input
                    type="text"
                    class="filter-input"
                    aria-label="Text to mark"
                    placeholder="timeout, or /pay-\\d+/"
                    autofocus
                    maxlength=MAX_LENGTH
                    disabled=bound(full)
                    prop:value=move || text.get()
                    on:input=on(move |event| text.set(event_target_value(&event)))
                />
                <button type="submit" class="button" disabled=bound(full)>
                    "Mark"
                </button>
            </form>
            <p class="dim">
                {bound(move || match full() {
                    true => "All six colours are taken: take one away first.",
                    false => "Marked in all lines, letter case aside, without hiding any. n and N go to the next and the previous one.",
                })}
            </p>
        </div>
    }
    .erase()
}

impl Controls {
    /// Marks one text more, in the first colour that is free. Nothing happens where none is.
    pub(super) fn highlight_too(self, text: String) {
        let mut texts = self.highlights.get_untracked();
        match texts.iter_mut().find(|it| it.is_empty()) {
            Some(free) => *free = text,
            None => texts.push(text),
        }
        self.highlight(texts);
    }

    /// Whether all colours are taken.
    pub(super) fn is_marked_full(self) -> bool {
        let taken = |it: &Vec<String>| it.iter().filter(|it| !it.is_empty()).count();
        self.highlights.with(taken) == MAX_HIGHLIGHTS
    }
}
