//! Text to the clipboard.

use std::rc::Rc;

use crate::bind::click;
use crate::signal::RwSignal;
use leptos::prelude::*;

/// A button that copies what `text` gives, and says for a moment what it copied.
#[component]
pub(crate) fn CopyButton(
    /// What the button is called.
    label: &'static str,
    /// The text to copy, and what to say then.
    text: Rc<dyn Fn() -> (String, String)>,
) -> impl IntoView {
    let said = RwSignal::new(None::<String>);
    let copy = move || {
        let (text, saying) = text();
        #[cfg(feature = "hydrate")]
        write(text, saying, said);
        #[cfg(not(feature = "hydrate"))]
        let _ = (text, saying, said);
    };
    view! {
        <span class="copy">
            <button type="button" class="button" on:click=click(copy)>
                {label}
            </button>
            <span class="copied" role="status">
                {move || said.get()}
            </span>
        </span>
    }
}

#[cfg(feature = "hydrate")]
fn write(text: String, saying: String, said: RwSignal<Option<String>>) {
    use std::time::Duration;

    wasm_bindgen_futures::spawn_local(async move {
        // Where the page is not served securely there is no clipboard, and asking for one
        // would throw.
        let outcome = if window().is_secure_context() {
            let promise = window().navigator().clipboard().write_text(&text);
            wasm_bindgen_futures::JsFuture::from(promise).await.is_ok()
        } else {
            false
        };
        let saying = if outcome {
            saying
        } else {
            "The browser refused to copy".to_owned()
        };
        said.set(Some(saying));
        set_timeout(
            move || {
                said.set(None);
            },
            Duration::from_secs(3),
        );
    });
}
