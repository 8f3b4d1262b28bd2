//! A word-sized curve without axes.

use std::rc::Rc;

use crate::signal::Memo;
use leptos::{html, prelude::*};

use super::Ink;

/// A small curve of equally spaced values, scaled to the largest of them.
#[component]
pub fn Sparkline(
    /// Accessible description.
    #[prop(into)]
    label: Memo<String>,
    /// Its colour; may change with the data.
    #[prop(into)]
    ink: Memo<Ink>,
    /// The values, oldest first; read again when a signal in it changes.
    data: Rc<dyn Fn() -> Vec<f64>>,
) -> impl IntoView {
    let canvas = NodeRef::<html::Canvas>::new();
    #[cfg(feature = "hydrate")]
    super::surface::paint_on(canvas, move |frame| paint::paint(frame, &data(), ink.get()));
    #[cfg(not(feature = "hydrate"))]
    let _ = (data, ink);
    view! { <canvas class="sparkline" node_ref=canvas role="img" aria-label=move || label.get()></canvas> }
}

#[cfg(feature = "hydrate")]
mod paint {
    use plotters::style::Color;
    use plotters_backend::{BackendColor, BackendCoord, BackendStyle, DrawingBackend};

    use super::{super::surface::Frame, *};

    struct Stroke(BackendColor, u32);

    impl BackendStyle for Stroke {
        fn color(&self) -> BackendColor {
            self.0
        }
        fn stroke_width(&self) -> u32 {
            self.1
        }
    }

    pub(super) fn paint(frame: &Frame, values: &[f64], ink: Ink) {
        let (width, height) = frame.size();
        let (width, height) = (width as i32, height as i32);
        let max = values.iter().copied().fold(0.0, f64::max);
        let color = frame.color(ink).to_backend_color();
        let line = frame.px(1.0).max(1);
        let room = f64::from((height - 2 * line as i32).max(1));
        let step = f64::from(width - 1) / (values.len().max(2) - 1) as f64;
        let path: Vec<BackendCoord> = values
            .iter()
            .enumerate()
            .map(|(i, value)| {
                let part = if max > 0.0 { value / max } else { 0.0 };
                let y = f64::from(height - line as i32) - part * room;
                ((i as f64 * step) as i32, y as i32)
            })
            .collect();
        let mut backend = frame.backend();
        let area = [(0, height)]
            .into_iter()
            .chain(path.iter().copied())
            .chain([(width, height)]);
        let _cannot_fail = backend.fill_polygon(area, &color.mix(0.16));
        let _cannot_fail = backend.draw_path(path, &Stroke(color, line));
    }
}
