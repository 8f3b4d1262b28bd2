//! One line in full: wrapped, JSON indented, with its instant, its pattern and what to do next.

use std::rc::Rc;

use crate::bind::{Erase, bound, click};
use crate::signal::RwSignal;
use leptos::prelude::*;
use sidekick::{logs::Filter, protocol::LogStream};

use super::{
    CopyButton,
    controls::{Goal, controls},
    list::Inspected,
};
use crate::charts::Clock;

/// The inspected line.
#[component]
pub(crate) fn LineInspector(inspected: RwSignal<Option<Inspected>>) -> impl IntoView {
    let text = move || inspected.with(|it| it.as_ref().map(|it| readable(&it.text)));
    view! {
        <section class="inspector" aria-label="Line">
            <InspectorHead inspected />
            <pre class="inspector-text">{move || text().unwrap_or_default()}</pre>
        </section>
    }
    .erase()
}

#[component]
fn InspectorHead(inspected: RwSignal<Option<Inspected>>) -> impl IntoView {
    let controls = controls();
    let text = Rc::new(move || {
        let text = inspected.with_untracked(|it| it.as_ref().map(|it| it.text.clone()));
        (text.unwrap_or_default(), "Copied the line".to_owned())
    });
    let facts = move || {
        inspected.with(|it| {
            it.as_ref()
                .map_or_else(String::new, |it| facts(it, controls.dashboard.utc.get()))
        })
    };
    let class = move || {
        let word = inspected.with(|it| it.as_ref().map_or("unknown", |it| it.severity.word()));
        format!("tag sev-{word}")
    };
    let word = move || inspected.with(|it| it.as_ref().map_or("", |it| it.severity.word()));
    let template = move || inspected.with(|it| it.as_ref().and_then(|it| it.template));
    let around = move || {
        controls.change_filter(|filter| {
            *filter = Filter {
                muted: std::mem::take(&mut filter.muted),
                ..Filter::default()
            };
        });
        let time = inspected.with_untracked(|it| it.as_ref().map(|it| it.time.millis()));
        controls.go_to.set(time.map(Goal::Time));
    };
    view! {
        <div class="inspector-head">
            <span class=bound(class)>{bound(word)}</span>
            <span class="inspector-facts">{bound(facts)}</span>
            <CopyButton label="Copy line" text />
            <button
                type="button"
                class="button"
                hidden=move || template().is_none()
                on:click=click(move || {
                    controls.change_filter(|filter| filter.template = template());
                })
            >
                "Same pattern"
            </button>
            <button
                type="button"
                class="button"
                hidden=move || controls.filter.with(Filter::is_all)
                on:click=click(around)
            >
                "Show around"
            </button>
            <button
                type="button"
                class="button"
                aria-label="Close line"
                on:click=click(move || inspected.set(None))
            >
                "×"
            </button>
        </div>
    }
    .erase()
}

fn facts(line: &Inspected, utc: bool) -> String {
    let mut parts = Vec::new();
    if line.untimed {
        parts.push("without a time of its own".to_owned());
    } else {
        parts.push(Clock::new(utc).full(line.time));
    }
    parts.push(
        match line.stream {
            LogStream::Stdout => "stdout",
            LogStream::Stderr => "stderr",
        }
        .to_owned(),
    );
    if !line.source.is_empty() {
        parts.push(line.source.clone());
    }
    if line.truncated {
        parts.push("cut at 1 MiB".to_owned());
    }
    if line.lossy {
        parts.push("was not UTF-8".to_owned());
    }
    parts.join(" · ")
}

/// JSON indented by the browser's own parser; any other line as it is.
fn readable(text: &str) -> String {
    #[cfg(feature = "hydrate")]
    if text.trim_start().starts_with(['{', '['])
        && let Ok(value) = js_sys::JSON::parse(text)
        && let Ok(pretty) = js_sys::JSON::stringify_with_replacer_and_space(
            &value,
            &wasm_bindgen::JsValue::NULL,
            &wasm_bindgen::JsValue::from_f64(2.0),
        )
    {
        return pretty.into();
    }
    text.to_owned()
}
