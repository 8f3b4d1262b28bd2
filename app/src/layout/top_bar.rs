//! The top bar: which engine, whether the page is live, how many run, how many are in trouble.

use crate::bind::{Erase, bound, click};
use crate::signal::memo;
use leptos::prelude::*;
use sidekick::client::LinkState;
use sidekick::model::EngineStatus;

use crate::charts::{group_digits, plural};
use crate::later::rest;
use crate::preferences::Theme;
use crate::state::{Dashboard, Health, dashboard};
use crate::text;

/// The top bar, and below it a banner while the demo engine is shown.
#[component]
pub(crate) fn TopBar() -> impl IntoView {
    let dashboard = dashboard();
    view! {
        <header class="top">
            <div class="top-row">
            <button
                class="icon-button menu"
                aria-label="Containers"
                aria-controls="list"
                aria-expanded=move || dashboard.drawer.get().to_string()
                on:click=click(move || dashboard.drawer.update(|open| *open = !*open))
            >
                <svg viewBox="0 0 16 16" aria-hidden="true">
                    <path d="M2 3h12v1.6H2zM2 7.2h12v1.6H2zM2 11.4h12V13H2z"></path>
                </svg>
            </button>
            <a class="brand" href="/">
                "Sidekick"
            </a>
            {engine(dashboard)}
            {link(dashboard)}
            {counts(dashboard)}
            <span class="spring"></span>
            <button
                class="icon-button"
                aria-label="Keyboard help"
                title="Keyboard help (?)"
                on:click=click(move || dashboard.help.set(true))
            >
                "?"
            </button>
            <ThemeSwitch />
            </div>
        {move || {
            dashboard
                .is_demo()
                .then(|| {
                    view! {
                        <p class="banner demo" role="note">
                            <span class="title">"Demo"</span>
                            " These containers are made up."
                            <span class="more">
                                " Nothing you see here runs on this machine."
                            </span>
                        </p>
                    }
                    .erase()
                })
        }}
        </header>
    }
    .erase()
}

fn engine(dashboard: Dashboard) -> AnyView {
    let name = move || {
        dashboard.engine.with(|engine| match engine {
            EngineStatus::Connected(engine) if engine.demo => "Demo engine".to_owned(),
            EngineStatus::Connected(engine) => format!("Docker {}", engine.version),
            EngineStatus::Connecting { .. } => "Looking for Docker".to_owned(),
            EngineStatus::Unreachable(_) => "No answer from Docker".to_owned(),
        })
    };
    let lost = move || {
        dashboard
            .engine
            .with(|engine| matches!(engine, EngineStatus::Unreachable(_)))
    };
    let about = move || {
        dashboard.engine.with(|engine| match engine {
            EngineStatus::Connected(engine) => format!(
                "{} (chosen by {})\nAPI {}, {}",
                engine.endpoint, engine.chosen_by, engine.api_version, engine.platform
            ),
            EngineStatus::Connecting { endpoint } => endpoint.clone(),
            EngineStatus::Unreachable(error) => format!("{}\n{}", error.endpoint, error.message),
        })
    };
    view! {
        <span class="engine" class:lost=bound(lost) title=bound(about)>
            {bound(name)}
        </span>
    }
    .erase()
}

fn link(dashboard: Dashboard) -> AnyView {
    // The countdown is for the eye; screen readers hear the state once.
    let word = memo(move || link_word(dashboard.link.get(), &dashboard.engine.get()));
    let wait = move || match dashboard.link.get() {
        LinkState::Waiting { retry_at } => {
            let left = retry_at.since(browser_now(dashboard)).max(0);
            format!("in {} s", (left + 999) / 1000)
        }
        _ => String::new(),
    };
    let told = move || {
        dashboard.now.track();
        rest().map(|rest| (rest.health)(dashboard.health.get_value()))
    };
    view! {
        <span
            class=move || format!("link {}", word.get())
            data-link=move || word.get()
            title=bound(told)
        >
            <span class="dot" aria-hidden="true"></span>
            <span role="status">{move || word.get()}</span>
            <span class="wait" aria-hidden="true">
                {bound(wait)}
            </span>
        </span>
    }
    .erase()
}

/// Nothing is live of an engine that does not answer, however well the server does.
fn link_word(link: LinkState, engine: &EngineStatus) -> &'static str {
    match link {
        LinkState::Connecting => "connecting",
        LinkState::Live if matches!(engine, EngineStatus::Connected(_)) => "live",
        LinkState::Live => "waiting",
        LinkState::Waiting { .. } => "reconnecting",
        LinkState::Paused => "paused",
    }
}

