//! The theme's colours as numbers, and a signal that says when they changed.

use std::cell::RefCell;

use leptos::prelude::*;
use plotters::style::RGBColor;
use wasm_bindgen::{JsCast, prelude::Closure};

use super::ink::{Ink, parse_color};

struct Theme {
    version: ArcRwSignal<u32>,
    /// Colours that were asked for since the last change.
    known: Vec<(&'static str, RGBColor)>,
}

thread_local! {
    static THEME: RefCell<Option<Theme>> = const { RefCell::new(None) };
}

/// Makes the running effect run again when the colours change.
pub(super) fn track() {
    let version = THEME.with_borrow_mut(|theme| {
        theme
            .get_or_insert_with(|| {
                watch();
                Theme {
                    version: ArcRwSignal::new(0),
                    known: Vec::new(),
                }
            })
            .version
            .clone()
    });
    version.track();
}

/// The colour of `ink` in the current theme; middle grey where the stylesheet lacks it.
pub(super) fn color(ink: Ink) -> RGBColor {
    let name = ink.property();
    THEME.with_borrow_mut(|theme| {
        let known = theme.as_mut().map(|theme| &mut theme.known);
        if let Some((_, color)) = known
            .as_ref()
            .and_then(|known| known.iter().find(|(it, _)| *it == name))
        {
            return *color;
        }
        let (r, g, b) = read(name).unwrap_or((128, 128, 128));
        if let Some(known) = known {
            known.push((name, RGBColor(r, g, b)));
        }
        RGBColor(r, g, b)
    })
}

fn read(property: &str) -> Option<(u8, u8, u8)> {
    let root = document().document_element()?;
    let style = window().get_computed_style(&root).ok()??;
    parse_color(&style.get_property_value(property).ok()?)
}

fn changed() {
    let version = THEME.with_borrow_mut(|theme| {
        theme.as_mut().map(|theme| {
            theme.known.clear();
            theme.version.clone()
        })
    });
    if let Some(version) = version {
        version.update(|n| *n = n.wrapping_add(1));
    }
}

/// Listens as long as the page lives: to the system's preference, and to the attributes of the
/// root element, by which the page's own switch works.
fn watch() {
    let on_change = Closure::<dyn FnMut()>::new(changed);
    if let Ok(Some(query)) = window().match_media("(prefers-color-scheme: dark)") {
        let _refused =
            query.add_event_listener_with_callback("change", on_change.as_ref().unchecked_ref());
    }
    if let (Ok(observer), Some(root)) = (
        web_sys::MutationObserver::new(on_change.as_ref().unchecked_ref()),
        document().document_element(),
    ) {
        let options = web_sys::MutationObserverInit::new();
        options.set_attributes(true);
        let _refused = observer.observe_with_options(&root, &options);
    }
    on_change.forget();
}
