//! The stretch of time in the address: a link shows the same, and the back button the stretch before. It is
//! part of the log's filter, all of which the address holds, so that the log shows the same after a reload too.

use crate::{
    logs::{Controls, View},
    pulse::pulse,
    route::Tab,
    signal::{StoredValue, effect},
};

/// Shortest time between two changes of the address, in milliseconds: browsers refuse too many.
const WRITE_MS: u64 = 400;

/// Shows the stretch that the address asks for, and keeps the address on what is shown, as long as the
/// view lives.
pub(super) fn keep(controls: Controls) {
    let dashboard = controls.dashboard;
    let of = dashboard.subject.get_untracked();
    let own = move || {
        dashboard.route.with_untracked(|it| it.tab) == Tab::Stats
            && dashboard.subject.with_untracked(|now| *now == of)
    };
    let here = own.clone();
    effect(move || {
        let asked = dashboard.asked.get();
        if let Some(search) = asked.filter(|_| here()) {
            dashboard.asked.set(None);
            controls.show_view(View::parse(&search));
        }
    });
    // What the view begins with is no step; what is chosen in it is one.
    let begun = StoredValue::new(false);
    let settled = pulse(controls.filter, WRITE_MS);
    effect(move || {
        settled.track();
        if dashboard.asked.get().is_none() && own() {
            write(controls, begun.get_value());
            begun.set_value(true);
        }
    });
    controls.follow_clock();
}

#[cfg(feature = "hydrate")]
fn write(controls: Controls, step: bool) {
    use crate::live::history;

    let view = controls.view();
    if view != View::parse(&history::asked_view()) {
        let path = controls.dashboard.route.with_untracked(|it| it.path());
        history::write_path(&format!("{path}{}", view.search()), step);
    }
}

/// The server has no address to write.
#[cfg(not(feature = "hydrate"))]
fn write(controls: Controls, _step: bool) {
    let _ = controls.view().search();
}
