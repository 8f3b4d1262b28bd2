//! The stretch of time that all curves show: the newest one, or the one that the log's query is narrowed
//! to, so that the timeline of the log and the curves always agree.

use crate::bind::{Erase, bound, click};
use leptos::prelude::*;
use sidekick::time::Millis;

use super::{Shown, range::Range};
use crate::{charts::Clock, logs::Span};

/// From when to when the curves go. Where the query is open at its end, they end with the newest reading;
/// where it is open at its begin, they are as long as the range that is switched on.
pub(super) fn stretch((after, before): Span, range: Range, newest: Millis) -> (Millis, Millis) {
    let (start, end) = match (after, before) {
        (None, None) => (newest.plus(-range.ms()), newest),
        (Some(after), None) => (after, newest),
        (None, Some(before)) => (before.plus(-range.ms()), before),
        (Some(after), Some(before)) => (after, before),
    };
    (start, end.max(start.plus(1)))
}

/// A stretch in words: "10:15:00 – 10:16:30", with the day where that is another one than that of `now`.
pub(super) fn tell((start, end): (Millis, Millis), now: Millis, utc: bool) -> String {
    let mut clock = Clock::new(utc);
    let [first, last, today] = [start, end, now].map(|at| day(clock.full(at.into())));
    let mut text = String::new();
    if first != today || last != today {
        text = format!("{first} ");
    }
    text.push_str(&clock.short(start));
    text.push_str(" – ");
    if last != first {
        text.push_str(&last);
        text.push(' ');
    }
    text.push_str(&clock.short(end));
    text
}

/// The day of a time in RFC 3339.
fn day(time: String) -> String {
    time.split('T').next().unwrap_or_default().to_owned()
}

/// Why the curves of a stretch that was zoomed into are empty, if they are.
pub(super) fn unmeasured(shown: Shown) -> Option<String> {
    if !shown.zoomed() {
        return None;
    }
    shown.version.track();
    let stretch = shown.stretch();
    let clock = Clock::new(shown.dashboard.utc.get());
    shown.dashboard.stats.with_value(|stats| {
        shown.members.with(|members| {
            // The newest first: they are what is looked at most of the time.
            let samples = members.iter().flat_map(|it| stats.samples(&it.id).rev());
            empty(samples.map(|sample| sample.time), stretch, clock)
        })
    })
}

/// The same of readings with these times; `None` also where there are no readings at all.
fn empty(
    times: impl Iterator<Item = Millis>,
    (start, end): (Millis, Millis),
    mut clock: Clock,
) -> Option<String> {
    let mut first = None;
    for time in times {
        if start <= time && time <= end {
            return None;
        }
        first = Some(first.map_or(time, |first: Millis| first.min(time)));
    }
    let text = "Nothing was measured in this stretch of time";
    match first? {
        first if first > end => Some(format!(
            "{text}: the stats begin at {}.",
            clock.short(first)
        )),
        _ => Some(format!("{text}.")),
    }
}

/// Tells which stretch is shown, and takes that back.
#[component]
pub(super) fn ZoomOut(shown: Shown) -> impl IntoView {
    let text = move || {
        let now = shown.dashboard.now.get_untracked();
        tell(shown.stretch(), now, shown.dashboard.utc.get())
    };
    view! {
        <button
            type="button"
            class="stats-zoom"
            title="Show the newest readings and the lines of all times again"
            hidden=bound(move || !shown.zoomed())
            on:click=click(move || shown.controls.show_span(None))
        >
            {move || if shown.zoomed() { format!("{} ×", text()) } else { String::new() }}
        </button>
    }
    .erase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Millis {
        Millis(second * 1000)
    }

    fn of(after: Option<i64>, before: Option<i64>) -> (i64, i64) {
        let span = (after.map(at), before.map(at));
        let (start, end) = stretch(span, Range::Minute, at(1000));
        (start.0, end.0)
    }

    #[test]
    fn the_curves_show_what_the_query_is_narrowed_to() {
        assert_eq!(of(None, None), (940_000, 1_000_000));
        assert_eq!(of(Some(100), Some(130)), (100_000, 130_000));
        assert_eq!(of(Some(100), None), (100_000, 1_000_000), "till now");
        assert_eq!(of(None, Some(500)), (440_000, 500_000));
    }

    #[test]
    fn a_stretch_is_never_empty() {
        assert_eq!(of(Some(130), Some(100)), (130_000, 130_001));
        assert_eq!(of(Some(2000), None), (2_000_000, 2_000_001));
    }

    #[test]
    fn a_stretch_of_another_day_is_told_with_the_day() {
        let stretch = (at(36_000), at(36_090));
        assert_eq!(tell(stretch, at(40_000), true), "10:00 – 10:01:30");
        assert_eq!(
            tell(stretch, at(140_000), true),
            "1970-01-01 10:00 – 10:01:30"
        );
        let night = (at(86_395), at(86_400));
        let told = "1970-01-01 23:59:55 – 1970-01-02 00:00";
        assert_eq!(tell(night, at(90_000), true), told);
    }

    #[test]
    fn a_stretch_without_readings_says_why() {
        let of = |times: &[i64]| {
            let times = times.iter().map(|second| at(*second));
            empty(times, (at(100), at(130)), Clock::new(true))
        };
        let none = "Nothing was measured in this stretch of time";
        assert_eq!(of(&[]), None, "they still come");
        assert_eq!(of(&[90, 100]), None);
        assert_eq!(of(&[130, 140]), None);
        assert_eq!(of(&[90, 140]), Some(format!("{none}.")));
        assert_eq!(
            of(&[200, 131]),
            Some(format!("{none}: the stats begin at 00:02:11."))
        );
    }
}
