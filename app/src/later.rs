//! What the page downloads behind its first load: the code of the views that the first lines of a
//! log can do without, and what they and the log call ([`Rest`]), such as the language of queries.
//!
//! Where cargo-leptos splits the page (`--split`), that code is a
//! WebAssembly file of its own. The page asks for it as soon as it is live, so that a click finds it
//! there; an address that shows such a view waits for it, since what the server rendered comes alive
//! only with the code that draws it. Until it is here the filter's text is plain. Without `--split`
//! it is in the one file and here at once.

use leptos::{html, prelude::*};
use sidekick::logs::query::Language;

use crate::bind::{Erase, when};
use crate::compare::Compare;
use crate::details::{ContainerDetails, ProjectDetails};
use crate::groups::GroupsView;
use crate::layout::{Help, Screen, screen, tell_health};
use crate::logs::{
    ColumnHead, Inspected, LaneHead, LineInspector, LogTimeline, LogTools, NearPast, PastStrip,
    StretchBar, Suggestions,
};
use crate::patterns::PatternsView;
use crate::signal::RwSignal;
use crate::snapshot::{DropTarget, SnapshotFacts, SnapshotHead};
use crate::state::Health;
use crate::stats::StatsView;

/// A view that is not part of the first load.
#[derive(Clone, Copy)]
pub(crate) enum Part {
    /// In place of a selection.
    Screen(Screen),
    /// The keyboard help.
    Help,
    /// What takes files that are dropped on the page.
    Drop,
    /// Of an opened snapshot: whose it is, and on the Details tab what it holds.
    SnapshotHead,
    SnapshotFacts,
    /// Of the Stats tab.
    Stats,
    /// Of the Patterns tab.
    Patterns,
    /// Of the Groups tab.
    Groups,
    /// Of the Details tab of a container.
    Container,
    /// Of the Details tab of a project or service.
    Project,
    /// None: only the rest is asked for.
    #[cfg(feature = "hydrate")]
    Nothing,
    /// The way from what is selected to a comparison with it.
    Compare,
    /// What can be done with the lines that are selected.
    Stretch,
    /// Of the log's toolbar.
    LogTools,
    /// Below the filter's box.
    Suggestions(NodeRef<html::Input>),
    /// Above the lines.
    Timeline,
    /// Above the lines too: names of fields, or of those side by side.
    Columns,
    /// At the upper edge of the lines.
    Past(NearPast),
    /// Below the lines.
    Inspector(RwSignal<Option<Inspected>>),
}

/// What comes with the views.
#[derive(Clone, Copy)]
pub(crate) struct Rest {
    /// Reads queries.
    pub(crate) language: Language,
    /// How well lines come, in words.
    pub(crate) health: fn(Health) -> String,
    /// A line in columns.
    #[cfg_attr(
        not(feature = "hydrate"),
        expect(dead_code, reason = "the server draws no lines")
    )]
    pub(crate) cells: fn(&str, &[crate::state::Column]) -> Option<crate::logs::Cells>,
    /// Reads older lines.
    #[cfg(feature = "hydrate")]
    pub(crate) older: crate::live::Reader,
}

const REST: Rest = Rest {
    language: Language::QUERIES,
    health: tell_health,
    cells: crate::logs::cells,
    #[cfg(feature = "hydrate")]
    older: crate::live::READER,
};

fn draw(part: Part) -> AnyView {
    match part {
        Part::Stats => view! { <StatsView /> }.erase(),
        Part::Patterns => view! { <PatternsView /> }.erase(),
        Part::Groups => view! { <GroupsView /> }.erase(),
        Part::Container => view! { <ContainerDetails /> }.erase(),
        Part::Project => view! { <ProjectDetails /> }.into_any(),
        #[cfg(feature = "hydrate")]
        Part::Nothing => ().into_any(),
        Part::Screen(which) => screen(which),
        Part::Help => view! { <Help /> }.erase(),
        Part::Drop => view! { <DropTarget /> }.erase(),
        Part::SnapshotHead => view! { <SnapshotHead /> }.erase(),
        Part::SnapshotFacts => view! { <SnapshotFacts /> }.erase(),
        Part::Compare => view! { <Compare /> }.erase(),
        Part::Stretch => view! { <StretchBar /> }.erase(),
        Part::LogTools => view! { <LogTools /> }.erase(),
        Part::Suggestions(input) => view! { <Suggestions input /> }.erase(),
        Part::Columns => view! { <ColumnHead /> <LaneHead /> }.into_any(),
        Part::Timeline => view! { <LogTimeline /> }.erase(),
        Part::Past(near) => view! { <PastStrip near /> }.erase(),
        Part::Inspector(inspected) => view! { <LineInspector inspected /> }.erase(),
    }
}

