//! Details of one container, in sections of names and values.

use crate::bind::{Erase, bound, click};
use crate::charts::fixed;
use crate::signal::memo;
use leptos::prelude::*;
use sidekick::model::{Details, Limits};
use sidekick::time::Nanos;

use super::fetch::{self, Fetched};
use super::secret::Secret;
use crate::state::{Dashboard, dashboard};
use crate::text;

/// A name and its value; `None` for a secret, which the server keeps until it is asked.
type Row = (String, Option<String>);

/// Reads the rows of a section, with times in UTC or not.
type Rows = fn(&Details, bool) -> Vec<Row>;

/// The Details tab of a container.
#[component]
pub(crate) fn ContainerDetails() -> impl IntoView {
    let dashboard = dashboard();
    let fetched = fetch::details(dashboard);
    let sections: [(&'static str, Rows); 9] = [
        ("State", state_rows),
        ("Health", health_rows),
        ("Image and command", command_rows),
        ("Ports", port_rows),
        ("Mounts", mount_rows),
        ("Networks", |it, _| plain(it.networks.iter().cloned())),
        ("Limits", |it, _| limit_rows(&it.limits)),
        ("Environment", environment_rows),
        ("Labels", |it, _| plain(it.labels.iter().cloned())),
    ];
    let sections = sections.map(|(title, rows)| section(dashboard, fetched, title, rows));
    view! {
        <div class="details" tabindex="0" role="group" aria-label="Details">
            {move || asking(dashboard, fetched)}
            {Vec::from(sections)}
        </div>
    }
    .erase()
}

/// What there is to say before the details are here, or where they did not come.
fn asking(dashboard: Dashboard, fetched: Fetched) -> Option<AnyView> {
    let again = fetched.again;
    if let Some(error) = fetched.error.get() {
        let failed = view! {
            <p class="failed" role="alert">
                "Details could not be read: " {error} " "
                <button class="button small" on:click=click(move || again.update(|n| *n += 1))>
                    "Retry"
                </button>
            </p>
        };
        return Some(failed.erase());
    }
    fetched.details.with(Option::is_none).then(|| {
        let name = dashboard.pinned.with(|pin| {
            pin.as_ref()
                .map(|pin| pin.container.name.clone())
                .unwrap_or_default()
        });
        view! { <p class="dim">"Asking Docker about " {name} "."</p> }.erase()
    })
}

/// A section: a heading over names and values. It is drawn again only when these change, so that
/// a secret that was revealed stays, and so does the focus on its button: the environment of a
/// container never changes.
fn section(dashboard: Dashboard, fetched: Fetched, title: &'static str, rows: Rows) -> AnyView {
    let rows = memo(move || {
        fetched.details.with(|details| {
            let rows = details.as_ref().map(|it| rows(it, dashboard.utc.get()));
            rows.unwrap_or_default()
        })
    });
    let draw = move || {
        let rows = rows.get();
        if rows.is_empty() {
            return None;
        }
        let rows: Vec<_> = rows.into_iter().map(|it| row(fetched, it)).collect();
        Some(
            view! {
                <section>
                    <h2>{title}</h2>
                    <dl class="facts">{rows}</dl>
                </section>
            }
            .erase(),
        )
    };
    bound(draw).into_any()
}

fn row(fetched: Fetched, (name, value): Row) -> AnyView {
    let value = match value {
        Some(value) => view! { <code>{value}</code> }.erase(),
        None => {
            let id = fetched
                .details
                .with_untracked(|it| it.as_ref().map(|it| it.id.0.clone()));
            view! { <Secret container=id.unwrap_or_default() key=name.clone() /> }.erase()
        }
    };
    view! {
        <dt>{name}</dt>
        <dd>{value}</dd>
    }
    .erase()
}

/// Rows without secrets; those with an empty value are left out.
fn plain(rows: impl IntoIterator<Item = (String, String)>) -> Vec<Row> {
    rows.into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| (name, Some(value)))
        .collect()
}

