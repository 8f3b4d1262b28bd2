//! A canvas as something to draw on: its size in device pixels, and when to draw again.

use crate::signal::{LocalValue, RwSignal, effect};
use leptos::{html, prelude::*};
use plotters::style::RGBColor;
use wasm_bindgen::{JsCast, prelude::Closure};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use super::{backend::CanvasBackend, ink::Ink, theme};

/// One drawing of a canvas, already cleared.
pub(super) struct Frame {
    ctx: CanvasRenderingContext2d,
    size: (u32, u32),
    scale: f64,
}

impl Frame {
    /// What plotters draws with. Sizes are device pixels.
    pub(super) fn backend(&self) -> CanvasBackend<'_> {
        CanvasBackend::new(&self.ctx, self.size)
    }

    /// Width and height in device pixels.
    pub(super) fn size(&self) -> (u32, u32) {
        self.size
    }

    /// CSS pixels in device pixels.
    pub(super) fn px(&self, css: f64) -> u32 {
        (css * self.scale).round() as u32
    }

    /// A colour of the current theme.
    pub(super) fn color(&self, ink: Ink) -> RGBColor {
        theme::color(ink)
    }
}

/// Calls `paint` in an effect, on the cleared canvas, once it has a size; again when what
/// `paint` read, the size or the theme changes.
pub(super) fn paint_on(canvas: NodeRef<html::Canvas>, paint: impl Fn(&Frame) + 'static) {
    let size = observe_size(canvas);
    effect(move || {
        theme::track();
        let (width, height) = size.get();
        if let Some(frame) = canvas
            .get()
            .and_then(|canvas| begin(&canvas, width, height))
        {
            paint(&frame);
        }
    });
}

/// Width and height of an element in CSS pixels, kept up to date; zeros before it is there.
pub(crate) fn observe_size<E>(node: NodeRef<E>) -> RwSignal<(f64, f64)>
where
    E: html::ElementType + 'static,
    E::Output: Clone + AsRef<web_sys::Element> + JsCast + 'static,
{
    let size = RwSignal::new((0.0, 0.0));
    let observer = LocalValue::new(None);
    effect(move || {
        if let Some(element) = node.get() {
            observer.set_value(Observer::new(element.as_ref(), size));
        }
    });
    size
}

fn begin(canvas: &HtmlCanvasElement, width: f64, height: f64) -> Option<Frame> {
    let scale = window().device_pixel_ratio().clamp(0.5, 8.0);
    let size = (
        (width * scale).round() as u32,
        (height * scale).round() as u32,
    );
    if size.0 == 0 || size.1 == 0 {
        return None;
    }
    let ctx: CanvasRenderingContext2d = canvas.get_context("2d").ok()??.dyn_into().ok()?;
    if (canvas.width(), canvas.height()) == size {
        ctx.clear_rect(0.0, 0.0, f64::from(size.0), f64::from(size.1));
    } else {
        // Setting the size clears the canvas.
        canvas.set_width(size.0);
        canvas.set_height(size.1);
    }
    Some(Frame { ctx, size, scale })
}

/// Reports the size of an element without asking for a layout; ends when dropped.
struct Observer {
    observer: web_sys::ResizeObserver,
    _callback: Closure<dyn FnMut(js_sys::Array)>,
}

impl Observer {
    fn new(element: &web_sys::Element, size: RwSignal<(f64, f64)>) -> Option<Self> {
        let callback = Closure::<dyn FnMut(js_sys::Array)>::new(move |entries: js_sys::Array| {
            let entry = entries.get(entries.length().saturating_sub(1));
            if let Ok(entry) = entry.dyn_into::<web_sys::ResizeObserverEntry>() {
                let rect = entry.content_rect();
                let now = (rect.width(), rect.height());
                if size.try_get_untracked().is_some_and(|before| before != now) {
                    size.set(now);
                }
            }
        });
        let observer = web_sys::ResizeObserver::new(callback.as_ref().unchecked_ref()).ok()?;
        observer.observe(element);
        Some(Self {
            observer,
            _callback: callback,
        })
    }
}

impl Drop for Observer {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}
