//! Details of one container, in sections of names and values.

use crate::bind::{Erase, click};
use leptos::prelude::*;
use sidekick::model::{Details, HealthCheck, Limits};
use sidekick::time::Nanos;

use super::fetch::{self, Answer};
use super::secret::Secret;
use crate::state::{Dashboard, dashboard};
use crate::text;

/// The Details tab of a container.
#[component]
pub(crate) fn ContainerDetails() -> impl IntoView {
    let dashboard = dashboard();
    let (answer, again) = fetch::details(dashboard);
    let name = move || {
        dashboard.pinned.with(|pin| {
            pin.as_ref()
                .map(|pin| pin.container.name.clone())
                .unwrap_or_default()
        })
    };
    view! {
        <div class="details" tabindex="0" role="group" aria-label="Details">
            {move || match answer.get() {
                Answer::Waiting => {
                    view! { <p class="dim">"Asking Docker about " {name()} "."</p> }.erase()
                }
                Answer::Failed(error) => {
                    view! {
                        <p class="failed" role="alert">
                            "Details could not be read: " {error} " "
                            <button
                                class="button small"
                                on:click=click(move || again.update(|n| *n += 1))
                            >
                                "Retry"
                            </button>
                        </p>
                    }
                        .erase()
                }
                Answer::Here(details) => sections(dashboard, details),
            }}
        </div>
    }
    .erase()
}

/// A section: a heading over names and values. Empty values are left out.
fn section(title: &'static str, rows: Vec<(String, String)>) -> AnyView {
    let rows: Vec<_> = rows
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| row(name, view! { <code>{value}</code> }.erase()))
        .collect();
    block(title, rows)
}

fn block(title: &'static str, rows: Vec<AnyView>) -> AnyView {
    if rows.is_empty() {
        return ().into_any();
    }
    view! {
        <section>
            <h2>{title}</h2>
            <dl class="facts">{rows}</dl>
        </section>
    }
    .erase()
}

fn row(name: String, value: AnyView) -> AnyView {
    view! {
        <dt>{name}</dt>
        <dd>{value}</dd>
    }
    .erase()
}

fn sections(dashboard: Dashboard, it: Details) -> AnyView {
    let utc = dashboard.utc.get();
    let health = it.health.clone();
    let env = it.env.iter().map(|variable| {
        let value = match &variable.value {
            Some(value) => view! { <code>{value.clone()}</code> }.erase(),
            None => view! { <Secret container=it.id.0.clone() key=variable.key.clone() /> }.erase(),
        };
        row(variable.key.clone(), value)
    });
    let env = env.collect();
    let ports = it.ports.iter().map(|port| {
        let host = if port.host.is_empty() {
            "not published".to_owned()
        } else {
            port.host.join(", ")
        };
        (port.container.clone(), host)
    });
    let mounts = it.mounts.iter().map(|mount| {
        let mode = if mount.writable { "" } else { ", read-only" };
        let source = if mount.source.is_empty() {
            String::new()
        } else {
            format!("{} ", mount.source)
        };
        (
            mount.target.clone(),
            format!("{source}({}{mode})", mount.kind),
        )
    });
    let parts = vec![
        section("State", state_rows(&it, utc)),
        health.map_or_else(
            || ().into_any(),
            |(verdict, checks)| health_block(verdict.word(), checks, utc),
        ),
        section("Image and command", command_rows(&it)),
        section("Ports", ports.collect()),
        section("Mounts", mounts.collect()),
        section("Networks", it.networks.clone()),
        section("Limits", limit_rows(&it.limits)),
        block("Environment", env),
        section("Labels", it.labels.clone()),
    ];
    parts.into_any()
}

