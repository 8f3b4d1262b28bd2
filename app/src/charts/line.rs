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
    bars::MARGINS as TIMELINE,
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
    /// Time in milliseconds since the Unix epoch, and value; in time order. What lies beyond the edges
    /// of the chart is drawn as far as they are.
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
    /// It is a low one below the timeline: with its edges, and without axes of its own.
    pub strip: bool,
    /// Times as UTC rather than local.
    pub utc: bool,
}

/// How many steps of a key the width has.
const STEPS: i64 = 60;

/// A shorter stretch would hold hardly a reading: Docker gives one a second.
const LEAST_STRETCH_MS: i64 = 5_000;

const MARGINS: Margins = Margins {
    left: 64.0,
    right: 12.0,
};

impl LineData {
    /// Without curves.
    #[must_use]
    pub fn blank(unit: Unit) -> Self {
        Self {
            lines: Vec::new(),
            start: Millis(0),
            end: Millis(1),
            unit,
            strip: true,
            utc: false,
        }
    }

    /// The values at an instant, in a row; empty where nothing was measured then.
    #[must_use]
    pub fn values(&self, at: Millis) -> String {
        let near = self.nearest(at);
        self.write(near.iter().map(|(line, _, value)| (*line, *value)))
    }

    /// The newest values in the stretch that is shown, likewise.
    #[must_use]
    pub fn newest(&self) -> String {
        self.write(self.lines.iter().filter_map(|line| {
            let shown = self.start.0..=self.end.0;
            let newest = line.points.iter().rfind(|(time, _)| shown.contains(time))?;
            Some((line, newest.1))
        }))
    }

