//! The severity timeline above the log: what the query's stretch of time holds, or all that is held.

use std::rc::Rc;

use crate::bind::{Erase, bound, click, when};
use crate::signal::{RwSignal, effect, memo};
use leptos::prelude::*;
use sidekick::{
    logs::{Bucket, LogSession, buckets_of, step_for},
    time::Millis,
};

use super::{
    controls::{Controls, Goal, controls},
    events::marks,
    past::look_for,
    span::{Span, span},
};
use crate::{
    charts::{Bar, BarsData, Mark, Pointing, SeverityBars},
    preferences::{read, write},
    pulse::pulse,
    route::Selection,
    state::{Dashboard, Pinned, Seek},
    stats::StatsStrip,
};

/// Redrawing more often would not show more.
const REDRAW_MS: u64 = 250;

/// A container is read once a second.
const READINGS_MS: u64 = 1000;

/// The width shows at least this many minutes.
const LEAST_MINUTES: usize = 20;

/// How many bars the width has room for, where they are no minutes.
const MOST_BARS: usize = 120;

/// What no query asks for by a slip of the hand has more; the rest is not drawn.
const LAST_BAR: i64 = 1000;

/// Lines over time by severity. A click goes to the first line of a bar; a stretch that is dragged
/// over becomes part of the query, which the chart then shows alone and in shorter steps.
#[component]
pub(crate) fn LogTimeline() -> impl IntoView {
    let controls = controls();
    let dashboard = controls.dashboard;
    let version = pulse(dashboard.logs_version, REDRAW_MS);
    let span = memo(move || controls.filter.with(span));
    let marks = memo(move || marks(dashboard));
    let readings = pulse(dashboard.stats_version, READINGS_MS);
    let shown = move || {
        let (span, utc, marks) = (span.get(), dashboard.utc.get(), marks.get());
        let logs = dashboard.logs;
        if dashboard.strip.get() {
            readings.track();
        }
        let measured = measured(dashboard);
        let data = logs.with_value(|session| bars(session, span, marks, measured, utc));
        BarsData {
            begun: dashboard.pinned.with(made),
            ..data
        }
    };
    let axis = RwSignal::new(None);
    let data = move || {
        version.track();
        let data = shown();
        if axis.with_untracked(|before| *before != data.span()) {
            axis.set(data.span());
        }
        data
    };
    let slow = pulse(dashboard.logs_version, 5000);
    let has_lines = memo(move || {
        version.track();
        dashboard
            .logs
            .with_value(|session| session.store().lines() > 0)
    });
    let label = memo(move || {
        slow.track();
        has_lines.get();
        shown().summary()
    });
    let cursor = RwSignal::new(None);
    let follows = follow_pointer(controls, cursor);
    let pointing = Pointing {
        cursor,
        on_pick: Callback::new(move |at| go_to(controls, span.get_untracked(), at)),
        on_range: Some(Callback::new(move |range| controls.show_span(range))),
    };
    let strip = strip(dashboard);
    let one = move || {
        dashboard
            .selection
            .with(|it| matches!(it, Selection::Container(_)))
    };
    let narrowed = move || span.get() != (None, None);
    view! {
        <SeverityBars label data=Rc::new(data) pointing />
        {when(
            move || strip.get() && one(),
            move || view! { <StatsStrip axis pointing /> }.erase(),
        )}
        <div class="timeline-tools">
            <button
                type="button"
                class="timeline-tool timeline-follow"
                title="What the container used meanwhile, on the same time axis"
                aria-pressed=bound(move || strip.get().to_string())
                hidden=bound(move || !one())
                on:click=click(move || strip.update(|it| *it = !*it))
            >
                "Stats"
            </button>
            <button
                type="button"
                class="timeline-tool timeline-follow"
                title="While somebody points at a time in the chart, the log shows its lines"
                aria-pressed=bound(move || follows.get().to_string())
                on:click=click(move || follows.update(|it| *it = !*it))
            >
                "Log follows pointer"
            </button>
            <button
                type="button"
                class="timeline-tool"
                title="Show the lines of all times again"
                hidden=bound(move || !narrowed())
                on:click=click(move || controls.show_span(None))
            >
                "All times ×"
            </button>
        </div>
    }
    .erase()
}

