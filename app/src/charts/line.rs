//! Curves over time: stats.

use std::rc::Rc;

use crate::bind::Erase;
use crate::signal::Memo;
use leptos::prelude::*;
use sidekick::stats::PAUSE_MS;
use sidekick::time::Millis;

#[cfg(feature = "hydrate")]
use super::surface::Frame;
use super::{
    Clock, Ink, Unit,
    cursor::Margins,
    pointed::{Drawing, PointedChart, Pointing},
};

/// One curve.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Its colour.
    pub ink: Ink,
    /// What it is called at the pointer.
    pub name: String,
    /// Time in milliseconds since the Unix epoch, and value; in time order.
    pub points: Vec<(i64, f64)>,
}

/// What a [`LineChart`] draws.
#[derive(Clone, Debug, PartialEq)]
pub struct LineData {
    /// The curves; the first one is drawn last, above the others.
    pub lines: Vec<Line>,
    /// Left edge.
    pub start: Millis,
    /// Right edge.
    pub end: Millis,
    /// Unit of the values.
    pub unit: Unit,
    /// Times as UTC rather than local.
    pub utc: bool,
}

/// How many steps of a key the width has.
const STEPS: i64 = 60;

const MARGINS: Margins = Margins {
    left: 64.0,
    right: 12.0,
};

impl LineData {
    /// The point of each line nearest to `at`, unless it is further away than a pause.
    #[must_use]
    pub fn nearest(&self, at: Millis) -> Vec<(&Line, i64, f64)> {
        self.lines
            .iter()
            .filter_map(|line| {
                let &(time, value) = line
                    .points
                    .iter()
                    .min_by_key(|(time, _)| time.abs_diff(at.0))?;
                (time.abs_diff(at.0) <= PAUSE_MS as u64).then_some((line, time, value))
            })
            .collect()
    }
}

impl Drawing for LineData {
    fn span(&self) -> Option<(Millis, Millis)> {
        Some((self.start, self.end))
    }

    fn step_ms(&self) -> i64 {
        (self.end.since(self.start) / STEPS).max(1)
    }

    /// The time, then one line per curve.
    fn tip(&self, at: Millis) -> String {
        let near = self.nearest(at);
        let Some((_, time, _)) = near.first() else {
            return String::new();
        };
        let second = Millis(time.div_euclid(1000) * 1000);
        let mut text = Clock::new(self.utc).short(second);
        for (line, _, value) in &near {
            text.push('\n');
            if !line.name.is_empty() {
                text.push_str(&line.name);
                text.push(' ');
            }
            text.push_str(&self.unit.format(*value));
        }
        text
    }

    #[cfg(feature = "hydrate")]
    fn paint(&self, frame: &Frame) {
        // Nothing here can fail but plotters' own refusal of an area without pixels.
        let _refused = paint::draw(frame, self);
    }
}

/// Curves over time with axes; the values at the pointer beside it.
#[component]
pub fn LineChart(
    /// Accessible description: what it shows and the newest values.
    #[prop(into)]
    label: Memo<String>,
    /// The data; read again when a signal in it changes.
    data: Rc<dyn Fn() -> LineData>,
    /// What is done with a click; charts with the same cursor show the same instant.
    pointing: Pointing,
) -> impl IntoView {
    let data = Box::new(move || Box::new(data()) as Box<dyn Drawing>);
    view! { <PointedChart class="chart" label margins=MARGINS data pointing /> }.erase()
}

#[cfg(any(feature = "hydrate", test))]
mod thin {
    use super::PAUSE_MS;

    /// The points in runs without a pause, with at most about two points (the smallest and the
    /// largest) per `column_ms`.
    pub(super) fn runs(points: &[(i64, f64)], column_ms: i64) -> Vec<Vec<(i64, f64)>> {
        let column_ms = column_ms.max(1);
        points
            .chunk_by(|a, b| b.0 - a.0 <= PAUSE_MS)
            .map(|run| {
                run.chunk_by(|a, b| a.0.div_euclid(column_ms) == b.0.div_euclid(column_ms))
                    .flat_map(extremes)
                    .collect()
            })
            .collect()
    }

