//! Buttons that lead from error to error, and from one marked line to the next.

use crate::bind::{Erase, bound, click, when};
use crate::signal::RwSignal;
use leptos::prelude::*;
use sidekick::logs::{LogSession, Towards};

use super::controls::{Controls, Goal, controls};
use crate::state::Reading;

/// What is gone to.
#[derive(Clone, Copy)]
struct What {
    /// As the buttons call it, and their elements' ids.
    name: &'static str,
    /// The keys for the previous and the next one.
    keys: (&'static str, &'static str),
    /// Number of the nearest such row.
    next: fn(&LogSession, Towards) -> Option<u64>,
}

const ERRORS: What = What {
    name: "error",
    keys: ("E", "e"),
    next: LogSession::next_error,
};

const MARKED: What = What {
    name: "mark",
    keys: ("N", "n"),
    next: LogSession::next_highlighted,
};

/// The buttons; those for marked lines while there are marked texts.
#[component]
pub(super) fn Steps() -> impl IntoView {
    let controls = controls();
    let said = RwSignal::new(None::<String>);
    view! {
        {steps(controls, ERRORS, said)}
        {when(
            move || !controls.highlights.with(Vec::is_empty),
            move || steps(controls, MARKED, said),
        )}
        <span class="copied" role="status">
            {bound(move || said.get())}
        </span>
    }
    .erase()
}

fn steps(controls: Controls, what: What, said: RwSignal<Option<String>>) -> AnyView {
    let button = move |newer: bool| {
        let (which, sign, key) = match newer {
            false => ("previous", "↑", what.keys.0),
            true => ("next", "↓", what.keys.1),
        };
        let label = format!("{which} {}", what.name);
        let go = move || {
            let found = step(controls, what, newer);
            let nothing = format!("No {which} {} among the lines held", what.name);
            said.set(found.is_none().then_some(nothing));
            if let Some(row) = found {
                controls.go_to.set(Some(Goal::Marked(row)));
            }
        };
        view! {
            <button
                type="button"
                class="button step"
                id=format!("{which}-{}", what.name)
                title=format!("{label} ({key})")
                aria-label=label
                on:click=click(go)
            >
                {sign}
            </button>
        }
        .erase()
    };
    view! {
        <span class="log-steps" role="group" aria-label=format!("Go to {}s", what.name)>
            {button(false)}
            <span aria-hidden="true">{what.name}</span>
            {button(true)}
        </span>
    }
    .into_any()
}

/// The row to go to: from the one that is marked, or else the first one in sight, and back from the last one.
fn step(controls: Controls, what: What, newer: bool) -> Option<u64> {
    let dashboard = controls.dashboard;
    let reading = dashboard.reading.get_value();
    dashboard.logs.with_value(|session| {
        let towards = towards(reading, newer, session.store().end_row());
        (what.next)(session, towards)
    })
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
