//! One line in full, with all of its event: wrapped, JSON indented, with its instant, why it is as bad as
//! it is, its fields, and what to do next.

use std::rc::Rc;

use crate::bind::{Erase, bound, click};
use crate::signal::{RwSignal, memo};
use leptos::prelude::*;
use sidekick::logs::query::{Comparison, FieldTest, Query};
use sidekick::{
    logs::{Filter, Severity},
    protocol::LogStream,
};

use super::{
    CopyButton,
    controls::{Controls, Goal, controls},
    entry::{Node, event, fields_of, json, why},
    list::Inspected,
};
use crate::charts::{Clock, plural};
use crate::corrections;

/// The inspected line.
#[component]
pub(crate) fn LineInspector(inspected: RwSignal<Option<Inspected>>) -> impl IntoView {
    let controls = controls();
    let text = move || shown(controls, inspected);
    let fields = memo(move || {
        inspected.with(|it| it.as_ref().map_or_else(Vec::new, |it| fields_of(&it.text)))
    });
    let row = move |node: Node| {
        let test = |comparison| {
            Query::Field(FieldTest {
                key: node.path.clone(),
                comparison,
                value: node.value.clone().unwrap_or_default(),
            })
        };
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
        let value = node.value.clone().map(|value| {
            let only = test(Comparison::Is);
            let clicked = only.clone();
            let title = format!("{ONLY} {}", only.to_text());
            let not = Query::Not(Box::new(only.clone()));
            view! {
                <button
                    type="button"
                    class="entry-value"
                    title=title
                    tabindex="-1"
                    on:click=click(move || controls.narrow(clicked.clone()))
                >
                    {value}
                </button>
                {narrow(only, ONLY)}
                {narrow(not, WITHOUT)}
            }
            .into_any()
        });
        view! {
            <div class=format!("entry-field depth-{}", node.depth)>
                <dt title=node.path>{node.name}</dt>
                <dd>{value}</dd>
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
    // The one that somebody corrected says what it was.
    let corrected = memo(move || {
        let it = inspected.with(|it| it.as_ref().map(|it| (it.said, it.severity)));
        it.filter(|(said, counted)| said != counted).map(|it| it.0)
    });
    let can_be_less = memo(move || {
        let it = inspected.with(|it| it.as_ref().map(|it| (it.severity, it.template)));
        it.is_some_and(|(severity, template)| severity <= Severity::Warn && template.is_some())
    });
    let count_as = move |severity: Option<Severity>| {
        let line = inspected.get_untracked();
        if let Some((line, id)) = line.and_then(|it| Some((it.clone(), it.template?))) {
            corrections::correct(controls.dashboard, line.source_number, id, severity);
            let severity = severity.unwrap_or(line.said);
            inspected.set(Some(Inspected { severity, ..line }));
        }
    };
    let less = move || match inspected.with(|it| it.as_ref().map(|it| it.severity)) {
        Some(Severity::Warn) => "Not a warning",
        _ => "Not an error",
    };
    let as_said = move || {
        let word = corrected.get().map_or("", |it| it.word());
        format!("Says {word}: count it so again")
    };
    let template = move || inspected.with(|it| it.as_ref().and_then(|it| it.template));
    let around = move || {
        controls.change_filter(|filter| {
            *filter = Filter {
                muted: std::mem::take(&mut filter.muted),
                ..Filter::default()
            };
        });
        let number = inspected.with_untracked(|it| it.as_ref().map(|it| it.number));
        controls.go_to.set(number.map(Goal::Marked));
    };
    view! {
        <div class="inspector-head">
            <span class=bound(class)>{bound(word)}</span>
            <span class="dim inspector-why">{bound(why)}</span>
            <button
                type="button"
                class="button"
                title="Count the lines of this pattern, of this container, as info"
                hidden=move || !can_be_less.get()
                on:click=click(move || count_as(Some(Severity::Info)))
            >
                {bound(less)}
            </button>
            <button
                type="button"
                class="button"
                hidden=move || corrected.get().is_none()
                on:click=click(move || count_as(None))
            >
                {bound(as_said)}
            </button>
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
