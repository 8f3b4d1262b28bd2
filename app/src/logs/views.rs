//! Views of a log that somebody keeps for another time, by name, in the browser's storage for each
//! container or group. A view is what its address holds.

use crate::bind::{Erase, bound, click, on};
use crate::signal::{RwSignal, effect};
use leptos::{ev, prelude::*};

use super::{
    address::View,
    controls::{Controls, controls},
    menu::Menu,
};
use crate::preferences::{read, write};
use crate::route::{Route, Tab};

/// Most views of a log that are kept.
const MAX_VIEWS: usize = 50;
/// A longer name is cut, in characters.
const MAX_NAME: usize = 60;

/// A kept view: its name, and the query part of its address.
type Kept = (String, String);

/// The button, and the views of this log.
#[component]
pub(super) fn Views() -> impl IntoView {
    view! { <Menu label="Views" draw=|open| view! { <List open /> }.into_any() /> }
}

#[component]
fn List(open: RwSignal<bool>) -> impl IntoView {
    let controls = controls();
    let name = RwSignal::new(String::new());
    let all = RwSignal::new(Vec::<Kept>::new());
    effect(move || all.set(load(controls)));
    let set = move |views: Vec<Kept>| {
        write(&key(controls), &to_text(&views));
        all.set(views);
    };
    let save = move || {
        let search = controls.view().search();
        let named = match name.get_untracked() {
            it if it.trim().is_empty() => View::parse(&search).text,
            it => it,
        };
        let mut views = all.get_untracked();
        let named = clean(&named);
        if search.is_empty() || named.is_empty() {
            return;
        }
        views.retain(|(name, _)| *name != named);
        views.insert(0, (named, search));
        views.truncate(MAX_VIEWS);
        name.set(String::new());
        set(views);
    };
    let row = move |(name, search): Kept| {
        let (remove, title) = (format!("Forget {name}"), View::parse(&search).text);
        let gone = name.clone();
        view! {
            <li>
                <button
                    type="button"
                    class="button view-name"
                    title=title
                    on:click=click(move || {
                        controls.show_view(View::parse(&search));
                        open.set(false);
                    })
                >
                    {name}
                </button>
                <button
                    type="button"
                    class="button"
                    aria-label=remove
                    on:click=click(move || {
                        let mut views = all.get_untracked();
                        views.retain(|(name, _)| *name != gone);
                        set(views);
                    })
                >
                    "×"
                </button>
            </li>
        }
        .erase()
    };
    let everything = move || {
        controls
            .filter
            .with(|_| controls.view().search().is_empty())
    };
    view! {
        <div class="menu-list views">
            <ul class="view-list" hidden=move || all.with(Vec::is_empty)>
                {bound(move || all.get().into_iter().map(row).collect::<Vec<_>>())}
            </ul>
            <p class="dim" hidden=bound(move || !everything())>
                "Filter the log, then keep what is shown here."
            </p>
            <form
                class="view-save"
                hidden=bound(everything)
                on:submit=on(move |event: ev::SubmitEvent| {
                    event.prevent_default();
                    save();
                })
            >
                <input
                    type="text"
                    class="filter-input"
                    aria-label="Name of this view"
                    placeholder="Name of this view"
                    prop:value=move || name.get()
                    on:input=on(move |event| name.set(event_target_value(&event)))
                />
                <button type="submit" class="button">
                    "Keep"
                </button>
            </form>
            <label class="view-text">
                "As text, to take elsewhere; what is pasted here is kept"
                <textarea
                    rows="3"
                    spellcheck="false"
                    prop:value=move || all.with(|all| to_text(all))
                    on:change=on(move |event| set(of_text(&event_target_value(&event))))
                ></textarea>
            </label>
        </div>
    }
    .erase()
}

fn key(controls: Controls) -> String {
    let selection = controls.dashboard.selection.get_untracked();
    let route = Route {
        selection,
        tab: Tab::Logs,
    };
    format!("views:{}", route.path())
}

fn load(controls: Controls) -> Vec<Kept> {
    of_text(&read(&key(controls)).unwrap_or_default())
}

/// A name on one line, without blanks around it.
fn clean(name: &str) -> String {
    let name = name.trim().replace(['\t', '\n', '\r'], " ");
    name.chars().take(MAX_NAME).collect()
}

/// One view a line: its name, a tab, and the query part of its address.
fn to_text(views: &[Kept]) -> String {
    let lines = views
        .iter()
        .map(|(name, search)| format!("{name}\t{search}"));
    lines.collect::<Vec<_>>().join("\n")
}

/// Reads [`to_text`]; lines that are no views are left out.
fn of_text(text: &str) -> Vec<Kept> {
    let views = text.lines().filter_map(|line| {
        let (name, search) = line.rsplit_once('\t')?;
        let (name, search) = (clean(name), View::parse(search.trim()).search());
        (!name.is_empty() && !search.is_empty()).then_some((name, search))
    });
    views.take(MAX_VIEWS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn views_are_read_back_from_their_text_and_other_lines_are_left_out() {
        let views = vec![
            ("slow pays".to_owned(), "?q=took%3E1s&level=warn".to_owned()),
            ("a".to_owned(), "?q=b".to_owned()),
        ];
        assert_eq!(of_text(&to_text(&views)), views);
        assert_eq!(of_text("nothing\n\t?q=x\nname\t?nonsense\n\n"), []);
        let many = "n\t?q=x\n".repeat(1000);
        assert_eq!(of_text(&many).len(), MAX_VIEWS);
        assert_eq!(clean(" a\tb\nc "), "a b c");
    }
}
