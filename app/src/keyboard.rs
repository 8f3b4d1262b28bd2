//! Keys. One listener for the page; it works on what the page shows (options, tabs, the
//! scrolling view), so that mouse, keyboard and screen reader all do the same thing.

mod focus;

use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, HtmlInputElement, KeyboardEvent};

use self::focus::{active, find, in_view, on_tab, scroller, types_text};
use crate::bind::on_window;
use crate::preferences;
use crate::route::{Route, Selection};
use crate::state::{Dashboard, Panel};

/// Pixels that j and k scroll: three rows of a log.
const STEP_PX: i32 = 54;

/// Listens for keys.
pub(crate) fn listen(dashboard: Dashboard) {
    on_window(ev::keydown, move |event| {
        if event.default_prevented() || event.is_composing() {
            return;
        }
        if event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        let handled = if types_text(&event) {
            in_text(dashboard, &event)
        } else {
            key(dashboard, &event)
        };
        if handled {
            event.prevent_default();
        }
    });
}

fn key(dashboard: Dashboard, event: &KeyboardEvent) -> bool {
    if dashboard.help.get_untracked() {
        return event.key() == "?" && {
            dashboard.help.set(false);
            true
        };
    }
    let in_view = in_view();
    match event.key().as_str() {
        "j" | "ArrowDown" if in_view => scroll(
            |view| view.scroll_by_with_x_and_y(0.0, f64::from(STEP_PX)),
            event,
        ),
        "k" | "ArrowUp" if in_view => scroll(
            |view| view.scroll_by_with_x_and_y(0.0, -f64::from(STEP_PX)),
            event,
        ),
        "g" | "Home" if in_view => scroll(|view| view.set_scroll_top(0), event),
        "G" | "End" if in_view => scroll(|view| view.set_scroll_top(view.scroll_height()), event),
        "j" | "ArrowDown" => choose(dashboard, |at, len| {
            at.map_or(0, |at| (at + 1).min(len - 1))
        }),
        "k" | "ArrowUp" => choose(dashboard, |at, _| at.map_or(0, |at| at.saturating_sub(1))),
        "g" | "Home" => choose(dashboard, |_, _| 0),
        "G" | "End" => choose(dashboard, |_, len| len - 1),
        "e" => press("#next-error"),
        "E" => press("#previous-error"),
        "n" => press("#next-mark"),
        "N" => press("#previous-mark"),
        "Enter" => enter(),
        "Escape" => escape(dashboard),
        "[" => tab(dashboard, -1),
        "]" => tab(dashboard, 1),
        "ArrowLeft" if on_tab() => tab(dashboard, -1),
        "ArrowRight" if on_tab() => tab(dashboard, 1),
        "1" => panel(dashboard, Panel::Containers),
        "2" => panel(dashboard, Panel::Services),
        "/" => search(dashboard, in_view),
        "t" => {
            dashboard.theme.update(|theme| *theme = theme.next());
            true
        }
        "u" => {
            dashboard.utc.update(|utc| *utc = !*utc);
            true
        }
        "w" => {
            preferences::wrap(dashboard, !dashboard.wraps.get_untracked());
            true
        }
        "?" => {
            dashboard.help.set(true);
            true
        }
        _ => false,
    }
}

/// In a text field all keys are text, but for the ones that leave it.
fn in_text(dashboard: Dashboard, event: &KeyboardEvent) -> bool {
    let Some(field) = active() else { return false };
    let list = field.id() == "search";
    match event.key().as_str() {
        "Escape" if list && !dashboard.search.with_untracked(String::is_empty) => {
            dashboard.search.set(String::new());
            true
        }
        "Escape" => {
            // From the filter back to the log, so that j and k scroll it.
            match scroller().filter(|_| in_view()) {
                Some(view) => {
                    let _ = view.focus();
                }
                None => {
                    let _ = field.blur();
                }
            }
            true
        }
        "Enter" | "ArrowDown" if list => choose(dashboard, |at, _| at.unwrap_or(0)),
        _ => false,
    }
}

/// Clicks a button of the view, where it has such a one.
fn press(selector: &str) -> bool {
    match find(selector) {
        Some(button) => {
            button.click();
            true
        }
        None => false,
    }
}

