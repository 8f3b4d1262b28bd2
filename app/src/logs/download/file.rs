//! Making the file in the browser, in slices between frames.

use std::time::Duration;

use leptos::prelude::{document, set_timeout};
use sidekick::logs::{Filter, export::Export};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};

use super::{Size, Wish, dated, file_name};
use crate::browser::{call, class, pause, through_gzip};
use crate::live::precise_ms;
use crate::logs::list::selection_name;
use crate::signal::RwSignal;
use crate::state::Dashboard;

/// How much is written between two looks at the clock, in bytes.
const STEP_BYTES: usize = 64 << 10;
/// How long a slice takes at most, but for one step more, in milliseconds.
const SLICE_MS: f64 = 6.0;
/// How long the browser has to begin with a file before its address ends, in milliseconds.
const ADDRESS_MS: u64 = 60_000;

/// Tells how large the file would be, as far as it is known; ends when it is not wanted any more.
pub(super) fn measure(
    dashboard: Dashboard,
    wish: Wish,
    size: RwSignal<Size>,
    wanted: impl Fn() -> bool + 'static,
) {
    size.set(Size::default());
    spawn_local(async move {
        let mut bytes = 0;
        let _whole = slices(dashboard, wish, |text, export, done| {
            bytes += text.len() as u64;
            let go_on = wanted();
            if go_on {
                size.set(Size {
                    lines: export.lines(),
                    bytes,
                    done,
                });
            }
            go_on
        })
        .await;
    });
}

/// Makes the file and has the browser save it; then closes the choices.
pub(super) fn save(dashboard: Dashboard, wish: Wish, open: RwSignal<bool>, failed: RwSignal<bool>) {
    let name = dashboard.selection.with_untracked(selection_name);
    let name = file_name(&name, dashboard.now.get_untracked(), wish);
    spawn_local(async move {
        let parts = js_sys::Array::new();
        let whole = slices(dashboard, wish, |text, _, _| {
            parts.push(&js_sys::Uint8Array::from(text.as_bytes()));
            true
        })
        .await;
        match whole && offer(&parts, wish.gzip, &name).await.is_ok() {
            true => open.set(false),
            false => failed.set(true),
        }
    });
}

/// Has the browser save all that is held, with stats and events, as a snapshot; then closes the choices.
pub(super) fn save_snapshot(
    dashboard: Dashboard,
    view: String,
    open: RwSignal<bool>,
    failed: RwSignal<bool>,
) {
    let log = dashboard.selection.with_untracked(selection_name);
    let name = dated(&log, dashboard.now.get_untracked()) + ".sidekick";
    spawn_local(async move {
        let parts = js_sys::Array::new();
        let whole = crate::snapshot::save(dashboard, log, view, |bytes| {
            parts.push(&js_sys::Uint8Array::from(bytes));
            true
        })
        .await;
        match whole && offer(&parts, true, &name).await.is_ok() {
            true => open.set(false),
            false => failed.set(true),
        }
    });
}

/// Tells how large the snapshot would be before compression, in bytes, once it is known; ends where nobody shows
/// that any more.
pub(super) fn measure_snapshot(dashboard: Dashboard, view: String, size: RwSignal<Option<u64>>) {
    let log = dashboard.selection.with_untracked(selection_name);
    spawn_local(async move {
        let mut all = 0;
        let whole = crate::snapshot::save(dashboard, log, view, |bytes| {
            all += bytes.len() as u64;
            size.try_get_untracked().is_some()
        })
        .await;
        if whole && size.try_get_untracked().is_some() {
            size.set(Some(all));
        }
    });
}

/// Hands slices of the file to `take`, until it says that it is enough. True where all is written, false
/// too where the log or its filter is another one meanwhile.
async fn slices(
    dashboard: Dashboard,
    wish: Wish,
    mut take: impl FnMut(&str, &Export, bool) -> bool,
) -> bool {
    let Some(session) = dashboard.session.try_get_untracked() else {
        return false;
    };
    let (filter, mut export) = dashboard.logs.with_value(|logs| {
        let export = Export::new(logs, wish.form, !wish.all);
        (logs.filter().clone(), export)
    });
    let mut text = String::new();
    loop {
        let begin = precise_ms();
        let mut done = false;
        while !done && precise_ms() - begin < SLICE_MS {
            text.clear();
            // Another log has begun: this one is over.
            if dashboard.session.try_get_untracked() != Some(session) {
                return false;
            }
            if !wish.all {
                let is_same = dashboard.logs.with_value(|logs| {
                    // These follow the clock, and the patterns that come.
                    let (here, muted) = (filter.here, filter.muted.clone());
                    let now = logs.filter().clone();
                    filter == Filter { here, muted, ..now }
                });
                if !is_same {
                    return false;
                }
                // What the filter shows is all of it, not what is found so far: whatever begins the
                // search anew, such as a minute that is over, is waited for.
                if !dashboard.search_slice(SLICE_MS) {
                    break;
                }
            }
            done = dashboard
                .logs
                .with_value(|logs| export.write(logs, STEP_BYTES, &mut text));
            if !take(&text, &export, done) {
                return false;
            }
        }
        if done {
            return true;
        }
        pause(0).await;
    }
}

/// The browser's compressor, where it has one.
pub(super) fn compressor() -> Option<js_sys::Function> {
    class("CompressionStream")
}

/// Has the browser save a file.
async fn offer(parts: &js_sys::Array, gzip: bool, name: &str) -> Result<(), JsValue> {
    let mut blob = web_sys::Blob::new_with_u8_array_sequence(parts)?;
    if gzip && let Some(compressor) = compressor() {
        let stream = through_gzip(&blob, &compressor)?;
        let response = class("Response").ok_or(JsValue::UNDEFINED)?;
        let response = js_sys::Reflect::construct(&response, &js_sys::Array::of1(&stream))?;
        let promise: js_sys::Promise = call(&response, "blob", &[])?.dyn_into()?;
        blob = JsFuture::from(promise).await?.dyn_into()?;
    }
    let url = web_sys::Url::create_object_url_with_blob(&blob)?;
    let link: web_sys::HtmlAnchorElement = document().create_element("a")?.dyn_into()?;
    link.set_href(&url);
    link.set_download(name);
    link.click();
    set_timeout(
        move || {
            let _refused = web_sys::Url::revoke_object_url(&url);
        },
        Duration::from_millis(ADDRESS_MS),
    );
    Ok(())
}
