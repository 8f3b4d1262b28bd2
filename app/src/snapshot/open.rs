//! Opens a snapshot: its head first, which leads to its address, then all of it into the session there,
//! in slices between frames.

use std::cell::RefCell;

use leptos::ev;
use sidekick::protocol::StreamState;
use sidekick::snapshot::{Head, Part, SnapshotReader};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};

use crate::bind::on_window;
use crate::browser::{call, class, pause, through_gzip};
use crate::live::precise_ms;
use crate::route::{Route, Selection, Tab};
use crate::signal::{RwSignal, effect};
use crate::state::{Dashboard, Opened, SourceInfo, Subject};

/// How long a slice takes at most, but for one part more, in milliseconds.
const SLICE_MS: f64 = 6.0;
/// What a gzip file begins with (RFC 1952).
const GZIP: [u8; 2] = [0x1f, 0x8b];

thread_local! {
    /// The file that was opened last, for who comes back to it.
    static FILE: RefCell<Option<web_sys::File>> = const { RefCell::new(None) };
    /// Where it is said that a file could not be opened.
    static REFUSED: RefCell<Option<RwSignal<Option<String>>>> = const { RefCell::new(None) };
}

/// Takes files that are dropped, and reads the snapshot whenever it is what the page shows.
pub(super) fn listen(
    dashboard: Dashboard,
    over: RwSignal<bool>,
    refused: RwSignal<Option<String>>,
) {
    REFUSED.set(Some(refused));
    let brings_files = |event: &ev::DragEvent| {
        let types = event.data_transfer().map(|it| it.types());
        types.is_some_and(|types| types.includes(&"Files".into(), 0))
    };
    on_window(ev::dragover, move |event| {
        if brings_files(&event) {
            event.prevent_default();
            over.set(true);
        }
    });
    on_window(ev::dragleave, move |event| {
        // Those between two elements of the page lead to another one.
        if event.related_target().is_none() {
            over.set(false);
        }
    });
    on_window(ev::drop, move |event| {
        over.set(false);
        if brings_files(&event) {
            event.prevent_default();
            let files = event.data_transfer().and_then(|it| it.files());
            if let Some(file) = files.and_then(|it| it.get(0)) {
                open(dashboard, file);
            }
        }
    });
    effect(move || {
        if let Subject::Snapshot(number @ 1..) = dashboard.subject.get() {
            spawn_local(fill(dashboard, number));
        }
    });
}

/// Opens the file that somebody chose.
pub(super) fn chosen(dashboard: Dashboard, event: &ev::Event) {
    let input: Option<web_sys::HtmlInputElement> = event.target().and_then(|it| it.dyn_into().ok());
    if let Some(file) = input.and_then(|it| it.files()).and_then(|it| it.get(0)) {
        open(dashboard, file);
    }
}

/// Goes to the snapshot in a file, if it is one.
fn open(dashboard: Dashboard, file: web_sys::File) {
    spawn_local(async move {
        let refused = REFUSED.with_borrow(|it| *it);
        if let Some(refused) = refused {
            refused.set(None);
        }
        match head(&file).await {
            Ok(head) => {
                let number = dashboard.opened.with_untracked(|it| it.number) + 1;
                let opened = Opened {
                    number,
                    file: file.name(),
                    head,
                    fresh: true,
                    ..Opened::default()
                };
                FILE.set(Some(file));
                dashboard.opened.set(opened);
                dashboard.select(Route {
                    selection: Selection::Snapshot,
                    tab: Tab::Logs,
                });
            }
            Err(problem) => {
                if let Some(refused) = refused {
                    refused.set(Some(format!("{}: {problem}", file.name())));
                }
            }
        }
    });
}

/// The head of a file.
async fn head(file: &web_sys::File) -> Result<Head, String> {
    let mut source = Source::new(file).await?;
    let mut reader = SnapshotReader::default();
    loop {
        match reader.part().map_err(|it| it.to_string())? {
            Some(Part::Head(head)) => return Ok(head),
            Some(_) => return Err(sidekick::snapshot::SnapshotError::Damaged.to_string()),
            None => match source.next().await? {
                Some(bytes) => reader.push(&bytes),
                None => reader.finish().map_err(|it| it.to_string())?,
            },
        }
    }
}

/// Reads the file that was opened into the page's session.
async fn fill(dashboard: Dashboard, number: u32) {
    // By then the session has begun.
    pause(0).await;
    let Some(session) = dashboard.session.try_get_untracked() else {
        return;
    };
    let is_same = move || {
        dashboard.session.try_get_untracked() == Some(session)
            && dashboard.subject.get_untracked() == Subject::Snapshot(number)
    };
    let Some(file) = FILE.with_borrow(Clone::clone).filter(|_| is_same()) else {
        return;
    };
    dashboard.opened.update(|it| {
        it.events.clear();
        it.problem = None;
        it.end = None;
    });
    if let Err(problem) = read(dashboard, &file, &is_same).await
        && is_same()
    {
        dashboard.opened.update(|it| it.problem = Some(problem));
    }
}

