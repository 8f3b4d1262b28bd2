//! What charts have in common: a canvas that is drawn when its data change, and a cursor over it, which
//! pointer and keys move, with what the chart shows there. Charts that share a cursor all show the same
//! instant.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use crate::bind::{Erase, on};
use crate::signal::{Memo, RwSignal};
use leptos::{ev, html, prelude::*};
use sidekick::time::Millis;

use super::cursor::{ChartCursor, Margins, Over, capture, pointer_of};
#[cfg(feature = "hydrate")]
use super::surface::Frame;

/// A shorter way of a pressed pointer is a click, in CSS pixels.
const DRAG_PX: f64 = 5.0;

/// The data of a chart, which know how they look.
#[cfg_attr(
    not(feature = "hydrate"),
    allow(dead_code, reason = "the server draws nothing")
)]
pub(super) trait Drawing: 'static {
    /// Left and right edge; `None` where there is nothing.
    fn span(&self) -> Option<(Millis, Millis)>;

    /// How far a key moves the cursor, in milliseconds; more than 0.
    fn step_ms(&self) -> i64;

    /// The text at an instant; empty for none.
    fn tip(&self, at: Millis) -> String;

    /// The stretch from one instant to another, as it can be chosen.
    fn stretch(&self, from: Millis, to: Millis) -> (Millis, Millis) {
        (from, to)
    }

    /// The text for such a stretch.
    fn tell(&self, _from: Millis, _to: Millis) -> String {
        String::new()
    }

    /// Draws them.
    #[cfg(feature = "hydrate")]
    fn paint(&self, frame: &Frame);
}

/// What is done with the time of a chart.
#[derive(Clone, Copy)]
pub struct Pointing {
    /// The instant that is looked at.
    pub cursor: RwSignal<Option<Millis>>,
    /// Called with the instant that was clicked.
    pub on_pick: Callback<Millis>,
    /// Called with the stretch of time that was chosen, or `None` to choose none; without it none can be.
    pub on_range: Option<Callback<Option<(Millis, Millis)>>>,
}

/// A chart and where somebody points in it.
struct Chart {
    margins: Margins,
    pointing: Pointing,
    drawn: RefCell<Option<Box<dyn Drawing>>>,
    /// Where the pointer is in the width of the plot.
    pointer: Cell<Option<f64>>,
    /// Where it was pressed: CSS pixels from the left edge, and the instant.
    pressed: Cell<Option<(f64, Millis)>>,
    /// The stretch that is being chosen: where it began and where it is now.
    chosen: RwSignal<Option<(Millis, Millis)>>,
    #[cfg(feature = "hydrate")]
    over: RwSignal<Over>,
}

/// A chart that asks for its data again when a signal in them changes.
#[component]
pub(super) fn PointedChart(
    class: &'static str,
    /// Accessible description.
    label: Memo<String>,
    margins: Margins,
    data: Box<dyn Fn() -> Box<dyn Drawing>>,
    pointing: Pointing,
) -> impl IntoView {
    let canvas = NodeRef::<html::Canvas>::new();
    let over = RwSignal::new(Over::default());
    let chart = Rc::new(Chart {
        margins,
        pointing,
        drawn: RefCell::new(None),
        pointer: Cell::new(None),
        pressed: Cell::new(None),
        chosen: RwSignal::new(None),
        #[cfg(feature = "hydrate")]
        over,
    });
    #[cfg(feature = "hydrate")]
    {
        let painted = chart.clone();
        super::surface::paint_on(canvas, move |frame| {
            let data = data();
            data.paint(frame);
            painted.drawn.replace(Some(data));
            painted.follow_pointer();
            painted.show();
        });
        let shown = chart.clone();
        crate::signal::effect(move || {
            shown.pointing.cursor.track();
            shown.chosen.track();
            shown.show();
        });
    }
    #[cfg(not(feature = "hydrate"))]
    drop(data);
    let percent = move || over.with(|it| (it.at.unwrap_or(1.0) * 100.0) as i32);
    let told = move || {
        over.with(|it| match it.text.is_empty() {
            true => "no time chosen".to_owned(),
            false => it.text.replace('\n', ", "),
        })
    };
    let with = |act: fn(&Chart, ev::PointerEvent)| {
        let chart = chart.clone();
        on(move |event| act(&chart, event))
    };
    let key = {
        let chart = chart.clone();
        move |event: ev::KeyboardEvent| {
            if chart.key(&event) {
                event.prevent_default();
                event.stop_propagation();
            }
        }
    };
    view! {
        <div class=class>
            <canvas node_ref=canvas role="img" aria-label=move || label.get()></canvas>
            <ChartCursor margins over />
            <div
                class="chart-pointed"
                role="slider"
                tabindex="0"
                aria-label="Time"
                aria-valuemin="0"
                aria-valuemax="100"
                aria-valuenow=move || percent().to_string()
                aria-valuetext=told
                on:pointermove=with(Chart::moved)
                on:pointerdown=with(Chart::down)
                on:pointerup=with(Chart::up)
                on:pointercancel=with(|chart, _| chart.leave())
                on:pointerleave=with(|chart, _| chart.leave())
                on:keydown=on(key)
                on:blur=on(move |_| chart.leave())
            ></div>
        </div>
    }
    .erase()
}

impl Chart {
    fn of_drawn<T>(&self, ask: impl FnOnce(&dyn Drawing) -> Option<T>) -> Option<T> {
        ask(self.drawn.borrow().as_deref()?)
    }

