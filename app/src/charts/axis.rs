//! One axis for every chart: its range, where its ticks are, and how they are written. One type
//! for both directions also means that plotters is compiled once, not once per pair of types.

use std::ops::Range;

use plotters::{
    coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter},
    prelude::*,
};

use super::{ink::Ink, surface::Frame};

/// A linear axis with given ticks.
pub(super) struct Axis<'a> {
    pub(super) range: Range<f64>,
    pub(super) ticks: Vec<f64>,
    pub(super) format: &'a dyn Fn(f64) -> String,
}

/// Room around a plot, in CSS pixels.
pub(super) struct Room {
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
}

/// A chart whose mesh is drawn.
pub(super) type Plot<'a> =
    ChartContext<'a, super::backend::CanvasBackend<'a>, Cartesian2d<Axis<'a>, Axis<'a>>>;

/// Space above the plot, so that the highest label is not cut, in CSS pixels.
pub(super) const TOP: f64 = 8.0;

/// Width of the label of a time, in CSS pixels.
const LABEL: f64 = 52.0;

/// How text in a chart looks.
pub(super) fn label_style(frame: &Frame) -> TextStyle<'static> {
    ("system-ui, sans-serif", f64::from(frame.px(11.0)))
        .into_font()
        .color(&frame.color(Ink::Label))
}

/// Draws axes, grid and labels. `None` where there is no room for a plot.
pub(super) fn plot<'a>(
    frame: &'a Frame,
    room: &Room,
    x: Axis<'a>,
    y: Axis<'a>,
) -> Option<Plot<'a>> {
    let area = frame.backend().into_drawing_area();
    let style = label_style(frame);
    let grid = frame.color(Ink::Grid);
    let x = x.without_edges(frame, room);
    let mut chart = ChartBuilder::on(&area)
        .margin_top(frame.px(TOP))
        .margin_right(frame.px(room.right))
        .x_label_area_size(frame.px(room.bottom))
        .y_label_area_size(frame.px(room.left))
        .build_cartesian_2d(x, y)
        .ok()?;
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(grid)
        .axis_style(grid)
        .set_all_tick_mark_size(frame.px(4.0))
        .x_label_style(style.clone())
        .y_label_style(style)
        .draw()
        .ok()?;
    Some(chart)
}

impl Axis<'_> {
    /// Without the ticks whose labels would be cut at the ends of the axis.
    fn without_edges(mut self, frame: &Frame, room: &Room) -> Self {
        let plot = f64::from(frame.size().0) - f64::from(frame.px(room.left + room.right));
        let span = self.range.end - self.range.start;
        let edge = span * f64::from(frame.px(LABEL / 2.0)) / plot.max(1.0);
        let shown = self.range.start + edge..self.range.end - edge;
        self.ticks.retain(|tick| shown.contains(tick));
        self
    }
}

impl Ranged for Axis<'_> {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, limit: (i32, i32)) -> i32 {
        let span = self.range.end - self.range.start;
        let part = if span > 0.0 {
            (value - self.range.start) / span
        } else {
            0.0
        };
        limit.0 + (f64::from(limit.1 - limit.0) * part).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        // Light lines are those between the labels; there are none.
        if hint.weight().allow_light_points() {
            Vec::new()
        } else {
            self.ticks.clone()
        }
    }

    fn range(&self) -> Range<f64> {
        self.range.clone()
    }
}

impl ValueFormatter<f64> for Axis<'_> {
    fn format(value: &f64) -> String {
        super::units::fixed(*value, 1)
    }

    fn format_ext(&self, value: &f64) -> String {
        (self.format)(*value)
    }
}