fn state_rows(it: &Details, utc: bool) -> Vec<(String, String)> {
    let at = |time: Option<Nanos>| time.map(|time| moment(time, utc)).unwrap_or_default();
    let exit = match it.exit_code {
        Some(137) if it.oom_killed => "137, killed for want of memory".to_owned(),
        Some(code) => code.to_string(),
        None => String::new(),
    };
    vec![
        ("State".into(), it.state.word().to_owned()),
        ("Exit code".into(), exit),
        ("Error".into(), it.error.clone()),
        ("Started".into(), at(it.started)),
        ("Finished".into(), at(it.finished)),
        ("Created".into(), at(it.created)),
        ("Restart policy".into(), it.restart_policy.clone()),
        ("Restarts".into(), it.restart_count.to_string()),
        ("Id".into(), it.id.0.clone()),
    ]
}

fn command_rows(it: &Details) -> Vec<(String, String)> {
    vec![
        ("Image".into(), it.image.clone()),
        ("Image id".into(), it.image_id.clone()),
        ("Command".into(), shell_words(&it.command)),
        ("Working directory".into(), it.working_dir.clone()),
        ("User".into(), it.user.clone()),
        ("Host name".into(), it.hostname.clone()),
        ("Terminal".into(), if it.tty { "yes" } else { "no" }.into()),
        ("Logging driver".into(), it.log_driver.clone()),
    ]
}

fn limit_rows(limits: &Limits) -> Vec<(String, String)> {
    let bytes = |n: Option<u64>| n.map(text::bytes);
    let rows = [
        ("Memory", bytes(limits.memory_bytes)),
        ("Memory and swap", bytes(limits.memory_swap_bytes)),
        ("CPUs", limits.cpus.map(|cpus| cpus.to_string())),
        ("CPU shares", limits.cpu_shares.map(|n| n.to_string())),
        ("Processes", limits.pids.map(|n| n.to_string())),
    ];
    if rows.iter().all(|(_, value)| value.is_none()) {
        return vec![("All".into(), "none set".into())];
    }
    rows.into_iter()
        .map(|(name, value)| (name.to_owned(), value.unwrap_or_default()))
        .collect()
}

fn health_block(verdict: &'static str, checks: Vec<HealthCheck>, utc: bool) -> AnyView {
    let mut rows = vec![row(
        "Verdict".into(),
        view! { <code>{verdict}</code> }.erase(),
    )];
    // The newest check first: it is the one that explains the verdict.
    rows.extend(checks.into_iter().rev().map(|check| {
        let when = check
            .time
            .map_or_else(|| "Check".to_owned(), |time| moment(time, utc));
        let text = format!("exit {} {}", check.exit_code, check.output.trim());
        row(when, view! { <code>{text}</code> }.erase())
    }));
    block("Health", rows)
}

/// An instant to the second, in the chosen zone.
fn moment(time: Nanos, utc: bool) -> String {
    #[cfg(feature = "hydrate")]
    if !utc {
        let millis = time.millis();
        let date = js_sys::Date::new(&wasm_bindgen::JsValue::from_f64(millis.0 as f64));
        return format!(
            "{:04}-{:02}-{:02} {:02}:{:02}:{:02}",
            date.get_full_year(),
            date.get_month() + 1,
            date.get_date(),
            date.get_hours(),
            date.get_minutes(),
            date.get_seconds()
        );
    }
    let _ = utc;
    let text = time.to_rfc3339();
    format!("{}Z", text.get(..19).unwrap_or(&text).replace('T', " "))
}

/// Arguments as a shell would take them.
fn shell_words(words: &[String]) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@%+,".contains(c);
    let quoted = words.iter().map(|word| {
        if !word.is_empty() && word.chars().all(plain) {
            word.clone()
        } else {
            format!("'{}'", word.replace('\'', r"'\''"))
        }
    });
    quoted.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_told_so_that_a_shell_would_take_it() {
        let words = ["sh", "-c", "echo it's $HOME", ""].map(str::to_owned);
        assert_eq!(shell_words(&words), r"sh -c 'echo it'\''s $HOME' ''");
    }
}
