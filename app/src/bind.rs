//! Few types for many views.
//!
//! Each type of closure that a view is bound to is compiled with all that the framework does with
//! it: building, hydrating, replacing, removing. The `view!` macro erases the type of closures
//! that are written in place (`{move || ..}`, `title=move || ..`). What it cannot erase comes
//! through here, so that the page is small to download: closures with a name, handlers of
//! events, lists and views that come and go. For the same reason, closures that make views return an
//! [`AnyView`], and signals come from [`crate::signal`].

use std::any::Any;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, Mutex};

use crate::signal::memo;
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

/// Does something on an event of the window, as long as the page lives.
#[cfg(feature = "hydrate")]
pub(crate) fn on_window<E>(event: E, act: impl Fn(E::EventType) + 'static)
where
    E: ev::EventDescriptor,
    E::EventType: wasm_bindgen::JsCast,
{
    listen(event, act);
}

/// Likewise, as long as the component lives that calls it.
#[cfg(feature = "hydrate")]
pub(crate) fn on_window_here<E>(event: E, act: impl Fn(E::EventType) + 'static)
where
    E: ev::EventDescriptor,
    E::EventType: wasm_bindgen::JsCast,
{
    let listening = listen(event, act);
    on_cleanup(move || listening.remove());
}

#[cfg(feature = "hydrate")]
fn listen<E>(event: E, act: impl Fn(E::EventType) + 'static) -> WindowListenerHandle
where
    E: ev::EventDescriptor,
    E::EventType: wasm_bindgen::JsCast,
{
    use wasm_bindgen::JsCast;
    let act: Box<dyn Fn(ev::Event)> = Box::new(move |event| act(event.unchecked_into()));
    window_event_listener_untyped(&event.name(), act)
}

/// Shows a view while a condition holds; it is made anew only when the condition changes.
pub(crate) fn when(
    condition: impl Fn() -> bool + Send + Sync + 'static,
    view: impl Fn() -> AnyView + Send + 'static,
) -> AnyView {
    let holds = memo(condition);
    bound(move || holds.get().then(&view)).into_any()
}

/// A list of views, one for each item. A view stays as long as an item has its key.
pub(crate) fn each<T, K>(
    items: impl Fn() -> Vec<T> + Send + Sync + 'static,
    key: impl Fn(&T) -> K + Send + Sync + 'static,
    show: impl Fn(T) -> AnyView + Send + Sync + 'static,
) -> AnyView
where
    T: Send + 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    let show = Arc::new(show);
    list(Box::new(move || {
        let item = |item| Item {
            key: Arc::new(key(&item)),
            view: Box::new({
                let show = Arc::clone(&show);
                move || show(item)
            }),
        };
        items().into_iter().map(item).collect()
    }))
}

fn list(items: Box<dyn Fn() -> Vec<Item> + Send + Sync>) -> AnyView {
    view! {
        <For each=items key=|item| Arc::clone(&item.key) children=|item| (item.view)() />
    }
    .into_any()
}

/// An item of a list, its type forgotten.
struct Item {
    key: Arc<dyn Key>,
    view: Box<dyn FnOnce() -> AnyView + Send>,
}

/// A key of a list, its type forgotten.
trait Key: Any + Send + Sync {
    fn hash_into(&self, state: &mut dyn Hasher);
    fn equals(&self, other: &dyn Any) -> bool;
}

impl<K: Hash + Eq + Send + Sync + 'static> Key for K {
    fn hash_into(&self, mut state: &mut dyn Hasher) {
        self.hash(&mut state);
    }

    fn equals(&self, other: &dyn Any) -> bool {
        other.downcast_ref() == Some(self)
    }
}

impl Hash for dyn Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.hash_into(state);
    }
}

impl PartialEq for dyn Key {
    fn eq(&self, other: &Self) -> bool {
        self.equals(other)
    }
}

impl Eq for dyn Key {}

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

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn keys_of_a_list_are_told_apart_by_type_and_value() {
        let keys: [Arc<dyn Key>; 5] = [
            Arc::new(1u8),
            Arc::new(1u8),
            Arc::new(2u8),
            Arc::new(1u16),
            Arc::new("1"),
        ];
        assert_eq!(keys.iter().collect::<HashSet<_>>().len(), 4);
    }
}