/// The view, or until its code is here the word that it comes.
#[cfg(not(feature = "hydrate"))]
pub(crate) fn part(part: Part) -> AnyView {
    draw(part)
}

/// What comes with the views, once it is here.
#[cfg(not(feature = "hydrate"))]
pub(crate) fn rest() -> Option<Rest> {
    Some(REST)
}

/// Brings the code at once, and says when it is here. The server has no use for it.
#[cfg(not(feature = "hydrate"))]
pub(crate) fn bring(_then: impl FnOnce() + 'static) {}

/// Brings the engine of regular expressions at once, and says when the language has it.
#[cfg(not(feature = "hydrate"))]
pub(crate) fn bring_expressions(_then: impl FnOnce() + 'static) {}

/// The view once its code is here, and nothing before; the server draws none.
pub(crate) fn part_at_last(part: Part) -> AnyView {
    let here = RwSignal::new(false);
    #[cfg(feature = "hydrate")]
    crate::signal::effect(move || browser::when_here(move || here.set(true)));
    when(move || here.get(), move || drawn(part))
}

#[cfg(feature = "hydrate")]
use browser::drawn;
#[cfg(feature = "hydrate")]
pub use browser::hydrate;
#[cfg(feature = "hydrate")]
pub(crate) use browser::{bring, bring_expressions, part, rest};
#[cfg(not(feature = "hydrate"))]
use draw as drawn;

#[cfg(feature = "hydrate")]
mod browser {
    use futures::FutureExt;
    use std::cell::{Cell, RefCell};
    use wasm_bindgen_futures::spawn_local;

    use sidekick::logs::query::RegexEngine;

    use super::code::{draw, engine, load};
    use super::*;
    use crate::bind::bound;
    use crate::browser::pause;

    /// How long the live page waits before it asks for the rest of its code, in milliseconds: its
    /// first lines come first.
    const REST_MS: u64 = 300;
    /// The shortest and the longest wait between two attempts, in milliseconds.
    const RETRY_MS: (u64, u64) = (1_000, 8_000);
    const COMING: &str = "Loading this view…";
    const FAILING: &str = "The code of this view cannot be loaded; trying again. \
        If that does not help, reload the page.";

    type Acts = Vec<Box<dyn FnOnce()>>;

    thread_local! {
        static BRINGING: Cell<bool> = const { Cell::new(false) };
        static REST: Cell<Option<Rest>> = const { Cell::new(None) };
        /// What is to be done once the engine is here; `None` while nobody asked for it.
        static WANTED: RefCell<Option<Acts>> = const { RefCell::new(None) };
        static ENGINE: Cell<Option<&'static dyn RegexEngine>> = const { Cell::new(None) };
        /// What is to be done once the code is here.
        static WAITING: RefCell<Acts> = const { RefCell::new(Vec::new()) };
    }

    #[derive(Clone, Copy)]
    enum Code {
        Coming,
        Failing,
        Here,
    }

    /// Makes the page live, as soon as the code of what it shows is here: at once where the server
    /// rendered a log.
    pub fn hydrate() {
        let log = document().query_selector(".logs-view").ok().flatten();
        spawn_local(async move {
            if log.is_none() {
                first_part().await;
            }
            leptos::mount::hydrate_body(crate::App);
            pause(REST_MS).await;
            bring(|| ());
        });
    }

    /// The code is here.
    fn here() {
        let brought = draw(Part::Nothing).now_or_never().and_then(Result::ok);
        REST.set(brought.map(|(_, rest)| rest));
        for act in WAITING.take() {
            act();
        }
    }

    /// What comes with the views, once it is here.
    pub(crate) fn rest() -> Option<Rest> {
        let rest = REST.get()?;
        Some(match ENGINE.get() {
            Some(engine) => Rest {
                language: rest.language.with_engine(engine),
                ..rest
            },
            None => rest,
        })
    }

    /// Brings the engine of regular expressions at once, however often that takes, and does something
    /// when the language has it.
    pub(crate) fn bring_expressions(then: impl FnOnce() + 'static) {
        let is_coming = WANTED.with_borrow_mut(|wanted| {
            let is_coming = wanted.is_some();
            wanted.get_or_insert_default().push(Box::new(then));
            is_coming
        });
        if is_coming {
            return;
        }
        spawn_local(async move {
            let mut wait = RETRY_MS.0;
            let engine = loop {
                match engine().await {
                    Ok(engine) => break engine,
                    Err(_) => pause(wait).await,
                }
                wait = (wait * 2).min(RETRY_MS.1);
            };
            ENGINE.set(Some(engine));
            for act in WANTED.take().unwrap_or_default() {
                act();
            }
        });
    }

    /// Loads the code before the page is live; meanwhile a word on what the server rendered says
    /// where that fails.
    async fn first_part() {
        let word = Cell::new(None);
        let failed = || {
            let said = word.take().or_else(|| {
                let said = document().create_element("p").ok()?;
                said.set_class_name("part-failed");
                said.set_attribute("role", "alert").ok()?;
                said.set_text_content(Some(FAILING));
                document().body()?.append_child(&said).ok()?;
                Some(said)
            });
            word.set(said);
            true
        };
        load_at_last(failed).await;
        if let Some(word) = word.take() {
            word.remove();
        }
    }

    /// Does something once the code is here.
    pub(super) fn when_here(act: impl FnOnce() + 'static) {
        if REST.get().is_some() {
            return act();
        }
        WAITING.with_borrow_mut(|all| all.push(Box::new(act)));
    }

    /// Brings the code at once, and does something when it is here.
    pub(crate) fn bring(then: impl FnOnce() + 'static) {
        when_here(then);
        if REST.get().is_none() && !BRINGING.replace(true) {
            spawn_local(load_at_last(|| true));
        }
    }

    /// The view, or until its code is here the word that it comes.
    pub(crate) fn part(part: Part) -> AnyView {
        if REST.get().is_some() {
            return drawn(part);
        }
        let code = RwSignal::new(Code::Coming);
        let set = move |now| {
            let looked_at = code.try_get_untracked().is_some();
            if looked_at {
                code.set(now);
            }
            looked_at
        };
        spawn_local(async move {
            load_at_last(|| set(Code::Failing)).await;
            set(Code::Here);
        });
        let word = |text| view! { <p class="dim part" role="status">{text}</p> }.erase();
        let view = move || match code.get() {
            Code::Coming => word(COMING),
            Code::Failing => word(FAILING),
            Code::Here => drawn(part),
        };
        bound(view).into_any()
    }

    /// The view, once its code is here.
    pub(super) fn drawn(part: Part) -> AnyView {
        let view = draw(part).now_or_never().and_then(Result::ok);
        view.map_or_else(|| ().into_any(), |(view, _)| view)
    }

    /// Loads the code, however often that takes, or until `failed` says that nobody waits for it.
    async fn load_at_last(failed: impl Fn() -> bool) {
        let mut wait = RETRY_MS.0;
        while load().await.is_err() {
            if !failed() {
                return;
            }
            pause(wait).await;
            wait = (wait * 2).min(RETRY_MS.1);
        }
        here();
    }
}

/// Where the page is split: what is only reached through `draw` is in the other file.
#[cfg(split)]
mod code {
    use leptos::wasm_split::{SplitLoaderError, wasm_split};
    use sidekick::logs::query::RegexEngine;

    use super::{AnyView, Part, REST, Rest};

    /// The engine of regular expressions is large, and few ask for it: a file of its own.
    #[wasm_split(expressions, wasm_split_path = ::leptos::wasm_split, fallible)]
    pub(super) fn engine() -> Result<&'static dyn RegexEngine, SplitLoaderError> {
        Ok(&expressions::ENGINE)
    }

    #[wasm_split(later, wasm_split_path = ::leptos::wasm_split, fallible, preload(load))]
    pub(super) fn draw(part: Part) -> Result<(AnyView, Rest), SplitLoaderError> {
        Ok((super::draw(part), REST))
    }
}

/// Where it is not: the code is here.
#[cfg(all(feature = "hydrate", not(split)))]
mod code {
    use std::convert::Infallible;

    use sidekick::logs::query::RegexEngine;

    use super::{AnyView, Part, REST, Rest};

    pub(super) async fn load() -> Result<(), Infallible> {
        Ok(())
    }

    pub(super) async fn engine() -> Result<&'static dyn RegexEngine, Infallible> {
        Ok(&expressions::ENGINE)
    }

    pub(super) async fn draw(part: Part) -> Result<(AnyView, Rest), Infallible> {
        Ok((super::draw(part), REST))
    }
}
