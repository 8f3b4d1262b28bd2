//! What charts have in common: a canvas that is drawn when its data change, and the text at the
//! pointer over it.

use std::{cell::RefCell, rc::Rc};

use crate::bind::{Erase, click, on};
use crate::signal::{Memo, RwSignal};
use leptos::{html, prelude::*};
use sidekick::time::Millis;

use super::cursor::{ChartCursor, Margins, Pointer, pointer_of};
#[cfg(feature = "hydrate")]
use super::surface::Frame;

/// The data of a chart, which know how they look.
pub(super) trait Drawing: 'static {
    /// The text at the pointer, which is at `fraction` of the width of the plot; empty for none.
    fn tip(&self, fraction: f64) -> String;

    /// The instant that a click there picks.
    fn pick(&self, _fraction: f64) -> Option<Millis> {
        None
    }

    /// Draws them.
    #[cfg(feature = "hydrate")]
    fn paint(&self, frame: &Frame);
}

/// A chart that asks for its data again when a signal in them changes.
#[component]
pub(super) fn PointedChart(
    class: &'static str,
    /// Accessible description.
    label: Memo<String>,
    margins: Margins,
    data: Box<dyn Fn() -> Box<dyn Drawing>>,
    /// Called with the instant that was clicked.
    #[prop(optional)]
    on_pick: Option<Callback<Millis>>,
) -> impl IntoView {
    let canvas = NodeRef::<html::Canvas>::new();
    let pointer = RwSignal::new(None::<Pointer>);
    let tip = RwSignal::new(String::new());
    let drawn = Rc::new(RefCell::new(None::<Box<dyn Drawing>>));
    let fraction = move || {
        let at = pointer.get_untracked()?;
        margins.fraction(at.x, at.width)
    };
    let shown = drawn.clone();
    let show_tip = Rc::new(move || {
        let text = fraction()
            .and_then(|it| Some(shown.borrow().as_ref()?.tip(it)))
            .unwrap_or_default();
        if tip.with_untracked(|before| *before != text) {
            tip.set(text);
        }
    });
    #[cfg(feature = "hydrate")]
    {
        let (drawn, show_tip) = (drawn.clone(), show_tip.clone());
        super::surface::paint_on(canvas, move |frame| {
            let data = data();
            data.paint(frame);
            drawn.replace(Some(data));
            show_tip();
        });
    }
    #[cfg(not(feature = "hydrate"))]
    drop(data);
    let pick = move || {
        let at = fraction().and_then(|it| drawn.borrow().as_ref()?.pick(it));
        if let Some((at, on_pick)) = at.zip(on_pick) {
            on_pick.run(at);
        }
    };
    view! {
        <div class=class>
            <canvas
                node_ref=canvas
                role="img"
                aria-label=move || label.get()
                on:pointermove=on(move |event| {
                    pointer.set(pointer_of(&event));
                    show_tip();
                })
                on:pointerleave=on(move |_| pointer.set(None))
                on:click=click(pick)
            ></canvas>
            <ChartCursor pointer text=tip />
        </div>
    }
    .erase()
}
