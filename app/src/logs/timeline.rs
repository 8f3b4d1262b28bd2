//! The severity timeline above the log.

use std::rc::Rc;

use crate::signal::memo;
use leptos::prelude::*;
use sidekick::{logs::LogSession, time::Millis};

use super::controls::{Goal, controls};
use crate::{
    charts::{Bar, BarsData, SeverityBars},
    pulse::pulse,
};

/// Redrawing more often would not show more: a bar is a minute.
const REDRAW_MS: u64 = 250;

/// The width shows at least this many minutes.
const LEAST_MINUTES: usize = 20;

/// Lines per minute by severity; a click goes to that minute.
#[component]
pub(crate) fn LogTimeline() -> impl IntoView {
    let controls = controls();
    let dashboard = controls.dashboard;
    let version = pulse(dashboard.logs_version, REDRAW_MS);
    let data = move || {
        version.track();
        let utc = dashboard.utc.get();
        dashboard.logs.with_value(|session| bars(session, utc))
    };
    let slow = pulse(dashboard.logs_version, 5000);
    let begun = memo(move || {
        version.track();
        dashboard
            .logs
            .with_value(|session| session.store().lines() > 0)
    });
    let label = memo(move || {
        slow.track();
        begun.get();
        let utc = dashboard.utc.get();
        dashboard
            .logs
            .with_value(|session| bars(session, utc).summary())
    });
    let go_to = Callback::new(move |minute: Millis| controls.go_to.set(Some(Goal::Time(minute))));
    view! { <SeverityBars label data=Rc::new(data) on_pick=go_to /> }
}

fn bars(session: &LogSession, utc: bool) -> BarsData {
    let timeline = session.timeline();
    let buckets = timeline.buckets();
    BarsData {
        // A young log fills the width sooner.
        capacity: buckets.len().clamp(
            LEAST_MINUTES.min(timeline.max_buckets()),
            timeline.max_buckets(),
        ),
        bars: buckets
            .into_iter()
            .map(|bucket| {
                let mut counts = [0; 7];
                for (to, (_, count)) in counts.iter_mut().zip(bucket.counts.iter()) {
                    *to = count;
                }
                Bar {
                    start: bucket.start,
                    counts,
                }
            })
            .collect(),
        loaded_since: session.loaded_since(),
        missing: session.missing().collect(),
        step_ms: timeline.bucket_ms(),
        utc,
    }
}
