//! Views whose code the page downloads behind its first load, and the language of queries.
//!
//! Where cargo-leptos splits the page (`--split`), the code of [`Part`]s and of the language is a
//! WebAssembly file of its own. The page asks for it as soon as it is live, so that a click finds it
//! there; an address that shows such a view waits for it, since what the server rendered comes alive
//! only with the code that draws it. Until it is here the filter's text is plain. Without `--split`
//! it is in the one file and here at once.

use leptos::prelude::*;
use sidekick::logs::query::Language;

use crate::bind::{Erase, when};
use crate::details::{ContainerDetails, ProjectDetails};
use crate::logs::LogTools;
use crate::patterns::PatternsView;
use crate::signal::RwSignal;
use crate::stats::StatsView;

/// A view that is not part of the first load.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Part {
    /// Of the Stats tab.
    Stats,
    /// Of the Patterns tab.
    Patterns,
    /// Of the Details tab of a container.
    Container,
    /// Of the Details tab of a project or service.
    Project,
    /// None: only the language is asked for.
    #[cfg(feature = "hydrate")]
    Nothing,
    /// Of the log's toolbar.
    LogTools,
}

fn draw(part: Part) -> AnyView {
    match part {
        Part::Stats => view! { <StatsView /> }.erase(),
        Part::Patterns => view! { <PatternsView /> }.erase(),
        Part::Container => view! { <ContainerDetails /> }.erase(),
        Part::Project => view! { <ProjectDetails /> }.into_any(),
        #[cfg(feature = "hydrate")]
        Part::Nothing => ().into_any(),
        Part::LogTools => view! { <LogTools /> }.erase(),
    }
}

/// The view, or until its code is here the word that it comes.
#[cfg(not(feature = "hydrate"))]
pub(crate) fn part(part: Part) -> AnyView {
    draw(part)
}

/// What reads queries, once its code is here. The server filters nothing.
#[cfg(not(feature = "hydrate"))]
pub(crate) fn language() -> Option<Language> {
    None
}

/// Brings the code at once, and says when it is here. The server has no use for it.
#[cfg(not(feature = "hydrate"))]
pub(crate) fn bring(_then: impl FnOnce() + 'static) {}

/// The view once its code is here, and nothing before; the server draws none.
pub(crate) fn part_at_last(part: Part) -> AnyView {
    let here = RwSignal::new(false);
    #[cfg(feature = "hydrate")]
    crate::signal::effect(move || browser::wait(here));
    when(move || here.get(), move || drawn(part))
}

#[cfg(feature = "hydrate")]
use browser::drawn;
#[cfg(feature = "hydrate")]
pub use browser::hydrate;
#[cfg(feature = "hydrate")]
pub(crate) use browser::{bring, language, part};
#[cfg(not(feature = "hydrate"))]
use draw as drawn;

#[cfg(feature = "hydrate")]
mod browser {
    use std::cell::Cell;
    use std::time::Duration;

    use futures::{FutureExt, channel::oneshot};
    use wasm_bindgen_futures::spawn_local;

    use super::code::{draw, load};
    use super::*;
    use crate::bind::bound;
    use crate::route::Tab;
    use crate::state::first_route;

    /// How long the live page waits before it asks for the rest of its code, in milliseconds: its
    /// first lines come first.
    const REST_MS: u64 = 1_000;
    /// The shortest and the longest wait between two attempts, in milliseconds.
    const RETRY_MS: (u64, u64) = (1_000, 8_000);
    const COMING: &str = "Loading this view…";
    const FAILING: &str = "The code of this view cannot be loaded; trying again. \
        If that does not help, reload the page.";

    thread_local! {
        static HERE: Cell<bool> = const { Cell::new(false) };
        static BRINGING: Cell<bool> = const { Cell::new(false) };
        static LANGUAGE: Cell<Option<Language>> = const { Cell::new(None) };
    }

    #[derive(Clone, Copy)]
    enum Code {
        Coming,
        Failing,
        Here,
    }

    /// Makes the page live, as soon as the code of what it shows is here.
    pub fn hydrate() {
        let tab = first_route().tab;
        spawn_local(async move {
            if tab != Tab::Logs {
                first_part().await;
            }
            leptos::mount::hydrate_body(crate::App);
            rest(REST_MS).await;
            if load().await.is_ok() {
                here();
            }
        });
    }

    /// The code is here.
    fn here() {
        HERE.set(true);
        BRINGING.set(false);
        let brought = draw(Part::Nothing).now_or_never().and_then(Result::ok);
        LANGUAGE.set(brought.map(|(_, language)| language));
    }

    /// What reads queries, once its code is here.
    pub(crate) fn language() -> Option<Language> {
        LANGUAGE.get()
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

    /// Brings the code at once, and says when it is here, unless that was asked for already.
    pub(crate) fn bring(then: impl FnOnce() + 'static) {
        if !BRINGING.replace(true) {
            spawn_local(async move {
                load_at_last(|| true).await;
                then();
            });
        }
    }

    /// The view, or until its code is here the word that it comes.
    pub(crate) fn part(part: Part) -> AnyView {
        if HERE.get() {
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

    /// Sets a signal once the code is here. Asks for it behind the page's first lines.
    pub(super) fn wait(here: RwSignal<bool>) {
        if HERE.get() {
            return here.set(true);
        }
        spawn_local(async move {
            rest(REST_MS).await;
            load_at_last(|| here.try_get_untracked().is_some()).await;
            here.set(true);
        });
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
            rest(wait).await;
            wait = (wait * 2).min(RETRY_MS.1);
        }
        here();
    }

    async fn rest(ms: u64) {
        let (done, passed) = oneshot::channel::<()>();
        set_timeout(move || drop(done), Duration::from_millis(ms));
        let _ended = passed.await;
    }
}

/// Where the page is split: what is only reached through `draw` is in the other file.
#[cfg(split)]
mod code {
    use leptos::wasm_split::{SplitLoaderError, wasm_split};

    use super::{AnyView, Language, Part};

    #[wasm_split(later, wasm_split_path = ::leptos::wasm_split, fallible, preload(load))]
    pub(super) fn draw(part: Part) -> Result<(AnyView, Language), SplitLoaderError> {
        Ok((super::draw(part), Language::QUERIES))
    }
}

/// Where it is not: the code is here.
#[cfg(all(feature = "hydrate", not(split)))]
mod code {
    use std::convert::Infallible;

    use super::{AnyView, Language, Part};

    pub(super) async fn load() -> Result<(), Infallible> {
        Ok(())
    }

    pub(super) async fn draw(part: Part) -> Result<(AnyView, Language), Infallible> {
        Ok((super::draw(part), Language::QUERIES))
    }
}
