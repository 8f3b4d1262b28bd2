//! What a person chose for this browser: theme, time zone, how lines of JSON stand, whether long lines are wrapped, and how much of a log is held. Kept in the browser's local
//! storage; `public/theme.js` reads the theme before the first paint.

use sidekick::logs::StoreLimits;

#[cfg(feature = "hydrate")]
use {
    crate::signal::{RwSignal, effect},
    crate::state::Dashboard,
    leptos::prelude::*,
    wasm_bindgen::{JsCast, prelude::Closure},
};

/// Which theme to draw in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the system says.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// The word that people read and storage keeps.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The next one, as the switch goes round.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::System => Self::Light,
            Self::Light => Self::Dark,
            Self::Dark => Self::System,
        }
    }
}

/// What a log may hold here: `LINES MEBIBYTES` is kept under `held`, where somebody chose it.
pub(crate) fn limits() -> StoreLimits {
    let kept = read("held");
    let chosen = kept.as_deref().and_then(|it| {
        let (lines, mebibytes) = it.split_once(' ')?;
        Some(StoreLimits::of(
            lines.parse().ok()?,
            mebibytes.parse().ok()?,
        ))
    });
    chosen.unwrap_or_default()
}

/// Keeps what a log may hold here.
pub(crate) fn keep_limits(limits: StoreLimits) {
    let mebibytes = limits.max_bytes >> 20;
    write("held", &format!("{} {mebibytes}", limits.max_lines));
}

/// Wraps long lines from now on, or does not, and keeps that.
pub(crate) fn wrap(dashboard: crate::state::Dashboard, wraps: bool) {
    dashboard.wraps.set(wraps);
    write("wrap", if wraps { "1" } else { "0" });
}

/// Whether most lines are longer than this screen is wide: they are wrapped then, unless somebody chose.
#[cfg(feature = "hydrate")]
fn is_narrow() -> bool {
    let narrow = window().match_media("(max-width: 720px)");
    narrow.ok().flatten().is_some_and(|it| it.matches())
}

/// Reads the choices once the page is live, then keeps and applies them.
#[cfg(feature = "hydrate")]
pub(crate) fn keep(dashboard: Dashboard) {
    // Not before hydration is over: the first paint knows no choices.
    let loaded = RwSignal::new(false);
    effect(move || {
        dashboard.theme.set(match read("theme").as_deref() {
            Some("light") => Theme::Light,
            Some("dark") => Theme::Dark,
            _ => Theme::System,
        });
        dashboard.utc.set(read("utc").as_deref() == Some("1"));
        dashboard
            .as_printed
            .set(read("as-printed").as_deref() == Some("1"));
        dashboard
            .wraps
            .set(read("wrap").map_or_else(is_narrow, |it| it == "1"));
        follow_system(dashboard);
        loaded.set(true);
    });
    effect(move || {
        let theme = dashboard.theme.get();
        let utc = dashboard.utc.get();
        let as_printed = dashboard.as_printed.get();
        if loaded.get() {
            write("theme", theme.word());
            write("utc", if utc { "1" } else { "0" });
            write("as-printed", if as_printed { "1" } else { "0" });
            if let Some(root) = document().document_element() {
                // Fails for an invalid name only.
                let _ = root.set_attribute("data-theme", theme.word());
            }
        }
    });
}

#[cfg(feature = "hydrate")]
fn follow_system(dashboard: Dashboard) {
    let Ok(Some(system)) = window().match_media("(prefers-color-scheme: dark)") else {
        return;
    };
    dashboard.system_dark.set(system.matches());
    let query = system.clone();
    let changed = Closure::<dyn FnMut()>::new(move || dashboard.system_dark.set(query.matches()));
    system.set_onchange(Some(changed.as_ref().unchecked_ref()));
    // Lives as long as the page.
    changed.forget();
}

#[cfg(feature = "hydrate")]
fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok()?
}

/// What the browser keeps under a name.
#[cfg(feature = "hydrate")]
pub(crate) fn read(key: &str) -> Option<String> {
    storage()?.get_item(key).ok()?
}

/// Where the browser refuses storage, the choice lasts as long as the page.
#[cfg(feature = "hydrate")]
pub(crate) fn write(key: &str, value: &str) {
    if let Some(storage) = storage() {
        let _ = storage.set_item(key, value);
    }
}

/// The server keeps nothing.
#[cfg(not(feature = "hydrate"))]
pub(crate) fn read(_: &str) -> Option<String> {
    None
}

#[cfg(not(feature = "hydrate"))]
pub(crate) fn write(_: &str, _: &str) {}
