//! Asks the server for details. Only the browser asks; the server renders the tab without them.

use crate::signal::RwSignal;
#[cfg(feature = "hydrate")]
use crate::signal::{StoredValue, effect, memo};
use sidekick::model::Details;
#[cfg(feature = "hydrate")]
use sidekick::model::{ContainerId, DETAILS_TYPE};

use crate::state::Dashboard;

/// How far the answer to a question for a value has come.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(
    not(feature = "hydrate"),
    allow(dead_code, reason = "only the browser asks")
)]
pub(super) enum Answer {
    /// Asked.
    Waiting,
    /// Here.
    Here(String),
    /// It failed; why, for people.
    Failed(String),
}

/// The details of the selected container.
#[derive(Clone, Copy)]
pub(super) struct Fetched {
    /// The newest that came; stays while it is asked again, and where that fails.
    pub(super) details: RwSignal<Option<Details>>,
    /// Why the last question failed, for people.
    pub(super) error: RwSignal<Option<String>>,
    /// Asks again when it changes.
    pub(super) again: RwSignal<u32>,
}

/// Asks for the details of the selected container, and again when its state changes.
pub(super) fn details(dashboard: Dashboard) -> Fetched {
    let details = RwSignal::new(None);
    let error = RwSignal::new(None);
    let again = RwSignal::new(0u32);
    #[cfg(feature = "hydrate")]
    {
        let of = memo(move || {
            again.track();
            dashboard.pinned.with(|pin| {
                let container = &pin.as_ref().filter(|pin| !pin.gone)?.container;
                // Not the status text: it changes with time alone.
                Some((
                    container.id.clone(),
                    container.name.clone(),
                    container.state.clone(),
                    container.health,
                    container.started,
                ))
            })
        });
        let asked = StoredValue::new(0u64);
        effect(move || {
            again.track();
            let Some((id, ..)) = of.get() else { return };
            asked.update_value(|n| *n += 1);
            let mine = asked.get_value();
            wasm_bindgen_futures::spawn_local(async move {
                let got = get_details(&id).await;
                // Another container may have been chosen, or the tab left, meanwhile.
                if asked.try_get_value() != Some(mine) {
                    return;
                }
                let (got, refused) = match got {
                    Ok(got) => (Some(got), None),
                    Err(refused) => (None, Some(refused)),
                };
                if got.is_some() {
                    details.set(got);
                }
                error.set(refused);
            });
        });
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = dashboard;
    Fetched {
        details,
        error,
        again,
    }
}

/// Asks for the value of one environment variable that looks secret.
pub(super) fn secret(container: &str, key: &str, answer: RwSignal<Option<Answer>>) {
    answer.set(Some(Answer::Waiting));
    #[cfg(feature = "hydrate")]
    {
        let key = js_sys::encode_uri_component(key);
        let url = format!("/api/containers/{container}/env/{key}");
        wasm_bindgen_futures::spawn_local(async move {
            let got = get(&url, "application/json")
                .await
                .and_then(|body| member(&body, "value").ok_or_else(|| UNREADABLE.to_owned()));
            answer.set(Some(match got {
                Ok(value) => Answer::Here(value),
                Err(error) => Answer::Failed(error),
            }));
        });
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = (container, key);
}

#[cfg(feature = "hydrate")]
const UNREADABLE: &str = "the server's answer makes no sense: reload the page";

/// Asks for the details in postcard, which the page reads anyway: a reader of JSON would make it
/// larger by a tenth.
#[cfg(feature = "hydrate")]
async fn get_details(id: &ContainerId) -> Result<Details, String> {
    let body = get(&format!("/api/containers/{id}"), DETAILS_TYPE).await?;
    Details::decode(&body).ok_or_else(|| UNREADABLE.to_owned())
}

/// Gets a body. The error is a sentence for people: the server's own where it gave one.
#[cfg(feature = "hydrate")]
async fn get(url: &str, accept: &str) -> Result<Vec<u8>, String> {
    let response = gloo_net::http::Request::get(url)
        .header("accept", accept)
        .send()
        .await
        .map_err(|_| "the server does not answer".to_owned())?;
    let body = response.binary().await.map_err(|error| error.to_string())?;
    if response.ok() {
        return Ok(body);
    }
    Err(member(&body, "error")
        .unwrap_or_else(|| format!("the server answered {}", response.status())))
}

/// A member of a JSON object that is a string, read by the browser's own parser.
#[cfg(feature = "hydrate")]
fn member(body: &[u8], key: &str) -> Option<String> {
    let object = js_sys::JSON::parse(std::str::from_utf8(body).ok()?).ok()?;
    js_sys::Reflect::get(&object, &key.into()).ok()?.as_string()
}
