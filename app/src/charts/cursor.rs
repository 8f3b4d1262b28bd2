//! The vertical line and the text at the pointer over a chart.

use crate::bind::bound;
use crate::signal::RwSignal;
use leptos::{html, prelude::*};

/// Margins between the edge of a canvas and its plot, in CSS pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Margins {
    /// Room for the labels of the vertical axis.
    pub left: f64,
    /// Room for the last label of the time axis.
    pub right: f64,
}

impl Margins {
    /// Where `x` lies within the plot of a canvas of `width`: 0 at its left edge, 1 at its
    /// right edge; `None` beside the plot.
    #[must_use]
    pub fn fraction(self, x: f64, width: f64) -> Option<f64> {
        let plot = width - self.left - self.right;
        let at = x - self.left;
        (plot > 0.0 && (0.0..=plot).contains(&at)).then(|| at / plot)
    }
}

/// Where the pointer is over a chart: CSS pixels from its left edge, and its width.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pointer {
    /// From the left edge of the chart.
    pub x: f64,
    /// Width of the chart.
    pub width: f64,
}

/// Line and text at the pointer; `text` is empty where there is nothing to say. Lines of the
/// text are kept.
#[component]
pub(super) fn ChartCursor(
    /// Where the pointer is; `None` when it left.
    #[prop(into)]
    pointer: RwSignal<Option<Pointer>>,
    /// What the chart shows there.
    #[prop(into)]
    text: RwSignal<String>,
) -> impl IntoView {
    let line = NodeRef::<html::Div>::new();
    let tip = NodeRef::<html::Div>::new();
    let hidden = move || pointer.with(Option::is_none) || text.with(String::is_empty);
    #[cfg(feature = "hydrate")]
    crate::signal::effect(move || {
        let (Some(at), Some(line), Some(tip)) = (pointer.get(), line.get(), tip.get()) else {
            return;
        };
        let shift = format!("translateX({}px)", at.x.round() as i32);
        let _refused = web_sys::HtmlElement::style(&line).set_property("transform", &shift);
        // The text goes to the side that has more room.
        let shift = if at.x * 2.0 > at.width {
            format!("translateX(calc({}px - 100% - 8px))", at.x.round() as i32)
        } else {
            format!("translateX({}px)", at.x.round() as i32 + 8)
        };
        let _refused = web_sys::HtmlElement::style(&tip).set_property("transform", &shift);
    });
    view! {
        <div class="chart-cross" node_ref=line hidden=bound(hidden)></div>
        <div class="chart-tip" node_ref=tip hidden=bound(hidden) aria-hidden="true">
            {move || text.get()}
        </div>
    }
}

/// The pointer's place from a pointer event over the canvas.
#[cfg(feature = "hydrate")]
pub(super) fn pointer_of(event: &web_sys::PointerEvent) -> Option<Pointer> {
    use wasm_bindgen::JsCast;
    let target: web_sys::Element = event.target()?.dyn_into().ok()?;
    Some(Pointer {
        x: f64::from(event.offset_x()),
        width: f64::from(target.client_width()),
    })
}

/// The server has no pointer.
#[cfg(not(feature = "hydrate"))]
pub(super) fn pointer_of<E>(_: &E) -> Option<Pointer> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pointer_counts_only_over_the_plot() {
        let margins = Margins {
            left: 40.0,
            right: 10.0,
        };
        assert_eq!(margins.fraction(40.0, 250.0), Some(0.0));
        assert_eq!(margins.fraction(140.0, 250.0), Some(0.5));
        assert_eq!(margins.fraction(240.0, 250.0), Some(1.0));
        assert_eq!(margins.fraction(39.0, 250.0), None);
        assert_eq!(margins.fraction(241.0, 250.0), None);
        assert_eq!(margins.fraction(10.0, 20.0), None);
    }
}