    /// The instant at a part of the width.
    fn time(&self, fraction: f64) -> Option<Millis> {
        let (start, end) = self.of_drawn(|it| it.span())?;
        let last = end.since(start) - 1;
        Some(
            start
                .plus(((last + 1) as f64 * fraction) as i64)
                .min(start.plus(last)),
        )
    }

    /// A still pointer points to another instant as time goes on.
    #[cfg(feature = "hydrate")]
    fn follow_pointer(&self) {
        if let Some(at) = self.pointer.get() {
            self.look_at(self.time(at));
        }
    }

    fn look_at(&self, at: Option<Millis>) {
        if self.pointing.cursor.with_untracked(|before| *before != at) {
            self.pointing.cursor.set(at);
        }
    }

    /// Shows where the cursor is.
    #[cfg(feature = "hydrate")]
    fn show(&self) {
        let cursor = self.pointing.cursor.get_untracked();
        let chosen = self.chosen.get_untracked();
        let over = self.of_drawn(|data| {
            let (start, end) = data.span()?;
            let width = end.since(start).max(1) as f64;
            let place = |at: Millis| at.since(start) as f64 / width;
            let inside = |at: &f64| *at >= 0.0 && *at <= 1.0;
            let mut over = Over {
                at: cursor.map(place).filter(inside),
                ..Over::default()
            };
            if let Some((from, to)) = chosen {
                let (from, to) = data.stretch(from.min(to), from.max(to));
                over.text = data.tell(from, to);
                over.marked = Some((place(from).max(0.0), place(to).min(1.0)));
            } else if let Some(at) = cursor.filter(|_| over.at.is_some()) {
                over.text = data.tip(at);
            }
            Some(over)
        });
        let over = over.unwrap_or_default();
        if self.over.with_untracked(|before| *before != over) {
            self.over.set(over);
        }
    }

    fn moved(&self, event: ev::PointerEvent) {
        let Some((x, width)) = pointer_of(&event) else {
            return;
        };
        let at = self.margins.fraction(x, width);
        self.pointer.set(at);
        let time = at.and_then(|it| self.time(it));
        self.look_at(time);
        let Some(((from_px, from), to)) = self.pressed.get().zip(time) else {
            return;
        };
        let far = (x - from_px).abs() >= DRAG_PX || self.chosen.with_untracked(Option::is_some);
        if far && self.pointing.on_range.is_some() {
            self.chosen.set(Some((from, to)));
        }
    }

    fn down(&self, event: ev::PointerEvent) {
        if event.button() != 0 || !event.is_primary() {
            return;
        }
        self.choose(None);
        self.moved(event.clone());
        capture(&event);
        let at = self.pointing.cursor.get_untracked();
        self.pressed.set(pointer_of(&event).map(|(x, _)| x).zip(at));
    }

    fn up(&self, _event: ev::PointerEvent) {
        if self.pressed.take().is_some() {
            self.take();
        }
    }

    /// Nobody points here any more.
    fn leave(&self) {
        self.pressed.set(None);
        self.pointer.set(None);
        self.choose(None);
        self.look_at(None);
    }

    fn choose(&self, stretch: Option<(Millis, Millis)>) {
        if self.chosen.with_untracked(|before| *before != stretch) {
            self.chosen.set(stretch);
        }
    }

    /// Takes what is chosen, or where the cursor is.
    fn take(&self) {
        if let Some((from, to)) = self.chosen.get_untracked() {
            let stretch = self.of_drawn(|it| Some(it.stretch(from.min(to), from.max(to))));
            self.choose(None);
            if let Some(on_range) = self.pointing.on_range {
                on_range.run(stretch);
            }
        } else if let Some(at) = self.pointing.cursor.get_untracked() {
            self.pointing.on_pick.run(at);
        }
    }

    /// True where the key is one for the chart.
    fn key(&self, event: &ev::KeyboardEvent) -> bool {
        if event.ctrl_key() || event.meta_key() || event.alt_key() {
            return false;
        }
        let cursor = self.pointing.cursor.get_untracked();
        match event.key().as_str() {
            "ArrowLeft" => self.step(-1, event.shift_key()),
            "ArrowRight" => self.step(1, event.shift_key()),
            "Home" => self.step(i64::MIN, event.shift_key()),
            "End" => self.step(i64::MAX, event.shift_key()),
            "Enter" => {
                self.take();
                cursor.is_some()
            }
            "Escape" => {
                let chosen = self.chosen.with_untracked(Option::is_some);
                self.pressed.set(None);
                self.choose(None);
                match self.pointing.on_range {
                    _ if chosen => true,
                    Some(on_range) => {
                        self.look_at(None);
                        on_range.run(None);
                        true
                    }
                    None => {
                        self.look_at(None);
                        cursor.is_some()
                    }
                }
            }
            _ => false,
        }
    }

    /// Moves the cursor by so many steps, into the middle of one.
    fn step(&self, steps: i64, choosing: bool) -> bool {
        self.pointer.set(None);
        let Some((span, step)) = self.of_drawn(|it| Some((it.span()?, it.step_ms().max(1)))) else {
            return false;
        };
        let before = self.pointing.cursor.get_untracked();
        let index = |at: Millis| at.since(span.0).div_euclid(step);
        let last = index(span.1.plus(-1));
        let to = match before {
            Some(at) => index(at).saturating_add(steps).max(0).min(last),
            None if steps == i64::MIN => 0,
            None => last,
        };
        let at = span.0.plus(to * step + step / 2);
        let began = self.chosen.get_untracked().map(|(from, _)| from);
        let stretch = began.or(before).unwrap_or(at);
        self.choose((choosing && self.pointing.on_range.is_some()).then_some((stretch, at)));
        self.look_at(Some(at));
        true
    }
}
