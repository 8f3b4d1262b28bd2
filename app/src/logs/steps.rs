//! Buttons that lead from error to error, and from one marked line to the next.

use crate::bind::{Erase, bound, click, when};
use leptos::prelude::*;
use sidekick::logs::{LogSession, Towards};

use super::{
    controls::{Controls, Goal, controls},
    past::look_for,
};
use crate::state::{Landmark, Reading, Seek};

impl Landmark {
    /// As the buttons call it, and their elements' ids.
    fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Marked => "mark",
        }
    }

    /// The keys for the previous and the next one.
    fn keys(self) -> (&'static str, &'static str) {
        match self {
            Self::Error => ("E", "e"),
            Self::Marked => ("N", "n"),
        }
    }

    /// Number of the nearest such row among those held.
    pub(super) fn next(self, session: &LogSession, towards: Towards) -> Option<u64> {
        match self {
            Self::Error => session.next_error(towards),
            Self::Marked => session.next_highlighted(towards),
        }
    }

    /// That there is none, for people.
    pub(super) fn missed(self, newer: bool) -> String {
        let name = self.name();
        format!("No {} {name} among the lines held", which(newer))
    }
}

fn which(newer: bool) -> &'static str {
    match newer {
        false => "previous",
        true => "next",
    }
}

/// The buttons; those for marked lines while there are marked texts.
#[component]
pub(super) fn Steps() -> impl IntoView {
    let controls = controls();
    view! {
        {steps(controls, Landmark::Error)}
        {when(
            move || !controls.highlights.with(Vec::is_empty),
            move || steps(controls, Landmark::Marked),
        )}
        <span class="copied" role="status">
            {bound(move || controls.missed.get())}
        </span>
    }
    .erase()
}

fn steps(controls: Controls, what: Landmark) -> AnyView {
    let name = what.name();
    let button = move |newer: bool| {
        let (sign, key) = match newer {
            false => ("↑", what.keys().0),
            true => ("↓", what.keys().1),
        };
        let label = format!("{} {name}", which(newer));
        view! {
            <button
                type="button"
                class="button step"
                id=format!("{}-{name}", which(newer))
                title=format!("{label} ({key})")
                aria-label=label
                on:click=click(move || step(controls, what, newer))
            >
                {sign}
            </button>
        }
        .erase()
    };
    view! {
        <span class="log-steps" role="group" aria-label=format!("Go to {name}s")>
            {button(false)}
            <span aria-hidden="true">{name}</span>
            {button(true)}
        </span>
    }
    .into_any()
}

/// Goes from the row that is marked, or else the first one in sight, and back from the last one. Where none
/// is held, older lines are read for it.
fn step(controls: Controls, what: Landmark, newer: bool) {
    let dashboard = controls.dashboard;
    let reading = dashboard.reading.get_value();
    let may_be_older = !newer && dashboard.pinned.with_untracked(Option::is_some);
    let (towards, found, may_be_older) = dashboard.logs.with_value(|session| {
        let towards = towards(reading, newer, session.store().end_row());
        let may_be_older = may_be_older && !session.is_whole();
        (towards, what.next(session, towards), may_be_older)
    });
    controls.missed.set(None);
    match (found, towards) {
        (Some(row), _) => controls.go_to.set(Some(Goal::Marked(row))),
        (None, Towards::Older(before)) if may_be_older => {
            look_for(dashboard, Seek::Step(what, before));
        }
        _ => controls.missed.set(Some(what.missed(newer))),
    }
}

/// Where to look, from where somebody reads; who reads nowhere follows the newest line, before `end`.
fn towards(reading: Option<Reading>, newer: bool, end: u64) -> Towards {
    match reading {
        None if newer => Towards::Newer(end),
        None => Towards::Older(end),
        Some(at) if newer => Towards::Newer(at.row + u64::from(at.marked)),
        Some(at) if at.marked => Towards::Older(at.row),
        Some(at) => Towards::Older(at.below),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_begins_at_the_marked_row_or_at_the_edges_of_the_view() {
        let reading = Reading {
            row: 5,
            below_px: 0.0,
            end: 40,
            marked: false,
            below: 25,
        };
        let marked = Reading {
            marked: true,
            ..reading
        };
        let of = |reading, newer| towards(reading, newer, 40);
        assert_eq!(of(None, true), Towards::Newer(40));
        assert_eq!(of(None, false), Towards::Older(40));
        assert_eq!(of(Some(reading), true), Towards::Newer(5));
        assert_eq!(of(Some(reading), false), Towards::Older(25));
        assert_eq!(of(Some(marked), true), Towards::Newer(6));
        assert_eq!(of(Some(marked), false), Towards::Older(5));
    }
}
