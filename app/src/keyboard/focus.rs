//! What has the focus, and what the keys mean by it.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, HtmlInputElement, KeyboardEvent};

pub(super) fn types_text(event: &KeyboardEvent) -> bool {
    let Some(target) = event.target() else {
        return false;
    };
    if let Some(input) = target.dyn_ref::<HtmlInputElement>() {
        return !matches!(input.type_().as_str(), "checkbox" | "radio" | "button");
    }
    target
        .dyn_ref::<Element>()
        .is_some_and(|element| matches!(element.tag_name().as_str(), "TEXTAREA" | "SELECT"))
}

pub(super) fn active() -> Option<HtmlElement> {
    document().active_element()?.dyn_into().ok()
}

pub(super) fn find(selector: &str) -> Option<HtmlElement> {
    document().query_selector(selector).ok()??.dyn_into().ok()
}

/// Whether the keys mean the view, not the list.
pub(super) fn in_view() -> bool {
    active().is_some_and(|element| matches!(element.closest("main"), Ok(Some(_)))) && !on_tab()
}

pub(super) fn on_tab() -> bool {
    active().is_some_and(|element| element.get_attribute("role").as_deref() == Some("tab"))
}

/// What scrolls in the view: the log, else the view itself.
pub(super) fn scroller() -> Option<HtmlElement> {
    [
        "#view [role=log]",
        "#view [tabindex='0']",
        "#main [tabindex='0']:not([role=tab])",
        "#main",
    ]
    .into_iter()
    .find_map(find)
}
