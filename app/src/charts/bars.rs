//! The severity timeline: one stacked bar per minute.

use std::rc::Rc;

use crate::bind::Erase;
use crate::signal::Memo;
use leptos::prelude::*;
use sidekick::time::Millis;

#[cfg(feature = "hydrate")]
use super::surface::Frame;
use super::{
    Clock,
    cursor::Margins,
    plural,
    pointed::{Drawing, PointedChart},
};

/// One step of the timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bar {
    /// Its first millisecond.
    pub start: Millis,
    /// Lines per severity, from fatal to unknown.
    pub counts: [u64; 7],
}

/// What [`SeverityBars`] draws.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BarsData {
    /// The steps in order, without holes.
    pub bars: Vec<Bar>,
    /// Width of a step in milliseconds.
    pub step_ms: i64,
    /// How many steps the full width holds; the newest is at the right edge.
    pub capacity: usize,
    /// Times as UTC rather than local.
    pub utc: bool,
}

/// Names of the severities in the order of [`Bar::counts`].
const NAMES: [&str; 7] = [
    "fatal", "error", "warn", "info", "debug", "trace", "unknown",
];

const MARGINS: Margins = Margins {
    left: 44.0,
    right: 8.0,
};

impl Bar {
    /// Lines of all severities.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.counts.iter().sum()
    }
}

impl BarsData {
    /// First and last instant of the full width.
    #[must_use]
    pub fn span(&self) -> Option<(Millis, Millis)> {
        let end = self.bars.last()?.start.plus(self.step_ms);
        Some((end.plus(-(self.capacity as i64) * self.step_ms), end))
    }

    /// The bar at `fraction` of the width of the plot.
    #[must_use]
    pub fn at(&self, fraction: f64) -> Option<&Bar> {
        let (start, end) = self.span()?;
        let time = start.plus((end.since(start) as f64 * fraction) as i64);
        self.bars
            .iter()
            .find(|bar| (0..self.step_ms).contains(&time.since(bar.start)))
    }

    /// The whole chart in one sentence, for those who cannot see it.
    #[must_use]
    pub fn summary(&self) -> String {
        let Some((first, last)) = self.bars.first().zip(self.bars.last()) else {
            return "Lines per minute by severity: no lines yet".to_owned();
        };
        let mut clock = Clock::new(self.utc);
        let mut text = format!(
            "Lines per minute by severity, {} to {}: {}",
            clock.short(first.start),
            clock.short(last.start),
            plural(self.bars.iter().map(Bar::total).sum(), "line", "lines"),
        );
        for (index, name) in NAMES.iter().enumerate() {
            let count = self.bars.iter().map(|bar| bar.counts[index]).sum::<u64>();
            if count > 0 {
                text.push_str(&format!(", {name} {}", super::group_digits(count)));
            }
        }
        text
    }
}

impl Drawing for BarsData {
    /// The minute, then one line per severity that occurred.
    fn tip(&self, fraction: f64) -> String {
        let Some(bar) = self.at(fraction) else {
            return String::new();
        };
        let mut text = Clock::new(self.utc).short(bar.start);
        if bar.total() == 0 {
            text.push_str("\nno lines");
        }
        for (name, &count) in NAMES.iter().zip(&bar.counts) {
            if count > 0 {
                text.push_str(&format!("\n{name} {}", super::group_digits(count)));
            }
        }
        text
    }

    fn pick(&self, fraction: f64) -> Option<Millis> {
        let bar = self.at(fraction).filter(|bar| bar.total() > 0)?;
        Some(bar.start)
    }

    #[cfg(feature = "hydrate")]
    fn paint(&self, frame: &Frame) {
        // Nothing here can fail but plotters' own refusal of an area without pixels.
        let _refused = paint::draw(frame, self);
    }
}

/// The severity timeline; counts at the pointer, a click picks a minute.
#[component]
pub fn SeverityBars(
    /// Accessible description, as [`BarsData::summary`] gives it.
    #[prop(into)]
    label: Memo<String>,
    /// The data; read again when a signal in it changes.
    data: Rc<dyn Fn() -> BarsData>,
    /// Called with the minute that was clicked.
    on_pick: Callback<Millis>,
) -> impl IntoView {
    let data = Box::new(move || Box::new(data()) as Box<dyn Drawing>);
    view! { <PointedChart class="chart timeline" label margins=MARGINS data on_pick /> }.erase()
}

#[cfg(feature = "hydrate")]
mod paint {
    use plotters::prelude::*;

    use super::{
        super::{
            Ink, Unit,
            axis::{Axis, Room, TOP, plot},
            units::format_count,
        },
        *,
    };

    const BOTTOM: f64 = 18.0;

    pub(super) fn draw(frame: &Frame, data: &BarsData) -> Option<()> {
        let (width, height) = frame.size();
        let (start, end) = data.span()?;
        let max = data.bars.iter().map(Bar::total).max().unwrap_or(0);
        let top = Unit::Count.ticks(max as f64, 2).last().copied()?;
        let x_ticks =
            Clock::new(data.utc).ticks(start, end, (width / frame.px(90.0).max(1)) as usize);
        let time = |t: f64| Clock::new(data.utc).short(Millis(t as i64));
        let value = |v: f64| format_count(v as u64);
        let mut chart = plot(
            frame,
            &Room {
                left: MARGINS.left,
                right: MARGINS.right,
                bottom: BOTTOM,
            },
            Axis {
                range: start.0 as f64..end.0 as f64,
                ticks: x_ticks.into_iter().map(|t| t as f64).collect(),
                format: &time,
            },
            Axis {
                range: 0.0..top,
                ticks: vec![0.0, top],
                format: &value,
            },
        )?;
        let plot_height = height.saturating_sub(frame.px(BOTTOM + TOP)).max(1);
        // One error among ten thousand lines must still be seen.
        let least = top * f64::from(frame.px(2.0)) / f64::from(plot_height);
        let step = data.step_ms as f64;
        for bar in &data.bars {
            let left = bar.start.0 as f64 + step / 8.0;
            let mut base = 0.0;
            for (index, &count) in bar.counts.iter().enumerate() {
                if count == 0 {
                    continue;
                }
                let value = (count as f64).max(least).min(top - base);
                let corners = [(left, base), (left + step * 0.75, base + value)];
                base += value;
                let color = frame.color(Ink::Severity(index as u8));
                chart
                    .draw_series([Rectangle::new(corners, color.filled())])
                    .ok()?;
            }
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data() -> BarsData {
        let bar = |minute: i64, error, info| Bar {
            start: Millis(minute * 60_000),
            counts: [0, error, 0, info, 0, 0, 0],
        };
        BarsData {
            bars: vec![bar(600, 2, 1500), bar(601, 0, 0)],
            step_ms: 60_000,
            capacity: 60,
            utc: true,
        }
    }

    #[test]
    fn the_newest_minute_is_at_the_right_edge() {
        let data = data();
        assert_eq!(
            data.at(0.999).map(|bar| bar.start),
            Some(Millis(601 * 60_000))
        );
        assert_eq!(
            data.at(0.98).map(|bar| bar.start),
            Some(Millis(600 * 60_000))
        );
        assert_eq!(data.at(0.5), None);
    }

    #[test]
    fn a_minute_is_told_with_its_severities() {
        assert_eq!(data().tip(0.98), "10:00\nerror 2\ninfo 1,500");
        assert_eq!(data().tip(0.999), "10:01\nno lines");
        assert_eq!(
            data().summary(),
            "Lines per minute by severity, 10:00 to 10:01: 1,502 lines, error 2, info 1,500"
        );
    }
}