fn environment_rows(it: &Details, _: bool) -> Vec<Row> {
    let variables = it.env.iter();
    variables
        .map(|it| (it.key.clone(), it.value.clone()))
        .collect()
}

fn port_rows(it: &Details, _: bool) -> Vec<Row> {
    plain(it.ports.iter().map(|port| {
        let host = if port.host.is_empty() {
            "not published".to_owned()
        } else {
            port.host.join(", ")
        };
        (port.container.clone(), host)
    }))
}

fn mount_rows(it: &Details, _: bool) -> Vec<Row> {
    plain(it.mounts.iter().map(|mount| {
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
    }))
}

fn state_rows(it: &Details, utc: bool) -> Vec<Row> {
    let at = |time: Option<Nanos>| time.map(|time| moment(time, utc)).unwrap_or_default();
    let exit = match it.exit_code {
        Some(137) if it.oom_killed => "137, killed for want of memory".to_owned(),
        Some(code) => code.to_string(),
        None => String::new(),
    };
    plain([
        ("State".into(), it.state.word().to_owned()),
        ("Exit code".into(), exit),
        ("Error".into(), it.error.clone()),
        ("Started".into(), at(it.started)),
        ("Finished".into(), at(it.finished)),
        ("Created".into(), at(it.created)),
        ("Restart policy".into(), it.restart_policy.clone()),
        ("Restarts".into(), it.restart_count.to_string()),
        ("Id".into(), it.id.0.clone()),
    ])
}

fn command_rows(it: &Details, _: bool) -> Vec<Row> {
    plain([
        ("Image".into(), it.image.clone()),
        ("Image id".into(), it.image_id.clone()),
        ("Command".into(), shell_words(&it.command)),
        ("Working directory".into(), it.working_dir.clone()),
        ("User".into(), it.user.clone()),
        ("Host name".into(), it.hostname.clone()),
        ("Terminal".into(), if it.tty { "yes" } else { "no" }.into()),
        ("Logging driver".into(), it.log_driver.clone()),
    ])
}

fn limit_rows(limits: &Limits) -> Vec<Row> {
    let bytes = |n: Option<u64>| n.map(text::bytes);
    let rows = [
        ("Memory", bytes(limits.memory_bytes)),
        ("Memory and swap", bytes(limits.memory_swap_bytes)),
        ("CPUs", limits.cpus.map(cpus)),
        ("CPU shares", limits.cpu_shares.map(|n| n.to_string())),
        ("Processes", limits.pids.map(|n| n.to_string())),
    ];
    if rows.iter().all(|(_, value)| value.is_none()) {
        return plain([("All".into(), "none set".into())]);
    }
    plain(rows.map(|(name, value)| (name.to_owned(), value.unwrap_or_default())))
}

fn health_rows(it: &Details, utc: bool) -> Vec<Row> {
    let Some((verdict, checks)) = &it.health else {
        return Vec::new();
    };
    let mut rows = vec![("Verdict".to_owned(), verdict.word().to_owned())];
    // The newest check first: it is the one that explains the verdict.
    rows.extend(checks.iter().rev().map(|check| {
        let when = check
            .time
            .map_or_else(|| "Check".to_owned(), |time| moment(time, utc));
        let text = format!("exit {} {}", check.exit_code, check.output.trim());
        (when, text)
    }));
    plain(rows)
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

/// A limit of processors, as people write it: `1.5`, `2`.
fn cpus(limit: f64) -> String {
    let text = fixed(limit, 3);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
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
    fn a_limit_of_processors_has_no_zeros_at_its_end() {
        assert_eq!([0.25, 1.5, 2.0, 10.0].map(cpus), ["0.25", "1.5", "2", "10"]);
    }

    #[test]
    fn a_command_is_told_so_that_a_shell_would_take_it() {
        let words = ["sh", "-c", "echo it's $HOME", ""].map(str::to_owned);
        assert_eq!(shell_words(&words), r"sh -c 'echo it'\''s $HOME' ''");
    }
}
