//! The severity timeline: one stacked bar per step of time.

use std::rc::Rc;

use crate::bind::Erase;
use crate::signal::Memo;
use leptos::prelude::*;
use sidekick::time::Millis;

#[cfg(feature = "hydrate")]
use super::surface::Frame;
use super::{
    Clock, Ink,
    cursor::Margins,
    plural,
    pointed::{Drawing, PointedChart, Pointing},
};

/// One step of the timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bar {
    /// Its first millisecond.
    pub start: Millis,
    /// Lines per severity, from fatal to unknown.
    pub counts: [u64; 7],
}

/// Something that happened at an instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// When.
    pub at: Millis,
    /// Its sign, which is drawn.
    pub sign: &'static str,
    /// The sign's colour.
    pub ink: Ink,
    /// What happened, for the text at the cursor.
    pub text: String,
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
    /// Before this instant nothing was printed, for nothing was there; `None` where that is not known.
    pub begun: Option<Millis>,
    /// From when to when lines are missing amid those that are here.
    pub missing: Vec<(Millis, Millis)>,
    /// What happened meanwhile, in time order.
    pub marks: Vec<Mark>,
    /// Times as UTC rather than local.
    pub utc: bool,
}

/// How many marks the text at the cursor tells.
const TOLD_MARKS: usize = 5;

/// Names of the severities in the order of [`Bar::counts`].
const NAMES: [&str; 7] = [
    "fatal", "error", "warn", "info", "debug", "trace", "unknown",
];

pub(super) const MARGINS: Margins = Margins {
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

    /// First instant of the step that `at` lies in.
    #[must_use]
    pub fn step_of(&self, at: Millis) -> Millis {
        Millis(at.0.div_euclid(self.step_ms) * self.step_ms)
    }

    /// The step at an instant; where there is no bar, one without lines if they are not loaded.
    #[must_use]
    pub fn at(&self, at: Millis) -> Option<Bar> {
        let start = self.step_of(at);
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
        self.unloaded().iter().any(missing) || self.missing.iter().any(missing)
    }

    /// From when to when lines before those held are not loaded.
    fn unloaded(&self) -> Option<(Millis, Millis)> {
        let since = self.loaded_since?;
        let begun = self.begun.unwrap_or(Millis(i64::MIN));
        (begun < since).then_some((begun, since))
    }

    /// Which part of the width has lines before those held that are not loaded: 0 to 1.
    fn cut(&self) -> (f64, f64) {
        match self.span().zip(self.unloaded()) {
            Some(((start, end), (begun, since))) if start < since && begun < end => {
                let place = |it: Millis| it.since(start) as f64 / end.since(start) as f64;
                (place(begun.max(start)), place(since).min(1.0))
            }
            _ => (0.0, 0.0),
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
        let mut left = cut.0;
        for (from, to) in bars
            .map(|bar| (place(bar.start), place(bar.start.plus(self.step_ms))))
            .chain([(1.0, 1.0)])
        {
            let right = from.min(cut.1);
            if right - left > widest.1 - widest.0 {
                widest = (left, right);
            }
            left = left.max(to);
        }
        widest
    }

    /// Goes on without lines up to what happened last: how a container ended comes behind its lines.
    pub fn reach_marks(&mut self) {
        if let Some(last) = self.marks.last() {
            self.reach(last.at);
        }
    }

    /// Goes on without lines up to an instant, unless nothing but that would be left.
    pub fn reach(&mut self, at: Millis) {
        let Some(bar) = self.bars.last().copied() else {
            return;
        };
        let steps = self.step_of(at).since(bar.start) / self.step_ms;
        if steps >= self.capacity as i64 {
            return;
        }
        let counts = [0; 7];
        self.bars.extend((1..=steps).map(|step| Bar {
            start: bar.start.plus(step * self.step_ms),
            counts,
        }));
        let (room, len) = (self.capacity, self.bars.len());
        self.bars.drain(..len.saturating_sub(room));
    }

    /// How an instant of the chart is written: as a time of day, with a day where there are several.
    fn write(&self, at: Millis) -> String {
        let mut clock = Clock::new(self.utc);
        let days = self
            .span()
            .is_some_and(|(from, to)| to.since(from) > 72_000_000);
        if days {
            let full = clock.full(at.into());
            full.get(5..16).unwrap_or(&full).replace('T', " ")
        } else if at.0 % 1000 == 0 {
            clock.short(at)
        } else {
            clock.time_of_day(at.into())
        }
    }

    /// Both ends of a stretch of time.
    #[must_use]
    pub fn write_range(&self, from: Millis, to: Millis) -> String {
        format!("{} – {}", self.write(from), self.write(to))
    }

    /// The length of a step in words.
    fn step_name(&self) -> String {
        match self.step_ms {
            60_000 => "minute".to_owned(),
            ms @ 0..1000 => format!("{ms} ms"),
            ms => crate::text::span(ms),
        }
    }

    /// Lines per severity in a run of bars.
    fn counts<'a>(bars: impl Iterator<Item = &'a Bar>, between: &str) -> String {
        let mut sums = [0; 7];
        for bar in bars {
            for (sum, count) in sums.iter_mut().zip(bar.counts) {
                *sum += count;
            }
        }
        let mut text = String::new();
        for (name, count) in NAMES.iter().zip(sums) {
            if count > 0 {
                let count = super::group_digits(count);
                text.extend([between, name, " ", &count]);
            }
        }
        text
    }

    /// What happened from one instant to another, each on a line.
    fn happened(&self, from: Millis, to: Millis) -> String {
        let marks = || self.marks.iter().filter(|it| from <= it.at && it.at < to);
        let mut clock = Clock::new(self.utc);
        let mut text = String::new();
        for mark in marks().take(TOLD_MARKS) {
            let second = Millis(mark.at.0.div_euclid(1000) * 1000);
            text.extend(["\n", mark.sign, " ", &clock.short(second), " ", &mark.text]);
        }
        match marks().count().saturating_sub(TOLD_MARKS) {
            0 => text,
            more => text + &format!("\nand {}", plural(more as u64, "more event", "more events")),
        }
    }

    /// The whole chart in one sentence, for those who cannot see it.
    #[must_use]
    pub fn summary(&self) -> String {
        let mut text = format!("Lines per {} by severity", self.step_name());
        let Some((first, last)) = self.bars.first().zip(self.bars.last()) else {
            return text + ": no lines yet";
        };
        let lines = self.bars.iter().map(Bar::total).sum();
        text.push_str(&format!(
            ", {} to {}: {}{}",
            self.write(first.start),
            self.write(last.start),
            plural(lines, "line", "lines"),
            Self::counts(self.bars.iter(), ", "),
        ));
        let mut clock = Clock::new(self.utc);
        if let Some(since) = self.loaded_since.filter(|_| self.cut().1 > 0.0) {
            text.push_str(&format!("; before {} not all loaded", clock.short(since)));
        }
        if let (false, Some((from, to))) = (self.marks.is_empty(), self.span()) {
            text.push_str(&self.happened(from, to).replace('\n', "; "));
        }
        text
    }
}

