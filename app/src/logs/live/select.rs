//! How lines are selected: by a drag beside their texts, with Shift and a click, with Shift and the
//! arrows.

use leptos::prelude::*;
use sidekick::logs::{LogSession, Stretch};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, MouseEvent, PointerEvent};

use super::{Actions, Viewport, element_of};

/// Where a drag selects lines; one on a text selects the text.
const BESIDE: &str = ".gutter, .stamp, .stream, .source";
/// Likewise by touch, which scrolls by all else.
const BESIDE_FOR_TOUCH: &str = ".gutter";
/// How far a frame scrolls at most while the pointer is above or below the log, in pixels.
const EDGE_PX: f64 = 90.0;

/// Rows that are being selected.
#[derive(Clone)]
pub(super) struct Drag {
    scroller: HtmlElement,
    /// Number of the row where it began, as long as it is the only one.
    began: Option<u64>,
    /// Where the pointer is, in CSS pixels of the window.
    y: f64,
}

impl Actions {
    /// The selected rows, where they are now; none where they are not to be found any more.
    pub(super) fn followed(self) -> Option<Stretch> {
        let mut stretch = self.controls.stretch.get()?;
        let before = stretch.clone();
        let logs = self.controls.dashboard.logs;
        if !logs.with_value(|session| stretch.follow(session)) {
            self.controls.stretch.set(None);
            return None;
        }
        if stretch != before {
            self.controls.stretch.set(Some(stretch.clone()));
        }
        Some(stretch)
    }

    /// A press beside a text may begin a drag; one with Shift selects from the line that was selected or
    /// opened before.
    pub(super) fn begin(self, event: &PointerEvent) {
        let (Some(target), 0) = (element_of(event), event.button()) else {
            return;
        };
        let beside = match event.pointer_type().as_str() {
            "touch" => BESIDE_FOR_TOUCH,
            _ => BESIDE,
        };
        let is_beside = matches!(target.closest(beside), Ok(Some(_)));
        let scroller = target.closest("[role=log]").ok().flatten();
        let Some(scroller) = scroller.and_then(|it| it.dyn_into().ok()) else {
            return;
        };
        self.with(|view, session| {
            let Some(index) = view.index_of(&target) else {
                return;
            };
            if event.shift_key() {
                self.select_to(view, session, index);
            } else if is_beside {
                self.drag.set_value(Some(Drag {
                    scroller,
                    began: session.number_of(index),
                    y: f64::from(event.client_y()),
                }));
            }
        });
    }

    /// No text is selected by what selects lines.
    pub(in super::super) fn keep_text(self, event: &MouseEvent) {
        if event.shift_key() && event.button() == 0 {
            event.prevent_default();
            // That would have been done by what is prevented.
            let target = element_of(event).and_then(|it| it.closest("[role=log]").ok().flatten());
            if let Some(log) = target.and_then(|it| it.dyn_into::<HtmlElement>().ok()) {
                let _refused = log.focus();
            }
        }
    }

    pub(in super::super) fn dragged(self, event: &PointerEvent) {
        let Some(mut drag) = self.drag.get_value() else {
            return;
        };
        if event.buttons() == 0 {
            // Let go where nobody told of it.
            return self.dropped();
        }
        drag.y = f64::from(event.client_y());
        if drag.began.is_some() {
            let row = drag.row();
            let here = row.and_then(|row| {
                let mut number = None;
                self.with(|view, session| {
                    let index = view.index_of(&row);
                    number = index.and_then(|it| session.number_of(it));
                });
                number
            });
            if here.is_none() || here == drag.began {
                return;
            }
            // From here on it is no click, and goes on outside of the log.
            let _gone = drag.scroller.set_pointer_capture(event.pointer_id());
            self.with(|view, session| {
                view.pause(session);
                let began = drag.began.take();
                let index = began.map(|number| session.index_of(number));
                let stretch = index.and_then(|index| Stretch::new(session, index));
                self.controls.stretch.set(stretch);
            });
            request_animation_frame(move || self.drag_on());
        }
        self.draw_to(&drag);
        self.drag.set_value(Some(drag));
    }

    pub(in super::super) fn dropped(self) {
        self.drag.set_value(None);
    }

    /// Scrolls on while the pointer is above or below the log.
    fn drag_on(self) {
        // The page outlives the log's tab.
        let Some(Some(drag)) = self.drag.try_get_value() else {
            return;
        };
        let edges = drag.scroller.get_bounding_client_rect();
        let beyond = (drag.y - edges.bottom()).max(0.0) - (edges.top() - drag.y).max(0.0);
        if beyond != 0.0 {
            let by_px = beyond.clamp(-EDGE_PX, EDGE_PX);
            drag.scroller.scroll_by_with_x_and_y(0.0, by_px);
            self.draw_to(&drag);
        }
        request_animation_frame(move || self.drag_on());
    }

    fn draw_to(self, drag: &Drag) {
        let Some(row) = drag.row() else { return };
        self.with(|view, session| {
            if let Some(index) = view.index_of(&row) {
                self.extend(session, index);
            }
        });
    }

    /// Selects one line more, or one less: from the line that is selected, that is open, or the lowest in sight.
    pub(super) fn select_on(self, newer: bool) -> bool {
        self.with(|view, session| {
            let Some(mut stretch) = self.controls.stretch.get_untracked() else {
                let from = view.opened(session).or_else(|| view.lowest());
                let stretch = from.and_then(|index| Stretch::new(session, index));
                view.pause(session);
                self.controls.stretch.set(stretch);
                return;
            };
            let index = stretch.step(session, newer);
            self.controls.stretch.set(Some(stretch));
            view.bring(session, index);
        })
    }

    /// Selects as far as there, from where the selection began, from the line that is open, or that line alone.
    fn select_to(self, view: &mut Viewport, session: &LogSession, index: usize) {
        view.pause(session);
        if self.controls.stretch.with_untracked(Option::is_none) {
            let from = view.opened(session).unwrap_or(index);
            self.controls.stretch.set(Stretch::new(session, from));
        }
        self.extend(session, index);
    }

    fn extend(self, session: &LogSession, index: usize) {
        if let Some(mut stretch) = self.controls.stretch.get_untracked() {
            stretch.extend(session, index);
            if self
                .controls
                .stretch
                .with_untracked(|it| it.as_ref() != Some(&stretch))
            {
                self.controls.stretch.set(Some(stretch));
            }
        }
    }
}

impl Drag {
    /// The row at the pointer, or the one at the edge that it is beyond.
    fn row(&self) -> Option<Element> {
        let edges = self.scroller.get_bounding_client_rect();
        let y = self.y.max(edges.top() + 1.0).min(edges.bottom() - 2.0);
        // What lies above the log's lower edge must not hide its rows.
        let x = edges.left() + 4.0;
        let at = document().element_from_point(x as f32, y as f32)?;
        at.closest(".log-row").ok()?
    }
}
