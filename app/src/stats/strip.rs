//! Curves of one container's stats below the timeline of its log, on the same time axis.

use std::rc::Rc;

use crate::bind::Erase;
use crate::signal::{RwSignal, memo};
use leptos::prelude::*;
use sidekick::time::Millis;

use super::{
    Member, REDRAW_MS,
    series::{Chart, curves},
};
use crate::{
    charts::{LineChart, LineData, Pointing},
    pulse::pulse,
    state::dashboard,
};

/// Four low charts: what the container used while it printed the lines above. Their instant, and the stretch that
/// is dragged over, are those of the timeline.
#[component]
pub(crate) fn StatsStrip(
    /// From when to when the timeline goes.
    axis: RwSignal<Option<(Millis, Millis)>>,
    /// What is done with the time of all charts.
    pointing: Pointing,
) -> impl IntoView {
    let dashboard = dashboard();
    let version = pulse(dashboard.stats_version, REDRAW_MS);
    let data = move |chart: Chart| {
        version.track();
        let members: Vec<Member> = dashboard.pinned.with(|pin| {
            let pin = pin.as_ref()?;
            Some(vec![Member {
                id: pin.id().clone(),
                name: pin.container.name.clone(),
                source: 0,
                live: true,
            }])
        })?;
        let stretch = axis.get()?;
        let utc = dashboard.utc.get();
        let stats = dashboard.stats;
        let data = stats.with_value(|stats| curves(stats, &members, chart, stretch, utc));
        Some(LineData {
            strip: true,
            ..data
        })
    };
    let strip = |chart: Chart| {
        let value = memo(move || {
            let at = pointing.cursor.get();
            data(chart).map_or_else(String::new, |data| match at {
                Some(at) => data.values(at),
                None => data.newest(),
            })
        });
        let label = memo(move || {
            let value = value.get();
            let told = if value.is_empty() {
                "not measured"
            } else {
                &value
            };
            format!("{}: {told}", chart.title())
        });
        let drawn = move || data(chart).unwrap_or_else(|| LineData::blank(chart.unit()));
        view! {
            <div class="strip">
                <LineChart label data=Rc::new(drawn) pointing strip=true />
                <span class="strip-name" aria-hidden="true">
                    {chart.short()}
                </span>
                <span class="strip-value" aria-hidden="true">
                    {move || value.get()}
                </span>
            </div>
        }
        .erase()
    };
    let strips = Chart::ALL.map(strip);
    view! {
        <div class="stats-strip" role="group" aria-label="Stats">
            {Vec::from(strips)}
        </div>
    }
    .erase()
}
