//! What makes the list of lines live: when it is drawn, and what clicks and keys do.

#[path = "live/open.rs"]
mod open;
#[path = "live/select.rs"]
mod select;

use crate::signal::{LocalValue, RwSignal, effect};
use leptos::{html, prelude::*};
use sidekick::{
    logs::LogSession,
    model::{Container, Member},
    time::Nanos,
};
use wasm_bindgen::JsCast;
use web_sys::Element;

use super::{
    super::{
        controls::{Controls, Goal},
        viewport::Viewport,
    },
    Inspected,
};
use crate::{
    charts::observe_size,
    route::Selection,
    state::{Past, Reading},
};

type Node = NodeRef<html::Div>;

pub(super) struct Parts {
    pub(super) controls: Controls,
    /// What scrolls, what is as high as all rows, what holds the drawn ones.
    pub(super) nodes: (Node, Node, Node),
    pub(super) following: RwSignal<bool>,
    pub(super) near_top: RwSignal<bool>,
    pub(super) fits: RwSignal<bool>,
    pub(super) new_rows: RwSignal<u64>,
    pub(super) inspected: RwSignal<Option<Inspected>>,
}

#[derive(Clone, Copy)]
pub(super) struct Actions {
    controls: Controls,
    view: LocalValue<Option<Viewport>>,
    following: RwSignal<bool>,
    near_top: RwSignal<bool>,
    fits: RwSignal<bool>,
    new_rows: RwSignal<u64>,
    inspected: RwSignal<Option<Inspected>>,
    /// Where somebody read before the log followed the pointer in the timeline.
    before: LocalValue<Option<Option<Reading>>>,
    /// Rows that are being selected by a drag.
    drag: LocalValue<Option<select::Drag>>,
    /// A line that was clicked and is to be shown in a moment.
    late: LocalValue<Option<TimeoutHandle>>,
}

pub(super) fn start(parts: Parts) -> Actions {
    let controls = parts.controls;
    let dashboard = controls.dashboard;
    let actions = Actions {
        controls,
        view: LocalValue::new(None),
        following: parts.following,
        near_top: parts.near_top,
        fits: parts.fits,
        new_rows: parts.new_rows,
        inspected: parts.inspected,
        before: LocalValue::new(None),
        drag: LocalValue::new(None),
        late: LocalValue::new(None),
    };
    let (scroller, spacer, rows) = parts.nodes;
    effect(move || {
        if let (Some(scroller), Some(spacer), Some(rows)) =
            (scroller.get(), spacer.get(), rows.get())
        {
            let view = Viewport::new(scroller.into(), spacer.into(), rows.into());
            actions.view.set_value(Some(view));
            if dashboard.reading.get_value().is_none() {
                dashboard.follow();
            }
        }
    });
    let size = observe_size(scroller);
    let drawn = observe_size(rows);
    effect(move || {
        drawn.track();
        // What wraps lines otherwise than when they were drawn: another width, another font, another style.
        if dashboard.wraps.get_untracked() {
            actions.with(Viewport::sync);
        }
    });
    effect(move || {
        let prefix = dashboard.selection.with(|selection| {
            let containers = dashboard.containers;
            containers.with_untracked(|containers| source_prefix(selection, containers))
        });
        dashboard.session.track();
        let reading = dashboard.reading.get_value();
        // Without a word to whoever reads older lines: that another log begins is not his doing.
        actions.following.set(reading.is_none());
        actions.with(|view, _| view.restart(prefix, reading));
        actions.before.set_value(None);
        controls.stretch.set(None);
        actions.call_off();
        actions.inspected.set(None);
    });
    effect(move || {
        dashboard.logs_version.track();
        controls.filter.track();
        let utc = dashboard.utc.get();
        let as_printed = dashboard.as_printed.get();
        let wraps = dashboard.wraps.get();
        let stretch = actions.followed();
        let lanes = dashboard.lanes.get();
        let columns = dashboard.columns.get();
        let (_, height) = size.get();
        actions.with(|view, session| {
            view.set_utc(utc);
            view.set_columns(columns);
            view.set_as_printed(as_printed);
            view.set_wraps(wraps);
            view.set_lanes(lanes);
            view.set_stretch(stretch);
            view.resize(session, height);
            view.sync(session);
        });
    });
    effect(move || {
        if actions.inspected.with(Option::is_none) {
            actions.with(|view, session| view.open(session, None));
        }
    });
    effect(move || {
        if dashboard.seek.get().is_some() {
            // What comes in front is to be read.
            actions.with(|view, session| view.pause(session));
        }
    });
    effect(move || {
        let Some(goal) = controls.go_to.get() else {
            return;
        };
        controls.go_to.set(None);
        actions.with(|view, session| match goal {
            Goal::Glance(time) => {
                if actions.before.with_value(Option::is_none) {
                    actions.before.set_value(Some(view.reading(session)));
                }
                view.go_to(session, Nanos::from(time));
            }
            Goal::Back => {
                if let Some(before) = actions.before.get_value() {
                    view.resume(session, before.as_ref());
                }
            }
            Goal::Time(time) => view.go_to(session, Nanos::from(time)),
            Goal::Row(number) => view.show(session, session.index_of(number)),
            Goal::Marked(number) => {
                let index = session.index_of(number);
                view.step_to(session, index);
                if actions.inspected.with_untracked(Option::is_some) {
                    actions.show(view, session, index);
                }
            }
        });
        if !matches!(goal, Goal::Glance(_)) {
            actions.before.set_value(None);
        }
    });
    actions
}