/// How well lines come, in words.
pub(crate) fn health(health: Health) -> String {
    if health == Health::default() {
        return "No lines came to this page yet".to_owned();
    }
    let mut text = plural(health.received, "line came", "lines came");
    text.push_str(&match (health.missing, health.unknown_gaps) {
        (0, 0) => ", none is missing".to_owned(),
        (0, gaps) => format!(", some are missing in {}", plural(gaps, "place", "places")),
        (lines, 0) => format!(", {} are missing", group_digits(lines)),
        (lines, gaps) => format!(
            ", {} are missing, and more in {}",
            group_digits(lines),
            plural(gaps, "place", "places")
        ),
    });
    if health.late > 0 {
        text.push_str(&format!(
            ", {} came late and stand in their place",
            group_digits(health.late)
        ));
    }
    if let Some(lag) = health.lag_ms {
        text.push_str(&format!("; the newest {lag} ms after it was printed"));
    }
    if let Some(served) = health.served {
        text.push_str(&format!(
            "\nOver this connection {} sent, {} let go as it was slow, {} read for it alone, of which it had {}",
            group_digits(served.sent),
            group_digits(served.dropped),
            group_digits(served.replayed + served.removed),
            group_digits(served.removed),
        ));
        if let Some(lag) = served.lag_ms {
            text.push_str(&format!("; the last left {lag} ms after it was printed"));
        }
    }
    text
}

/// The browser's clock, read again with each second of the page's.
fn browser_now(dashboard: Dashboard) -> sidekick::time::Millis {
    let now = dashboard.now.get();
    #[cfg(feature = "hydrate")]
    let now = {
        let _ = now;
        crate::live::now()
    };
    now
}

fn counts(dashboard: Dashboard) -> AnyView {
    let running = memo(move || {
        dashboard.containers.with(|list| {
            let running = list.iter().filter(|c| c.state.is_alive()).count();
            (running, list.len())
        })
    });
    let trouble = memo(move || {
        dashboard.containers.with(|list| {
            list.iter()
                .filter(|c| text::shown_health(c) == Some(sidekick::model::Health::Unhealthy))
                .count()
        })
    });
    view! {
        <span class="counts">
            {move || {
                let (running, all) = running.get();
                if all > 0 {
                    format!("{running} of {all} running")
                } else {
                    String::new()
                }
            }}
        </span>
        {move || {
            let n = trouble.get();
            (n > 0)
                .then(|| {
                    view! {
                        <button
                            class="unhealthy"
                            title="Show only these in the list"
                            on:click=click(move || {
                                dashboard.search.set("unhealthy".to_owned());
                                dashboard.drawer.set(true);
                            })
                        >
                            {format!("{n} unhealthy")}
                        </button>
                    }
                    .erase()
                })
        }}
    }
    .erase()
}

/// Light, dark, or as the system says.
#[component]
fn ThemeSwitch() -> impl IntoView {
    let dashboard = dashboard();
    let label = move || format!("Theme: {}", dashboard.theme.get().word());
    let shape = move || match dashboard.theme.get() {
        Theme::System => "M8 1.5a6.5 6.5 0 1 0 0 13a6.5 6.5 0 0 0 0-13zM8 3v10A5 5 0 0 1 8 3z",
        Theme::Light => {
            "M8 4.8a3.2 3.2 0 1 0 0 6.4a3.2 3.2 0 0 0 0-6.4zM7.3.8h1.4v2.4H7.3zM7.3 12.8h1.4v2.4H7.3z\
             M.8 7.3h2.4v1.4H.8zM12.8 7.3h2.4v1.4h-2.4zM3.4 2.4l1.7 1.7-1 1-1.7-1.7zM11.9 10.9l1.7 1.7-1 1-1.7-1.7z\
             M12.6 2.4l1 1-1.7 1.7-1-1zM4.1 10.9l1 1-1.7 1.7-1-1z"
        }
        Theme::Dark => "M6.2 1.6a6.6 6.6 0 1 0 8.2 8.2A5.3 5.3 0 0 1 6.2 1.6z",
    };
    view! {
        <button
            class="icon-button"
            aria-label=bound(label)
            title=bound(label)
            on:click=click(move || dashboard.theme.update(|theme| *theme = theme.next()))
        >
            <svg viewBox="0 0 16 16" aria-hidden="true">
                <path fill-rule="evenodd" d=bound(shape)></path>
            </svg>
        </button>
    }
    .erase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use sidekick::protocol::Served;

    #[test]
    fn without_an_engine_nothing_is_called_live() {
        let endpoint = "unix:///var/run/docker.sock".to_owned();
        let looking = EngineStatus::Connecting { endpoint };
        assert_eq!(link_word(LinkState::Live, &looking), "waiting");
        assert_eq!(link_word(LinkState::Paused, &looking), "paused");
    }

    #[test]
    fn health_tells_what_came_what_is_missing_and_how_late() {
        let mut it = Health::default();
        assert_eq!(health(it), "No lines came to this page yet");
        it.received = 12_431;
        it.lag_ms = Some(8);
        assert_eq!(
            health(it),
            "12,431 lines came, none is missing; the newest 8 ms after it was printed"
        );
        (it.missing, it.unknown_gaps, it.lag_ms) = (1_200, 1, None);
        assert_eq!(
            health(it),
            "12,431 lines came, 1,200 are missing, and more in 1 place"
        );
        it.late = 3;
        assert!(health(it).ends_with("in 1 place, 3 came late and stand in their place"));
        it.served = Some(Served {
            sent: 12_431,
            dropped: 1_200,
            replayed: 90,
            removed: 10,
            lag_ms: Some(4),
        });
        assert!(health(it).ends_with(
            "\nOver this connection 12,431 sent, 1,200 let go as it was slow, 100 read for it alone, of which \
             it had 10; the last left 4 ms after it was printed"
        ));
    }
}
