//! The log as a file: what the filter lets through or everything held, as text or NDJSON, compressed
//! where the browser can.

#[cfg(feature = "hydrate")]
mod file;

use crate::bind::{Erase, bound, click, on};
use crate::signal::{RwSignal, memo};
use leptos::{ev, prelude::*};
use sidekick::logs::{Filter, export::Form};

use super::{controls::controls, menu::Menu};
use crate::charts::{format_bytes, plural};

/// What somebody wants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Wish {
    /// All that is held, also what the filter hides.
    all: bool,
    form: Form,
    gzip: bool,
}

/// How far a file is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Size {
    lines: u64,
    bytes: u64,
    done: bool,
}

/// The button, and what is asked before the file is made.
#[component]
pub(super) fn Download() -> impl IntoView {
    view! { <Menu label="Download" draw=|open| view! { <Choices open /> }.into_any() /> }
}

#[component]
fn Choices(open: RwSignal<bool>) -> impl IntoView {
    let controls = controls();
    let dashboard = controls.dashboard;
    let wish = RwSignal::new(Wish::default());
    let size = RwSignal::new(Size::default());
    let snapshot_size = RwSignal::new(None::<u64>);
    let failed = RwSignal::new(false);
    let filtered = memo(move || !controls.filter.with(Filter::is_all));
    let can_compress = can_compress();
    #[cfg(feature = "hydrate")]
    file::measure_snapshot(dashboard, controls.view().search(), snapshot_size);
    #[cfg(feature = "hydrate")]
    let save = {
        // The newest measurement is the one that counts.
        let turn = crate::signal::StoredValue::new(0u32);
        crate::signal::effect(move || {
            let wish = wish.get();
            controls.filter.track();
            turn.update_value(|it| *it += 1);
            let own = turn.get_value();
            file::measure(dashboard, wish, size, move || {
                turn.try_get_value() == Some(own)
            });
        });
        move || {
            failed.set(false);
            file::save(dashboard, wish.get_untracked(), open, failed);
        }
    };
    #[cfg(not(feature = "hydrate"))]
    let save = move || {
        let _ = (dashboard, open);
        failed.set(false);
    };
    let save_snapshot = move || {
        failed.set(false);
        #[cfg(feature = "hydrate")]
        file::save_snapshot(dashboard, controls.view().search(), open, failed);
    };
    let said = move || {
        let Size { lines, bytes, done } = size.get();
        let size = format!(
            "{}, {}",
            plural(lines, "line", "lines"),
            format_bytes(bytes as f64)
        );
        match (failed.get(), done) {
            (true, _) => {
                "No file: the filter or the log changed, or the browser refused".to_owned()
            }
            (_, false) => format!("{size} so far…"),
            (_, true) if wish.with(|it| it.gzip) => format!("{size} before compression"),
            (_, true) => size,
        }
    };
    let choice = move |name: &'static str,
                       label: &'static str,
                       is: fn(&Wish) -> bool,
                       set: fn(&mut Wish)| {
        view! {
            <label class="switch">
                <input
                    type="radio"
                    name=name
                    prop:checked=move || wish.with(is)
                    on:change=on(move |_: ev::Event| wish.update(set))
                />
                {label}
            </label>
        }
        .erase()
    };
    view! {
        <div class="menu-list" role="dialog" aria-label="Download">
            <div role="radiogroup" aria-label="Lines">
                {choice(
                    "download-lines",
                    "What the filter shows",
                    |it| !it.all,
                    |it| it.all = false,
                )} {choice("download-lines", "Everything held", |it| it.all, |it| it.all = true)}
            </div>
            <p class="dim" hidden=move || filtered.get()>"There is no filter: both are the same."</p>
            <div role="radiogroup" aria-label="Format">
                {choice(
                    "download-form",
                    "Text",
                    |it| it.form == Form::Text,
                    |it| it.form = Form::Text,
                )}
                {choice(
                    "download-form",
                    "NDJSON",
                    |it| it.form == Form::Ndjson,
                    |it| it.form = Form::Ndjson,
                )}
            </div>
            <label class="switch" hidden=!can_compress>
                <input
                    type="checkbox"
                    prop:checked=move || wish.with(|it| it.gzip)
                    on:change=on(move |event| {
                        let checked = event_target_checked(&event);
                        wish.update(|it| it.gzip = checked);
                    })
                />
                "Compressed (gzip)"
            </label>
            <p class="download-size" role="status">
                {bound(said)}
            </p>
            <button type="button" class="button" on:click=click(save)>
                "Save"
            </button>
            <p class="download-snapshot">
                <span class="dim">
                    "All of it with stats, events and this view, to open it again in this page: "
                    <span class="snapshot-size">
                        {bound(move || match snapshot_size.get() {
                            Some(bytes) => {
                                format!("{} before compression", format_bytes(bytes as f64))
                            }
                            None => "…".to_owned(),
                        })}
                    </span>
                </span>
                <button type="button" class="button" on:click=click(save_snapshot)>
                    "Save a snapshot"
                </button>
            </p>
        </div>
    }
    .erase()
}

#[cfg(feature = "hydrate")]
fn can_compress() -> bool {
    file::compressor().is_some()
}

#[cfg(not(feature = "hydrate"))]
fn can_compress() -> bool {
    false
}

/// The name of a file of lines.
#[cfg(any(feature = "hydrate", test))]
fn file_name(name: &str, now: sidekick::time::Millis, wish: Wish) -> String {
    let end = match wish.form {
        Form::Text | Form::Lines => "log",
        Form::Ndjson => "ndjson",
    };
    let gz = if wish.gzip { ".gz" } else { "" };
    format!("{}.{end}{gz}", dated(name, now))
}

/// The name of a file but for its end: whose log it is, and when it was saved.
#[cfg(any(feature = "hydrate", test))]
fn dated(name: &str, now: sidekick::time::Millis) -> String {
    let plain = |it: char| {
        if it.is_ascii_alphanumeric() || "-_.".contains(it) {
            it
        } else {
            '-'
        }
    };
    let name: String = name.chars().map(plain).collect();
    let time = sidekick::time::Nanos::from(now).to_rfc3339();
    let time = time.get(..19).unwrap_or_default().replace(':', "-");
    format!("{name}-{time}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use sidekick::time::Millis;

    #[test]
    fn a_file_is_called_by_its_log_and_time() {
        let wish = Wish::default();
        assert_eq!(
            file_name("shop/api 1", Millis(0), wish),
            "shop-api-1-1970-01-01T00-00-00.log"
        );
        let wish = Wish {
            form: Form::Ndjson,
            gzip: true,
            ..wish
        };
        assert!(file_name("a", Millis(0), wish).ends_with(".ndjson.gz"));
    }
}