impl Drawing for BarsData {
    fn span(&self) -> Option<(Millis, Millis)> {
        self.span()
    }

    fn step_ms(&self) -> i64 {
        self.step_ms
    }

    /// From when to when, then one line per severity that occurred.
    fn tip(&self, at: Millis) -> String {
        let Some(bar) = self.at(at) else {
            return String::new();
        };
        let mut text = self.write_range(bar.start, bar.start.plus(self.step_ms));
        text.push_str(match (self.is_cut(bar.start), bar.total()) {
            (false, 0) => "\nno lines",
            (true, 0) => "\nnot loaded",
            (true, _) => "\nnot all loaded",
            _ => "",
        });
        let end = bar.start.plus(self.step_ms);
        text + &Self::counts([&bar].into_iter(), "\n") + &self.happened(bar.start, end)
    }

    /// Whole bars.
    fn stretch(&self, from: Millis, to: Millis) -> (Millis, Millis) {
        (self.step_of(from), self.step_of(to).plus(self.step_ms))
    }

    fn tell(&self, from: Millis, to: Millis) -> String {
        let bars = || {
            self.bars
                .iter()
                .filter(|it| from <= it.start && it.start < to)
        };
        let lines = bars().map(Bar::total).sum();
        format!(
            "{}\n{}{}{}",
            self.write_range(from, to),
            plural(lines, "line", "lines"),
            Self::counts(bars(), "\n"),
            self.happened(from, to)
        )
    }

    #[cfg(feature = "hydrate")]
    fn paint(&self, frame: &Frame) {
        // Nothing here can fail but plotters' own refusal of an area without pixels.
        let _refused = paint::draw(frame, self);
    }
}

