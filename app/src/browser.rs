//! What the browser can do and no typed interface is compiled in for: its streams.

use std::time::Duration;

use futures::channel::oneshot;
use leptos::prelude::{set_timeout, window};
use wasm_bindgen::{JsCast, JsValue};

/// Lets the browser draw and hear events before what comes next, and waits so many milliseconds at least.
pub(crate) async fn pause(ms: u64) {
    let (done, passed) = oneshot::channel::<()>();
    set_timeout(move || drop(done), Duration::from_millis(ms));
    let _ended = passed.await;
}

/// A class of the browser, where it has one of this name.
pub(crate) fn class(name: &str) -> Option<js_sys::Function> {
    let found = js_sys::Reflect::get(&window(), &name.into()).ok()?;
    found.dyn_into().ok()
}

/// Calls a method.
///
/// # Errors
/// What the browser throws; a type error where there is no such method.
pub(crate) fn call(of: &JsValue, method: &str, arguments: &[JsValue]) -> Result<JsValue, JsValue> {
    let function: js_sys::Function = js_sys::Reflect::get(of, &method.into())?.dyn_into()?;
    function.apply(of, &arguments.iter().collect())
}

/// The bytes of a blob or response as a stream that goes through a gzip (de)compressor of the given class.
///
/// # Errors
/// What the browser throws.
pub(crate) fn through_gzip(blob: &JsValue, class: &js_sys::Function) -> Result<JsValue, JsValue> {
    let gzip = js_sys::Reflect::construct(class, &js_sys::Array::of1(&"gzip".into()))?;
    call(&call(blob, "stream", &[])?, "pipeThrough", &[gzip])
}
