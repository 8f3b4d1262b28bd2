//! What the server puts into the page, so that the first paint is complete and the browser
//! draws the very same thing when it takes over.

use std::fmt;
use std::str::FromStr;

use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use sidekick::model::EngineStatus;
use sidekick::protocol::Snapshot;
use sidekick::time::Millis;

use crate::route::Route;

/// What the server knows when it renders a page; it provides this by context.
#[derive(Clone, Debug)]
pub struct InitialState(pub Snapshot);

/// What travels inside the page.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Initial {
    pub(crate) snapshot: Snapshot,
    /// The server's clock, against which uptimes are told.
    pub(crate) now: Millis,
}

impl Initial {
    /// On the server: from context. In the browser: from the page.
    pub(crate) fn shared() -> Self {
        SharedValue::new_str(|| Self {
            snapshot: use_context::<InitialState>().map_or_else(nothing, |state| state.0),
            now: server_now(),
        })
        .into_inner()
    }
}

/// Postcard in hexadecimal: the page reads postcard anyway, and a reader of JSON, or of anything denser,
/// would make its download larger.
impl fmt::Display for Initial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = postcard::to_stdvec(self).map_err(|_| fmt::Error)?;
        bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for Initial {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digit = |digit: u8| char::from(digit).to_digit(16);
        let bytes: Option<Vec<u8>> = text
            .as_bytes()
            .chunks(2)
            .map(|pair| match *pair {
                [high, low] => Some((digit(high)? << 4 | digit(low)?) as u8),
                _ => None,
            })
            .collect();
        let bytes = bytes.ok_or("not hexadecimal")?;
        postcard::from_bytes(&bytes).map_err(|_| "not a state of this version")
    }
}

/// The address of this page.
pub(crate) fn first_route() -> Route {
    // leptos_axum tells a whole URL, with a host of its own.
    #[cfg(feature = "ssr")]
    let path = use_context::<leptos_router::location::RequestUrl>()
        .and_then(|url| url.parse().ok())
        .map_or_else(|| "/".to_owned(), |url| url.path().to_owned());
    #[cfg(all(feature = "hydrate", not(feature = "ssr")))]
    let path = location_pathname().unwrap_or_default();
    #[cfg(not(any(feature = "hydrate", feature = "ssr")))]
    let path = "/".to_owned();
    Route::of(&path)
}

fn nothing() -> Snapshot {
    Snapshot {
        revision: 0,
        engine: EngineStatus::Connecting {
            endpoint: String::new(),
        },
        containers: Vec::new(),
        errors: Vec::new(),
        refreshed: None,
    }
}

#[cfg(feature = "ssr")]
fn server_now() -> Millis {
    std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(Millis(0), |since| Millis(since.as_millis() as i64))
}

#[cfg(not(feature = "ssr"))]
fn server_now() -> Millis {
    // Never asked: the browser reads what the server wrote. Zero shows no uptime.
    Millis(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_data::container;

    #[test]
    fn the_state_survives_the_way_through_the_page() {
        let initial = Initial {
            snapshot: Snapshot {
                containers: vec![container("1", "a</script>b")],
                ..nothing()
            },
            now: Millis(7),
        };
        let text = initial.to_string();
        assert!(!text.contains('<'), "nothing ends the script that holds it");
        let back: Initial = text.parse().unwrap();
        assert_eq!((back.snapshot, back.now), (initial.snapshot, initial.now));
        assert!("no state".parse::<Initial>().is_err());
        assert!("AAAA".parse::<Initial>().is_err());
    }
}