    fn extremes(column: &[(i64, f64)]) -> impl Iterator<Item = (i64, f64)> + use<> {
        let low = column.iter().copied().min_by(|a, b| a.1.total_cmp(&b.1));
        let high = column.iter().copied().max_by(|a, b| a.1.total_cmp(&b.1));
        let (first, second) = match (low, high) {
            (Some(a), Some(b)) if b.0 < a.0 => (Some(b), Some(a)),
            (Some(a), Some(b)) if a == b => (Some(a), None),
            other => other,
        };
        first.into_iter().chain(second)
    }
}

#[cfg(feature = "hydrate")]
mod paint {
    use plotters::prelude::*;

    use super::{
        super::axis::{Axis, Room, plot},
        *,
    };

    pub(super) fn draw(frame: &Frame, data: &LineData) -> Option<()> {
        let (width, height) = frame.size();
        let max = data
            .lines
            .iter()
            .flat_map(|line| &line.points)
            .map(|point| point.1)
            .fold(0.0, f64::max);
        let steps = if height > frame.px(120.0) { 4 } else { 2 };
        let y_ticks = data.unit.ticks(max, steps);
        let x_ticks = Clock::new(data.utc).ticks(
            data.start,
            data.end,
            (width / frame.px(90.0).max(1)) as usize,
        );
        let time = |t: f64| Clock::new(data.utc).short(Millis(t as i64));
        let value = |v: f64| data.unit.format(v);
        let mut chart = plot(
            frame,
            &Room {
                left: MARGINS.left,
                right: MARGINS.right,
                bottom: 20.0,
            },
            Axis {
                range: data.start.0 as f64..data.end.0 as f64,
                ticks: x_ticks.into_iter().map(|t| t as f64).collect(),
                format: &time,
            },
            Axis {
                range: 0.0..y_ticks.last().copied()?,
                ticks: y_ticks,
                format: &value,
            },
        )?;
        let column_ms = data.end.since(data.start) / i64::from(width.max(1));
        for line in data.lines.iter().rev() {
            let color = frame.color(line.ink);
            for run in thin::runs(&line.points, column_ms) {
                let run = run.iter().map(|&(t, v)| (t as f64, v));
                let stroke = color.stroke_width(frame.px(1.5).max(1));
                // An area below a lone curve; several would hide each other.
                if data.lines.len() == 1 {
                    chart
                        .draw_series(AreaSeries::new(run.clone(), 0.0, color.mix(0.16)))
                        .ok()?;
                }
                chart.draw_series(LineSeries::new(run, stroke)).ok()?;
            }
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(points: &[(i64, f64)]) -> Line {
        Line {
            ink: Ink::Brand,
            name: "web".to_owned(),
            points: points.to_vec(),
        }
    }

    #[test]
    fn the_tip_tells_the_value_nearest_to_the_pointer() {
        let data = LineData {
            lines: vec![line(&[(0, 1.0), (1000, 2.0), (50_000, 7.0)])],
            start: Millis(0),
            end: Millis(100_000),
            unit: Unit::Percent,
            utc: true,
        };
        assert_eq!(data.tip(Millis(900)), "00:00:01\nweb 2.0 %");
        assert_eq!(data.tip(Millis(52_000)), "00:00:50\nweb 7.0 %");
        assert_eq!(data.tip(data.end), "", "nothing was measured there");
    }

    #[test]
    fn a_pause_breaks_the_curve() {
        let runs = thin::runs(&[(0, 1.0), (1000, 2.0), (60_000, 3.0)], 1);
        assert_eq!(runs, [vec![(0, 1.0), (1000, 2.0)], vec![(60_000, 3.0)]]);
    }

    #[test]
    fn thinning_keeps_peaks_and_order() {
        let points: Vec<_> = (0..1000)
            .map(|i| (i * 10, if i == 503 { 99.0 } else { 1.0 }))
            .collect();
        let runs = thin::runs(&points, 1000);
        assert!(runs[0].len() <= 20);
        assert!(runs[0].contains(&(5030, 99.0)));
        assert!(runs[0].is_sorted_by_key(|point| point.0));
    }
}
