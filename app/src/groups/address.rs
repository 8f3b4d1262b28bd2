//! The groups in the address, beside what the log is filtered by: a link shows the same.

use super::choice::Choice;
use crate::{
    logs::{Controls, View},
    pulse::pulse,
    route::Tab,
    signal::{RwSignal, effect},
};

/// Shortest time between two changes of the address, in milliseconds: browsers refuse too many.
const WRITE_MS: u64 = 400;

/// The choice that the address asks for, or the one before; the address is kept on it as long as the
/// view lives.
pub(super) fn keep(controls: Controls) -> RwSignal<Choice> {
    let dashboard = controls.dashboard;
    let choice = RwSignal::new(dashboard.grouping.with_untracked(|it| Choice::parse(it)));
    let of = dashboard.subject.get_untracked();
    let own = move || {
        dashboard.route.with_untracked(|it| it.tab) == Tab::Groups
            && dashboard.subject.with_untracked(|now| *now == of)
    };
    let here = own.clone();
    effect(move || {
        let asked = dashboard.asked.get();
        if let Some(search) = asked.filter(|_| here()) {
            dashboard.asked.set(None);
            controls.show_view(View::parse(&search));
            choice.set(Choice::parse(&search));
        }
    });
    let filter = pulse(controls.filter, WRITE_MS);
    let settled = pulse(choice, WRITE_MS);
    effect(move || {
        filter.track();
        settled.track();
        if dashboard.asked.get().is_none() && own() {
            let choice = choice.get_untracked();
            dashboard.grouping.set(choice.search());
            write(controls, &choice);
        }
    });
    choice
}

/// Writes what is shown into the address: other groups as a step that the back button takes back, what
/// was typed or sorted in place of what was there.
#[cfg(feature = "hydrate")]
fn write(controls: Controls, choice: &Choice) {
    use crate::live::history;

    let before = history::asked_view();
    let search = choice.search_of(&controls.view());
    // An address without groups has those that come first: it is no step.
    let first = !before.contains("by=") && !before.contains("field=");
    if search != before {
        let path = controls.dashboard.route.with_untracked(|it| it.path());
        let step = !first && !choice.is_like(&Choice::parse(&before));
        history::write_path(&format!("{path}{search}"), step);
    }
}

/// The server has no address to write.
#[cfg(not(feature = "hydrate"))]
fn write(controls: Controls, choice: &Choice) {
    let _ = choice.search_of(&controls.view());
}