    fn write<'a>(&self, values: impl Iterator<Item = (&'a Line, f64)>) -> String {
        let mut text = String::new();
        for (line, value) in values {
            if !text.is_empty() {
                text.push_str(", ");
            }
            if !line.name.is_empty() {
                text.push_str(&line.name);
                text.push(' ');
            }
            text.push_str(&self.unit.format(value));
        }
        text
    }

    /// The point of each line nearest to `at` and not beyond the edges, unless it is further away than a
    /// pause.
    #[must_use]
    pub fn nearest(&self, at: Millis) -> Vec<(&Line, i64, f64)> {
        self.lines
            .iter()
            .filter_map(|line| {
                let &(time, value) = line
                    .points
                    .iter()
                    .filter(|(time, _)| self.start.0 <= *time && *time <= self.end.0)
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

    /// Whole seconds, and no fewer than can be read.
    fn stretch(&self, from: Millis, to: Millis) -> (Millis, Millis) {
        let lacks = (LEAST_STRETCH_MS - to.since(from)).max(0);
        let second = |at: Millis| Millis(at.0.div_euclid(1000).saturating_mul(1000));
        let from = second(from.plus(-lacks / 2));
        let to = second(to.plus(lacks / 2 + 999));
        (from, to.max(from.plus(LEAST_STRETCH_MS)))
    }

    /// From when to when, then the mean and the highest value of each curve.
    fn tell(&self, from: Millis, to: Millis) -> String {
        let mut clock = Clock::new(self.utc);
        let mut text = format!("{} – {}", clock.short(from), clock.short(to));
        for line in &self.lines {
            let inside = line.points.iter();
            let inside = inside.filter(|(time, _)| from.0 <= *time && *time <= to.0);
            let values: Vec<f64> = inside.map(|(_, value)| *value).collect();
            if values.is_empty() {
                continue;
            }
            let mean = values.iter().sum::<f64>() / values.len() as f64;
            let most = values.iter().copied().fold(0.0, f64::max);
            let (mean, most) = (self.unit.format(mean), self.unit.format(most));
            text.push('\n');
            if !line.name.is_empty() {
                text.push_str(&line.name);
                text.push(' ');
            }
            text.push_str(&format!("mean {mean}, at most {most}"));
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
    /// The data are those of a [strip](LineData::strip).
    #[prop(optional)]
    strip: bool,
) -> impl IntoView {
    let data = Box::new(move || Box::new(data()) as Box<dyn Drawing>);
    let margins = if strip { TIMELINE } else { MARGINS };
    view! { <PointedChart class="chart" label margins data pointing /> }.erase()
}

#[cfg(feature = "hydrate")]
mod paint {
    use plotters::prelude::*;

    use super::{
        super::{
            axis::{Axis, Room, plot},
            thin,
        },
        *,
    };

    pub(super) fn draw(frame: &Frame, data: &LineData) -> Option<()> {
        let (width, height) = frame.size();
        let curves: Vec<_> = data
            .lines
            .iter()
            .map(|line| {
                let shown = thin::within(&line.points, data.start, data.end);
                (frame.color(line.ink), shown)
            })
            .collect();
        let points = curves.iter().flat_map(|(_, points)| points);
        let max = points.map(|point| point.1).fold(0.0, f64::max);
        let steps = if height > frame.px(120.0) { 4 } else { 2 };
        let mut y_ticks = data.unit.ticks(max, steps);
        let highest = y_ticks.last().copied()?;
        let mut x_ticks = Clock::new(data.utc).ticks(
            data.start,
            data.end,
            (width / frame.px(90.0).max(1)) as usize,
        );
        let (mut margins, mut bottom) = (MARGINS, 20.0);
        if data.strip {
            (margins, bottom) = (TIMELINE, 2.0);
            x_ticks.clear();
            y_ticks.clear();
        }
        let time = |t: f64| Clock::new(data.utc).short(Millis(t as i64));
        let value = |v: f64| data.unit.format(v);
        let mut chart = plot(
            frame,
            &Room {
                left: margins.left,
                right: margins.right,
                bottom,
            },
            Axis {
                range: data.start.0 as f64..data.end.0 as f64,
                ticks: x_ticks.into_iter().map(|t| t as f64).collect(),
                format: &time,
            },
            Axis {
                range: 0.0..highest,
                ticks: y_ticks,
                format: &value,
            },
        )?;
        let column_ms = data.end.since(data.start) / i64::from(width.max(1));
        for (color, points) in curves.iter().rev() {
            for run in thin::runs(points, column_ms) {
                let run = run.iter().map(|&(t, v)| (t as f64, v));
                let stroke = color.stroke_width(frame.px(1.5).max(1));
                // An area below a lone curve; several would hide each other.
                if curves.len() == 1 {
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
            strip: false,
            utc: true,
        };
        assert_eq!(data.tip(Millis(900)), "00:00:01\nweb 2.0 %");
        assert_eq!(data.tip(Millis(52_000)), "00:00:50\nweb 7.0 %");
        assert_eq!(data.tip(data.end), "", "nothing was measured there");
    }

    fn shown() -> LineData {
        LineData {
            lines: vec![line(&[
                (5000, 1.0),
                (10_000, 2.0),
                (20_000, 6.0),
                (31_000, 9.0),
            ])],
            start: Millis(10_000),
            end: Millis(30_000),
            unit: Unit::Percent,
            strip: false,
            utc: true,
        }
    }

    #[test]
    fn values_are_those_at_the_pointer_or_the_newest_in_sight() {
        let mut data = shown();
        data.lines.push(Line {
            name: "db".to_owned(),
            ..line(&[(29_000, 1.0)])
        });
        assert_eq!(data.values(Millis(10_100)), "web 2.0 %");
        assert_eq!(data.newest(), "web 6.0 %, db 1.0 %", "not beyond the edge");
        data.start = Millis(29_500);
        assert_eq!(data.newest(), "");
    }

    #[test]
    fn the_pointer_finds_nothing_beyond_the_edges() {
        let data = shown();
        assert_eq!(data.tip(data.start), "00:00:10\nweb 2.0 %");
        assert_eq!(data.tip(data.end), "00:00:20\nweb 6.0 %");
    }

    #[test]
    fn a_stretch_is_of_whole_seconds_and_wide_enough_to_see_something() {
        let data = shown();
        let of = |from, to| {
            let (from, to) = data.stretch(Millis(from), Millis(to));
            (from.0, to.0)
        };
        assert_eq!(of(10_400, 20_600), (10_000, 21_000));
        assert_eq!(of(10_000, 20_000), (10_000, 20_000));
        assert_eq!(of(12_000, 12_000), (9000, 15_000));
        let (from, to) = data.stretch(Millis(i64::MIN), Millis(i64::MAX));
        assert!(from < to);
    }

    #[test]
    fn a_stretch_tells_the_mean_and_the_highest_value_in_it() {
        let data = shown();
        assert_eq!(
            data.tell(Millis(10_000), Millis(20_000)),
            "00:00:10 – 00:00:20\nweb mean 4.0 %, at most 6.0 %"
        );
        assert_eq!(
            data.tell(Millis(22_000), Millis(27_000)),
            "00:00:22 – 00:00:27",
            "nothing was measured there"
        );
    }
}