/// The severity timeline with what it shows at the cursor.
#[component]
pub fn SeverityBars(
    /// Accessible description, as [`BarsData::summary`] gives it.
    #[prop(into)]
    label: Memo<String>,
    /// The data; read again when a signal in it changes.
    data: Rc<dyn Fn() -> BarsData>,
    /// What is done with a click and a stretch of time.
    pointing: Pointing,
) -> impl IntoView {
    let data = Box::new(move || Box::new(data()) as Box<dyn Drawing>);
    view! { <PointedChart class="chart timeline" label margins=MARGINS data pointing /> }.erase()
}

#[cfg(feature = "hydrate")]
mod paint {
    use plotters::{
        prelude::*,
        style::text_anchor::{HPos, Pos, VPos},
    };

    use super::{
        super::{
            Unit,
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
        shade(frame, data.cut());
        for &(from, to) in &data.missing {
            let place = |time: Millis| time.since(start) as f64 / end.since(start) as f64;
            shade(frame, (place(from).max(0.0), place(to).min(1.0)));
        }
        name_blank(frame, data.blank());
        let max = data.bars.iter().map(Bar::total).max().unwrap_or(0);
        let top = Unit::Count.ticks(max as f64, 2).last().copied()?;
        let x_ticks =
            Clock::new(data.utc).ticks(start, end, (width / frame.px(90.0).max(1)) as usize);
        let time = |t: f64| data.write(Millis(t as i64));
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
        mark(frame, data, (start, end));
        Some(())
    }

    /// A thin line with a sign on it for everything that happened.
    fn mark(frame: &Frame, data: &BarsData, (start, end): (Millis, Millis)) {
        let (top, bottom) = rows(frame);
        let mut backend = frame.backend();
        for mark in &data.marks {
            let place = mark.at.since(start) as f64 / end.since(start) as f64;
            if !(0.0..=1.0).contains(&place) {
                continue;
            }
            let x = frame.px(MARGINS.left) as i32 + (plot_width(frame) * place) as i32;
            let color = frame.color(mark.ink);
            let style = color.stroke_width(frame.px(1.0).max(1));
            let _drawn = backend.draw_line((x, top), (x, bottom), &style);
            let style = label_style(frame).color(&color).pos(CENTER);
            let _drawn = backend.draw_text(mark.sign, &style, (x, frame.px(6.0) as i32));
        }
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

    fn minute(n: f64) -> Millis {
        Millis((n * 60_000.0) as i64)
    }

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
            begun: None,
            missing: Vec::new(),
            marks: Vec::new(),
            utc: true,
        }
    }

    #[test]
    fn the_newest_minute_is_at_the_right_edge() {
        let data = data();
        assert_eq!(
            data.at(minute(601.9)).map(|bar| bar.start),
            Some(Millis(601 * 60_000))
        );
        assert_eq!(
            data.at(minute(600.0)).map(|bar| bar.start),
            Some(Millis(600 * 60_000))
        );
        assert_eq!(data.at(minute(599.9)), None);
        assert_eq!(data.at(minute(602.0)), None);
    }

    #[test]
    fn a_minute_is_told_with_its_severities() {
        assert_eq!(
            data().tip(minute(600.5)),
            "10:00 – 10:01\nerror 2\ninfo 1,500"
        );
        assert_eq!(data().tip(minute(601.5)), "10:01 – 10:02\nno lines");
        assert_eq!(
            data().summary(),
            "Lines per minute by severity, 10:00 to 10:01: 1,502 lines, error 2, info 1,500"
        );
    }

    #[test]
    fn a_stretch_is_whole_bars_and_told_with_their_sum() {
        let data = data();
        let (from, to) = data.stretch(minute(600.3), minute(601.2));
        assert_eq!((from, to), (minute(600.0), minute(602.0)));
        assert_eq!(
            data.tell(from, to),
            "10:00 – 10:02\n1,502 lines\nerror 2\ninfo 1,500"
        );
        assert_eq!(
            data.tell(minute(500.0), minute(501.0)),
            "08:20 – 08:21\n0 lines"
        );
    }

