//! Few types for many views.
//!
//! Each type of closure that a view is bound to is compiled with all that the framework does with
//! it: building, hydrating, replacing, removing. The `view!` macro erases the type of closures
//! that are written in place (`{move || ..}`, `title=move || ..`). What it cannot erase comes
//! through here, so that the page is small to download: closures with a name, handlers of
//! events, memos and views that come and go. For the same reason, closures that make views
//! return an [`AnyView`].

use std::sync::{Arc, Mutex};

use leptos::{ev, prelude::*, tachys::reactive_graph::SharedReactiveFunction};

/// A text, attribute or view that follows signals, from a closure that has a name.
pub(crate) fn bound<T: 'static>(
    value: impl FnMut() -> T + Send + 'static,
) -> SharedReactiveFunction<T> {
    Arc::new(Mutex::new(value))
}

/// What to do on a click.
pub(crate) fn click(mut act: impl FnMut() + 'static) -> Box<dyn FnMut(ev::MouseEvent)> {
    Box::new(move |_| act())
}

/// What to do on an event.
pub(crate) fn on<E>(act: impl FnMut(E) + 'static) -> Box<dyn FnMut(E)> {
    Box::new(act)
}

/// Shows a view while a condition holds; it is made anew only when the condition changes.
pub(crate) fn when(
    condition: impl Fn() -> bool + Send + Sync + 'static,
    view: impl Fn() -> AnyView + Send + 'static,
) -> AnyView {
    let holds = memo(condition);
    bound(move || holds.get().then(&view)).into_any()
}

/// A memo, of one type for each type of value.
pub(crate) fn memo<T>(value: impl Fn() -> T + Send + Sync + 'static) -> Memo<T>
where
    T: PartialEq + Send + Sync + 'static,
{
    boxed_memo(Box::new(value))
}

fn boxed_memo<T>(value: Box<dyn Fn() -> T + Send + Sync>) -> Memo<T>
where
    T: PartialEq + Send + Sync + 'static,
{
    Memo::new(move |_| value())
}

/// Forgets the type of what `view!` made, without the wrapper that the macro puts around it:
/// the bare elements are known already, as children of others.
pub(crate) trait Erase {
    /// The view, its type forgotten.
    fn erase(self) -> AnyView;
}

impl<T: RenderHtml + Send + 'static> Erase for View<T> {
    fn erase(self) -> AnyView {
        self.into_inner().into_any()
    }
}