impl Actions {
    pub(super) fn scrolled(self) {
        self.with(Viewport::scrolled);
        let dashboard = self.controls.dashboard;
        let failed = |past: &Past| matches!(past, Past::Failed(_));
        if self.near_top.get_untracked()
            && !self.following.get_untracked()
            && self.before.with_value(Option::is_none)
            && !dashboard.past.with_untracked(failed)
            && !dashboard.logs.with_value(LogSession::is_whole)
        {
            dashboard.load_older();
        }
    }

    pub(super) fn to_end(self) {
        self.with(Viewport::follow);
    }

    /// A press on a line holds the view still, so that text can be selected while lines come.
    pub(super) fn pressed(self, event: &web_sys::PointerEvent) {
        self.call_off();
        let on_row =
            element_of(event).is_some_and(|it| matches!(it.closest(".log-row"), Ok(Some(_))));
        if on_row && event.pointer_type() == "mouse" && event.button() == 0 {
            self.with(|view, session| view.pause(session));
        }
        self.begin(event);
    }

    pub(super) fn hovered(self, event: &web_sys::MouseEvent) {
        if let Some(element) = element_of(event) {
            self.with(|view, _| view.hover(&element));
        }
    }

    /// Runs `act` on the view, then tells the controls where it stands. False before there is
    /// a view.
    fn with(self, act: impl FnOnce(&mut Viewport, &LogSession)) -> bool {
        let position = self.view.try_update_value(|view| {
            let view = view.as_mut()?;
            let dashboard = self.controls.dashboard;
            let (position, reading) = dashboard.logs.with_value(|session| {
                act(view, session);
                (view.position(session), view.reading(session))
            });
            dashboard.reading.set_value(reading);
            Some(position)
        });
        let Some(Some(position)) = position else {
            return false;
        };
        if self.following.get_untracked() != position.following {
            self.following.set(position.following);
            if position.following {
                self.controls.dashboard.follow();
            }
        }
        if self.near_top.get_untracked() != position.near_top {
            self.near_top.set(position.near_top);
        }
        if self.fits.get_untracked() != position.fits {
            self.fits.set(position.fits);
        }
        if self.new_rows.get_untracked() != position.new_rows {
            self.new_rows.set(position.new_rows);
        }
        true
    }
}

/// In a merged log every line says where it comes from, without what all names share.
fn source_prefix(selection: &Selection, containers: &[Container]) -> Option<String> {
    match selection {
        Selection::Project(project) | Selection::Service { project, .. } => {
            Some(format!("{project}-"))
        }
        Selection::Several(members) => {
            Some(shared_project(members, containers).unwrap_or_default())
        }
        // It may hold the lines of several.
        Selection::Snapshot => Some(String::new()),
        _ => None,
    }
}

/// The prefix of the names of containers that are all of one project.
fn shared_project(members: &[Member], containers: &[Container]) -> Option<String> {
    let mut projects = members.iter().map(|member| match member {
        Member::Service { project, .. } => Some(project),
        Member::Container(name) => {
            let known = containers.iter().find(|it| it.name == *name);
            known.and_then(|it| it.project.as_ref())
        }
    });
    let first = projects.next()??;
    projects
        .all(|it| it == Some(first))
        .then(|| format!("{first}-"))
}

fn element_of(event: &web_sys::MouseEvent) -> Option<Element> {
    event.target()?.dyn_into().ok()
}