    #[test]
    fn what_happened_is_told_with_the_bar_it_happened_in() {
        let mut data = data();
        let mark = |n: f64, text: &str| Mark {
            at: minute(n),
            sign: "×",
            ink: Ink::Label,
            text: text.to_owned(),
        };
        data.marks = vec![mark(601.5, "exit 1")];
        let told = "10:01 – 10:02\nno lines\n× 10:01:30 exit 1";
        assert_eq!(data.tip(minute(601.2)), told);
        assert!(!data.tip(minute(600.2)).contains("exit"));
        assert!(data.summary().ends_with("info 1,500; × 10:01:30 exit 1"));
        data.marks = vec![mark(601.0, "exit 1"); 7];
        assert!(
            data.tip(minute(601.2))
                .ends_with("exit 1\nand 2 more events")
        );
        assert_eq!(
            data.tell(minute(600.0), minute(602.0))
                .matches("exit")
                .count(),
            5
        );
    }

    #[test]
    fn an_end_behind_the_last_line_has_a_place() {
        let mut data = data();
        let mark = |n| Mark {
            at: minute(n),
            sign: "×",
            ink: Ink::Label,
            text: String::new(),
        };
        let starts = |data: &BarsData| -> Vec<i64> {
            data.bars.iter().map(|bar| bar.start.0 / 60_000).collect()
        };
        data.marks = vec![mark(603.5)];
        data.reach_marks();
        assert_eq!(starts(&data), [600, 601, 602, 603]);
        data.capacity = 3;
        data.marks = vec![mark(604.0)];
        data.reach_marks();
        assert_eq!(starts(&data), [602, 603, 604], "the width moves on");
        data.marks = vec![mark(700.0)];
        data.reach_marks();
        assert_eq!(starts(&data), [602, 603, 604], "too far");
    }

    #[test]
    fn short_steps_are_told_by_their_milliseconds_and_long_ones_by_their_day() {
        let mut data = data();
        let write = |data: &BarsData, ms| {
            let at = minute(600.0).plus(ms);
            (
                data.write_range(at, at.plus(data.step_ms)),
                data.step_name(),
            )
        };
        data.step_ms = 500;
        let (range, step) = write(&data, 0);
        assert_eq!(
            (range.as_str(), step.as_str()),
            ("10:00 – 10:00:00.500", "500 ms")
        );
        data.step_ms = 3_600_000;
        let (range, _) = write(&data, 0);
        assert_eq!(range, "01-01 10:00 – 01-01 11:00");
    }

    #[test]
    fn minutes_under_a_gap_are_not_called_quiet() {
        let mut data = data();
        assert_eq!(data.tip(minute(601.5)), "10:01 – 10:02\nno lines");
        let at = |second: i64| Millis(601 * 60_000 + second * 1000);
        data.missing = vec![(at(10), at(20))];
        assert_eq!(data.tip(minute(601.5)), "10:01 – 10:02\nnot loaded");
        assert_eq!(
            data.tip(minute(600.5)),
            "10:00 – 10:01\nerror 2\ninfo 1,500"
        );
        data.missing = vec![(at(-90), at(-70))];
        assert_eq!(data.tip(minute(601.5)), "10:01 – 10:02\nno lines");
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
        assert_eq!(
            data.tip(minute(600.5)),
            "10:00 – 10:01\nnot all loaded\nerror 2\ninfo 1,500"
        );
        assert_eq!(
            data.tip(minute(572.1)),
            "09:32 – 09:33\nnot loaded",
            "where no bar stands"
        );
        assert_eq!(data.tip(minute(601.5)), "10:01 – 10:02\nno lines");
        assert_eq!(data.cut(), (0.0, 58.75 / 60.0));
        assert!(data.summary().ends_with("; before 10:00:45 not all loaded"));
        // Before there was a container, nothing is to be loaded.
        data.begun = Some(Millis(587 * 60_000));
        assert_eq!(data.cut(), (0.75, 58.75 / 60.0));
        assert_eq!(data.tip(minute(572.1)), "");
        assert_eq!(data.tip(minute(590.5)), "09:50 – 09:51\nnot loaded");
        assert_eq!(data.blank(), (0.75, 58.0 / 60.0));
        data.begun = Some(Millis(601 * 60_000));
        assert_eq!(data.cut(), (0.0, 0.0));
        data.begun = None;
        // Long before what the width shows: nothing to say.
        data.loaded_since = Some(Millis(500 * 60_000));
        assert_eq!(data.tip(minute(572.1)), "");
        assert_eq!(data.cut(), (0.0, 0.0));
        assert!(data.summary().ends_with("info 1,500"));
    }
}