async fn read(
    dashboard: Dashboard,
    file: &web_sys::File,
    is_same: &dyn Fn() -> bool,
) -> Result<(), String> {
    let mut source = Source::new(file).await?;
    let mut reader = SnapshotReader::default();
    let mut begin = precise_ms();
    while is_same() {
        match reader.part().map_err(|it| it.to_string())? {
            Some(Part::End(end)) => {
                dashboard.opened.update(|it| it.end = Some(end));
                dashboard.redraw_logs();
                return Ok(());
            }
            Some(part) => take(dashboard, part),
            None => match source.next().await? {
                Some(bytes) => reader.push(&bytes),
                None => return reader.finish().map_err(|it| it.to_string()),
            },
        }
        if precise_ms() - begin > SLICE_MS {
            dashboard.redraw_logs();
            pause(0).await;
            begin = precise_ms();
        }
    }
    Ok(())
}

fn take(dashboard: Dashboard, part: Part) {
    match part {
        Part::Head(head) => {
            dashboard.logs.update_value(|logs| {
                for it in &head.sources {
                    logs.restore_source(it.source, &it.name, head.saved, it.whole);
                }
            });
            let info = |it: sidekick::snapshot::SourceHead| SourceInfo {
                source: it.source,
                container: it.container,
                name: it.name,
                state: StreamState::Ended,
            };
            dashboard
                .sources
                .set(head.sources.into_iter().map(info).collect());
            if dashboard.opened.with_untracked(|it| it.fresh) {
                dashboard.opened.update(|it| it.fresh = false);
                dashboard.asked.set(Some(head.view));
            }
        }
        Part::Lines { source, batch } => {
            dashboard
                .logs
                .update_value(|logs| logs.restore(source, batch));
        }
        Part::Note { source, note } => {
            dashboard
                .logs
                .update_value(|logs| logs.restore_note(source, note));
        }
        Part::Readings(readings) => {
            let is_known = dashboard.opened.with_untracked(|it| {
                let mut known = it.head.sources.iter();
                known.any(|it| it.container == readings.container)
            });
            if !is_known {
                return;
            }
            dashboard.stats.update_value(|stats| {
                for sample in readings.samples {
                    stats.push(&readings.container, sample);
                }
            });
            dashboard.stats_version.update(|it| *it += 1);
        }
        Part::Events(events) => dashboard.opened.update(|it| it.events = events),
        Part::End(_) => {}
    }
}

/// The bytes of a file, unpacked, for as long as somebody reads them.
struct Source {
    reader: JsValue,
}

impl Drop for Source {
    fn drop(&mut self) {
        // Else the browser goes on to hold what it has unpacked of it. That a file which could not be
        // read cannot be put away says nothing new.
        if let Ok(promise) = call(&self.reader, "cancel", &[]) {
            let over = JsFuture::from(promise.unchecked_into::<js_sys::Promise>());
            spawn_local(async move { drop(over.await) });
        }
    }
}

impl Source {
    async fn new(file: &web_sys::File) -> Result<Self, String> {
        let refused = |_: JsValue| "The browser cannot read this file.".to_owned();
        let first: JsValue = file.slice_with_i32_and_i32(0, 2).map_err(refused)?.into();
        let first = call(&first, "arrayBuffer", &[]).map_err(refused)?;
        let first = JsFuture::from(first.unchecked_into::<js_sys::Promise>());
        let first = js_sys::Uint8Array::new(&first.await.map_err(refused)?).to_vec();
        let stream = if first == GZIP {
            let class = class("DecompressionStream")
                .ok_or("This browser cannot unpack it. Unpack it with gunzip first.")?;
            through_gzip(file, &class)
        } else {
            call(file, "stream", &[])
        };
        let reader = stream.and_then(|it| call(&it, "getReader", &[]));
        Ok(Self {
            reader: reader.map_err(refused)?,
        })
    }

    /// The next bytes; `None` at the end.
    async fn next(&mut self) -> Result<Option<Vec<u8>>, String> {
        let unpack = |_: JsValue| {
            "This snapshot is damaged or cut off here; what stands before that is shown. Ask for the file again."
                .to_owned()
        };
        let promise = call(&self.reader, "read", &[]).map_err(unpack)?;
        let read = JsFuture::from(promise.unchecked_into::<js_sys::Promise>())
            .await
            .map_err(unpack)?;
        let get = |name: &str| js_sys::Reflect::get(&read, &name.into()).unwrap_or_default();
        if get("done").is_truthy() {
            return Ok(None);
        }
        Ok(Some(
            get("value").unchecked_into::<js_sys::Uint8Array>().to_vec(),
        ))
    }
}
