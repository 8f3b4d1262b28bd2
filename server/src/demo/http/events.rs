//! `/events`: the past as far as it is kept, then the present.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use futures::stream;
use http::Response;
use sidekick::time::Nanos;
use tokio::sync::watch;
use tokio::time::{Duration, Instant, sleep_until};

use super::logs::instant;
use super::{Params, streaming};
use crate::demo::engine::Engine;
use crate::demo::filters::Filters;
use crate::demo::refusal::Refusal;

struct Subscriber {
    engine: Arc<Engine>,
    filters: Filters,
    since: Option<Nanos>,
    until: Option<Nanos>,
    /// When a request with `until` ends.
    ends: Option<Instant>,
    position: u64,
    changed: watch::Receiver<()>,
}

/// Answers a request for events. Without `since` and `until` there is no past.
pub(crate) fn stream(engine: &Arc<Engine>, params: &Params) -> Result<Response<Body>, Refusal> {
    let filters = Filters::parse(params.get("filters"))?;
    let since = instant(params, "since")?;
    let until = instant(params, "until")?.filter(|at| at.0 != 0);
    if let (Some(since), Some(until)) = (since, until)
        && until < since
    {
        return Err(Refusal::bad_request(format!(
            "`since` time ({}) cannot be after `until` time ({})",
            since.0, until.0
        )));
    }
    let subscriber = engine.with(|world, now| {
        let past = since.is_some() || until.is_some();
        let left = |until: Nanos| Duration::from_nanos((until.0 - now.0).max(0) as u64);
        Subscriber {
            engine: engine.clone(),
            filters,
            since,
            until,
            ends: until.map(|until| Instant::now() + left(until)),
            position: if past {
                world.events.begin()
            } else {
                world.events.end()
            },
            changed: world.events.watch(),
        }
    });
    let pieces = stream::unfold(subscriber, |mut subscriber| async move {
        let piece = subscriber.next().await?;
        Some((Ok::<_, std::io::Error>(piece), subscriber))
    });
    Ok(streaming("application/json", Body::from_stream(pieces)))
}

impl Subscriber {
    async fn next(&mut self) -> Option<Bytes> {
        loop {
            self.changed.borrow_and_update();
            let lines = self.read();
            if !lines.is_empty() {
                return Some(lines.into());
            }
            let over = async {
                match self.ends {
                    Some(at) => sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                () = over => return None,
                changed = self.changed.changed() => changed.ok()?,
            }
        }
    }

    fn read(&mut self) -> String {
        let mut lines = String::new();
        let engine = self.engine.clone();
        engine.with(|world, _| {
            while let Some((event, next)) = world.events.at(self.position) {
                self.position = next;
                let in_time = self.since.is_none_or(|since| event.time >= since)
                    && self.until.is_none_or(|until| event.time <= until);
                // An odd event has nothing to filter by: it reaches everybody.
                if in_time && (event.raw.is_some() || event.passes(&self.filters)) {
                    lines.push_str(&event.line());
                }
            }
        });
        lines
    }
}