/// Whether curves of the stats stand below: the switch, which the browser keeps.
fn strip(dashboard: Dashboard) -> RwSignal<bool> {
    let strip = dashboard.strip;
    strip.set(read("stats-strip").as_deref() == Some("1"));
    effect(move || write("stats-strip", if strip.get() { "1" } else { "0" }));
    strip
}

/// Has the log show the lines of the time at the cursor as long as there is one, where somebody wants that:
/// the switch, which the browser keeps.
fn follow_pointer(controls: Controls, cursor: RwSignal<Option<Millis>>) -> RwSignal<bool> {
    let follows = RwSignal::new(read("follow-pointer").as_deref() == Some("1"));
    effect(move || write("follow-pointer", if follows.get() { "1" } else { "0" }));
    effect(move || {
        let on = follows.get();
        let goal = match cursor.get().filter(|_| on) {
            Some(at) => Goal::Glance(at),
            None => Goal::Back,
        };
        controls.go_to.set(Some(goal));
    });
    follows
}

/// When the container was made of which the log is; `None` where it is of several.
fn made(pinned: &Option<Pinned>) -> Option<Millis> {
    pinned.as_ref()?.container.created
}

/// Scrolls to the first line of the bar at an instant; where its lines are not loaded, they come.
fn go_to(controls: Controls, span: Span, at: Millis) {
    let dashboard = controls.dashboard;
    let (bar, loaded) = dashboard.logs.with_value(|session| {
        let data = BarsData {
            begun: dashboard.pinned.with_untracked(made),
            ..bars(session, span, Vec::new(), measured(dashboard), true)
        };
        let end = data.step_of(at).plus(data.step_ms);
        let first = session.first_time();
        let loaded = first.is_some_and(|first| first.millis() < end);
        (data.at(at), loaded)
    });
    match bar {
        None => {}
        Some(bar) if bar.total() > 0 && loaded => controls.go_to.set(Some(Goal::Time(bar.start))),
        Some(_) if loaded => {}
        Some(bar) => look_for(dashboard, Seek::Time(bar.start)),
    }
}

/// When the container was read last, where curves of that stand below: a quiet one is measured too.
fn measured(dashboard: Dashboard) -> Option<Millis> {
    if !dashboard.strip.get_untracked() {
        return None;
    }
    let id = dashboard
        .pinned
        .with_untracked(|pin| Some(pin.as_ref()?.id().clone()))?;
    let stats = dashboard.stats;
    stats.with_value(|stats| Some(stats.latest(&id)?.time))
}

/// The bars of a span, up to the last line or what was measured last.
fn bars(
    session: &LogSession,
    span: Span,
    marks: Vec<Mark>,
    measured: Option<Millis>,
    utc: bool,
) -> BarsData {
    let timeline = session.timeline();
    let buckets = timeline.buckets();
    let hour = buckets.first().map_or(Millis(i64::MAX), |it| it.start);
    let mut held = session.first_time().map(|it| it.millis());
    if let (true, Some(since)) = (span == (None, None), session.loaded_since()) {
        // The last lines of one that ended long ago would squeeze the others into a few bars.
        held = held.map(|it| it.max(since));
    }
    let mut data = BarsData {
        // A young log fills the width sooner.
        capacity: buckets.len().clamp(
            LEAST_MINUTES.min(timeline.max_buckets()),
            timeline.max_buckets(),
        ),
        bars: Vec::new(),
        loaded_since: session.loaded_since(),
        begun: None,
        missing: session.missing().collect(),
        marks,
        step_ms: timeline.bucket_ms(),
        utc,
    };
    let buckets = match held {
        Some(held) if span != (None, None) || held < hour => {
            let step = timeline.bucket_ms();
            let live = buckets.last().map_or(held, |it| it.start.plus(step));
            let last = session.last_time().map_or(held, |it| it.millis());
            let last = measured.map_or(last, |it| it.max(last));
            let (from, to) = within(span, (held, live.max(last.plus(1))));
            data.step_ms = step_for(to.since(from), MOST_BARS);
            let step = |at: Millis| at.0.div_euclid(data.step_ms);
            let steps = step(to.plus(-1)).saturating_sub(step(from));
            data.capacity = steps.clamp(0, LAST_BAR) as usize + 1;
            buckets_of(session.store(), from, data.step_ms, data.capacity)
        }
        _ => buckets,
    };
    data.bars = buckets.iter().map(bar).collect();
    if span == (None, None) {
        data.reach_marks();
        if let Some(measured) = measured {
            data.reach(measured);
        }
    }
    data
}