fn scroll(by: impl FnOnce(&HtmlElement), event: &KeyboardEvent) -> bool {
    // Arrows already scroll what has the focus.
    if event.key().starts_with("Arrow") {
        return false;
    }
    match scroller() {
        Some(view) => {
            by(&view);
            true
        }
        None => false,
    }
}

/// Selects another option of the list; it gets the focus too.
fn choose(dashboard: Dashboard, next: impl FnOnce(Option<usize>, usize) -> usize) -> bool {
    let Ok(options) = document().query_selector_all("#list [role=option]") else {
        return false;
    };
    let options: Vec<HtmlElement> = (0..options.length())
        .filter_map(|at| options.get(at)?.dyn_into().ok())
        .collect();
    if options.is_empty() {
        return false;
    }
    let at = options
        .iter()
        .position(|option| option.get_attribute("aria-selected").as_deref() == Some("true"));
    let Some(option) = options.get(next(at, options.len())) else {
        return false;
    };
    let _ = option.focus();
    if let Some(route) = option
        .get_attribute("href")
        .and_then(|href| Route::parse(&href))
    {
        // The first choice is a step back to the overview; a walk through the list is not one
        // step for each container on the way.
        if dashboard.selection.get_untracked() == Selection::Overview {
            dashboard.select(route);
        } else {
            dashboard.replace(route);
        }
    }
    true
}

/// From the list into the view.
fn enter() -> bool {
    let in_list = active().is_none_or(|element| {
        element.tag_name() == "BODY" || element.get_attribute("role").as_deref() == Some("option")
    });
    if !in_list {
        return false;
    }
    // A link does its own work first: the option may not be selected yet.
    if let Some(option) = active().filter(|element| element.has_attribute("href")) {
        option.click();
        // The view of the new selection is drawn after this event.
        request_animation_frame(|| {
            focus_view();
        });
        return true;
    }
    focus_view()
}

fn focus_view() -> bool {
    match scroller() {
        Some(view) => {
            let _ = view.focus();
            true
        }
        None => false,
    }
}

fn escape(dashboard: Dashboard) -> bool {
    // On wide screens the list is no drawer, whatever the state says.
    let narrow = find(".menu").is_some_and(|menu| menu.offset_width() > 0);
    if dashboard.drawer.get_untracked() && narrow {
        dashboard.drawer.set(false);
        return true;
    }
    if !dashboard.search.with_untracked(String::is_empty) && !in_view() {
        dashboard.search.set(String::new());
        return true;
    }
    match find("#list [role=option][aria-selected=true]") {
        Some(option) => {
            let _ = option.focus();
            true
        }
        None => false,
    }
}

fn tab(dashboard: Dashboard, steps: isize) -> bool {
    if dashboard.selection.get_untracked() == Selection::Overview {
        return false;
    }
    let was_on_tab = on_tab();
    let was_in_view = in_view();
    let route = dashboard.route.get_untracked();
    let next = route.tab.step(steps);
    dashboard.replace(route.with_tab(next));
    if was_on_tab && let Some(tab) = find(&format!("#tab-{}", next.word())) {
        let _ = tab.focus();
    } else if was_in_view {
        // The view is drawn after this event; the keys go on meaning it.
        request_animation_frame(|| {
            focus_view();
        });
    }
    true
}

fn panel(dashboard: Dashboard, panel: Panel) -> bool {
    dashboard.panel.set(panel);
    // The list is drawn after this event.
    request_animation_frame(|| {
        let option = find("#list [role=option][aria-selected=true]")
            .or_else(|| find("#list [role=option][tabindex='0']"));
        if let Some(option) = option {
            let _ = option.focus();
        }
    });
    true
}

/// The search of the list; with the focus in the view, the filter of the log.
fn search(dashboard: Dashboard, in_view: bool) -> bool {
    let field = find("#view input").filter(|_| in_view);
    let field = field.or_else(|| {
        dashboard.drawer.set(true);
        find("#search")
    });
    if let Some(field) = field {
        let _ = field.focus();
        if let Some(input) = field.dyn_ref::<HtmlInputElement>() {
            input.select();
        }
    }
    true
}
