//! What the page says where it cannot show what was asked for: why, and what to do.

use crate::bind::{Erase, bound, click};
use leptos::prelude::*;
use sidekick::model::EngineStatus;

use crate::route::{Route, Selection, Tab, names};
use crate::state::{Dashboard, dashboard};

/// Nothing answers: the cause, the fix for it, and the demo.
#[component]
pub(crate) fn NoDaemon() -> impl IntoView {
    let dashboard = dashboard();
    let error = move || {
        dashboard.engine.with(|engine| match engine {
            EngineStatus::Unreachable(error) => Some(error.clone()),
            _ => None,
        })
    };
    let endpoint = move || error().map(|error| error.endpoint).unwrap_or_default();
    let message = move || error().map(|error| error.message).unwrap_or_default();
    let advice = move || error().map(|error| error.advice).unwrap_or_default();
    view! {
        <section class="screen">
            <h1>"No Docker daemon answers"</h1>
            <p class="advice">{move || with_code(&advice())}</p>
            <dl class="facts">
                <dt>"Looked at"</dt>
                <dd>
                    <code>{bound(endpoint)}</code>
                </dd>
                <dt>"It said"</dt>
                <dd>
                    <code>{bound(message)}</code>
                </dd>
            </dl>
            <p>
                "Sidekick keeps looking, and shows your containers as soon as a daemon answers."
            </p>
            <p>
                <button class="button" on:click=click(move || dashboard.start_demo())>
                    "Start the demo"
                </button>
                <span class="dim">" Sixteen made-up containers, to look around."</span>
            </p>
        </section>
    }
    .erase()
}

/// Text in which backticks enclose what one would type.
fn with_code(text: &str) -> Vec<AnyView> {
    text.split('`')
        .enumerate()
        .map(|(at, part)| {
            let part = part.to_owned();
            if at % 2 == 1 {
                view! { <code>{part}</code> }.erase()
            } else {
                part.into_any()
            }
        })
        .collect()
}

/// The first attempt is under way.
#[component]
pub(crate) fn Connecting() -> impl IntoView {
    let dashboard = dashboard();
    let endpoint = move || {
        dashboard.engine.with(|engine| match engine {
            EngineStatus::Connecting { endpoint } => endpoint.clone(),
            EngineStatus::Connected(engine) => engine.endpoint.clone(),
            EngineStatus::Unreachable(error) => error.endpoint.clone(),
        })
    };
    view! {
        <section class="screen">
            <h1>"Connecting to Docker"</h1>
            <p class="dim">"Asking " <code>{bound(endpoint)}</code> " for its containers."</p>
        </section>
    }
    .erase()
}

/// A daemon without containers.
#[component]
pub(crate) fn NoContainers() -> impl IntoView {
    view! {
        <section class="screen">
            <h1>"No containers yet"</h1>
            <p>"Start one, and it appears here at once:"</p>
            <pre>"docker run -d --name web nginx"</pre>
        </section>
    }
    .erase()
}

/// A name that the engine does not have.
#[component]
pub(crate) fn Unknown() -> impl IntoView {
    let dashboard = dashboard();
    let title = move || match dashboard.selection.get() {
        Selection::Container(name) => format!("There is no container “{name}”"),
        Selection::Project(name) => format!("There is no Compose project “{name}”"),
        Selection::Service { project, service } => {
            format!("Project “{project}” has no service “{service}”")
        }
        Selection::Several(members) => format!("None of {} is there", names(&members)),
        Selection::Nowhere(path) => format!("There is no page at {path}"),
        Selection::Overview | Selection::Snapshot => "Nothing here".to_owned(),
    };
    let hope = move || match dashboard.selection.get() {
        Selection::Nowhere(_) => {
            "All containers and Compose projects are in the list. Or go to the"
        }
        Selection::Several(_) => "If one of them appears, this page shows it. Or go to the",
        _ => "If it appears, this page shows it. Or go to the",
    };
    view! {
        <section class="screen">
            <h1>{bound(title)}</h1>
            {move || similar(dashboard)}
            <p>{bound(hope)} " " <a href="/">"Overview"</a></p>
        </section>
    }
    .erase()
}

/// Containers whose name holds the asked one or the other way round.
fn similar(dashboard: Dashboard) -> Option<AnyView> {
    let Selection::Container(asked) = dashboard.selection.get() else {
        return None;
    };
    let asked = asked.to_ascii_lowercase();
    let names: Vec<String> = dashboard.containers.with(|list| {
        list.iter()
            .map(|c| c.name.clone())
            .filter(|name| {
                let name = name.to_ascii_lowercase();
                name.contains(&asked) || asked.contains(&name)
            })
            .take(5)
            .collect()
    });
    (!names.is_empty()).then(|| {
        let links: Vec<_> = names
            .into_iter()
            .map(|name| {
                let href = Route::container(&name, Tab::Logs).path();
                view! {
                    <li>
                        <a href=href>{name}</a>
                    </li>
                }
                .erase()
            })
            .collect();
        view! {
            <p>"Similar names:"</p>
            <ul>{links}</ul>
        }
        .erase()
    })
}

/// What is wrong while the page still shows what it had.
#[component]
pub(crate) fn Banners() -> impl IntoView {
    let dashboard = dashboard();
    let lost = move || {
        if dashboard.containers.with(Vec::is_empty) {
            return None;
        }
        dashboard.engine.with(|engine| match engine {
            EngineStatus::Unreachable(error) => Some(error.clone()),
            _ => None,
        })
    };
    view! {
        {move || {
            lost()
                .map(|error| {
                    view! {
                        <div class="banner bad" role="alert">
                            <span class="title">"Docker does not answer."</span>
                            " What you see is from before; Sidekick keeps trying. "
                            <span class="dim">{error.message} " " {with_code(&error.advice)}</span>
                        </div>
                    }
                    .erase()
                })
        }}
        {move || {
            dashboard
                .errors
                .get()
                .into_iter()
                .map(|error| {
                    view! {
                        <div class="banner warn" role="status">
                            <span class="title">{format!("{} could not be refreshed.", capital(&error.resource))}</span>
                            " "
                            <span class="dim">{error.message}</span>
                            <button class="button small" on:click=click(move || dashboard.refresh())>
                                "Retry"
                            </button>
                        </div>
                    }
                    .erase()
                })
                .collect::<Vec<_>>()
        }}
    }
    .erase()
}

fn capital(word: &str) -> String {
    let mut word = word.to_owned();
    if let Some(first) = word.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    word
}
