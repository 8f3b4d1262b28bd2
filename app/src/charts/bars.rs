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
    /// Of what was printed before this instant not every line is here; `None` where all are.
    pub loaded_since: Option<Millis>,
    /// From when to when lines are missing amid those that are here.
    pub missing: Vec<(Millis, Millis)>,
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

    /// The step at `fraction` of the width of the plot; where there is no bar, one without lines
    /// if they are not loaded.
    #[must_use]
    pub fn at(&self, fraction: f64) -> Option<Bar> {
        let (start, end) = self.span()?;
        let time = (end.since(start) as f64 * fraction) as i64;
        let start = start.plus(time - time % self.step_ms);
        let bar = self.bars.iter().find(|bar| bar.start == start).copied();
        bar.or_else(|| {
            let counts = [0; 7];
            self.is_cut(start).then_some(Bar { start, counts })
        })
    }

    /// Whether lines of the step that begins at `start` are not loaded.
    fn is_cut(&self, start: Millis) -> bool {
        let end = start.plus(self.step_ms);
        let missing = |&(from, to): &(Millis, Millis)| from < end && start < to;
        self.loaded_since.is_some_and(|since| start < since) || self.missing.iter().any(missing)
    }

    /// How much of the width has lines that are not loaded, from its left edge on: 0 to 1.
    fn cut(&self) -> f64 {
        match self.span().zip(self.loaded_since) {
            Some(((start, end), since)) if start < since => {
                (since.since(start) as f64 / end.since(start) as f64).min(1.0)
            }
            _ => 0.0,
        }
    }

    /// The widest part of the width whose lines are not loaded and where no bar stands: left and
    /// right edge, 0 to 1.
    #[cfg(any(feature = "hydrate", test))]
    fn blank(&self) -> (f64, f64) {
        let (Some((start, end)), cut) = (self.span(), self.cut()) else {
            return (0.0, 0.0);
        };
        let place = |time: Millis| time.since(start) as f64 / end.since(start) as f64;
        let bars = self.bars.iter().filter(|bar| bar.total() > 0);
        let mut widest = (0.0, 0.0);
        let mut left = 0.0f64;
        for (from, to) in bars
            .map(|bar| (place(bar.start), place(bar.start.plus(self.step_ms))))
            .chain([(1.0, 1.0)])
        {
            let right = from.min(cut);
            if right - left > widest.1 - widest.0 {
                widest = (left, right);
            }
            left = left.max(to);
        }
        widest
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
        if let Some(since) = self.loaded_since.filter(|_| self.cut() > 0.0) {
            text.push_str(&format!("; before {} not all loaded", clock.short(since)));
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
        text.push_str(match (self.is_cut(bar.start), bar.total()) {
            (false, 0) => "\nno lines",
            (true, 0) => "\nnot loaded",
            (true, _) => "\nnot all loaded",
            _ => "",
        });
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
    use plotters::{
        prelude::*,
        style::text_anchor::{HPos, Pos, VPos},
    };

    use super::{
        super::{
            Ink, Unit,
            axis::{Axis, Room, TOP, label_style, plot},
            units::format_count,
        },
        *,
    };

    const BOTTOM: f64 = 18.0;
    const CENTER: Pos = Pos {
        h_pos: HPos::Center,
        v_pos: VPos::Center,
    };

    pub(super) fn draw(frame: &Frame, data: &BarsData) -> Option<()> {
        let (width, height) = frame.size();
        let (start, end) = data.span()?;
        shade(frame, (0.0, data.cut()));
        for &(from, to) in &data.missing {
            let place = |time: Millis| time.since(start) as f64 / end.since(start) as f64;
            shade(frame, (place(from).max(0.0), place(to).min(1.0)));
        }
        name_blank(frame, data.blank());
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

    /// Hatches a part of the width of which lines are not here.
    fn shade(frame: &Frame, (from, to): (f64, f64)) {
        let plot = plot_width(frame);
        let (left, right) = (plot * from, plot * to);
        if right - left < 1.0 {
            return;
        }
        let left = f64::from(frame.px(MARGINS.left)) + left;
        let right = f64::from(frame.px(MARGINS.left)) + right;
        let (top, bottom) = rows(frame);
        let style = frame.color(Ink::Grid).stroke_width(frame.px(1.0));
        let corners = ((left as i32, top), (right as i32, bottom));
        let backend = frame.backend();
        backend.hatch(corners.0, corners.1, frame.px(6.0), &style);
    }

    /// Says that lines are not loaded, where there is room and no bar.
    fn name_blank(frame: &Frame, (from, to): (f64, f64)) {
        let plot = plot_width(frame);
        let (w, h) = (frame.px(76.0) as i32, frame.px(16.0) as i32);
        if (to - from) * plot > f64::from(w) {
            let (top, bottom) = rows(frame);
            let middle = f64::from(frame.px(MARGINS.left)) + plot * (from + to) / 2.0;
            let (x, y) = (middle as i32, (top + bottom) / 2);
            let mut backend = frame.backend();
            backend.clear((x - w / 2, y - h / 2), (w, h));
            let _drawn = backend.draw_text("not loaded", &label_style(frame).pos(CENTER), (x, y));
        }
    }

    /// Width of the plot in the surface's pixels.
    fn plot_width(frame: &Frame) -> f64 {
        let (width, _) = frame.size();
        f64::from(width) - f64::from(frame.px(MARGINS.left + MARGINS.right))
    }

    /// Upper and lower edge of the plot in the surface's pixels.
    fn rows(frame: &Frame) -> (i32, i32) {
        let (_, height) = frame.size();
        let bottom = height.saturating_sub(frame.px(BOTTOM));
        (frame.px(TOP) as i32, bottom as i32)
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
            loaded_since: None,
            missing: Vec::new(),
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

    #[test]
    fn minutes_under_a_gap_are_not_called_quiet() {
        let mut data = data();
        assert_eq!(data.tip(0.999), "10:01\nno lines");
        let at = |second: i64| Millis(601 * 60_000 + second * 1000);
        data.missing = vec![(at(10), at(20))];
        assert_eq!(data.tip(0.999), "10:01\nnot loaded");
        assert_eq!(data.tip(0.98), "10:00\nerror 2\ninfo 1,500");
        data.missing = vec![(at(-90), at(-70))];
        assert_eq!(data.tip(0.999), "10:01\nno lines");
    }

    #[test]
    fn that_lines_are_not_loaded_is_said_where_no_bar_stands() {
        let mut data = data();
        data.capacity = 10;
        data.bars = (592..602)
            .map(|minute| Bar {
                start: Millis(minute * 60_000),
                counts: [u64::from(minute == 594), 0, 0, 0, 0, 0, 0],
            })
            .collect();
        assert_eq!(data.blank(), (0.0, 0.0), "all is loaded");
        data.loaded_since = Some(Millis(600 * 60_000));
        let (left, right) = data.blank();
        assert!((left - 0.3).abs() < 1e-9 && (right - 0.8).abs() < 1e-9);
    }

    #[test]
    fn minutes_before_the_loaded_lines_are_not_called_quiet() {
        let mut data = data();
        data.loaded_since = Some(Millis(601 * 60_000 - 15_000));
        assert_eq!(data.tip(0.98), "10:00\nnot all loaded\nerror 2\ninfo 1,500");
        assert_eq!(data.tip(0.5), "09:32\nnot loaded", "where no bar stands");
        assert_eq!(data.tip(0.999), "10:01\nno lines");
        assert_eq!(data.pick(0.5), None);
        assert_eq!(data.cut(), 58.75 / 60.0);
        assert!(data.summary().ends_with("; before 10:00:45 not all loaded"));
        // Long before what the width shows: nothing to say.
        data.loaded_since = Some(Millis(500 * 60_000));
        assert_eq!(data.tip(0.5), "");
        assert_eq!(data.cut(), 0.0);
        assert!(data.summary().ends_with("info 1,500"));
    }
}
