//! One line in full, with all of its event: wrapped, JSON indented, with its instant, why it is as bad as
//! it is, its fields, and what to do next.

use std::rc::Rc;

use crate::bind::{Erase, bound, click};
use crate::signal::{RwSignal, memo};
use leptos::prelude::*;
use sidekick::logs::query::{Comparison, FieldTest, Query};
use sidekick::{logs::Filter, protocol::LogStream};

use super::{
    CopyButton,
    controls::{Controls, Goal, controls},
    entry::{event, fields_of, json, why},
    list::Inspected,
};
use crate::charts::{Clock, plural};

/// The inspected line.
#[component]
pub(crate) fn LineInspector(inspected: RwSignal<Option<Inspected>>) -> impl IntoView {
    let controls = controls();
    let text = move || shown(controls, inspected);
    let fields = memo(move || {
        inspected.with(|it| it.as_ref().map_or_else(Vec::new, |it| fields_of(&it.text)))
    });
    let row = move |(name, value): (String, String)| {
        let test = |comparison| {
            Query::Field(FieldTest {
                key: name.clone(),
                comparison,
                value: value.clone(),
            })
        };
        let only = test(Comparison::Is);
        let not = Query::Not(Box::new(test(Comparison::Is)));
        let narrow = move |query: Query, label: &'static str| {
            let said = format!("{label} {}", query.to_text());
            view! {
                <button
                    type="button"
                    class="button small"
                    aria-label=said.clone()
                    title=said
                    on:click=click(move || controls.narrow(query.clone()))
                >
                    {if label == ONLY { "=" } else { "≠" }}
                </button>
            }
            .erase()
        };
        view! {
            <div class="entry-field">
                <dt>{name.clone()}</dt>
                <dd>
                    <span>{value.clone()}</span>
                    {narrow(only, ONLY)}
                    {narrow(not, WITHOUT)}
                </dd>
            </div>
        }
        .erase()
    };
    view! {
        <section class="inspector" aria-label="Line">
            <InspectorHead inspected />
            <div class="inspector-body" tabindex="0" role="group" aria-label="The line and its fields">
                <pre class="inspector-text">{move || text().0}</pre>
                <dl class="entry-fields" hidden=move || fields.with(Vec::is_empty)>
                    {bound(move || fields.get().into_iter().map(row).collect::<Vec<_>>())}
                </dl>
            </div>
        </section>
    }
    .erase()
}

const ONLY: &str = "Show only";
const WITHOUT: &str = "Leave out";

/// The text of the line, of all of its event where that has more, and how many lines these are.
fn shown(controls: Controls, inspected: RwSignal<Option<Inspected>>) -> (String, u64) {
    inspected.with(|it| {
        let Some(it) = it else {
            return Default::default();
        };
        let logs = controls.dashboard.logs;
        let lines = logs.with_value(|session| event(session, it.number));
        match lines.len() {
            // It may have been let go meanwhile, and its number another's.
            2.. if lines.contains(&it.text) => (lines.join("\n"), lines.len() as u64),
            _ => (readable(&it.text), 1),
        }
    })
}

#[component]
fn InspectorHead(inspected: RwSignal<Option<Inspected>>) -> impl IntoView {
    let controls = controls();
    let text = Rc::new(move || match shown(controls, inspected) {
        (text, lines @ 2..) => (text, format!("Copied {}", plural(lines, "line", "lines"))),
        _ => {
            let text = inspected.with_untracked(|it| it.as_ref().map(|it| it.text.clone()));
            (text.unwrap_or_default(), "Copied the line".to_owned())
        }
    });
    let as_json = Rc::new(move || {
        let number = inspected.with_untracked(|it| it.as_ref().map(|it| it.number));
        let logs = controls.dashboard.logs;
        let json = logs.with_value(|session| json(session, number?));
        match json {
            Some(json) => (json, "Copied as JSON".to_owned()),
            None => (String::new(), "The line was let go".to_owned()),
        }
    });
    let link = Rc::new(move || {
        let time = inspected.with_untracked(|it| it.as_ref().map(|it| it.time));
        (
            controls.link(time.unwrap_or_default()),
            "Copied a link to it".to_owned(),
        )
    });
    let why = move || inspected.with(|it| it.as_ref().map_or_else(String::new, why));
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
            <span class="dim inspector-why">{bound(why)}</span>
            <span class="inspector-facts">{bound(facts)}</span>
            <CopyButton label="Copy line" text />
            <CopyButton label="Copy JSON" text=as_json />
            <CopyButton label="Copy link" text=link />
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
