//! Lines per severity; a click shows only those.

use crate::bind::{Erase, click};
use crate::signal::memo;
use leptos::prelude::*;
use sidekick::logs::{Severity, SeveritySet};

use super::controls::controls;
use crate::{
    charts::{format_count, plural},
    pulse::{TEXT_MS, pulse},
};

/// The severities with their counts. None is pressed while all are shown; pressed ones are the
/// only ones shown.
#[component]
pub(crate) fn SeverityChips() -> impl IntoView {
    let controls = controls();
    let dashboard = controls.dashboard;
    let version = pulse(dashboard.logs_version, TEXT_MS);
    let counts = memo(move || {
        version.track();
        dashboard
            .logs
            .with_value(|session| session.analytics().counts())
    });
    let chip = |severity: Severity| {
        let count = move || counts.with(|counts| counts[severity]);
        let shown = move || controls.filter.with(|filter| filter.severities);
        let pressed = move || !shown().is_all() && shown().contains(severity);
        view! {
            <button
                type="button"
                class=format!("sev-chip sev-{}", severity.word())
                class:none=move || count() == 0
                aria-pressed=move || pressed().to_string()
                title=move || plural(count(), "line", "lines")
                on:click=click(move || {
                    controls.change_filter(|filter| {
                        filter.severities = pressed_again(filter.severities, severity);
                    });
                })
            >
                <span class="chip-word">{severity.word()}</span>
                " "
                <span class="chip-count">{move || format_count(count())}</span>
            </button>
        }
        .erase()
    };
    view! {
        <div class="sev-chips" role="group" aria-label="Severities">
            {Vec::from(Severity::ALL.map(chip))}
        </div>
    }
    .erase()
}

/// The set after a click: the first one picks a severity out of all, further ones add or take
/// away, and taking the last away shows all again.
fn pressed_again(shown: SeveritySet, severity: Severity) -> SeveritySet {
    if shown.is_all() {
        return SeveritySet::only(severity);
    }
    let next = shown.toggled(severity);
    if next.is_empty() {
        SeveritySet::ALL
    } else {
        next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_click_picks_and_the_last_one_shows_all_again() {
        let first = pressed_again(SeveritySet::ALL, Severity::Error);
        assert_eq!(first, SeveritySet::only(Severity::Error));
        let second = pressed_again(first, Severity::Warn);
        assert!(second.contains(Severity::Error) && second.contains(Severity::Warn));
        let third = pressed_again(second, Severity::Error);
        assert_eq!(third, SeveritySet::only(Severity::Warn));
        assert!(pressed_again(third, Severity::Warn).is_all());
    }
}
