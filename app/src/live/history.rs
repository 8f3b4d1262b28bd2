//! The address bar: writes the page's address, hears the back button, and turns clicks on the
//! page's own links into navigation without a reload.

use crate::bind::on_window;
use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};

use crate::route::Route;
use crate::state::Dashboard;

/// Writes an address into the address bar, as a new entry or in place of the current one.
pub(crate) fn write(route: &Route, push: bool) {
    write_path(&route.path(), push);
}

/// The same for a path with its query.
pub(crate) fn write_path(path: &str, push: bool) {
    if let Ok(history) = window().history() {
        let written = if push {
            history.push_state_with_url(&JsValue::NULL, "", Some(path))
        } else {
            history.replace_state_with_url(&JsValue::NULL, "", Some(path))
        };
        if written.is_err() {
            // The browser limits how often a page may write; the page itself goes on.
            leptos::logging::warn!("the address bar refused {path}");
        }
    }
}

/// The view that the address asks for, as [`write_path`] wrote it.
pub(crate) fn asked_view() -> String {
    location().search().unwrap_or_default()
}

/// Keeps the page on the address: back and forward, links.
pub(crate) fn listen(dashboard: Dashboard) {
    on_window(ev::popstate, move |_| {
        let route = Route::of(&location_pathname().unwrap_or_default());
        dashboard.asked.set(route.tab.has_filter().then(asked_view));
        dashboard.route.set(route);
    });
    on_window(ev::click, move |event| {
        if let Some(route) = own_link(&event) {
            event.prevent_default();
            dashboard.select(route);
        }
    });
}

/// The address that a plain click on one of the page's own links asks for.
fn own_link(event: &ev::MouseEvent) -> Option<Route> {
    if event.default_prevented()
        || event.button() != 0
        || event.meta_key()
        || event.ctrl_key()
        || event.shift_key()
        || event.alt_key()
    {
        return None;
    }
    let target: web_sys::Element = event.target()?.dyn_into().ok()?;
    let link = target.closest("a[href^='/']").ok()??;
    if link.has_attribute("target") || link.has_attribute("download") {
        return None;
    }
    Route::parse(&link.get_attribute("href")?)
}
