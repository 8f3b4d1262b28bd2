//! The vertical line, the text and the marked stretch of time over a chart.

use crate::bind::bound;
use crate::signal::RwSignal;
use leptos::{ev, html, prelude::*};

/// Margins between the edge of a canvas and its plot, in CSS pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Margins {
    /// Room for the labels of the vertical axis.
    pub left: f64,
    /// Room for the last label of the time axis.
    pub right: f64,
}

impl Margins {
    /// Where `x` lies within the plot of a canvas of `width`: 0 at its left edge and beside it, 1 at
    /// its right edge; `None` where there is no room for a plot.
    #[must_use]
    pub fn fraction(self, x: f64, width: f64) -> Option<f64> {
        let plot = width - self.left - self.right;
        (plot > 0.0).then(|| ((x - self.left) / plot).clamp(0.0, 1.0))
    }

    /// How far a part of the plot's width is from the left edge of the canvas, as a length of CSS.
    #[cfg(any(feature = "hydrate", test))]
    fn length(self, fraction: f64) -> String {
        format!(
            "calc({}px + (100% - {}px) * {} / 10000)",
            self.left as i32,
            (self.left + self.right) as i32,
            (fraction * 10_000.0) as i32
        )
    }
}

/// What is shown over a chart.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Over {
    /// Where the line stands in the width of the plot, 0 to 1.
    pub(super) at: Option<f64>,
    /// What is said there; empty for nothing. Its lines are kept.
    pub(super) text: String,
    /// The marked part of the width.
    pub(super) marked: Option<(f64, f64)>,
}

/// Line, text and marked part.
#[component]
pub(super) fn ChartCursor(margins: Margins, #[prop(into)] over: RwSignal<Over>) -> impl IntoView {
    let line = NodeRef::<html::Div>::new();
    let tip = NodeRef::<html::Div>::new();
    let mark = NodeRef::<html::Div>::new();
    let no_line = move || over.with(|it| it.at.is_none());
    let no_tip = move || over.with(|it| it.at.is_none() || it.text.is_empty());
    let no_mark = move || over.with(|it| it.marked.is_none());
    #[cfg(feature = "hydrate")]
    crate::signal::effect(move || {
        let (Some(line), Some(tip), Some(mark)) = (line.get(), tip.get(), mark.get()) else {
            return;
        };
        let set = |element: &web_sys::HtmlElement, name, value: &str| {
            let _refused = web_sys::HtmlElement::style(element).set_property(name, value);
        };
        over.with(|it| {
            if let Some(at) = it.at {
                let left = margins.length(at);
                set(&line, "left", &left);
                set(&tip, "left", &left);
                // The text goes to the side that has more room.
                let shift = match at > 0.5 {
                    true => "translateX(calc(-100% - 8px))",
                    false => "translateX(8px)",
                };
                set(&tip, "transform", shift);
            }
            if let Some((from, to)) = it.marked {
                set(&mark, "left", &margins.length(from));
                let right = format!("calc(100% - {})", margins.length(to));
                set(&mark, "right", &right);
            }
        });
    });
    #[cfg(not(feature = "hydrate"))]
    let _no_room_on_the_server = margins;
    view! {
        <div class="chart-marked" node_ref=mark hidden=bound(no_mark)></div>
        <div class="chart-cross" node_ref=line hidden=bound(no_line)></div>
        <div class="chart-tip" node_ref=tip hidden=bound(no_tip) aria-hidden="true">
            {move || over.with(|it| it.text.clone())}
        </div>
    }
}

/// Where a pointer is: CSS pixels from the left edge of what it is over, and the width of that.
#[cfg(feature = "hydrate")]
pub(super) fn pointer_of(event: &ev::PointerEvent) -> Option<(f64, f64)> {
    use wasm_bindgen::JsCast;
    let target: web_sys::Element = event.target()?.dyn_into().ok()?;
    Some((
        f64::from(event.offset_x()),
        f64::from(target.client_width()),
    ))
}

/// Has what the pointer does from now on told to what it is over, also beside that, until it is up.
#[cfg(feature = "hydrate")]
pub(super) fn capture(event: &ev::PointerEvent) {
    use wasm_bindgen::JsCast;
    let target = event.target().and_then(|it| it.dyn_into().ok());
    if let Some(target) = target {
        let _gone = web_sys::Element::set_pointer_capture(&target, event.pointer_id());
    }
}

/// The server has no pointer.
#[cfg(not(feature = "hydrate"))]
pub(super) fn pointer_of(_: &ev::PointerEvent) -> Option<(f64, f64)> {
    None
}

/// Nor has it any to capture.
#[cfg(not(feature = "hydrate"))]
pub(super) fn capture(_: &ev::PointerEvent) {}

#[cfg(test)]
mod tests {
    use super::*;

    const MARGINS: Margins = Margins {
        left: 40.0,
        right: 10.0,
    };

    #[test]
    fn beside_the_plot_the_pointer_is_at_its_edge() {
        assert_eq!(MARGINS.fraction(40.0, 250.0), Some(0.0));
        assert_eq!(MARGINS.fraction(140.0, 250.0), Some(0.5));
        assert_eq!(MARGINS.fraction(240.0, 250.0), Some(1.0));
        assert_eq!(MARGINS.fraction(3.0, 250.0), Some(0.0));
        assert_eq!(MARGINS.fraction(249.0, 250.0), Some(1.0));
        assert_eq!(MARGINS.fraction(10.0, 20.0), None);
    }

    #[test]
    fn a_place_in_the_plot_holds_whatever_the_width() {
        assert_eq!(
            MARGINS.length(0.5),
            "calc(40px + (100% - 50px) * 5000 / 10000)"
        );
    }
}