/// A span as far as it is of what is held; as it is where it is of nothing held.
fn within((after, before): Span, held: (Millis, Millis)) -> (Millis, Millis) {
    let cut = (
        after.map_or(held.0, |it| it.max(held.0)),
        before.map_or(held.1, |it| it.min(held.1)),
    );
    if cut.0 < cut.1 {
        return cut;
    }
    let from = after.or(before).unwrap_or(held.0);
    (from, before.unwrap_or(from).max(from.plus(1)))
}

fn bar(bucket: &Bucket) -> Bar {
    let mut counts = [0; 7];
    for (to, (_, count)) in counts.iter_mut().zip(bucket.counts.iter()) {
        *to = count;
    }
    Bar {
        start: bucket.start,
        counts,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sidekick::{
        logs::StoreLimits,
        protocol::{LogBatch, LogStream},
        time::Nanos,
    };

    fn session(seconds: &[i64]) -> LogSession {
        let mut session = LogSession::new(StoreLimits::default());
        let mut batch = LogBatch::new();
        for second in seconds {
            let time = Nanos(second * 1_000_000_000);
            batch.push_line(time, LogStream::Stdout, "ERROR x");
        }
        session.ingest(0, batch);
        session
    }

    fn at(second: i64) -> Option<Millis> {
        Some(Millis(second * 1000))
    }

    fn drawn(session: &LogSession, span: Span) -> (i64, i64, usize, u64) {
        let data = bars(session, span, Vec::new(), None, true);
        let first = data.bars.first().map_or(0, |bar| bar.start.0 / 1000);
        let lines = data.bars.iter().map(Bar::total).sum();
        (first, data.step_ms, data.capacity, lines)
    }

    #[test]
    fn all_that_is_held_is_shown_and_a_stretch_of_it_in_shorter_steps() {
        let all = (None, None);
        let short = session(&[6000, 6030, 6300]);
        assert_eq!(drawn(&short, all), (6000, 60_000, 20, 3));
        assert_eq!(drawn(&short, (at(6000), at(6060))), (6000, 1000, 60, 2));
        assert_eq!(
            drawn(&short, (at(6010), None)),
            (6010, 5000, 70, 2),
            "to the end of the newest minute"
        );
        assert_eq!(
            drawn(&short, (at(0), at(6005))),
            (6000, 100, 50, 1),
            "what is not held has no room"
        );
        assert_eq!(drawn(&short, (at(10), at(20))), (10, 100, 100, 0));
        let measured = |span, second| bars(&short, span, Vec::new(), at(second), true);
        let quiet = measured(all, 6700);
        assert_eq!(quiet.span(), Some((Millis(5_520_000), Millis(6_720_000))));
        assert_eq!(quiet.bars.iter().map(Bar::total).sum::<u64>(), 3);
        let quiet = measured((at(6400), None), 6410);
        assert_eq!(quiet.span(), Some((Millis(6_400_000), Millis(6_410_100))));
        assert_eq!(
            measured(all, 99_000).span(),
            Some((Millis(5_160_000), Millis(6_360_000))),
            "long ago"
        );
        let long = session(&[0, 7199]);
        assert_eq!(drawn(&long, all), (0, 120_000, 60, 2), "more than an hour");
    }

    #[test]
    fn odd_spans_draw_something_small() {
        let short = session(&[6000, 6030]);
        for span in [
            (Some(Millis(i64::MIN)), Some(Millis(i64::MAX))),
            (at(7000), at(5000)),
            (Some(Millis(i64::MAX)), None),
            (None, Some(Millis(i64::MIN))),
        ] {
            let data = bars(&short, span, Vec::new(), None, true);
            assert!(data.bars.len() <= LAST_BAR as usize + 1, "{span:?}");
        }
        assert_eq!(drawn(&session(&[]), (at(1), at(2))), (0, 60_000, 20, 0));
    }
}
